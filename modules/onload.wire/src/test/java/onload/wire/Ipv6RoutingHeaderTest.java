package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class Ipv6RoutingHeaderTest {
    @Test
    void fieldsStandWhereTheRfcPutsThem() {
        UnsafeBuffer buffer = Bytes.noise(16);
        Ipv6RoutingHeader.write(
                buffer, 0, IpProtocol.TCP, 16, Ipv6RoutingHeader.SEGMENT_ROUTING, 0xAB);
        Bytes.assertBytes("06 01 04 ab 00000000 0000000000000000", buffer);
    }

    @Test
    void aHeaderReadsBackAsItWasWritten() {
        Property.forAll(
                500,
                random -> {
                    int nextHeader = random.between(0, 255);
                    int headerLength = 8 * random.between(1, 256);
                    int type = random.between(0, 255);
                    int segmentsLeft = random.between(0, 255);
                    UnsafeBuffer buffer = Bytes.noise(headerLength);
                    Ipv6RoutingHeader.write(
                            buffer, 0, nextHeader, headerLength, type, segmentsLeft);
                    assertEquals(headerLength, Ipv6RoutingHeader.check(buffer, 0, headerLength));
                    assertEquals(headerLength, Ipv6RoutingHeader.headerLength(buffer, 0));
                    assertEquals(nextHeader, Ipv6RoutingHeader.nextHeader(buffer, 0));
                    assertEquals(type, Ipv6RoutingHeader.type(buffer, 0));
                    assertEquals(segmentsLeft, Ipv6RoutingHeader.segmentsLeft(buffer, 0));
                });
    }

    @Test
    void everyTruncationIsRefused() {
        UnsafeBuffer header = Bytes.noise(Ipv6RoutingHeader.MAX_LENGTH);
        for (int headerLength = 8; headerLength <= header.capacity(); headerLength += 8) {
            Ipv6RoutingHeader.headerLength(header, 0, headerLength);
            assertEquals(headerLength, Ipv6RoutingHeader.check(header, 0, headerLength));
            int length = headerLength - 1;
            assertEquals(Malformed.TRUNCATED, Ipv6RoutingHeader.check(header, 0, length));
        }
        for (int length = 0; length < 8; length++) {
            UnsafeBuffer cut = Bytes.prefix(header, length);
            assertEquals(Malformed.TRUNCATED, Ipv6RoutingHeader.check(cut, 0, length));
        }
    }
}
