package onload.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpOptions;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.tcp.counter.TcpCounter;
import onload.testkit.base.Property;
import onload.testkit.ip.Driven;
import onload.testkit.ip.IpNetwork;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/** Fast Open between two of our own stacks: what it saves, and that it holds over links that lose. */
class FastOpenTransferTest {
    private static final long MS_NS = 1_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long HOURS_NS = 100L * 3600 * SECOND_NS;
    private static final int PORT = 80;

    private static final TcpSettings SETTINGS =
            TcpSettings.DEFAULT
                    .with(TcpSetting.FAST_OPEN, 3)
                    .with(TcpSetting.RETRIES, 60)
                    .with(TcpSetting.SYN_RETRIES, 60)
                    .with(TcpSetting.SYN_ACK_RETRIES, 60)
                    .with(TcpSetting.ORPHAN_RETRIES, 60)
                    .with(TcpSetting.FIN_WAIT_2_NS, 86_400L * SECOND_NS);

    /** Two hosts on a link, with a listener. */
    private static class Pair implements AutoCloseable {
        final IpNetwork network;
        final TcpHost client;
        final TcpHost server;
        final TcpListener listener;

        Pair(SplittableRandom random, LinkSettings link, int queue) {
            network = new IpNetwork(random.nextLong());
            client = host(random, "192.0.2.1/24");
            server = host(random, "192.0.2.2/24");
            network.connect(client.host.nic(), server.host.nic(), link);
            client.host.up();
            server.host.up();
            listener = server.tcp.listener();
            listener.fastOpen(queue);
            assertEquals(0, listener.bind(0, 0, PORT));
            assertEquals(0, listener.listen(10));
            // Who cannot be found is unreachable, which is not what is tried here.
            know(client, "192.0.2.2", server);
            know(server, "192.0.2.1", client);
        }

        private void know(TcpHost one, String address, TcpHost other) {
            IpAddress known = IpAddress.parse(address);
            one.host
                    .ip()
                    .neighbors()
                    .fix(
                            one.host.nic0().index(),
                            known.high(),
                            known.low(),
                            other.host.nic().macAddress(),
                            network.nowNs());
        }

        private TcpHost host(SplittableRandom random, String address) {
            TcpHost host =
                    new TcpHost(
                            network,
                            network.addHost(IpOptions.DEFAULT, NicSettings.DEFAULT),
                            SETTINGS,
                            random.nextLong());
            host.host.up().address(address);
            return host;
        }

        final void connect(TcpConnection c) {
            IpAddress peer = IpAddress.parse("192.0.2.2");
            assertEquals(0, c.connect(peer.high(), peer.low(), PORT, network.nowNs()));
            client.host.ip().flush(network.nowNs());
        }

        long count(TcpCounter counter) {
            return client.tcp.counters().get(counter) + server.tcp.counters().get(counter);
        }

        @Override
        public void close() {
            network.close();
        }
    }

    @Test
    void secondRequestIsAnsweredInOneRoundTripInsteadOfTwo() {
        LinkSettings link = LinkSettings.builder().delayNs(10 * MS_NS).build();
        try (Pair pair = new Pair(new SplittableRandom(1), link, 5)) {
            assertEquals(40, exchangeMillis(pair));
            assertEquals(20, exchangeMillis(pair));
            assertEquals(20, exchangeMillis(pair));
            assertEquals(1, pair.count(TcpCounter.FAST_OPEN_COOKIES_SENT));
            assertEquals(2, pair.count(TcpCounter.FAST_OPEN_ACCEPTED));
            assertEquals(2, pair.count(TcpCounter.FAST_OPEN_ACKNOWLEDGED));
        }
    }

    /** {@return how long it takes from connecting to the answer, in milliseconds} */
    private static long exchangeMillis(Pair pair) {
        IpNetwork network = pair.network;
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[100]);
        long beginNs = network.nowNs();
        TcpConnection c = pair.client.tcp.open();
        c.fastOpen(true);
        pair.connect(c);
        assertTrue(network.runUntil(() -> c.sendState() == 0, SECOND_NS));
        assertEquals(100, c.send(bytes, 0, 100, network.nowNs()));
        pair.client.host.ip().flush(network.nowNs());
        assertTrue(network.runUntil(() -> pair.listener.waiting() == 1, SECOND_NS));
        TcpConnection accepted = pair.listener.accept();
        assertNotNull(accepted);
        assertTrue(network.runUntil(() -> accepted.available() == 100, SECOND_NS));
        assertEquals(100, accepted.receive(bytes, 0, 100, network.nowNs()));
        assertEquals(100, accepted.send(bytes, 0, 100, network.nowNs()));
        pair.server.host.ip().flush(network.nowNs());
        assertTrue(network.runUntil(() -> c.available() == 100, SECOND_NS));
        long tookNs = network.nowNs() - beginNs;
        c.abort(network.nowNs());
        network.run(SECOND_NS);
        accepted.abort(network.nowNs());
        network.run(SECOND_NS);
        return (tookNs + MS_NS / 2) / MS_NS;
    }

    @Test
    void streamsAreEqualOverLinksThatLoseWhateverBecomesOfTheSyn() {
        LongAdder acknowledged = new LongAdder();
        LongAdder refused = new LongAdder();
        LongAdder lost = new LongAdder();
        Property.forAll(
                300,
                random -> {
                    Visits visits = new Visits(new SplittableRandom(random.anyLong()));
                    visits.run();
                    acknowledged.add(visits.pair.count(TcpCounter.FAST_OPEN_ACKNOWLEDGED));
                    refused.add(visits.pair.count(TcpCounter.FAST_OPEN_NOT_ACKNOWLEDGED));
                    lost.add(visits.pair.count(TcpCounter.FAST_OPEN_FALLBACKS));
                });
        if (System.getProperty(Property.SEED_PROPERTY) != null) {
            // One case only.
            return;
        }
        assertTrue(acknowledged.sum() > 100, acknowledged + " fast opens");
        assertTrue(lost.sum() > 10, lost + " lost SYNs");
        assertTrue(refused.sum() > 0, refused + " SYNs whose data was not taken");
    }

    /** A client that visits a server several times, one after the other. */
    private static final class Visits implements Driven {
        private static final int MANY = 6;

        final Pair pair;
        private final SplittableRandom random;
        private final List<Stream> streams = new ArrayList<>();

        Visits(SplittableRandom random) {
            this.random = random;
            LinkSettings.Builder link = LinkSettings.builder();
            link.delayNs(random.nextInt(20_000_000)).jitterNs(random.nextInt(5_000_000));
            link.loss(random.nextDouble() * 0.2);
            if (random.nextInt(3) == 0) {
                link.reorder(random.nextDouble() * 0.5, 1 + random.nextInt(30_000_000));
            }
            if (random.nextInt(4) == 0) {
                link.corrupt(random.nextDouble() * 0.1);
            }
            pair = new Pair(random, link.build(), 1 + random.nextInt(2));
            pair.client.host.drive(this);
        }

        void run() {
            try (pair) {
                for (int i = 0; i < MANY; i++) {
                    visit();
                }
                assertEquals(0, pair.client.tcp.orphans() + pair.server.tcp.orphans());
                assertEquals(0, pair.listener.fastOpens);
            }
        }

        private void visit() {
            int up = random.nextInt(4000);
            int down = random.nextInt(4000);
            int piece = 1 + random.nextInt(3000);
            streams.clear();
            TcpConnection c = pair.client.tcp.open();
            c.fastOpen(true);
            pair.connect(c);
            streams.add(new Stream(c, random, 1, 2, up, down, piece, 0));
            boolean done =
                    pair.network.runUntil(
                            () -> {
                                TcpConnection accepted = pair.listener.accept();
                                if (accepted != null) {
                                    streams.add(
                                            new Stream(accepted, random, 2, 1, down, up, piece, 0));
                                }
                                return streams.size() == 2
                                        && streams.stream().allMatch(Stream::isDone);
                            },
                            HOURS_NS);
            assertTrue(done, this::state);
            boolean over =
                    pair.network.runUntil(
                            () -> pair.client.tcp.flows() + pair.server.tcp.flows() == 0, HOURS_NS);
            assertTrue(over, this::state);
        }

        private String state() {
            return streams + "\n" + pair.client.tcp.counters() + "\n" + pair.server.tcp.counters();
        }

        @Override
        public boolean advance(long nowNs) {
            boolean busy = false;
            for (Stream stream : streams) {
                busy |= stream.step(nowNs);
            }
            if (busy) {
                pair.client.host.ip().flush(nowNs);
                pair.server.host.ip().flush(nowNs);
            }
            return busy;
        }

        @Override
        public long nextDeadlineNs() {
            long next = Long.MAX_VALUE;
            for (Stream stream : streams) {
                next = Math.min(next, stream.nextNs(pair.network.nowNs()));
            }
            return next;
        }

        @Override
        public void close(long nowNs) {
            // Nothing of its own.
        }
    }
}
