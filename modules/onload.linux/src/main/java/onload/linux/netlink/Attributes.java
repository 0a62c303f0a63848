package onload.linux.netlink;

import org.agrona.DirectBuffer;

/**
 * Attributes of a message, {@code struct rtattr}: a length of 2 bytes that counts itself, a type of 2 bytes, and what
 * there is of it, at multiples of 4 bytes. All in the machine's byte order but for addresses.
 */
final class Attributes {
    /** There is no such attribute. */
    static final int NONE = -1;

    private static final int HEADER_LENGTH = 4;

    /** Above are flags that say how to read it. */
    private static final int TYPE_MASK = 0x3fff;

    private Attributes() {}

    /** {@return the offset of what there is of an attribute of a type, or {@link #NONE}} */
    static int find(DirectBuffer buffer, int from, int to, int type) {
        int at = from;
        while (to - at >= HEADER_LENGTH) {
            int length = buffer.getShort(at) & 0xffff;
            if (length < HEADER_LENGTH || length > to - at) {
                return NONE;
            }
            if ((buffer.getShort(at + 2) & TYPE_MASK) == type) {
                return at + HEADER_LENGTH;
            }
            at += aligned(length);
        }
        return NONE;
    }

    /** {@return bytes of what there is of the attribute found at an offset} */
    static int length(DirectBuffer buffer, int found) {
        return (buffer.getShort(found - HEADER_LENGTH) & 0xffff) - HEADER_LENGTH;
    }

    /** {@return a number of 4 bytes, or another value if there is no such attribute} */
    static int number(DirectBuffer buffer, int from, int to, int type, int otherwise) {
        int found = find(buffer, from, to, type);
        return found == NONE || length(buffer, found) < Integer.BYTES
                ? otherwise
                : buffer.getInt(found);
    }

    static int aligned(int length) {
        return length + 3 & ~3;
    }
}
