package onload.linux.xdp;

import org.agrona.DirectBuffer;

/**
 * Where the indexes and entries of a ring are in its mapping: {@code struct xdp_ring_offset}.
 *
 * @param producer of the producer's index, 4 bytes
 * @param consumer of the consumer's index, 4 bytes
 * @param entries of the first entry
 * @param flags of the flags, 4 bytes
 */
record RingOffsets(int producer, int consumer, int entries, int flags) {
    /** Bytes of the structure; before Linux 5.4 there were no flags and it was 24. */
    static final int LENGTH = 32;

    static RingOffsets read(DirectBuffer from, int at) {
        return new RingOffsets(
                (int) from.getLong(at),
                (int) from.getLong(at + 8),
                (int) from.getLong(at + 16),
                (int) from.getLong(at + 24));
    }
}
