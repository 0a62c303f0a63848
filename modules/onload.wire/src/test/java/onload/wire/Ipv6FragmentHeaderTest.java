package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class Ipv6FragmentHeaderTest {
    @Test
    void fieldsStandWhereTheRfcPutsThem() {
        UnsafeBuffer buffer = Bytes.noise(8);
        Ipv6FragmentHeader.write(buffer, 0, IpProtocol.UDP, 0x1238, true, 0xA1A2A3A4);
        Bytes.assertBytes("11 00 1239 a1a2a3a4", buffer);
    }

    @Test
    void aHeaderReadsBackAsItWasWritten() {
        Property.forAll(
                1_000,
                random -> {
                    int nextHeader = random.between(0, 255);
                    int fragmentOffset = 8 * random.between(0, 8191);
                    boolean more = random.flip();
                    int identification = random.anyInt();
                    UnsafeBuffer buffer = Bytes.noise(8);
                    Ipv6FragmentHeader.write(
                            buffer, 0, nextHeader, fragmentOffset, more, identification);
                    assertEquals(8, Ipv6FragmentHeader.check(buffer, 0, 8));
                    assertEquals(nextHeader, Ipv6FragmentHeader.nextHeader(buffer, 0));
                    assertEquals(fragmentOffset, Ipv6FragmentHeader.fragmentOffset(buffer, 0));
                    assertEquals(more, Ipv6FragmentHeader.moreFragments(buffer, 0));
                    assertEquals(identification, Ipv6FragmentHeader.identification(buffer, 0));
                    assertEquals(
                            fragmentOffset == 0 && !more, Ipv6FragmentHeader.isAtomic(buffer, 0));
                });
    }

    @Test
    void reservedBitsAreIgnored() {
        UnsafeBuffer atomic = Bytes.of("11 ff 0006 00000000");
        assertTrue(Ipv6FragmentHeader.isAtomic(atomic, 0));
        assertEquals(0, Ipv6FragmentHeader.fragmentOffset(atomic, 0));
        assertFalse(Ipv6FragmentHeader.moreFragments(atomic, 0));
    }

    @Test
    void everyTruncationIsRefused() {
        for (int length = 0; length < 8; length++) {
            UnsafeBuffer cut = Bytes.noise(length);
            assertEquals(Malformed.TRUNCATED, Ipv6FragmentHeader.check(cut, 0, length));
        }
    }

    @Test
    void aCapturedHeaderIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.IPV6_LAST_FRAGMENT);
        assertEquals(8, Ipv6FragmentHeader.check(frame, 54, 120));
        assertEquals(IpProtocol.UDP, Ipv6FragmentHeader.nextHeader(frame, 54));
        assertEquals(2896, Ipv6FragmentHeader.fragmentOffset(frame, 54));
        assertFalse(Ipv6FragmentHeader.moreFragments(frame, 54));
    }
}
