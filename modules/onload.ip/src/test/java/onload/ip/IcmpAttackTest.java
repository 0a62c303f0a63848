package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;
import onload.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;

/** Storms, lies and errors about errors, told by ICMP. */
class IcmpAttackTest {
    private static final int UNREACHABLE4 = 3;
    private static final int REDIRECT4 = 5;
    private static final int NEEDS_FRAGMENTATION = 4;
    private static final int UNREACHABLE6 = 1;
    private static final int TOO_BIG6 = 2;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private LayerScene scene;

    @BeforeEach
    void open() {
        scene = new LayerScene(pools.open(1024));
        scene.assertServes();
    }

    @AfterEach
    void close() {
        scene.settle();
        scene.assertServes();
        scene.close();
    }

    private static byte[] ownDatagram(boolean ipv4) {
        return Forge.quoted(
                ipv4
                        ? Forge.udp(Forge.OWN4, Forge.PEER4, 1400)
                        : Forge.udp(Forge.OWN6, Forge.PEER6, 1400));
    }

    private static byte[] tooBig(boolean ipv4, int mtu, byte[] quoted) {
        byte[] quote = Arrays.copyOf(quoted, Math.min(quoted.length, 500));
        return ipv4
                ? Forge.icmp(Forge.PEER4, Forge.OWN4, UNREACHABLE4, NEEDS_FRAGMENTATION, mtu, quote)
                : Forge.icmpv6(Forge.PEER6, Forge.OWN6, 64, TOO_BIG6, 0, mtu, quote);
    }

    private int mtu(String peer) {
        Destination destination = scene.ip.destination(IpAddress.parse(peer), Forge.UDP);
        assertEquals(0, scene.ip.prepare(destination, scene.nowNs()));
        return destination.mtu();
    }

    @Test
    void echoFloodsAreAnsweredWithinTheirLimitAndHoldNothing() {
        scene.keepFrames(false);
        for (int i = 0; i < 30_000; i++) {
            scene.flood(Forge.echo4(Forge.PEER4, Forge.OWN4, 1));
            scene.nic.inject(Forge.echo6(Forge.PEER6, Forge.OWN6, 1));
        }
        scene.settle();
        assertTrue(scene.held() <= 0, () -> "held " + scene.held());
        assertTrue(scene.count(IpCounter.ICMP_DROPPED_ECHO_LIMIT) > 0);
        scene.run(LayerScene.SECOND_NS);
    }

    @Test
    void echoesForAllAreNoAmplifier() {
        for (String to : List.of("255.255.255.255", "192.0.2.255", "192.0.2.0")) {
            byte[] frame = Forge.echo4(Forge.PEER4, to, 1);
            scene.assertDropped(
                    IpCounter.ICMP_DROPPED_ECHO_LIMIT,
                    Forge.between(Forge.PEER_MAC, Forge.BROADCAST_MAC, frame),
                    to);
        }
        for (String to : List.of("224.0.0.1", LayerScene.GROUP4)) {
            scene.assertDropped(
                    IpCounter.ICMP_DROPPED_ECHO_LIMIT, Forge.echo4(Forge.PEER4, to, 1), to);
        }
    }

    @Test
    void errorsAboutErrorsAreNotSent() {
        byte[] error = Forge.icmp(Forge.PEER4, Forge.OWN4, 11, 0, 0, ownDatagram(true));
        byte[] broken = Forge.withOptions(error, 7, 200, 4, 0);
        scene.takeSent();
        scene.receive(broken);
        scene.receive(
                Forge.ipv6(
                        Forge.PEER6,
                        Forge.OWN6,
                        60,
                        Forge.bytes(Forge.ICMPV6, 0, 0xDE, 4, 0, 0, 0, 0),
                        Forge.icmpv6Message(Forge.PEER6, Forge.OWN6, 1, 0, 0, ownDatagram(false))));
        assertEquals(0, scene.takeSent().size());
        assertEquals(2, scene.count(IpCounter.ICMP_ERRORS_SUPPRESSED_FORBIDDEN));
    }

    @Test
    void floodsOfUnreachablesReachNobodyWhoDidNotSend() {
        for (int i = 0; i < 5_000; i++) {
            int code = i % 16;
            scene.flood(
                    Forge.icmp(
                            "10.0.%d.%d".formatted(i >> 8, i & 255),
                            Forge.OWN4,
                            UNREACHABLE4,
                            code,
                            0,
                            ownDatagram(true)));
            scene.flood(
                    Forge.icmpv6(
                            Forge.PEER6,
                            Forge.OWN6,
                            64,
                            UNREACHABLE6,
                            code,
                            0,
                            ownDatagram(false)));
        }
        scene.settle();
        assertTrue(scene.count(IpCounter.ICMP_DROPPED_NO_OWNER) >= 5_000);
        assertEquals(0, scene.count(IpCounter.ICMP_ERRORS_DELIVERED));
    }

    @Test
    void quotesOfWhatOthersSentAreBad() {
        byte[] others = Forge.quoted(Forge.udp("10.1.1.1", Forge.PEER4, 100));
        scene.assertDropped(IpCounter.ICMP_DROPPED_BAD_QUOTE, tooBig(true, 600, others));
        byte[] others6 = Forge.quoted(Forge.udp("2001:db8:9::9", Forge.PEER6, 1400));
        scene.assertDropped(IpCounter.ICMP_DROPPED_BAD_QUOTE, tooBig(false, 1300, others6));
    }

    @Test
    void quotesCutAtEveryByteAreReadOrBad() {
        scene.udp.ownErrors(true);
        byte[] quote = ownDatagram(true);
        for (int length = 0; length < 64; length++) {
            scene.receive(
                    Forge.icmp(
                            Forge.PEER4,
                            Forge.OWN4,
                            UNREACHABLE4,
                            3,
                            0,
                            Arrays.copyOf(quote, length)));
            scene.receive(
                    Forge.icmpv6(
                            Forge.PEER6,
                            Forge.OWN6,
                            64,
                            UNREACHABLE6,
                            4,
                            0,
                            Arrays.copyOf(ownDatagram(false), length)));
        }
        long unread =
                scene.count(IpCounter.ICMP_DROPPED_BAD_QUOTE)
                        + scene.count(IpCounter.ICMP_DROPPED_MALFORMED);
        assertEquals(28 + 48, unread);
        assertEquals(128, unread + scene.count(IpCounter.ICMP_ERRORS_DELIVERED));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 67, 68, 296, 551, 1279, 1280, 1500, 65_535, -1, Integer.MIN_VALUE})
    void reportsOfAPathMtuForFlowsNeverSentChangeNothing(int mtu) {
        scene.receive(tooBig(true, mtu, ownDatagram(true)));
        scene.receive(tooBig(false, mtu, ownDatagram(false)));
        assertEquals(1500, mtu(Forge.PEER4));
        assertEquals(1500, mtu(Forge.PEER6));
        assertEquals(0, scene.count(IpCounter.PATH_MTU_LOWERED));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 67, 68, 296, 551, 1279, 1280, 1500, 65_535, -1, Integer.MIN_VALUE})
    void reportsOfAPathMtuOfAFlowOfOursLeaveAPathThatCarries(int mtu) {
        scene.udp.ownErrors(true);
        for (int i = 0; i < 20; i++) {
            scene.receive(tooBig(true, mtu, ownDatagram(true)));
            scene.receive(tooBig(false, mtu, ownDatagram(false)));
        }
        assertTrue(mtu(Forge.PEER4) >= 552 && mtu(Forge.PEER4) <= 1500);
        assertTrue(mtu(Forge.PEER6) >= 1280 && mtu(Forge.PEER6) <= 1500);
        scene.assertServes();
        scene.udp.ownErrors(false);
        scene.run(1300 * LayerScene.SECOND_NS);
        assertEquals(1500, mtu(Forge.PEER4));
        assertEquals(1500, mtu(Forge.PEER6));
    }

    @Test
    void aFloodOfPathMtusOfManyFlowsIsBounded() {
        scene.keepFrames(false);
        scene.udp.ownErrors(true);
        for (int i = 0; i < 3_000; i++) {
            byte[] quoted =
                    Forge.quoted(
                            Forge.udp(Forge.OWN4, "10.7.%d.%d".formatted(i >> 8, i & 255), 1400));
            scene.flood(tooBig(true, 600 + i % 100, quoted));
        }
        scene.settle();
        assertTrue(scene.count(IpCounter.PATH_MTU_EVICTED) >= 3_000 - 1024);
        assertEquals(1500, mtu(Forge.PEER4));
        scene.assertTablesAreBounded();
    }

    @Test
    void ipv4RedirectsAreFollowedFromTheFirstHopOnlyAndOnlyAboutOurPackets() {
        byte[] ours = Forge.quoted(Forge.udp(Forge.OWN4, "203.0.113.9", 8));
        byte[] others = Forge.quoted(Forge.udp("203.0.113.1", "203.0.113.8", 8));
        int gateway = 0xC0000242;
        int routes = scene.ip.routes().size();
        scene.receive(Forge.icmp(Forge.PEER4, Forge.OWN4, REDIRECT4, 1, gateway, ours));
        scene.receive(Forge.icmp("10.0.0.1", Forge.OWN4, REDIRECT4, 1, gateway, ours));
        String router = LayerScene.ROUTER4;
        scene.receive(Forge.icmp(router, Forge.OWN4, REDIRECT4, 1, 0x0A000001, ours));
        scene.receive(Forge.icmp(router, Forge.OWN4, REDIRECT4, 1, 0xC00002FF, ours));
        scene.receive(Forge.icmp(router, Forge.OWN4, REDIRECT4, 1, 0xC0000202, ours));
        scene.receive(Forge.icmp(router, Forge.OWN4, REDIRECT4, 1, gateway, others));
        scene.receive(
                Forge.icmp(router, Forge.OWN4, REDIRECT4, 1, gateway, Arrays.copyOf(ours, 19)));
        assertEquals(routes, scene.ip.routes().size());
        assertEquals(6, scene.count(IpCounter.REDIRECTS_IGNORED));
        assertEquals(1, scene.count(IpCounter.ICMP_DROPPED_MALFORMED));
        scene.receive(Forge.icmp(router, Forge.OWN4, REDIRECT4, 1, gateway, ours));
        assertEquals(routes + 1, scene.ip.routes().size());
    }

    @Test
    void aFloodOfIpv4RedirectsIsBounded() {
        for (int i = 0; i < 3_000; i++) {
            byte[] ours =
                    Forge.quoted(
                            Forge.udp(Forge.OWN4, "203.0.%d.%d".formatted(i >> 8, i & 255), 8));
            scene.flood(Forge.icmp(LayerScene.ROUTER4, Forge.OWN4, REDIRECT4, 1, 0xC0000242, ours));
        }
        scene.settle();
        scene.assertTablesAreBounded();
        assertTrue(scene.ip.routes().size() < 100);
    }

    @Test
    void wrongChecksumsAreDropped() {
        scene.assertDropped(
                IpCounter.ICMP_DROPPED_CHECKSUM,
                Forge.with(Forge.echo4(Forge.PEER4, Forge.OWN4, 1), Forge.IP + 30, 9));
        scene.assertDropped(
                IpCounter.ICMP_DROPPED_CHECKSUM,
                Forge.with(Forge.echo6(Forge.PEER6, Forge.OWN6, 1), Forge.IP + 50, 9));
    }

    @Test
    void everyTypeAndCodeIsDealtWith() {
        for (int type = 0; type < 256; type++) {
            for (int code : new int[] {0, 1, 15, 255}) {
                scene.receive(
                        Forge.icmp(Forge.PEER4, Forge.OWN4, type, code, type, ownDatagram(true)));
                scene.receive(
                        Forge.icmpv6(
                                Forge.PEER6,
                                Forge.OWN6,
                                255,
                                type,
                                code,
                                type,
                                ownDatagram(false)));
            }
        }
        scene.assertBooksAreRight();
        scene.run(LayerScene.SECOND_NS);
    }

    @Test
    void anEchoFromNobodyIsNotAnswered() {
        scene.takeSent();
        scene.receive(Forge.echo6("::", Forge.OWN6, 1));
        scene.receive(Forge.echo6("::", LayerScene.GROUP6, 1));
        scene.receive(Forge.echo6("::", "ff02::1", 1));
        scene.receive(Forge.echo4("0.0.0.0", Forge.OWN4, 1));
        scene.receive(Forge.echo4("0.0.0.0", "255.255.255.255", 1));
        scene.run(LayerScene.SECOND_NS);
        assertEquals(List.of(), scene.takeSent().stream().map(f -> f.length).toList());
    }

    @Test
    void nothingIsReportedToNobody() {
        scene.takeSent();
        scene.receive(Forge.ipv6("::", Forge.OWN6, 200, Forge.filled(20, 1)));
        scene.receive(
                Forge.between(
                        Forge.PEER_MAC,
                        Forge.BROADCAST_MAC,
                        Forge.ip("0.0.0.0", "255.255.255.255", 200).build()));
        scene.run(LayerScene.SECOND_NS);
        assertEquals(0, scene.takeSent().size());
    }
}
