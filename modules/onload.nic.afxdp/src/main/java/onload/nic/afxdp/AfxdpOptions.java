package onload.nic.afxdp;

import onload.nic.spi.NicOptions;

import java.util.Set;

/**
 * The settings of {@link AfxdpProvider}, read and checked.
 *
 * @param device name of the device
 * @param queue of the device
 * @param namespace name of the network namespace; empty is the caller's
 * @param share whether the kernel keeps the interface, and the stack has chosen flows
 * @param mode where the program is attached: auto, native or generic
 * @param zeroCopy whether the device uses our memory itself: auto, on or off
 * @param receiveRing places of the fill and the receive ring, a power of two
 * @param transmitRing places of the transmit ring, a power of two
 * @param filters most flows that the stack may have
 * @param busyPollNs how long a call polls the device in nanoseconds; 0 is not at all
 * @param statisticsNs how often the kernel's counters are read while frames are polled, in nanoseconds
 */
record AfxdpOptions(
        String device,
        int queue,
        String namespace,
        boolean share,
        String mode,
        String zeroCopy,
        int receiveRing,
        int transmitRing,
        int filters,
        long busyPollNs,
        long statisticsNs) {

    private static final long LONGEST_BUSY_POLL_NS = 1_000_000_000;

    static final String AUTO = "auto";

    private static final Set<String> NAMES =
            Set.of(
                    "netns",
                    "share",
                    "mode",
                    "zero-copy",
                    "ring",
                    "receive-ring",
                    "transmit-ring",
                    "filters",
                    "busy-poll",
                    "statistics-interval");

    static AfxdpOptions of(NicOptions options) {
        options.allowOnly(NAMES);
        int ring = powerOfTwo(options, "ring", 1024);
        return new AfxdpOptions(
                options.device(),
                options.queue(),
                options.text("netns", ""),
                options.flag("share", false),
                oneOf(options, "mode", AUTO, "native", "generic"),
                oneOf(options, "zero-copy", AUTO, "on", "off"),
                powerOfTwo(options, "receive-ring", ring),
                powerOfTwo(options, "transmit-ring", ring),
                options.number("filters", 65_536, 1, 1 << 22),
                busyPoll(options),
                options.durationNs("statistics-interval", 10_000_000));
    }

    private static int powerOfTwo(NicOptions options, String name, int otherwise) {
        int value = options.number(name, otherwise, 8, 32_768);
        if (Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(
                    "%s=%d is not allowed; expected a power of two from 8 to 32768"
                            .formatted(name, value));
        }
        return value;
    }

    private static long busyPoll(NicOptions options) {
        long time = options.durationNs("busy-poll", 0);
        if (time > LONGEST_BUSY_POLL_NS) {
            throw new IllegalArgumentException(
                    "busy-poll=%s is not allowed; expected up to 1s"
                            .formatted(options.text("busy-poll", "")));
        }
        return time;
    }

    private static String oneOf(NicOptions options, String name, String... allowed) {
        String value = options.text(name, allowed[0]);
        for (String each : allowed) {
            if (each.equals(value)) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "%s=%s is not allowed; expected %s"
                        .formatted(name, value, String.join(", ", allowed)));
    }
}
