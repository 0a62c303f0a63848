package onload.nic.emulated;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.InternetChecksum;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.MacAddress;
import onload.wire.TcpHeader;
import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/** Frames of the tests. */
final class Frames {
    /** Local experimental (IEEE 802, table 9-1). */
    static final int TYPE = 0x88B5;

    static final int SHORTEST = EthernetHeader.LENGTH + Integer.BYTES;

    private static final int NUMBER_OFFSET = EthernetHeader.LENGTH;
    private static final int TTL = 64;

    private Frames() {}

    /** {@return a frame with a number in it} */
    static byte[] frame(long destination, long source, int number, int length) {
        byte[] frame = new byte[length];
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        EthernetHeader.write(buffer, 0, destination, source, TYPE);
        buffer.putInt(NUMBER_OFFSET, number, ByteOrder.BIG_ENDIAN);
        for (int i = SHORTEST; i < length; i++) {
            frame[i] = (byte) (number + i);
        }
        return frame;
    }

    static byte[] frame(Host to, Host from, int number, int length) {
        return frame(to.mac(), from.mac(), number, length);
    }

    static byte[] broadcast(Host from, int number) {
        return frame(MacAddress.BROADCAST, from.mac(), number, SHORTEST);
    }

    static int number(byte[] frame) {
        return new UnsafeBuffer(frame).getInt(NUMBER_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /** {@return a UDP datagram or a TCP segment of 20 bytes of data, with right checksums} */
    static byte[] flow(
            long destination,
            int protocol,
            IpAddress source,
            int sourcePort,
            IpAddress target,
            int targetPort) {
        boolean isTcp = protocol == IpProtocol.TCP;
        int ipLength = source.isIpv4() ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
        int transport = EthernetHeader.LENGTH + ipLength;
        int transportLength = (isTcp ? TcpHeader.MIN_LENGTH : UdpHeader.LENGTH) + 20;
        byte[] frame = new byte[transport + transportLength];
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        if (isTcp) {
            TcpHeader.write(
                    buffer,
                    transport,
                    sourcePort,
                    targetPort,
                    1,
                    0,
                    TcpHeader.MIN_LENGTH,
                    TcpHeader.SYN,
                    1000);
        } else {
            UdpHeader.write(buffer, transport, sourcePort, targetPort, 20);
        }
        long sum = writeIp(buffer, source, target, protocol, transportLength);
        int checksum =
                UdpHeader.checksumOf(InternetChecksum.sum(buffer, transport, transportLength, sum));
        if (isTcp) {
            TcpHeader.checksum(buffer, transport, checksum);
        } else {
            UdpHeader.checksum(buffer, transport, checksum);
        }
        EthernetHeader.write(
                buffer,
                0,
                destination,
                0x02_00_00_00_99_99L,
                source.isIpv4() ? EtherType.IPV4 : EtherType.IPV6);
        return frame;
    }

    /** {@return the sum of the pseudo-header} */
    private static long writeIp(
            UnsafeBuffer buffer, IpAddress source, IpAddress target, int protocol, int length) {
        int at = EthernetHeader.LENGTH;
        if (source.isIpv4()) {
            Ipv4Header.write(buffer, at, source.ipv4(), target.ipv4(), protocol, TTL, length);
            return Ipv4Header.pseudoHeader(buffer, at);
        }
        Ipv6Header.write(
                buffer,
                at,
                source.high(),
                source.low(),
                target.high(),
                target.low(),
                protocol,
                TTL,
                length);
        return Ipv6Header.pseudoHeader(buffer, at, protocol, length);
    }
}
