package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.Arrays;
import java.util.function.IntFunction;

/** Fragments that are made to overlap, to be many, or to hide what is in them. */
class FragmentFloodAttackTest {
    private static final int FLOOD = 5_000;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private LayerScene scene;

    @BeforeEach
    void open() {
        scene = new LayerScene(pools.open(2048));
    }

    @AfterEach
    void close() {
        scene.assertServes();
        scene.run(200 * LayerScene.SECOND_NS);
        assertTrue(scene.held() <= 0, "fragments are kept for ever");
        scene.assertServes();
        scene.close();
    }

    private byte[] fragment(
            boolean ipv4, int identification, int offset, boolean more, byte[] data) {
        return ipv4
                ? Forge.fragment4(Forge.PEER4, Forge.UDP, identification, offset, more, data)
                : Forge.fragment6(Forge.PEER6, Forge.UDP, identification, offset, more, data);
    }

    @Test
    void teardropIsNoDatagram() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            long before = scene.udp.received();
            scene.receive(fragment(ipv4, 1, 0, true, Forge.udpBytes(32)));
            scene.receive(fragment(ipv4, 1, 24, false, Forge.filled(4, 'x')));
            scene.receive(fragment(ipv4, 1, 40, false, Forge.filled(8, 'x')));
            assertEquals(before, scene.udp.received());
        }
        assertTrue(scene.count(IpCounter.FRAGMENT_DROPPED_OVERLAP) >= 4);
    }

    @Test
    void everyWayToOverlapCostsTheDatagram() {
        int identification = 100;
        for (boolean ipv4 : new boolean[] {true, false}) {
            for (int from = 0; from <= 48; from += 8) {
                for (int length = 8; from + length <= 64; length += 8) {
                    overlap(ipv4, ++identification, from, length);
                }
            }
        }
        assertEquals(0, scene.udp.received());
    }

    /** Between the first 16 bytes and the last 16 of 48 comes a fragment that touches either, or both. */
    private void overlap(boolean ipv4, int identification, int from, int length) {
        boolean touches = from < 16 || from + length > 32;
        boolean isCopy = (from == 0 && length == 16) || (from == 32 && length == 16);
        if (!touches || isCopy) {
            return;
        }
        byte[] first = fragment(ipv4, identification, 0, true, Forge.udpBytes(8));
        byte[] last = fragment(ipv4, identification, 32, false, Forge.filled(16, 'l'));
        scene.receive(first);
        scene.receive(last);
        scene.receive(fragment(ipv4, identification, from, true, Forge.filled(length, 'x')));
        scene.receive(fragment(ipv4, identification, 16, true, Forge.filled(16, 'm')));
        scene.receive(first);
        scene.receive(last);
    }

    @Test
    void aFloodOfFirstFragmentsHoldsNoMoreThanItsShare() {
        floodOf(identification -> fragment(true, identification, 0, true, Forge.udpBytes(600)));
        floodOf(identification -> fragment(false, identification, 0, true, Forge.udpBytes(1200)));
    }

    @Test
    void aFloodOfLastFragmentsHoldsNoMoreThanItsShare() {
        floodOf(id -> fragment(true, id, 8000, false, Forge.filled(600, 'x')));
        floodOf(id -> fragment(false, id, 8000, false, Forge.filled(1200, 'x')));
    }

    @Test
    void aFloodFromManySourcesHoldsNoMoreThanItsShare() {
        byte[] data = Forge.udpBytes(600);
        floodOf(id ->
                Forge.fragment4(
                        "10.%d.%d.%d".formatted(id >> 16 & 255, id >> 8 & 255, id & 255),
                        Forge.UDP,
                        id,
                        0,
                        true,
                        data));
        floodOf(id ->
                Forge.fragment6("2001:db8:bad::%x".formatted(id), Forge.UDP, id, 0, true, data));
    }

    private void floodOf(IntFunction<byte[]> frames) {
        long evicted = scene.count(IpCounter.FRAGMENT_DROPPED_EVICTED);
        for (int i = 1; i <= FLOOD; i++) {
            scene.flood(frames.apply(i));
            assertTrue(
                    scene.held() <= scene.ip.options().reassembly().maxBuffers() + 128,
                    () -> "%d buffers are held".formatted(scene.held()));
            if (i % 1000 == 0) {
                scene.settle();
                scene.assertServes();
            }
        }
        scene.settle();
        assertTrue(scene.count(IpCounter.FRAGMENT_DROPPED_EVICTED) > evicted);
    }

    @Test
    void anHonestFragmentedDatagramGetsThroughAFloodFromManySources() {
        byte[] data = Forge.udpBytes(600);
        byte[] whole = Forge.udpBytes(1000);
        for (int i = 1; i <= FLOOD; i++) {
            scene.flood(
                    Forge.fragment4(
                            "10.%d.%d.%d".formatted(i >> 16 & 255, i >> 8 & 255, i & 255),
                            Forge.UDP,
                            i,
                            0,
                            true,
                            data));
        }
        long before = scene.udp.taken();
        scene.receive(fragment(true, 9, 0, true, Arrays.copyOf(whole, 800)));
        for (int i = 1; i <= 100; i++) {
            scene.flood(Forge.fragment4("11.0.0." + i, Forge.UDP, i, 0, true, data));
        }
        scene.receive(fragment(true, 9, 800, false, Arrays.copyOfRange(whole, 800, 1008)));
        assertEquals(before + 1, scene.udp.taken());
    }

    @Test
    void atomicFragmentsAreWholeWhateverElseHasTheirIdentification() {
        scene.receive(fragment(false, 5, 0, true, Forge.udpBytes(32)));
        long before = scene.udp.received();
        String pseudo = Forge.PEER6;
        byte[] datagram = Forge.quoted(Forge.udp(pseudo, Forge.OWN6, 30));
        byte[] transport = Arrays.copyOfRange(datagram, 40, datagram.length);
        for (int i = 0; i < 100; i++) {
            scene.receive(fragment(false, 5, 0, false, transport));
        }
        assertEquals(before + 100, scene.udp.received());
        assertEquals(0, scene.count(IpCounter.FRAGMENT_DROPPED_OVERLAP));
    }

    @Test
    void noAtomicFragmentIsEverSent() {
        scene.receive(
                Forge.icmpv6(
                        Forge.PEER6,
                        Forge.OWN6,
                        64,
                        2,
                        0,
                        68,
                        Forge.quoted(Forge.udp(Forge.OWN6, Forge.PEER6, 100))));
        scene.takeSent();
        scene.send(Forge.PEER6, 100);
        scene.settle();
        assertTrue(scene.takeSent().stream().noneMatch(f -> f[Forge.IP + 6] == Forge.FRAGMENT));
    }

    @Test
    void tinyFragmentsOfTcpAreDropped() {
        byte[] start = Forge.filled(8, 0);
        scene.assertDropped(
                IpCounter.FRAGMENT_DROPPED_TINY,
                Forge.fragment4(Forge.PEER4, Forge.TCP, 3, 0, true, start));
        scene.assertDropped(
                IpCounter.FRAGMENT_DROPPED_TINY,
                Forge.fragment4(Forge.PEER4, Forge.TCP, 4, 8, false, start));
    }

    @Test
    void tinyFragmentsOfUdpAreOneDatagramThatIsTogether() {
        byte[] whole = Forge.udpBytes(992);
        for (int at = 0; at < 1000; at += 8) {
            byte[] piece = Arrays.copyOfRange(whole, at, at + 8);
            scene.receive(fragment(true, 77, at, at < 992, piece));
        }
        assertEquals(1, scene.udp.taken());
        assertEquals(1000, scene.udp.lastLength());
    }

    @Test
    void moreFragmentsThanAnyDatagramNeedsAreTooMany() {
        for (int at = 0; at < 400 * 8; at += 8) {
            scene.receive(fragment(true, 78, at, true, Forge.filled(8, 'x')));
        }
        assertTrue(scene.count(IpCounter.FRAGMENT_DROPPED_TOO_MANY) > 0);
        assertTrue(scene.held() <= 128);
    }

    @Test
    void theTransportHeaderIsNotExchangedByALaterFragment() {
        byte[] honest = Forge.udpBytes(24);
        byte[] other = Forge.join(Forge.bytes(0, 1, 0, 2), Forge.filled(12, 'y'));
        for (boolean ipv4 : new boolean[] {true, false}) {
            scene.receive(fragment(ipv4, 6, 0, true, Arrays.copyOf(honest, 16)));
            scene.receive(fragment(ipv4, 6, 0, true, other));
            scene.receive(fragment(ipv4, 6, 16, false, Arrays.copyOfRange(honest, 16, 32)));
        }
        // A copy is known by its place; what came first stays, to port 7 and not to 2.
        assertEquals(2, scene.udp.taken());
    }

    @Test
    void pingOfDeathIsTooLong() {
        scene.assertDropped(
                IpCounter.FRAGMENT_DROPPED_TOO_LONG,
                fragment(true, 8, 65_528, false, Forge.filled(1000, 'x')));
        scene.receive(fragment(false, 8, 65_528, false, Forge.filled(1000, 'x')));
        assertEquals(2, scene.count(IpCounter.FRAGMENT_DROPPED_TOO_LONG));
    }

    @Test
    void aFirstFragmentWithAHugeHeaderChainIsReportedOrDropped() {
        byte[] options = Forge.join(Forge.bytes(60, 100), Forge.bytes(1, 200));
        byte[] chain = Forge.join(options, new byte[808 - options.length]);
        byte[] last = Forge.join(Forge.bytes(60, 255), new byte[62]);
        scene.receive(Forge.fragment6(Forge.PEER6, 60, 11, 0, true, Forge.join(chain, last)));
        assertEquals(
                1,
                scene.count(IpCounter.FRAGMENT_DROPPED_TINY)
                        + scene.count(IpCounter.RECEIVE_DROPPED_OPTIONS),
                () -> "" + scene.ip.counters());
    }

    @Test
    void fragmentsWithinFragmentsEndWithoutAnOverflowOfTheStack() {
        // Each datagram is whole but for its last piece, which is what the next one is put together
        // to.
        int depth = 60;
        byte[] inner = Forge.udpBytes(8);
        byte[] frame =
                Forge.fragment6(
                        Forge.PEER6, Forge.UDP, 1000, 8, false, Arrays.copyOfRange(inner, 8, 16));
        scene.receive(
                Forge.fragment6(Forge.PEER6, Forge.UDP, 1000, 0, true, Arrays.copyOf(inner, 8)));
        byte[] payload = Arrays.copyOfRange(frame, Forge.IP + 40, frame.length);
        for (int level = 1; level <= depth; level++) {
            byte[] head = Arrays.copyOf(payload, 8);
            byte[] tail = Arrays.copyOfRange(payload, 8, payload.length);
            scene.receive(
                    Forge.fragment6(Forge.PEER6, Forge.FRAGMENT, 1000 + level, 0, true, head));
            payload =
                    Forge.join(Forge.fragmentHeader(Forge.FRAGMENT, 8, false, 1000 + level), tail);
        }
        scene.receive(Forge.ipv6(Forge.PEER6, Forge.OWN6, Forge.FRAGMENT, payload));
        assertTrue(scene.udp.received() <= 1);
    }

    @Test
    void whateverIsCutAnyhowIsWholeOrDropped() {
        Property.forAll(
                300,
                random -> {
                    boolean ipv4 = random.flip();
                    int identification = random.anyInt();
                    for (int i = random.between(1, 12); i > 0; i--) {
                        int offset = random.between(0, 20) * 8;
                        int length = random.between(0, 80);
                        scene.flood(
                                fragment(
                                        ipv4,
                                        identification & 0xFFFF,
                                        offset,
                                        random.flip(),
                                        Forge.filled(length, i)));
                    }
                    scene.settle();
                    scene.assertBooksAreRight();
                });
    }
}
