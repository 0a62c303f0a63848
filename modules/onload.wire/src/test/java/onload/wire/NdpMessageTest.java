package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NdpMessageTest {
    private static final long LINK_LOCAL = 0xFE80_0000_0000_0000L;
    private static final long DOCUMENTATION = 0x2001_0DB8_0000_0000L;

    @Test
    void fieldsStandWhereTheRfcPutsThem() {
        UnsafeBuffer solicitation = Bytes.noise(8);
        NdpMessage.writeRouterSolicitation(solicitation, 0);
        Bytes.assertBytes("85 00 0000 00000000", solicitation);

        UnsafeBuffer router = Bytes.noise(16);
        NdpMessage.writeRouterAdvertisement(
                router, 0, 64, NdpMessage.MANAGED, 1, 1800, 30_000, 0xFFFF_FFFFL);
        Bytes.assertBytes("86 00 0000 40 88 0708 00007530 ffffffff", router);

        UnsafeBuffer question = Bytes.noise(24);
        NdpMessage.writeNeighborSolicitation(question, 0, LINK_LOCAL, 1);
        Bytes.assertBytes("87 00 0000 00000000 fe80000000000000 0000000000000001", question);

        UnsafeBuffer answer = Bytes.noise(24);
        NdpMessage.writeNeighborAdvertisement(
                answer, 0, NdpMessage.SOLICITED | NdpMessage.OVERRIDE, LINK_LOCAL, 2);
        Bytes.assertBytes("88 00 0000 60000000 fe80000000000000 0000000000000002", answer);

        UnsafeBuffer redirect = Bytes.noise(40);
        NdpMessage.writeRedirect(redirect, 0, LINK_LOCAL, 3, DOCUMENTATION, 4);
        Bytes.assertBytes(
                """
                89 00 0000 00000000 fe80000000000000 0000000000000003
                20010db800000000 0000000000000004
                """,
                redirect);
    }

    @Test
    void aRouterAdvertisementReadsBackAsItWasWritten() {
        Property.forAll(
                500,
                random -> {
                    int hopLimit = random.between(0, 255);
                    int flags = random.oneOf(0, NdpMessage.MANAGED, NdpMessage.OTHER, 0xE7, 0x07);
                    int preference = random.between(-1, 1);
                    int lifetime = random.between(0, 0xFFFF);
                    long reachable = random.anyLong() >>> 32;
                    long retrans = random.anyLong() >>> 32;
                    UnsafeBuffer buffer = Bytes.noise(16);
                    NdpMessage.writeRouterAdvertisement(
                            buffer, 0, hopLimit, flags, preference, lifetime, reachable, retrans);
                    assertEquals(16, NdpMessage.check(buffer, 0, 16));
                    assertEquals(hopLimit, NdpMessage.currentHopLimit(buffer, 0));
                    assertEquals(flags, NdpMessage.routerFlags(buffer, 0) & ~0x18);
                    assertEquals(preference, NdpMessage.routerPreference(buffer, 0));
                    assertEquals(lifetime, NdpMessage.routerLifetimeSeconds(buffer, 0));
                    assertEquals(reachable, NdpMessage.reachableTimeMs(buffer, 0));
                    assertEquals(retrans, NdpMessage.retransTimerMs(buffer, 0));
                });
    }

    @ParameterizedTest
    @CsvSource({"00, 0", "08, 1", "10, 0", "18, -1", "e7, 0", "ef, 1", "f7, 0", "ff, -1"})
    void theReservedPreferenceIsTakenForMedium(String flags, int preference) {
        UnsafeBuffer buffer = Bytes.of("8600 0000 00" + flags + "0000 00000000 00000000");
        assertEquals(preference, NdpMessage.routerPreference(buffer, 0));
    }

    @Test
    void neighborMessagesAndRedirectsReadBackAsTheyWereWritten() {
        Property.forAll(
                500,
                random -> {
                    long targetHigh = random.anyLong();
                    long targetLow = random.anyLong();
                    long destinationHigh = random.anyLong();
                    long destinationLow = random.anyLong();
                    int flags = random.between(0, 7) << 5;
                    UnsafeBuffer solicitation = Bytes.noise(24);
                    NdpMessage.writeNeighborSolicitation(solicitation, 0, targetHigh, targetLow);
                    UnsafeBuffer advertisement = Bytes.noise(24);
                    NdpMessage.writeNeighborAdvertisement(
                            advertisement, 0, flags, targetHigh, targetLow);
                    UnsafeBuffer redirect = Bytes.noise(40);
                    NdpMessage.writeRedirect(
                            redirect, 0, targetHigh, targetLow, destinationHigh, destinationLow);
                    for (UnsafeBuffer m :
                            new UnsafeBuffer[] {solicitation, advertisement, redirect}) {
                        assertEquals(m.capacity(), NdpMessage.check(m, 0, m.capacity()));
                        assertEquals(targetHigh, NdpMessage.targetHigh(m, 0));
                        assertEquals(targetLow, NdpMessage.targetLow(m, 0));
                    }
                    assertEquals(flags, NdpMessage.neighborFlags(advertisement, 0));
                    assertEquals(destinationHigh, NdpMessage.destinationHigh(redirect, 0));
                    assertEquals(destinationLow, NdpMessage.destinationLow(redirect, 0));
                });
    }

    @Test
    void reservedBitsOfANeighborAdvertisementAreNotFlags() {
        UnsafeBuffer buffer = Bytes.noise(24);
        NdpMessage.writeNeighborAdvertisement(buffer, 0, 0xFF, 1, 2);
        assertEquals(0xE0, NdpMessage.neighborFlags(buffer, 0));
    }

    @ParameterizedTest
    @CsvSource({"133, 8", "134, 16", "135, 24", "136, 24", "137, 40"})
    void everyTruncationIsRefused(int type, int headerLength) {
        UnsafeBuffer message = Bytes.noise(48);
        Icmpv6Message.write(message, 0, type, 0);
        assertEquals(headerLength, NdpMessage.check(message, 0, headerLength));
        assertEquals(headerLength, NdpMessage.check(message, 0, 48));
        for (int length = 0; length < headerLength; length++) {
            UnsafeBuffer cut = Bytes.prefix(message, length);
            assertEquals(Malformed.TRUNCATED, NdpMessage.check(cut, 0, length));
        }
    }

    @Test
    void everyOtherTypeIsRefused() {
        UnsafeBuffer message = Bytes.noise(64);
        for (int type = 0; type <= 255; type++) {
            Icmpv6Message.write(message, 0, type, 0);
            boolean ours = type >= 133 && type <= 137;
            assertEquals(ours, NdpMessage.check(message, 0, 64) >= 0);
            if (!ours) {
                assertEquals(Malformed.TYPE, NdpMessage.check(message, 0, 64));
            }
        }
    }

    @Test
    void everyOtherCodeIsRefused() {
        UnsafeBuffer message = Bytes.noise(64);
        for (int type = 133; type <= 137; type++) {
            for (int code = 1; code <= 255; code++) {
                Icmpv6Message.write(message, 0, type, code);
                assertEquals(Malformed.FIELD, NdpMessage.check(message, 0, 64));
            }
        }
    }

    @Test
    void capturedMessagesAreRead() {
        UnsafeBuffer solicitation = Bytes.of(CapturedFrames.NEIGHBOR_SOLICITATION);
        assertEquals(24, NdpMessage.check(solicitation, 54, 32));
        assertEquals(DOCUMENTATION, NdpMessage.targetHigh(solicitation, 54));
        assertEquals(2, NdpMessage.targetLow(solicitation, 54));

        UnsafeBuffer advertisement = Bytes.of(CapturedFrames.NEIGHBOR_ADVERTISEMENT);
        assertEquals(24, NdpMessage.check(advertisement, 54, 32));
        assertEquals(
                NdpMessage.SOLICITED | NdpMessage.OVERRIDE,
                NdpMessage.neighborFlags(advertisement, 54));
        assertEquals(2, NdpMessage.targetLow(advertisement, 54));

        UnsafeBuffer router = Bytes.of(CapturedFrames.ROUTER_SOLICITATION);
        assertEquals(8, NdpMessage.check(router, 54, 16));
    }
}
