package onload.bench;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;
import onload.wire.UdpHeader;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * The checks of every header of a frame, from Ethernet to the transport, with the fields by which it would
 * be delivered; the checksum of the IPv4 header included, that of the payload not.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class HeaderBenchmark {
    private static final int FRAMES = 64;
    private static final int STRIDE = 2048;
    private static final int FRAME_LENGTH = 128;

    private final UnsafeBuffer ipv4Tcp = memory();
    private final UnsafeBuffer ipv6Udp = memory();
    private final TcpOptions options = new TcpOptions();
    private int next;

    private static UnsafeBuffer memory() {
        return new UnsafeBuffer(BufferUtil.allocateDirectAligned(FRAMES * STRIDE, 4096));
    }

    /** Writes the frames. */
    @Setup
    public void write() {
        for (int i = 0; i < FRAMES; i++) {
            int at = i * STRIDE;
            EthernetHeader.write(ipv4Tcp, at, 2, 1, EtherType.IPV4);
            int ip = at + EthernetHeader.LENGTH;
            int payload = FRAME_LENGTH - EthernetHeader.LENGTH - Ipv4Header.MIN_LENGTH;
            Ipv4Header.write(ipv4Tcp, ip, 0x0A000001, 0x0A000002, IpProtocol.TCP, 64, payload);
            int tcp = ip + Ipv4Header.MIN_LENGTH;
            TcpHeader.write(ipv4Tcp, tcp, 1000 + i, 80, i, i, 32, TcpHeader.ACK, 1000);
            int padded = TcpOptions.writePadding(ipv4Tcp, tcp + 18, tcp + 20) + 2;
            TcpOptions.writeTimestamps(ipv4Tcp, padded, i, i);
            ipv4Tcp.putShort(tcp + 20, (short) 0x0101);

            EthernetHeader.write(ipv6Udp, at, 2, 1, EtherType.IPV6);
            int payload6 = FRAME_LENGTH - EthernetHeader.LENGTH - Ipv6Header.LENGTH;
            Ipv6Header.write(ipv6Udp, ip, 1, 2, 3, 4, IpProtocol.UDP, 64, payload6);
            UdpHeader.write(ipv6Udp, ip + Ipv6Header.LENGTH, 1000 + i, 53, payload6 - 8);
        }
    }

    /** {@return something of a valid IPv4 TCP segment with timestamps, or a negative reason} */
    @Benchmark
    public int ipv4TcpWithTimestamps() {
        next = next + STRIDE & FRAMES * STRIDE - 1;
        UnsafeBuffer frame = ipv4Tcp;
        int ethernetLength = EthernetHeader.check(frame, next, FRAME_LENGTH);
        if (ethernetLength < 0
                || EthernetHeader.etherType(frame, next, ethernetLength) != EtherType.IPV4) {
            return ethernetLength;
        }
        int ip = next + ethernetLength;
        int ipLength = Ipv4Header.check(frame, ip, FRAME_LENGTH - ethernetLength);
        if (ipLength < 0 || !Ipv4Header.isChecksumCorrect(frame, ip)) {
            return ipLength;
        }
        int tcp = ip + ipLength;
        int tcpLength = TcpHeader.check(frame, tcp, Ipv4Header.totalLength(frame, ip) - ipLength);
        if (tcpLength < 0 || options.parse(frame, tcp, tcpLength) < 0) {
            return tcpLength;
        }
        return Ipv4Header.source(frame, ip)
                ^ Ipv4Header.destination(frame, ip)
                ^ TcpHeader.sourcePort(frame, tcp)
                ^ TcpHeader.destinationPort(frame, tcp)
                ^ TcpHeader.sequenceNumber(frame, tcp)
                ^ TcpHeader.flags(frame, tcp)
                ^ options.timestampValue();
    }

    /** {@return something of a valid IPv6 UDP datagram, or a negative reason} */
    @Benchmark
    public long ipv6Udp() {
        next = next + STRIDE & FRAMES * STRIDE - 1;
        UnsafeBuffer frame = ipv6Udp;
        int ethernetLength = EthernetHeader.check(frame, next, FRAME_LENGTH);
        if (ethernetLength < 0
                || EthernetHeader.etherType(frame, next, ethernetLength) != EtherType.IPV6) {
            return ethernetLength;
        }
        int ip = next + ethernetLength;
        int ipLength = Ipv6Header.check(frame, ip, FRAME_LENGTH - ethernetLength);
        if (ipLength < 0 || Ipv6Header.nextHeader(frame, ip) != IpProtocol.UDP) {
            return ipLength;
        }
        int udp = ip + ipLength;
        int udpLength = UdpHeader.check(frame, udp, Ipv6Header.payloadLength(frame, ip));
        if (udpLength < 0) {
            return udpLength;
        }
        return Ipv6Header.sourceHigh(frame, ip)
                ^ Ipv6Header.sourceLow(frame, ip)
                ^ Ipv6Header.destinationHigh(frame, ip)
                ^ Ipv6Header.destinationLow(frame, ip)
                ^ UdpHeader.sourcePort(frame, udp)
                ^ UdpHeader.destinationPort(frame, udp);
    }
}
