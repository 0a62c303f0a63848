package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.wire.EthernetHeader;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteOrder;

/** Queues that mark packets instead of dropping them, and who looks on. */
class EcnMarkingTest {
    private static final int IP = EthernetHeader.LENGTH;
    private static final int LENGTH = 100;

    private final UnsafeBuffer frame = new UnsafeBuffer(new byte[LENGTH]);

    private void ipv4(int trafficClass) {
        frame.putShort(IP - 2, (short) 0x0800, ByteOrder.BIG_ENDIAN);
        frame.putByte(IP, (byte) 0x45);
        Ipv4Header.trafficClass(frame, IP, trafficClass);
        Ipv4Header.totalLength(frame, IP, LENGTH - IP);
        Ipv4Header.updateChecksum(frame, IP);
    }

    @ParameterizedTest
    @CsvSource({"1,3,true", "2,3,true", "0,0,false", "3,3,false", "254,255,true", "253,255,true"})
    void onlyIpv4PacketsOfSendersThatUnderstandItAreMarked(int before, int after, boolean marked) {
        Property.forAll(
                50,
                random -> {
                    frame.putBytes(0, random.bytes(LENGTH));
                    ipv4(before);
                    assertEquals(marked, EcnMarking.mark(frame, 0, LENGTH));
                    assertEquals(after, Ipv4Header.trafficClass(frame, IP));
                    assertTrue(Ipv4Header.isChecksumCorrect(frame, IP));
                });
    }

    @ParameterizedTest
    @CsvSource({"1,3,true", "2,3,true", "0,0,false", "3,3,false", "177,179,true", "178,179,true"})
    void onlyIpv6PacketsOfSendersThatUnderstandItAreMarked(int before, int after, boolean marked) {
        frame.putShort(IP - 2, (short) 0x86DD, ByteOrder.BIG_ENDIAN);
        Ipv6Header.trafficClassAndFlowLabel(frame, IP, before, 0xABCDE);
        assertEquals(marked, EcnMarking.mark(frame, 0, LENGTH));
        assertEquals(after, Ipv6Header.trafficClass(frame, IP));
        assertEquals(0xABCDE, Ipv6Header.flowLabel(frame, IP));
    }

    @Test
    void whatIsNoWholePacketIsLeftAlone() {
        ipv4(1);
        assertFalse(EcnMarking.mark(frame, 0, IP + 19));
        frame.putShort(IP - 2, (short) 0x86DD, ByteOrder.BIG_ENDIAN);
        assertFalse(EcnMarking.mark(frame, 0, IP + 39));
        frame.putShort(IP - 2, (short) 0x0806, ByteOrder.BIG_ENDIAN);
        assertFalse(EcnMarking.mark(frame, 0, LENGTH));
    }

    @Test
    void theProbabilityGrowsEvenlyBetweenTheLimits() {
        EcnMarking marking = new EcnMarking(1000, 3000, 0.5);
        assertEquals(0, marking.probability(1000));
        assertEquals(0.25, marking.probability(2000), 1e-9);
        assertEquals(1, marking.probability(3000));
        assertEquals(0, EcnMarking.threshold(10).probability(9));
        assertEquals(1, EcnMarking.threshold(10).probability(10));
        assertEquals(1, EcnMarking.threshold(0).probability(0));
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new EcnMarking(-1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new EcnMarking(2, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new EcnMarking(1, 2, 1.5));
    }

    /** Ten frames at once: the first is sent at once, the others find it and those before them in the queue. */
    @Test
    void aLinkMarksWhatFindsTooMuchInItsQueueAndItsTapSeesThat() {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1)) {
            EmulatedNic one = network.addNic(NicSettings.DEFAULT);
            EmulatedNic other = network.addNic(NicSettings.DEFAULT);
            LinkSettings settings = LinkSettings.builder().bitsPerSecond(8_000_000).build();
            EmulatedLink link =
                    network.connect(one, other, settings, LinkSettings.PERFECT).from(one);
            link.marking(EcnMarking.threshold(3 * LENGTH));
            int[] seen = new int[4];
            link.tap(new Counting(seen));
            ipv4(2);
            for (int i = 0; i < 10; i++) {
                int copy = network.store().allocate(LENGTH);
                network.store()
                        .memory(copy)
                        .putBytes(network.store().offset(copy), frame, 0, LENGTH);
                link.enter(0, copy, LENGTH);
            }
            network.advance(2_000_000);
            assertEquals(7, link.counters().get(LinkCounter.MARKED_FRAMES));
            assertEquals(10, seen[0]);
            assertEquals(0, seen[1]);
            assertEquals(10, seen[2]);
            assertEquals(7, seen[3]);
        }
    }

    @Test
    void aLinkWithoutMarkingMarksNothing() {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1)) {
            EmulatedNic one = network.addNic(NicSettings.DEFAULT);
            EmulatedNic other = network.addNic(NicSettings.DEFAULT);
            LinkSettings settings = LinkSettings.builder().bitsPerSecond(8_000).build();
            EmulatedLink link =
                    network.connect(one, other, settings, LinkSettings.PERFECT).from(one);
            link.marking(EcnMarking.threshold(0));
            link.marking(null);
            ipv4(2);
            int copy = network.store().allocate(LENGTH);
            network.store().memory(copy).putBytes(network.store().offset(copy), frame, 0, LENGTH);
            link.enter(0, copy, LENGTH);
            assertEquals(0, link.counters().get(LinkCounter.MARKED_FRAMES));
        }
    }

    private static final class Counting implements FrameTap {
        private final int[] seen;

        Counting(int[] seen) {
            this.seen = seen;
        }

        @Override
        public void entered(long nowNs, UnsafeBuffer memory, int offset, int length) {
            seen[0]++;
            seen[1] += Ipv4Header.trafficClass(memory, offset + IP) == 3 ? 1 : 0;
        }

        @Override
        public void delivered(long nowNs, UnsafeBuffer memory, int offset, int length) {
            seen[2]++;
            seen[3] += Ipv4Header.trafficClass(memory, offset + IP) == 3 ? 1 : 0;
        }
    }
}
