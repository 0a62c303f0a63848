package onload.bench;

import onload.nic.packet.PoolOptions;
import onload.tcp.TcpConnection;
import onload.tcp.TcpEngine;
import onload.tcp.TcpEvents;
import onload.tcp.TcpListener;
import onload.tcp.TcpSetting;
import onload.tcp.TcpSettings;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Two TCP engines over a perfect emulated cable, in one thread, on a time that goes on by what the work could have
 * taken: all that both hosts do for a message, checksums in software.
 *
 * <ul>
 *   <li>{@link #pingPong}: 64 bytes there and back, on one connection of as many as {@code connections} says, another
 *       one each time;
 *   <li>{@link #connectExchangeClose}: a connection is opened, 64 bytes go there and back, both sides close;
 *   <li>{@link #bulk}: time for 64 KiB, one way, read as they come.
 * </ul>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class TcpBenchmark {
    private static final int PORT = 7;
    private static final int MESSAGE = 64;
    private static final int BULK = 64 << 10;

    /** Both ends, and how they are driven. */
    abstract static class Pair implements TcpEvents {
        final UnsafeBuffer data = new UnsafeBuffer(new byte[BULK]);
        final UnsafeBuffer got = new UnsafeBuffer(new byte[BULK]);
        final CableHosts hosts;
        final TcpEngine one;
        final TcpEngine other;
        boolean echoes = true;
        long received;

        Pair(int mtu, PoolOptions buffers) {
            hosts = new CableHosts(mtu, buffers);
            TcpSettings settings =
                    TcpSettings.DEFAULT
                            .with(TcpSetting.MAX_FLOWS, 1 << 21)
                            .with(TcpSetting.FIRST_PORT, 1024)
                            .with(TcpSetting.LAST_PORT, 65535)
                            .with(TcpSetting.TIME_WAIT_NS, 1_000_000);
            one = new TcpEngine(hosts.one.ip, settings, this, new SplittableRandom(1), hosts.nowNs);
            other =
                    new TcpEngine(
                            hosts.other.ip, settings, this, new SplittableRandom(2), hosts.nowNs);
            listen(PORT);
        }

        final void listen(int port) {
            TcpListener listener = other.listener();
            check(listener.bind(0, 0, port));
            check(listener.listen(100));
        }

        static void check(int result) {
            if (result < 0) {
                throw new IllegalStateException("answer " + result);
            }
        }

        final TcpConnection connect(int port) {
            TcpConnection c = one.open();
            check(
                    c.connect(
                            hosts.other.address.high(),
                            hosts.other.address.low(),
                            port,
                            hosts.nowNs));
            hosts.one.ip.flush(hosts.nowNs);
            return c;
        }

        /** Time goes on, and so do both. */
        final void turn() {
            hosts.nowNs += 300;
            hosts.poll();
            if (other.nextDeadlineNs() <= hosts.nowNs) {
                other.advance(hosts.nowNs);
            }
            if (one.nextDeadlineNs() <= hosts.nowNs) {
                one.advance(hosts.nowNs);
            }
        }

        @Override
        public void acceptable(TcpListener from) {
            TcpConnection c = from.accept();
            while (c != null) {
                c.noDelay(true, hosts.nowNs);
                c.attachment(this);
                c = from.accept();
            }
        }

        @Override
        public void changed(TcpConnection c, int what) {
            boolean isServer = c.attachment() != null;
            if ((what & READABLE) != 0) {
                int bytes = c.receive(got, 0, BULK, hosts.nowNs);
                if (bytes > 0) {
                    received += bytes;
                    if (isServer && echoes) {
                        check(c.send(got, 0, bytes, hosts.nowNs));
                    }
                }
            }
            if ((what & END_OF_INPUT) != 0 && isServer) {
                c.close(hosts.nowNs);
            }
        }

        final void close() {
            one.close(hosts.nowNs);
            other.close(hosts.nowNs);
            hosts.one.ip.flush(hosts.nowNs);
            hosts.other.ip.flush(hosts.nowNs);
            hosts.close();
        }
    }

    /** Connections that are established, of which one talks at a time. */
    @State(Scope.Thread)
    public static class Talking {
        /** Connections that are established. */
        @Param({"1", "100000"})
        public int connections;

        private @Nullable Pair pair;
        private TcpConnection[] clients = new TcpConnection[0];
        private int next;

        /** Opens them. */
        @Setup
        public void open() {
            // Each answer stays with its sender until the next message acknowledges it.
            Pair opened = new Pair(1500, PoolOptions.of(2048 + 2 * connections)) {};
            clients = new TcpConnection[connections];
            for (int i = 0; i < connections; i++) {
                int port = PORT + i / 50_000;
                if (i > 0 && i % 50_000 == 0) {
                    opened.listen(port);
                }
                clients[i] = opened.connect(port);
                clients[i].noDelay(true, opened.hosts.nowNs);
                for (int turn = 0; turn < 3; turn++) {
                    opened.turn();
                }
            }
            pair = opened;
        }

        /** Resets them. */
        @TearDown
        public void close() {
            Objects.requireNonNull(pair).close();
        }
    }

    /** {@return the bytes that both sides have received until now} */
    @Benchmark
    public long pingPong(Talking talking) {
        Pair pair = Objects.requireNonNull(talking.pair);
        // A stride that visits all, and none soon again.
        talking.next = (talking.next + 7919) % talking.clients.length;
        TcpConnection client = talking.clients[talking.next];
        long before = pair.received;
        Pair.check(client.send(pair.data, 0, MESSAGE, pair.hosts.nowNs));
        pair.hosts.one.ip.flush(pair.hosts.nowNs);
        pair.turn();
        if (pair.received != before + 2 * MESSAGE) {
            throw new IllegalStateException(
                    "no answer: " + pair.one.counters() + "; " + pair.other.counters());
        }
        return pair.received;
    }

    /** A connection for each message. */
    @State(Scope.Thread)
    public static class Connecting {
        private @Nullable Pair pair;

        /** Begins without connections. */
        @Setup
        public void open() {
            pair = new Pair(1500, PoolOptions.of(2048)) {};
        }

        /** Ends. */
        @TearDown
        public void close() {
            Objects.requireNonNull(pair).close();
        }
    }

    /** {@return the bytes that both sides have received until now} */
    @Benchmark
    public long connectExchangeClose(Connecting connecting) {
        Pair pair = Objects.requireNonNull(connecting.pair);
        long before = pair.received;
        TcpConnection client = pair.connect(PORT);
        pair.turn();
        Pair.check(client.send(pair.data, 0, MESSAGE, pair.hosts.nowNs));
        pair.hosts.one.ip.flush(pair.hosts.nowNs);
        pair.turn();
        if (pair.received != before + 2 * MESSAGE) {
            throw new IllegalStateException(
                    "no answer: " + pair.one.counters() + "; " + pair.other.counters());
        }
        client.close(pair.hosts.nowNs);
        pair.hosts.one.ip.flush(pair.hosts.nowNs);
        pair.turn();
        pair.turn();
        return pair.received;
    }

    /** One connection with large windows. */
    @State(Scope.Thread)
    public static class Flowing {
        /** Of both hosts. */
        @Param({"1500", "9000"})
        public int mtu;

        private @Nullable Pair pair;
        private @Nullable TcpConnection client;

        /** Connects. */
        @Setup
        public void open() {
            PoolOptions buffers = PoolOptions.of(2048);
            Pair opened = new Pair(mtu, mtu > 1500 ? buffers.withBufferLength(16384) : buffers) {};
            opened.echoes = false;
            client = opened.connect(PORT);
            opened.turn();
            opened.turn();
            pair = opened;
        }

        /** Resets it. */
        @TearDown
        public void close() {
            Objects.requireNonNull(pair).close();
        }
    }

    /** {@return the bytes that were received until now} */
    @Benchmark
    public long bulk(Flowing flowing) {
        Pair pair = Objects.requireNonNull(flowing.pair);
        TcpConnection client = Objects.requireNonNull(flowing.client);
        long target = pair.received + BULK;
        int left = BULK;
        while (pair.received < target) {
            if (left > 0) {
                int sent = client.send(pair.data, 0, left, pair.hosts.nowNs);
                left -= Math.max(0, sent);
                pair.hosts.one.ip.flush(pair.hosts.nowNs);
            }
            pair.turn();
        }
        return pair.received;
    }
}
