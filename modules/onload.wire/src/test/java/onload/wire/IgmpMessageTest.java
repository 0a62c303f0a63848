package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IgmpMessageTest {
    private static final int GROUP = 0xEF01_0203;

    @Test
    void fieldsStandWhereTheRfcsPutThem() {
        UnsafeBuffer leave = Bytes.noise(8);
        IgmpMessage.write(leave, 0, IgmpMessage.LEAVE_GROUP, 0, GROUP);
        Bytes.assertBytes("17 00 0000 ef010203", leave);

        UnsafeBuffer query = Bytes.noise(20);
        assertEquals(20, IgmpMessage.writeV3Query(query, 0, 12_800, GROUP, true, 2, 125, 2));
        IgmpMessage.source(query, 0, 0, 0x01020304);
        IgmpMessage.source(query, 0, 1, 0xA1A2A3A4);
        Bytes.assertBytes("11 80 0000 ef010203 0a 7d 0002 01020304 a1a2a3a4", query);

        UnsafeBuffer report = Bytes.noise(28);
        IgmpMessage.writeV3Report(report, 0, 2);
        int at = IgmpMessage.firstGroupRecord(report, 0);
        int next = IgmpGroupRecord.write(report, at, IgmpGroupRecord.ALLOW_NEW_SOURCES, GROUP, 1);
        IgmpGroupRecord.source(report, at, 0, 0x01020304);
        assertEquals(
                28, IgmpGroupRecord.write(report, next, IgmpGroupRecord.MODE_IS_EXCLUDE, -1, 0));
        Bytes.assertBytes(
                "22 00 0000 0000 0002 05 00 0001 ef010203 01020304 02 00 0000 ffffffff", report);
    }

    @Test
    void messagesOfEightBytesReadBackAsTheyWereWritten() {
        Property.forAll(
                500,
                random -> {
                    int type = random.oneOf(0x11, 0x12, 0x16, 0x17);
                    int code = random.between(0, 255);
                    int group = random.anyInt();
                    UnsafeBuffer buffer = Bytes.noise(8);
                    IgmpMessage.write(buffer, 0, type, code, group);
                    IgmpMessage.updateChecksum(buffer, 0, 8);
                    assertEquals(8, IgmpMessage.check(buffer, 0, 8));
                    assertEquals(type, IgmpMessage.type(buffer, 0));
                    assertEquals(code, IgmpMessage.maxResponseCode(buffer, 0));
                    assertEquals(group, IgmpMessage.group(buffer, 0));
                    assertTrue(IgmpMessage.isChecksumCorrect(buffer, 0, 8));
                    assertEquals(code == 0 ? 1 : 2, IgmpMessage.queryVersion(buffer, 0, 8));
                });
    }

    @Test
    void aVersion3QueryReadsBackAsItWasWritten() {
        Property.forAll(
                500,
                random -> {
                    int code = random.between(0, 255);
                    int timeMs = 100 * FloatingPointCode.decode8(code);
                    int group = random.anyInt();
                    boolean suppress = random.flip();
                    int robustness = random.between(0, 7);
                    int interval = FloatingPointCode.decode8(random.between(0, 255));
                    int sources = random.between(0, 300);
                    UnsafeBuffer buffer = Bytes.noise(12 + 4 * sources);
                    int length =
                            IgmpMessage.writeV3Query(
                                    buffer,
                                    0,
                                    timeMs,
                                    group,
                                    suppress,
                                    robustness,
                                    interval,
                                    sources);
                    for (int i = 0; i < sources; i++) {
                        IgmpMessage.source(buffer, 0, i, group + i);
                    }
                    IgmpMessage.updateChecksum(buffer, 0, length);
                    assertEquals(buffer.capacity(), length);
                    assertEquals(length, IgmpMessage.check(buffer, 0, length));
                    assertEquals(3, IgmpMessage.queryVersion(buffer, 0, length));
                    assertEquals(code, IgmpMessage.maxResponseCode(buffer, 0));
                    assertEquals(timeMs, IgmpMessage.maxResponseTimeMs(buffer, 0, 3));
                    assertEquals(group, IgmpMessage.group(buffer, 0));
                    assertEquals(suppress, IgmpMessage.suppressRouterSideProcessing(buffer, 0));
                    assertEquals(robustness, IgmpMessage.querierRobustness(buffer, 0));
                    assertEquals(interval, IgmpMessage.queryIntervalSeconds(buffer, 0));
                    assertEquals(sources, IgmpMessage.sources(buffer, 0));
                    for (int i = 0; i < sources; i++) {
                        assertEquals(group + i, IgmpMessage.source(buffer, 0, i));
                    }
                    assertTrue(IgmpMessage.isChecksumCorrect(buffer, 0, length));
                });
    }

    @Test
    void aVersion3ReportReadsBackAsItWasWritten() {
        Property.forAll(
                500,
                random -> {
                    int records = random.between(0, 20);
                    int[] sources = new int[records];
                    int length = 8;
                    for (int i = 0; i < records; i++) {
                        sources[i] = random.between(0, 5);
                        length += 8 + 4 * sources[i];
                    }
                    UnsafeBuffer buffer = Bytes.noise(length);
                    IgmpMessage.writeV3Report(buffer, 0, records);
                    int at = IgmpMessage.firstGroupRecord(buffer, 0);
                    for (int i = 0; i < records; i++) {
                        int record = at;
                        at = IgmpGroupRecord.write(buffer, record, i, GROUP + i, sources[i]);
                        for (int j = 0; j < sources[i]; j++) {
                            IgmpGroupRecord.source(buffer, record, j, 100 * i + j);
                        }
                    }
                    IgmpMessage.updateChecksum(buffer, 0, length);
                    assertEquals(length, at);
                    assertEquals(length, IgmpMessage.check(buffer, 0, length));
                    assertEquals(records, IgmpMessage.groupRecords(buffer, 0));
                    assertTrue(IgmpMessage.isChecksumCorrect(buffer, 0, length));

                    at = IgmpMessage.firstGroupRecord(buffer, 0);
                    for (int i = 0; i < records; i++) {
                        assertEquals(i, IgmpGroupRecord.type(buffer, at));
                        assertEquals(GROUP + i, IgmpGroupRecord.group(buffer, at));
                        assertEquals(0, IgmpGroupRecord.auxiliaryDataLength(buffer, at));
                        assertEquals(sources[i], IgmpGroupRecord.sources(buffer, at));
                        for (int j = 0; j < sources[i]; j++) {
                            assertEquals(100 * i + j, IgmpGroupRecord.source(buffer, at, j));
                        }
                        at = IgmpGroupRecord.next(buffer, at);
                    }
                    assertEquals(length, at);
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {0x11, 0x12, 0x16, 0x17, 0x22})
    void everyTruncationOfTheFixedPartIsRefused(int type) {
        UnsafeBuffer message = Bytes.of("00 00 0000 0000 0000");
        IgmpMessage.type(message, 0, type);
        assertEquals(8, IgmpMessage.check(message, 0, 8));
        for (int length = 0; length < 8; length++) {
            UnsafeBuffer cut = Bytes.prefix(message, length);
            assertEquals(Malformed.TRUNCATED, IgmpMessage.check(cut, 0, length));
        }
    }

    @Test
    void everyOtherTypeIsToBeIgnored() {
        for (int type = 0; type <= 255; type++) {
            UnsafeBuffer message = new UnsafeBuffer(new byte[16]);
            IgmpMessage.type(message, 0, type);
            boolean known =
                    type == 0x11 || type == 0x12 || type == 0x16 || type == 0x17 || type == 0x22;
            assertEquals(known, IgmpMessage.check(message, 0, 16) != Malformed.TYPE);
        }
    }

    @Test
    void aQueryOfNineToElevenBytesIsOfNoVersion() {
        UnsafeBuffer query = new UnsafeBuffer(new byte[12]);
        IgmpMessage.type(query, 0, IgmpMessage.MEMBERSHIP_QUERY);
        for (int length = 9; length < 12; length++) {
            UnsafeBuffer cut = Bytes.prefix(query, length);
            assertEquals(Malformed.TRUNCATED, IgmpMessage.check(cut, 0, length));
        }
        assertEquals(12, IgmpMessage.check(query, 0, 12));
    }

    @ParameterizedTest
    @CsvSource({
        "8, 0, 1, 10000",
        "8, 1, 2, 100",
        "8, 100, 2, 10000",
        "8, 255, 2, 25500",
        "12, 0, 3, 0",
        "12, 100, 3, 10000",
        "12, 255, 3, 3174400"
    })
    void theVersionOfAQueryAndItsTimeAreToldByLengthAndCode(
            int length, int code, int version, int timeMs) {
        UnsafeBuffer query = new UnsafeBuffer(new byte[length]);
        IgmpMessage.type(query, 0, IgmpMessage.MEMBERSHIP_QUERY);
        IgmpMessage.maxResponseCode(query, 0, code);
        assertEquals(length, IgmpMessage.check(query, 0, length));
        assertEquals(version, IgmpMessage.queryVersion(query, 0, length));
        assertEquals(timeMs, IgmpMessage.maxResponseTimeMs(query, 0, version));
    }

    @Test
    void sourcesOfAQueryThatAreNotThereAreRefused() {
        UnsafeBuffer query = new UnsafeBuffer(new byte[12 + 4 * 3]);
        for (int sources : new int[] {0, 1, 2, 3, 4, 0x7FFF, 0xFFFF}) {
            IgmpMessage.writeV3Query(query, 0, 0, 0, false, 0, 0, sources);
            int expected = sources <= 3 ? 12 + 4 * sources : Malformed.TRUNCATED;
            assertEquals(expected, IgmpMessage.check(query, 0, query.capacity()));
        }
        IgmpMessage.writeV3Query(query, 0, 0, 0, false, 0, 0, 3);
        for (int length = 12; length < query.capacity(); length++) {
            UnsafeBuffer cut = Bytes.prefix(query, length);
            assertEquals(Malformed.TRUNCATED, IgmpMessage.check(cut, 0, length));
        }
    }

    @Test
    void recordsOfAReportThatAreNotThereAreRefused() {
        UnsafeBuffer report = Bytes.of("2200 0000 0000 0002 0100 0001 ef010203 01020304");
        assertEquals(Malformed.OPTION, IgmpMessage.check(report, 0, report.capacity()));
        IgmpMessage.writeV3Report(report, 0, 0xFFFF);
        assertEquals(Malformed.OPTION, IgmpMessage.check(report, 0, report.capacity()));
        IgmpMessage.writeV3Report(report, 0, 1);
        assertEquals(20, IgmpMessage.check(report, 0, 20));
        for (int length = 8; length < 20; length++) {
            UnsafeBuffer cut = Bytes.prefix(report, length);
            assertEquals(Malformed.OPTION, IgmpMessage.check(cut, 0, length));
        }
        IgmpGroupRecord.write(report, 8, 1, GROUP, 0xFFFF);
        assertEquals(Malformed.OPTION, IgmpMessage.check(report, 0, 20));
        IgmpMessage.writeV3Report(report, 0, 0);
        assertEquals(8, IgmpMessage.check(report, 0, 20));
    }

    @Test
    void auxiliaryDataIsSteppedOverAndMustBeThere() {
        UnsafeBuffer whole =
                Bytes.of(
                        """
                        2200 0000 0000 0002
                        0102 0000 ef010203 aaaaaaaa bbbbbbbb
                        0200 0000 7f000000
                        """);
        assertEquals(32, IgmpMessage.check(whole, 0, 32));
        assertEquals(8, IgmpGroupRecord.auxiliaryDataLength(whole, 8));
        int second = IgmpGroupRecord.next(whole, 8);
        assertEquals(24, second);
        assertEquals(2, IgmpGroupRecord.type(whole, second));
        assertEquals(0x7F00_0000, IgmpGroupRecord.group(whole, second));
        whole.putByte(9, (byte) 0xFF);
        assertEquals(Malformed.OPTION, IgmpMessage.check(whole, 0, 32));
    }

    @Test
    void whatFollowsAMessageIsLeftOutButChecksummed() {
        UnsafeBuffer report = new UnsafeBuffer(new byte[12]);
        IgmpMessage.write(report, 0, IgmpMessage.V2_MEMBERSHIP_REPORT, 0, GROUP);
        report.putInt(8, -2);
        assertEquals(8, IgmpMessage.check(report, 0, 12));
        IgmpMessage.updateChecksum(report, 0, 12);
        assertTrue(IgmpMessage.isChecksumCorrect(report, 0, 12));
        assertFalse(IgmpMessage.isChecksumCorrect(report, 0, 8));
    }

    @Test
    void capturedReportsAreRead() {
        UnsafeBuffer join = Bytes.of(CapturedFrames.IGMP_V3_JOIN);
        int at = 14 + Ipv4Header.check(join, 14, 40);
        assertEquals(38, at);
        assertEquals(16, IgmpMessage.check(join, at, 16));
        assertTrue(IgmpMessage.isChecksumCorrect(join, at, 16));
        assertEquals(1, IgmpMessage.groupRecords(join, at));
        int record = IgmpMessage.firstGroupRecord(join, at);
        assertEquals(IgmpGroupRecord.CHANGE_TO_EXCLUDE_MODE, IgmpGroupRecord.type(join, record));
        assertEquals(GROUP, IgmpGroupRecord.group(join, record));
        assertEquals(0, IgmpGroupRecord.sources(join, record));

        UnsafeBuffer source = Bytes.of(CapturedFrames.IGMP_V3_SOURCE_JOIN);
        assertEquals(20, IgmpMessage.check(source, at, 20));
        assertTrue(IgmpMessage.isChecksumCorrect(source, at, 20));
        assertEquals(IgmpGroupRecord.ALLOW_NEW_SOURCES, IgmpGroupRecord.type(source, record));
        assertEquals(1, IgmpGroupRecord.sources(source, record));
        assertEquals(0xC633_6407, IgmpGroupRecord.source(source, record, 0));
    }

    @Test
    void capturedMessagesOfVersion2AreRead() {
        UnsafeBuffer report = Bytes.of(CapturedFrames.IGMP_V2_REPORT);
        int at = 14 + Ipv4Header.check(report, 14, 32);
        assertEquals(8, IgmpMessage.check(report, at, 8));
        assertEquals(IgmpMessage.V2_MEMBERSHIP_REPORT, IgmpMessage.type(report, at));
        assertEquals(0xEF01_0204, IgmpMessage.group(report, at));
        assertTrue(IgmpMessage.isChecksumCorrect(report, at, 8));
        UnsafeBuffer leave = Bytes.of(CapturedFrames.IGMP_LEAVE);
        assertEquals(IgmpMessage.LEAVE_GROUP, IgmpMessage.type(leave, at));
        assertTrue(IgmpMessage.isChecksumCorrect(leave, at, 8));
    }
}
