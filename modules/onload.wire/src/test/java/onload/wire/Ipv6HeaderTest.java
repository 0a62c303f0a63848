package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class Ipv6HeaderTest {
    private static final long HIGH = 0x2001_0DB8_0000_0000L;

    @Test
    void fieldsStandWhereTheRfcPutsThem() {
        UnsafeBuffer buffer = Bytes.noise(40);
        Ipv6Header.write(buffer, 0, HIGH, 1, HIGH + 1, 2, IpProtocol.TCP, 64, 0x1234);
        Ipv6Header.trafficClassAndFlowLabel(buffer, 0, 0xAB, 0xCDEF1);
        Bytes.assertBytes(
                """
                6 ab cdef1 1234 06 40
                20010db8 00000000 00000000 00000001
                20010db8 00000001 00000000 00000002
                """,
                buffer);
    }

    @Test
    void aHeaderReadsBackAsItWasWritten() {
        Property.forAll(
                1_000,
                random -> {
                    int trafficClass = random.between(0, 255);
                    int flowLabel = random.between(0, Ipv6Header.MAX_FLOW_LABEL);
                    int payloadLength = random.between(0, 100);
                    int nextHeader = random.between(0, 255);
                    int hopLimit = random.between(0, 255);
                    long sourceHigh = random.anyLong();
                    long sourceLow = random.anyLong();
                    long destinationHigh = random.anyLong();
                    long destinationLow = random.anyLong();
                    UnsafeBuffer buffer = Bytes.noise(40 + payloadLength);
                    Ipv6Header.write(
                            buffer,
                            0,
                            sourceHigh,
                            sourceLow,
                            destinationHigh,
                            destinationLow,
                            nextHeader,
                            hopLimit,
                            payloadLength);
                    assertEquals(0, Ipv6Header.trafficClass(buffer, 0));
                    assertEquals(0, Ipv6Header.flowLabel(buffer, 0));
                    Ipv6Header.trafficClassAndFlowLabel(buffer, 0, trafficClass, flowLabel);

                    assertEquals(40, Ipv6Header.check(buffer, 0, 40 + payloadLength));
                    assertEquals(6, Ipv6Header.version(buffer, 0));
                    assertEquals(trafficClass, Ipv6Header.trafficClass(buffer, 0));
                    assertEquals(flowLabel, Ipv6Header.flowLabel(buffer, 0));
                    assertEquals(payloadLength, Ipv6Header.payloadLength(buffer, 0));
                    assertEquals(nextHeader, Ipv6Header.nextHeader(buffer, 0));
                    assertEquals(hopLimit, Ipv6Header.hopLimit(buffer, 0));
                    assertEquals(sourceHigh, Ipv6Header.sourceHigh(buffer, 0));
                    assertEquals(sourceLow, Ipv6Header.sourceLow(buffer, 0));
                    assertEquals(destinationHigh, Ipv6Header.destinationHigh(buffer, 0));
                    assertEquals(destinationLow, Ipv6Header.destinationLow(buffer, 0));
                });
    }

    @Test
    void everyTruncationIsRefused() {
        UnsafeBuffer packet = packet(0);
        assertEquals(40, Ipv6Header.check(packet, 0, 40));
        for (int length = 0; length < 40; length++) {
            UnsafeBuffer cut = Bytes.prefix(packet, length);
            assertEquals(Malformed.TRUNCATED, Ipv6Header.check(cut, 0, length));
        }
    }

    @Test
    void everyOtherVersionIsRefused() {
        UnsafeBuffer packet = packet(0);
        for (int version = 0; version < 16; version++) {
            packet.putByte(0, (byte) (version << 4 | 0xF));
            int expected = version == 6 ? 40 : Malformed.VERSION;
            assertEquals(expected, Ipv6Header.check(packet, 0, 40));
        }
    }

    @Test
    void aPayloadThatIsNotAllThereIsRefusedAndPaddingOfTheLinkIsRight() {
        UnsafeBuffer packet = packet(20);
        for (int payloadLength = 0; payloadLength <= 0xFFFF; payloadLength++) {
            Ipv6Header.payloadLength(packet, 0, payloadLength);
            int expected = payloadLength <= 20 ? 40 : Malformed.TOTAL_LENGTH;
            assertEquals(expected, Ipv6Header.check(packet, 0, 60));
        }
    }

    @Test
    void thePseudoHeaderIsThatOfRfc8200() {
        Property.forAll(
                200,
                random -> {
                    UnsafeBuffer packet = new UnsafeBuffer(random.bytes(40));
                    int protocol = random.between(0, 255);
                    int length = random.between(0, 0xFFFF);
                    UnsafeBuffer pseudoHeader = new UnsafeBuffer(new byte[40]);
                    pseudoHeader.putBytes(0, packet, Ipv6Header.SOURCE_OFFSET, 32);
                    BigEndian.int32(pseudoHeader, 32, length);
                    BigEndian.int32(pseudoHeader, 36, protocol);
                    assertEquals(
                            InternetChecksum.checksum(pseudoHeader, 0, 40),
                            InternetChecksum.fold(
                                    Ipv6Header.pseudoHeader(packet, 0, protocol, length)));
                });
    }

    @Test
    void aCapturedPacketIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.ICMPV6_ECHO_REPLY);
        assertEquals(40, Ipv6Header.check(frame, 14, frame.capacity() - 14));
        assertEquals(16, Ipv6Header.payloadLength(frame, 14));
        assertEquals(IpProtocol.ICMPV6, Ipv6Header.nextHeader(frame, 14));
        assertEquals(64, Ipv6Header.hopLimit(frame, 14));
        assertEquals(HIGH, Ipv6Header.sourceHigh(frame, 14));
        assertEquals(2, Ipv6Header.sourceLow(frame, 14));
        assertEquals(HIGH, Ipv6Header.destinationHigh(frame, 14));
        assertEquals(1, Ipv6Header.destinationLow(frame, 14));
    }

    private static UnsafeBuffer packet(int payloadLength) {
        UnsafeBuffer buffer = Bytes.noise(40 + payloadLength);
        Ipv6Header.write(buffer, 0, HIGH, 1, HIGH, 2, IpProtocol.UDP, 64, payloadLength);
        return buffer;
    }
}
