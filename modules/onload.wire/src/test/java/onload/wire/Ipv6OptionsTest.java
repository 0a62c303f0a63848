package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv6OptionsTest {
    @Test
    void writtenOptionsStandWhereTheRfcsPutThem() {
        UnsafeBuffer buffer = Bytes.noise(16);
        Ipv6Options.write(buffer, 0, IpProtocol.ICMPV6, 16);
        int at = Ipv6Options.writeJumboPayload(buffer, 2, 0x0102_0304L);
        at = Ipv6Options.writeRouterAlert(buffer, at, 0xABCD);
        Ipv6Options.writePadding(buffer, at, 16);
        Bytes.assertBytes("3a01 c204 01020304 0502 abcd 01020000", buffer);
    }

    @Test
    void aHeaderReadsBackAsItWasWritten() {
        Property.forAll(
                500,
                random -> {
                    int nextHeader = random.between(0, 255);
                    int headerLength = 8 * random.between(1, 256);
                    UnsafeBuffer buffer = Bytes.noise(headerLength);
                    buffer.setMemory(2, headerLength - 2, (byte) Ipv6Options.PAD1);
                    Ipv6Options.write(buffer, 0, nextHeader, headerLength);
                    assertEquals(headerLength, Ipv6Options.check(buffer, 0, headerLength));
                    assertEquals(headerLength, Ipv6Options.headerLength(buffer, 0));
                    assertEquals(nextHeader, Ipv6Options.nextHeader(buffer, 0));
                });
    }

    @Test
    void optionsReadBackAsTheyWereWritten() {
        Property.forAll(
                500,
                random -> {
                    int alert = random.between(0, 0xFFFF);
                    long jumbo = random.anyLong() >>> 32;
                    UnsafeBuffer buffer = Bytes.noise(16);
                    Ipv6Options.write(buffer, 0, 0, 16);
                    int second = Ipv6Options.writeRouterAlert(buffer, 2, alert);
                    int end = Ipv6Options.writeJumboPayload(buffer, second, jumbo);
                    Ipv6Options.writePadding(buffer, end, 16);
                    assertEquals(16, Ipv6Options.check(buffer, 0, 16));

                    int at = Ipv6Options.first(buffer, 0, 16);
                    assertEquals(Ipv6Options.ROUTER_ALERT, Ipv6Options.type(buffer, at));
                    assertEquals(2, Ipv6Options.dataLength(buffer, at));
                    assertEquals(alert, Ipv6Options.routerAlert(buffer, at));
                    at = Ipv6Options.next(buffer, at, 16);
                    assertEquals(second, at);
                    assertEquals(Ipv6Options.JUMBO_PAYLOAD, Ipv6Options.type(buffer, at));
                    assertEquals(jumbo, Ipv6Options.jumboPayloadLength(buffer, at));
                    assertEquals(16, Ipv6Options.next(buffer, at, 16));
                });
    }

    @Test
    void everyTruncationIsRefused() {
        UnsafeBuffer header = Bytes.of("3a02 0502 0000 0100 010e 0000000000000000 000000000000");
        assertEquals(24, Ipv6Options.check(header, 0, 24));
        for (int length = 0; length < 24; length++) {
            UnsafeBuffer cut = Bytes.prefix(header, length);
            assertEquals(Malformed.TRUNCATED, Ipv6Options.check(cut, 0, length));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3a00 0105 00000000", // padding beyond the end
                "3a00 1e05 00000000", // an unknown option beyond the end
                "3a00 1eff 00000000",
                "3a00 0000 00000005", // a type in the last byte
                "3a00 0502 0000 0501", // no room for the data
                "3a00 0501 00 000000", // a router alert of 1, 3 and 0 bytes
                "3a00 0503 000000 00",
                "3a00 0500 00000000",
                "3a00 c203 000000 00", // a jumbo payload of 3 bytes
                "3a01 c205 00000000 00 00000000000000"
            })
    void anOptionThatCannotBeIsRefused(String hex) {
        UnsafeBuffer header = Bytes.of(hex);
        assertEquals(Malformed.OPTION, Ipv6Options.check(header, 0, header.capacity()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3a00 0000 00000000",
                "3a00 0104 00000000",
                "3a00 0100 0100 0100",
                "3a00 0101 00 010100",
                "3a00 0000 01020000"
            })
    void paddingAloneIsNoOption(String hex) {
        UnsafeBuffer header = Bytes.of(hex);
        assertEquals(8, Ipv6Options.check(header, 0, 8));
        assertEquals(8, Ipv6Options.first(header, 0, 8));
    }

    @Test
    void theWalkLeavesOutPaddingBetweenOptions() {
        UnsafeBuffer header = Bytes.of("3a01 00 1e00 0100 00 c702 aabb 0101ff 00");
        assertEquals(16, Ipv6Options.check(header, 0, 16));
        int at = Ipv6Options.first(header, 0, 16);
        assertEquals(3, at);
        assertEquals(0, Ipv6Options.dataLength(header, at));
        at = Ipv6Options.next(header, at, 16);
        assertEquals(8, at);
        assertEquals(0xC7, Ipv6Options.type(header, at));
        assertEquals(16, Ipv6Options.next(header, at, 16));
    }

    @Test
    void theActionIsInTheTwoHighestBitsOfTheType() {
        assertEquals(Ipv6Options.SKIP, Ipv6Options.action(0x3F));
        assertEquals(Ipv6Options.DISCARD, Ipv6Options.action(0x40));
        assertEquals(Ipv6Options.REPORT, Ipv6Options.action(0x80));
        assertEquals(Ipv6Options.REPORT_UNLESS_MULTICAST, Ipv6Options.action(0xC0));
        assertEquals(
                Ipv6Options.REPORT_UNLESS_MULTICAST, Ipv6Options.action(Ipv6Options.JUMBO_PAYLOAD));
        assertEquals(Ipv6Options.SKIP, Ipv6Options.action(Ipv6Options.ROUTER_ALERT));
    }

    @Test
    void paddingOfEveryLengthIsPadding() {
        for (int length = 0; length <= 257; length++) {
            int headerLength = (2 + length + 7) / 8 * 8;
            UnsafeBuffer buffer = Bytes.noise(headerLength);
            Ipv6Options.write(buffer, 0, 0, headerLength);
            Ipv6Options.writePadding(buffer, 2, 2 + length);
            Ipv6Options.writePadding(buffer, 2 + length, headerLength);
            assertEquals(headerLength, Ipv6Options.check(buffer, 0, headerLength));
            assertEquals(headerLength, Ipv6Options.first(buffer, 0, headerLength));
        }
    }

    @Test
    void aCapturedRouterAlertIsRead() {
        UnsafeBuffer frame = Bytes.of(CapturedFrames.MLD_V2_REPORT);
        int headerLength = Ipv6Options.check(frame, 54, frame.capacity() - 54);
        assertEquals(8, headerLength);
        assertEquals(IpProtocol.ICMPV6, Ipv6Options.nextHeader(frame, 54));
        int at = Ipv6Options.first(frame, 54, 62);
        assertEquals(Ipv6Options.ROUTER_ALERT, Ipv6Options.type(frame, at));
        assertEquals(Ipv6Options.MULTICAST_LISTENER_DISCOVERY, Ipv6Options.routerAlert(frame, at));
        assertTrue(Ipv6Options.next(frame, at, 62) == 62);
    }
}
