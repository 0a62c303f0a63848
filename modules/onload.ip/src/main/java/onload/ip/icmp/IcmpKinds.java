package onload.ip.icmp;

import onload.ip.spi.IcmpError;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;

/**
 * What the types and codes of ICMP errors mean for a transport: the kinds of {@link IcmpError}, and back.
 *
 * <p>Types that are no errors, and those that no transport is told of, have the kind {@link #NONE}: a redirect is for
 * the routes, and a source quench is for nobody (RFC 6633, section 4).
 */
public final class IcmpKinds {
    /** No kind: not an error for a transport. */
    public static final int NONE = 0;

    private static final int CODE_BITS = 8;

    private IcmpKinds() {}

    /**
     * {@return the kind of an ICMPv4 message (RFC 792; RFC 1122, section 3.2.2; RFC 1812, section 5.2.7.1), or {@link
     * #NONE}}
     *
     * @param type its type
     * @param code its code
     */
    public static int ipv4(int type, int code) {
        return switch (type) {
            case Icmpv4Message.DESTINATION_UNREACHABLE -> ipv4Unreachable(code);
            case Icmpv4Message.TIME_EXCEEDED -> timeExceeded(code);
            // RFC 1122, section 3.2.2.5, and a bad length, by the IANA's registry.
            case Icmpv4Message.PARAMETER_PROBLEM ->
                    code <= 2 ? IcmpError.PARAMETER_PROBLEM : IcmpError.OTHER;
            default -> NONE;
        };
    }

    private static int ipv4Unreachable(int code) {
        return switch (code) {
            case Icmpv4Message.NETWORK_UNREACHABLE,
                    Icmpv4Message.NETWORK_UNKNOWN,
                    Icmpv4Message.NETWORK_UNREACHABLE_FOR_SERVICE ->
                    IcmpError.NETWORK_UNREACHABLE;
            case Icmpv4Message.HOST_UNREACHABLE,
                    Icmpv4Message.HOST_UNKNOWN,
                    Icmpv4Message.SOURCE_ISOLATED,
                    Icmpv4Message.HOST_UNREACHABLE_FOR_SERVICE ->
                    IcmpError.HOST_UNREACHABLE;
            case Icmpv4Message.PROTOCOL_UNREACHABLE -> IcmpError.PROTOCOL_UNREACHABLE;
            case Icmpv4Message.PORT_UNREACHABLE -> IcmpError.PORT_UNREACHABLE;
            case Icmpv4Message.FRAGMENTATION_NEEDED -> IcmpError.PACKET_TOO_BIG;
            case Icmpv4Message.SOURCE_ROUTE_FAILED -> IcmpError.SOURCE_ROUTE_FAILED;
            case Icmpv4Message.NETWORK_PROHIBITED,
                    Icmpv4Message.HOST_PROHIBITED,
                    Icmpv4Message.COMMUNICATION_PROHIBITED,
                    Icmpv4Message.PRECEDENCE_VIOLATION,
                    Icmpv4Message.PRECEDENCE_CUTOFF ->
                    IcmpError.PROHIBITED;
            default -> IcmpError.OTHER;
        };
    }

    /** The codes are the same in both versions. */
    private static int timeExceeded(int code) {
        return switch (code) {
            case Icmpv4Message.TIME_TO_LIVE_EXCEEDED -> IcmpError.HOP_LIMIT_EXCEEDED;
            case Icmpv4Message.REASSEMBLY_TIME_EXCEEDED -> IcmpError.REASSEMBLY_TIME_EXCEEDED;
            default -> IcmpError.OTHER;
        };
    }

    /**
     * {@return the kind of an ICMPv6 message (RFC 4443, section 3), or {@link #NONE}} An error of an unknown type is
     * {@link IcmpError#OTHER}: it has to be passed on (section 2.4 a).
     *
     * @param type its type
     * @param code its code
     */
    public static int ipv6(int type, int code) {
        return switch (type) {
            case Icmpv6Message.DESTINATION_UNREACHABLE -> ipv6Unreachable(code);
            // RFC 4443, section 3.2: its code is ignored.
            case Icmpv6Message.PACKET_TOO_BIG -> IcmpError.PACKET_TOO_BIG;
            case Icmpv6Message.TIME_EXCEEDED -> timeExceeded(code);
            case Icmpv6Message.PARAMETER_PROBLEM -> ipv6Parameter(code);
            default -> Icmpv6Message.isError(type) ? IcmpError.OTHER : NONE;
        };
    }

    private static int ipv6Unreachable(int code) {
        return switch (code) {
            case Icmpv6Message.NO_ROUTE -> IcmpError.NETWORK_UNREACHABLE;
            case Icmpv6Message.BEYOND_SCOPE, Icmpv6Message.ADDRESS_UNREACHABLE ->
                    IcmpError.HOST_UNREACHABLE;
            case Icmpv6Message.PORT_UNREACHABLE -> IcmpError.PORT_UNREACHABLE;
            case Icmpv6Message.PROHIBITED,
                    Icmpv6Message.SOURCE_POLICY_FAILED,
                    Icmpv6Message.ROUTE_REJECTED ->
                    IcmpError.PROHIBITED;
            // RFC 6550, section 20.18: error in source routing header.
            case 7 -> IcmpError.SOURCE_ROUTE_FAILED;
            default -> IcmpError.OTHER;
        };
    }

    /** What IPv4 says by protocol unreachable, IPv6 says by its unrecognized next header (RFC 4443, section 3.4). */
    private static int ipv6Parameter(int code) {
        if (code == Icmpv6Message.UNRECOGNIZED_NEXT_HEADER) {
            return IcmpError.PROTOCOL_UNREACHABLE;
        }
        // The IANA's registry ends at 10 (RFC 8883).
        return code <= 10 ? IcmpError.PARAMETER_PROBLEM : IcmpError.OTHER;
    }

    /**
     * {@return the type and the code by which a router would report a kind, as {@link #type} and {@link #code}
     * take them apart} For what this host finds by itself.
     *
     * @param isIpv4 the version
     * @param kind a kind of {@link IcmpError} but {@link IcmpError#OTHER}
     * @throws IllegalArgumentException if it is another
     */
    public static int reported(boolean isIpv4, int kind) {
        return isIpv4 ? reportedIpv4(kind) : reportedIpv6(kind);
    }

    private static int reportedIpv4(int kind) {
        return switch (kind) {
            case IcmpError.NETWORK_UNREACHABLE -> unreachable4(Icmpv4Message.NETWORK_UNREACHABLE);
            case IcmpError.HOST_UNREACHABLE -> unreachable4(Icmpv4Message.HOST_UNREACHABLE);
            case IcmpError.PROTOCOL_UNREACHABLE -> unreachable4(Icmpv4Message.PROTOCOL_UNREACHABLE);
            case IcmpError.PORT_UNREACHABLE -> unreachable4(Icmpv4Message.PORT_UNREACHABLE);
            case IcmpError.PACKET_TOO_BIG -> unreachable4(Icmpv4Message.FRAGMENTATION_NEEDED);
            case IcmpError.SOURCE_ROUTE_FAILED -> unreachable4(Icmpv4Message.SOURCE_ROUTE_FAILED);
            case IcmpError.PROHIBITED -> unreachable4(Icmpv4Message.COMMUNICATION_PROHIBITED);
            case IcmpError.HOP_LIMIT_EXCEEDED ->
                    both(Icmpv4Message.TIME_EXCEEDED, Icmpv4Message.TIME_TO_LIVE_EXCEEDED);
            case IcmpError.REASSEMBLY_TIME_EXCEEDED ->
                    both(Icmpv4Message.TIME_EXCEEDED, Icmpv4Message.REASSEMBLY_TIME_EXCEEDED);
            case IcmpError.PARAMETER_PROBLEM ->
                    both(Icmpv4Message.PARAMETER_PROBLEM, Icmpv4Message.POINTER_INDICATES_ERROR);
            default -> throw noMessage(kind);
        };
    }

    private static int reportedIpv6(int kind) {
        return switch (kind) {
            case IcmpError.NETWORK_UNREACHABLE -> unreachable6(Icmpv6Message.NO_ROUTE);
            case IcmpError.HOST_UNREACHABLE -> unreachable6(Icmpv6Message.ADDRESS_UNREACHABLE);
            case IcmpError.PROTOCOL_UNREACHABLE ->
                    both(Icmpv6Message.PARAMETER_PROBLEM, Icmpv6Message.UNRECOGNIZED_NEXT_HEADER);
            case IcmpError.PORT_UNREACHABLE -> unreachable6(Icmpv6Message.PORT_UNREACHABLE);
            case IcmpError.PACKET_TOO_BIG -> both(Icmpv6Message.PACKET_TOO_BIG, 0);
            case IcmpError.SOURCE_ROUTE_FAILED -> unreachable6(7);
            case IcmpError.PROHIBITED -> unreachable6(Icmpv6Message.PROHIBITED);
            case IcmpError.HOP_LIMIT_EXCEEDED ->
                    both(Icmpv6Message.TIME_EXCEEDED, Icmpv6Message.HOP_LIMIT_EXCEEDED);
            case IcmpError.REASSEMBLY_TIME_EXCEEDED ->
                    both(Icmpv6Message.TIME_EXCEEDED, Icmpv6Message.REASSEMBLY_TIME_EXCEEDED);
            case IcmpError.PARAMETER_PROBLEM ->
                    both(Icmpv6Message.PARAMETER_PROBLEM, Icmpv6Message.ERRONEOUS_HEADER_FIELD);
            default -> throw noMessage(kind);
        };
    }

    private static int unreachable4(int code) {
        return both(Icmpv4Message.DESTINATION_UNREACHABLE, code);
    }

    private static int unreachable6(int code) {
        return both(Icmpv6Message.DESTINATION_UNREACHABLE, code);
    }

    private static int both(int type, int code) {
        return type << CODE_BITS | code;
    }

    private static IllegalArgumentException noMessage(int kind) {
        return new IllegalArgumentException(
                "no ICMP message reports the kind %d; expected a constant of IcmpError but OTHER"
                        .formatted(kind));
    }

    /** {@return the type in what {@link #reported} answers} */
    public static int type(int reported) {
        return reported >>> CODE_BITS;
    }

    /** {@return the code in what {@link #reported} answers} */
    public static int code(int reported) {
        return reported & 0xFF;
    }
}
