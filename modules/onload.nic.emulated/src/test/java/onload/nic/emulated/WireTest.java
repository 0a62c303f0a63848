package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.emulated.wire.Wire;
import onload.nic.emulated.wire.WireCounter;
import onload.nic.emulated.wire.WireSettings;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.testkit.base.AllocatedBytes;
import onload.wire.MacAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

class WireTest {
    private static final long STRANGER = 0x02_00_00_00_77_77L;
    private static final long SOURCE = 0x02_00_00_00_88_88L;
    private static final long MS = 1_000_000;
    private static final LinkSettings DELAYED = LinkSettings.builder().delayNs(MS).build();

    private static byte[] frame(int number, int length) {
        return Frames.frame(STRANGER, SOURCE, number, length);
    }

    private static void assertFrames(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size(), "frames");
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i));
        }
    }

    private static List<Integer> numbersTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    // What goes across.

    @Test
    void framesOfEveryLengthGoAcrossBothWays() {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            List<byte[]> sent = new ArrayList<>();
            for (int length = Frames.SHORTEST; length <= 1514; length++) {
                byte[] frame = frame(length, length);
                sent.add(frame);
                rig.a.send(rig.nowNs, frame);
                rig.b.send(rig.nowNs, frame);
                rig.settle();
            }
            assertFrames(sent, rig.b.frames);
            assertFrames(sent, rig.a.frames);
        }
    }

    @Test
    void aFrameOfAHeaderAloneGoesAcross() {
        try (WireRig rig = new WireRig(DELAYED)) {
            byte[] header = Arrays.copyOf(frame(1, Frames.SHORTEST), 14);
            rig.a.send(rig.nowNs, header);
            rig.drain();
            assertFrames(List.of(header), rig.b.frames);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {STRANGER, MacAddress.BROADCAST, 0x01_00_5E_00_00_01L, 0})
    void framesForAnybodyGoAcross(long destination) {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            byte[] frame = Frames.frame(destination, SOURCE, 1, 60);
            rig.a.send(rig.nowNs, frame);
            rig.b.send(rig.nowNs, frame);
            rig.settle();
            assertFrames(List.of(frame), rig.b.frames);
            assertFrames(List.of(frame), rig.a.frames);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,1500", "1,1500", "2,1500", "0,9000", "2,9000"})
    void vlanTagsComeOnTopOfTheMtu(int tags, int mtu) {
        PoolOptions pool = WireRig.pool(4096, 2048);
        try (WireRig rig = new WireRig(WireSettings.of(DELAYED, 1), mtu, mtu, pool, pool)) {
            byte[] longest = tagged(frame(1, mtu + 14 + 4 * tags), tags);
            rig.a.send(rig.nowNs, longest);
            rig.drain();
            assertFrames(List.of(longest), rig.b.frames);
        }
    }

    private static byte[] tagged(byte[] frame, int tags) {
        for (int i = 0; i < tags; i++) {
            frame[12 + 4 * i] = (byte) (i == tags - 1 ? 0x81 : 0x88);
            frame[13 + 4 * i] = (byte) (i == tags - 1 ? 0x00 : 0xA8);
        }
        return frame;
    }

    @Test
    void aFrameBeyondTheSmallerMtuIsDroppedAndCounted() {
        PoolOptions pool = WireRig.pool(4096, 2048);
        WireSettings settings = WireSettings.of(DELAYED, 1);
        try (WireRig rig = new WireRig(settings, 9000, 1500, pool, pool)) {
            rig.a.send(rig.nowNs, frame(1, 1515), frame(2, 1514), tagged(frame(3, 1519), 1));
            rig.drain();
            assertEquals(List.of(2), rig.b.numbers());
            assertEquals(2, rig.wire.toRight().impairments().get(LinkCounter.DROPPED_TOO_LONG));
        }
    }

    @ParameterizedTest
    @CsvSource({"2048,2048", "512,16384", "16384,512", "512,512"})
    void jumboFramesGoAcrossInAsManyBuffersAsTheyNeed(int leftBuffer, int rightBuffer) {
        PoolOptions leftPool = WireRig.pool(4096, leftBuffer);
        PoolOptions rightPool = WireRig.pool(4096, rightBuffer);
        WireSettings settings = WireSettings.of(DELAYED, 1);
        try (WireRig rig = new WireRig(settings, 9000, 9000, leftPool, rightPool)) {
            List<byte[]> sent = new ArrayList<>();
            for (int length = 18; length <= 9014; length += 59) {
                byte[] frame = frame(length, length);
                sent.add(frame);
                rig.a.send(rig.nowNs, frame);
                rig.b.send(rig.nowNs, frame);
                rig.drain();
            }
            assertFrames(sent, rig.b.frames);
            assertFrames(sent, rig.a.frames);
        }
    }

    @Test
    void theLongestFrameThatThereIsGoesAcross() {
        PoolOptions pool = WireRig.pool(4096, 2048);
        WireSettings settings = WireSettings.of(DELAYED, 1);
        try (WireRig rig = new WireRig(settings, 65535, 65535, pool, pool)) {
            byte[] longest = tagged(frame(1, 65535 + 22), 2);
            rig.a.send(rig.nowNs, longest);
            rig.drain();
            assertFrames(List.of(longest), rig.b.frames);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 1_000_000, Integer.MAX_VALUE})
    void whatANicClaimsAboutAFramesLengthIsNotBelieved(int claimed) {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            rig.leftNic.claimedLength = claimed;
            byte[] frame = frame(1, 1000);
            rig.a.send(rig.nowNs, frame);
            rig.settle();
            assertFrames(List.of(frame), rig.b.frames);
        }
    }

    // When.

    @ParameterizedTest
    @ValueSource(longs = {0, -5 * MS, -1, 1L << 61, Long.MIN_VALUE / 2})
    void aFrameArrivesAfterItsDelayAndNotBefore(long startNs) {
        try (WireRig rig = new WireRig(DELAYED)) {
            rig.nowNs = startNs;
            rig.a.send(rig.nowNs, frame(1, 60));
            rig.settle();
            assertEquals(startNs + MS, rig.wire.nextDueNs());
            rig.runUntil(startNs + MS - 1);
            assertEquals(List.of(), rig.b.numbers());
            assertEquals(1, rig.wire.toRight().framesInFlight());
            rig.runUntil(startNs + MS);
            assertEquals(List.of(1), rig.b.numbers());
            assertEquals(Long.MAX_VALUE, rig.wire.nextDueNs());
        }
    }

    @Test
    void withoutImpairmentsAFrameArrivesInTheSameCall() {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            rig.a.send(rig.nowNs, frame(1, 60));
            rig.wire.work(rig.nowNs);
            rig.b.post();
            rig.a.send(rig.nowNs, frame(2, 60));
            rig.wire.work(rig.nowNs);
            rig.b.poll(rig.nowNs);
            assertEquals(List.of(2), rig.b.numbers());
            assertEquals(1, rig.b.count(NicCounter.RECEIVE_DROPPED_NO_BUFFER));
        }
    }

    @Test
    void eachDirectionHasItsOwnImpairments() {
        LinkSettings lossy = LinkSettings.builder().loss(1).build();
        try (WireRig rig = new WireRig(WireSettings.of(DELAYED, lossy, 1))) {
            rig.a.send(rig.nowNs, frame(1, 60));
            rig.b.send(rig.nowNs, frame(2, 60));
            rig.drain();
            assertEquals(List.of(1), rig.b.numbers());
            assertEquals(List.of(), rig.a.numbers());
            assertEquals(MS, rig.nowNs);
            assertEquals(1, rig.wire.toLeft().impairments().get(LinkCounter.LOST_AT_RANDOM));
        }
    }

    @Test
    void aRateHoldsTheFramesApart() {
        LinkSettings rated = LinkSettings.builder().bitsPerSecond(8_000_000).build();
        try (WireRig rig = new WireRig(rated)) {
            rig.a.send(rig.nowNs, frame(0, 1000), frame(1, 1000), frame(2, 1000));
            rig.drain();
            assertEquals(List.of(MS, 2 * MS, 3 * MS), rig.b.timesNs);
        }
    }

    @Test
    void chanceDoesWhatItDoesOnACableOfThatSeed() {
        LinkSettings bad =
                LinkSettings.builder()
                        .delayNs(MS)
                        .jitterNs(MS)
                        .loss(0.1)
                        .duplicate(0.1)
                        .reorder(0.1, MS)
                        .corrupt(0.1)
                        .build();
        long seed = 42;
        EmulatedNetwork cabled = EmulatedNetwork.onVirtualTime(seed);
        Host one = new Host(cabled.addNic(NicSettings.DEFAULT)).post();
        Host other = new Host(cabled.addNic(promiscuous())).post();
        cabled.connect(one.nic, other.nic, bad);
        try (WireRig rig = new WireRig(WireSettings.of(bad, seed))) {
            for (int i = 0; i < 200; i++) {
                rig.runUntil(i * 50_000L);
                byte[] frame = frame(i, 100);
                rig.a.send(rig.nowNs, frame);
                one.send(rig.nowNs, frame);
                one.poll(rig.nowNs);
            }
            rig.drain();
            other.poll(rig.nowNs);
            assertTrue(other.frames.size() > 100);
            assertFrames(other.frames, rig.b.frames);
            assertEquals(other.timesNs, rig.b.timesNs);
        } finally {
            one.close();
            other.close();
            cabled.close();
        }
    }

    private static NicSettings promiscuous() {
        return NicSettings.builder().promiscuous(true).build();
    }

    // When the far end is not ready.

    @Test
    void aFullRingIsTriedAgainAndNothingIsLostNorOvertaken() {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            rig.rightNic.refusal = VirtualInterface.RING_FULL;
            for (int i = 0; i < 100; i++) {
                rig.a.send(rig.nowNs, frame(i, 60));
            }
            rig.settle();
            assertEquals(100, rig.wire.toRight().framesInFlight());
            assertEquals(1, rig.wire.toRight().counters().get(WireCounter.WAITS));
            assertTrue(rig.wire.nextDueNs() > rig.nowNs, "it would spin");
            assertTrue(rig.wire.nextDueNs() <= rig.nowNs + MS, "it would sleep");
            rig.nowNs += WireSettings.DEFAULT_PATIENCE_NS - 1;
            rig.settle();
            assertEquals(100, rig.wire.toRight().framesInFlight());
            rig.rightNic.refusal = 0;
            rig.settle();
            assertEquals(numbersTo(100), rig.b.numbers());
        }
    }

    @Test
    void aRingThatStaysFullCostsTheFrame() {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            rig.rightNic.refusal = VirtualInterface.RING_FULL;
            rig.a.send(rig.nowNs, frame(1, 60), frame(2, 60));
            rig.drain();
            assertTrue(
                    rig.nowNs >= WireSettings.DEFAULT_PATIENCE_NS
                            && rig.nowNs <= WireSettings.DEFAULT_PATIENCE_NS + 100_000,
                    () -> "after " + rig.nowNs);
            assertEquals(2, rig.wire.toRight().counters().get(WireCounter.DROPPED_RING_FULL));
            assertEquals(0, rig.wire.toRight().framesInFlight());
            rig.rightNic.refusal = 0;
            rig.a.send(rig.nowNs, frame(3, 60));
            rig.settle();
            assertEquals(List.of(3), rig.b.numbers());
        }
    }

    @Test
    void theOtherDirectionGoesOnWhileOneWaits() {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            rig.rightNic.refusal = VirtualInterface.RING_FULL;
            rig.a.send(rig.nowNs, frame(1, 60));
            rig.b.send(rig.nowNs, frame(2, 60));
            rig.settle();
            assertEquals(List.of(2), rig.a.numbers());
        }
    }

    @Test
    void aFrameThatIsLateBecauseNobodyCalledIsWaitedForAllTheSame() {
        try (WireRig rig = new WireRig(DELAYED)) {
            rig.a.send(rig.nowNs, frame(1, 60));
            rig.settle();
            rig.nowNs += 100 * WireSettings.DEFAULT_PATIENCE_NS;
            rig.rightNic.refusal = VirtualInterface.RING_FULL;
            rig.settle();
            assertEquals(1, rig.wire.toRight().framesInFlight());
            rig.rightNic.refusal = 0;
            rig.settle();
            assertEquals(List.of(1), rig.b.numbers());
        }
    }

    @Test
    void patienceBeginsAnewOnceAFrameWentOut() {
        try (WireRig rig = new WireRig(DELAYED)) {
            for (int i = 0; i < 2; i++) {
                rig.a.send(rig.nowNs, frame(i, 60));
                rig.settle();
                rig.nowNs += 100 * WireSettings.DEFAULT_PATIENCE_NS;
                rig.rightNic.refusal = VirtualInterface.RING_FULL;
                rig.settle();
                rig.rightNic.refusal = 0;
                rig.settle();
            }
            assertEquals(List.of(0, 1), rig.b.numbers());
        }
    }

    @Test
    void aFrameThatComesWhileTheRingIsFullForLongIsWaitedForToo() {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            rig.rightNic.refusal = VirtualInterface.RING_FULL;
            rig.a.send(rig.nowNs, frame(1, 60));
            rig.drain();
            rig.a.send(rig.nowNs, frame(2, 60));
            rig.settle();
            assertEquals(1, rig.wire.toRight().framesInFlight());
            rig.rightNic.refusal = 0;
            rig.settle();
            assertEquals(List.of(2), rig.b.numbers());
        }
    }

    @Test
    void withoutPatienceAFullRingCostsTheFrameAtOnce() {
        WireSettings hasty = WireSettings.of(LinkSettings.PERFECT, 1).withPatienceNs(0);
        try (WireRig rig = new WireRig(hasty)) {
            rig.rightNic.refusal = VirtualInterface.RING_FULL;
            rig.a.send(rig.nowNs, frame(1, 60));
            rig.settle();
            assertEquals(1, rig.wire.toRight().counters().get(WireCounter.DROPPED_RING_FULL));
        }
    }

    @ParameterizedTest
    @CsvSource({
        VirtualInterface.TOO_LONG + ",DROPPED_TOO_LONG",
        VirtualInterface.CLOSED + ",DROPPED_CLOSED",
        "-77,DROPPED_CLOSED"
    })
    void whatTheFarNicRefusesForGoodIsDropped(int answer, WireCounter counter) {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            rig.rightNic.refusal = answer;
            rig.a.send(rig.nowNs, frame(1, 60));
            rig.settle();
            assertEquals(1, rig.rightNic.refused);
            assertEquals(1, rig.wire.toRight().counters().get(counter));
        }
    }

    @Test
    void aNicThatIsClosedUnderTheWireCostsFramesAndNothingElse() {
        try (WireRig rig = new WireRig(DELAYED)) {
            rig.a.send(rig.nowNs, frame(1, 60));
            rig.settle();
            rig.right.port.close();
            rig.drain();
            assertEquals(1, rig.wire.toRight().counters().get(WireCounter.DROPPED_CLOSED));
        }
    }

    @Test
    void aPoolWithoutBuffersIsWaitedForAndFramesOfSeveralBuffersLeaveNoneBehind() {
        PoolOptions pool = WireRig.pool(4096, 2048);
        PoolOptions small = WireRig.pool(64, 2048);
        WireSettings settings = WireSettings.of(LinkSettings.PERFECT, 1);
        try (WireRig rig = new WireRig(settings, 9000, 9000, pool, small)) {
            List<Integer> taken = new ArrayList<>();
            while (rig.right.pool.available() > 3) {
                taken.add(rig.right.pool.allocate(PacketPool.SEND));
            }
            rig.a.send(rig.nowNs, frame(1, 9000), frame(2, 9000));
            rig.settle();
            assertEquals(2, rig.wire.toRight().framesInFlight());
            assertEquals(3, rig.right.pool.available());
            rig.drain();
            assertEquals(2, rig.wire.toRight().counters().get(WireCounter.DROPPED_NO_BUFFER));
            taken.forEach(rig.right.pool::release);
            rig.a.send(rig.nowNs, frame(3, 9000));
            rig.settle();
            assertEquals(List.of(3), rig.b.numbers());
        }
    }

    @Test
    void poolsThatFitInOneHandCarryAFloodInTurns() {
        PoolOptions tiny = WireRig.pool(4, 2048);
        WireSettings settings = WireSettings.of(LinkSettings.PERFECT, 1);
        try (WireRig rig = new WireRig(settings, 1500, 1500, tiny, tiny)) {
            for (int i = 0; i < 1000; i++) {
                rig.a.send(rig.nowNs, frame(i, 1000));
                rig.b.send(rig.nowNs, frame(i, 1000));
                rig.settle();
            }
            assertEquals(numbersTo(1000), rig.b.numbers());
            assertEquals(numbersTo(1000), rig.a.numbers());
        }
    }

    @Test
    void moreFramesThanARingComeOutAtOnceAndAllArrive() {
        try (WireRig rig = new WireRig(DELAYED)) {
            for (int i = 0; i < 10_000; i++) {
                rig.a.send(rig.nowNs, frame(i, 60));
                rig.settle();
            }
            assertEquals(10_000, rig.wire.toRight().framesInFlight());
            rig.nowNs += MS;
            rig.settle();
            assertEquals(numbersTo(10_000), rig.b.numbers());
        }
    }

    @Test
    void framesInFlightAreBounded() {
        WireSettings settings = WireSettings.of(DELAYED, 1).withStorageBytes(100_000);
        try (WireRig rig = new WireRig(settings)) {
            for (int i = 0; i < 200; i++) {
                rig.a.send(rig.nowNs, frame(i, 1514));
                rig.settle();
            }
            long dropped = rig.wire.toRight().impairments().get(LinkCounter.DROPPED_NO_ROOM);
            assertEquals(200 - 100_000 / 1600, dropped);
            rig.drain();
            assertEquals(200 - dropped, rig.b.frames.size());
        }
    }

    // Checksums.

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aChecksumThatTheSenderLeftToTheNicIsFilledIn(int kind) {
        try (WireRig rig = new WireRig(DELAYED)) {
            byte[] right = Checksummed.frame(kind);
            rig.leftNic.receivedFlags = PacketBuffers.CHECKSUM_VERIFIED;
            rig.a.send(rig.nowNs, Checksummed.unfilled(kind), right);
            rig.drain();
            assertFrames(List.of(right, right), rig.b.frames);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aWrongChecksumOfWhichNobodySaidItIsRightStaysWrong(int kind) {
        try (WireRig rig = new WireRig(DELAYED)) {
            byte[] wrong = Checksummed.unfilled(kind);
            rig.a.send(rig.nowNs, wrong);
            rig.drain();
            assertFrames(List.of(wrong), rig.b.frames);
        }
    }

    @Test
    void aDatagramThatHasNoChecksumKeepsNone() {
        try (WireRig rig = new WireRig(DELAYED)) {
            byte[] none = Checksummed.frame(Checksummed.UDP4);
            none[Checksummed.field(Checksummed.UDP4)] = 0;
            none[Checksummed.field(Checksummed.UDP4) + 1] = 0;
            rig.leftNic.receivedFlags = PacketBuffers.CHECKSUM_VERIFIED;
            rig.a.send(rig.nowNs, none);
            rig.drain();
            assertFrames(List.of(none), rig.b.frames);
        }
    }

    @Test
    void whatIsNoTcpOrUdpIsLetBeWhateverTheNicSays() {
        try (WireRig rig = new WireRig(DELAYED)) {
            rig.leftNic.receivedFlags = PacketBuffers.CHECKSUM_VERIFIED;
            byte[] frame = frame(1, 200);
            byte[] cut = Arrays.copyOf(Checksummed.frame(Checksummed.TCP4), 40);
            rig.a.send(rig.nowNs, frame, cut);
            rig.drain();
            assertFrames(List.of(frame, cut), rig.b.frames);
        }
    }

    @Test
    void damageIsDoneAfterTheChecksumIsFilledInSoThatItIsFound() {
        LinkSettings corrupting = LinkSettings.builder().corrupt(1).build();
        try (WireRig rig = new WireRig(corrupting)) {
            rig.leftNic.receivedFlags = PacketBuffers.CHECKSUM_VERIFIED;
            rig.a.send(rig.nowNs, Checksummed.unfilled(Checksummed.TCP4));
            rig.drain();
            byte[] right = Checksummed.frame(Checksummed.TCP4);
            byte[] arrived = rig.b.frames.getFirst();
            int bits = 0;
            for (int i = 0; i < right.length; i++) {
                bits += Integer.bitCount((right[i] ^ arrived[i]) & 0xFF);
            }
            assertEquals(1, bits);
        }
    }

    // Its end.

    @Test
    void closingLosesWhatIsInFlightAndCountsIt() {
        try (WireRig rig = new WireRig(DELAYED)) {
            rig.a.send(rig.nowNs, frame(1, 60), frame(2, 60));
            rig.settle();
            rig.wire.close();
            assertEquals(0, rig.wire.toRight().framesInFlight());
            assertEquals(2, rig.wire.toRight().impairments().get(LinkCounter.LOST_LINK_DOWN));
            assertEquals(Long.MAX_VALUE, rig.wire.nextDueNs());
            rig.nowNs += MS;
            assertEquals(0, rig.wire.work(rig.nowNs));
            assertFalse(rig.wire.prime());
            rig.b.poll(rig.nowNs);
            assertEquals(List.of(), rig.b.numbers());
        }
    }

    @Test
    void closingDropsTheFrameThatWaits() {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            rig.rightNic.refusal = VirtualInterface.RING_FULL;
            rig.a.send(rig.nowNs, frame(1, 60), frame(2, 60));
            rig.settle();
            rig.wire.close();
            rig.wire.close();
            assertEquals(1, rig.wire.toRight().counters().get(WireCounter.DROPPED_CLOSED));
            assertEquals(1, rig.wire.toRight().impairments().get(LinkCounter.LOST_LINK_DOWN));
        }
    }

    @Test
    void closingLeavesTheNicsOpen() {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            rig.wire.close();
            assertTrue(rig.left.port.isLinkUp());
            assertTrue(rig.right.port.isLinkUp());
        }
    }

    // Sleeping.

    @Test
    void primingSaysWhetherSomethingIsThere() {
        try (WireRig rig = new WireRig(LinkSettings.PERFECT)) {
            rig.settle();
            assertTrue(rig.wire.prime());
            rig.b.send(rig.nowNs, frame(1, 60));
            assertFalse(rig.wire.prime());
            rig.settle();
            assertTrue(rig.wire.prime());
        }
    }

    // Misuse.

    @Test
    void oneNicCannotBeBothEnds() {
        EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
        try (Host host = new Host(network.addNic(NicSettings.DEFAULT))) {
            WireSettings settings = WireSettings.of(LinkSettings.PERFECT, 1);
            assertThrows(
                    IllegalArgumentException.class, () -> new Wire(host.port, host.port, settings));
        }
    }

    @Test
    void aPoolThatIsTooSmallForAFrameIsRefused() {
        NicSettings jumbo = NicSettings.builder().mtu(9000).promiscuous(true).build();
        assertRefused(jumbo, WireRig.pool(16, 2048), "expected 24 or more");
    }

    @Test
    void aNicThatDoesNotTakeChainsIsRefusedIfFramesNeedThem() {
        for (NicFeature feature : List.of(NicFeature.RECEIVE_SCATTER, NicFeature.TRANSMIT_GATHER)) {
            NicSettings plain = NicSettings.builder().mtu(9000).feature(feature, false).build();
            assertRefused(plain, WireRig.pool(4096, 2048), "longer buffers");
        }
    }

    private static void assertRefused(NicSettings nic, PoolOptions pool, String expected) {
        EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
        NicSettings good = NicSettings.builder().mtu(9000).promiscuous(true).build();
        try (Host one = new Host(network.addNic(good));
                Host other = new Host(network.addNic(nic), 0, pool)) {
            WireSettings settings = WireSettings.of(LinkSettings.PERFECT, 1);
            IllegalArgumentException refusal =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> new Wire(one.port, other.port, settings));
            assertTrue(refusal.toString().contains(expected), refusal::toString);
            assertThrows(
                    IllegalArgumentException.class, () -> new Wire(other.port, one.port, settings));
        }
    }

    @Test
    void settingsBelowZeroAreRefused() {
        WireSettings settings = WireSettings.of(LinkSettings.PERFECT, 1);
        assertThrows(IllegalArgumentException.class, () -> settings.withPatienceNs(-1));
        assertThrows(IllegalArgumentException.class, () -> settings.withStorageBytes(-1));
    }

    @Test
    void aWarmWireAllocatesNothing() {
        LinkSettings bad =
                LinkSettings.builder()
                        .delayNs(1000)
                        .jitterNs(1000)
                        .loss(0.1)
                        .duplicate(0.1)
                        .reorder(0.1, 5000)
                        .corrupt(0.1)
                        .build();
        EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
        Host a = plain(network);
        Host left = plain(network);
        Host right = plain(network);
        Host b = plain(network);
        network.connect(a.nic, left.nic, LinkSettings.PERFECT);
        network.connect(right.nic, b.nic, LinkSettings.PERFECT);
        long[] now = {0};
        try (Wire wire = new Wire(left.port, right.port, WireSettings.of(bad, 1))) {
            byte[] frame = frame(1, 1000);
            long bytes =
                    AllocatedBytes.perRun(
                            5000,
                            1000,
                            () -> {
                                a.post();
                                b.post();
                                a.send(now[0], frame, frame);
                                b.send(now[0], frame);
                                a.poll(now[0]);
                                b.poll(now[0]);
                            },
                            () -> {
                                now[0] += 1000;
                                wire.work(now[0]);
                                wire.work(Math.min(now[0] + 1000, wire.nextDueNs()));
                            });
            assertEquals(0, bytes);
            assertTrue(wire.toRight().counters().get(WireCounter.TRANSMITTED_FRAMES) > 10_000);
        }
        List.of(a, left, right, b).forEach(Host::close);
    }

    /** Without accounting, which allocates. */
    private static Host plain(EmulatedNetwork network) {
        return new Host(network.addNic(promiscuous()), 0, 2048, false);
    }
}
