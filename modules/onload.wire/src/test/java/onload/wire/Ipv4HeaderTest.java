package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class Ipv4HeaderTest {
    private static final int SOURCE = 0xC000_0201;
    private static final int DESTINATION = 0xC000_0202;

    @Test
    void fieldsStandWhereTheRfcPutsThem() {
        UnsafeBuffer buffer = Bytes.noise(20);
        Ipv4Header.write(buffer, 0, 0xC0A8_0001, 0xC0A8_00C7, IpProtocol.UDP, 64, 95);
        Bytes.assertBytes("4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7", buffer);
    }

    @Test
    void aHeaderReadsBackAsItWasWritten() {
        Property.forAll(
                1_000,
                random -> {
                    int headerLength = 4 * random.between(5, 15);
                    int trafficClass = random.between(0, 255);
                    int identification = random.between(0, 0xFFFF);
                    int flags =
                            random.oneOf(
                                    0,
                                    Ipv4Header.DONT_FRAGMENT,
                                    Ipv4Header.MORE_FRAGMENTS,
                                    Ipv4Header.DONT_FRAGMENT | Ipv4Header.MORE_FRAGMENTS);
                    int fragmentOffset = 8 * random.between(0, 8191);
                    int protocol = random.between(0, 255);
                    int timeToLive = random.between(0, 255);
                    int source = random.anyInt();
                    int destination = random.anyInt();

                    UnsafeBuffer buffer = Bytes.noise(headerLength);
                    Ipv4Header.write(buffer, 0, source, destination, protocol, timeToLive, 0);
                    Ipv4Header.headerLength(buffer, 0, headerLength);
                    Ipv4Header.totalLength(buffer, 0, headerLength);
                    Ipv4Header.trafficClass(buffer, 0, trafficClass);
                    Ipv4Header.identification(buffer, 0, identification);
                    Ipv4Header.fragment(buffer, 0, flags, fragmentOffset);
                    Ipv4Header.updateChecksum(buffer, 0);

                    assertEquals(headerLength, Ipv4Header.check(buffer, 0, headerLength));
                    assertEquals(4, Ipv4Header.version(buffer, 0));
                    assertEquals(headerLength, Ipv4Header.headerLength(buffer, 0));
                    assertEquals(headerLength, Ipv4Header.totalLength(buffer, 0));
                    assertEquals(trafficClass, Ipv4Header.trafficClass(buffer, 0));
                    assertEquals(identification, Ipv4Header.identification(buffer, 0));
                    assertEquals(flags, Ipv4Header.flags(buffer, 0));
                    assertEquals(fragmentOffset, Ipv4Header.fragmentOffset(buffer, 0));
                    assertEquals(
                            fragmentOffset != 0 || (flags & Ipv4Header.MORE_FRAGMENTS) != 0,
                            Ipv4Header.isFragment(buffer, 0));
                    assertEquals(timeToLive, Ipv4Header.timeToLive(buffer, 0));
                    assertEquals(protocol, Ipv4Header.protocol(buffer, 0));
                    assertEquals(source, Ipv4Header.source(buffer, 0));
                    assertEquals(destination, Ipv4Header.destination(buffer, 0));
                    assertTrue(Ipv4Header.isChecksumCorrect(buffer, 0));
                });
    }

    @Test
    void everyTruncationIsRefused() {
        for (int headerLength = 20; headerLength <= 60; headerLength += 4) {
            UnsafeBuffer datagram = datagram(headerLength, headerLength);
            assertEquals(headerLength, Ipv4Header.check(datagram, 0, headerLength));
            for (int length = 0; length < headerLength; length++) {
                UnsafeBuffer cut = Bytes.prefix(datagram, length);
                assertEquals(Malformed.TRUNCATED, Ipv4Header.check(cut, 0, length));
            }
        }
    }

    @Test
    void everyOtherVersionIsRefused() {
        for (int version = 0; version < 16; version++) {
            UnsafeBuffer datagram = datagram(20, 20);
            datagram.putByte(0, (byte) (version << 4 | 5));
            int expected = version == 4 ? 20 : Malformed.VERSION;
            assertEquals(expected, Ipv4Header.check(datagram, 0, 20));
        }
    }

    @Test
    void aHeaderLengthBelowFiveWordsIsRefused() {
        for (int words = 0; words < 5; words++) {
            UnsafeBuffer datagram = datagram(20, 20);
            datagram.putByte(0, (byte) (0x40 | words));
            assertEquals(Malformed.HEADER_LENGTH, Ipv4Header.check(datagram, 0, 20));
        }
    }

    @Test
    void aTotalLengthBelowTheHeaderOrBeyondTheBytesIsRefused() {
        UnsafeBuffer datagram = datagram(24, 40);
        assertEquals(24, Ipv4Header.check(datagram, 0, 40));
        for (int totalLength : new int[] {0, 19, 20, 23, 41, 0xFFFF}) {
            Ipv4Header.totalLength(datagram, 0, totalLength);
            assertEquals(Malformed.TOTAL_LENGTH, Ipv4Header.check(datagram, 0, 40));
        }
        for (int totalLength : new int[] {24, 25, 39, 40}) {
            Ipv4Header.totalLength(datagram, 0, totalLength);
            assertEquals(24, Ipv4Header.check(datagram, 0, 40));
        }
    }

    @Test
    void everyDamagedBitOfAHeaderShowsInItsChecksum() {
        UnsafeBuffer datagram = datagram(28, 28);
        for (int bit = 0; bit < 28 * 8; bit++) {
            UnsafeBuffer damaged = Bytes.prefix(datagram, 28);
            damaged.putByte(bit / 8, (byte) (damaged.getByte(bit / 8) ^ 1 << bit % 8));
            // In the header-length nibble the damage changes which bytes are summed.
            if (bit >= 4) {
                assertFalse(Ipv4Header.isChecksumCorrect(damaged, 0), "bit " + bit);
            }
        }
    }

    @Test
    void theChecksumDoesNotDependOnWhatItsFieldHeld() {
        UnsafeBuffer datagram = datagram(20, 20);
        int checksum = Ipv4Header.checksum(datagram, 0);
        Ipv4Header.checksum(datagram, 0, 0x1234);
        assertFalse(Ipv4Header.isChecksumCorrect(datagram, 0));
        Ipv4Header.updateChecksum(datagram, 0);
        assertEquals(checksum, Ipv4Header.checksum(datagram, 0));
    }

    @Test
    void thePseudoHeaderIsThatOfRfc768() {
        UnsafeBuffer datagram = datagram(24, 40);
        UnsafeBuffer pseudoHeader = Bytes.of("c0000201 c0000202 00 11 0010");
        assertEquals(
                InternetChecksum.checksum(pseudoHeader, 0, 12),
                InternetChecksum.fold(Ipv4Header.pseudoHeader(datagram, 0)));
    }

    @Test
    void aCapturedDatagramIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.UDP);
        assertEquals(20, Ipv4Header.check(frame, 14, 33));
        assertEquals(33, Ipv4Header.totalLength(frame, 14));
        assertEquals(Ipv4Header.DONT_FRAGMENT, Ipv4Header.flags(frame, 14));
        assertEquals(64, Ipv4Header.timeToLive(frame, 14));
        assertEquals(IpProtocol.UDP, Ipv4Header.protocol(frame, 14));
        assertEquals(SOURCE, Ipv4Header.source(frame, 14));
        assertEquals(DESTINATION, Ipv4Header.destination(frame, 14));
        assertTrue(Ipv4Header.isChecksumCorrect(frame, 14));
    }

    private static UnsafeBuffer datagram(int headerLength, int totalLength) {
        UnsafeBuffer buffer = Bytes.noise(totalLength);
        Ipv4Header.write(buffer, 0, SOURCE, DESTINATION, IpProtocol.UDP, 64, totalLength - 20);
        Ipv4Header.headerLength(buffer, 0, headerLength);
        Ipv4Header.updateChecksum(buffer, 0);
        return buffer;
    }
}
