package onload.nic.packet;

/**
 * How a {@link PacketPool} is made.
 *
 * @param buffers number of packet buffers, 1 or more
 * @param bufferLength bytes of each, metadata included: a power of two from 512 to 65536
 * @param receiveLimit most buffers that may be out for {@link PacketPool#RECEIVE}, 0 to {@code buffers}
 * @param sendLimit most buffers that may be out for {@link PacketPool#SEND}, 0 to {@code buffers}
 * @param lowThreshold free buffers at or below which the pool is {@link PacketPool#LOW}
 * @param criticalThreshold free buffers at or below which the pool is {@link PacketPool#CRITICAL}; not more
 *     than {@code lowThreshold}
 * @param hugePages on which pages
 * @param accounting whether to keep account of each buffer, to find leaks, double releases and writes after a
 *     release; slow, for tests and for hunting a fault
 */
public record PoolOptions(
        int buffers,
        int bufferLength,
        int receiveLimit,
        int sendLimit,
        int lowThreshold,
        int criticalThreshold,
        HugePages hugePages,
        boolean accounting) {

    /** System property: {@code true} turns accounting on in every pool made from {@link #of}. */
    public static final String ACCOUNTING_PROPERTY = "onload.pool.accounting";

    /** Bytes of a buffer unless told otherwise. */
    public static final int DEFAULT_BUFFER_LENGTH = 2048;

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public PoolOptions {
        within("buffers", buffers, 1, Integer.MAX_VALUE / PacketBuffers.MIN_BUFFER_LENGTH);
        within("receiveLimit", receiveLimit, 0, buffers);
        within("sendLimit", sendLimit, 0, buffers);
        within("lowThreshold", lowThreshold, 0, buffers);
        within("criticalThreshold", criticalThreshold, 0, lowThreshold);
    }

    /**
     * {@return the usual options for a number of buffers}: 2 KiB each; up to three quarters of them for either
     * direction; low at an eighth, critical at a thirty-second; huge pages where there are some; accounting as the
     * property {@value #ACCOUNTING_PROPERTY} says.
     *
     * @param buffers number of packet buffers, 1 or more
     */
    public static PoolOptions of(int buffers) {
        int share = Math.max(1, buffers - buffers / 4);
        return new PoolOptions(
                buffers,
                DEFAULT_BUFFER_LENGTH,
                share,
                share,
                buffers / 8,
                buffers / 32,
                HugePages.IF_AVAILABLE,
                Boolean.getBoolean(ACCOUNTING_PROPERTY));
    }

    /** {@return these options with buffers of another length in bytes} */
    public PoolOptions withBufferLength(int bytes) {
        return new PoolOptions(
                buffers,
                bytes,
                receiveLimit,
                sendLimit,
                lowThreshold,
                criticalThreshold,
                hugePages,
                accounting);
    }

    /** {@return these options with other limits of the shares} */
    public PoolOptions withLimits(int receive, int send) {
        return new PoolOptions(
                buffers,
                bufferLength,
                receive,
                send,
                lowThreshold,
                criticalThreshold,
                hugePages,
                accounting);
    }

    /** {@return these options with other thresholds of pressure} */
    public PoolOptions withThresholds(int low, int critical) {
        return new PoolOptions(
                buffers,
                bufferLength,
                receiveLimit,
                sendLimit,
                low,
                critical,
                hugePages,
                accounting);
    }

    /** {@return these options with another wish for pages} */
    public PoolOptions withHugePages(HugePages wish) {
        return new PoolOptions(
                buffers,
                bufferLength,
                receiveLimit,
                sendLimit,
                lowThreshold,
                criticalThreshold,
                wish,
                accounting);
    }

    /** {@return these options with accounting on or off} */
    public PoolOptions withAccounting(boolean on) {
        return new PoolOptions(
                buffers,
                bufferLength,
                receiveLimit,
                sendLimit,
                lowThreshold,
                criticalThreshold,
                hugePages,
                on);
    }

    private static void within(String name, int value, int lowest, int highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    "%s of a packet pool cannot be %d; expected %d to %d"
                            .formatted(name, value, lowest, highest));
        }
    }
}
