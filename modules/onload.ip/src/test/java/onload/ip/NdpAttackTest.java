package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.neighbor.Neighbor;
import onload.testkit.PacketPools;
import onload.wire.IpAddress;
import onload.wire.MacAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Lies told by NDP. */
class NdpAttackTest {
    private static final String EVIL_MAC = "02:00:00:00:66:66";
    private static final String EVIL = "fe80::6666";
    private static final String ALL_NODES = "ff02::1";
    private static final String OWN_SOLICITED = "ff02::1:ff00:2";
    private static final int NEIGHBOR_ADVERTISEMENT = 256 + 136;

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
        scene.assertServesIpv4();
        scene.assertServesIpv6();
        scene.close();
    }

    private Neighbor neighbor(String address) {
        IpAddress parsed = IpAddress.parse(address);
        Neighbor found = scene.ip.neighbors().find(scene.nic0.index(), parsed.high(), parsed.low());
        assertNotNull(found, address);
        return found;
    }

    private void assertInvalid(byte[] frame, String what) {
        long before = scene.count(IpCounter.NDP_DROPPED_INVALID);
        scene.takeSent();
        scene.receive(frame);
        assertEquals(before + 1, scene.count(IpCounter.NDP_DROPPED_INVALID), what);
        assertEquals(0, scene.takeSent().size(), what);
    }

    private static byte[] solicitation() {
        return Forge.solicitation(
                Forge.PEER6, OWN_SOLICITED, Forge.OWN6, Forge.linkOption(1, EVIL_MAC));
    }

    @Test
    void advertisementsThatOverrideAreFoundOutAgain() {
        scene.receive(
                Forge.advertisement(
                        Forge.PEER6, ALL_NODES, Forge.PEER6, 0x20, Forge.linkOption(2, EVIL_MAC)));
        for (int i = 0; i < 12; i++) {
            scene.send(Forge.PEER6, 100);
            scene.run(5 * LayerScene.SECOND_NS);
        }
        assertEquals(MacAddress.parse(Forge.PEER_MAC), neighbor(Forge.PEER6).macAddress());
    }

    @Test
    void advertisementsNobodyAskedForMakeNoNeighbors() {
        int before = scene.ip.neighbors().size();
        for (int i = 100; i < 5000; i++) {
            scene.flood(
                    Forge.advertisement(
                            "2001:db8::" + i,
                            ALL_NODES,
                            "2001:db8::" + i,
                            0x20,
                            Forge.linkOption(2, EVIL_MAC)));
        }
        scene.settle();
        assertEquals(before, scene.ip.neighbors().size());
    }

    @Test
    void aFloodOfSolicitationsFromAWholePrefixDisplacesNobodyInUse() {
        scene.keepFrames(false);
        for (int i = 0; i < 20_000; i++) {
            scene.flood(
                    Forge.solicitation(
                            "2001:db8::66:%x".formatted(i),
                            OWN_SOLICITED,
                            Forge.OWN6,
                            Forge.linkOption(
                                    1, "02:66:00:00:%02x:%02x".formatted(i >> 8 & 255, i & 255))));
            if (i % 5000 == 0) {
                scene.settle();
                scene.assertServes();
                scene.assertTablesAreBounded();
            }
        }
        scene.settle();
        assertEquals(MacAddress.parse(Forge.PEER_MAC), neighbor(Forge.PEER6).macAddress());
    }

    @Test
    void aSweepOverAPrefixFromOutsideAsksNoMoreThanItsLimit() {
        scene.keepFrames(false);
        long before = scene.count(IpCounter.NEIGHBOR_SOLICITATIONS_SENT);
        for (int i = 0; i < 20_000; i++) {
            scene.flood(Forge.echo6("2001:db8::77:%x".formatted(i), Forge.OWN6, i));
        }
        scene.settle();
        assertTrue(scene.count(IpCounter.NEIGHBOR_SOLICITATIONS_SENT) - before <= 2_000);
        assertTrue(scene.held() <= 512 + 256, () -> "held " + scene.held());
        scene.assertServes();
        scene.assertTablesAreBounded();
        scene.run(30 * LayerScene.SECOND_NS);
    }

    @Test
    void messagesFromBeyondTheLinkAreInvalid() {
        byte[] whole = solicitation();
        for (int hops : new int[] {0, 1, 64, 254}) {
            assertInvalid(Forge.with(whole, Forge.IP + 7, hops), "hop limit " + hops);
        }
        byte[] code =
                Forge.icmpv6(Forge.PEER6, OWN_SOLICITED, 255, 135, 1, 0, Forge.address(Forge.OWN6));
        assertInvalid(code, "code 1");
    }

    @Test
    void optionsThatAreMalformedMakeTheWholeMessageInvalid() {
        for (byte[] option :
                new byte[][] {
                    Forge.bytes(1, 0, 0, 0, 0, 0, 0, 0),
                    Forge.bytes(1, 2, 0, 0, 0, 0, 0, 0),
                    Forge.bytes(1, 255, 0, 0, 0, 0, 0, 0),
                    Forge.bytes(1),
                    Forge.bytes(1, 1, 2, 3, 4, 5, 6)
                }) {
            assertInvalid(
                    Forge.solicitation(Forge.PEER6, OWN_SOLICITED, Forge.OWN6, option),
                    Arrays.toString(option));
        }
        assertInvalid(
                Forge.solicitation(Forge.PEER6, OWN_SOLICITED, "ff02::1", new byte[0]),
                "target is a group");
        assertInvalid(
                Forge.advertisement(Forge.PEER6, ALL_NODES, Forge.PEER6, 0x60, new byte[0]),
                "solicited, to all");
        assertInvalid(
                Forge.solicitation("::", OWN_SOLICITED, Forge.OWN6, Forge.linkOption(1, EVIL_MAC)),
                "from nobody, with an address");
        assertInvalid(
                Forge.solicitation("::", ALL_NODES, Forge.OWN6, new byte[0]),
                "from nobody, to all");
    }

    /** RFC 6980, section 5: a firewall on a switch cannot look into fragments. */
    @Test
    void neighborDiscoveryInFragmentsIsSilentlyIgnored() {
        byte[] message =
                Forge.icmpv6Message(
                        EVIL,
                        Forge.OWN6,
                        134,
                        0,
                        (64 << 24) | 1800,
                        Forge.join(new byte[8], Forge.linkOption(1, EVIL_MAC)));
        scene.receive(
                hop255(
                        Forge.fragment6(
                                EVIL, Forge.ICMPV6, 1, 0, true, Arrays.copyOf(message, 16))));
        scene.receive(
                hop255(
                        Forge.fragment6(
                                EVIL,
                                Forge.ICMPV6,
                                1,
                                16,
                                false,
                                Arrays.copyOfRange(message, 16, message.length))));
        assertEquals(1, scene.count(IpCounter.REASSEMBLED));
        assertEquals(1, scene.count(IpCounter.NDP_DROPPED_INVALID));
        assertEquals(0, scene.count(IpCounter.NDP_ROUTER_ADVERTISEMENTS));
        assertEquals(0, scene.ip.routers().routers().size());
    }

    /** RFC 6980, section 5: a fragment header alone is enough. */
    @Test
    void neighborDiscoveryInAtomicFragmentsIsSilentlyIgnored() {
        byte[] message =
                Forge.icmpv6Message(EVIL, Forge.OWN6, 134, 0, (64 << 24) | 1800, new byte[8]);
        scene.receive(hop255(Forge.fragment6(EVIL, Forge.ICMPV6, 1, 0, false, message)));
        assertEquals(1, scene.count(IpCounter.NDP_DROPPED_INVALID));
        assertEquals(0, scene.ip.routers().routers().size());
        byte[] unaltered = Forge.router(EVIL, 1800, new byte[0]);
        scene.receive(unaltered);
        assertEquals(1, scene.ip.routers().routers().size(), "and the next one is read again");
    }

    private static byte[] hop255(byte[] frame) {
        return Forge.with(frame, Forge.IP + 7, 255);
    }

    @Test
    void aFloodOfRoutersIsBounded() {
        for (int i = 1; i <= 2000; i++) {
            byte[] options =
                    Forge.join(
                            Forge.linkOption(1, "02:66:00:00:%02x:%02x".formatted(i >> 8, i & 255)),
                            Forge.prefixOption("2001:db8:%x::".formatted(i), 64, 0xC0, 3600, 1800),
                            Forge.join(
                                    Forge.bytes(25, 3, 0, 0, 0, 0, 7, 8),
                                    Forge.address("2001:db8::%x".formatted(i))));
            scene.flood(Forge.router("fe80::66:%x".formatted(i), 1800, options));
            if (i % 500 == 0) {
                scene.settle();
                scene.assertTablesAreBounded();
                scene.assertServesIpv4();
            }
        }
        scene.settle();
        assertEquals(
                scene.ip.options().routers().maximumRouters(), scene.ip.routers().routers().size());
        assertTrue(scene.count(IpCounter.NDP_REFUSED_LIST_FULL) > 0);
        assertTrue(scene.count(IpCounter.ADDRESS_AUTOCONFIGURATION_REFUSED) > 0);
        scene.assertTablesAreBounded();
        scene.run(4000 * LayerScene.SECOND_NS);
        assertEquals(0, scene.ip.routers().routers().size());
    }

    @Test
    void whatARouterSaysCannotCutThisHostOff() {
        byte[] parameters = ByteBuffer.allocate(8).putInt(1).putInt(1).array();
        byte[] mtu = ByteBuffer.allocate(8).putInt(0x05010000).putInt(68).array();
        scene.receive(
                Forge.icmpv6(
                        LayerScene.ROUTER6,
                        ALL_NODES,
                        255,
                        134,
                        0,
                        (1 << 24) | 1800,
                        Forge.join(
                                parameters,
                                mtu,
                                Forge.prefixOption("::", 0, 0xC0, -1, -1),
                                Forge.prefixOption("2001:db8::", 64, 0xC0, 0, 0))));
        assertEquals(1500, scene.nic0.ipv6Mtu());
        assertEquals(64, scene.nic0.hopLimit());
        scene.assertServes();
        byte[] large = ByteBuffer.allocate(8).putInt(-1).putInt(-1).array();
        scene.receive(
                Forge.icmpv6(LayerScene.ROUTER6, ALL_NODES, 255, 134, 0, 1800, Forge.join(large)));
        scene.run(100 * LayerScene.SECOND_NS);
    }

    @Test
    void prefixesCannotClaimWhatIsSpecial() {
        int routes = scene.ip.routes().size();
        int addresses = scene.ip.addresses().size();
        for (String prefix :
                new String[] {"fe80::", "ff00::", "::", "::1", "::ffff:0:0", "::ffff:c000:200"}) {
            for (int length = 0; length <= 128; length += 32) {
                scene.receive(
                        Forge.router(
                                EVIL, 0, Forge.prefixOption(prefix, length, 0xC0, 3600, 1800)));
            }
        }
        for (int length = 129; length < 256; length += 7) {
            scene.receive(
                    Forge.router(EVIL, 0, Forge.prefixOption("2001:db8:1::", length, 0xC0, 9, 9)));
        }
        assertEquals(routes, scene.ip.routes().size());
        assertEquals(addresses, scene.ip.addresses().size());
    }

    @Test
    void whoAnnouncesOurOwnPrefixAndTakesItBackDoesNotTakeItFromUs() {
        int routes = scene.ip.routes().size();
        int addresses = scene.ip.addresses().size();
        for (int valid : new int[] {3600, 0}) {
            byte[] prefix = Forge.prefixOption("2001:db8::", 64, 0x80, valid, valid);
            scene.receive(Forge.router(EVIL, 0, prefix));
            byte[] linkLocal = Forge.prefixOption("fe80::", 64, 0x80, valid, valid);
            scene.receive(Forge.router(EVIL, 0, linkLocal));
            scene.assertServes();
        }
        assertEquals(routes, scene.ip.routes().size());
        assertEquals(addresses, scene.ip.addresses().size());
    }

    @Test
    void redirectsFromWhoIsNoRouterAreIgnored() {
        int routes = scene.ip.routes().size();
        for (int i = 0; i < 1000; i++) {
            scene.flood(
                    Forge.icmpv6(
                            i % 2 == 0 ? EVIL : Forge.PEER_LINK_LOCAL,
                            Forge.OWN6,
                            255,
                            137,
                            0,
                            0,
                            Forge.join(
                                    Forge.address(EVIL),
                                    Forge.address("2001:db8:5::" + i),
                                    Forge.linkOption(2, EVIL_MAC))));
        }
        scene.settle();
        assertEquals(1000, scene.count(IpCounter.REDIRECTS_IGNORED));
        assertEquals(routes, scene.ip.routes().size());
    }

    @Test
    void redirectsFromTheRouterAreBounded() {
        for (int i = 0; i < 1000; i++) {
            scene.flood(
                    Forge.between(
                            LayerScene.ROUTER_MAC,
                            Forge.OWN_MAC,
                            Forge.icmpv6(
                                    LayerScene.ROUTER6,
                                    Forge.OWN6,
                                    255,
                                    137,
                                    0,
                                    0,
                                    Forge.join(
                                            Forge.address(EVIL),
                                            Forge.address("2001:db8:5::" + i)))));
        }
        scene.settle();
        assertEquals(1000, scene.count(IpCounter.REDIRECTS_FOLLOWED));
        scene.assertTablesAreBounded();
    }

    @Test
    void detectionOfDuplicatesIsNoWayToTakeAnAddressInUse() {
        for (String target : new String[] {Forge.OWN6, Forge.OWN_LINK_LOCAL}) {
            String group = "ff02::1:ff00:2";
            scene.takeSent();
            scene.receive(Forge.solicitation("::", group, target, new byte[0]));
            assertEquals(1, scene.takeSentIcmp(NEIGHBOR_ADVERTISEMENT), target);
            for (int i = 0; i < 100; i++) {
                scene.receive(
                        Forge.advertisement(
                                target.equals(Forge.OWN6) ? Forge.PEER6 : EVIL,
                                ALL_NODES,
                                target,
                                0x20,
                                Forge.linkOption(2, EVIL_MAC)));
            }
        }
        assertEquals(200, scene.count(IpCounter.ADDRESS_CONFLICTS));
    }

    @Test
    void aDeniedLinkLocalAddressEndsIpv6AndNotIpv4UntilTheLinkComesBack() {
        scene.nic.link(false);
        scene.run(LayerScene.SECOND_NS);
        scene.nic.link(true);
        scene.settle();
        scene.receive(
                Forge.solicitation("::", "ff02::1:ff00:2", Forge.OWN_LINK_LOCAL, new byte[0]));
        scene.run(5 * LayerScene.SECOND_NS);
        assertTrue(scene.nic0.isIpv6Disabled());
        scene.assertServesIpv4();
        scene.nic.link(false);
        scene.run(LayerScene.SECOND_NS);
        scene.nic.link(true);
        scene.run(10 * LayerScene.SECOND_NS);
        assertFalse(scene.nic0.isIpv6Disabled());
    }

    @Test
    void neighborsThatSayTheyAreGroupsOrNobodyAreNotBelieved() {
        for (String mac :
                new String[] {"00:00:00:00:00:00", Forge.BROADCAST_MAC, "33:33:00:00:00:01"}) {
            scene.receive(
                    Forge.solicitation(
                            "2001:db8::99", OWN_SOLICITED, Forge.OWN6, Forge.linkOption(1, mac)));
            IpAddress evil = IpAddress.parse("2001:db8::99");
            assertNull(scene.ip.neighbors().find(scene.nic0.index(), evil.high(), evil.low()), mac);
            scene.receive(
                    Forge.advertisement(
                            Forge.PEER6, Forge.OWN6, Forge.PEER6, 0x60, Forge.linkOption(2, mac)));
            assertEquals(MacAddress.parse(Forge.PEER_MAC), neighbor(Forge.PEER6).macAddress(), mac);
        }
    }
}
