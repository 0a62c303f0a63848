package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.Arrays;

/** Junk and floods of IGMP and MLD. */
class GroupAttackTest {
    private static final int[] ROUTER_ALERT = {0x94, 4, 0, 0};
    private static final int HOP_BY_HOP = 0;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private LayerScene scene;

    @BeforeEach
    void open() {
        scene = new LayerScene(pools.open(1024));
    }

    @AfterEach
    void close() {
        scene.assertServes();
        scene.assertTablesAreBounded();
        scene.close();
    }

    private static byte[] igmp(String to, byte[] message) {
        message[2] = 0;
        message[3] = 0;
        int checksum = Forge.checksum(Forge.sum(message, 0, message.length));
        message[2] = (byte) (checksum >> 8);
        message[3] = (byte) checksum;
        return Forge.withOptions(
                Forge.ip(Forge.PEER4, to, Forge.IGMP).hopLimit(1).payload(message).build(),
                ROUTER_ALERT);
    }

    private static byte[] generalQuery() {
        return igmp("224.0.0.1", Forge.bytes(0x11, 100, 0, 0, 0, 0, 0, 0, 2, 125, 0, 0));
    }

    private static byte[] mld(String to, int type, int delay, byte[] body) {
        byte[] message = Forge.icmpv6Message(Forge.PEER_LINK_LOCAL, to, type, 0, delay << 16, body);
        return Forge.with(
                Forge.ipv6(
                        Forge.PEER_LINK_LOCAL,
                        to,
                        HOP_BY_HOP,
                        Forge.bytes(Forge.ICMPV6, 0, 5, 2, 0, 0, 1, 0),
                        message),
                Forge.IP + 7,
                1);
    }

    private static byte[] generalMldQuery() {
        return mld("ff02::1", 130, 1000, Forge.join(new byte[16], Forge.bytes(2, 125, 0, 0)));
    }

    @Test
    void queriesAreAnsweredOnce() {
        scene.receive(generalQuery());
        scene.receive(generalMldQuery());
        assertEquals(2, scene.count(IpCounter.MULTICAST_QUERIES_RECEIVED));
        scene.takeSent();
        scene.run(20 * LayerScene.SECOND_NS);
        long reports = scene.takeSent().stream().filter(f -> isReport(f)).count();
        assertEquals(2, reports);
    }

    private static boolean isReport(byte[] frame) {
        return switch (Forge.ethernetType(frame)) {
            case 0x0800 -> frame[Forge.IP + 9] == Forge.IGMP;
            case 0x86DD -> frame[Forge.IP + 6] == HOP_BY_HOP;
            default -> false;
        };
    }

    @Test
    void floodsOfQueriesAreNotAnsweredByFloodsOfReports() {
        long before = scene.count(IpCounter.MULTICAST_REPORTS_SENT);
        for (int i = 0; i < 10_000; i++) {
            scene.flood(generalQuery());
            scene.flood(generalMldQuery());
            scene.flood(
                    igmp(
                            LayerScene.GROUP4,
                            Forge.join(
                                    Forge.bytes(0x11, 1, 0, 0),
                                    Forge.address(LayerScene.GROUP4),
                                    Forge.bytes(2, 125, 0, 1, 10, i >> 8, i, 1))));
        }
        scene.settle();
        assertTrue(scene.count(IpCounter.MULTICAST_DROPPED_QUERY_LIMIT) > 10_000);
        scene.run(60 * LayerScene.SECOND_NS);
        assertTrue(
                scene.count(IpCounter.MULTICAST_REPORTS_SENT) - before < 300,
                () -> "" + scene.ip.counters());
    }

    @Test
    void queriesOfOldVersionsDoNotKeepTheHostThereForEver() {
        scene.receive(igmp("224.0.0.1", Forge.bytes(0x11, 0, 0, 0, 0, 0, 0, 0)));
        scene.receive(igmp("224.0.0.1", Forge.bytes(0x11, 255, 0, 0, 0, 0, 0, 0)));
        scene.receive(mld("ff02::1", 130, 0xFFFF, new byte[16]));
        scene.run(2000 * LayerScene.SECOND_NS);
        scene.takeSent();
        scene.receive(generalQuery());
        scene.run(20 * LayerScene.SECOND_NS);
        assertTrue(
                scene.takeSent().stream().anyMatch(f -> f[0] == 1 && f[Forge.IP + 24] == 0x22),
                "a report of IGMPv3");
    }

    @Test
    void messagesCutAtEveryByteAreInvalid() {
        byte[] query =
                Forge.join(
                        Forge.bytes(0x11, 1, 0, 0),
                        Forge.address(LayerScene.GROUP4),
                        Forge.bytes(2, 125, 0, 2, 10, 0, 0, 1, 10, 0, 0, 2));
        byte[] mldBody =
                Forge.join(
                        Forge.address(LayerScene.GROUP6), Forge.bytes(2, 125, 0, 2), new byte[32]);
        for (int length = 4; length < query.length; length++) {
            scene.receive(igmp(LayerScene.GROUP4, Arrays.copyOf(query, length)));
        }
        for (int length = 0; length < mldBody.length; length++) {
            scene.receive(mld(LayerScene.GROUP6, 130, 1, Arrays.copyOf(mldBody, length)));
        }
        assertTrue(scene.count(IpCounter.MULTICAST_DROPPED_INVALID) > 50);
        scene.assertBooksAreRight();
    }

    @Test
    void everyTypeAndCodeIsDealtWith() {
        for (int type = 0; type < 256; type++) {
            scene.receive(
                    igmp("224.0.0.1", Forge.join(Forge.bytes(type, 255), Forge.filled(30, 255))));
            scene.receive(
                    igmp(
                            LayerScene.GROUP4,
                            Forge.join(
                                    Forge.bytes(type, 1, 0, 0), Forge.address(LayerScene.GROUP4))));
            scene.receive(mld("ff02::1", 128 + type % 128, type, Forge.filled(40, 255)));
        }
        scene.assertBooksAreRight();
        scene.run(100 * LayerScene.SECOND_NS);
    }

    @Test
    void queriesFromBeyondTheLinkAreInvalid() {
        byte[] query = generalQuery();
        query[Forge.IP + 8] = 2;
        scene.assertDropped(IpCounter.MULTICAST_DROPPED_INVALID, Forge.ipv4Checksum(query));
        scene.assertDropped(
                IpCounter.MULTICAST_DROPPED_INVALID,
                Forge.with(generalMldQuery(), Forge.IP + 7, 2));
    }

    @Test
    void otherHostsReportsDoNotSilenceThisOneForEver() {
        for (int i = 0; i < 1000; i++) {
            scene.flood(
                    igmp(
                            LayerScene.GROUP4,
                            Forge.join(
                                    Forge.bytes(0x16, 0, 0, 0), Forge.address(LayerScene.GROUP4))));
        }
        scene.receive(generalQuery());
        scene.takeSent();
        scene.run(20 * LayerScene.SECOND_NS);
        assertTrue(scene.takeSent().stream().anyMatch(f -> f[0] == 1 && f[Forge.IP + 24] == 0x22));
    }
}
