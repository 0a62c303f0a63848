package onload.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.IpOptions;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.testkit.base.Property;
import onload.testkit.ip.Driven;
import onload.testkit.ip.IpNetwork;
import onload.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Both ends of our own stack over links that lose, reorder, duplicate, corrupt and delay, from seeds: the streams are
 * equal, both sides close by themselves, nothing is left in the tables, and all buffers come home.
 *
 * <p>A thousand cases in each build; {@code -Donload.scale=1000} makes it a million.
 */
class ImpairedTransferTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long HOURS_NS = 100L * 3600 * SECOND_NS;

    @Test
    void streamsAreEqualAndBothSidesCloseOverAnyLink() {
        Property.forAll(
                1000, random -> new Conversation(new SplittableRandom(random.anyLong())).run());
    }

    /** One case. */
    private static final class Conversation implements Driven {
        private final SplittableRandom random;
        private final IpNetwork network;
        private final TcpHost client;
        private final TcpHost server;
        private final List<Stream> streams = new ArrayList<>();
        private final boolean isIpv6;

        Conversation(SplittableRandom random) {
            this.random = random;
            network = new IpNetwork(random.nextLong());
            isIpv6 = random.nextBoolean();
            int mtu = List.of(576, 1280, 1400, 1500).get(random.nextInt(4));
            if (isIpv6) {
                mtu = Math.max(mtu, 1280);
            }
            client = host();
            server = host();
            network.connect(client.host.nic(), server.host.nic(), link());
            client.host.up().address(isIpv6 ? "2001:db8::1/64" : "192.0.2.1/24").mtu(mtu);
            server.host.up().address(isIpv6 ? "2001:db8::2/64" : "192.0.2.2/24").mtu(mtu);
            client.host.drive(this);
        }

        private TcpHost host() {
            return new TcpHost(
                    network,
                    network.addHost(IpOptions.DEFAULT, NicSettings.DEFAULT),
                    settings(),
                    random.nextLong());
        }

        private TcpSettings settings() {
            return TcpSettings.DEFAULT
                    .with(TcpSetting.TIMESTAMPS, random.nextInt(2))
                    .with(TcpSetting.SELECTIVE_ACKNOWLEDGMENTS, random.nextInt(2))
                    .with(TcpSetting.WINDOW_SCALING, random.nextInt(2))
                    .with(TcpSetting.ECN, random.nextInt(3))
                    .with(TcpSetting.MTU_PROBING, random.nextInt(3))
                    .with(TcpSetting.RETRIES, 60)
                    .with(TcpSetting.SYN_RETRIES, 60)
                    .with(TcpSetting.SYN_ACK_RETRIES, 60)
                    .with(TcpSetting.ORPHAN_RETRIES, 60)
                    .with(TcpSetting.FIN_WAIT_2_NS, 86_400L * SECOND_NS)
                    .with(TcpSetting.RECEIVE_BUFFER_BYTES, 300 + random.nextInt(100_000))
                    .with(TcpSetting.SEND_BUFFER_BYTES, 1024 + random.nextInt(100_000));
        }

        private LinkSettings link() {
            LinkSettings.Builder link = LinkSettings.builder();
            link.delayNs(random.nextInt(20_000_000)).jitterNs(random.nextInt(5_000_000));
            link.keepsOrder(random.nextInt(3) != 0);
            if (random.nextInt(3) != 0) {
                link.loss(random.nextDouble() * 0.2);
            }
            if (random.nextInt(3) == 0) {
                link.duplicate(random.nextDouble() * 0.3);
            }
            if (random.nextInt(3) == 0) {
                link.reorder(random.nextDouble() * 0.5, 1 + random.nextInt(30_000_000));
            }
            if (random.nextInt(4) == 0) {
                link.corrupt(random.nextDouble() * 0.1);
            }
            if (random.nextInt(3) == 0) {
                link.bitsPerSecond(1_000_000L + random.nextInt(100_000_000));
                link.queueFrames(1 + random.nextInt(50));
            }
            if (random.nextInt(3) == 0) {
                link.mark(random.nextDouble() * 0.3).markAboveFrames(random.nextInt(30));
            }
            return link.build();
        }

        void run() {
            try (network) {
                converse();
            }
        }

        private void converse() {
            TcpListener listener = server.tcp.listener();
            assertEquals(0, listener.bind(0, 0, 80));
            assertEquals(0, listener.listen(5));
            IpAddress peer = IpAddress.parse(isIpv6 ? "2001:db8::2" : "192.0.2.2");
            int up = random.nextInt(4) == 0 ? 0 : random.nextInt(200_000);
            int down = random.nextInt(4) == 0 ? 0 : random.nextInt(200_000);
            int piece = 1 + random.nextInt(random.nextBoolean() ? 100 : 16_000);
            if (piece < 50) {
                up /= 20;
                down /= 20;
            }
            long pauseNs = random.nextBoolean() ? 0 : random.nextInt(50_000_000);
            int most = piece;
            int first = up;
            int second = down;
            TcpConnection connection = connect(peer);
            streams.add(new Stream(connection, random, 1, 2, first, second, most, pauseNs));
            boolean accepted =
                    network.runUntil(
                            () -> {
                                TcpConnection c = listener.accept();
                                if (c != null) {
                                    streams.add(
                                            new Stream(
                                                    c, random, 2, 1, second, first, most, pauseNs));
                                }
                                return c != null;
                            },
                            HOURS_NS);
            assertTrue(accepted, this::state);
            boolean done =
                    network.runUntil(() -> streams.stream().allMatch(Stream::isDone), HOURS_NS);
            assertTrue(done, this::state);
            boolean over =
                    network.runUntil(() -> client.tcp.flows() + server.tcp.flows() == 0, HOURS_NS);
            assertTrue(over, this::state);
            assertEquals(0, client.tcp.orphans() + server.tcp.orphans());
        }

        /** IPv6 addresses are there after duplicate address detection, and neighbours are asked over the same link. */
        private TcpConnection connect(IpAddress peer) {
            TcpConnection[] current = {client.tcp.open()};
            boolean isNoDelay = random.nextBoolean();
            boolean connected =
                    network.runUntil(
                            () -> {
                                TcpConnection c = current[0];
                                if (c.error() != 0) {
                                    assertEquals(TcpConnection.UNREACHABLE, c.error());
                                    c = client.tcp.open();
                                    current[0] = c;
                                }
                                c.noDelay(isNoDelay, network.nowNs());
                                if (c.state() == TcpState.CLOSED) {
                                    c.connect(peer.high(), peer.low(), 80, network.nowNs());
                                }
                                return c.state() == TcpState.ESTABLISHED;
                            },
                            HOURS_NS);
            assertTrue(connected, this::state);
            return current[0];
        }

        private String state() {
            return streams
                    + "\n"
                    + client.tcp.counters()
                    + "\n"
                    + server.tcp.counters()
                    + "\n"
                    + streams.stream().map(s -> s.connection.info(network.nowNs())).toList();
        }

        @Override
        public boolean advance(long nowNs) {
            boolean busy = false;
            for (Stream stream : streams) {
                busy |= stream.step(nowNs);
            }
            if (busy) {
                client.host.ip().flush(nowNs);
                server.host.ip().flush(nowNs);
            }
            return busy;
        }

        @Override
        public long nextDeadlineNs() {
            long next = Long.MAX_VALUE;
            for (Stream stream : streams) {
                next = Math.min(next, stream.nextNs(network.nowNs()));
            }
            return next;
        }

        @Override
        public void close(long nowNs) {
            // Nothing of its own.
        }
    }
}
