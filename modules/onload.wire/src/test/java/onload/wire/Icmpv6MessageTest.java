package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class Icmpv6MessageTest {
    /** Every captured frame with ICMPv6 behind the IPv6 header, or behind a header of 8 bytes. */
    static final List<String> CAPTURED =
            List.of(
                    CapturedFrames.MLD_V2_REPORT,
                    CapturedFrames.ROUTER_SOLICITATION,
                    CapturedFrames.DUPLICATE_ADDRESS_DETECTION,
                    CapturedFrames.NEIGHBOR_SOLICITATION,
                    CapturedFrames.NEIGHBOR_ADVERTISEMENT,
                    CapturedFrames.ICMPV6_PORT_UNREACHABLE,
                    CapturedFrames.ICMPV6_PARAMETER_PROBLEM,
                    CapturedFrames.ICMPV6_ECHO_REPLY,
                    CapturedFrames.MLD_V1_REPORT,
                    CapturedFrames.MLD_DONE);

    @Test
    void fieldsStandWhereTheRfcPutsThem() {
        UnsafeBuffer echo = Bytes.noise(8);
        Icmpv6Message.writeEcho(echo, 0, Icmpv6Message.ECHO_REQUEST, 0x1234, 0xFEDC);
        Bytes.assertBytes("80 00 0000 1234 fedc", echo);

        UnsafeBuffer tooBig = Bytes.noise(8);
        Icmpv6Message.write(tooBig, 0, Icmpv6Message.PACKET_TOO_BIG, 0);
        Icmpv6Message.mtu(tooBig, 0, 0xFFFF_FFFEL);
        Bytes.assertBytes("02 00 0000 fffffffe", tooBig);
        assertEquals(0xFFFF_FFFEL, Icmpv6Message.mtu(tooBig, 0));

        UnsafeBuffer problem = Bytes.noise(8);
        Icmpv6Message.write(
                problem, 0, Icmpv6Message.PARAMETER_PROBLEM, Icmpv6Message.UNRECOGNIZED_OPTION);
        Icmpv6Message.pointer(problem, 0, 42);
        Bytes.assertBytes("04 02 0000 0000002a", problem);
        assertEquals(42, Icmpv6Message.pointer(problem, 0));
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
                    long pseudoHeader = random.anyLong() >>> 32;
                    byte[] data = random.bytes(random.between(0, 64));
                    int length = 8 + data.length;
                    UnsafeBuffer buffer = Bytes.noise(length);
                    buffer.putBytes(8, data);
                    Icmpv6Message.writeEcho(buffer, 0, type, identifier, sequence);
                    Icmpv6Message.code(buffer, 0, code);
                    Icmpv6Message.updateChecksum(buffer, 0, length, pseudoHeader);
                    assertEquals(type, Icmpv6Message.type(buffer, 0));
                    assertEquals(code, Icmpv6Message.code(buffer, 0));
                    assertEquals(identifier, Icmpv6Message.identifier(buffer, 0));
                    assertEquals(sequence, Icmpv6Message.sequenceNumber(buffer, 0));
                    assertTrue(Icmpv6Message.isChecksumCorrect(buffer, 0, length, pseudoHeader));
                    assertFalse(
                            Icmpv6Message.isChecksumCorrect(buffer, 0, length, pseudoHeader + 1));

                    int at = random.between(0, length - 1);
                    buffer.putByte(at, (byte) (buffer.getByte(at) ^ 1 << random.between(0, 7)));
                    assertFalse(Icmpv6Message.isChecksumCorrect(buffer, 0, length, pseudoHeader));
                });
    }

    @Test
    void settersChangeTheirFieldOnly() {
        UnsafeBuffer buffer = Bytes.of("ffffffff ffffffff");
        Icmpv6Message.type(buffer, 0, 1);
        Icmpv6Message.code(buffer, 0, 2);
        Icmpv6Message.checksum(buffer, 0, 0x0304);
        Icmpv6Message.identifier(buffer, 0, 0x0506);
        Icmpv6Message.sequenceNumber(buffer, 0, 0x0708);
        Bytes.assertBytes("01 02 0304 0506 0708", buffer);
    }

    @Test
    void aTypeBelow128IsAnErrorAndAnyOtherIsNot() {
        for (int type = 0; type <= 255; type++) {
            assertEquals(type <= 127, Icmpv6Message.isError(type));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 129, 130, 143, 255})
    void everyTruncationOfAMessageThatIsNoErrorIsRefused(int type) {
        UnsafeBuffer message = Bytes.noise(8);
        Icmpv6Message.type(message, 0, type);
        assertEquals(8, Icmpv6Message.check(message, 0, 8));
        for (int length = 0; length < 8; length++) {
            UnsafeBuffer cut = Bytes.prefix(message, length);
            assertEquals(Malformed.TRUNCATED, Icmpv6Message.check(cut, 0, length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 127})
    void anErrorMustQuoteAnIpv6Header(int type) {
        UnsafeBuffer message = Bytes.noise(48);
        Icmpv6Message.type(message, 0, type);
        Ipv6Header.write(message, 8, 1, 2, 3, 4, IpProtocol.UDP, 64, 1400);
        assertEquals(8, Icmpv6Message.check(message, 0, 48));
        for (int length = 0; length < 48; length++) {
            UnsafeBuffer cut = Bytes.prefix(message, length);
            assertEquals(Malformed.TRUNCATED, Icmpv6Message.check(cut, 0, length));
        }
        for (int version = 0; version < 16; version++) {
            message.putByte(8, (byte) (version << 4));
            int expected = version == 6 ? 8 : Malformed.VERSION;
            assertEquals(expected, Icmpv6Message.check(message, 0, 48));
        }
    }

    @ParameterizedTest
    @FieldSource("CAPTURED")
    void theChecksumsOfCapturedMessagesAreRight(String captured) {
        UnsafeBuffer frame = Bytes.of(captured);
        int length = frame.capacity() - 14;
        assertEquals(40, Ipv6Header.check(frame, 14, length));
        Ipv6ExtensionHeaders headers = new Ipv6ExtensionHeaders();
        int extensions = headers.parse(frame, 14, length);
        assertEquals(IpProtocol.ICMPV6, headers.upperLayerProtocol());
        int at = headers.upperLayerOffset();
        int messageLength = length - 40 - extensions;
        assertEquals(8, Icmpv6Message.check(frame, at, messageLength));
        long pseudoHeader = Ipv6Header.pseudoHeader(frame, 14, IpProtocol.ICMPV6, messageLength);
        assertTrue(Icmpv6Message.isChecksumCorrect(frame, at, messageLength, pseudoHeader));

        int checksum = Icmpv6Message.checksum(frame, at);
        Icmpv6Message.updateChecksum(frame, at, messageLength, pseudoHeader);
        assertEquals(checksum, Icmpv6Message.checksum(frame, at));
    }

    @Test
    void aCapturedErrorIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.ICMPV6_PORT_UNREACHABLE);
        assertEquals(Icmpv6Message.DESTINATION_UNREACHABLE, Icmpv6Message.type(frame, 54));
        assertEquals(Icmpv6Message.PORT_UNREACHABLE, Icmpv6Message.code(frame, 54));
        int quoted = 54 + Icmpv6Message.DATA_OFFSET;
        assertEquals(1, Ipv6Header.sourceLow(frame, quoted));
        Ipv6ExtensionHeaders headers = new Ipv6ExtensionHeaders();
        assertEquals(0, headers.parse(frame, quoted, frame.capacity() - quoted));
        assertEquals(IpProtocol.UDP, headers.upperLayerProtocol());
        assertEquals(40902, UdpHeader.sourcePort(frame, headers.upperLayerOffset()));
    }
}
