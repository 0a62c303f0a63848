package onload.wire;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.ByteOrder.nativeOrder;

import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The Internet checksum (RFC 1071), its incremental update (RFC 1624) and the pseudo-headers of
 * TCP, UDP and ICMPv6 (RFC 9293 section 3.1, RFC 768, RFC 8200 section 8.1).
 *
 * <p>A <em>sum</em> is a partial result, a one's-complement sum of 16-bit words in network order
 * that is not folded yet: any {@code long} ≥ 0 that is congruent to it modulo 65535. Sums are made
 * by {@link #sum}, {@link #pseudoHeader} and {@link #add}, and become the value of a checksum field
 * by {@link #fold}:
 *
 * <pre>
 * long sum = InternetChecksum.pseudoHeader(source, destination, protocol, length);
 * int checksum = InternetChecksum.fold(InternetChecksum.sum(buffer, offset, length, sum));
 * </pre>
 *
 * <p>Correct data, summed with its checksum field in place, folds to 0.
 */
public final class InternetChecksum {
    private static final boolean SWAPPED = nativeOrder() == LITTLE_ENDIAN;
    private static final long LOW_HALF = 0xFFFF_FFFFL;

    private InternetChecksum() {}

    /**
     * {@return the sum of a range of bytes, added to another sum} An odd last byte is padded with a
     * zero on its right (RFC 1071, section 1).
     *
     * @param buffer holds the bytes
     * @param offset index of the first byte; any alignment
     * @param length number of bytes, ≥ 0
     * @param initial the sum to add to, or 0; if it is of data before these bytes, that data must
     *     have an even length
     * @throws IndexOutOfBoundsException if the range is outside the buffer; this is checked once
     *     for the range, also where the bounds checks of the buffer are off
     */
    public static long sum(UnsafeBuffer buffer, int offset, int length, long initial) {
        buffer.boundsCheck(offset, length);
        Object base = buffer.byteArray();
        long address = buffer.addressOffset() + offset;
        // The one's-complement sum does not depend on byte order (RFC 1071, section 2(B)): the
        // words are
        // summed as the machine reads them and the result is swapped once. This plain shape is what
        // the JIT
        // compiler turns into vector code: an int counter, one load per step, and a limit that is
        // shifted
        // with its sign; with >>> in its place, unrolled by hand, or chasing carries it is three
        // times
        // slower (docs/benchmarks).
        int words = length >> 3;
        long low = 0;
        long high = 0;
        for (int i = 0; i < words; i++) {
            long word = UnsafeApi.getLong(base, address + ((long) i << 3));
            low += word & LOW_HALF;
            high += word >>> 32;
        }
        long sum = low + high + tail(base, address + ((long) words << 3), length & 7);
        return foldTo16(initial) + (SWAPPED ? swapped(sum) : sum);
    }

    /** The last zero to seven bytes, as the machine reads them. */
    private static long tail(Object base, long address, int length) {
        long sum = 0;
        long at = address;
        if ((length & 4) != 0) {
            sum += UnsafeApi.getInt(base, at) & LOW_HALF;
            at += 4;
        }
        if ((length & 2) != 0) {
            sum += UnsafeApi.getShort(base, at) & 0xFFFF;
            at += 2;
        }
        if ((length & 1) != 0) {
            int last = UnsafeApi.getByte(base, at) & 0xFF;
            sum += SWAPPED ? last : last << 8;
        }
        return sum;
    }

    /**
     * {@return a sum with one 16-bit word added}
     *
     * @param sum a sum
     * @param word the word in host order, 0 to 65535
     */
    public static long add(long sum, int word) {
        return sum + word;
    }

    /**
     * {@return the checksum field for a sum}: its one's complement, 0 to 65535.
     *
     * @param sum a sum ≥ 0
     */
    public static int fold(long sum) {
        return (int) ~foldTo16(sum) & 0xFFFF;
    }

    /**
     * {@return the checksum of a range of bytes}, 0 to 65535: 0 if the range holds a correct
     * checksum.
     *
     * @param buffer holds the bytes
     * @param offset index of the first byte
     * @param length number of bytes, ≥ 0
     */
    public static int checksum(UnsafeBuffer buffer, int offset, int length) {
        return fold(sum(buffer, offset, length, 0));
    }

    /**
     * {@return the sum of the IPv4 pseudo-header} (RFC 768; RFC 9293, section 3.1).
     *
     * @param source source address
     * @param destination destination address
     * @param protocol protocol number, 0 to 255
     * @param length bytes of transport header and data, 0 to 65535
     */
    public static long pseudoHeader(int source, int destination, int protocol, int length) {
        return (source & LOW_HALF) + (destination & LOW_HALF) + protocol + length;
    }

    /**
     * {@return the sum of the IPv6 pseudo-header} (RFC 8200, section 8.1).
     *
     * @param sourceHigh upper half of the source address
     * @param sourceLow lower half of the source address
     * @param destinationHigh upper half of the destination address; of the final one if there is a
     *     routing header
     * @param destinationLow lower half of the destination address
     * @param nextHeader protocol number of the upper layer, 0 to 255
     * @param length bytes of the upper-layer header and data, 0 to 2³²-1
     */
    public static long pseudoHeader(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int nextHeader,
            long length) {
        return halves(sourceHigh)
                + halves(sourceLow)
                + halves(destinationHigh)
                + halves(destinationLow)
                + nextHeader
                + length;
    }

    /**
     * {@return the new value of a checksum field when one 16-bit word of the data changes}, by
     * equation 3 of RFC 1624, section 3: HC' = ~(~HC + ~m + m').
     *
     * <p>It equals the checksum of the changed data as long as these are not all zero, which no
     * header with its pseudo-header is: their checksum would be 0xFFFF, and the answer is 0. In UDP
     * an answer of 0 is sent as 0xFFFF, and a field of 0 is left alone, since it means that there
     * is no checksum (RFC 768).
     *
     * @param checksum the field before, 0 to 65535
     * @param before the word before, 0 to 65535
     * @param after the word after, 0 to 65535
     */
    public static int update(int checksum, int before, int after) {
        return fold((long) (~checksum & 0xFFFF) + (~before & 0xFFFF) + after);
    }

    /**
     * {@return the new value of a checksum field when one 32-bit word of the data changes}, such as
     * an IPv4 address or a sequence number, that begins at an even offset of the data. What is said
     * of {@link #update} holds here too.
     *
     * @param checksum the field before, 0 to 65535
     * @param before the word before
     * @param after the word after
     */
    public static int update32(int checksum, int before, int after) {
        return fold((~checksum & 0xFFFF) + (~before & LOW_HALF) + (after & LOW_HALF));
    }

    private static long halves(long word) {
        return (word >>> 32) + (word & LOW_HALF);
    }

    /** A value from 0 to 65535 that is congruent to the sum; 0 only for 0. */
    private static long foldTo16(long sum) {
        long folded = (sum >>> 32) + (sum & LOW_HALF);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        return (folded >>> 16) + (folded & 0xFFFF);
    }

    private static long swapped(long sum) {
        return Short.reverseBytes((short) foldTo16(sum)) & 0xFFFF;
    }
}
