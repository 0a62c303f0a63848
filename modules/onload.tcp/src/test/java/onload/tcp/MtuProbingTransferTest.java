package onload.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpOptions;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.tcp.counter.TcpCounter;
import onload.testkit.base.Property;
import onload.testkit.ip.IpNetwork;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.Objects;

/** Two engines on paths that swallow long packets without a word (RFC 4821). */
class MtuProbingTransferTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int OFF = 0;
    private static final int DETECT = 1;
    private static final int ALWAYS = 2;
    private static final int IPV4_HEADERS = 20 + 20 + 12;
    private static final int IPV6_HEADERS = 40 + 20 + 12;
    private static final int NEAR = 8;

    private static final class Pair implements AutoCloseable {
        final IpNetwork network;
        final TcpHost client;
        final TcpHost server;
        final boolean isIpv6;
        TcpConnection sender;
        TcpConnection receiver;
        int received;
        private final UnsafeBuffer chunk = new UnsafeBuffer(new byte[20_000]);
        int piece = 20_000;

        /** Both ends on one cable. */
        Pair(long seed, TcpSettings settings, boolean isIpv6, LinkSettings link) {
            this.isIpv6 = isIpv6;
            network = new IpNetwork(seed);
            client = host(settings);
            server = host(settings);
            network.connect(client.host.nic(), server.host.nic(), link);
            client.host.up().address(isIpv6 ? "2001:db8::1/64" : "192.0.2.1/24");
            server.host.up().address(isIpv6 ? "2001:db8::2/64" : "192.0.2.2/24");
            open();
        }

        private TcpHost host(TcpSettings settings) {
            return new TcpHost(
                    network, network.addHost(IpOptions.DEFAULT, NicSettings.DEFAULT), settings, 1);
        }

        private void open() {
            network.run(10 * SECOND_NS);
            TcpListener listener = server.tcp.listener();
            assertEquals(0, listener.bind(0, 0, 80));
            assertEquals(0, listener.listen(5));
            IpAddress peer = IpAddress.parse(isIpv6 ? "2001:db8::2" : "192.0.2.2");
            sender = client.tcp.open();
            sender.noDelay(true, network.nowNs());
            assertEquals(0, sender.connect(peer.high(), peer.low(), 80, network.nowNs()));
            client.host.ip().flush(network.nowNs());
            assertTrue(network.runUntil(() -> listener.waiting() == 1, 10 * SECOND_NS));
            receiver = Objects.requireNonNull(listener.accept());
        }

        /** {@return whether so many bytes more arrived in time, as they were sent} */
        boolean transfers(int bytes, long limitNs) {
            int end = received + bytes;
            int[] sent = {received};
            return network.runUntil(
                    () -> {
                        sent[0] += send(sent[0], end);
                        receive();
                        return received == end;
                    },
                    limitNs);
        }

        private int send(int from, int end) {
            int bytes = Math.min(piece, end - from);
            for (int i = 0; i < bytes; i++) {
                chunk.putByte(i, (byte) (((from + i) * 31) >>> 3));
            }
            int taken = bytes == 0 ? 0 : sender.send(chunk, 0, bytes, network.nowNs());
            client.host.ip().flush(network.nowNs());
            return Math.max(0, taken);
        }

        private void receive() {
            int got = receiver.receive(chunk, 0, chunk.capacity(), network.nowNs());
            for (int i = 0; i < got; i++) {
                if (chunk.getByte(i) != (byte) (((received + i) * 31) >>> 3)) {
                    throw new AssertionError("byte " + (received + i));
                }
            }
            server.host.ip().flush(network.nowNs());
            received += Math.max(0, got);
        }

        long count(TcpCounter counter) {
            return client.tcp.counters().get(counter);
        }

        @Override
        public String toString() {
            return "%s%n%s%n%s"
                    .formatted(
                            sender.info(network.nowNs()),
                            client.tcp.counters(),
                            server.tcp.counters());
        }

        @Override
        public void close() {
            network.close();
        }
    }

    private static TcpSettings probing(int mode) {
        return TcpSettings.DEFAULT.with(TcpSetting.MTU_PROBING, mode);
    }

    private static LinkSettings swallowing(int mtu) {
        return LinkSettings.builder().delayNs(5_000_000).mtu(mtu).build();
    }

    private static void assertFound(Pair pair, int mtu, int headers) {
        int mss = pair.sender.maximumSegmentSize();
        assertTrue(mss <= mtu - headers, "segments of " + mss);
        assertTrue(mss > mtu - headers - NEAR, "segments of " + mss);
    }

    @Test
    void aBlackHoleOfIpv4IsDetectedAndTheSearchFindsItsSize() {
        for (int mtu : new int[] {1100, 1280, 1400, 1492, 1499}) {
            try (Pair pair = new Pair(1, probing(DETECT), false, swallowing(mtu))) {
                assertTrue(pair.transfers(2_000_000, 60 * SECOND_NS), () -> "at " + mtu);
                assertEquals(1, pair.count(TcpCounter.BLACK_HOLES));
                assertFound(pair, mtu, IPV4_HEADERS);
            }
        }
    }

    @Test
    void aBlackHoleOfIpv6IsDetectedAndTheSearchFindsItsSize() {
        for (int mtu : new int[] {1280, 1400, 1480}) {
            try (Pair pair = new Pair(1, probing(DETECT), true, swallowing(mtu))) {
                assertTrue(pair.transfers(2_000_000, 60 * SECOND_NS), () -> "at " + mtu);
                assertEquals(1, pair.count(TcpCounter.BLACK_HOLES));
                assertFound(pair, mtu, IPV6_HEADERS);
            }
        }
    }

    @Test
    void aBlackHoleBelowTheBaseIsFoundByHalving() {
        try (Pair pair = new Pair(1, probing(DETECT), false, swallowing(576))) {
            assertTrue(pair.transfers(500_000, 120 * SECOND_NS));
            assertTrue(pair.count(TcpCounter.BLACK_HOLES) >= 2);
            assertFound(pair, 576, IPV4_HEADERS);
        }
    }

    @Test
    void withoutProbingABlackHoleIsForEver() {
        try (Pair pair = new Pair(1, probing(OFF), false, swallowing(1400))) {
            assertTrue(!pair.transfers(100_000, 300 * SECOND_NS));
            assertEquals(0, pair.received);
        }
    }

    @Test
    void probingFromTheBeginningNeverTimesOut() {
        for (int mtu : new int[] {1280, 1400, 1500}) {
            try (Pair pair = new Pair(1, probing(ALWAYS), false, swallowing(mtu))) {
                assertTrue(pair.transfers(2_000_000, 60 * SECOND_NS), () -> "at " + mtu);
                assertEquals(0, pair.count(TcpCounter.TIMEOUTS));
                assertEquals(0, pair.count(TcpCounter.BLACK_HOLES));
                assertEquals(0, pair.count(TcpCounter.FAST_RECOVERIES));
                assertFound(pair, mtu, IPV4_HEADERS);
            }
        }
    }

    @Test
    void probesThatAreLostAreNoCongestion() {
        for (int sack = 0; sack <= 1; sack++) {
            TcpSettings settings = probing(ALWAYS).with(TcpSetting.SELECTIVE_ACKNOWLEDGMENTS, sack);
            LinkSettings link = swallowing(1280).toBuilder().bitsPerSecond(50_000_000).build();
            try (Pair pair = new Pair(1, settings, false, link)) {
                assertTrue(pair.transfers(1_000_000, 60 * SECOND_NS));
                assertTrue(pair.count(TcpCounter.MTU_PROBES_LOST) > 0, pair::toString);
                assertEquals(0, pair.count(TcpCounter.FAST_RECOVERIES));
                assertEquals(0, pair.count(TcpCounter.TIMEOUTS));
                int ssthresh = pair.sender.info(pair.network.nowNs()).ssthresh();
                assertTrue(ssthresh > 1 << 20, "ssthresh " + ssthresh);
            }
        }
    }

    @Test
    void thePathIsSearchedAgainAfterTenMinutes() {
        try (Pair pair = new Pair(1, probing(ALWAYS), false, swallowing(1300))) {
            assertTrue(pair.transfers(1_000_000, 60 * SECOND_NS));
            assertFound(pair, 1300, IPV4_HEADERS);
            long probes = pair.count(TcpCounter.MTU_PROBES);
            pair.network.links().cables().forEach(cable -> cable.settings(swallowing(1500)));
            pair.network.run(300 * SECOND_NS);
            assertTrue(pair.transfers(1_000_000, 60 * SECOND_NS));
            assertEquals(probes, pair.count(TcpCounter.MTU_PROBES));
            pair.network.run(600 * SECOND_NS);
            assertTrue(pair.transfers(1_000_000, 60 * SECOND_NS));
            assertFound(pair, 1500, IPV4_HEADERS);
        }
    }

    @Test
    void dataIsRightWhateverThePiecesAndLosses() {
        Property.forAll(
                25,
                random -> {
                    LinkSettings link =
                            LinkSettings.builder()
                                    .delayNs(1_000_000)
                                    .bitsPerSecond(100_000_000)
                                    .loss(random.between(0, 2) / 100.0)
                                    .keepsOrder(random.between(0, 1) == 0)
                                    .jitterNs(random.between(0, 500_000))
                                    .mtu(random.between(600, 1500))
                                    .build();
                    TcpSettings settings =
                            probing(random.between(1, 2))
                                    .with(
                                            TcpSetting.SELECTIVE_ACKNOWLEDGMENTS,
                                            random.between(0, 1))
                                    .with(TcpSetting.TIMESTAMPS, random.between(0, 1));
                    long seed = random.anyLong();
                    int piece = random.between(1, 20_000);
                    // Neighbours find each other before anything is lost.
                    try (Pair pair = new Pair(seed, settings, false, LinkSettings.PERFECT)) {
                        pair.network.links().cables().forEach(cable -> cable.settings(link));
                        pair.piece = Math.max(100, piece);
                        assertTrue(pair.transfers(600_000, 3600 * SECOND_NS), pair::toString);
                    }
                });
    }
}
