package onload.nic.emulated;

import onload.nic.spi.NicOptions;

import java.util.Set;

/**
 * What one direction of a cable does to the frames on it. They go through in this order:
 *
 * <ol>
 *   <li>a frame that is longer than the {@code mtu} allows is dropped;
 *   <li>with a rate, the frame waits until those before it are sent, then takes its own time to be sent. One that
 *       finds the queue full is dropped (tail drop);
 *   <li>if its IP header says that it may be marked (RFC 3168, section 5: ECT), it is marked: with a probability, and
 *       if there are more than {@code markAboveFrames} in the queue, itself included;
 *   <li>it is lost or not: a frame that is lost has used the link all the same;
 *   <li>it travels for the delay, plus a jitter that is drawn evenly from 0 to {@code jitterNs}. Jitter alone never
 *       lets a frame overtake another: it arrives with the one before it then. Without {@code keepsOrder} it does;
 *   <li>held back, it takes {@code reorderDelayNs} more, and the frames behind it overtake it;
 *   <li>corrupted, one bit of it, anywhere in the frame, is flipped;
 *   <li>duplicated, a second one arrives right behind it.
 * </ol>
 *
 * <p>Each impairment draws from a sequence of its own, once per frame that is sent, whatever the others do: to add one
 * leaves the decisions of the others as they were.
 *
 * @param delayNs propagation delay in nanoseconds, 0 to 2⁶⁰
 * @param jitterNs most that is added to the delay at random in nanoseconds, 0 to 2⁶⁰
 * @param keepsOrder whether jitter keeps the order of frames
 * @param bitsPerSecond rate of the link; 0 for one that sends in no time
 * @param overheadBytes bytes that each frame takes on the link beside its own, 0 to 1000; Ethernet's preamble, frame
 *     check sequence and gap are 24
 * @param queueFrames most frames that may wait or be sent at a time; 0 for any number. Without a rate there is no
 *     queue
 * @param queueBytes most bytes of these, overhead included; 0 for any number
 * @param mark probability that a frame is marked, of those that may be
 * @param markAboveFrames frames in the queue, sent and waiting, above which those that may be are marked; 0 for
 *     never
 * @param loss probability that a frame is lost, each by itself
 * @param burstLoss loss in bursts, beside the other
 * @param duplicate probability that a frame arrives twice
 * @param reorder probability that a frame is held back
 * @param reorderDelayNs how long in nanoseconds, 0 to 2⁶⁰
 * @param corrupt probability that a bit is flipped
 * @param mtu largest IP datagram in bytes, {@value #MIN_MTU} to {@value #MAX_MTU}: the bytes after the Ethernet
 *     header and its VLAN tags
 */
public record LinkSettings(
        long delayNs,
        long jitterNs,
        boolean keepsOrder,
        long bitsPerSecond,
        int overheadBytes,
        int queueFrames,
        int queueBytes,
        double mark,
        int markAboveFrames,
        double loss,
        BurstLoss burstLoss,
        double duplicate,
        double reorder,
        long reorderDelayNs,
        double corrupt,
        int mtu) {

    /** Smallest MTU in bytes, that of every link of IPv4 (RFC 791, section 3.2). */
    public static final int MIN_MTU = 68;

    /** Largest MTU in bytes. */
    public static final int MAX_MTU = 65535;

    /** Frames that a queue holds unless told otherwise. */
    public static final int DEFAULT_QUEUE_FRAMES = 1000;

    /** No delay, no limit, no loss. */
    public static final LinkSettings PERFECT = builder().build();

    private static final long MAX_DELAY_NS = 1L << 60;
    private static final long MAX_BITS_PER_SECOND = 10_000_000_000_000L;
    private static final int MAX_OVERHEAD_BYTES = 1000;

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public LinkSettings {
        Limits.within("delayNs of a link", delayNs, 0, MAX_DELAY_NS);
        Limits.within("jitterNs of a link", jitterNs, 0, MAX_DELAY_NS);
        Limits.within("bitsPerSecond of a link", bitsPerSecond, 0, MAX_BITS_PER_SECOND);
        Limits.within("overheadBytes of a link", overheadBytes, 0, MAX_OVERHEAD_BYTES);
        Limits.within("queueFrames of a link", queueFrames, 0, Integer.MAX_VALUE);
        Limits.within("queueBytes of a link", queueBytes, 0, Integer.MAX_VALUE);
        Limits.probability("mark of a link", mark);
        Limits.within("markAboveFrames of a link", markAboveFrames, 0, Integer.MAX_VALUE);
        Limits.probability("loss of a link", loss);
        Limits.probability("duplicate of a link", duplicate);
        Limits.probability("reorder of a link", reorder);
        Limits.within("reorderDelayNs of a link", reorderDelayNs, 0, MAX_DELAY_NS);
        Limits.probability("corrupt of a link", corrupt);
        Limits.within("mtu of a link", mtu, MIN_MTU, MAX_MTU);
        if (reorder > 0 && reorderDelayNs == 0) {
            throw new IllegalArgumentException(
                    "a link cannot reorder without a delay; expected reorderDelayNs above 0");
        }
    }

    /** {@return a builder that begins with a perfect link} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return a builder that begins with these settings} */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.delayNs = delayNs;
        builder.jitterNs = jitterNs;
        builder.keepsOrder = keepsOrder;
        builder.bitsPerSecond = bitsPerSecond;
        builder.overheadBytes = overheadBytes;
        builder.queueFrames = queueFrames;
        builder.queueBytes = queueBytes;
        builder.mark = mark;
        builder.markAboveFrames = markAboveFrames;
        builder.loss = loss;
        builder.burstLoss = burstLoss;
        builder.duplicate = duplicate;
        builder.reorder = reorder;
        builder.reorderDelayNs = reorderDelayNs;
        builder.corrupt = corrupt;
        builder.mtu = mtu;
        return builder;
    }

    /**
     * {@return the settings of a link as a specification of a NIC has them} See {@link EmulatedNicProvider} for their
     * names.
     *
     * @throws IllegalArgumentException if a value is not allowed; the message says what was expected
     */
    public static LinkSettings from(NicOptions options) {
        return SettingsText.link(options);
    }

    /** {@return the names that {@link #from} reads} */
    public static Set<String> names() {
        return SettingsText.LINK_NAMES;
    }

    /** {@return whether anything is left to chance} */
    boolean isRandom() {
        return jitterNs > 0
                || mark > 0
                || loss > 0
                || !burstLoss.isNone()
                || duplicate > 0
                || reorder > 0
                || corrupt > 0;
    }

    /** Collects settings; each method is named after the one that it sets, and answers the builder itself. */
    public static final class Builder {
        private long delayNs;
        private long jitterNs;
        private boolean keepsOrder = true;
        private long bitsPerSecond;
        private int overheadBytes;
        private int queueFrames = DEFAULT_QUEUE_FRAMES;
        private int queueBytes;
        private double mark;
        private int markAboveFrames;
        private double loss;
        private BurstLoss burstLoss = BurstLoss.NONE;
        private double duplicate;
        private double reorder;
        private long reorderDelayNs;
        private double corrupt;
        private int mtu = MAX_MTU;

        private Builder() {}

        /** Propagation delay in nanoseconds. */
        public Builder delayNs(long value) {
            delayNs = value;
            return this;
        }

        /** Most that is added to the delay at random in nanoseconds. */
        public Builder jitterNs(long value) {
            jitterNs = value;
            return this;
        }

        /** Whether jitter keeps the order of frames. */
        public Builder keepsOrder(boolean value) {
            keepsOrder = value;
            return this;
        }

        /** Rate of the link; 0 for one that sends in no time. */
        public Builder bitsPerSecond(long value) {
            bitsPerSecond = value;
            return this;
        }

        /** Bytes that each frame takes on the link beside its own. */
        public Builder overheadBytes(int value) {
            overheadBytes = value;
            return this;
        }

        /** Most frames that may wait or be sent at a time; 0 for any number. */
        public Builder queueFrames(int value) {
            queueFrames = value;
            return this;
        }

        /** Most bytes that may wait or be sent at a time; 0 for any number. */
        public Builder queueBytes(int value) {
            queueBytes = value;
            return this;
        }

        /** Probability that a frame is marked, of those that may be. */
        public Builder mark(double value) {
            mark = value;
            return this;
        }

        /** Frames in the queue above which those that may be are marked; 0 for never. */
        public Builder markAboveFrames(int value) {
            markAboveFrames = value;
            return this;
        }

        /** Probability that a frame is lost, each by itself. */
        public Builder loss(double value) {
            loss = value;
            return this;
        }

        /** Loss in bursts. */
        public Builder burstLoss(BurstLoss value) {
            burstLoss = value;
            return this;
        }

        /** Probability that a frame arrives twice. */
        public Builder duplicate(double value) {
            duplicate = value;
            return this;
        }

        /** Probability that a frame is held back, and how long in nanoseconds. */
        public Builder reorder(double probability, long byNs) {
            reorder = probability;
            reorderDelayNs = byNs;
            return this;
        }

        /** Probability that a bit is flipped. */
        public Builder corrupt(double value) {
            corrupt = value;
            return this;
        }

        /** Largest IP datagram in bytes. */
        public Builder mtu(int value) {
            mtu = value;
            return this;
        }

        /**
         * {@return the settings}
         *
         * @throws IllegalArgumentException if one is out of its range; the message names it
         */
        public LinkSettings build() {
            return new LinkSettings(
                    delayNs,
                    jitterNs,
                    keepsOrder,
                    bitsPerSecond,
                    overheadBytes,
                    queueFrames,
                    queueBytes,
                    mark,
                    markAboveFrames,
                    loss,
                    burstLoss,
                    duplicate,
                    reorder,
                    reorderDelayNs,
                    corrupt,
                    mtu);
        }
    }
}
