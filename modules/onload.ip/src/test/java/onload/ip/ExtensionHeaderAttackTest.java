package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

/** Chains of extension headers, and of options, that are wrong in every way. */
class ExtensionHeaderAttackTest {
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int DESTINATION = 60;
    private static final int PARAMETER_PROBLEM = 256 + 4;

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

    private static byte[] options(int next, int... options) {
        int units = (2 + options.length + 7) / 8;
        byte[] header = Arrays.copyOf(Forge.bytes(next, units - 1), units * 8);
        System.arraycopy(Forge.bytes(options), 0, header, 2, options.length);
        int left = header.length - 2 - options.length;
        if (left > 1) {
            header[2 + options.length] = 1;
            header[3 + options.length] = (byte) (left - 2);
        }
        return header;
    }

    private void assertRefused(byte[] frame, int problems) {
        long before = scene.count(IpCounter.RECEIVE_DROPPED_OPTIONS);
        long delivered = scene.udp.received();
        scene.takeSent();
        scene.receive(frame);
        assertEquals(before + 1, scene.count(IpCounter.RECEIVE_DROPPED_OPTIONS));
        assertEquals(delivered, scene.udp.received());
        assertEquals(problems, scene.takeSentIcmp(PARAMETER_PROBLEM));
    }

    @Test
    void tooManyHeadersAreNotFollowed() {
        byte[][] chain = new byte[180][];
        Arrays.fill(chain, options(DESTINATION));
        chain[179] = Forge.udpBytes(1);
        assertRefused(Forge.ipv6(Forge.PEER6, Forge.OWN6, DESTINATION, chain), 0);
    }

    @Test
    void tooManyOptionsAreNotFollowed() {
        int[] many = new int[1200];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = 0x1E;
        }
        assertRefused(
                Forge.ipv6(
                        Forge.PEER6,
                        Forge.OWN6,
                        DESTINATION,
                        options(Forge.UDP, many),
                        Forge.udpBytes(1)),
                0);
    }

    @Test
    void aChainCutAtEveryByteIsDropped() {
        byte[] whole =
                Forge.ipv6(
                        Forge.PEER6,
                        Forge.OWN6,
                        HOP_BY_HOP,
                        options(DESTINATION, 5, 2, 0, 0),
                        options(ROUTING, 0x1E, 4, 1, 2, 3, 4),
                        Forge.bytes(Forge.FRAGMENT, 0, 4, 0, 0, 0, 0, 0),
                        Forge.fragmentHeader(Forge.UDP, 0, false, 1),
                        Forge.udpBytes(0));
        scene.receive(whole);
        assertEquals(1, scene.udp.received(), () -> "" + scene.ip.counters());
        for (int length = 0; length < 40; length++) {
            byte[] cut = Arrays.copyOf(whole, Forge.IP + 40 + length);
            cut[Forge.IP + 5] = (byte) length;
            scene.receive(cut);
        }
        assertTrue(scene.udp.received() <= 9, "a UDP header was made of nothing");
        scene.assertBooksAreRight();
    }

    /** RFC 8200, section 4.2: skip; discard; report; report unless multicast. */
    @ParameterizedTest
    @ValueSource(ints = {0x1E, 0x5E, 0x9E, 0xDE})
    void theFourActionsOfAnUnknownOptionAreTaken(int type) {
        byte[] header = options(Forge.UDP, type, 4, 1, 2, 3, 4);
        byte[] unicast =
                Forge.ipv6(Forge.PEER6, Forge.OWN6, DESTINATION, header, Forge.udpBytes(1));
        byte[] group =
                Forge.ipv6(Forge.PEER6, LayerScene.GROUP6, DESTINATION, header, Forge.udpBytes(1));
        if (type >>> 6 == 0) {
            scene.receive(unicast);
            scene.receive(group);
            assertEquals(2, scene.udp.received());
        } else {
            assertRefused(unicast, type >>> 6 >= 2 ? 1 : 0);
            assertRefused(group, type >>> 6 == 2 ? 1 : 0);
        }
    }

    @Test
    void hopByHopOptionsThatAreNotFirstAreRefused() {
        assertRefused(
                Forge.ipv6(
                        Forge.PEER6,
                        Forge.OWN6,
                        DESTINATION,
                        options(HOP_BY_HOP),
                        options(Forge.UDP),
                        Forge.udpBytes(1)),
                1);
    }

    @Test
    void routingHeadersWithSegmentsLeftAreRefused() {
        for (int type : new int[] {0, 1, 2, 3, 4, 253, 255}) {
            byte[] routing =
                    Forge.join(
                            Forge.bytes(Forge.UDP, 2, type, 1, 0, 0, 0, 0),
                            Forge.address("2001:db8::66"));
            assertRefused(
                    Forge.ipv6(Forge.PEER6, Forge.OWN6, ROUTING, routing, Forge.udpBytes(1)), 1);
            scene.run(LayerScene.SECOND_NS);
        }
    }

    @Test
    void aJumboPayloadIsRefused() {
        byte[] frame =
                Forge.ipv6(
                        Forge.PEER6,
                        Forge.OWN6,
                        HOP_BY_HOP,
                        options(Forge.UDP, 0xC2, 4, 0, 1, 0, 0),
                        Forge.udpBytes(1));
        assertRefused(frame, 1);
        frame[Forge.IP + 4] = 0;
        frame[Forge.IP + 5] = 0;
        assertRefused(frame, 0);
    }

    @Test
    void aFloodOfProblemsIsAnsweredWithinTheLimit() {
        scene.keepFrames(true);
        byte[] frame =
                Forge.ipv6(
                        Forge.PEER6,
                        Forge.OWN6,
                        DESTINATION,
                        options(Forge.UDP, 0x9E, 4, 1, 2, 3, 4),
                        Forge.udpBytes(1));
        for (int i = 0; i < 10_000; i++) {
            scene.flood(frame);
        }
        scene.settle();
        assertTrue(scene.takeSentIcmp(PARAMETER_PROBLEM) <= 12);
        assertTrue(scene.count(IpCounter.ICMP_ERRORS_SUPPRESSED_LIMIT) >= 9_900);
    }

    @Test
    void everyNextHeaderValueIsDealtWith() {
        for (int next = 0; next < 256; next++) {
            scene.receive(Forge.ipv6(Forge.PEER6, Forge.OWN6, next, Forge.filled(40, next)));
            scene.receive(Forge.ipv6(Forge.PEER6, Forge.OWN6, next));
            scene.receive(
                    Forge.ipv6(
                            Forge.PEER6,
                            LayerScene.GROUP6,
                            DESTINATION,
                            options(next),
                            Forge.filled(3, next)));
        }
        scene.assertBooksAreRight();
    }

    @Test
    void noNextHeaderIsSilent() {
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_NO_NEXT_HEADER,
                Forge.ipv6(Forge.PEER6, Forge.OWN6, 59, Forge.udpBytes(1)));
    }
}
