package onload.ip.fragment;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.InternetChecksum;
import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The checksum of a transport over a packet of one buffer or several, of any lengths: what a NIC with that feature
 * does in hardware.
 */
public final class TransportChecksum {
    private TransportChecksum() {}

    /**
     * Fills in the checksum that the sender of a packet left to the NIC, and takes {@link
     * PacketBuffers#CHECKSUM_NEEDED} away; does nothing if it is not set.
     *
     * <p>The place of the checksum is counted from the first byte of data, as {@link PacketBuffers#needChecksum} has
     * it, and it covers all from there to the end of the chain. A sum of 0 is sent as 0xFFFF, since 0 means none in
     * UDP (RFC 768; RFC 8200, section 8.1); elsewhere the two are equal.
     *
     * @param pool whose packet it is
     * @param packet its first buffer
     */
    public static void complete(PacketPool pool, int packet) {
        PacketBuffers buffers = pool.buffers();
        int flags = buffers.flags(packet);
        if ((flags & PacketBuffers.CHECKSUM_NEEDED) == 0) {
            return;
        }
        int start = buffers.checksumStart(packet);
        int checksum = UdpHeader.checksumOf(sum(buffers, packet, start, Integer.MAX_VALUE, 0L));
        int field = start + buffers.checksumField(packet);
        // Byte by byte: nothing says that both are in the same buffer.
        put(buffers, packet, field, checksum >>> 8);
        put(buffers, packet, field + 1, checksum);
        buffers.flags(packet, flags & ~PacketBuffers.CHECKSUM_NEEDED);
    }

    /**
     * {@return the sum of a range of a packet's bytes, added to another sum} See {@link InternetChecksum}: a sum of
     * correct data with its pseudo-header folds to 0.
     *
     * @param packet its first buffer
     * @param offset the first byte, counted from the first byte of data
     * @param length bytes; or more than there are, for all
     * @param initial a sum to add to, or 0
     */
    public static long sum(
            PacketBuffers buffers, int packet, int offset, int length, long initial) {
        UnsafeBuffer memory = buffers.memory();
        long sum = initial;
        int skip = offset;
        int left = length;
        boolean odd = false;
        for (int at = packet; at != PacketBuffers.NONE && left > 0; at = buffers.continuation(at)) {
            int bytes = Math.min(left, buffers.length(at) - skip);
            if (bytes <= 0) {
                skip -= buffers.length(at);
                continue;
            }
            long piece = InternetChecksum.sum(memory, buffers.data(at) + skip, bytes, 0L);
            sum += odd ? swapped(piece) : piece;
            odd ^= (bytes & 1) != 0;
            left -= bytes;
            skip = 0;
        }
        return sum;
    }

    /** RFC 1071, section 2 (B): what begins at an odd place is summed with its bytes in the other order. */
    private static long swapped(long sum) {
        int folded = ~InternetChecksum.fold(sum) & 0xFFFF;
        return Short.reverseBytes((short) folded) & 0xFFFFL;
    }

    private static void put(PacketBuffers buffers, int packet, int offset, int value) {
        int at = packet;
        int skip = offset;
        while (skip >= buffers.length(at)) {
            skip -= buffers.length(at);
            at = buffers.continuation(at);
            if (at == PacketBuffers.NONE) {
                return;
            }
        }
        buffers.memory().putByte(buffers.data(at) + skip, (byte) value);
    }
}
