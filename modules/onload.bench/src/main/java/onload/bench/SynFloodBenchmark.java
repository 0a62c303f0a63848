package onload.bench;

import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.ip.address.AddressOptions;
import onload.ip.route.Route;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.tcp.TcpConnection;
import onload.tcp.TcpEngine;
import onload.tcp.TcpEvents;
import onload.tcp.TcpListener;
import onload.tcp.TcpSetting;
import onload.tcp.TcpSettings;
import onload.tcp.counter.TcpCounter;
import onload.wire.CidrAddress;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.InternetChecksum;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
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

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What a SYN from nobody costs a listener, from the frame that the NIC has received to the answer in its ring, in
 * batches of 32: the IP layer, checksums in software, TCP. Addresses, ports and sequence numbers are random.
 *
 * <ul>
 *   <li>{@code ROOM}: a half-open connection is made and a SYN-ACK goes; a reset, which counts with it, takes it away;
 *   <li>{@code COOKIES}: the backlog is full, and a SYN cookie goes;
 *   <li>{@code FULL}: the backlog is full, and there are no cookies;
 *   <li>{@code FORGED_ACKS}: acknowledgments that are no cookies, each answered by a reset;
 *   <li>{@code FAST_OPEN_REQUESTS}: as ROOM, and each asks for a cookie of Fast Open;
 *   <li>{@code FAST_OPEN_FORGED}: as ROOM, and each brings such a cookie, which is wrong, and data.
 * </ul>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class SynFloodBenchmark {
    private static final int BATCH = 32;
    private static final int FRAMES = 4096;
    private static final int PORT = 80;
    private static final int MAXIMUM_SEGMENT_SIZE = 1460;
    private static final int COOKIE_LENGTH = 8;
    private static final int DATA_LENGTH = 100;
    private static final long GATEWAY_MAC = 0x02_00_00_00_00_99L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final IpAddress OWN = IpAddress.parse("192.0.2.1");
    private static final IpAddress GATEWAY = IpAddress.parse("192.0.2.254");

    /** What floods, and what it meets. */
    public enum Flood {
        /** SYNs, and there is room for them. */
        ROOM,
        /** SYNs beyond the backlog, with SYN cookies. */
        COOKIES,
        /** SYNs beyond the backlog, without. */
        FULL,
        /** Acknowledgments of nothing. */
        FORGED_ACKS,
        /** SYNs that ask for a Fast Open cookie. */
        FAST_OPEN_REQUESTS,
        /** SYNs with a wrong Fast Open cookie, and data. */
        FAST_OPEN_FORGED;

        private boolean hasRoom() {
            return this == ROOM || this == FAST_OPEN_REQUESTS || this == FAST_OPEN_FORGED;
        }

        private TcpCounter counter() {
            return switch (this) {
                case ROOM -> TcpCounter.PASSIVE_OPENS;
                case COOKIES -> TcpCounter.COOKIES_SENT;
                case FULL -> TcpCounter.SYN_QUEUE_FULL;
                case FORGED_ACKS -> TcpCounter.COOKIES_INVALID;
                case FAST_OPEN_REQUESTS -> TcpCounter.FAST_OPEN_COOKIES_SENT;
                case FAST_OPEN_FORGED -> TcpCounter.FAST_OPEN_COOKIES_INVALID;
            };
        }
    }

    /** What floods. */
    @Param public Flood flood = Flood.ROOM;

    private final PacketPool pool = PacketPool.open(PoolOptions.of(2048).withAccounting(false));
    private final FloodNic nic = new FloodNic(pool);
    private final SplittableRandom random = new SplittableRandom(1);
    private final IpLayer ip =
            new IpLayer(
                    IpOptions.DEFAULT.withAddresses(
                            AddressOptions.DEFAULT.withDuplicateAddressDetectTransmits(0)),
                    pool,
                    new SplittableRandom(2),
                    1);
    private long nowNs = 1;
    private @Nullable TcpEngine engine;

    /** Nobody looks. */
    private static final class Silent implements TcpEvents {
        @Override
        public void changed(TcpConnection connection, int what) {}

        @Override
        public void acceptable(TcpListener listener) {}
    }

    /** Makes a listener, and fills its backlog if that is to be full. */
    @Setup
    public void prepare() {
        IpInterface nic0 = ip.addInterface("nic0", nic);
        TcpSettings settings =
                TcpSettings.DEFAULT
                        .with(TcpSetting.FAST_OPEN, 3)
                        .with(TcpSetting.SYN_COOKIES, flood == Flood.FULL ? 0 : 1);
        TcpEngine tcp = new TcpEngine(ip, settings, new Silent(), new SplittableRandom(3), nowNs);
        engine = tcp;
        ip.up(nic0, nowNs);
        ip.addAddress(nic0, CidrAddress.parse(OWN + "/24"), nowNs);
        nowNs += 3 * SECOND_NS;
        ip.poll(nowNs, BATCH);
        ip.neighbors().fix(nic0.index(), GATEWAY.high(), GATEWAY.low(), GATEWAY_MAC, nowNs);
        ip.addRoute(Route.via(IpPrefix.parse("0.0.0.0/0"), GATEWAY, nic0.index()));
        TcpListener listener = tcp.listener();
        listener.fastOpen(16);
        if (listener.bind(0, 0, PORT) != 0 || listener.listen(4 * BATCH) != 0) {
            throw new IllegalStateException("no listener");
        }
        if (!flood.hasRoom()) {
            nic.frames(syns(Flood.ROOM, false));
            // One more is answered by a cookie, so that acknowledgments are looked at.
            for (int i = 0; i < 5; i++) {
                ip.poll(nowNs, BATCH);
                ip.flush(nowNs);
            }
        }
        nic.frames(syns(flood, flood.hasRoom()));
    }

    /** SYNs, or what there is in their place; each batch followed by resets for them if these are wanted. */
    private UnsafeBuffer[] syns(Flood kind, boolean withResets) {
        UnsafeBuffer[] frames = new UnsafeBuffer[FRAMES];
        for (int i = 0; i < FRAMES; i++) {
            boolean isReset = withResets && i / BATCH % 2 == 1;
            frames[i] = isReset ? reset(frames[i - BATCH]) : frame(kind);
        }
        return frames;
    }

    private UnsafeBuffer frame(Flood kind) {
        int options = TcpOptions.MAXIMUM_SEGMENT_SIZE_LENGTH;
        boolean isAck = kind == Flood.FORGED_ACKS;
        options += kind == Flood.FAST_OPEN_REQUESTS ? 4 : 0;
        options += kind == Flood.FAST_OPEN_FORGED ? 4 + COOKIE_LENGTH : 0;
        int data = kind == Flood.FAST_OPEN_FORGED ? DATA_LENGTH : 0;
        int length = TcpHeader.MIN_LENGTH + options;
        int at = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
        UnsafeBuffer frame = new UnsafeBuffer(new byte[at + length + data]);
        int peer = (random.nextInt() & 0x07FF_FFFF) | 0x1000_0000;
        write(
                frame,
                peer,
                1024 + random.nextInt(60_000),
                random.nextInt(),
                isAck ? random.nextInt() : 0,
                length,
                isAck ? TcpHeader.ACK : TcpHeader.SYN);
        int next =
                TcpOptions.writeMaximumSegmentSize(
                        frame, at + TcpHeader.OPTIONS_OFFSET, MAXIMUM_SEGMENT_SIZE);
        if (kind == Flood.FAST_OPEN_REQUESTS || kind == Flood.FAST_OPEN_FORGED) {
            UnsafeBuffer cookie = new UnsafeBuffer(new byte[COOKIE_LENGTH]);
            int bytes = kind == Flood.FAST_OPEN_FORGED ? COOKIE_LENGTH : 0;
            next = TcpOptions.writeFastOpen(frame, next, cookie, 0, bytes);
            TcpOptions.writePadding(frame, at + TcpHeader.OPTIONS_OFFSET, next);
        }
        sum(frame);
        return frame;
    }

    private static UnsafeBuffer reset(UnsafeBuffer syn) {
        int at = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
        UnsafeBuffer frame = new UnsafeBuffer(new byte[at + TcpHeader.MIN_LENGTH]);
        write(
                frame,
                Ipv4Header.source(syn, EthernetHeader.LENGTH),
                TcpHeader.sourcePort(syn, at),
                TcpHeader.sequenceNumber(syn, at) + 1,
                0,
                TcpHeader.MIN_LENGTH,
                TcpHeader.RST);
        sum(frame);
        return frame;
    }

    private static void write(
            UnsafeBuffer frame,
            int peer,
            int port,
            int sequence,
            int acknowledgment,
            int headerLength,
            int flags) {
        int ipAt = EthernetHeader.LENGTH;
        int at = ipAt + Ipv4Header.MIN_LENGTH;
        EthernetHeader.write(frame, 0, FloodNic.MAC, GATEWAY_MAC, EtherType.IPV4);
        Ipv4Header.write(frame, ipAt, peer, OWN.ipv4(), IpProtocol.TCP, 64, frame.capacity() - at);
        TcpHeader.write(
                frame, at, port, PORT, sequence, acknowledgment, headerLength, flags, 65_535);
    }

    private static void sum(UnsafeBuffer frame) {
        int at = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
        long pseudo = Ipv4Header.pseudoHeader(frame, EthernetHeader.LENGTH);
        long sum = InternetChecksum.sum(frame, at, frame.capacity() - at, pseudo);
        TcpHeader.checksum(frame, at, InternetChecksum.fold(sum));
    }

    /** Looks whether what was measured is what should have been. */
    @TearDown
    public void check() {
        TcpEngine tcp = Objects.requireNonNull(engine);
        long counted = tcp.counters().get(flood.counter());
        long received = tcp.counters().get(TcpCounter.SEGMENTS_RECEIVED);
        if (counted < received / 2 - 8 * BATCH) {
            throw new IllegalStateException(
                    counted + " of " + received + " segments: " + tcp.counters());
        }
        nic.frames();
        tcp.close(nowNs);
        ip.close();
        pool.close();
    }

    /** {@return the flows that there are} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int segment() {
        ip.poll(nowNs, BATCH);
        if (flood.hasRoom()) {
            // The resets.
            ip.poll(nowNs, BATCH);
        }
        ip.flush(nowNs);
        return Objects.requireNonNull(engine).flows();
    }
}
