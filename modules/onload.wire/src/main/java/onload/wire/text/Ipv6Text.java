package onload.wire.text;

import onload.wire.IpProtocol;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6FragmentHeader;
import onload.wire.Ipv6Header;
import onload.wire.Ipv6Options;
import onload.wire.Ipv6RoutingHeader;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * IPv6 with its extension headers (RFC 8200), and what is in it. The headers are followed here and not
 * by {@link onload.wire.Ipv6ExtensionHeaders}, since each one is written, those too that a host would
 * not accept.
 */
final class Ipv6Text {
    private static final String PROTOCOL = "ip6";
    private static final int ADDRESS_LENGTH = 16;
    private static final int NONE = -1;

    private Ipv6Text() {}

    static void append(Line line, int offset) {
        if (line.lacks(offset, Ipv6Header.LENGTH, PROTOCOL)) {
            return;
        }
        UnsafeBuffer buffer = line.buffer();
        line.append("IP6 ");
        int version = Ipv6Header.version(buffer, offset);
        if (version != 6) {
            line.append("version error: ").append(version).append(" != 6");
            return;
        }
        int payloadLength = Ipv6Header.payloadLength(buffer, offset);
        int packetEnd = offset + Ipv6Header.LENGTH + payloadLength;
        if (packetEnd > line.end()) {
            line.append("truncated-ip6 - ").append(packetEnd - line.end());
            line.append(" bytes missing!");
        }
        line.endAt(packetEnd);
        line.addresses(
                Ipv6Address.toString(
                        Ipv6Header.sourceHigh(buffer, offset),
                        Ipv6Header.sourceLow(buffer, offset)),
                Ipv6Address.toString(
                        Ipv6Header.destinationHigh(buffer, offset),
                        Ipv6Header.destinationLow(buffer, offset)));
        int nextHeader = Ipv6Header.nextHeader(buffer, offset);
        if (!UpperLayerText.hasPorts(nextHeader)) {
            line.writeAddresses();
        }
        appendHeaders(line, nextHeader, offset + Ipv6Header.LENGTH, payloadLength);
    }

    private static void appendHeaders(Line line, int firstHeader, int offset, int payloadLength) {
        int nextHeader = firstHeader;
        int at = offset;
        int packetEnd = offset + payloadLength;
        boolean isFragment = false;
        while (isExtension(nextHeader)) {
            if (nextHeader == IpProtocol.HOP_BY_HOP && at != offset) {
                line.append(
                        "[The Hop-by-Hop Options header don't follow the IPv6 header] (invalid)");
                return;
            }
            int headerLength = appendHeader(line, nextHeader, at, packetEnd - at);
            if (headerLength == NONE) {
                return;
            }
            isFragment |= nextHeader == IpProtocol.FRAGMENT;
            nextHeader = line.uint8(at);
            at += headerLength;
        }
        UpperLayerText.append(line, nextHeader, at, packetEnd - at, 6, isFragment);
    }

    private static boolean isExtension(int nextHeader) {
        return switch (nextHeader) {
            case IpProtocol.HOP_BY_HOP,
                    IpProtocol.DESTINATION_OPTIONS,
                    IpProtocol.ROUTING,
                    IpProtocol.FRAGMENT ->
                    true;
            default -> false;
        };
    }

    /** {@return the bytes of the header; or {@link #NONE}, where the line is at its end} */
    private static int appendHeader(Line line, int header, int at, int length) {
        return switch (header) {
            case IpProtocol.HOP_BY_HOP -> appendOptions(line, at, "HBH ", "hbhopt");
            case IpProtocol.DESTINATION_OPTIONS -> appendOptions(line, at, "DSTOPT ", "dstopt");
            case IpProtocol.ROUTING -> appendRouting(line, at);
            default -> appendFragment(line, at, length);
        };
    }

    private static int appendOptions(Line line, int at, String name, String protocol) {
        boolean isWhole = line.has(at, 2) && line.has(at, (line.uint8(at + 1) + 1) << 3);
        if (!isWhole) {
            line.truncated(protocol);
            return NONE;
        }
        line.append(name);
        int headerLength = Ipv6Options.check(line.buffer(), at, line.end() - at);
        if (headerLength < 0) {
            line.truncated(protocol);
            return NONE;
        }
        return headerLength;
    }

    private static int appendFragment(Line line, int at, int length) {
        if (line.lacks(at, Ipv6FragmentHeader.LENGTH, "frag6")) {
            return NONE;
        }
        int offset = Ipv6FragmentHeader.fragmentOffset(line.buffer(), at);
        line.append("frag (").append(offset).append('|');
        line.append(length - Ipv6FragmentHeader.LENGTH).append(')');
        if (offset != 0) {
            return NONE;
        }
        line.append(' ');
        return Ipv6FragmentHeader.LENGTH;
    }

    private static int appendRouting(Line line, int at) {
        line.append("RT6");
        if (line.lacks(at, Ipv6RoutingHeader.MIN_LENGTH, "rt6")) {
            return NONE;
        }
        UnsafeBuffer buffer = line.buffer();
        int type = Ipv6RoutingHeader.type(buffer, at);
        int units = line.uint8(at + Ipv6RoutingHeader.LENGTH_OFFSET);
        line.append(" (len=").append(units).append(", type=").append(type);
        line.append(type == Ipv6RoutingHeader.SOURCE_ROUTE ? " [Deprecated]" : "");
        line.append(", segleft=").append(Ipv6RoutingHeader.segmentsLeft(buffer, at));
        if (!hasAddresses(type)) {
            line.append(" (unknown type) (invalid)");
            return NONE;
        }
        if ((units & 1) != 0) {
            line.append(" (invalid length ").append(units).append(") (invalid)");
            return NONE;
        }
        if (type == Ipv6RoutingHeader.SEGMENT_ROUTING) {
            appendSegmentRouting(line, at);
        }
        return appendSegments(line, at, units / 2);
    }

    private static boolean hasAddresses(int routingType) {
        return routingType == Ipv6RoutingHeader.SOURCE_ROUTE
                || routingType == Ipv6RoutingHeader.MOBILITY
                || routingType == Ipv6RoutingHeader.SEGMENT_ROUTING;
    }

    private static int appendSegments(Line line, int at, int segments) {
        int headerLength = Ipv6RoutingHeader.headerLength(line.buffer(), at);
        if (line.lacks(at, headerLength, "rt6")) {
            return NONE;
        }
        for (int i = 0; i < segments; i++) {
            line.append(", [").append(i).append(']');
            line.ipv6(at + Ipv6RoutingHeader.MIN_LENGTH + i * ADDRESS_LENGTH);
        }
        line.append(") ");
        return headerLength;
    }

    /** The second word of a segment routing header (RFC 8754, section 2). */
    private static void appendSegmentRouting(Line line, int at) {
        line.append(", last-entry=").append(line.uint8(at + 4));
        int flags = line.uint8(at + 5);
        if (flags != 0) {
            line.append(", flags=").hexNumber(flags);
        }
        line.append(", tag=").append(Integer.toHexString(line.uint16(at + 6)));
    }
}
