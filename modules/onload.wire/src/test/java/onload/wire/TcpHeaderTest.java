package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class TcpHeaderTest {
    @Test
    void fieldsStandWhereTheRfcPutsThem() {
        UnsafeBuffer buffer = Bytes.noise(20);
        TcpHeader.write(
                buffer, 0, 0x1234, 0xFEDC, 0x01020304, 0xA1A2A3A4, 44, TcpHeader.SYN, 0x5678);
        Bytes.assertBytes("1234 fedc 01020304 a1a2a3a4 b002 5678 0000 0000", buffer);
    }

    @Test
    void aHeaderReadsBackAsItWasWritten() {
        Property.forAll(
                1_000,
                random -> {
                    int source = random.between(0, 0xFFFF);
                    int destination = random.between(0, 0xFFFF);
                    int sequence = random.anyInt();
                    int acknowledgment = random.anyInt();
                    int headerLength = 4 * random.between(5, 15);
                    int flags = random.between(0, 0x1FF);
                    int window = random.between(0, 0xFFFF);
                    int checksum = random.between(0, 0xFFFF);
                    int urgent = random.between(0, 0xFFFF);
                    UnsafeBuffer buffer = Bytes.noise(headerLength);
                    TcpHeader.write(
                            buffer,
                            0,
                            source,
                            destination,
                            sequence,
                            acknowledgment,
                            headerLength,
                            flags,
                            window);
                    assertEquals(0, TcpHeader.checksum(buffer, 0));
                    assertEquals(0, TcpHeader.urgentPointer(buffer, 0));
                    TcpHeader.checksum(buffer, 0, checksum);
                    TcpHeader.urgentPointer(buffer, 0, urgent);

                    assertEquals(headerLength, TcpHeader.check(buffer, 0, headerLength));
                    assertEquals(source, TcpHeader.sourcePort(buffer, 0));
                    assertEquals(destination, TcpHeader.destinationPort(buffer, 0));
                    assertEquals(sequence, TcpHeader.sequenceNumber(buffer, 0));
                    assertEquals(acknowledgment, TcpHeader.acknowledgmentNumber(buffer, 0));
                    assertEquals(headerLength, TcpHeader.headerLength(buffer, 0));
                    assertEquals(flags, TcpHeader.flags(buffer, 0));
                    assertEquals(window, TcpHeader.window(buffer, 0));
                    assertEquals(checksum, TcpHeader.checksum(buffer, 0));
                    assertEquals(urgent, TcpHeader.urgentPointer(buffer, 0));
                });
    }

    @Test
    void everyTruncationIsRefused() {
        for (int headerLength = 20; headerLength <= 60; headerLength += 4) {
            UnsafeBuffer segment = Bytes.noise(60);
            TcpHeader.headerLengthAndFlags(segment, 0, headerLength, TcpHeader.ACK);
            assertEquals(headerLength, TcpHeader.check(segment, 0, headerLength));
            for (int length = 0; length < headerLength; length++) {
                UnsafeBuffer cut = Bytes.prefix(segment, length);
                assertEquals(Malformed.TRUNCATED, TcpHeader.check(cut, 0, length));
            }
        }
    }

    @Test
    void aDataOffsetBelowFiveIsRefused() {
        UnsafeBuffer segment = Bytes.noise(20);
        for (int words = 0; words < 5; words++) {
            TcpHeader.headerLengthAndFlags(segment, 0, 4 * words, TcpHeader.ACK);
            assertEquals(Malformed.HEADER_LENGTH, TcpHeader.check(segment, 0, 20));
        }
    }

    @Test
    void eachFlagIsABitOfItsOwn() {
        UnsafeBuffer segment = Bytes.noise(20);
        int[] flags = {
            TcpHeader.FIN,
            TcpHeader.SYN,
            TcpHeader.RST,
            TcpHeader.PSH,
            TcpHeader.ACK,
            TcpHeader.URG,
            TcpHeader.ECE,
            TcpHeader.CWR,
            TcpHeader.AE
        };
        for (int i = 0; i < flags.length; i++) {
            TcpHeader.headerLengthAndFlags(segment, 0, 20, flags[i]);
            assertEquals(0x5000 | 1 << i, BigEndian.uint16(segment, 12));
            assertEquals(1 << i, TcpHeader.flags(segment, 0));
        }
    }

    @Test
    void reservedBitsAreNotFlags() {
        UnsafeBuffer segment = Bytes.noise(20);
        BigEndian.uint16(segment, 12, 0x5E10);
        assertEquals(TcpHeader.ACK, TcpHeader.flags(segment, 0));
        assertEquals(20, TcpHeader.headerLength(segment, 0));
    }

    @Test
    void aCapturedSynIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.TCP_SYN);
        assertEquals(40, TcpHeader.check(frame, 34, 40));
        assertEquals(56144, TcpHeader.sourcePort(frame, 34));
        assertEquals(7777, TcpHeader.destinationPort(frame, 34));
        assertEquals((int) 3859776879L, TcpHeader.sequenceNumber(frame, 34));
        assertEquals(0, TcpHeader.acknowledgmentNumber(frame, 34));
        assertEquals(TcpHeader.SYN, TcpHeader.flags(frame, 34));
        assertEquals(64240, TcpHeader.window(frame, 34));
    }
}
