package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.wire.EthernetHeader;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Frames that a congested link marks instead of dropping them (RFC 3168, section 5). */
class LinkMarkTest {
    private static final int IP = EthernetHeader.LENGTH;
    private static final int DSCP = 0xB8;
    private static final int NOT_ECT = 0;
    private static final int ECT_1 = 1;
    private static final int ECT_0 = 2;
    private static final int CE = 3;
    private static final int[] KINDS = {
        Checksummed.TCP4, Checksummed.UDP4, Checksummed.TCP6, Checksummed.UDP6
    };

    private final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(42);
    private final EmulatedNic one = network.addNic(NicSettings.builder().promiscuous(true).build());
    private final EmulatedNic other =
            network.addNic(NicSettings.builder().promiscuous(true).build());
    private final Host sender = new Host(one, 0, 2048);
    private final Host receiver = new Host(other, 0, 2048).post();

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
        network.close();
    }

    private static boolean isIpv4(int kind) {
        return kind == Checksummed.TCP4 || kind == Checksummed.UDP4;
    }

    private static byte[] frame(int kind, int trafficClass) {
        byte[] frame = Checksummed.frame(kind);
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        if (isIpv4(kind)) {
            Ipv4Header.trafficClass(buffer, IP, trafficClass);
            Ipv4Header.updateChecksum(buffer, IP);
        } else {
            Ipv6Header.trafficClassAndFlowLabel(buffer, IP, trafficClass, 0x12345);
        }
        return frame;
    }

    private static boolean set(byte[] frame) {
        return EcnMarking.mark(new UnsafeBuffer(frame), 0, frame.length);
    }

    @Test
    void whatMayBeMarkedIsMarkedAndNothingElseChanges() {
        for (int kind : KINDS) {
            for (int codepoint : new int[] {ECT_0, ECT_1}) {
                byte[] frame = frame(kind, DSCP | codepoint);
                assertTrue(set(frame));
                assertArrayEquals(frame(kind, DSCP | CE), frame);
            }
        }
    }

    @Test
    void whatMayNotBeMarkedOrIsMarkedStaysAsItIs() {
        for (int kind : KINDS) {
            for (int codepoint : new int[] {NOT_ECT, CE}) {
                byte[] frame = frame(kind, DSCP | codepoint);
                assertFalse(set(frame));
                assertArrayEquals(frame(kind, DSCP | codepoint), frame);
            }
        }
    }

    @Test
    void headerChecksumThatWasWrongStaysWrong() {
        byte[] frame = frame(Checksummed.TCP4, ECT_0);
        frame[IP + Ipv4Header.CHECKSUM_OFFSET] ^= 0x11;
        assertTrue(set(frame));
        assertFalse(Ipv4Header.isChecksumCorrect(new UnsafeBuffer(frame), IP));
    }

    @Test
    void anyBytesAreMarkedInTheirHeaderOnly() {
        Property.forAll(
                2000,
                random -> {
                    byte[] frame = frame(KINDS[random.between(0, 3)], ECT_0);
                    for (int i = random.between(0, 3); i > 0; i--) {
                        frame[random.between(0, frame.length - 1)] = (byte) random.anyLong();
                    }
                    byte[] cut = java.util.Arrays.copyOf(frame, random.between(0, frame.length));
                    byte[] before = cut.clone();
                    boolean isMarked = set(cut);
                    int changed = 0;
                    for (int i = 0; i < cut.length; i++) {
                        changed += cut[i] == before[i] ? 0 : 1;
                    }
                    assertTrue(isMarked ? changed >= 1 && changed <= 3 : changed == 0);
                });
    }

    // Links.

    private EmulatedLink connect(LinkSettings.Builder settings) {
        return network.connect(one, other, settings.build(), LinkSettings.PERFECT).from(one);
    }

    private int[] codepoints() {
        return receiver.frames.stream()
                .mapToInt(frame -> Ipv4Header.trafficClass(new UnsafeBuffer(frame), IP) & CE)
                .toArray();
    }

    @Test
    void linkMarksWithItsProbability() {
        EmulatedLink link = connect(LinkSettings.builder().mark(0.25));
        for (int i = 0; i < 4000; i++) {
            sender.send(i, frame(Checksummed.TCP4, ECT_0));
            sender.poll(i);
            receiver.poll(i);
            receiver.post();
        }
        int marked = 0;
        for (int codepoint : codepoints()) {
            assertTrue(codepoint == CE || codepoint == ECT_0);
            marked += codepoint == CE ? 1 : 0;
        }
        assertEquals(1000, marked, 6 * Math.sqrt(4000 * 0.25 * 0.75));
        assertEquals(marked, link.counters().get(LinkCounter.MARKED_FRAMES));
        assertEquals(4000, link.counters().get(LinkCounter.DELIVERED_FRAMES));
    }

    @Test
    void linkThatMarksAllLeavesAloneWhatMayNotBeMarked() {
        EmulatedLink link = connect(LinkSettings.builder().mark(1));
        sender.send(0, frame(Checksummed.TCP4, NOT_ECT), frame(Checksummed.TCP4, ECT_1));
        sender.poll(0);
        receiver.poll(0);
        assertArrayEquals(new int[] {NOT_ECT, CE}, codepoints());
        assertEquals(1, link.counters().get(LinkCounter.MARKED_FRAMES));
        assertEquals(0, link.counters().get(LinkCounter.LOST_AT_RANDOM));
    }

    @Test
    void linkMarksWhatFindsMoreFramesInTheQueueThanTheLimit() {
        // 54 bytes and 20 of data at 592 kbit/s take a millisecond each.
        EmulatedLink link =
                connect(
                        LinkSettings.builder()
                                .bitsPerSecond(592_000)
                                .queueFrames(0)
                                .markAboveFrames(3));
        byte[] frame = frame(Checksummed.TCP4, ECT_0);
        sender.send(0, frame, frame, frame, frame, frame);
        sender.poll(0);
        // Three have left by then, so that this is the third.
        sender.send(3_000_000, frame);
        sender.poll(3_000_000);
        receiver.poll(Long.MAX_VALUE);
        assertArrayEquals(new int[] {ECT_0, ECT_0, ECT_0, CE, CE, ECT_0}, codepoints());
        assertEquals(2, link.counters().get(LinkCounter.MARKED_FRAMES));
    }
}
