package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class EthernetHeaderTest {
    private static final long DESTINATION = 0x0123_4567_89ABL;
    private static final long SOURCE = 0xFEDC_BA98_7654L;

    @Test
    void fieldsStandWhereTheStandardPutsThem() {
        UnsafeBuffer buffer = Bytes.noise(14);
        EthernetHeader.write(buffer, 0, DESTINATION, SOURCE, EtherType.IPV4);
        Bytes.assertBytes("0123456789ab fedcba987654 0800", buffer);
    }

    @Test
    void anUntaggedHeaderReadsBackAsItWasWritten() {
        Property.forAll(
                1_000,
                random -> {
                    long destination = random.anyLong() >>> 16;
                    long source = random.anyLong() >>> 16;
                    int type = random.between(EtherType.SMALLEST, 0xFFFF);
                    UnsafeBuffer buffer = Bytes.noise(14);
                    EthernetHeader.write(buffer, 0, destination, source, type);
                    assertEquals(destination, EthernetHeader.destination(buffer, 0));
                    assertEquals(source, EthernetHeader.source(buffer, 0));
                    assertEquals(type, EthernetHeader.etherType(buffer, 0, 14));
                    int expected = VlanTag.isTag(type) ? Malformed.TRUNCATED : 14;
                    assertEquals(expected, EthernetHeader.check(buffer, 0, 14));
                });
    }

    @Test
    void everyTruncationIsRefused() {
        for (int tags = 0; tags <= EthernetHeader.MAX_TAGS; tags++) {
            UnsafeBuffer frame = tagged(tags, EtherType.IPV6);
            int headerLength = 14 + 4 * tags;
            assertEquals(headerLength, EthernetHeader.check(frame, 0, headerLength));
            for (int length = 0; length < headerLength; length++) {
                UnsafeBuffer cut = Bytes.prefix(frame, length);
                assertEquals(Malformed.TRUNCATED, EthernetHeader.check(cut, 0, length));
            }
        }
    }

    @Test
    void tagsOfBothTypesAreFollowedToTheTypeBehindThem() {
        UnsafeBuffer frame =
                Bytes.of("0123456789ab fedcba987654 88a8 e064 8100 1fff 86dd 60000000");
        assertEquals(22, EthernetHeader.check(frame, 0, frame.capacity()));
        assertEquals(EtherType.IPV6, EthernetHeader.etherType(frame, 0, 22));
        int service = VlanTag.FIRST_OFFSET;
        assertEquals(100, VlanTag.identifier(frame, service));
        assertEquals(7, VlanTag.priority(frame, service));
        assertFalse(VlanTag.dropEligible(frame, service));
        int customer = service + VlanTag.LENGTH;
        assertEquals(4095, VlanTag.identifier(frame, customer));
        assertEquals(0, VlanTag.priority(frame, customer));
        assertTrue(VlanTag.dropEligible(frame, customer));
    }

    @Test
    void aThirdTagIsOneTooMany() {
        UnsafeBuffer frame = tagged(3, EtherType.IPV4);
        assertEquals(Malformed.CHAIN, EthernetHeader.check(frame, 0, frame.capacity()));
        assertEquals(Malformed.CHAIN, EthernetHeader.check(Bytes.prefix(frame, 22), 0, 22));
    }

    @Test
    void aLengthInPlaceOfATypeIsRefusedBehindTagsToo() {
        for (int tags = 0; tags <= EthernetHeader.MAX_TAGS; tags++) {
            for (int type : new int[] {0, 1, 46, 1500, EtherType.SMALLEST - 1}) {
                UnsafeBuffer frame = tagged(tags, type);
                assertEquals(Malformed.TYPE, EthernetHeader.check(frame, 0, frame.capacity()));
            }
            UnsafeBuffer frame = tagged(tags, EtherType.SMALLEST);
            assertEquals(frame.capacity(), EthernetHeader.check(frame, 0, frame.capacity()));
        }
    }

    @Test
    void aTagReadsBackAsItWasWritten() {
        Property.forAll(
                1_000,
                random -> {
                    int type = random.oneOf(EtherType.VLAN, EtherType.SERVICE_VLAN);
                    int priority = random.between(0, 7);
                    boolean dropEligible = random.flip();
                    int identifier = random.between(0, 4095);
                    UnsafeBuffer buffer = Bytes.noise(4);
                    VlanTag.write(buffer, 0, type, priority, dropEligible, identifier);
                    assertTrue(VlanTag.isTag(BigEndian.uint16(buffer, 0)));
                    assertEquals(type, BigEndian.uint16(buffer, 0));
                    assertEquals(priority, VlanTag.priority(buffer, 0));
                    assertEquals(dropEligible, VlanTag.dropEligible(buffer, 0));
                    assertEquals(identifier, VlanTag.identifier(buffer, 0));
                });
    }

    @Test
    void anIdentifierThatIsTooLargeDoesNotSpillIntoTheOtherFields() {
        UnsafeBuffer buffer = Bytes.noise(4);
        VlanTag.write(buffer, 0, EtherType.VLAN, 0, false, 0x1_FFFF);
        Bytes.assertBytes("8100 0fff", buffer);
    }

    @Test
    void aCapturedFrameIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.ARP_REQUEST);
        assertEquals(14, EthernetHeader.check(frame, 0, frame.capacity()));
        assertEquals(0xFFFF_FFFF_FFFFL, EthernetHeader.destination(frame, 0));
        assertEquals(0x0200_0000_0001L, EthernetHeader.source(frame, 0));
        assertEquals(EtherType.ARP, EthernetHeader.etherType(frame, 0, 14));
    }

    private static UnsafeBuffer tagged(int tags, int type) {
        int headerLength = EthernetHeader.LENGTH + tags * VlanTag.LENGTH;
        UnsafeBuffer buffer = Bytes.noise(headerLength);
        for (int i = 0; i < tags; i++) {
            VlanTag.write(buffer, 12 + 4 * i, EtherType.VLAN, 0, false, i);
        }
        EthernetHeader.etherType(buffer, 0, headerLength, type);
        return buffer;
    }
}
