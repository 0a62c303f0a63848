package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MldMessageTest {
    private static final long GROUP_HIGH = 0xFF05_0000_0000_0000L;

    @Test
    void fieldsStandWhereTheRfcsPutThem() {
        UnsafeBuffer done = Bytes.noise(24);
        MldMessage.write(done, 0, MldMessage.DONE, 0, GROUP_HIGH, 0x123);
        Bytes.assertBytes("84 00 0000 0000 0000 ff05000000000000 0000000000000123", done);

        UnsafeBuffer query = Bytes.noise(44);
        assertEquals(44, MldMessage.writeV2Query(query, 0, 32_768, GROUP_HIGH, 1, true, 2, 125, 1));
        MldMessage.source(query, 0, 0, 0x0102_0304_0506_0708L, 9);
        Bytes.assertBytes(
                """
                82 00 0000 8000 0000 ff05000000000000 0000000000000001 0a 7d 0001
                0102030405060708 0000000000000009
                """,
                query);

        UnsafeBuffer report = Bytes.noise(44);
        MldMessage.writeV2Report(report, 0, 1);
        int at = MldMessage.firstAddressRecord(report, 0);
        assertEquals(
                44,
                MldAddressRecord.write(
                        report, at, MldAddressRecord.BLOCK_OLD_SOURCES, GROUP_HIGH, 2, 1));
        MldAddressRecord.source(report, at, 0, -1, -2);
        Bytes.assertBytes(
                """
                8f 00 0000 0000 0001 06 00 0001 ff05000000000000 0000000000000002
                ffffffffffffffff fffffffffffffffe
                """,
                report);
    }

    @Test
    void messagesOfVersion1ReadBackAsTheyWereWritten() {
        Property.forAll(
                500,
                random -> {
                    int type = random.between(MldMessage.QUERY, MldMessage.DONE);
                    int delayMs = random.between(0, 0xFFFF);
                    long high = random.anyLong();
                    long low = random.anyLong();
                    UnsafeBuffer buffer = Bytes.noise(24);
                    MldMessage.write(buffer, 0, type, delayMs, high, low);
                    assertEquals(24, MldMessage.check(buffer, 0, 24));
                    assertEquals(type, Icmpv6Message.type(buffer, 0));
                    assertEquals(delayMs, MldMessage.maxResponseCode(buffer, 0));
                    assertEquals(delayMs, MldMessage.maxResponseDelayMs(buffer, 0, 1));
                    assertEquals(high, MldMessage.groupHigh(buffer, 0));
                    assertEquals(low, MldMessage.groupLow(buffer, 0));
                });
    }

    @Test
    void aVersion2QueryReadsBackAsItWasWritten() {
        Property.forAll(
                500,
                random -> {
                    int code = random.between(0, 0xFFFF);
                    int delayMs = FloatingPointCode.decode16(code);
                    long high = random.anyLong();
                    long low = random.anyLong();
                    boolean suppress = random.flip();
                    int robustness = random.between(0, 7);
                    int interval = FloatingPointCode.decode8(random.between(0, 255));
                    int sources = random.between(0, 80);
                    UnsafeBuffer buffer = Bytes.noise(28 + 16 * sources);
                    int length =
                            MldMessage.writeV2Query(
                                    buffer,
                                    0,
                                    delayMs,
                                    high,
                                    low,
                                    suppress,
                                    robustness,
                                    interval,
                                    sources);
                    for (int i = 0; i < sources; i++) {
                        MldMessage.source(buffer, 0, i, high + i, low - i);
                    }
                    assertEquals(buffer.capacity(), length);
                    assertEquals(length, MldMessage.check(buffer, 0, length));
                    assertEquals(2, MldMessage.queryVersion(length));
                    assertEquals(code, MldMessage.maxResponseCode(buffer, 0));
                    assertEquals(delayMs, MldMessage.maxResponseDelayMs(buffer, 0, 2));
                    assertEquals(high, MldMessage.groupHigh(buffer, 0));
                    assertEquals(low, MldMessage.groupLow(buffer, 0));
                    assertEquals(suppress, MldMessage.suppressRouterSideProcessing(buffer, 0));
                    assertEquals(robustness, MldMessage.querierRobustness(buffer, 0));
                    assertEquals(interval, MldMessage.queryIntervalSeconds(buffer, 0));
                    assertEquals(sources, MldMessage.sources(buffer, 0));
                    for (int i = 0; i < sources; i++) {
                        assertEquals(high + i, MldMessage.sourceHigh(buffer, 0, i));
                        assertEquals(low - i, MldMessage.sourceLow(buffer, 0, i));
                    }
                });
    }

    @Test
    void aVersion2ReportReadsBackAsItWasWritten() {
        Property.forAll(
                500,
                random -> {
                    int records = random.between(0, 20);
                    int[] sources = new int[records];
                    int length = 8;
                    for (int i = 0; i < records; i++) {
                        sources[i] = random.between(0, 5);
                        length += 20 + 16 * sources[i];
                    }
                    UnsafeBuffer buffer = Bytes.noise(length);
                    MldMessage.writeV2Report(buffer, 0, records);
                    int at = MldMessage.firstAddressRecord(buffer, 0);
                    for (int i = 0; i < records; i++) {
                        int record = at;
                        at = MldAddressRecord.write(buffer, record, i, GROUP_HIGH, i, sources[i]);
                        for (int j = 0; j < sources[i]; j++) {
                            MldAddressRecord.source(buffer, record, j, i, j);
                        }
                    }
                    assertEquals(length, at);
                    assertEquals(length, MldMessage.check(buffer, 0, length));
                    assertEquals(records, MldMessage.addressRecords(buffer, 0));

                    at = MldMessage.firstAddressRecord(buffer, 0);
                    for (int i = 0; i < records; i++) {
                        assertEquals(i, MldAddressRecord.type(buffer, at));
                        assertEquals(GROUP_HIGH, MldAddressRecord.groupHigh(buffer, at));
                        assertEquals(i, MldAddressRecord.groupLow(buffer, at));
                        assertEquals(0, MldAddressRecord.auxiliaryDataLength(buffer, at));
                        assertEquals(sources[i], MldAddressRecord.sources(buffer, at));
                        for (int j = 0; j < sources[i]; j++) {
                            assertEquals(i, MldAddressRecord.sourceHigh(buffer, at, j));
                            assertEquals(j, MldAddressRecord.sourceLow(buffer, at, j));
                        }
                        at = MldAddressRecord.next(buffer, at);
                    }
                    assertEquals(length, at);
                });
    }

    @ParameterizedTest
    @CsvSource({"130, 24", "131, 24", "132, 24", "143, 8"})
    void everyTruncationOfTheFixedPartIsRefused(int type, int least) {
        UnsafeBuffer message = new UnsafeBuffer(new byte[least]);
        Icmpv6Message.type(message, 0, type);
        assertEquals(least, MldMessage.check(message, 0, least));
        for (int length = 0; length < least; length++) {
            UnsafeBuffer cut = Bytes.prefix(message, length);
            assertEquals(Malformed.TRUNCATED, MldMessage.check(cut, 0, length));
        }
    }

    @Test
    void everyOtherTypeIsRefused() {
        for (int type = 0; type <= 255; type++) {
            UnsafeBuffer message = new UnsafeBuffer(new byte[32]);
            Icmpv6Message.type(message, 0, type);
            boolean ours = (type >= 130 && type <= 132) || type == 143;
            assertEquals(ours, MldMessage.check(message, 0, 32) != Malformed.TYPE);
        }
    }

    @Test
    void theCodeIsIgnored() {
        UnsafeBuffer message = new UnsafeBuffer(new byte[24]);
        MldMessage.write(message, 0, MldMessage.QUERY, 100, 0, 0);
        Icmpv6Message.code(message, 0, 255);
        assertEquals(24, MldMessage.check(message, 0, 24));
    }

    @ParameterizedTest
    @ValueSource(ints = {25, 26, 27})
    void aQueryOfALengthInBetweenIsOfNoVersion(int length) {
        UnsafeBuffer query = new UnsafeBuffer(new byte[length]);
        Icmpv6Message.type(query, 0, MldMessage.QUERY);
        assertEquals(Malformed.TRUNCATED, MldMessage.check(query, 0, length));
    }

    @ParameterizedTest
    @CsvSource({"24, 65535, 1, 65535", "28, 65535, 2, 8387584", "28, 32767, 2, 32767"})
    void theVersionOfAQueryAndItsDelayAreToldByTheLength(
            int length, int code, int version, int delayMs) {
        UnsafeBuffer query = new UnsafeBuffer(new byte[length]);
        Icmpv6Message.type(query, 0, MldMessage.QUERY);
        MldMessage.maxResponseCode(query, 0, code);
        assertEquals(length, MldMessage.check(query, 0, length));
        assertEquals(version, MldMessage.queryVersion(length));
        assertEquals(delayMs, MldMessage.maxResponseDelayMs(query, 0, version));
    }

    @Test
    void sourcesOfAQueryThatAreNotThereAreRefused() {
        UnsafeBuffer query = new UnsafeBuffer(new byte[28 + 16 * 2]);
        for (int sources : new int[] {0, 1, 2, 3, 0x7FFF, 0xFFFF}) {
            MldMessage.writeV2Query(query, 0, 0, 0, 0, false, 0, 0, sources);
            int expected = sources <= 2 ? 28 + 16 * sources : Malformed.TRUNCATED;
            assertEquals(expected, MldMessage.check(query, 0, query.capacity()));
        }
        MldMessage.writeV2Query(query, 0, 0, 0, 0, false, 0, 0, 2);
        for (int length = 28; length < query.capacity(); length++) {
            UnsafeBuffer cut = Bytes.prefix(query, length);
            assertEquals(Malformed.TRUNCATED, MldMessage.check(cut, 0, length));
        }
    }

    @Test
    void recordsOfAReportThatAreNotThereAreRefused() {
        UnsafeBuffer report = new UnsafeBuffer(new byte[8 + 20 + 16]);
        MldMessage.writeV2Report(report, 0, 1);
        MldAddressRecord.write(report, 8, 1, GROUP_HIGH, 1, 1);
        assertEquals(44, MldMessage.check(report, 0, 44));
        for (int length = 8; length < 44; length++) {
            UnsafeBuffer cut = Bytes.prefix(report, length);
            assertEquals(Malformed.OPTION, MldMessage.check(cut, 0, length));
        }
        for (int records : new int[] {2, 0xFFFF}) {
            MldMessage.writeV2Report(report, 0, records);
            assertEquals(Malformed.OPTION, MldMessage.check(report, 0, 44));
        }
        MldMessage.writeV2Report(report, 0, 1);
        for (int sources : new int[] {2, 0xFFFF}) {
            MldAddressRecord.write(report, 8, 1, GROUP_HIGH, 1, sources);
            assertEquals(Malformed.OPTION, MldMessage.check(report, 0, 44));
        }
    }

    @Test
    void auxiliaryDataIsSteppedOverAndMustBeThere() {
        UnsafeBuffer report = new UnsafeBuffer(new byte[8 + 20 + 8 + 20]);
        MldMessage.writeV2Report(report, 0, 2);
        MldAddressRecord.write(report, 8, 1, GROUP_HIGH, 1, 0);
        report.putByte(8 + MldAddressRecord.AUXILIARY_DATA_LENGTH_OFFSET, (byte) 2);
        MldAddressRecord.write(report, 36, 2, GROUP_HIGH, 2, 0);
        assertEquals(56, MldMessage.check(report, 0, 56));
        assertEquals(8, MldAddressRecord.auxiliaryDataLength(report, 8));
        assertEquals(36, MldAddressRecord.next(report, 8));
        assertEquals(2, MldAddressRecord.groupLow(report, 36));
        report.putByte(36 + MldAddressRecord.AUXILIARY_DATA_LENGTH_OFFSET, (byte) 1);
        assertEquals(Malformed.OPTION, MldMessage.check(report, 0, 56));
    }

    @Test
    void whatFollowsAReportIsLeftOut() {
        UnsafeBuffer report = new UnsafeBuffer(new byte[12]);
        MldMessage.writeV2Report(report, 0, 0);
        assertEquals(8, MldMessage.check(report, 0, 12));
    }

    @Test
    void capturedMessagesAreRead() {
        UnsafeBuffer report = Bytes.of(CapturedFrames.MLD_V2_REPORT);
        assertEquals(28, MldMessage.check(report, 62, 28));
        assertEquals(1, MldMessage.addressRecords(report, 62));
        int record = MldMessage.firstAddressRecord(report, 62);
        assertEquals(
                MldAddressRecord.CHANGE_TO_EXCLUDE_MODE, MldAddressRecord.type(report, record));
        assertEquals(0xFF02_0000_0000_0000L, MldAddressRecord.groupHigh(report, record));
        assertEquals(0x0000_0001_FF00_0001L, MldAddressRecord.groupLow(report, record));
        assertEquals(report.capacity(), MldAddressRecord.next(report, record));

        for (String captured :
                new String[] {CapturedFrames.MLD_V1_REPORT, CapturedFrames.MLD_DONE}) {
            UnsafeBuffer message = Bytes.of(captured);
            assertEquals(24, MldMessage.check(message, 62, 24));
            assertEquals(GROUP_HIGH, MldMessage.groupHigh(message, 62));
            assertEquals(0x124, MldMessage.groupLow(message, 62));
        }
        assertTrue(Icmpv6Message.type(Bytes.of(CapturedFrames.MLD_DONE), 62) == MldMessage.DONE);
    }
}
