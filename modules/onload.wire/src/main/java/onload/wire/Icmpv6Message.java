package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint32;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A message of ICMP for IPv6 (RFC 4443). What the second word is depends on the type: an accessor
 * that is named for a field of some types means something in those only. The messages of neighbor
 * discovery are read by {@link NdpMessage}, those of multicast listener discovery by {@link
 * MldMessage}.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Identifier           |        Sequence number        |  echo
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                              MTU                              |  packet too big
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                            Pointer                            |  parameter problem
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |        Data of an echo, or the quotation in an error          |
 * </pre>
 */
public final class Icmpv6Message {
    /** Offset of the type, 1 byte. */
    public static final int TYPE_OFFSET = 0;

    /** Offset of the code, 1 byte. */
    public static final int CODE_OFFSET = 1;

    /** Offset of the checksum, 2 bytes. */
    public static final int CHECKSUM_OFFSET = 2;

    /** Offset of the identifier of an echo, 2 bytes. */
    public static final int IDENTIFIER_OFFSET = 4;

    /** Offset of the sequence number of an echo, 2 bytes. */
    public static final int SEQUENCE_NUMBER_OFFSET = 6;

    /** Offset of the MTU of a packet too big, 4 bytes. */
    public static final int MTU_OFFSET = 4;

    /** Offset of the pointer of a parameter problem, 4 bytes. */
    public static final int POINTER_OFFSET = 4;

    /** Offset of the data of an echo, and of the quoted packet of an error. */
    public static final int DATA_OFFSET = 8;

    /** Bytes of the header: all before the data. */
    public static final int LENGTH = 8;

    /** Type: destination unreachable; an error. */
    public static final int DESTINATION_UNREACHABLE = 1;

    /** Type: packet too big; an error. */
    public static final int PACKET_TOO_BIG = 2;

    /** Type: time exceeded; an error. */
    public static final int TIME_EXCEEDED = 3;

    /** Type: parameter problem; an error. */
    public static final int PARAMETER_PROBLEM = 4;

    /** Type: echo request. */
    public static final int ECHO_REQUEST = 128;

    /** Type: echo reply. */
    public static final int ECHO_REPLY = 129;

    /** Code of destination unreachable: no route. */
    public static final int NO_ROUTE = 0;

    /** Code of destination unreachable: administratively prohibited. */
    public static final int PROHIBITED = 1;

    /** Code of destination unreachable: beyond the scope of the source address. */
    public static final int BEYOND_SCOPE = 2;

    /** Code of destination unreachable: address. */
    public static final int ADDRESS_UNREACHABLE = 3;

    /** Code of destination unreachable: port. */
    public static final int PORT_UNREACHABLE = 4;

    /** Code of destination unreachable: the source address failed a policy. */
    public static final int SOURCE_POLICY_FAILED = 5;

    /** Code of destination unreachable: the route rejects the destination. */
    public static final int ROUTE_REJECTED = 6;

    /** Code of time exceeded: the hop limit in transit. */
    public static final int HOP_LIMIT_EXCEEDED = 0;

    /** Code of time exceeded: reassembly of fragments. */
    public static final int REASSEMBLY_TIME_EXCEEDED = 1;

    /** Code of parameter problem: a header field is erroneous. */
    public static final int ERRONEOUS_HEADER_FIELD = 0;

    /** Code of parameter problem: a next-header value is not recognized. */
    public static final int UNRECOGNIZED_NEXT_HEADER = 1;

    /** Code of parameter problem: an option is not recognized. */
    public static final int UNRECOGNIZED_OPTION = 2;

    /** Code of parameter problem: the first fragment has not all headers (RFC 7112, section 5). */
    public static final int INCOMPLETE_HEADER_CHAIN = 3;

    /** The smallest type that is not an error (RFC 4443, section 2.1). */
    private static final int FIRST_INFORMATIONAL = 128;

    private Icmpv6Message() {}

    /**
     * {@return 8, the bytes of the header; or {@link Malformed#TRUNCATED}; or in an error {@link
     * Malformed#VERSION} if what is quoted is not an IPv6 header}
     *
     * <p>In an error that was accepted the quoted header is there, so that the accessors of {@link
     * Ipv6Header} cannot fail on it; {@link Ipv6ExtensionHeaders#parse} goes on from there, with
     * the bytes that are quoted as the length.
     *
     * @param buffer holds the message
     * @param offset index of its first byte
     * @param length bytes of the upper layer of the packet
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < LENGTH) {
            return Malformed.TRUNCATED;
        }
        if (!isError(type(buffer, offset))) {
            return LENGTH;
        }
        if (length < LENGTH + Ipv6Header.LENGTH) {
            return Malformed.TRUNCATED;
        }
        return Ipv6Header.version(buffer, offset + DATA_OFFSET) == 6 ? LENGTH : Malformed.VERSION;
    }

    /**
     * {@return whether messages of a type are errors, known or not (RFC 4443, section 2.1): they
     * quote the packet that they are about, and are never sent about another error (section 2.4)}
     *
     * @param type a type, 0 to 255
     */
    public static boolean isError(int type) {
        return type < FIRST_INFORMATIONAL;
    }

    /** {@return the type, 0 to 255: one of the constants or another} */
    public static int type(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + TYPE_OFFSET);
    }

    /** Sets the type. */
    public static void type(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + TYPE_OFFSET, value);
    }

    /** {@return the code, 0 to 255, which the type gives a meaning} */
    public static int code(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + CODE_OFFSET);
    }

    /** Sets the code. */
    public static void code(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + CODE_OFFSET, value);
    }

    /** {@return the checksum, 0 to 65535} */
    public static int checksum(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + CHECKSUM_OFFSET);
    }

    /** Sets the checksum. */
    public static void checksum(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + CHECKSUM_OFFSET, value);
    }

    /**
     * {@return whether the checksum is right}
     *
     * @param length bytes of the message, header and data
     * @param pseudoHeader its sum: {@link Ipv6Header#pseudoHeader} with {@link IpProtocol#ICMPV6}
     *     and {@code length}
     */
    public static boolean isChecksumCorrect(
            UnsafeBuffer buffer, int offset, int length, long pseudoHeader) {
        return InternetChecksum.fold(InternetChecksum.sum(buffer, offset, length, pseudoHeader))
                == 0;
    }

    /**
     * Computes the checksum and sets it; the rest of the message is there before.
     *
     * @param length bytes of the message, header and data
     * @param pseudoHeader its sum: {@link Ipv6Header#pseudoHeader} with {@link IpProtocol#ICMPV6}
     *     and {@code length}
     */
    public static void updateChecksum(
            UnsafeBuffer buffer, int offset, int length, long pseudoHeader) {
        checksum(buffer, offset, 0);
        long sum = InternetChecksum.sum(buffer, offset, length, pseudoHeader);
        checksum(buffer, offset, InternetChecksum.fold(sum));
    }

    /** {@return the identifier of an echo request or reply, 0 to 65535} */
    public static int identifier(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + IDENTIFIER_OFFSET);
    }

    /** Sets the identifier of an echo request or reply. */
    public static void identifier(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + IDENTIFIER_OFFSET, value);
    }

    /** {@return the sequence number of an echo request or reply, 0 to 65535} */
    public static int sequenceNumber(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + SEQUENCE_NUMBER_OFFSET);
    }

    /** Sets the sequence number of an echo request or reply. */
    public static void sequenceNumber(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + SEQUENCE_NUMBER_OFFSET, value);
    }

    /** {@return the MTU of the next hop in bytes, of a packet too big, 0 to 2³²-1} */
    public static long mtu(UnsafeBuffer buffer, int offset) {
        return uint32(buffer, offset + MTU_OFFSET);
    }

    /** Sets the MTU of the next hop, in bytes, of a packet too big. */
    public static void mtu(UnsafeBuffer buffer, int offset, long bytes) {
        int32(buffer, offset + MTU_OFFSET, (int) bytes);
    }

    /**
     * {@return the pointer of a parameter problem: the byte of the packet that is at fault, which
     * may lie beyond what is quoted, 0 to 2³²-1}
     */
    public static long pointer(UnsafeBuffer buffer, int offset) {
        return uint32(buffer, offset + POINTER_OFFSET);
    }

    /** Sets the pointer of a parameter problem. */
    public static void pointer(UnsafeBuffer buffer, int offset, long value) {
        int32(buffer, offset + POINTER_OFFSET, (int) value);
    }

    /**
     * Writes a header whose second word and checksum are 0.
     *
     * @param type 0 to 255
     * @param code 0 to 255
     */
    public static void write(UnsafeBuffer buffer, int offset, int type, int code) {
        int32(buffer, offset, type << 24 | code << 16);
        int32(buffer, offset + 4, 0);
    }

    /**
     * Writes the header of an echo request or reply; the checksum is 0.
     *
     * @param type {@link #ECHO_REQUEST} or {@link #ECHO_REPLY}
     * @param identifier 0 to 65535
     * @param sequenceNumber 0 to 65535
     */
    public static void writeEcho(
            UnsafeBuffer buffer, int offset, int type, int identifier, int sequenceNumber) {
        int32(buffer, offset, type << 24);
        int32(buffer, offset + 4, identifier << 16 | sequenceNumber);
    }
}
