package onload.ip.icmp;

import static onload.ip.icmp.Bytes.hex;
import static onload.ip.icmp.Bytes.ipv6;
import static onload.ip.icmp.Bytes.joined;
import static onload.ip.icmp.Bytes.memory;
import static onload.wire.IpProtocol.DESTINATION_OPTIONS;
import static onload.wire.IpProtocol.FRAGMENT;
import static onload.wire.IpProtocol.HOP_BY_HOP;
import static onload.wire.IpProtocol.UDP;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;
import onload.wire.Ipv6ExtensionHeaders;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class Ipv6UpperLayerTest {
    private static final int[] PROTOCOLS = {0, 43, 44, 51, 60, 6, 17, 50, 58, 59, 135, 255};

    @Test
    void withoutExtensionHeadersTheUpperLayerFollows() {
        for (int protocol : new int[] {6, 17, 41, 50, 58, 59, 135, 255}) {
            long found = find(ipv6(protocol, new byte[4]));
            assertEquals(protocol, Ipv6UpperLayer.protocol(found));
            assertEquals(40, Ipv6UpperLayer.index(found));
            assertFalse(Ipv6UpperLayer.isLaterFragment(found));
        }
    }

    @Test
    void theUpperLayerMayBeBeyondTheEnd() {
        assertEquals(48, Ipv6UpperLayer.index(find(ipv6(HOP_BY_HOP, hex("1100 0104 00000000")))));
    }

    @Test
    void whatMayNotBeIgnoredIsPassedOver() {
        byte[] headers = hex("2b00 c204 00000000", "1100 0003 00000000");
        long found = find(ipv6(DESTINATION_OPTIONS, joined(headers, new byte[8])));
        assertEquals(UDP, Ipv6UpperLayer.protocol(found));
        assertEquals(56, Ipv6UpperLayer.index(found));
    }

    @Test
    void aLaterFragmentEndsTheWay() {
        long found = find(ipv6(FRAGMENT, hex("3c00 0008 00000001 1100 0000 00000000")));
        assertTrue(Ipv6UpperLayer.isLaterFragment(found));
        assertEquals(DESTINATION_OPTIONS, Ipv6UpperLayer.protocol(found));
        assertEquals(48, Ipv6UpperLayer.index(found));
    }

    @Test
    void wherePacketsAreProcessedTheSameUpperLayerIsFound() {
        Ipv6ExtensionHeaders processing = new Ipv6ExtensionHeaders(64, 64);
        int[] agreed = new int[1];
        Property.forAll(
                20_000,
                random -> {
                    UnsafeBuffer packet = memory(randomChain(random));
                    int result = processing.parse(packet, 0, packet.capacity());
                    long found = Ipv6UpperLayer.find(packet, 0, packet.capacity());
                    boolean isFragment = processing.isFragment();
                    if (result >= 0 && !isFragment) {
                        assertEquals(
                                processing.upperLayerProtocol(), Ipv6UpperLayer.protocol(found));
                        assertEquals(processing.upperLayerOffset(), Ipv6UpperLayer.index(found));
                        assertFalse(Ipv6UpperLayer.isLaterFragment(found));
                        agreed[0]++;
                    }
                });
        assertTrue(agreed[0] > 1000 || System.getProperty(Property.SEED_PROPERTY) != null);
    }

    /** Headers of which most are well-formed; options are padding. */
    private static byte[] randomChain(Randomness random) {
        byte[] chain = new byte[0];
        int first = PROTOCOLS[random.between(0, PROTOCOLS.length - 1)];
        int headers = random.between(0, 6);
        for (int i = 0; i < headers; i++) {
            int next = PROTOCOLS[random.between(0, PROTOCOLS.length - 1)];
            boolean isPlain = random.chance(0.9);
            byte[] header =
                    hex("%02x00".formatted(next), isPlain ? "0000 00000000" : "0104 00000000");
            chain = joined(chain, header);
        }
        return ipv6(first, chain);
    }

    private static long find(byte[] packet) {
        return Ipv6UpperLayer.find(memory(packet), 0, packet.length);
    }
}
