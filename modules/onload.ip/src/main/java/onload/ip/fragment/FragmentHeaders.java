package onload.ip.fragment;

import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6FragmentHeader;
import onload.wire.Ipv6Header;
import onload.wire.TcpHeader;
import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * What the headers of the fragment at hand say, whichever the version. Offsets are from the first byte of the
 * packet.
 */
final class FragmentHeaders {
    /** RFC 4443, section 2.1: type, code and checksum. */
    private static final int MIN_ICMPV6_LENGTH = 4;

    private static final int MIN_EXTENSION_LENGTH = 8;

    /** Bytes before the fragment's payload. */
    int headerLength;

    /** Where the payload belongs in the datagram. */
    int offset;

    /** Bytes of the payload. */
    int length;

    /** Whether it is the last one. */
    boolean isLast;

    /** The ECN codepoint, 0 to 3. */
    int ecn;

    /** Offset of the next-header field that names the fragment header, in IPv6. */
    int nextHeaderOffset;

    /** Offset of the upper layer in a first fragment. */
    int upperLayerOffset;

    FragmentHeaders() {}

    void readIpv4(UnsafeBuffer buffer, int header) {
        headerLength = Ipv4Header.headerLength(buffer, header);
        offset = Ipv4Header.fragmentOffset(buffer, header);
        length = Ipv4Header.totalLength(buffer, header) - headerLength;
        isLast = (Ipv4Header.flags(buffer, header) & Ipv4Header.MORE_FRAGMENTS) == 0;
        ecn = Ipv4Header.trafficClass(buffer, header) & 3;
        nextHeaderOffset = 0;
        upperLayerOffset = headerLength;
    }

    void readIpv6(UnsafeBuffer buffer, int header, int fragmentHeader, int fragmentNextHeader) {
        headerLength = fragmentHeader + Ipv6FragmentHeader.LENGTH - header;
        offset = Ipv6FragmentHeader.fragmentOffset(buffer, fragmentHeader);
        length = Ipv6Header.LENGTH + Ipv6Header.payloadLength(buffer, header) - headerLength;
        isLast = !Ipv6FragmentHeader.moreFragments(buffer, fragmentHeader);
        ecn = Ipv6Header.trafficClass(buffer, header) & 3;
        nextHeaderOffset = fragmentNextHeader - header;
        upperLayerOffset = headerLength;
    }

    /** {@return where the payload ends in the datagram} */
    int end() {
        return offset + length;
    }

    /** {@return the bytes of the fragment} */
    int frameLength() {
        return headerLength + length;
    }

    /**
     * {@return whether there is no payload, or a fragment is to follow where none can begin (RFC 791, section 3.2)}
     */
    boolean isImpossible() {
        return length <= 0 || (!isLast && (length & 7) != 0);
    }

    /** {@return the payload length of the whole packet if that has so many bytes after the fragment header} */
    int ipv6PayloadLength(int fragmentable) {
        return headerLength - Ipv6FragmentHeader.LENGTH - Ipv6Header.LENGTH + fragmentable;
    }

    /**
     * Goes over the extension headers after the fragment header of a first fragment, to find the upper layer.
     *
     * @param header index of the IPv6 header
     * @param available bytes from there on that are together
     * @return whether all of them are there, and of the upper layer's header what it has always (RFC 7112, section
     *     5)
     */
    boolean findUpperLayer(UnsafeBuffer buffer, int header, int available) {
        int end = Math.min(available, frameLength());
        int at = headerLength;
        int type = Ipv6FragmentHeader.nextHeader(buffer, header + at - Ipv6FragmentHeader.LENGTH);
        while (isExtension(type)) {
            if (end - at < MIN_EXTENSION_LENGTH) {
                return false;
            }
            int extension = extensionLength(buffer, header + at, type);
            type = buffer.getByte(header + at) & 0xFF;
            at += extension;
        }
        upperLayerOffset = at;
        return frameLength() - at >= minUpperLayerLength(type);
    }

    /** {@return whether a next-header value is that of a header before the upper layer's, other than a fragment's} */
    static boolean isExtension(int type) {
        return type == IpProtocol.HOP_BY_HOP
                || type == IpProtocol.ROUTING
                || type == IpProtocol.DESTINATION_OPTIONS
                || type == IpProtocol.AUTHENTICATION;
    }

    /** {@return the bytes of an extension header} */
    static int extensionLength(UnsafeBuffer buffer, int at, int type) {
        int units = buffer.getByte(at + 1) & 0xFF;
        // RFC 4302, section 2.2: in units of 4 bytes, less 2.
        return type == IpProtocol.AUTHENTICATION ? (units + 2) << 2 : (units + 1) << 3;
    }

    /** {@return the bytes that the header of an upper layer has always, as far as it is known} */
    static int minUpperLayerLength(int type) {
        return switch (type) {
            case IpProtocol.TCP -> TcpHeader.MIN_LENGTH;
            case IpProtocol.UDP -> UdpHeader.LENGTH;
            case IpProtocol.ICMPV6 -> MIN_ICMPV6_LENGTH;
            default -> 0;
        };
    }
}
