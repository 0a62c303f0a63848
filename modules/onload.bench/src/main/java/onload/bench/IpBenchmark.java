package onload.bench;

import onload.ip.Destination;
import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.ip.address.AddressOptions;
import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.TransportProtocol;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.wire.CidrAddress;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * The IP layer between a NIC that costs nothing and a transport that does nothing, in batches of 32 datagrams of
 * UDP with 18 bytes of data, the least that fills an Ethernet frame.
 *
 * <p>{@link #input} is a poll: the frame's checks, the addresses, the hand-off to the transport. {@link #output} is a
 * packet allocated, its data written, the headers, the NIC's ring, the doorbell, and the packet released when it
 * was sent.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class IpBenchmark {
    private static final int BATCH = 32;
    private static final int BUFFERS = 1024;
    private static final int DATA_LENGTH = UdpHeader.LENGTH + 18;
    private static final long PEER_MAC = 0x02_00_00_00_00_99L;
    private static final long SECOND_NS = 1_000_000_000L;

    /** The IP version. */
    @Param({"4", "6"})
    public int version;

    private final PacketPool pool = PacketPool.open(PoolOptions.of(BUFFERS).withAccounting(false));
    private final PacketBuffers buffers = pool.buffers();
    private final UnsafeBuffer memory = buffers.memory();
    private final RecyclingNic nic = new RecyclingNic(pool, BATCH);
    private final IpLayer ip =
            new IpLayer(
                    IpOptions.DEFAULT.withAddresses(
                            AddressOptions.DEFAULT.withDuplicateAddressDetectTransmits(0)),
                    pool,
                    new SplittableRandom(1),
                    1);
    private Destination destination = ip.destination(0, 0, IpProtocol.UDP);
    private long nowNs = 1;
    private int received;

    /** Gives every datagram back to the NIC, which will deliver it again. */
    private final class Udp implements TransportProtocol {
        @Override
        public int protocol() {
            return IpProtocol.UDP;
        }

        @Override
        public int received(int packet, IpDatagram datagram, long nowNs) {
            received += datagram.payloadLength();
            nic.recycle(packet);
            return ACCEPTED;
        }

        @Override
        public boolean failed(IcmpError error, long nowNs) {
            return false;
        }
    }

    /** Makes addresses, a neighbour and the frames that come in. */
    @Setup
    public void prepare() {
        boolean isIpv4 = version == 4;
        IpInterface nic0 = ip.addInterface("nic0", nic);
        ip.register(new Udp());
        ip.up(nic0, nowNs);
        CidrAddress own = CidrAddress.parse(isIpv4 ? "192.0.2.1/24" : "2001:db8::1/64");
        IpAddress peer = IpAddress.parse(isIpv4 ? "192.0.2.2" : "2001:db8::2");
        ip.addAddress(nic0, own, nowNs);
        nowNs += 3 * SECOND_NS;
        ip.poll(nowNs, BATCH);
        ip.neighbors().fix(nic0.index(), peer.high(), peer.low(), PEER_MAC, nowNs);
        destination = ip.destination(peer, IpProtocol.UDP);
        for (int i = 0; i < BATCH; i++) {
            nic.recycle(frame(own.address(), peer));
        }
        sendOne();
        ip.flush(nowNs);
        ip.poll(nowNs, 2 * BATCH);
    }

    private int frame(IpAddress to, IpAddress from) {
        boolean isIpv4 = version == 4;
        int ipLength = isIpv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
        int packet = pool.allocate(PacketPool.RECEIVE);
        int at = buffers.append(packet, EthernetHeader.LENGTH + ipLength + DATA_LENGTH);
        EthernetHeader.write(
                memory, at, nic.macAddress(), PEER_MAC, isIpv4 ? EtherType.IPV4 : EtherType.IPV6);
        int header = at + EthernetHeader.LENGTH;
        if (isIpv4) {
            Ipv4Header.write(
                    memory, header, from.ipv4(), to.ipv4(), IpProtocol.UDP, 64, DATA_LENGTH);
        } else {
            Ipv6Header.write(
                    memory,
                    header,
                    from.high(),
                    from.low(),
                    to.high(),
                    to.low(),
                    IpProtocol.UDP,
                    64,
                    DATA_LENGTH);
        }
        UdpHeader.write(memory, header + ipLength, 1000, 2000, DATA_LENGTH);
        return packet;
    }

    private void sendOne() {
        int packet = pool.allocate(PacketPool.SEND);
        int at = buffers.append(packet, DATA_LENGTH);
        UdpHeader.write(memory, at, 2000, 1000, DATA_LENGTH);
        if (ip.send(packet, destination, nowNs) != 0) {
            throw new IllegalStateException("not sent: " + ip.counters());
        }
    }

    /** Closes the layer and gives the memory back. */
    @TearDown
    public void close() {
        ip.close();
        pool.close();
    }

    /** {@return the bytes that the transport has had} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int input() {
        nowNs += 1000;
        int before = received;
        ip.poll(nowNs, BATCH);
        if (received - before != BATCH * DATA_LENGTH) {
            throw new IllegalStateException("not received: " + ip.counters());
        }
        return received;
    }

    /** {@return the frames that were sent} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int output() {
        nowNs += 1000;
        for (int i = 0; i < BATCH; i++) {
            sendOne();
        }
        ip.flush(nowNs);
        return nic.complete();
    }
}
