package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.spi.NicCounter;
import onload.testkit.base.Property;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/** One direction of a cable between two NICs, seen from both ends. */
class EmulatedLinkTest {
    private static final long START_NS = 1_000_000_000L;

    private final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(42);
    private final EmulatedNic one = network.addNic(NicSettings.DEFAULT);
    private final EmulatedNic other =
            network.addNic(NicSettings.builder().rings(4096, 512).build());
    private final Host sender = new Host(one, 0, 2048);
    private final Host receiver = new Host(other, 0, 8192).post();
    private long nowNs = START_NS;

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
        network.close();
    }

    private EmulatedLink connect(LinkSettings.Builder settings) {
        return network.connect(one, other, settings.build(), LinkSettings.PERFECT).from(one);
    }

    private static LinkSettings.Builder link() {
        return LinkSettings.builder();
    }

    private void send(int... numbers) {
        for (int number : numbers) {
            assertEquals(0, sender.queue(Frames.frame(receiver, sender, number, 100)));
        }
        sender.port.ring(nowNs);
        sender.poll(nowNs);
    }

    /** Sends many frames, one at a time, so many nanoseconds apart. */
    private void stream(int count, long apartNs) {
        for (int i = 0; i < count; i++) {
            send(i);
            receiver.poll(nowNs);
            receiver.post();
            nowNs += apartNs;
        }
        receiver.poll(Long.MAX_VALUE);
    }

    private static long count(EmulatedLink link, LinkCounter counter) {
        return link.counters().get(counter);
    }

    // Time.

    @Test
    void aPerfectLinkDeliversAtOnce() {
        connect(link());
        send(1, 2, 3);
        receiver.poll(nowNs);
        assertEquals(List.of(1, 2, 3), receiver.numbers());
        assertEquals(List.of(nowNs, nowNs, nowNs), receiver.timesNs);
    }

    @Test
    void aFrameArrivesAfterTheDelayAndNotANanosecondBefore() {
        connect(link().delayNs(50_000));
        send(1);
        receiver.poll(nowNs + 49_999);
        assertEquals(0, receiver.frames.size());
        assertEquals(nowNs + 50_000, network.nextDueNs());
        receiver.poll(nowNs + 50_000);
        assertEquals(List.of(nowNs + 50_000), receiver.timesNs);
        assertEquals(Long.MAX_VALUE, network.nextDueNs());
    }

    @Test
    void aFrameIsStampedWithItsArrivalHoweverLateThePollIs() {
        connect(link().delayNs(7));
        send(1);
        receiver.poll(nowNs + 1_000_000);
        assertEquals(List.of(nowNs + 7), receiver.timesNs);
    }

    @Test
    void aRateSpreadsABatchBySerialisation() {
        // 100 bytes at 8 Mbit/s take 100 µs.
        connect(link().delayNs(5000).bitsPerSecond(8_000_000));
        send(1, 2, 3);
        receiver.poll(Long.MAX_VALUE);
        assertEquals(List.of(nowNs + 105_000, nowNs + 205_000, nowNs + 305_000), receiver.timesNs);
    }

    @Test
    void bothDirectionsHaveTheirOwnTime() {
        network.connect(one, other, link().delayNs(10).build(), link().delayNs(1_000).build());
        sender.post();
        send(1);
        receiver.send(nowNs, Frames.frame(sender, receiver, 2, 100));
        sender.poll(nowNs + 999);
        receiver.poll(nowNs + 10);
        assertEquals(1, receiver.frames.size());
        assertEquals(0, sender.frames.size());
        sender.poll(nowNs + 1000);
        assertEquals(1, sender.frames.size());
    }

    @Test
    void jitterAddsToTheDelayButKeepsTheOrder() {
        connect(link().delayNs(1000).jitterNs(500));
        int count = 2000;
        for (int i = 0; i < count; i++) {
            send(i);
            nowNs += 50;
        }
        receiver.poll(Long.MAX_VALUE);
        assertEquals(IntStream.range(0, count).boxed().toList(), receiver.numbers());
        for (int i = 0; i < count; i++) {
            long sentNs = START_NS + 50L * i;
            assertTrue(receiver.timesNs.get(i) >= sentNs + 1000);
            assertTrue(receiver.timesNs.get(i) <= sentNs + 1500, "clamped to one that was due");
        }
        assertTrue(new HashSet<>(receiver.timesNs).size() > 500, "the times differ");
    }

    @Test
    void jitterReordersWhereItMay() {
        connect(link().delayNs(1000).jitterNs(500).keepsOrder(false));
        int count = 2000;
        for (int i = 0; i < count; i++) {
            send(i);
            nowNs += 50;
        }
        receiver.poll(Long.MAX_VALUE);
        List<Integer> inOrder = IntStream.range(0, count).boxed().toList();
        assertNotEquals(inOrder, receiver.numbers());
        assertEquals(inOrder, receiver.numbers().stream().sorted().toList());
        List<Long> sorted = new ArrayList<>(receiver.timesNs);
        Collections.sort(sorted);
        assertEquals(sorted, receiver.timesNs, "delivered in the order of arrival");
    }

    // The queue.

    @Test
    void theQueueOverflowsAtItsLimitAndDropsTheLast() {
        EmulatedLink link = connect(link().bitsPerSecond(8_000_000).queueFrames(3));
        send(1, 2, 3, 4, 5);
        receiver.poll(Long.MAX_VALUE);
        assertEquals(List.of(1, 2, 3), receiver.numbers());
        assertEquals(2, count(link, LinkCounter.DROPPED_QUEUE_FULL));
        assertEquals(5, sender.count(NicCounter.TRANSMITTED_FRAMES), "the NIC has sent them");
    }

    @Test
    void theQueueHasRoomAgainWhenAFrameHasLeft() {
        EmulatedLink link = connect(link().bitsPerSecond(8_000_000).queueFrames(1));
        send(1);
        nowNs += 99_999;
        send(2);
        nowNs += 1;
        send(3);
        receiver.poll(Long.MAX_VALUE);
        assertEquals(List.of(1, 3), receiver.numbers());
        assertEquals(1, count(link, LinkCounter.DROPPED_QUEUE_FULL));
    }

    // Loss and the rest, by chance.

    @Test
    void lossTakesItsShareAndIsCounted() {
        EmulatedLink link = connect(link().loss(0.3));
        stream(5000, 10);
        long lost = count(link, LinkCounter.LOST_AT_RANDOM);
        assertEquals(1500, (double) lost, 200);
        assertEquals(5000 - lost, receiver.frames.size());
        assertEquals(receiver.frames.size(), count(link, LinkCounter.DELIVERED_FRAMES));
    }

    @Test
    void burstLossIsCountedByItself() {
        EmulatedLink link = connect(link().burstLoss(BurstLoss.of(0.05, 0.2)));
        stream(5000, 10);
        long lost = count(link, LinkCounter.LOST_IN_BURST);
        assertEquals(1000, (double) lost, 250);
        assertEquals(5000 - lost, receiver.frames.size());
        assertEquals(0, count(link, LinkCounter.LOST_AT_RANDOM));
    }

    @Test
    void aLostFrameHasUsedTheLink() {
        connect(link().bitsPerSecond(8_000_000).loss(1)).settings();
        send(1);
        network.cables().getFirst().from(one).settings(link().bitsPerSecond(8_000_000).build());
        send(2);
        receiver.poll(Long.MAX_VALUE);
        assertEquals(List.of(nowNs + 200_000), receiver.timesNs);
    }

    @Test
    void aDuplicateArrivesRightBehindItsOriginal() {
        EmulatedLink link = connect(link().delayNs(100).duplicate(1));
        send(1, 2);
        receiver.poll(Long.MAX_VALUE);
        assertEquals(List.of(1, 1, 2, 2), receiver.numbers());
        assertEquals(Collections.nCopies(4, nowNs + 100), receiver.timesNs);
        assertArrayEquals(receiver.frames.get(0), receiver.frames.get(1));
        assertEquals(2, count(link, LinkCounter.DUPLICATED_FRAMES));
    }

    @Test
    void aFrameHeldBackIsOvertakenByThoseOfThatTime() {
        EmulatedLink link = connect(link().delayNs(100).reorder(1, 1000));
        send(1);
        link.settings(link().delayNs(100).build());
        nowNs += 10;
        send(2);
        nowNs += 2000;
        send(3);
        receiver.poll(Long.MAX_VALUE);
        assertEquals(List.of(2, 1, 3), receiver.numbers());
        assertEquals(List.of(START_NS + 110, START_NS + 1100, START_NS + 2110), receiver.timesNs);
        assertEquals(1, count(link, LinkCounter.HELD_BACK_FRAMES));
    }

    @Test
    void reorderingStrikesWithItsProbability() {
        EmulatedLink link = connect(link().reorder(0.1, 1_000_000));
        stream(5000, 10);
        assertEquals(5000, receiver.frames.size());
        assertEquals(500, (double) count(link, LinkCounter.HELD_BACK_FRAMES), 130);
        assertNotEquals(IntStream.range(0, 5000).boxed().toList(), receiver.numbers());
    }

    @Test
    void corruptionFlipsExactlyOneBit() {
        EmulatedLink link = connect(link().corrupt(1));
        // For another station, so that the NIC must take what has its address changed.
        int arrived = 0;
        for (int i = 0; i < 500; i++) {
            send(i);
            receiver.poll(nowNs);
            receiver.post();
            if (receiver.frames.size() > arrived) {
                arrived++;
                byte[] sent = Frames.frame(receiver, sender, i, 100);
                assertEquals(1, differentBits(sent, receiver.frames.getLast()));
            }
        }
        assertEquals(500, count(link, LinkCounter.CORRUPTED_FRAMES));
        assertEquals(500, arrived + receiver.count(NicCounter.RECEIVE_DROPPED_OTHER_ADDRESS));
        assertTrue(arrived > 400);
    }

    private static int differentBits(byte[] one, byte[] other) {
        assertEquals(one.length, other.length);
        int bits = 0;
        for (int i = 0; i < one.length; i++) {
            bits += Integer.bitCount((one[i] ^ other[i]) & 0xFF);
        }
        return bits;
    }

    @Test
    void corruptionDoesNotTouchTheSendersMemory() {
        connect(link().corrupt(1));
        byte[] frame = Frames.frame(receiver, sender, 1, 100);
        int packet = sender.packet(frame);
        sender.pool.retain(packet);
        sender.port.transmit(packet);
        sender.port.ring(nowNs);
        sender.poll(nowNs);
        byte[] kept = new byte[100];
        sender.pool.buffers().memory().getBytes(sender.pool.buffers().data(packet), kept);
        assertArrayEquals(frame, kept);
        sender.pool.release(packet);
    }

    // Seeds.

    private static List<Object> trace(long seed, LinkSettings settings, boolean busyNeighbour) {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(seed)) {
            EmulatedNic a = network.addNic(NicSettings.DEFAULT);
            EmulatedNic b = network.addNic(NicSettings.DEFAULT);
            network.connect(a, b, settings);
            List<Object> trace = new ArrayList<>();
            try (Host from = new Host(a);
                    Host to = new Host(b)) {
                if (busyNeighbour) {
                    // The other direction of the same cable draws as much as it likes.
                    from.post();
                }
                long nowNs = START_NS;
                for (int i = 0; i < 500; i++) {
                    to.post();
                    from.send(nowNs, Frames.frame(to, from, i, 60 + i));
                    if (busyNeighbour) {
                        to.send(nowNs, Frames.frame(from, to, i, 60 + i));
                        from.post();
                    }
                    from.poll(nowNs);
                    to.poll(nowNs);
                    nowNs += 1000;
                }
                to.poll(Long.MAX_VALUE);
                to.frames.forEach(frame -> trace.add(java.util.HexFormat.of().formatHex(frame)));
                trace.addAll(to.timesNs);
            }
            return trace;
        }
    }

    private static final LinkSettings EVERYTHING =
            link().delayNs(2000)
                    .jitterNs(5000)
                    .keepsOrder(false)
                    .bitsPerSecond(1_000_000_000)
                    .loss(0.1)
                    .burstLoss(BurstLoss.of(0.02, 0.3))
                    .duplicate(0.1)
                    .reorder(0.1, 3000)
                    .corrupt(0.1)
                    .build();

    @Test
    void oneSeedGivesOneTraceToTheLastBit() {
        Property.forAll(
                10,
                random -> {
                    long seed = random.anyLong();
                    assertEquals(trace(seed, EVERYTHING, false), trace(seed, EVERYTHING, false));
                });
    }

    @Test
    void anotherSeedGivesAnotherTrace() {
        assertNotEquals(trace(1, EVERYTHING, false), trace(2, EVERYTHING, false));
    }

    @Test
    void trafficOnAnotherLinkDoesNotMoveTheDrawsOfThisOne() {
        assertEquals(trace(3, EVERYTHING, false), trace(3, EVERYTHING, true));
    }

    // MTU.

    @Test
    void aFrameThatTheLinkIsTooNarrowForIsDroppedThere() {
        EmulatedLink link = connect(link().mtu(500));
        sender.send(
                nowNs,
                Frames.frame(receiver, sender, 1, 514),
                Frames.frame(receiver, sender, 2, 515));
        receiver.poll(nowNs);
        assertEquals(List.of(1), receiver.numbers());
        assertEquals(1, count(link, LinkCounter.DROPPED_TOO_LONG));
    }

    @Test
    void vlanTagsAreNotCountedByTheMtu() {
        EmulatedLink link = connect(link().mtu(500));
        for (int tags = 0; tags <= 3; tags++) {
            byte[] fits = tagged(tags, 500);
            byte[] tooLong = tagged(tags, 501);
            sender.send(nowNs, fits, tooLong);
        }
        receiver.poll(nowNs);
        assertEquals(3, receiver.frames.size(), "a third tag is payload");
        assertEquals(5, count(link, LinkCounter.DROPPED_TOO_LONG));
    }

    private byte[] tagged(int tags, int payload) {
        byte[] frame = Frames.frame(receiver, sender, 1, 14 + 4 * tags + payload);
        for (int i = 0; i < tags; i++) {
            frame[12 + 4 * i] = (byte) 0x81;
            frame[13 + 4 * i] = 0;
        }
        frame[12 + 4 * tags] = 8;
        frame[13 + 4 * tags] = 0;
        return frame;
    }

    // Up and down, and changes.

    @Test
    void whatIsOnTheWayWhenTheCableIsCutIsLost() {
        EmulatedLink link = connect(link().delayNs(1000).reorder(0.5, 100));
        EmulatedCable cable = network.cables().getFirst();
        send(1, 2, 3, 4, 5, 6, 7, 8);
        cable.up(false);
        cable.up(true);
        receiver.poll(Long.MAX_VALUE);
        assertEquals(0, receiver.frames.size());
        assertEquals(8, count(link, LinkCounter.LOST_LINK_DOWN));
        assertEquals(0, network.framesInFlight());
    }

    @Test
    void aNicWhoseLinkIsDownSendsNothingAndCountsIt() {
        EmulatedLink link = connect(link());
        network.cables().getFirst().up(false);
        assertFalse(sender.port.isLinkUp());
        send(1, 2);
        assertEquals(2, sender.transmitted.size(), "completed all the same");
        assertEquals(2, sender.count(NicCounter.TRANSMIT_DROPPED_LINK_DOWN));
        assertEquals(0, sender.count(NicCounter.TRANSMITTED_FRAMES));
        assertEquals(0, count(link, LinkCounter.ENTERED_FRAMES));
        network.cables().getFirst().up(true);
        send(3);
        receiver.poll(nowNs);
        assertEquals(List.of(3), receiver.numbers());
    }

    @Test
    void bothNicsHearOfTheLinkInTheNextPoll() {
        connect(link());
        EmulatedCable cable = network.cables().getFirst();
        sender.poll(nowNs);
        sender.linkChanges.clear();
        receiver.poll(nowNs);
        receiver.linkChanges.clear();
        cable.up(false);
        cable.up(false);
        assertEquals(0, receiver.port.poll(nowNs, receiver, 1), "not counted among the events");
        sender.poll(nowNs);
        assertEquals(List.of(false), receiver.linkChanges);
        assertEquals(List.of(false), sender.linkChanges);
        cable.up(true);
        receiver.poll(nowNs);
        receiver.poll(nowNs);
        assertEquals(List.of(false, true), receiver.linkChanges);
    }

    @Test
    void aLinkThatWentDownAndUpBetweenTwoPollsIsToldAsThat() {
        connect(link());
        EmulatedCable cable = network.cables().getFirst();
        receiver.poll(nowNs);
        receiver.linkChanges.clear();
        cable.up(false);
        cable.up(true);
        receiver.poll(nowNs);
        assertEquals(List.of(false, true), receiver.linkChanges);
    }

    @Test
    void aSlowLinkThatIsCutForgetsItsQueue() {
        connect(link().bitsPerSecond(8_000_000).queueFrames(2));
        send(1, 2);
        network.cables().getFirst().up(false);
        network.cables().getFirst().up(true);
        send(3, 4);
        receiver.poll(Long.MAX_VALUE);
        assertEquals(List.of(nowNs + 100_000, nowNs + 200_000), receiver.timesNs);
    }

    @Test
    void aLinkThatBecomesFasterDoesNotLetFramesOvertake() {
        EmulatedLink link = connect(link().delayNs(1000));
        send(1);
        link.settings(LinkSettings.PERFECT);
        send(2);
        receiver.poll(Long.MAX_VALUE);
        assertEquals(List.of(1, 2), receiver.numbers());
        assertEquals(List.of(nowNs + 1000, nowNs + 1000), receiver.timesNs);
    }

    @Test
    void aRateThatIsTakenAwayDoesNotLetFramesOvertake() {
        EmulatedLink link = connect(link().bitsPerSecond(8_000_000));
        send(1, 2);
        link.settings(LinkSettings.PERFECT);
        assertEquals(LinkSettings.PERFECT, link.settings());
        send(3);
        receiver.poll(Long.MAX_VALUE);
        assertEquals(List.of(1, 2, 3), receiver.numbers());
    }
}
