package onload.udp;

/**
 * How UDP of a stack is made.
 *
 * @param sockets most sockets at a time, ≥ 1
 * @param receiveQueueBytes limit of a socket's receive queue unless it sets another, in bytes of whole packet
 *     buffers, so that tiny datagrams cannot hold the pool; ≥ 1
 * @param queuedBuffers most packet buffers in all receive queues together; 0 for half of the pool
 * @param firstEphemeralPort first port that is chosen by itself
 * @param lastEphemeralPort last one
 */
public record UdpSettings(
        int sockets,
        int receiveQueueBytes,
        int queuedBuffers,
        int firstEphemeralPort,
        int lastEphemeralPort) {
    /** The usual ones: 65536 sockets, queues of 512 KiB, half of the pool, ports 32768 to 60999. */
    public static final UdpSettings DEFAULT = new UdpSettings(1 << 16, 1 << 19, 0, 32768, 60999);

    /**
     * Checks them.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public UdpSettings {
        if (sockets < 1 || receiveQueueBytes < 1 || queuedBuffers < 0) {
            throw new IllegalArgumentException(
                    "UDP cannot have %d sockets, queues of %d bytes and %d buffers; expected ≥ 1, ≥ 1 and ≥ 0"
                            .formatted(sockets, receiveQueueBytes, queuedBuffers));
        }
    }
}
