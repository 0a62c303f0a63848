package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpOptionsTest {
    private final TcpOptions options = new TcpOptions();

    @Test
    void writtenOptionsStandWhereTheRfcsPutThem() {
        UnsafeBuffer buffer = Bytes.noise(40);
        int at = TcpOptions.writeMaximumSegmentSize(buffer, 0, 1460);
        at = TcpOptions.writeWindowScale(buffer, at, 7);
        at = TcpOptions.writeSackPermitted(buffer, at);
        at = TcpOptions.writeTimestamps(buffer, at, 0x01020304, 0xA1A2A3A4);
        at = TcpOptions.writeFastOpen(buffer, at, Bytes.of("c0c1c2c3c4c5"), 1, 4);
        at = TcpOptions.writePadding(buffer, 0, at);
        Bytes.assertBytes(
                "020405b4 01030307 0402 080a01020304a1a2a3a4 2206c1c2c3c4 0101",
                Bytes.prefix(buffer, at));
    }

    @Test
    void everyOptionReadsBackInAnyOrderAmongUnknownOnes() {
        Property.forAll(
                1_000,
                random -> {
                    UnsafeBuffer list = Bytes.noise(40);
                    int size = random.between(0, 0xFFFF);
                    int shift = random.between(0, 14);
                    int value = random.anyInt();
                    int echo = random.anyInt();
                    boolean[] written = new boolean[5];
                    int at = 0;
                    for (int i = 0; i < 5; i++) {
                        int which = random.between(0, 4);
                        if (written[which]) {
                            continue;
                        }
                        written[which] = true;
                        at =
                                switch (which) {
                                    case 0 -> TcpOptions.writeMaximumSegmentSize(list, at, size);
                                    case 1 -> TcpOptions.writeWindowScale(list, at, shift);
                                    case 2 -> TcpOptions.writeSackPermitted(list, at);
                                    case 3 -> TcpOptions.writeTimestamps(list, at, value, echo);
                                    default -> unknown(list, at, random.between(2, 8));
                                };
                    }
                    at = TcpOptions.writePadding(list, 0, at);
                    assertEquals(0, parse(Bytes.prefix(list, at)));
                    assertEquals(written[0], options.hasMaximumSegmentSize());
                    assertEquals(written[1], options.hasWindowScale());
                    assertEquals(written[2], options.sackPermitted());
                    assertEquals(written[3], options.hasTimestamps());
                    assertFalse(options.hasFastOpen());
                    assertEquals(0, options.sackBlocks());
                    if (written[0]) {
                        assertEquals(size, options.maximumSegmentSize());
                    }
                    if (written[1]) {
                        assertEquals(shift, options.windowScale());
                    }
                    if (written[3]) {
                        assertEquals(value, options.timestampValue());
                        assertEquals(echo, options.timestampEchoReply());
                    }
                });
    }

    private static int unknown(UnsafeBuffer list, int at, int length) {
        list.putByte(at, (byte) 0xFD);
        list.putByte(at + 1, (byte) length);
        return at + length;
    }

    @Test
    void aSegmentWithoutOptionsHasNone() {
        assertEquals(0, parse(Bytes.of("")));
        assertNothing();
    }

    @Test
    void anMd5SignatureIsSeenWhateverItsLengthIs() {
        for (int length = 2; length <= 36; length++) {
            UnsafeBuffer list = Bytes.noise(40);
            list.putByte(0, (byte) TcpOptions.MD5_SIGNATURE);
            list.putByte(1, (byte) length);
            assertEquals(0, parse(Bytes.prefix(list, TcpOptions.writePadding(list, 0, length))));
            assertTrue(options.hasMd5Signature(), "length " + length);
        }
        parse(Bytes.of("020405b4"));
        assertFalse(options.hasMd5Signature());
    }

    @Test
    void nothingIsLeftOfTheSegmentBefore() {
        parse(Bytes.of("020405b4 01030307 0402 080a0102030405060708 220a c1c2c3c4c5c6c7c8 0000"));
        assertTrue(options.hasMaximumSegmentSize() && options.hasFastOpen());
        parse(Bytes.of("050a 00000001 00000002 0000"));
        assertEquals(1, options.sackBlocks());
        parse(Bytes.of(""));
        assertNothing();
    }

    @Test
    void alignedTimestampsAreReadAsAnyOthers() {
        Property.forAll(
                500,
                random -> {
                    int value = random.anyInt();
                    int echo = random.anyInt();
                    UnsafeBuffer aligned = Bytes.noise(12);
                    aligned.putShort(0, (short) 0x0101);
                    TcpOptions.writeTimestamps(aligned, 2, value, echo);
                    UnsafeBuffer padded = Bytes.noise(12);
                    TcpOptions.writePadding(
                            padded, 0, TcpOptions.writeTimestamps(padded, 0, value, echo));
                    UnsafeBuffer longer = Bytes.of("0101 0000000000000000 0000 01010101");
                    TcpOptions.writeTimestamps(longer, 2, value, echo);
                    for (UnsafeBuffer list : new UnsafeBuffer[] {aligned, padded, longer}) {
                        parse(Bytes.of(""));
                        assertEquals(0, parse(list));
                        assertTrue(options.hasTimestamps());
                        assertEquals(value, options.timestampValue());
                        assertEquals(echo, options.timestampEchoReply());
                        assertFalse(options.hasMaximumSegmentSize() || options.sackPermitted());
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0101080b 0000000000000000", // a length that is not that of timestamps
                "01010809 0000000000000000",
                "0101090a 0000000000000000", // another kind
                "0101220a 0000000000000000",
                "0100080a 0000000000000000", // the end of the list
            })
    void whatOnlyLooksLikeAlignedTimestampsIsNotTakenForThem(String hex) {
        parse(Bytes.of(hex));
        assertFalse(options.hasTimestamps());
    }

    @Test
    void everySackBlockCountIsRead() {
        for (int blocks = 1; blocks <= TcpOptions.MAX_SACK_BLOCKS; blocks++) {
            UnsafeBuffer list = Bytes.noise(40);
            int at = TcpOptions.writeSack(list, 0, blocks);
            for (int i = 0; i < blocks; i++) {
                at = TcpOptions.writeSackBlock(list, at, -10 * i, 100 + i);
            }
            at = TcpOptions.writePadding(list, 0, at);
            UnsafeBuffer segment = segment(Bytes.prefix(list, at));
            assertEquals(0, options.parse(segment, 0, segment.capacity()));
            assertEquals(blocks, options.sackBlocks());
            for (int i = 0; i < blocks; i++) {
                assertEquals(-10 * i, options.sackLeftEdge(segment, i));
                assertEquals(100 + i, options.sackRightEdge(segment, i));
            }
        }
    }

    @Test
    void aWindowScaleAboveFourteenIsFourteen() {
        for (int shift = 0; shift <= 255; shift++) {
            UnsafeBuffer list = Bytes.of("03030000");
            list.putByte(2, (byte) shift);
            assertEquals(0, parse(list));
            assertEquals(Math.min(shift, 14), options.windowScale());
        }
    }

    @Test
    void aCookieOfALengthThatIsNotAllowedIsAsIfItWereNotThere() {
        for (int cookieLength = 0; cookieLength <= 36; cookieLength++) {
            UnsafeBuffer list = Bytes.noise(40);
            list.putByte(0, (byte) TcpOptions.FAST_OPEN);
            list.putByte(1, (byte) (2 + cookieLength));
            int next = 2 + cookieLength;
            list.putByte(next, (byte) TcpOptions.SACK_PERMITTED);
            list.putByte(next + 1, (byte) 2);
            assertEquals(0, parse(Bytes.prefix(list, TcpOptions.writePadding(list, 0, next + 2))));
            boolean allowed =
                    cookieLength == 0
                            || (cookieLength >= 4 && cookieLength <= 16 && cookieLength % 2 == 0);
            assertEquals(allowed, options.hasFastOpen(), "length " + cookieLength);
            assertTrue(options.sackPermitted());
            if (allowed) {
                assertEquals(cookieLength, options.cookieLength());
                assertEquals(TcpHeader.OPTIONS_OFFSET + 2, options.cookieOffset());
            }
        }
    }

    @Test
    void aKnownOptionOfAnotherLengthIsMalformed() {
        for (int length = 0; length <= 40; length++) {
            assertLength(TcpOptions.MAXIMUM_SEGMENT_SIZE, length, length == 4);
            assertLength(TcpOptions.WINDOW_SCALE, length, length == 3);
            assertLength(TcpOptions.SACK_PERMITTED, length, length == 2);
            assertLength(TcpOptions.TIMESTAMPS, length, length == 10);
            assertLength(TcpOptions.SACK, length, length >= 10 && length % 8 == 2);
            assertLength(0xFD, length, length >= 2);
            assertLength(TcpOptions.FAST_OPEN, length, length >= 2);
        }
    }

    private void assertLength(int kind, int length, boolean right) {
        UnsafeBuffer list = Bytes.noise(40);
        list.setMemory(0, 40, (byte) TcpOptions.NO_OPERATION);
        list.putByte(0, (byte) kind);
        list.putByte(1, (byte) length);
        assertEquals(right ? 0 : Malformed.OPTION, parse(list), kind + " of " + length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01010102",
                "010101fd",
                "01010204",
                "0101fd03",
                "fdff0000",
                "080a0000 00000000"
            })
    void anOptionBeyondTheHeaderIsMalformed(String hex) {
        assertEquals(Malformed.OPTION, parse(Bytes.of(hex)));
        assertNothing();
    }

    @Test
    void theOptionsBeforeAMalformedOneCountAndThoseAfterItDoNot() {
        assertEquals(Malformed.OPTION, parse(Bytes.of("020405b4 0400 0402 030307 00")));
        assertEquals(1460, options.maximumSegmentSize());
        assertTrue(options.hasMaximumSegmentSize());
        assertFalse(options.sackPermitted());
        assertFalse(options.hasWindowScale());
    }

    @Test
    void nothingAfterTheEndOfTheListIsRead() {
        assertEquals(0, parse(Bytes.of("0402 00 02 04 05b4ff")));
        assertTrue(options.sackPermitted());
        assertFalse(options.hasMaximumSegmentSize());
    }

    @Test
    void ofAnOptionThatIsThereTwiceTheLastCounts() {
        assertEquals(0, parse(Bytes.of("020405b4 02040200")));
        assertEquals(512, options.maximumSegmentSize());
    }

    @Test
    void paddingFillsUpToWordsWithNoOperations() {
        for (int used = 0; used <= 40; used++) {
            UnsafeBuffer buffer = Bytes.noise(48);
            int padded = TcpOptions.writePadding(buffer, 3, 3 + used) - 3;
            assertEquals((used + 3) / 4 * 4, padded);
            for (int i = used; i < padded; i++) {
                assertEquals(TcpOptions.NO_OPERATION, buffer.getByte(3 + i));
            }
            assertEquals((byte) 0xA5, buffer.getByte(3 + padded));
        }
    }

    @Test
    void theOptionsOfCapturedSegmentsAreRead() {
        UnsafeBuffer syn = Bytes.of(CapturedFrames.TCP_SYN);
        assertEquals(0, options.parse(syn, 34, 40));
        assertEquals(1460, options.maximumSegmentSize());
        assertTrue(options.sackPermitted());
        assertEquals(10, options.windowScale());
        assertEquals(1831888188, options.timestampValue());
        assertEquals(0, options.timestampEchoReply());

        UnsafeBuffer data = Bytes.of(CapturedFrames.TCP_DATA);
        assertEquals(0, options.parse(data, 34, 32));
        assertEquals(1831888188, options.timestampValue());
        assertEquals((int) 2580025811L, options.timestampEchoReply());
        assertFalse(options.hasMaximumSegmentSize());
    }

    private int parse(UnsafeBuffer list) {
        UnsafeBuffer segment = segment(list);
        return options.parse(segment, 0, segment.capacity());
    }

    private static UnsafeBuffer segment(UnsafeBuffer list) {
        int headerLength = TcpHeader.MIN_LENGTH + list.capacity();
        UnsafeBuffer segment = Bytes.noise(headerLength);
        segment.putBytes(TcpHeader.OPTIONS_OFFSET, list, 0, list.capacity());
        return segment;
    }

    private void assertNothing() {
        assertFalse(options.hasMaximumSegmentSize());
        assertFalse(options.hasWindowScale());
        assertFalse(options.sackPermitted());
        assertFalse(options.hasTimestamps());
        assertFalse(options.hasFastOpen());
        assertEquals(0, options.sackBlocks());
    }
}
