package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class UdpHeaderTest {
    @Test
    void fieldsStandWhereTheRfcPutsThem() {
        UnsafeBuffer buffer = Bytes.noise(8);
        UdpHeader.write(buffer, 0, 0x1234, 0xFEDC, 0x100);
        Bytes.assertBytes("1234 fedc 0108 0000", buffer);
    }

    @Test
    void aHeaderReadsBackAsItWasWritten() {
        Property.forAll(
                1_000,
                random -> {
                    int source = random.between(0, 0xFFFF);
                    int destination = random.between(0, 0xFFFF);
                    int dataLength = random.between(0, 100);
                    int checksum = random.between(0, 0xFFFF);
                    UnsafeBuffer buffer = Bytes.noise(8 + dataLength);
                    UdpHeader.write(buffer, 0, source, destination, dataLength);
                    UdpHeader.checksum(buffer, 0, checksum);
                    assertEquals(8, UdpHeader.check(buffer, 0, 8 + dataLength));
                    assertEquals(source, UdpHeader.sourcePort(buffer, 0));
                    assertEquals(destination, UdpHeader.destinationPort(buffer, 0));
                    assertEquals(8 + dataLength, UdpHeader.length(buffer, 0));
                    assertEquals(checksum, UdpHeader.checksum(buffer, 0));
                });
    }

    @Test
    void everyTruncationOfTheHeaderIsRefused() {
        UnsafeBuffer header = Bytes.of("0001 0002 0008 0000");
        for (int length = 0; length < 8; length++) {
            UnsafeBuffer cut = Bytes.prefix(header, length);
            assertEquals(Malformed.TRUNCATED, UdpHeader.check(cut, 0, length));
        }
    }

    @Test
    void aLengthBelowTheHeaderOrBeyondTheBytesIsRefused() {
        UnsafeBuffer datagram = Bytes.noise(20);
        for (int length = 0; length <= 0xFFFF; length++) {
            UdpHeader.length(datagram, 0, length);
            int expected = length >= 8 && length <= 20 ? 8 : Malformed.TOTAL_LENGTH;
            assertEquals(expected, UdpHeader.check(datagram, 0, 20));
        }
    }

    @Test
    void aComputedChecksumIsNeverZero() {
        assertEquals(0xFFFF, UdpHeader.checksumOf(0xFFFF));
        assertEquals(0xFFFF, UdpHeader.checksumOf(0));
        Property.forAll(
                1_000,
                random -> {
                    long sum = random.anyLong() >>> 1;
                    int checksum = UdpHeader.checksumOf(sum);
                    assertNotEquals(0, checksum);
                    assertEquals(InternetChecksum.fold(sum) % 0xFFFF, checksum % 0xFFFF);
                });
    }

    @Test
    void aCapturedDatagramIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.UDP);
        assertEquals(8, UdpHeader.check(frame, 34, 13));
        assertEquals(49620, UdpHeader.sourcePort(frame, 34));
        assertEquals(9, UdpHeader.destinationPort(frame, 34));
        assertEquals(13, UdpHeader.length(frame, 34));
    }
}
