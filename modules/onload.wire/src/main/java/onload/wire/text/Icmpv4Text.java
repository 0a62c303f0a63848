package onload.wire.text;

import onload.wire.Icmpv4Message;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.List;

/** ICMP for IPv4 (RFC 792), with router discovery (RFC 1256). */
final class Icmpv4Text {
    private static final String PROTOCOL = "icmp";

    /** Bytes of an error that are needed to tell what it is about: to the quoted destination. */
    private static final int ERROR_LENGTH = Icmpv4Message.DATA_OFFSET + Ipv4Header.MIN_LENGTH;

    private static final int TIMESTAMP_LENGTH = 20;
    private static final int ADDRESS_MASK_REPLY = 18;
    private static final int ADDRESS_MASK_LENGTH = 12;
    private static final int ADVERTISED_ADDRESS_LENGTH = 8;

    /** Of the codes of destination unreachable, with {@code %s} for the destination. */
    private static final List<String> UNREACHABLE =
            List.of(
                    "net %s unreachable",
                    "host %s unreachable",
                    "%s protocol unreachable",
                    "%s port unreachable",
                    "%s unreachable - need to frag",
                    "%s unreachable - source route failed",
                    "net %s unreachable - unknown",
                    "host %s unreachable - unknown",
                    "%s unreachable - source host isolated",
                    "net %s unreachable - admin prohibited",
                    "host %s unreachable - admin prohibited",
                    "net %s unreachable - tos prohibited",
                    "host %s unreachable - tos prohibited",
                    "host %s unreachable - admin prohibited filter",
                    "host %s unreachable - host precedence violation",
                    "host %s unreachable - precedence cutoff");

    private Icmpv4Text() {}

    static void append(Line line, int offset, int length) {
        if (line.lacks(offset, Icmpv4Message.CHECKSUM_OFFSET, PROTOCOL)) {
            return;
        }
        int type = Icmpv4Message.type(line.buffer(), offset);
        if (line.lacks(offset, neededLength(line, offset, type), PROTOCOL)) {
            return;
        }
        line.append("ICMP ").append(description(line, offset, type));
        line.append(", length ").append(length);
    }

    /** {@return the bytes of a message from which its description is made} */
    private static int neededLength(Line line, int offset, int type) {
        return switch (type) {
            case Icmpv4Message.ECHO_REPLY, Icmpv4Message.ECHO, Icmpv4Message.TIMESTAMP ->
                    Icmpv4Message.LENGTH;
            case Icmpv4Message.DESTINATION_UNREACHABLE -> unreachableLength(line, offset);
            case Icmpv4Message.REDIRECT, Icmpv4Message.TIME_EXCEEDED -> ERROR_LENGTH;
            case Icmpv4Message.PARAMETER_PROBLEM -> Icmpv4Message.POINTER_OFFSET + 1;
            case Icmpv4Message.ROUTER_ADVERTISEMENT -> advertisementLength(line, offset);
            case Icmpv4Message.TIMESTAMP_REPLY -> TIMESTAMP_LENGTH;
            case ADDRESS_MASK_REPLY -> ADDRESS_MASK_LENGTH;
            default -> Icmpv4Message.CHECKSUM_OFFSET;
        };
    }

    /** For a port the destination port of the quoted packet is needed too. */
    private static int unreachableLength(Line line, int offset) {
        UnsafeBuffer buffer = line.buffer();
        if (Icmpv4Message.code(buffer, offset) != Icmpv4Message.PORT_UNREACHABLE
                || !line.has(offset, ERROR_LENGTH)) {
            return ERROR_LENGTH;
        }
        return Math.max(ERROR_LENGTH, quotedPort(buffer, offset) - offset + 2);
    }

    /** {@return the index of the destination port in what an error quotes} */
    private static int quotedPort(UnsafeBuffer buffer, int offset) {
        int quoted = offset + Icmpv4Message.DATA_OFFSET;
        return quoted + Ipv4Header.headerLength(buffer, quoted) + 2;
    }

    private static int advertisementLength(Line line, int offset) {
        boolean hasAddresses =
                line.has(offset, Icmpv4Message.LENGTH) && line.uint8(offset + 5) == 2;
        return Icmpv4Message.LENGTH
                + (hasAddresses ? line.uint8(offset + 4) * ADVERTISED_ADDRESS_LENGTH : 0);
    }

    private static String description(Line line, int offset, int type) {
        UnsafeBuffer buffer = line.buffer();
        return switch (type) {
            case Icmpv4Message.ECHO_REPLY -> "echo reply" + echo(buffer, offset);
            case Icmpv4Message.ECHO -> "echo request" + echo(buffer, offset);
            case Icmpv4Message.DESTINATION_UNREACHABLE -> unreachable(line, offset);
            case Icmpv4Message.SOURCE_QUENCH -> "source quench";
            case Icmpv4Message.REDIRECT -> redirect(buffer, offset);
            case Icmpv4Message.ROUTER_ADVERTISEMENT -> advertisement(line, offset);
            case Icmpv4Message.ROUTER_SOLICITATION -> "router solicitation";
            case Icmpv4Message.TIME_EXCEEDED -> timeExceeded(Icmpv4Message.code(buffer, offset));
            case Icmpv4Message.PARAMETER_PROBLEM -> parameterProblem(buffer, offset);
            case Icmpv4Message.TIMESTAMP -> "time stamp query" + identified(buffer, offset);
            case Icmpv4Message.TIMESTAMP_REPLY -> timestampReply(line, offset);
            case 15 -> "information request";
            case 16 -> "information reply";
            case 17 -> "address mask request";
            case ADDRESS_MASK_REPLY -> "address mask is %#010x".formatted(line.int32(offset + 8));
            default -> "type-#" + type;
        };
    }

    private static String echo(UnsafeBuffer buffer, int offset) {
        return ", id %d, seq %d"
                .formatted(
                        Icmpv4Message.identifier(buffer, offset),
                        Icmpv4Message.sequenceNumber(buffer, offset));
    }

    private static String identified(UnsafeBuffer buffer, int offset) {
        return " id %d seq %d"
                .formatted(
                        Icmpv4Message.identifier(buffer, offset),
                        Icmpv4Message.sequenceNumber(buffer, offset));
    }

    private static String quotedDestination(UnsafeBuffer buffer, int offset) {
        return Ipv4Address.toString(
                Ipv4Header.destination(buffer, offset + Icmpv4Message.DATA_OFFSET));
    }

    private static String unreachable(Line line, int offset) {
        UnsafeBuffer buffer = line.buffer();
        String destination = quotedDestination(buffer, offset);
        int protocol = Ipv4Header.protocol(buffer, offset + Icmpv4Message.DATA_OFFSET);
        int code = Icmpv4Message.code(buffer, offset);
        if (code == Icmpv4Message.PROTOCOL_UNREACHABLE) {
            return destination + " protocol " + protocol + " unreachable";
        }
        if (code == Icmpv4Message.PORT_UNREACHABLE) {
            return destination
                    + protocolWithPort(protocol)
                    + line.uint16(quotedPort(buffer, offset))
                    + " unreachable";
        }
        if (code >= UNREACHABLE.size()) {
            return destination + " unreachable - #" + code;
        }
        int mtu = Icmpv4Message.nextHopMtu(buffer, offset);
        boolean hasMtu = code == Icmpv4Message.FRAGMENTATION_NEEDED && mtu != 0;
        return UNREACHABLE.get(code).formatted(destination) + (hasMtu ? " (mtu " + mtu + ")" : "");
    }

    private static String protocolWithPort(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP -> " tcp port ";
            case IpProtocol.UDP -> " udp port ";
            default -> " protocol " + protocol + " port ";
        };
    }

    private static String redirect(UnsafeBuffer buffer, int offset) {
        int code = Icmpv4Message.code(buffer, offset);
        String words =
                switch (code) {
                    case Icmpv4Message.REDIRECT_FOR_NETWORK -> "redirect %s to net ";
                    case Icmpv4Message.REDIRECT_FOR_HOST -> "redirect %s to host ";
                    case Icmpv4Message.REDIRECT_FOR_SERVICE_AND_NETWORK ->
                            "redirect-tos %s to net ";
                    case Icmpv4Message.REDIRECT_FOR_SERVICE_AND_HOST -> "redirect-tos %s to host ";
                    default -> "redirect-#" + code + " %s to ";
                };
        return words.formatted(quotedDestination(buffer, offset))
                + Ipv4Address.toString(Icmpv4Message.gateway(buffer, offset));
    }

    private static String timeExceeded(int code) {
        return switch (code) {
            case Icmpv4Message.TIME_TO_LIVE_EXCEEDED -> "time exceeded in-transit";
            case Icmpv4Message.REASSEMBLY_TIME_EXCEEDED -> "ip reassembly time exceeded";
            default -> "time exceeded-#" + code;
        };
    }

    private static String parameterProblem(UnsafeBuffer buffer, int offset) {
        int code = Icmpv4Message.code(buffer, offset);
        return code == Icmpv4Message.POINTER_INDICATES_ERROR
                ? "parameter problem - octet " + Icmpv4Message.pointer(buffer, offset)
                : "parameter problem - code " + code;
    }

    private static String timestampReply(Line line, int offset) {
        return "time stamp reply%s: org %s, recv %s, xmit %s"
                .formatted(
                        identified(line.buffer(), offset),
                        timeOfDay(line.uint32(offset + 8)),
                        timeOfDay(line.uint32(offset + 12)),
                        timeOfDay(line.uint32(offset + 16)));
    }

    private static String timeOfDay(long ms) {
        return "%02d:%02d:%02d.%03d"
                .formatted(ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
    }

    private static String advertisement(Line line, int offset) {
        int addresses = line.uint8(offset + 4);
        int words = line.uint8(offset + 5);
        StringBuilder text = new StringBuilder("router advertisement lifetime ");
        text.append(lifetime(line.uint16(offset + 6))).append(' ').append(addresses).append(':');
        if (words != 2) {
            return text.append(" [size ").append(words).append(']').toString();
        }
        for (int i = 0; i < addresses; i++) {
            int at = offset + Icmpv4Message.LENGTH + i * ADVERTISED_ADDRESS_LENGTH;
            text.append(" {").append(Ipv4Address.toString(line.int32(at)));
            text.append(' ').append(line.uint32(at + 4)).append('}');
        }
        return text.toString();
    }

    private static String lifetime(int seconds) {
        if (seconds < 60) {
            return Integer.toString(seconds);
        }
        return seconds < 3600
                ? "%d:%02d".formatted(seconds / 60, seconds % 60)
                : "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
