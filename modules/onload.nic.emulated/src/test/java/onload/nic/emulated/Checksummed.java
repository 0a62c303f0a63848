package onload.nic.emulated;

import onload.wire.EthernetHeader;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.TcpHeader;
import onload.wire.UdpHeader;

/** Frames with a transport checksum: TCP or UDP, over IPv4 or IPv6. */
final class Checksummed {
    static final int TCP4 = 0;
    static final int UDP4 = 1;
    static final int TCP6 = 2;
    static final int UDP6 = 3;

    private static final long DESTINATION = 0x02_00_00_00_77_77L;

    private Checksummed() {}

    private static boolean isTcp(int kind) {
        return kind == TCP4 || kind == TCP6;
    }

    private static boolean isIpv4(int kind) {
        return kind == TCP4 || kind == UDP4;
    }

    /** {@return a frame whose checksum is right} */
    static byte[] frame(int kind) {
        return Frames.flow(
                DESTINATION,
                isTcp(kind) ? IpProtocol.TCP : IpProtocol.UDP,
                IpAddress.parse(isIpv4(kind) ? "10.0.0.1" : "fd00::1"),
                1234,
                IpAddress.parse(isIpv4(kind) ? "10.0.0.2" : "fd00::2"),
                80);
    }

    /** {@return the same frame as a kernel leaves it to a NIC, with something else in the field} */
    static byte[] unfilled(int kind) {
        byte[] frame = frame(kind);
        frame[field(kind)] ^= 0x5A;
        frame[field(kind) + 1] ^= 0x33;
        return frame;
    }

    /** {@return where the checksum is} */
    static int field(int kind) {
        return EthernetHeader.LENGTH
                + (isIpv4(kind) ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH)
                + (isTcp(kind) ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET);
    }
}
