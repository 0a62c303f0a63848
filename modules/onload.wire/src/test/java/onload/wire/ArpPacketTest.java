package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ArpPacketTest {
    private static final int SENDER = 0xC000_0201;
    private static final int TARGET = 0xC000_0202;

    @Test
    void fieldsStandWhereTheRfcPutsThem() {
        UnsafeBuffer buffer = Bytes.noise(28);
        ArpPacket.write(
                buffer, 0, ArpPacket.REPLY, 0x0123456789ABL, SENDER, 0xFEDCBA987654L, TARGET);
        Bytes.assertBytes(
                "0001 0800 06 04 0002 0123456789ab c0000201 fedcba987654 c0000202", buffer);
    }

    @Test
    void aPacketReadsBackAsItWasWritten() {
        Property.forAll(
                1_000,
                random -> {
                    int operation = random.between(0, 0xFFFF);
                    long senderHardware = random.anyLong() >>> 16;
                    int sender = random.anyInt();
                    long targetHardware = random.anyLong() >>> 16;
                    int target = random.anyInt();
                    UnsafeBuffer buffer = Bytes.noise(28);
                    ArpPacket.write(
                            buffer, 0, operation, senderHardware, sender, targetHardware, target);
                    assertEquals(28, ArpPacket.check(buffer, 0, 28));
                    assertEquals(operation, ArpPacket.operation(buffer, 0));
                    assertEquals(senderHardware, ArpPacket.senderHardwareAddress(buffer, 0));
                    assertEquals(sender, ArpPacket.senderProtocolAddress(buffer, 0));
                    assertEquals(targetHardware, ArpPacket.targetHardwareAddress(buffer, 0));
                    assertEquals(target, ArpPacket.targetProtocolAddress(buffer, 0));
                });
    }

    @Test
    void settersChangeTheirFieldOnly() {
        UnsafeBuffer buffer = request(SENDER, TARGET);
        ArpPacket.operation(buffer, 0, ArpPacket.REPLY);
        ArpPacket.senderHardwareAddress(buffer, 0, 0xAAAAAAAAAAAAL);
        ArpPacket.senderProtocolAddress(buffer, 0, 0x11111111);
        ArpPacket.targetHardwareAddress(buffer, 0, 0xBBBBBBBBBBBBL);
        ArpPacket.targetProtocolAddress(buffer, 0, 0x22222222);
        Bytes.assertBytes(
                "0001 0800 06 04 0002 aaaaaaaaaaaa 11111111 bbbbbbbbbbbb 22222222", buffer);
    }

    @Test
    void everyTruncationIsRefused() {
        UnsafeBuffer packet = request(SENDER, TARGET);
        for (int length = 0; length < 28; length++) {
            UnsafeBuffer cut = Bytes.prefix(packet, length);
            assertEquals(Malformed.TRUNCATED, ArpPacket.check(cut, 0, length));
        }
    }

    @Test
    void paddingOfTheLinkIsRight() {
        UnsafeBuffer padded = Bytes.noise(46);
        padded.putBytes(0, request(SENDER, TARGET), 0, 28);
        assertEquals(28, ArpPacket.check(padded, 0, 46));
    }

    @Test
    void anyBitThatIsNotIpv4OverEthernetIsRefused() {
        for (int bit = 0; bit < 48; bit++) {
            UnsafeBuffer packet = request(SENDER, TARGET);
            int at = bit / 8;
            packet.putByte(at, (byte) (packet.getByte(at) ^ 1 << bit % 8));
            int expected = at < 4 ? Malformed.TYPE : Malformed.FIELD;
            assertEquals(expected, ArpPacket.check(packet, 0, 28), "bit " + bit);
        }
    }

    @Test
    void anOperationThatIsNotKnownIsAccepted() {
        UnsafeBuffer packet = request(SENDER, TARGET);
        ArpPacket.operation(packet, 0, 0xFFFF);
        assertEquals(28, ArpPacket.check(packet, 0, 28));
        assertFalse(ArpPacket.isProbe(packet, 0));
        assertFalse(ArpPacket.isAnnouncement(packet, 0));
    }

    @Test
    void probesAndAnnouncementsAreToldApart() {
        UnsafeBuffer question = request(SENDER, TARGET);
        assertFalse(ArpPacket.isProbe(question, 0));
        assertFalse(ArpPacket.isAnnouncement(question, 0));

        UnsafeBuffer probe = request(0, TARGET);
        assertTrue(ArpPacket.isProbe(probe, 0));
        assertFalse(ArpPacket.isAnnouncement(probe, 0));

        UnsafeBuffer announcement = request(SENDER, SENDER);
        assertFalse(ArpPacket.isProbe(announcement, 0));
        assertTrue(ArpPacket.isAnnouncement(announcement, 0));

        UnsafeBuffer nobody = request(0, 0);
        assertTrue(ArpPacket.isProbe(nobody, 0));
        assertFalse(ArpPacket.isAnnouncement(nobody, 0));
    }

    @Test
    void aReplyIsNeitherProbeNorAnnouncement() {
        for (int sender : new int[] {0, SENDER}) {
            UnsafeBuffer reply = request(sender, sender);
            ArpPacket.operation(reply, 0, ArpPacket.REPLY);
            assertFalse(ArpPacket.isProbe(reply, 0));
            assertFalse(ArpPacket.isAnnouncement(reply, 0));
        }
    }

    @Test
    void capturedPacketsAreRead() {
        UnsafeBuffer request = Bytes.of(CapturedFrames.ARP_REQUEST);
        assertEquals(28, ArpPacket.check(request, 14, 28));
        assertEquals(ArpPacket.REQUEST, ArpPacket.operation(request, 14));
        assertEquals(SENDER, ArpPacket.senderProtocolAddress(request, 14));
        assertEquals(TARGET, ArpPacket.targetProtocolAddress(request, 14));

        UnsafeBuffer reply = Bytes.of(CapturedFrames.ARP_REPLY);
        assertEquals(28, ArpPacket.check(reply, 14, 28));
        assertEquals(ArpPacket.REPLY, ArpPacket.operation(reply, 14));
        assertEquals(0x0200_0000_0002L, ArpPacket.senderHardwareAddress(reply, 14));
        assertEquals(0x0200_0000_0001L, ArpPacket.targetHardwareAddress(reply, 14));
    }

    private static UnsafeBuffer request(int sender, int target) {
        UnsafeBuffer buffer = Bytes.noise(28);
        ArpPacket.write(buffer, 0, ArpPacket.REQUEST, 0x0200_0000_0001L, sender, 0, target);
        return buffer;
    }
}
