package onload.bench;

import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.nic.emulated.EmulatedNetwork;
import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.udp.UdpEngine;
import onload.udp.UdpSettings;
import onload.udp.UdpSocket;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * 64 bytes of UDP between two stacks over a perfect emulated cable, in one thread on virtual time, copied in and
 * out, with checksums as the NICs have them: a round trip between connected sockets, and one datagram of a batch
 * of 32 one way.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class UdpBenchmark {
    private static final int LENGTH = 64;
    private static final int BATCH = 32;
    private static final int PORT = 7;
    private static final long SECOND_NS = 1_000_000_000L;

    private final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH));
    private long nowNs = 1;
    private final Host one = new Host("192.0.2.1/24", 1);
    private final Host other = new Host("192.0.2.2/24", 2);

    /** A stack with one socket. */
    private final class Host {
        final PacketPool pool = PacketPool.open(PoolOptions.of(2048).withAccounting(false));
        final EmulatedNic nic = network.addNic(NicSettings.DEFAULT);
        final IpLayer ip;
        final UdpSocket socket;

        Host(String address, long seed) {
            ip = new IpLayer(IpOptions.DEFAULT, pool, new SplittableRandom(seed), nowNs);
            IpInterface nic0 = ip.addInterface("nic0", nic.open(0, pool));
            ip.up(nic0, nowNs);
            ip.addAddress(nic0, CidrAddress.parse(address), nowNs);
            UdpEngine udp =
                    new UdpEngine(
                            ip,
                            UdpSettings.DEFAULT,
                            (changed, what) -> {},
                            new SplittableRandom(seed),
                            nowNs);
            socket = udp.open();
        }

        void connect(String to) {
            IpAddress own = IpAddress.parse("::");
            IpAddress peer = IpAddress.parse(to);
            require(socket.bind(own.high(), own.low(), PORT), 0);
            require(socket.connect(peer.high(), peer.low(), PORT, nowNs), 0);
        }
    }

    private static void require(int answer, int expected) {
        if (answer != expected) {
            throw new IllegalStateException("answered " + answer + " for " + expected);
        }
    }

    /** Connects both, and lets them find each other. */
    @Setup
    public void connect() {
        network.connect(one.nic, other.nic, LinkSettings.PERFECT);
        run(SECOND_NS * 5);
        one.connect("192.0.2.2");
        other.connect("192.0.2.1");
        require(one.socket.send(buffer, 0, LENGTH, nowNs), LENGTH);
        one.ip.flush(nowNs);
        run(SECOND_NS);
        require(other.socket.receive(buffer, 0, LENGTH, null), LENGTH);
        require(other.socket.send(buffer, 0, LENGTH, nowNs), LENGTH);
        other.ip.flush(nowNs);
        run(SECOND_NS);
        require(one.socket.receive(buffer, 0, LENGTH, null), LENGTH);
    }

    private void run(long durationNs) {
        long endNs = nowNs + durationNs;
        while (nowNs < endNs) {
            nowNs += SECOND_NS / 1000;
            for (int i = 0; i < 4; i++) {
                network.advance(nowNs);
                one.ip.poll(nowNs, BATCH);
                other.ip.poll(nowNs, BATCH);
            }
        }
    }

    /** There and back. */
    @Benchmark
    public int pingPong() {
        nowNs += 1;
        one.socket.send(buffer, 0, LENGTH, nowNs);
        one.ip.flush(nowNs);
        network.advance(nowNs);
        other.ip.poll(nowNs, BATCH);
        require(other.socket.receive(buffer, 0, LENGTH, null), LENGTH);
        other.socket.send(buffer, 0, LENGTH, nowNs);
        other.ip.flush(nowNs);
        network.advance(nowNs);
        one.ip.poll(nowNs, BATCH);
        int answer = one.socket.receive(buffer, 0, LENGTH, null);
        require(answer, LENGTH);
        return answer;
    }

    /** One datagram of a batch, one way. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int oneWay() {
        nowNs += 1;
        for (int i = 0; i < BATCH; i++) {
            one.socket.send(buffer, 0, LENGTH, nowNs);
        }
        one.ip.flush(nowNs);
        network.advance(nowNs);
        other.ip.poll(nowNs, BATCH * 2);
        int answer = 0;
        for (int i = 0; i < BATCH; i++) {
            answer = other.socket.receive(buffer, 0, LENGTH, null);
            require(answer, LENGTH);
        }
        one.ip.poll(nowNs, BATCH * 2);
        return answer;
    }

    /** Gives the memory back. */
    @TearDown
    public void close() {
        one.socket.close(nowNs);
        other.socket.close(nowNs);
        one.ip.close();
        other.ip.close();
        network.close();
        one.pool.close();
        other.pool.close();
    }
}
