package onload.bench;

import onload.ip.Destination;
import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.ip.address.AddressOptions;
import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.TransportProtocol;
import onload.nic.emulated.EmulatedNetwork;
import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.VirtualInterface;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;

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
 * The whole way between two hosts below UDP and TCP, on virtual time in one thread: two IPv4 layers over a perfect
 * cable, with a transport that does next to nothing. What a transport's own round trip takes beyond {@link #pingPong}
 * is the transport's.
 *
 * <p>{@link #pingPong} is a datagram there and one back, batches of one; {@link #stream} is one datagram of a batch
 * of 32, one way, from the allocation of the packet to its release at both ends.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class PathBenchmark {
    private static final int BATCH = 32;
    private static final int BUFFERS = 1024;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int POLL_LIMIT = 2 * BATCH;

    /** Bytes after the IP header. */
    @Param({"64", "1480"})
    public int length;

    private final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
    private final Host one = new Host("192.0.2.1");
    private final Host other = new Host("192.0.2.2");
    private long nowNs = 1;

    /** One end: a NIC, a layer, and the transport. */
    private final class Host implements TransportProtocol {
        final PacketPool pool = PacketPool.open(PoolOptions.of(BUFFERS).withAccounting(false));
        final PacketBuffers buffers = pool.buffers();
        final UnsafeBuffer memory = buffers.memory();
        final EmulatedNic nic = network.addNic(NicSettings.DEFAULT);
        final IpAddress address;
        final IpLayer ip =
                new IpLayer(
                        IpOptions.DEFAULT.withAddresses(
                                AddressOptions.DEFAULT.withDuplicateAddressDetectTransmits(0)),
                        pool,
                        new SplittableRandom(1),
                        1);
        Destination peer = ip.destination(0, 0, IpProtocol.UDP);
        boolean answers;
        long received;

        Host(String address) {
            this.address = IpAddress.parse(address);
        }

        void start() {
            VirtualInterface queue = nic.open(0, pool);
            IpInterface nic0 = ip.addInterface("nic0", queue);
            ip.register(this);
            ip.up(nic0, nowNs);
            ip.addAddress(nic0, CidrAddress.parse(address + "/24"), nowNs);
        }

        void meet(Host them) {
            ip.neighbors()
                    .fix(
                            ip.interfaces().getLast().index(),
                            them.address.high(),
                            them.address.low(),
                            them.nic.macAddress(),
                            nowNs);
            peer = ip.destination(them.address, IpProtocol.UDP);
        }

        void send() {
            int packet = pool.allocate(PacketPool.SEND);
            int at = buffers.append(packet, length);
            memory.putLong(at, nowNs);
            if (ip.send(packet, peer, nowNs) != 0) {
                throw new IllegalStateException("not sent: " + ip.counters());
            }
        }

        @Override
        public int protocol() {
            return IpProtocol.UDP;
        }

        @Override
        public int received(int packet, IpDatagram datagram, long nowNs) {
            received++;
            pool.release(packet);
            if (answers) {
                send();
            }
            return ACCEPTED;
        }

        @Override
        public boolean failed(IcmpError error, long nowNs) {
            return false;
        }

        void close() {
            ip.close();
            pool.close();
        }
    }

    /** Connects the hosts, makes them known to each other and waits until both are quiet. */
    @Setup
    public void connect() {
        network.connect(one.nic, other.nic, LinkSettings.PERFECT);
        one.start();
        other.start();
        for (int i = 0; i < 30; i++) {
            nowNs += SECOND_NS / 4;
            one.ip.poll(nowNs, POLL_LIMIT);
            other.ip.poll(nowNs, POLL_LIMIT);
        }
        one.meet(other);
        other.meet(one);
    }

    /** Closes the layers and gives the memory back. */
    @TearDown
    public void close() {
        one.close();
        other.close();
        network.close();
    }

    /** {@return the datagrams that came back until now} */
    @Benchmark
    public long pingPong() {
        nowNs += 100;
        other.answers = true;
        long before = one.received;
        one.send();
        one.ip.flush(nowNs);
        other.ip.poll(nowNs, POLL_LIMIT);
        one.ip.poll(nowNs, POLL_LIMIT);
        if (one.received != before + 1) {
            throw new IllegalStateException("no answer: " + one.ip.counters());
        }
        return one.received;
    }

    /** {@return the datagrams that arrived until now} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long stream() {
        nowNs += 1000;
        other.answers = false;
        long before = other.received;
        for (int i = 0; i < BATCH; i++) {
            one.send();
        }
        one.ip.flush(nowNs);
        other.ip.poll(nowNs, POLL_LIMIT);
        one.ip.poll(nowNs, POLL_LIMIT);
        if (other.received != before + BATCH) {
            throw new IllegalStateException("not all arrived: " + other.ip.counters());
        }
        return other.received;
    }
}
