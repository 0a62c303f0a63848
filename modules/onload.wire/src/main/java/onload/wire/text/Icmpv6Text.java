package onload.wire.text;

import onload.wire.Icmpv6Message;
import onload.wire.IpProtocol;
import onload.wire.Ipv6ExtensionHeaders;
import onload.wire.Ipv6Header;
import onload.wire.MldMessage;
import onload.wire.NdpMessage;

import org.agrona.concurrent.UnsafeBuffer;

/** ICMP for IPv6 (RFC 4443); of NDP and MLD the names, and the rest by classes of their own. */
final class Icmpv6Text {
    static final String PROTOCOL = "icmp6";

    /** Bytes of an error that are needed to tell what it is about: to the quoted destination. */
    private static final int ERROR_LENGTH = Icmpv6Message.DATA_OFFSET + Ipv6Header.LENGTH;

    private Icmpv6Text() {}

    static void append(Line line, int offset, int length) {
        if (length == 0) {
            line.append("ICMP6, length 0 (invalid)");
            return;
        }
        if (line.lacks(offset, 1, PROTOCOL)) {
            return;
        }
        int type = Icmpv6Message.type(line.buffer(), offset);
        line.append("ICMP6, ").append(name(type));
        if (line.lacks(offset, Icmpv6Message.CHECKSUM_OFFSET, PROTOCOL)) {
            return;
        }
        if (appendBody(line, offset, length, type)) {
            line.append(", length ").append(length);
        }
    }

    private static String name(int type) {
        return switch (type) {
            case Icmpv6Message.DESTINATION_UNREACHABLE -> "destination unreachable";
            case Icmpv6Message.PACKET_TOO_BIG -> "packet too big";
            case Icmpv6Message.TIME_EXCEEDED -> "time exceeded in-transit";
            case Icmpv6Message.PARAMETER_PROBLEM -> "parameter problem";
            case Icmpv6Message.ECHO_REQUEST -> "echo request";
            case Icmpv6Message.ECHO_REPLY -> "echo reply";
            case MldMessage.QUERY -> "multicast listener query";
            case MldMessage.V1_REPORT -> "multicast listener report";
            case MldMessage.DONE -> "multicast listener done";
            case MldMessage.V2_REPORT -> "multicast listener report v2";
            case NdpMessage.ROUTER_SOLICITATION -> "router solicitation";
            case NdpMessage.ROUTER_ADVERTISEMENT -> "router advertisement";
            case NdpMessage.NEIGHBOR_SOLICITATION -> "neighbor solicitation";
            case NdpMessage.NEIGHBOR_ADVERTISEMENT -> "neighbor advertisement";
            case NdpMessage.REDIRECT -> "redirect";
            default -> "unknown icmp6 type (" + type + ")";
        };
    }

    /** {@return whether the message was read to its end} */
    private static boolean appendBody(Line line, int offset, int length, int type) {
        return switch (type) {
            case Icmpv6Message.DESTINATION_UNREACHABLE -> appendUnreachable(line, offset);
            case Icmpv6Message.PACKET_TOO_BIG -> appendTooBig(line, offset);
            case Icmpv6Message.TIME_EXCEEDED -> appendTimeExceeded(line, offset);
            case Icmpv6Message.PARAMETER_PROBLEM -> appendParameterProblem(line, offset);
            case Icmpv6Message.ECHO_REQUEST, Icmpv6Message.ECHO_REPLY -> appendEcho(line, offset);
            case MldMessage.QUERY -> MldText.appendQuery(line, offset, length);
            case MldMessage.V1_REPORT, MldMessage.DONE -> MldText.appendV1(line, offset);
            case MldMessage.V2_REPORT -> MldText.appendV2Report(line, offset, length);
            case NdpMessage.NEIGHBOR_SOLICITATION,
                    NdpMessage.NEIGHBOR_ADVERTISEMENT,
                    NdpMessage.REDIRECT ->
                    NdpText.append(line, offset, type);
            default -> true;
        };
    }

    private static boolean appendUnreachable(Line line, int offset) {
        int code = Icmpv6Message.code(line.buffer(), offset);
        String words =
                switch (code) {
                    case Icmpv6Message.NO_ROUTE -> "unreachable route";
                    // The second space is tcpdump's.
                    case Icmpv6Message.PROHIBITED -> " unreachable prohibited";
                    case Icmpv6Message.BEYOND_SCOPE -> "beyond scope";
                    case Icmpv6Message.ADDRESS_UNREACHABLE -> "unreachable address";
                    case Icmpv6Message.PORT_UNREACHABLE -> "unreachable port";
                    default -> "unknown unreach code (" + code + ")";
                };
        line.append(", ").append(words);
        if (code > Icmpv6Message.PORT_UNREACHABLE) {
            return true;
        }
        if (code == Icmpv6Message.PORT_UNREACHABLE) {
            return appendQuotedPort(line, offset);
        }
        if (line.lacks(offset, ERROR_LENGTH, PROTOCOL)) {
            return false;
        }
        int quoted = offset + Icmpv6Message.DATA_OFFSET;
        line.append(' ').ipv6(quoted + Ipv6Header.DESTINATION_OFFSET);
        if (code == Icmpv6Message.BEYOND_SCOPE) {
            line.append(", source address ").ipv6(quoted + Ipv6Header.SOURCE_OFFSET);
        }
        return true;
    }

    /** The port stands after whatever extension headers the quoted packet has. */
    private static boolean appendQuotedPort(Line line, int offset) {
        int quoted = offset + Icmpv6Message.DATA_OFFSET;
        if (line.lacks(offset, ERROR_LENGTH, PROTOCOL)) {
            return false;
        }
        Ipv6ExtensionHeaders headers = new Ipv6ExtensionHeaders();
        headers.parse(line.buffer(), quoted, line.end() - quoted);
        int protocol = headers.upperLayerProtocol();
        if (protocol != IpProtocol.TCP && protocol != IpProtocol.UDP) {
            line.truncated(PROTOCOL);
            return false;
        }
        if (line.lacks(headers.upperLayerOffset(), 4, PROTOCOL)) {
            return false;
        }
        line.append(", ").ipv6(quoted + Ipv6Header.DESTINATION_OFFSET);
        line.append(protocol == IpProtocol.TCP ? " tcp port " : " udp port ");
        line.append(line.uint16(headers.upperLayerOffset() + 2));
        return true;
    }

    private static boolean appendTooBig(Line line, int offset) {
        if (line.lacks(offset, Icmpv6Message.LENGTH, PROTOCOL)) {
            return false;
        }
        line.append(", mtu ").append(Icmpv6Message.mtu(line.buffer(), offset));
        return true;
    }

    private static boolean appendTimeExceeded(Line line, int offset) {
        if (line.lacks(offset, ERROR_LENGTH, PROTOCOL)) {
            return false;
        }
        int code = Icmpv6Message.code(line.buffer(), offset);
        switch (code) {
            case Icmpv6Message.HOP_LIMIT_EXCEEDED -> {
                int quoted = offset + Icmpv6Message.DATA_OFFSET;
                line.append(" for ").ipv6(quoted + Ipv6Header.DESTINATION_OFFSET);
            }
            case Icmpv6Message.REASSEMBLY_TIME_EXCEEDED -> line.append(" (reassembly)");
            default -> line.append(", unknown code (").append(code).append(')');
        }
        return true;
    }

    private static boolean appendParameterProblem(Line line, int offset) {
        if (line.lacks(offset, ERROR_LENGTH, PROTOCOL)) {
            return false;
        }
        UnsafeBuffer buffer = line.buffer();
        int code = Icmpv6Message.code(buffer, offset);
        String words =
                switch (code) {
                    case Icmpv6Message.ERRONEOUS_HEADER_FIELD -> "erroneous";
                    case Icmpv6Message.UNRECOGNIZED_NEXT_HEADER -> "next header";
                    case Icmpv6Message.UNRECOGNIZED_OPTION -> "option";
                    case Icmpv6Message.INCOMPLETE_HEADER_CHAIN -> "incomplete header chain";
                    default -> "";
                };
        if (words.isEmpty()) {
            line.append(", code-#").append(code);
        } else {
            line.append(", ").append(words).append(" - octet ");
            line.append(Icmpv6Message.pointer(buffer, offset));
        }
        return true;
    }

    private static boolean appendEcho(Line line, int offset) {
        if (line.lacks(offset, Icmpv6Message.LENGTH, PROTOCOL)) {
            return false;
        }
        line.append(", id ").append(Icmpv6Message.identifier(line.buffer(), offset));
        line.append(", seq ").append(Icmpv6Message.sequenceNumber(line.buffer(), offset));
        return true;
    }
}
