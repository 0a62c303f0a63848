package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.emulated.wire.WireCounter;
import onload.nic.emulated.wire.WireDirection;
import onload.nic.emulated.wire.WireSettings;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicCounter;
import onload.nic.spi.VirtualInterface;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Many frames both ways from seeds. */
class WirePropertiesTest {
    private static final long STRANGER = 0x02_00_00_00_77_77L;
    private static final long SOURCE = 0x02_00_00_00_88_88L;
    private static final int LONGEST = 9014;

    /** What one station sent: the number of a frame is its place. */
    private static final class Sent {
        final List<byte[]> frames = new ArrayList<>();
        final List<Long> timesNs = new ArrayList<>();
        long bytes;

        byte[] next(Randomness random, long nowNs) {
            int length = random.flip() ? random.between(18, 200) : random.between(18, LONGEST);
            byte[] frame = Frames.frame(STRANGER, SOURCE, frames.size(), length);
            frames.add(frame);
            timesNs.add(nowNs);
            bytes += length;
            return frame;
        }
    }

    private static LinkSettings anyLink(Randomness random) {
        LinkSettings.Builder link = LinkSettings.builder();
        if (random.flip()) {
            link.delayNs(random.between(0, 3_000_000));
        }
        if (random.flip()) {
            link.jitterNs(random.between(0, 1_000_000)).keepsOrder(random.flip());
        }
        if (random.chance(0.3)) {
            link.bitsPerSecond(random.between(1_000_000, 1_000_000_000))
                    .queueFrames(random.between(1, 100));
        }
        if (random.flip()) {
            link.loss(random.between(0, 100) / 200.0);
        }
        if (random.chance(0.3)) {
            link.duplicate(random.between(0, 100) / 100.0);
        }
        if (random.chance(0.3)) {
            link.reorder(random.between(0, 50) / 100.0, random.between(1, 2_000_000));
        }
        return link.build();
    }

    private static WireRig anyRig(Randomness random, WireSettings settings) {
        PoolOptions leftPool = anyPool(random);
        PoolOptions rightPool = anyPool(random);
        WireRig rig = new WireRig(settings, LONGEST - 14, LONGEST - 14, leftPool, rightPool);
        rig.nowNs = random.between(-2_000_000, 2_000_000);
        return rig;
    }

    private static PoolOptions anyPool(Randomness random) {
        int bufferLength = random.oneOf(512, 1024, 2048, 4096, 16384);
        return WireRig.pool(random.between(600, 2000), bufferLength);
    }

    /** Sends for a while, in bursts, and lets all arrive. */
    private static void run(Randomness random, WireRig rig, Sent fromA, Sent fromB) {
        for (int i = random.between(1, 60); i > 0; i--) {
            rig.a.post();
            rig.b.post();
            for (int burst = random.between(0, 20); burst > 0; burst--) {
                Host host = random.flip() ? rig.a : rig.b;
                host.send(rig.nowNs, (host == rig.a ? fromA : fromB).next(random, rig.nowNs));
            }
            hinder(random, rig);
            rig.runUntil(rig.nowNs + random.between(0, 500_000));
        }
        rig.leftNic.refusal = 0;
        rig.rightNic.refusal = 0;
        rig.drain();
    }

    private static void hinder(Randomness random, WireRig rig) {
        rig.leftNic.refusal = random.chance(0.2) ? VirtualInterface.RING_FULL : 0;
        rig.rightNic.refusal = random.chance(0.2) ? VirtualInterface.RING_FULL : 0;
    }

    @Test
    void everyFrameArrivesOrIsCounted() {
        Property.forAll(
                150,
                random -> {
                    WireSettings settings =
                            WireSettings.of(anyLink(random), anyLink(random), random.anyLong())
                                    .withPatienceNs(random.between(0, 1_000_000))
                                    .withStorageBytes(random.between(100_000, 10_000_000));
                    Sent fromA = new Sent();
                    Sent fromB = new Sent();
                    try (WireRig rig = anyRig(random, settings)) {
                        run(random, rig, fromA, fromB);
                        assertArrived(rig.wire.toRight(), rig.a, rig.left, rig.b, fromA);
                        assertArrived(rig.wire.toLeft(), rig.b, rig.right, rig.a, fromB);
                        assertEquals(0, rig.wire.toRight().framesInFlight());
                        assertEquals(0, rig.wire.toLeft().framesInFlight());
                        rig.assertAccounted(rig.wire.toRight());
                        rig.assertAccounted(rig.wire.toLeft());
                    }
                });
    }

    private static void assertArrived(
            WireDirection direction, Host from, Host in, Host to, Sent sent) {
        long shed = in.count(NicCounter.RECEIVE_DROPPED_NO_BUFFER);
        assertEquals(sent.frames.size(), from.count(NicCounter.TRANSMITTED_FRAMES));
        assertEquals(
                sent.frames.size(), direction.counters().get(WireCounter.RECEIVED_FRAMES) + shed);
        if (shed == 0) {
            assertEquals(sent.bytes, direction.counters().get(WireCounter.RECEIVED_BYTES));
        }
        assertEquals(direction.counters().get(WireCounter.TRANSMITTED_FRAMES), to.frames.size());
        assertEquals(
                direction.counters().get(WireCounter.TRANSMITTED_BYTES),
                to.frames.stream().mapToLong(frame -> frame.length).sum());
        for (int i = 0; i < to.frames.size(); i++) {
            byte[] frame = to.frames.get(i);
            assertArrayEquals(sent.frames.get(Frames.number(frame)), frame);
        }
    }

    @Test
    void noFrameIsEarlyAndNoneOvertakesUnlessItMay() {
        Property.forAll(
                150,
                random -> {
                    LinkSettings toRight = anyLink(random);
                    LinkSettings toLeft = anyLink(random);
                    Sent fromA = new Sent();
                    Sent fromB = new Sent();
                    WireSettings settings = WireSettings.of(toRight, toLeft, random.anyLong());
                    try (WireRig rig = anyRig(random, settings)) {
                        run(random, rig, fromA, fromB);
                        assertInTime(toRight, rig.b, fromA);
                        assertInTime(toLeft, rig.a, fromB);
                    }
                });
    }

    private static void assertInTime(LinkSettings link, Host to, Sent sent) {
        int last = -1;
        for (int i = 0; i < to.frames.size(); i++) {
            int number = Frames.number(to.frames.get(i));
            long travelledNs = to.timesNs.get(i) - sent.timesNs.get(number);
            assertTrue(travelledNs >= link.delayNs(), () -> travelledNs + " ns of " + link);
            if (link.reorder() == 0 && (link.jitterNs() == 0 || link.keepsOrder())) {
                assertTrue(number >= last, "overtaken");
                assertTrue(link.duplicate() > 0 || number > last, "twice");
            }
            last = number;
        }
    }

    @Test
    void withoutImpairmentsNothingIsLostAndAllIsInOrder() {
        Property.forAll(
                50,
                random -> {
                    LinkSettings delayed =
                            LinkSettings.builder().delayNs(random.between(0, 100_000)).build();
                    Sent fromA = new Sent();
                    Sent fromB = new Sent();
                    WireSettings settings = WireSettings.of(delayed, random.anyLong());
                    PoolOptions pool = WireRig.pool(4096, 2048);
                    try (WireRig rig =
                            new WireRig(settings, LONGEST - 14, LONGEST - 14, pool, pool)) {
                        run(random, rig, fromA, fromB);
                        assertEquals(fromA.frames.size(), rig.b.frames.size());
                        assertEquals(fromB.frames.size(), rig.a.frames.size());
                        assertInTime(delayed, rig.b, fromA);
                        assertInTime(delayed, rig.a, fromB);
                    }
                });
    }

    @Test
    void sharesAreAsAsked() {
        Property.forAll(
                6,
                random -> {
                    double share = random.between(1, 40) / 100.0;
                    int count = 20_000;
                    LinkSettings lossy = LinkSettings.builder().loss(share).build();
                    LinkSettings bad =
                            LinkSettings.builder().duplicate(share).corrupt(share).build();
                    WireSettings settings = WireSettings.of(lossy, bad, random.anyLong());
                    try (WireRig rig = new WireRig(settings)) {
                        for (int i = 0; i < count; i++) {
                            rig.a.send(rig.nowNs, Frames.frame(STRANGER, SOURCE, i, 60));
                            rig.b.send(rig.nowNs, Frames.frame(STRANGER, SOURCE, i, 60));
                            rig.settle();
                        }
                        assertShare(share, count - rig.b.frames.size(), count);
                        assertShare(share, rig.a.frames.size() - count, count);
                        long corrupted =
                                rig.wire.toLeft().impairments().get(LinkCounter.CORRUPTED_FRAMES);
                        assertShare(share, corrupted, count);
                        assertEquals(corrupted, damaged(rig.a), "and a bit of each");
                    }
                });
    }

    /** Six standard deviations: once in a thousand million. */
    private static void assertShare(double share, long hits, int count) {
        double deviation = Math.sqrt(count * share * (1 - share));
        assertEquals(count * share, (double) hits, 6 * deviation);
    }

    /** {@return the damaged frames, those that arrived twice counted once} */
    private static long damaged(Host host) {
        long damaged = 0;
        int number = 0;
        byte[] last = {};
        for (byte[] frame : host.frames) {
            // A duplicate is right behind its original, and damaged as that is.
            if (!Arrays.equals(last, frame)) {
                int bits = bitsBetween(Frames.frame(STRANGER, SOURCE, number++, 60), frame);
                assertTrue(bits <= 1, () -> bits + " bits are damaged");
                damaged += bits;
            }
            last = frame;
        }
        return damaged;
    }

    private static int bitsBetween(byte[] one, byte[] other) {
        int bits = 0;
        for (int i = 0; i < one.length; i++) {
            bits += Integer.bitCount((one[i] ^ other[i]) & 0xFF);
        }
        return bits;
    }
}
