package onload.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpOptions;
import onload.nic.emulated.EmulatedCable;
import onload.nic.emulated.LinkCounter;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.tcp.counter.TcpCounter;
import onload.testkit.base.Property;
import onload.testkit.ip.IpNetwork;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.Objects;

/** Two engines over links that mark: senders slow down and nothing is lost (RFC 3168). */
class EcnTransferTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int BYTES = 2_000_000;

    private static final class Pair implements AutoCloseable {
        final IpNetwork network;
        final TcpHost client;
        final TcpHost server;
        final EmulatedCable cable;
        TcpConnection sender;
        TcpConnection receiver;

        Pair(long seed, int ask, int take, boolean isIpv6, LinkSettings link) {
            this(seed, ask, take, isIpv6, link, "");
        }

        Pair(
                long seed,
                int ask,
                int take,
                boolean isIpv6,
                LinkSettings link,
                String congestionControl) {
            network = new IpNetwork(seed);
            client = host(ask);
            server = host(take);
            cable = network.connect(client.host.nic(), server.host.nic(), link);
            client.host.up().address(isIpv6 ? "2001:db8::1/64" : "192.0.2.1/24");
            server.host.up().address(isIpv6 ? "2001:db8::2/64" : "192.0.2.2/24");
            network.run(10 * SECOND_NS);
            TcpListener listener = server.tcp.listener();
            assertEquals(0, listener.bind(0, 0, 80));
            assertEquals(0, listener.listen(5));
            IpAddress peer = IpAddress.parse(isIpv6 ? "2001:db8::2" : "192.0.2.2");
            sender = client.tcp.open();
            if (!congestionControl.isEmpty()) {
                sender.congestionControl(congestionControl);
                listener.prototype().congestionControl(congestionControl);
            }
            assertEquals(0, sender.connect(peer.high(), peer.low(), 80, network.nowNs()));
            client.host.ip().flush(network.nowNs());
            assertTrue(network.runUntil(() -> listener.waiting() == 1, 10 * SECOND_NS));
            receiver = Objects.requireNonNull(listener.accept());
        }

        private TcpHost host(int ecn) {
            TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.ECN, ecn);
            return new TcpHost(
                    network, network.addHost(IpOptions.DEFAULT, NicSettings.DEFAULT), settings, 1);
        }

        /** {@return how long it took} */
        long transfer() {
            UnsafeBuffer chunk = new UnsafeBuffer(new byte[16 << 10]);
            long beginNs = network.nowNs();
            int[] moved = new int[2];
            boolean done =
                    network.runUntil(
                            () -> {
                                moved[0] += send(chunk, moved[0]);
                                moved[1] += receive(chunk, moved[1]);
                                return moved[1] == BYTES;
                            },
                            3600 * SECOND_NS);
            assertTrue(done, () -> moved[1] + " bytes: " + sender.info(network.nowNs()));
            return network.nowNs() - beginNs;
        }

        private int send(UnsafeBuffer chunk, int from) {
            int bytes = Math.min(chunk.capacity(), BYTES - from);
            for (int i = 0; i < bytes; i++) {
                chunk.putByte(i, (byte) (((from + i) * 31) >>> 3));
            }
            int sent = bytes == 0 ? 0 : sender.send(chunk, 0, bytes, network.nowNs());
            client.host.ip().flush(network.nowNs());
            return Math.max(0, sent);
        }

        private int receive(UnsafeBuffer chunk, int from) {
            int got = receiver.receive(chunk, 0, chunk.capacity(), network.nowNs());
            for (int i = 0; i < got; i++) {
                assertEquals((byte) (((from + i) * 31) >>> 3), chunk.getByte(i));
            }
            server.host.ip().flush(network.nowNs());
            return Math.max(0, got);
        }

        long marked() {
            return cable.from(client.host.nic()).counters().get(LinkCounter.MARKED_FRAMES);
        }

        long dropped() {
            return cable.from(client.host.nic()).counters().get(LinkCounter.DROPPED_QUEUE_FULL);
        }

        long clientCount(TcpCounter counter) {
            return client.tcp.counters().get(counter);
        }

        @Override
        public void close() {
            network.close();
        }
    }

    /** A bottleneck of 20 Mbit/s and 10 ms each way, that marks above so many frames and drops above a hundred. */
    private static LinkSettings bottleneck(int markAbove) {
        return LinkSettings.builder()
                .delayNs(10_000_000)
                .bitsPerSecond(20_000_000)
                .queueFrames(100)
                .markAboveFrames(markAbove)
                .build();
    }

    @Test
    void aQueueThatMarksIsNeverFullAndNothingIsSentAgain() {
        for (boolean isIpv6 : new boolean[] {false, true}) {
            try (Pair pair = new Pair(1, 1, 2, isIpv6, bottleneck(20))) {
                long tookNs = pair.transfer();
                assertTrue(pair.marked() > 0, "nothing was marked");
                assertEquals(0, pair.dropped());
                assertEquals(0, pair.sender.retransmissions());
                assertTrue(pair.clientCount(TcpCounter.CONGESTION_REDUCTIONS) > 0);
                assertTrue(pair.clientCount(TcpCounter.CWR_SENT) > 0);
                assertEquals(pair.marked(), pair.server.tcp.counters().get(TcpCounter.CE_RECEIVED));
                // 2 MB at 20 Mbit/s take 0.8 s.
                assertTrue(tookNs < 1.6 * SECOND_NS, tookNs + " ns");
            }
        }
    }

    @Test
    void dctcpKeepsAShortQueueAndTheLinkFull() {
        try (Pair pair = new Pair(1, 0, 0, false, bottleneck(10), "dctcp")) {
            long tookNs = pair.transfer();
            assertTrue(pair.marked() > 0, "nothing was marked");
            assertEquals(0, pair.dropped());
            assertEquals(0, pair.sender.retransmissions());
            assertTrue(tookNs < 1.6 * SECOND_NS, tookNs + " ns");
            // The queue was never much longer than the limit: its share of the round trip.
            long rttNs = pair.sender.smoothedRoundTripNs();
            assertTrue(rttNs < 20_000_000 + 40 * 600_000L, rttNs + " ns");
        }
    }

    @Test
    void withoutAnAgreementTheSameQueueMarksNothing() {
        try (Pair pair = new Pair(1, 2, 2, false, bottleneck(20))) {
            pair.transfer();
            assertEquals(0, pair.marked());
            assertEquals(0, pair.clientCount(TcpCounter.ECE_RECEIVED));
        }
    }

    @Test
    void eachReductionIsSaidOnceAndHeard() {
        try (Pair pair = new Pair(3, 1, 1, false, bottleneck(10))) {
            pair.transfer();
            long said = pair.clientCount(TcpCounter.CWR_SENT);
            assertTrue(said > 1);
            assertEquals(said, pair.server.tcp.counters().get(TcpCounter.CWR_RECEIVED));
            long reductions = pair.clientCount(TcpCounter.CONGESTION_REDUCTIONS);
            assertTrue(reductions - said <= 1, reductions + " reductions, said " + said);
        }
    }

    @Test
    void dataArrivesWhateverIsMarkedAndLost() {
        Property.forAll(
                15,
                random -> {
                    LinkSettings link =
                            LinkSettings.builder()
                                    .delayNs(2_000_000)
                                    .jitterNs(random.between(0, 1) * 1_000_000L)
                                    .keepsOrder(random.between(0, 1) == 0)
                                    .bitsPerSecond(50_000_000)
                                    .queueFrames(random.between(10, 100))
                                    .markAboveFrames(random.between(0, 30))
                                    .mark(random.between(0, 100) / 500.0)
                                    .loss(random.between(0, 2) / 100.0)
                                    .build();
                    long seed = random.anyLong();
                    // Neighbours find each other before anything is lost.
                    LinkSettings clean = LinkSettings.PERFECT;
                    try (Pair pair = new Pair(seed, random.between(0, 2), 2, false, clean)) {
                        pair.cable.settings(link);
                        pair.transfer();
                    }
                });
    }
}
