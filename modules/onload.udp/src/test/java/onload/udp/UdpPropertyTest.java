package onload.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;
import onload.testkit.ip.IpPackets;
import onload.udp.counter.UdpCounter;
import onload.wire.IpProtocol;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;

/** Impaired links and damaged datagrams, from seeds. */
class UdpPropertyTest {
    private static final int DATAGRAMS = 60;
    private static final int SERVER = 53;

    private static LinkSettings.Builder impaired(Randomness random) {
        return LinkSettings.builder()
                .delayNs(random.between(0, 5_000_000))
                .jitterNs(random.between(0, 3_000_000))
                .loss(random.oneOf(0.0, 0.1))
                .duplicate(random.oneOf(0.0, 0.2))
                .reorder(random.oneOf(0.0, 0.2), 4_000_000);
    }

    private static UdpScene scene(Randomness random, LinkSettings link) {
        return new UdpScene(UdpSettings.DEFAULT, NicSettings.DEFAULT, 2048, link, random.anyLong());
    }

    /** Says which it is, so that it can be told whether it is whole. */
    private static String text(int number, int length) {
        return ("<" + number + ">").repeat(1 + length / 4);
    }

    @Test
    void everyDatagramThatArrivesIsOneThatWasSentWhatTheLinkMayDo() {
        Property.forAll(15, random -> exchange(random, impaired(random).build(), 6000));
    }

    /** One bit of a frame is flipped, which no checksum misses; so each datagram is in one frame. */
    @Test
    void noCorruptedDatagramArrives() {
        Property.forAll(15, random -> exchange(random, impaired(random).corrupt(0.3).build(), 800));
    }

    private void exchange(Randomness random, LinkSettings link, int longest) {
        try (UdpScene scene = scene(random, link)) {
            scene.introduce();
            UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, SERVER);
            UdpSocket client = scene.bound(scene.one, UdpScene.ANY6, 1024);
            Map<String, Integer> forth = new HashMap<>();
            Map<String, Integer> back = new HashMap<>();
            int arrived = 0;
            for (int i = 0; i < DATAGRAMS; i++) {
                String there = text(i, random.between(0, longest));
                String here = text(-i, random.between(0, longest));
                forth.put(there, 0);
                back.put(here, 0);
                boolean isIpv4 = random.flip();
                scene.sendTo(client, there, isIpv4 ? UdpScene.TWO : UdpScene.TWO6, SERVER);
                scene.sendTo(server, here, isIpv4 ? UdpScene.ONE : UdpScene.ONE6, 1024);
                arrived += check(scene, server, forth, 1024) + check(scene, client, back, SERVER);
            }
            scene.network.run(UdpScene.SECOND_NS);
            arrived += check(scene, server, forth, 1024) + check(scene, client, back, SERVER);
            assertTrue(arrived > DATAGRAMS / 4, "only " + arrived);
        }
    }

    private static int check(
            UdpScene scene, UdpSocket receiver, Map<String, Integer> sent, int from) {
        int arrived = 0;
        while (receiver.queuedDatagrams() > 0) {
            String text = scene.receive(receiver);
            Integer times = sent.get(text);
            assertTrue(times != null, () -> "nobody sent " + text);
            assertEquals(from, scene.message.sourcePort());
            assertTrue(times < 2, () -> "three times " + text);
            sent.put(text, times + 1);
            arrived++;
        }
        return arrived;
    }

    @Test
    void whateverIsInADatagramItIsQueuedOrCountedOnce() {
        Property.forAll(8, this::injectDamaged);
    }

    private void injectDamaged(Randomness random) {
        try (UdpScene scene = new UdpScene()) {
            UdpSocket bound = scene.bound(scene.two, UdpScene.ANY6, SERVER);
            bound.zeroChecksum(random.flip());
            UdpSocket connected = scene.bound(scene.two, UdpScene.TWO, 54);
            assertEquals(0, scene.connect(connected, UdpScene.FORGER, 9));
            for (int i = 0; i < 150; i++) {
                inject(random, scene);
                if (random.chance(0.2)) {
                    scene.receive(random.flip() ? bound : connected);
                }
            }
            assertEquals(
                    scene.count(scene.two, UdpCounter.RECEIVED),
                    accounted(scene.two),
                    () -> scene.two.counters().toString());
            assertTrue(scene.count(scene.two, UdpCounter.QUEUED) > 0);
            assertTrue(scene.count(scene.two, UdpCounter.DROPPED_MALFORMED) > 0);
        }
    }

    private static void inject(Randomness random, UdpScene scene) {
        boolean isIpv4 = random.flip();
        String from = isIpv4 ? UdpScene.FORGER : UdpScene.FORGER6;
        String to = isIpv4 ? UdpScene.TWO : UdpScene.TWO6;
        int checksum = random.oneOf(-1, -1, 0);
        String text = "f".repeat(random.between(0, 100));
        byte[] right = UdpScene.datagram(from, to, 9, random.between(SERVER, 55), text, checksum);
        byte[] data = random.chance(0.7) ? random.damaged(right) : right;
        if (random.chance(0.8)) {
            scene.forge(from, to, data);
            return;
        }
        byte[] packet = IpPackets.ip(UdpScene.ip(from), UdpScene.ip(to), IpProtocol.UDP, 64, data);
        byte[] damaged = random.damaged(packet);
        if (damaged.length > 0) {
            scene.forger.sendIp(scene.twoHost.nic().macAddress(), damaged);
            scene.network.run(UdpScene.SECOND_NS / 100);
        }
    }

    /** Nothing here is for a group, of which one datagram would count more than once. */
    private static long accounted(UdpEngine engine) {
        UdpCounter[] ends = {
            UdpCounter.QUEUED,
            UdpCounter.DROPPED_MALFORMED,
            UdpCounter.DROPPED_CHECKSUM,
            UdpCounter.DROPPED_CHECKSUM_UNFILLED,
            UdpCounter.DROPPED_NO_CHECKSUM,
            UdpCounter.DROPPED_NO_PORT,
            UdpCounter.DROPPED_SOCKET_FULL,
            UdpCounter.DROPPED_ALL_FULL,
            UdpCounter.DROPPED_PRESSURE
        };
        long sum = 0;
        for (UdpCounter each : ends) {
            sum += engine.counters().get(each);
        }
        return sum;
    }
}
