package onload.nic.emulated;

import onload.nic.spi.NicFeature;
import onload.nic.spi.NicOptions;
import onload.wire.MacAddress;

import java.util.Map;
import java.util.Set;

/** Reads settings of NICs and links from the words of a specification. */
final class SettingsText {
    static final String SEED = "seed";

    private static final String MAC = "mac";
    private static final String MTU = "mtu";
    private static final String QUEUES = "queues";
    private static final String RING = "ring";
    private static final String RECEIVE_RING = "receive-ring";
    private static final String TRANSMIT_RING = "transmit-ring";
    private static final String FILTERS = "filters";
    private static final String PROMISCUOUS = "promiscuous";

    /** The switches that turn a feature on or off. */
    private static final Map<String, NicFeature> FEATURES =
            Map.of(
                    "receive-checksum", NicFeature.RECEIVE_CHECKSUM,
                    "transmit-checksum", NicFeature.TRANSMIT_CHECKSUM,
                    "scatter", NicFeature.RECEIVE_SCATTER,
                    "gather", NicFeature.TRANSMIT_GATHER,
                    "hash", NicFeature.RECEIVE_HASH,
                    "timestamps", NicFeature.RECEIVE_TIMESTAMPS);

    static final Set<String> NIC_NAMES =
            Set.of(
                    MAC,
                    MTU,
                    QUEUES,
                    RING,
                    RECEIVE_RING,
                    TRANSMIT_RING,
                    FILTERS,
                    PROMISCUOUS,
                    "receive-checksum",
                    "transmit-checksum",
                    "scatter",
                    "gather",
                    "hash",
                    "timestamps");

    private static final String DELAY = "delay";
    private static final String JITTER = "jitter";
    private static final String KEEP_ORDER = "keep-order";
    private static final String RATE = "rate";
    private static final String OVERHEAD = "overhead";
    private static final String QUEUE_FRAMES = "queue-frames";
    private static final String QUEUE_BYTES = "queue-bytes";
    private static final String MARK = "mark";
    private static final String MARK_ABOVE = "mark-above";
    private static final String LOSS = "loss";
    private static final String BURST_LOSS = "burst-loss";
    private static final String DUPLICATE = "duplicate";
    private static final String REORDER = "reorder";
    private static final String REORDER_DELAY = "reorder-delay";
    private static final String CORRUPT = "corrupt";
    private static final String LINK_MTU = "link-mtu";

    static final Set<String> LINK_NAMES =
            Set.of(
                    DELAY,
                    JITTER,
                    KEEP_ORDER,
                    RATE,
                    OVERHEAD,
                    QUEUE_FRAMES,
                    QUEUE_BYTES,
                    MARK,
                    MARK_ABOVE,
                    LOSS,
                    BURST_LOSS,
                    DUPLICATE,
                    REORDER,
                    REORDER_DELAY,
                    CORRUPT,
                    LINK_MTU);

    private SettingsText() {}

    static NicSettings nic(NicOptions options) {
        NicSettings usual = NicSettings.DEFAULT;
        int ring = options.number(RING, usual.receiveRing(), 1, NicSettings.MAX_RING);
        NicSettings.Builder builder =
                NicSettings.builder()
                        .macAddress(macAddress(options))
                        .mtu(
                                options.number(
                                        MTU,
                                        usual.mtu(),
                                        LinkSettings.MIN_MTU,
                                        LinkSettings.MAX_MTU))
                        .queues(options.number(QUEUES, 1, 1, NicSettings.MAX_QUEUES))
                        .rings(
                                options.number(RECEIVE_RING, ring, 1, NicSettings.MAX_RING),
                                options.number(TRANSMIT_RING, ring, 1, NicSettings.MAX_RING))
                        .filters(
                                options.number(
                                        FILTERS, usual.filters(), 0, NicSettings.MAX_FILTERS))
                        .promiscuous(options.flag(PROMISCUOUS, false));
        FEATURES.forEach((name, feature) ->
                builder.feature(feature, options.flag(name, usual.features().contains(feature))));
        return builder.build();
    }

    /** {@return the address that is asked for; 0 if none is} */
    static long macAddress(NicOptions options) {
        String text = options.text(MAC, "");
        if (text.isEmpty()) {
            return 0;
        }
        long address;
        try {
            address = MacAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw refused(MAC, text, String.valueOf(e.getMessage()));
        }
        if (address == 0 || MacAddress.isMulticast(address)) {
            throw refused(
                    MAC, text, "expected the address of one station, such as 02:00:00:00:00:01");
        }
        return address;
    }

    static LinkSettings link(NicOptions options) {
        double reorder = probability(options, REORDER);
        long reorderDelayNs = options.durationNs(REORDER_DELAY, 0);
        if (reorder > 0 && reorderDelayNs == 0) {
            throw new IllegalArgumentException(
                    "reorder=%s needs a delay too; expected reorder-delay, such as reorder-delay=1ms"
                            .formatted(options.text(REORDER, "")));
        }
        return LinkSettings.builder()
                .delayNs(options.durationNs(DELAY, 0))
                .jitterNs(options.durationNs(JITTER, 0))
                .keepsOrder(options.flag(KEEP_ORDER, true))
                .bitsPerSecond(options.bitsPerSecond(RATE, 0))
                .overheadBytes(options.number(OVERHEAD, 0, 0, 1000))
                .queueFrames(
                        options.number(
                                QUEUE_FRAMES,
                                LinkSettings.DEFAULT_QUEUE_FRAMES,
                                0,
                                Integer.MAX_VALUE))
                .queueBytes(options.number(QUEUE_BYTES, 0, 0, Integer.MAX_VALUE))
                .mark(probability(options, MARK))
                .markAboveFrames(options.number(MARK_ABOVE, 0, 0, Integer.MAX_VALUE))
                .loss(probability(options, LOSS))
                .burstLoss(burstLoss(options))
                .duplicate(probability(options, DUPLICATE))
                .reorder(reorder, reorderDelayNs)
                .corrupt(probability(options, CORRUPT))
                .mtu(
                        options.number(
                                LINK_MTU,
                                LinkSettings.MAX_MTU,
                                LinkSettings.MIN_MTU,
                                LinkSettings.MAX_MTU))
                .build();
    }

    private static double probability(NicOptions options, String name) {
        String text = options.text(name, "0");
        double value = probability(text);
        if (Double.isNaN(value)) {
            throw refused(name, text, "expected a probability such as 0.01 or 1%, from 0 to 1");
        }
        return value;
    }

    /** {@return a probability; not a number if the text is none} */
    private static double probability(String text) {
        boolean percent = text.endsWith("%");
        String number = percent ? text.substring(0, text.length() - 1) : text;
        if (!number.matches("[0-9]{1,3}(\\.[0-9]{1,18})?")) {
            return Double.NaN;
        }
        double value = Double.parseDouble(number) / (percent ? 100 : 1);
        return value <= 1 ? value : Double.NaN;
    }

    private static BurstLoss burstLoss(NicOptions options) {
        String text = options.text(BURST_LOSS, "");
        if (text.isEmpty()) {
            return BurstLoss.NONE;
        }
        String[] parts = text.split("/", -1);
        double[] values = {0, 0, 1, 0};
        boolean valid = parts.length >= 2 && parts.length <= values.length;
        for (int i = 0; valid && i < parts.length; i++) {
            values[i] = probability(parts[i]);
            valid = !Double.isNaN(values[i]);
        }
        if (!valid) {
            throw refused(
                    BURST_LOSS,
                    text,
                    "expected the probabilities BEGIN/END[/LOSS-IN[/LOSS-OUTSIDE]], such as 0.1%/20%");
        }
        return new BurstLoss(values[0], values[1], values[2], values[3]);
    }

    /** {@return the seed that is asked for; {@code otherwise} if none is} */
    static long seed(NicOptions options, long otherwise) {
        String text = options.text(SEED, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.decode(text);
        } catch (NumberFormatException e) {
            throw refused(
                    SEED, text, "expected a whole number of up to 63 bits, such as 7 or 0x5eed");
        }
    }

    private static IllegalArgumentException refused(String name, String text, String why) {
        return new IllegalArgumentException("%s=%s is not allowed; %s".formatted(name, text, why));
    }
}
