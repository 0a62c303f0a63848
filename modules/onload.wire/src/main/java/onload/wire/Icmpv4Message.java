package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A message of ICMP for IPv4 (RFC 792; RFC 1122, section 3.2.2). What the second word is depends on
 * the type: an accessor that is named for a field of some types means something in those only.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Identifier           |        Sequence number        |  echo
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |            Unused             |         Next-hop MTU          |  unreachable (RFC 1191)
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |    Pointer    |                    Unused                     |  parameter problem
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                            Gateway                            |  redirect
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |        Data of an echo, or the quotation in an error          |
 * </pre>
 */
public final class Icmpv4Message {
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

    /** Offset of the next-hop MTU of a destination unreachable, 2 bytes (RFC 1191, section 4). */
    public static final int NEXT_HOP_MTU_OFFSET = 6;

    /** Offset of the pointer of a parameter problem, 1 byte. */
    public static final int POINTER_OFFSET = 4;

    /** Offset of the gateway of a redirect, 4 bytes. */
    public static final int GATEWAY_OFFSET = 4;

    /** Offset of the data of an echo, and of the quoted datagram of an error. */
    public static final int DATA_OFFSET = 8;

    /** Bytes of the header: all before the data. */
    public static final int LENGTH = 8;

    /**
     * Bytes after the quoted header that an error must have: 64 bits (RFC 792), the ports among
     * them.
     */
    public static final int QUOTED_DATA_LENGTH = 8;

    /** Type: echo reply. */
    public static final int ECHO_REPLY = 0;

    /** Type: destination unreachable; an error. */
    public static final int DESTINATION_UNREACHABLE = 3;

    /** Type: source quench; an error, deprecated and ignored (RFC 6633). */
    public static final int SOURCE_QUENCH = 4;

    /** Type: redirect; an error. */
    public static final int REDIRECT = 5;

    /** Type: echo. */
    public static final int ECHO = 8;

    /** Type: router advertisement (RFC 1256). */
    public static final int ROUTER_ADVERTISEMENT = 9;

    /** Type: router solicitation (RFC 1256). */
    public static final int ROUTER_SOLICITATION = 10;

    /** Type: time exceeded; an error. */
    public static final int TIME_EXCEEDED = 11;

    /** Type: parameter problem; an error. */
    public static final int PARAMETER_PROBLEM = 12;

    /** Type: timestamp. */
    public static final int TIMESTAMP = 13;

    /** Type: timestamp reply. */
    public static final int TIMESTAMP_REPLY = 14;

    /** Code of destination unreachable: network. */
    public static final int NETWORK_UNREACHABLE = 0;

    /** Code of destination unreachable: host. */
    public static final int HOST_UNREACHABLE = 1;

    /** Code of destination unreachable: protocol. */
    public static final int PROTOCOL_UNREACHABLE = 2;

    /** Code of destination unreachable: port. */
    public static final int PORT_UNREACHABLE = 3;

    /**
     * Code of destination unreachable: fragmentation needed and Don't Fragment set; has the MTU.
     */
    public static final int FRAGMENTATION_NEEDED = 4;

    /** Code of destination unreachable: source route failed. */
    public static final int SOURCE_ROUTE_FAILED = 5;

    /** Code of destination unreachable: destination network unknown (RFC 1122, section 3.2.2.1). */
    public static final int NETWORK_UNKNOWN = 6;

    /** Code of destination unreachable: destination host unknown. */
    public static final int HOST_UNKNOWN = 7;

    /** Code of destination unreachable: source host isolated. */
    public static final int SOURCE_ISOLATED = 8;

    /** Code of destination unreachable: destination network administratively prohibited. */
    public static final int NETWORK_PROHIBITED = 9;

    /** Code of destination unreachable: destination host administratively prohibited. */
    public static final int HOST_PROHIBITED = 10;

    /** Code of destination unreachable: network unreachable for the type of service. */
    public static final int NETWORK_UNREACHABLE_FOR_SERVICE = 11;

    /** Code of destination unreachable: host unreachable for the type of service. */
    public static final int HOST_UNREACHABLE_FOR_SERVICE = 12;

    /** Code of destination unreachable: communication prohibited (RFC 1812, section 5.2.7.1). */
    public static final int COMMUNICATION_PROHIBITED = 13;

    /** Code of destination unreachable: host precedence violation (RFC 1812). */
    public static final int PRECEDENCE_VIOLATION = 14;

    /** Code of destination unreachable: precedence cutoff in effect (RFC 1812). */
    public static final int PRECEDENCE_CUTOFF = 15;

    /** Code of redirect: for the network. */
    public static final int REDIRECT_FOR_NETWORK = 0;

    /** Code of redirect: for the host. */
    public static final int REDIRECT_FOR_HOST = 1;

    /** Code of redirect: for the type of service and the network. */
    public static final int REDIRECT_FOR_SERVICE_AND_NETWORK = 2;

    /** Code of redirect: for the type of service and the host. */
    public static final int REDIRECT_FOR_SERVICE_AND_HOST = 3;

    /** Code of time exceeded: the time to live in transit. */
    public static final int TIME_TO_LIVE_EXCEEDED = 0;

    /** Code of time exceeded: reassembly of fragments. */
    public static final int REASSEMBLY_TIME_EXCEEDED = 1;

    /** Code of parameter problem: the pointer says where. */
    public static final int POINTER_INDICATES_ERROR = 0;

    /** Code of parameter problem: an option is missing (RFC 1122, section 3.2.2.5). */
    public static final int OPTION_MISSING = 1;

    /** The types that are errors, all below 32, as bits (RFC 1122, section 3.2.2). */
    private static final int ERRORS =
            1 << DESTINATION_UNREACHABLE
                    | 1 << SOURCE_QUENCH
                    | 1 << REDIRECT
                    | 1 << TIME_EXCEEDED
                    | 1 << PARAMETER_PROBLEM;

    private Icmpv4Message() {}

    /**
     * {@return 8, the bytes of the header; or {@link Malformed#TRUNCATED}; or in an error {@link
     * Malformed#VERSION} or {@link Malformed#HEADER_LENGTH} if what is quoted is not an IPv4
     * header}
     *
     * <p>In an error that was accepted the quoted header is there with its options, and after it
     * {@value #QUOTED_DATA_LENGTH} bytes, so that the accessors of {@link Ipv4Header}, and of the
     * ports that follow it, cannot fail on the quotation. {@link Ipv4Header#check} would refuse it:
     * what is quoted is cut off.
     *
     * @param buffer holds the message
     * @param offset index of its first byte
     * @param length bytes of the IP payload
     */
    public static int check(UnsafeBuffer buffer, int offset, int length) {
        if (length < LENGTH) {
            return Malformed.TRUNCATED;
        }
        return isError(type(buffer, offset))
                ? checkQuotation(buffer, offset + DATA_OFFSET, length - DATA_OFFSET)
                : LENGTH;
    }

    private static int checkQuotation(UnsafeBuffer buffer, int offset, int length) {
        if (length < Ipv4Header.MIN_LENGTH + QUOTED_DATA_LENGTH) {
            return Malformed.TRUNCATED;
        }
        if (Ipv4Header.version(buffer, offset) != 4) {
            return Malformed.VERSION;
        }
        int headerLength = Ipv4Header.headerLength(buffer, offset);
        if (headerLength < Ipv4Header.MIN_LENGTH) {
            return Malformed.HEADER_LENGTH;
        }
        return headerLength + QUOTED_DATA_LENGTH > length ? Malformed.TRUNCATED : LENGTH;
    }

    /**
     * {@return whether messages of a type are errors: they quote the datagram that they are about,
     * and are never sent about another error (RFC 1122, section 3.2.2)}
     *
     * @param type a type, 0 to 255
     */
    public static boolean isError(int type) {
        return type < Integer.SIZE && ((ERRORS >>> type) & 1) != 0;
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
     */
    public static boolean isChecksumCorrect(UnsafeBuffer buffer, int offset, int length) {
        return InternetChecksum.checksum(buffer, offset, length) == 0;
    }

    /**
     * Computes the checksum and sets it; the rest of the message is there before.
     *
     * @param length bytes of the message, header and data
     */
    public static void updateChecksum(UnsafeBuffer buffer, int offset, int length) {
        checksum(buffer, offset, 0);
        checksum(buffer, offset, InternetChecksum.checksum(buffer, offset, length));
    }

    /** {@return the identifier of an echo, echo reply or timestamp, 0 to 65535} */
    public static int identifier(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + IDENTIFIER_OFFSET);
    }

    /** Sets the identifier of an echo or echo reply. */
    public static void identifier(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + IDENTIFIER_OFFSET, value);
    }

    /** {@return the sequence number of an echo, echo reply or timestamp, 0 to 65535} */
    public static int sequenceNumber(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + SEQUENCE_NUMBER_OFFSET);
    }

    /** Sets the sequence number of an echo or echo reply. */
    public static void sequenceNumber(UnsafeBuffer buffer, int offset, int value) {
        uint16(buffer, offset + SEQUENCE_NUMBER_OFFSET, value);
    }

    /**
     * {@return the MTU of the next hop in bytes, of a destination unreachable with the code {@link
     * #FRAGMENTATION_NEEDED}, 0 to 65535; 0 from a router older than RFC 1191}
     */
    public static int nextHopMtu(UnsafeBuffer buffer, int offset) {
        return uint16(buffer, offset + NEXT_HOP_MTU_OFFSET);
    }

    /** Sets the MTU of the next hop, in bytes. */
    public static void nextHopMtu(UnsafeBuffer buffer, int offset, int bytes) {
        uint16(buffer, offset + NEXT_HOP_MTU_OFFSET, bytes);
    }

    /**
     * {@return the pointer of a parameter problem: the byte of the quoted datagram that is at
     * fault}
     */
    public static int pointer(UnsafeBuffer buffer, int offset) {
        return uint8(buffer, offset + POINTER_OFFSET);
    }

    /** Sets the pointer of a parameter problem. */
    public static void pointer(UnsafeBuffer buffer, int offset, int value) {
        uint8(buffer, offset + POINTER_OFFSET, value);
    }

    /** {@return the address of the gateway that a redirect tells of} */
    public static int gateway(UnsafeBuffer buffer, int offset) {
        return int32(buffer, offset + GATEWAY_OFFSET);
    }

    /** Sets the address of the gateway that a redirect tells of. */
    public static void gateway(UnsafeBuffer buffer, int offset, int address) {
        int32(buffer, offset + GATEWAY_OFFSET, address);
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
     * Writes the header of an echo or echo reply; the checksum is 0.
     *
     * @param type {@link #ECHO} or {@link #ECHO_REPLY}
     * @param identifier 0 to 65535
     * @param sequenceNumber 0 to 65535
     */
    public static void writeEcho(
            UnsafeBuffer buffer, int offset, int type, int identifier, int sequenceNumber) {
        int32(buffer, offset, type << 24);
        int32(buffer, offset + 4, identifier << 16 | sequenceNumber);
    }
}
