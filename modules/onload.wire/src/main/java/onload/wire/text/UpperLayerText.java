package onload.wire.text;

import onload.wire.IpProtocol;

/** What is in an IP packet, whichever version it has: to whom it belongs, and the two of IPsec. */
final class UpperLayerText {
    /** Bytes of an ESP header before what is encrypted (RFC 4303, section 2). */
    private static final int ESP_LENGTH = 8;

    /** Bytes of an authentication header before the integrity check value (RFC 4302, section 2). */
    private static final int AUTHENTICATION_LENGTH = 12;

    private UpperLayerText() {}

    /** {@return whether the addresses are written with the ports of a protocol} */
    static boolean hasPorts(int protocol) {
        return protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
    }

    /**
     * Appends what an IP packet holds.
     *
     * @param protocol its protocol number
     * @param offset index of its first byte
     * @param length its bytes as the IP header has them; there may be fewer
     * @param version that of IP, 4 or 6
     * @param isFragment whether this is the first fragment, which has not all of it
     */
    static void append(
            Line line, int protocol, int offset, int length, int version, boolean isFragment) {
        int upperProtocol = protocol;
        int at = offset;
        int left = length;
        while (upperProtocol == IpProtocol.AUTHENTICATION) {
            int headerLength = appendAuthentication(line, at);
            if (headerLength < 0) {
                return;
            }
            upperProtocol = line.uint8(at);
            at += headerLength;
            left -= headerLength;
        }
        switch (upperProtocol) {
            case IpProtocol.TCP -> TcpText.append(line, at, left);
            case IpProtocol.UDP -> UdpText.append(line, at, left, isFragment);
            case IpProtocol.ICMP, IpProtocol.IGMP ->
                    appendOfIpv4(line, upperProtocol, at, left, version);
            case IpProtocol.ICMPV6 -> {
                if (version == 6) {
                    Icmpv6Text.append(line, at, left);
                } else {
                    line.append("[ICMPv6 requires IPv6] (invalid)");
                }
            }
            case IpProtocol.ESP -> appendEsp(line, at, left);
            case IpProtocol.NO_NEXT_HEADER -> line.append("no next header");
            default -> line.append(" ip-proto-").append(upperProtocol).append(' ').append(left);
        }
    }

    private static void appendOfIpv4(Line line, int protocol, int at, int length, int version) {
        boolean isIcmp = protocol == IpProtocol.ICMP;
        if (version != 4) {
            line.append(isIcmp ? "[ICMP" : "[IGMP").append(" requires IPv4] (invalid)");
        } else if (isIcmp) {
            Icmpv4Text.append(line, at, length);
        } else {
            IgmpText.append(line, at, length);
        }
    }

    /** {@return the bytes of the header, or -1 if it is not whole} */
    private static int appendAuthentication(Line line, int at) {
        if (line.lacks(at, AUTHENTICATION_LENGTH, "ah")) {
            return -1;
        }
        int headerLength = (line.uint8(at + 1) + 2) << 2;
        if (headerLength < AUTHENTICATION_LENGTH || line.lacks(at, headerLength, "ah")) {
            return -1;
        }
        line.append("AH(spi=%#010x,seq=".formatted(line.uint32(at + 4)));
        line.hexNumber(line.uint32(at + 8)).append(",icv=0x");
        line.hex(at + AUTHENTICATION_LENGTH, headerLength - AUTHENTICATION_LENGTH).append("): ");
        return headerLength;
    }

    private static void appendEsp(Line line, int at, int length) {
        if (line.lacks(at, ESP_LENGTH, "esp")) {
            return;
        }
        line.append("ESP(spi=%#010x,seq=".formatted(line.uint32(at)));
        line.hexNumber(line.uint32(at + 4)).append("), length ").append(length);
    }
}
