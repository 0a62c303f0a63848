package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.address.AddressOptions;
import onload.ip.address.ConflictDetection;
import onload.ip.address.DefendPolicy;
import onload.ip.counter.IpCounter;
import onload.ip.neighbor.Neighbor;
import onload.testkit.PacketPools;
import onload.wire.IpAddress;
import onload.wire.MacAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.Arrays;

/** Lies told by ARP. */
class ArpAttackTest {
    private static final String EVIL_MAC = "02:00:00:00:66:66";
    private static final String NO_MAC = "00:00:00:00:00:00";

    @RegisterExtension final PacketPools pools = new PacketPools();

    private LayerScene scene;

    @BeforeEach
    void open() {
        scene = new LayerScene(pools.open(1024));
    }

    @AfterEach
    void close() {
        scene.assertServes();
        scene.close();
    }

    private Neighbor neighbor(String address) {
        IpAddress parsed = IpAddress.parse(address);
        Neighbor found = scene.ip.neighbors().find(scene.nic0.index(), parsed.high(), parsed.low());
        assertNotNull(found, address);
        return found;
    }

    @Test
    void repliesNobodyAskedForMakeNoNeighbors() {
        int before = scene.ip.neighbors().size();
        for (int i = 3; i < 250; i++) {
            scene.flood(Forge.arp(2, EVIL_MAC, "192.0.2." + i, Forge.OWN_MAC, Forge.OWN4));
            scene.flood(
                    Forge.arp(2, EVIL_MAC, "192.0.2." + i, Forge.BROADCAST_MAC, "192.0.2." + i));
        }
        scene.settle();
        assertEquals(before, scene.ip.neighbors().size());
        assertEquals(494, scene.count(IpCounter.ARP_DROPPED_NOT_FOR_US));
    }

    @Test
    void aNeighborThatWasTakenOverIsFoundOutAgain() {
        scene.assertServes();
        scene.receive(Forge.arp(2, EVIL_MAC, Forge.PEER4, Forge.BROADCAST_MAC, Forge.PEER4));
        scene.run(60 * LayerScene.SECOND_NS);
        for (int i = 0; i < 10; i++) {
            scene.send(Forge.PEER4, 100);
            scene.run(5 * LayerScene.SECOND_NS);
        }
        assertEquals(MacAddress.parse(Forge.PEER_MAC), neighbor(Forge.PEER4).macAddress());
    }

    @Test
    void aSecondAnswerDoesNotReplaceTheFirst() {
        scene.peerIsHonest(false);
        scene.send("192.0.2.77", 100);
        scene.settle();
        scene.receive(Forge.arp(2, Forge.PEER_MAC, "192.0.2.77", Forge.OWN_MAC, Forge.OWN4));
        scene.receive(Forge.arp(2, EVIL_MAC, "192.0.2.77", Forge.OWN_MAC, Forge.OWN4));
        assertEquals(MacAddress.parse(Forge.PEER_MAC), neighbor("192.0.2.77").macAddress());
        scene.peerIsHonest(true);
    }

    @Test
    void claimsOnOurAddressAreAnsweredByOneDefenceInTenSeconds() {
        scene.run(20 * LayerScene.SECOND_NS);
        scene.takeSent();
        for (int i = 0; i < 1000; i++) {
            scene.flood(Forge.arp(1, EVIL_MAC, Forge.OWN4, NO_MAC, Forge.OWN4));
            scene.flood(Forge.arp(2, EVIL_MAC, Forge.OWN4, Forge.OWN_MAC, Forge.OWN4));
        }
        scene.settle();
        assertEquals(2000, scene.count(IpCounter.ADDRESS_CONFLICTS));
        long announcements =
                scene.takeSent().stream().filter(f -> Forge.ethernetType(f) == 0x0806).count();
        assertEquals(1, announcements);
        assertTrue(
                scene.ip
                        .addresses()
                        .isOurs(0, IpAddress.parse(Forge.OWN4).low(), scene.nic0.index()));
    }

    @Test
    void anAddressThatWasDeniedWhileItWasProbedForComesBackWithTheLink() {
        scene.close();
        AddressOptions options =
                AddressOptions.DEFAULT.withIpv4(
                        ConflictDetection.PROBE, DefendPolicy.DEFEND_ALWAYS);
        scene =
                new LayerScene(
                        pools.open(1024), IpOptions.DEFAULT.withAddresses(options), 5, false);
        scene.assertServes();
        flap();
        for (int i = 0; i < 1000; i++) {
            scene.flood(Forge.arp(1, EVIL_MAC, "0.0.0.0", NO_MAC, Forge.OWN4));
        }
        scene.run(10 * LayerScene.SECOND_NS);
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_TENTATIVE, Forge.udp(Forge.PEER4, Forge.OWN4, 1));
        scene.assertServesIpv6();
        assertEquals(1, scene.count(IpCounter.ADDRESS_DUPLICATES));
        flap();
        scene.run(15 * LayerScene.SECOND_NS);
    }

    private void flap() {
        scene.nic.link(false);
        scene.run(LayerScene.SECOND_NS);
        scene.nic.link(true);
        scene.settle();
    }

    @Test
    void aHundredThousandSendersDisplaceNobodyInUse() {
        scene.keepFrames(false);
        scene.assertServes();
        scene.run(10 * LayerScene.SECOND_NS);
        for (int i = 0; i < 100_000; i++) {
            String mac = "02:66:00:%02x:%02x:%02x".formatted(i >> 16, i >> 8 & 255, i & 255);
            String sender = "192.0.2." + (3 + i % 250);
            scene.flood(Forge.arp(1, mac, sender, NO_MAC, Forge.OWN4));
            if (i % 20_000 == 0) {
                scene.settle();
                scene.assertServes();
                scene.assertTablesAreBounded();
            }
        }
        scene.settle();
        assertTrue(scene.count(IpCounter.ARP_DROPPED_REPLY_LIMIT) > 90_000);
        scene.run(LayerScene.SECOND_NS);
    }

    @Test
    void sendersThatNoHostMayBeAreNotHeard() {
        for (String sender :
                new String[] {
                    "127.0.0.1",
                    "0.1.2.3",
                    "224.0.0.1",
                    "240.0.0.1",
                    "255.255.255.255",
                    "192.0.2.255",
                    "192.0.2.0"
                }) {
            scene.assertDropped(
                    IpCounter.ARP_DROPPED_BAD_SENDER,
                    Forge.arp(1, EVIL_MAC, sender, NO_MAC, Forge.OWN4),
                    sender);
        }
        for (String mac : new String[] {NO_MAC, Forge.BROADCAST_MAC, "01:00:5e:00:00:01"}) {
            scene.assertDropped(
                    IpCounter.ARP_DROPPED_BAD_SENDER,
                    Forge.between(
                            EVIL_MAC,
                            Forge.BROADCAST_MAC,
                            Forge.arp(1, mac, "192.0.2.9", NO_MAC, Forge.OWN4)),
                    mac);
        }
    }

    @Test
    void arpThatIsNoneIsMalformedAtEveryLengthAndField() {
        byte[] whole = Forge.arp(1, EVIL_MAC, "192.0.2.9", NO_MAC, Forge.OWN4);
        for (int length = Forge.IP; length < whole.length; length++) {
            scene.assertDropped(
                    IpCounter.ARP_DROPPED_MALFORMED, Arrays.copyOf(whole, length), "" + length);
        }
        for (int field = 0; field < 6; field++) {
            scene.assertDropped(
                    IpCounter.ARP_DROPPED_MALFORMED, Forge.with(whole, Forge.IP + field, 0x77));
        }
    }

    @Test
    void everyOperationIsDealtWith() {
        byte[] whole = Forge.arp(1, EVIL_MAC, "192.0.2.9", NO_MAC, Forge.OWN4);
        for (int operation = 0; operation < 256; operation++) {
            scene.receive(Forge.with(whole, Forge.IP + 7, operation));
        }
        scene.assertBooksAreRight();
    }

    @Test
    void aHostOfAnotherPrefixIsAnsweredButNotLearnt() {
        int before = scene.ip.neighbors().size();
        scene.receive(Forge.arp(1, EVIL_MAC, "10.66.66.66", NO_MAC, Forge.OWN4));
        assertEquals(before, scene.ip.neighbors().size());
    }
}
