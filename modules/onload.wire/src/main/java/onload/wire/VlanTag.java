package onload.wire;

import static onload.wire.BigEndian.uint16;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A tag of IEEE 802.1Q (clause 9) between the source address and the type of an Ethernet frame. {@link
 * EthernetHeader#check} covers it: a frame has {@code (headerLength - 14) / 4} tags.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     TPID (0x8100, 0x88A8)     | PCP |D|        VLAN ID        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class VlanTag {
    /** Offset of the first tag, counted from the first byte of the frame. */
    public static final int FIRST_OFFSET = EthernetHeader.TYPE_OFFSET;

    /** Offset of the tag control information within a tag, 2 bytes. */
    public static final int CONTROL_OFFSET = 2;

    /** Bytes of a tag. */
    public static final int LENGTH = 4;

    private static final int IDENTIFIER_MASK = 0x0FFF;

    private VlanTag() {}

    /** {@return whether a value of the type field announces a tag} */
    public static boolean isTag(int etherType) {
        return etherType == EtherType.VLAN || etherType == EtherType.SERVICE_VLAN;
    }

    /**
     * {@return the VLAN identifier, 0 to 4095; 0 means priority only}
     *
     * @param offset index of the tag
     */
    public static int identifier(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + CONTROL_OFFSET) & IDENTIFIER_MASK;
    }

    /**
     * {@return the priority code point, 0 to 7}
     *
     * @param offset index of the tag
     */
    public static int priority(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + CONTROL_OFFSET) >>> 13;
    }

    /**
     * {@return the drop-eligible indicator}
     *
     * @param offset index of the tag
     */
    public static boolean dropEligible(UnsafeBuffer buffer, int offset) {
        return (uint16(buffer, offset + CONTROL_OFFSET) & 0x1000) != 0;
    }

    /**
     * Writes a tag; the type of what follows it is at {@code offset + 4}.
     *
     * @param offset index of the tag
     * @param tagType {@link EtherType#VLAN} or {@link EtherType#SERVICE_VLAN}
     * @param priority 0 to 7
     * @param dropEligible the drop-eligible indicator
     * @param identifier 0 to 4095
     */
    public static void write(
            UnsafeBuffer buffer,
            int offset,
            int tagType,
            int priority,
            boolean dropEligible,
            int identifier) {
        uint16(buffer, offset, tagType);
        uint16(
                buffer,
                offset + CONTROL_OFFSET,
                (priority << 13) | (dropEligible ? 0x1000 : 0) | (identifier & IDENTIFIER_MASK));
    }
}
