package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Icmpv4MessageTest {
    @Test
    void fieldsStandWhereTheRfcsPutThem() {
        UnsafeBuffer echo = Bytes.noise(8);
        Icmpv4Message.writeEcho(echo, 0, Icmpv4Message.ECHO, 0x1234, 0xFEDC);
        Bytes.assertBytes("08 00 0000 1234 fedc", echo);

        UnsafeBuffer tooBig = Bytes.noise(8);
        Icmpv4Message.write(
                tooBig,
                0,
                Icmpv4Message.DESTINATION_UNREACHABLE,
                Icmpv4Message.FRAGMENTATION_NEEDED);
        Icmpv4Message.nextHopMtu(tooBig, 0, 1400);
        Bytes.assertBytes("03 04 0000 0000 0578", tooBig);

        UnsafeBuffer problem = Bytes.noise(8);
        Icmpv4Message.write(problem, 0, Icmpv4Message.PARAMETER_PROBLEM, 0);
        Icmpv4Message.pointer(problem, 0, 20);
        Bytes.assertBytes("0c 00 0000 14 000000", problem);

        UnsafeBuffer redirect = Bytes.noise(8);
        Icmpv4Message.write(redirect, 0, Icmpv4Message.REDIRECT, Icmpv4Message.REDIRECT_FOR_HOST);
        Icmpv4Message.gateway(redirect, 0, 0xC000_0201);
        Bytes.assertBytes("05 01 0000 c0000201", redirect);
    }

    @Test
    void aMessageReadsBackAsItWasWritten() {
        Property.forAll(
                1_000,
                random -> {
                    int type = random.between(0, 255);
                    int code = random.between(0, 255);
                    int identifier = random.between(0, 0xFFFF);
                    int sequence = random.between(0, 0xFFFF);
                    byte[] data = random.bytes(random.between(0, 64));
                    int length = 8 + data.length;
                    UnsafeBuffer buffer = Bytes.noise(length);
                    buffer.putBytes(8, data);
                    Icmpv4Message.writeEcho(buffer, 0, type, identifier, sequence);
                    Icmpv4Message.code(buffer, 0, code);
                    Icmpv4Message.updateChecksum(buffer, 0, length);
                    assertEquals(type, Icmpv4Message.type(buffer, 0));
                    assertEquals(code, Icmpv4Message.code(buffer, 0));
                    assertEquals(identifier, Icmpv4Message.identifier(buffer, 0));
                    assertEquals(sequence, Icmpv4Message.sequenceNumber(buffer, 0));
                    assertTrue(Icmpv4Message.isChecksumCorrect(buffer, 0, length));

                    int at = random.between(0, length - 1);
                    buffer.putByte(at, (byte) (buffer.getByte(at) ^ 1 << random.between(0, 7)));
                    assertFalse(Icmpv4Message.isChecksumCorrect(buffer, 0, length));
                });
    }

    @Test
    void settersChangeTheirFieldOnly() {
        UnsafeBuffer buffer = Bytes.of("ffffffff ffffffff");
        Icmpv4Message.type(buffer, 0, 1);
        Icmpv4Message.code(buffer, 0, 2);
        Icmpv4Message.checksum(buffer, 0, 0x0304);
        Icmpv4Message.identifier(buffer, 0, 0x0506);
        Icmpv4Message.sequenceNumber(buffer, 0, 0x0708);
        Bytes.assertBytes("01 02 0304 0506 0708", buffer);
    }

    @Test
    void everyTruncationOfAMessageThatIsNoErrorIsRefused() {
        for (int type = 0; type <= 255; type++) {
            if (Icmpv4Message.isError(type)) {
                continue;
            }
            UnsafeBuffer message = Bytes.noise(8);
            Icmpv4Message.type(message, 0, type);
            assertEquals(8, Icmpv4Message.check(message, 0, 8));
            for (int length = 0; length < 8; length++) {
                UnsafeBuffer cut = Bytes.prefix(message, length);
                assertEquals(Malformed.TRUNCATED, Icmpv4Message.check(cut, 0, length));
            }
        }
    }

    @Test
    void theErrorsAreThoseOfRfc1122() {
        for (int type = 0; type <= 255; type++) {
            boolean error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
            assertEquals(error, Icmpv4Message.isError(type), "type " + type);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 11, 12})
    void anErrorMustQuoteAWholeHeaderAndSixtyFourBits(int type) {
        for (int headerLength = 20; headerLength <= 60; headerLength += 4) {
            UnsafeBuffer message = error(type, headerLength);
            int needed = 8 + headerLength + 8;
            assertEquals(8, Icmpv4Message.check(message, 0, message.capacity()));
            assertEquals(8, Icmpv4Message.check(Bytes.prefix(message, needed), 0, needed));
            for (int length = 0; length < needed; length++) {
                UnsafeBuffer cut = Bytes.prefix(message, length);
                assertEquals(Malformed.TRUNCATED, Icmpv4Message.check(cut, 0, length));
            }
        }
    }

    @Test
    void anErrorThatQuotesSomethingElseIsRefused() {
        for (int version = 0; version < 16; version++) {
            UnsafeBuffer message = error(Icmpv4Message.TIME_EXCEEDED, 20);
            message.putByte(8, (byte) (version << 4 | 5));
            int expected = version == 4 ? 8 : Malformed.VERSION;
            assertEquals(expected, Icmpv4Message.check(message, 0, message.capacity()));
        }
        for (int words = 0; words < 5; words++) {
            UnsafeBuffer message = error(Icmpv4Message.TIME_EXCEEDED, 20);
            message.putByte(8, (byte) (0x40 | words));
            assertEquals(
                    Malformed.HEADER_LENGTH, Icmpv4Message.check(message, 0, message.capacity()));
        }
    }

    @Test
    void theTotalLengthOfAQuotedDatagramMayBeMoreThanIsQuoted() {
        UnsafeBuffer message = error(Icmpv4Message.DESTINATION_UNREACHABLE, 20);
        Ipv4Header.totalLength(message, Icmpv4Message.DATA_OFFSET, 1500);
        assertEquals(8, Icmpv4Message.check(message, 0, message.capacity()));
    }

    @Test
    void aCapturedEchoIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.ICMP_ECHO);
        assertEquals(8, Icmpv4Message.check(frame, 34, 16));
        assertEquals(Icmpv4Message.ECHO, Icmpv4Message.type(frame, 34));
        assertEquals(0x1234, Icmpv4Message.identifier(frame, 34));
        assertEquals(7, Icmpv4Message.sequenceNumber(frame, 34));
        assertTrue(Icmpv4Message.isChecksumCorrect(frame, 34, 16));
    }

    @Test
    void aCapturedErrorIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.ICMP_PORT_UNREACHABLE);
        assertEquals(8, Icmpv4Message.check(frame, 34, 41));
        assertEquals(Icmpv4Message.DESTINATION_UNREACHABLE, Icmpv4Message.type(frame, 34));
        assertEquals(Icmpv4Message.PORT_UNREACHABLE, Icmpv4Message.code(frame, 34));
        assertTrue(Icmpv4Message.isChecksumCorrect(frame, 34, 41));
        int quoted = 34 + Icmpv4Message.DATA_OFFSET;
        assertEquals(IpProtocol.UDP, Ipv4Header.protocol(frame, quoted));
        assertEquals(0xC000_0201, Ipv4Header.source(frame, quoted));
        int data = quoted + Ipv4Header.headerLength(frame, quoted);
        assertEquals(49620, UdpHeader.sourcePort(frame, data));
        assertEquals(9, UdpHeader.destinationPort(frame, data));
    }

    @Test
    void aCapturedErrorThatQuotesOptionsIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.IPV4_RECORDED_ROUTE);
        int at = 14 + 32;
        assertEquals(8, Icmpv4Message.check(frame, at, 50));
        assertEquals(32, Ipv4Header.headerLength(frame, at + 8));
        assertEquals(52561, UdpHeader.sourcePort(frame, at + 8 + 32));
    }

    private static UnsafeBuffer error(int type, int quotedHeaderLength) {
        UnsafeBuffer buffer = Bytes.noise(8 + quotedHeaderLength + 28);
        Icmpv4Message.write(buffer, 0, type, 0);
        Ipv4Header.write(buffer, 8, 1, 2, IpProtocol.UDP, 64, quotedHeaderLength - 20 + 28);
        Ipv4Header.headerLength(buffer, 8, quotedHeaderLength);
        return buffer;
    }
}
