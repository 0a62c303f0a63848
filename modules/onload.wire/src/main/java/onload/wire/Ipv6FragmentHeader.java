package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The fragment header of IPv6 (RFC 8200, section 4.5). {@link Ipv6ExtensionHeaders} finds it.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next header  |   Reserved    |     Fragment offset     |Res|M|
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Identification                         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class Ipv6FragmentHeader {
    /** Offset of the next header, 1 byte. */
    public static final int NEXT_HEADER_OFFSET = 0;

    /** Offset of the fragment offset, 13 bits, and the flag More Fragments. */
    public static final int FRAGMENT_OFFSET_OFFSET = 2;

    /** Offset of the identification, 4 bytes. */
    public static final int IDENTIFICATION_OFFSET = 4;

    /** Bytes of the header. */
    public static final int LENGTH = 8;

    private static final int FRAGMENT_OFFSET_MASK = 0xFFF8;
    private static final int MORE_FRAGMENTS = 1;

    private Ipv6FragmentHeader() {}

    /**
     * {@return 8, the bytes of the header; or {@link Malformed#TRUNCATED}}
     *
     * @param buffer holds the packet
     * @param offset index of the first byte of this header
     * @param length bytes from there to the end of the packet
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        return length < LENGTH ? Malformed.TRUNCATED : LENGTH;
    }

    /**
     * {@return the type of the first header of the fragmentable part; that of the fragment with
     * offset 0 counts, the others may differ}
     */
    public static int nextHeader(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + NEXT_HEADER_OFFSET);
    }

    /** Sets the type of the first header of the fragmentable part. */
    public static void nextHeader(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + NEXT_HEADER_OFFSET, value);
    }

    /**
     * {@return where in the fragmentable part the data after this header belongs, in bytes: a
     * multiple of 8 to 65528}
     */
    public static int fragmentOffset(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + FRAGMENT_OFFSET_OFFSET) & FRAGMENT_OFFSET_MASK;
    }

    /** {@return whether this is not the last fragment} */
    public static boolean moreFragments(UnsafeBuffer buffer, int offset) {
        return (uint16(buffer, offset + FRAGMENT_OFFSET_OFFSET) & MORE_FRAGMENTS) != 0;
    }

    /**
     * Sets fragment offset and the flag More Fragments; the reserved bits become 0.
     *
     * @param fragmentOffset bytes, a multiple of 8 up to 65528
     * @param moreFragments whether this is not the last fragment
     */
    public static void fragment(
            UnsafeBuffer buffer, int offset, int fragmentOffset, boolean moreFragments) {
        uint16(
                buffer,
                offset + FRAGMENT_OFFSET_OFFSET,
                fragmentOffset | (moreFragments ? MORE_FRAGMENTS : 0));
    }

    /**
     * {@return whether this fragment is the whole packet: offset 0 and no more fragments; it is
     * never kept for reassembly (RFC 6946, section 4)}
     */
    public static boolean isAtomic(UnsafeBuffer buffer, int offset) {
        return (uint16(buffer, offset + FRAGMENT_OFFSET_OFFSET)
                        & (FRAGMENT_OFFSET_MASK | MORE_FRAGMENTS))
                == 0;
    }

    /** {@return the identification, which the fragments of one packet share} */
    public static int identification(UnsafeBuffer buffer, int offset) {
        return int32(buffer, offset + IDENTIFICATION_OFFSET);
    }

    /** Sets the identification. */
    public static void identification(UnsafeBuffer buffer, int offset, int value) {
        int32(buffer, offset + IDENTIFICATION_OFFSET, value);
    }

    /**
     * Writes a header.
     *
     * @param nextHeader type of the first header of the fragmentable part, 0 to 255
     * @param fragmentOffset bytes, a multiple of 8 up to 65528
     * @param moreFragments whether this is not the last fragment
     * @param identification what the fragments of one packet share
     */
    public static void write(
            UnsafeBuffer buffer,
            int offset,
            int nextHeader,
            int fragmentOffset,
            boolean moreFragments,
            int identification) {
        uint16(buffer, offset, nextHeader << 8);
        fragment(buffer, offset, fragmentOffset, moreFragments);
        identification(buffer, offset, identification);
    }
}
