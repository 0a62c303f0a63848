package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.int64;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint48;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A packet of the Address Resolution Protocol (RFC 826) for IPv4 over Ethernet, the only kind that
 * {@link #check} accepts.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |       Hardware type (1)       |    Protocol type (0x0800)     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Hardware len(6)|Protocol len(4)|           Operation           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Sender hardware address                    |
 * +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                               |    Sender protocol address    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |      (continued)              |    Target hardware address    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Target protocol address                    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class ArpPacket {
    /** Offset of the hardware type, 2 bytes. */
    public static final int HARDWARE_TYPE_OFFSET = 0;

    /** Offset of the protocol type, 2 bytes. */
    public static final int PROTOCOL_TYPE_OFFSET = 2;

    /** Offset of the length of a hardware address, 1 byte. */
    public static final int HARDWARE_LENGTH_OFFSET = 4;

    /** Offset of the length of a protocol address, 1 byte. */
    public static final int PROTOCOL_LENGTH_OFFSET = 5;

    /** Offset of the operation, 2 bytes. */
    public static final int OPERATION_OFFSET = 6;

    /** Offset of the sender's hardware address, 6 bytes. */
    public static final int SENDER_HARDWARE_ADDRESS_OFFSET = 8;

    /** Offset of the sender's protocol address, 4 bytes. */
    public static final int SENDER_PROTOCOL_ADDRESS_OFFSET = 14;

    /** Offset of the target's hardware address, 6 bytes. */
    public static final int TARGET_HARDWARE_ADDRESS_OFFSET = 18;

    /** Offset of the target's protocol address, 4 bytes. */
    public static final int TARGET_PROTOCOL_ADDRESS_OFFSET = 24;

    /** Bytes of a packet. */
    public static final int LENGTH = 28;

    /** Hardware type: Ethernet. */
    public static final int ETHERNET = 1;

    /** Operation: who has this protocol address? */
    public static final int REQUEST = 1;

    /** Operation: the sender has it. */
    public static final int REPLY = 2;

    private static final int HARDWARE_LENGTH = 6;
    private static final int PROTOCOL_LENGTH = 4;

    /** The first six bytes of every packet for IPv4 over Ethernet. */
    private static final long PREFIX =
            (long) ETHERNET << 32
                    | (long) EtherType.IPV4 << 16
                    | HARDWARE_LENGTH << 8
                    | PROTOCOL_LENGTH;

    private ArpPacket() {}

    /**
     * {@return 28, the bytes of the packet; or {@link Malformed#TRUNCATED}, {@link Malformed#TYPE}
     * if it is not about IPv4 over Ethernet, or {@link Malformed#FIELD} if a length of an address
     * is not that of the type}
     *
     * <p>The operation may be any: RFC 826 has the receiver look at it last, after the sender's
     * addresses. More bytes are right: the rest is padding of the link.
     *
     * @param buffer holds the packet
     * @param offset index of its first byte
     * @param length bytes that there are
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < LENGTH) {
            return Malformed.TRUNCATED;
        }
        long difference = int64(buffer, offset) >>> 16 ^ PREFIX;
        if (difference == 0) {
            return LENGTH;
        }
        return difference >>> 16 != 0 ? Malformed.TYPE : Malformed.FIELD;
    }

    /** {@return the hardware type; {@link #ETHERNET} after a check} */
    public static int hardwareType(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + HARDWARE_TYPE_OFFSET);
    }

    /** {@return the protocol type; {@link EtherType#IPV4} after a check} */
    public static int protocolType(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + PROTOCOL_TYPE_OFFSET);
    }

    /** {@return the bytes of a hardware address; 6 after a check} */
    public static int hardwareLength(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + HARDWARE_LENGTH_OFFSET);
    }

    /** {@return the bytes of a protocol address; 4 after a check} */
    public static int protocolLength(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + PROTOCOL_LENGTH_OFFSET);
    }

    /** {@return the operation: {@link #REQUEST}, {@link #REPLY} or another, 0 to 65535} */
    public static int operation(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + OPERATION_OFFSET);
    }

    /** Sets the operation. */
    public static void operation(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + OPERATION_OFFSET, value);
    }

    /** {@return the Ethernet address of the sender, 48 bits} */
    public static long senderHardwareAddress(UnsafeBuffer buffer, int offset) {
        return uint48(buffer, offset + SENDER_HARDWARE_ADDRESS_OFFSET);
    }

    /** Sets the Ethernet address of the sender. */
    public static void senderHardwareAddress(UnsafeBuffer buffer, int offset, long address) {
        uint48(buffer, offset + SENDER_HARDWARE_ADDRESS_OFFSET, address);
    }

    /** {@return the IPv4 address of the sender; 0 in a probe} */
    public static int senderProtocolAddress(UnsafeBuffer buffer, int offset) {
        return int32(buffer, offset + SENDER_PROTOCOL_ADDRESS_OFFSET);
    }

    /** Sets the IPv4 address of the sender. */
    public static void senderProtocolAddress(UnsafeBuffer buffer, int offset, int address) {
        int32(buffer, offset + SENDER_PROTOCOL_ADDRESS_OFFSET, address);
    }

    /** {@return the Ethernet address of the target, 48 bits; it means nothing in a request} */
    public static long targetHardwareAddress(UnsafeBuffer buffer, int offset) {
        return uint48(buffer, offset + TARGET_HARDWARE_ADDRESS_OFFSET);
    }

    /** Sets the Ethernet address of the target. */
    public static void targetHardwareAddress(UnsafeBuffer buffer, int offset, long address) {
        uint48(buffer, offset + TARGET_HARDWARE_ADDRESS_OFFSET, address);
    }

    /** {@return the IPv4 address of the target; in a request, the one that is asked for} */
    public static int targetProtocolAddress(UnsafeBuffer buffer, int offset) {
        return int32(buffer, offset + TARGET_PROTOCOL_ADDRESS_OFFSET);
    }

    /** Sets the IPv4 address of the target. */
    public static void targetProtocolAddress(UnsafeBuffer buffer, int offset, int address) {
        int32(buffer, offset + TARGET_PROTOCOL_ADDRESS_OFFSET, address);
    }

    /**
     * {@return whether this is a probe: a request from no address, to see whether another host has
     * the one that is asked for (RFC 5227, section 1.1)}
     */
    public static boolean isProbe(UnsafeBuffer buffer, int offset) {
        return operation(buffer, offset) == REQUEST && senderProtocolAddress(buffer, offset) == 0;
    }

    /**
     * {@return whether this is an announcement: a request for the sender's own address (RFC 5227,
     * section 2.3)}
     */
    public static boolean isAnnouncement(UnsafeBuffer buffer, int offset) {
        int sender = senderProtocolAddress(buffer, offset);
        return operation(buffer, offset) == REQUEST
                && sender != 0
                && sender == targetProtocolAddress(buffer, offset);
    }

    /**
     * Writes a packet.
     *
     * @param operation {@link #REQUEST} or {@link #REPLY}
     * @param senderHardwareAddress Ethernet address of the sender, 48 bits
     * @param senderProtocolAddress IPv4 address of the sender; 0 in a probe
     * @param targetHardwareAddress Ethernet address of the target, 48 bits; 0 in a request
     * @param targetProtocolAddress IPv4 address of the target
     */
    public static void write(
            UnsafeBuffer buffer,
            int offset,
            int operation,
            long senderHardwareAddress,
            int senderProtocolAddress,
            long targetHardwareAddress,
            int targetProtocolAddress) {
        int64(buffer, offset, PREFIX << 16 | operation);
        senderHardwareAddress(buffer, offset, senderHardwareAddress);
        senderProtocolAddress(buffer, offset, senderProtocolAddress);
        targetHardwareAddress(buffer, offset, targetHardwareAddress);
        targetProtocolAddress(buffer, offset, targetProtocolAddress);
    }
}
