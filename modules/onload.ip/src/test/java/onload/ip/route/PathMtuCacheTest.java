package onload.ip.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.testkit.base.AllocatedBytes;
import onload.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

/** RFC 1191 and RFC 8201. */
class PathMtuCacheTest {
    private static final String FOUR = "192.0.2.1";
    private static final String SIX = "2001:db8::1";
    private static final long MINUTE_NS = 60_000_000_000L;
    private static final long LIFETIME_NS = PathMtuOptions.DEFAULT.lifetimeNs();

    private final IpCounters counters = new IpCounters();
    private final List<String> changes = new ArrayList<>();
    private PathMtuCache cache = cache(PathMtuOptions.DEFAULT);

    private long nowNs = -5;

    @Test
    void nothingIsKnownAtFirst() {
        assertEquals(PathMtuCache.NONE, mtu(FOUR));
        assertEquals(PathMtuCache.NONE, mtu(SIX));
        assertEquals(Long.MAX_VALUE, cache.nextDeadlineNs());
        assertEquals(0, cache.size());
    }

    @Test
    void aReportLowersThePathMtuOfItsDestinationOnly() {
        assertTrue(report(FOUR, 1400));
        assertTrue(report(SIX, 1300));
        assertEquals(1400, mtu(FOUR));
        assertEquals(1300, mtu(SIX));
        assertEquals(PathMtuCache.NONE, mtu("192.0.2.2"));
        assertEquals(PathMtuCache.NONE, mtu("2001:db8::2"));
        assertEquals(List.of(FOUR, SIX), changes);
        assertEquals(2, counters.get(IpCounter.PATH_MTU_LOWERED));
        assertEquals(0, counters.get(IpCounter.PATH_MTU_IGNORED));
    }

    @Test
    void laterReportsLowerItFurther() {
        report(SIX, 1450);
        assertTrue(report(SIX, 1400));
        assertEquals(1400, mtu(SIX));
        assertEquals(1, cache.size());
    }

    @Test
    void aReportNeverRaisesThePathMtu() {
        report(FOUR, 1000);
        assertIgnored(FOUR, 1000, 1000, 0);
        assertIgnored(FOUR, 1001, 1000, 0);
        assertIgnored(FOUR, 1499, 1500, 0);
        assertIgnored(FOUR, 65_535, 1500, 0);
        assertIgnored(FOUR, 0xFFFF_FFFFL, 1500, 0);
        report(SIX, 1300);
        assertIgnored(SIX, 1300, 1300, 0);
        assertIgnored(SIX, 0xFFFF_FFFFL, 1300, 0);
        assertIgnored(SIX, 1L << 32 | 1290, 1300, 0);
        assertEquals(1000, mtu(FOUR));
        assertEquals(1300, mtu(SIX));
    }

    @Test
    void aReportThatIsNotBelowTheLinkIsIgnored() {
        assertIgnored(FOUR, 1500, 1500, 0);
        assertIgnored(FOUR, 9000, 1500, 0);
        assertIgnored(SIX, 1500, 1500, 0);
        assertIgnored(SIX, 1280, 1280, 0);
        assertEquals(0, cache.size());
        assertEquals(Long.MAX_VALUE, cache.nextDeadlineNs());
    }

    @Test
    void aReportOfAPacketThatFitsIsIgnored() {
        assertIgnored(FOUR, 1400, 1500, 1400);
        assertIgnored(FOUR, 1400, 1500, 576);
        assertIgnored(SIX, 1400, 1500, 1399);
        assertTrue(cache.report(0, low(FOUR), 1400, 1500, 1401, nowNs));
    }

    // IPv6.

    @ParameterizedTest
    @CsvSource({"0", "1", "68", "552", "1279", "-1", "-9223372036854775808"})
    void anIpv6ReportBelow1280IsDiscarded(long reported) {
        assertIgnored(SIX, reported, 1500, 0);
        report(SIX, 1400);
        assertIgnored(SIX, reported, 1400, 1400);
        assertEquals(1400, mtu(SIX));
        assertFalse(isNarrow(SIX));
    }

    @Test
    void anIpv6ReportOf1280IsBelieved() {
        assertTrue(report(SIX, 1280));
        assertEquals(1280, mtu(SIX));
        assertFalse(isNarrow(SIX));
    }

    @Test
    void theSmallestPathMtuOfIpv4IsNoneOfIpv6() {
        cache = cache(new PathMtuOptions(4, LIFETIME_NS, 1400, 8));
        assertTrue(report(SIX, 1300));
        assertTrue(report(FOUR, 1300));
        assertEquals(1300, mtu(SIX));
        assertEquals(1400, mtu(FOUR));
    }

    // IPv4.

    @Test
    void anIpv4PathMtuIsNeverBelowTheMinimumThatIsConfigured() {
        assertTrue(report(FOUR, 551));
        assertEquals(552, mtu(FOUR));
        assertTrue(isNarrow(FOUR));
    }

    @Test
    void atTheMinimumItselfAnIpv4PathIsNotNarrow() {
        assertTrue(report(FOUR, 552));
        assertEquals(552, mtu(FOUR));
        assertFalse(isNarrow(FOUR));
    }

    @Test
    void aPathAtTheMinimumBecomesNarrowOnce() {
        report(FOUR, 552);
        assertTrue(cache.report(0, low(FOUR), 300, 552, 552, nowNs));
        assertEquals(552, mtu(FOUR));
        assertTrue(isNarrow(FOUR));
        assertIgnored(FOUR, 200, 552, 552);
        assertIgnored(FOUR, 300, 552, 552);
        assertTrue(isNarrow(FOUR));
    }

    @Test
    void aPathBehindALinkBelowTheMinimumMayBeNarrow() {
        assertTrue(cache.report(0, low(FOUR), 200, 500, 500, nowNs));
        assertEquals(500, mtu(FOUR));
        assertTrue(isNarrow(FOUR));
        assertIgnored("192.0.2.2", 510, 500, 0);
        assertEquals(PathMtuCache.NONE, mtu("192.0.2.2"));
    }

    @ParameterizedTest
    @CsvSource({"1", "67", "-1", "-9223372036854775808"})
    void anIpv4ReportBelow68IsIgnored(long reported) {
        assertIgnored(FOUR, reported, 1500, 1500);
        assertFalse(isNarrow(FOUR));
    }

    @Test
    void anIpv4ReportOf68IsBelievedAsFarAsConfigured() {
        assertTrue(report(FOUR, 68));
        assertEquals(552, mtu(FOUR));
        cache = cache(new PathMtuOptions(4, LIFETIME_NS, 68, 8));
        assertTrue(report(FOUR, 68));
        assertEquals(68, mtu(FOUR));
        assertFalse(isNarrow(FOUR));
    }

    @Test
    void narrownessIsForgottenWithThePathMtu() {
        report(FOUR, 100);
        advanceTo(nowNs + LIFETIME_NS);
        assertFalse(isNarrow(FOUR));
        report(FOUR, 1000);
        assertFalse(isNarrow(FOUR));
    }

    // RFC 1191, section 5 and 7.1: routers that do not say an MTU.

    @ParameterizedTest
    @CsvSource({
        "65535, 32000",
        "32001, 32000",
        "32000, 17914",
        "9000, 8166",
        "8166, 4352",
        "4352, 2002",
        "1501, 1492",
        "1500, 1492",
        "1493, 1492",
        "1492, 1006",
        "1006, 508",
        "508, 296",
        "296, 68",
        "69, 68",
    })
    void withoutAnMtuTheNextPlateauBelowThePacketIsTaken(int length, int plateau) {
        cache = cache(new PathMtuOptions(4, LIFETIME_NS, 68, 8));
        assertTrue(cache.report(0, low(FOUR), 0, 65_535 + 1, length, nowNs));
        assertEquals(plateau, mtu(FOUR));
    }

    @Test
    void aPlateauBelowTheMinimumMakesThePathNarrow() {
        assertTrue(cache.report(0, low(FOUR), 0, 1006, 1006, nowNs));
        assertEquals(552, mtu(FOUR));
        assertTrue(isNarrow(FOUR));
    }

    @Test
    void lateReportsOfLongerPacketsDoNotLowerThePathMtuAgain() {
        assertTrue(cache.report(0, low(FOUR), 0, 9000, 9000, nowNs));
        for (int i = 0; i < 10; i++) {
            assertIgnored(FOUR, 0, 8166, 9000);
        }
        assertEquals(8166, mtu(FOUR));
        assertTrue(cache.report(0, low(FOUR), 0, 8166, 8166, nowNs));
        assertEquals(4352, mtu(FOUR));
    }

    @Test
    void withoutAnMtuAndALengthThereIsNothingToBelieve() {
        assertIgnored(FOUR, 0, 1500, 0);
        assertIgnored(FOUR, 0, 1500, -1);
        assertIgnored(FOUR, 0, 1500, 68);
        assertIgnored(FOUR, 0, 1500, 20);
    }

    // Ageing.

    @Test
    void aPathMtuAgesAfterTenMinutes() {
        report(FOUR, 1400);
        long deadlineNs = nowNs + 10 * MINUTE_NS;
        assertEquals(deadlineNs, cache.nextDeadlineNs());
        advanceTo(deadlineNs - 1);
        assertEquals(1400, mtu(FOUR));
        changes.clear();
        advanceTo(deadlineNs);
        assertEquals(PathMtuCache.NONE, mtu(FOUR));
        assertEquals(List.of(FOUR), changes);
        assertEquals(1, counters.get(IpCounter.PATH_MTU_AGED));
        assertEquals(Long.MAX_VALUE, cache.nextDeadlineNs());
        assertEquals(0, cache.size());
    }

    @Test
    void loweringStartsTheLifetimeAgain() {
        report(FOUR, 1400);
        advanceTo(nowNs + 9 * MINUTE_NS);
        report(FOUR, 1300);
        assertEquals(nowNs + LIFETIME_NS, cache.nextDeadlineNs());
    }

    @Test
    void askingDoesNotKeepAPathMtuYoung() {
        report(FOUR, 1400);
        long deadlineNs = cache.nextDeadlineNs();
        advanceTo(nowNs + 9 * MINUTE_NS);
        assertEquals(1400, mtu(FOUR));
        assertEquals(deadlineNs, cache.nextDeadlineNs());
    }

    @Test
    void noLargerPathMtuIsTriedWithinFiveMinutesOfAReport() {
        report(SIX, 1400);
        advanceTo(nowNs + 2 * MINUTE_NS);
        long deadlineNs = cache.nextDeadlineNs();
        assertIgnored(SIX, 1400, 1400, 0);
        assertEquals(deadlineNs, cache.nextDeadlineNs(), "more than five minutes are left");
        advanceTo(nowNs + 7 * MINUTE_NS);
        assertIgnored(SIX, 1400, 1400, 0);
        assertEquals(nowNs + 5 * MINUTE_NS, cache.nextDeadlineNs());
    }

    @Test
    void reportsThatCannotBeDoNotKeepAPathMtu() {
        report(SIX, 1400);
        long deadlineNs = cache.nextDeadlineNs();
        advanceTo(nowNs + 9 * MINUTE_NS);
        assertIgnored(SIX, 1279, 1400, 0);
        assertIgnored(SIX, 0, 1400, 0);
        assertIgnored(SIX, 1400, 1400, 1400);
        assertEquals(deadlineNs, cache.nextDeadlineNs());
    }

    @Test
    void manyAgeInTheirOrder() {
        for (int i = 1; i <= 100; i++) {
            report("10.0.0." + i, 1000 + i);
            nowNs += 1000;
        }
        changes.clear();
        advanceTo(cache.nextDeadlineNs() + 49_000);
        assertEquals(50, cache.size());
        assertEquals("10.0.0.1", changes.getFirst());
        assertEquals("10.0.0.50", changes.getLast());
        assertEquals(1051, mtu("10.0.0.51"));
    }

    @Test
    void aLifetimeForEverDoesNotEnd() {
        cache = cache(new PathMtuOptions(4, PathMtuOptions.FOREVER_NS, 552, 8));
        nowNs = 1;
        report(FOUR, 1400);
        report(FOUR, 1400);
        assertEquals(Long.MAX_VALUE, cache.nextDeadlineNs());
        advanceTo(Long.MAX_VALUE - 1);
        assertEquals(1400, mtu(FOUR));
    }

    @Test
    void aDeadlineBeyondTheEndOfTimeIsNone() {
        nowNs = Long.MAX_VALUE - 5;
        report(FOUR, 1400);
        assertEquals(Long.MAX_VALUE, cache.nextDeadlineNs());
        assertEquals(1400, mtu(FOUR));
    }

    @Test
    void timeMayBeNegative() {
        nowNs = Long.MIN_VALUE;
        report(FOUR, 1400);
        assertEquals(Long.MIN_VALUE + LIFETIME_NS, cache.nextDeadlineNs());
        advanceTo(Long.MIN_VALUE + LIFETIME_NS);
        assertEquals(PathMtuCache.NONE, mtu(FOUR));
    }

    // Forged reports.

    @Test
    void aFloodOfFallingReportsMakesABoundedNumberOfChanges() {
        int changed = 0;
        for (int mtu = 1499; mtu >= 600; mtu--) {
            changed += cache.report(0, low(FOUR), mtu, 1500, 1500, nowNs) ? 1 : 0;
        }
        assertEquals(PathMtuOptions.DEFAULT.maxReductions(), changed);
        assertEquals(changed, changes.size());
        assertEquals(
                552,
                mtu(FOUR),
                "the last one goes to the minimum, so that no true report is missed");
        assertFalse(isNarrow(FOUR));
    }

    @Test
    void aFloodOfFallingIpv6ReportsEndsAt1280() {
        int changed = 0;
        for (int mtu = 1499; mtu >= 0; mtu--) {
            changed += report(SIX, mtu) ? 1 : 0;
        }
        assertEquals(PathMtuOptions.DEFAULT.maxReductions(), changed);
        assertEquals(1280, mtu(SIX));
    }

    @Test
    void afterAgeingReportsCountAnew() {
        cache = cache(new PathMtuOptions(4, LIFETIME_NS, 552, 2));
        report(SIX, 1450);
        report(SIX, 1400);
        assertEquals(1280, mtu(SIX));
        advanceTo(cache.nextDeadlineNs());
        report(SIX, 1450);
        assertEquals(1450, mtu(SIX));
    }

    @Test
    void aSingleReductionGoesToTheMinimum() {
        cache = cache(new PathMtuOptions(4, LIFETIME_NS, 552, 1));
        assertTrue(report(FOUR, 1400));
        assertEquals(552, mtu(FOUR));
        assertFalse(report(FOUR, 1300));
    }

    // Capacity.

    @Test
    void whenFullTheDestinationNotAskedForTheLongestIsEvicted() {
        cache = cache(new PathMtuOptions(3, LIFETIME_NS, 552, 8));
        report("10.0.0.1", 1400);
        report("10.0.0.2", 1400);
        report("10.0.0.3", 1400);
        mtu("10.0.0.1");
        changes.clear();
        report("10.0.0.4", 1400);
        assertEquals(List.of("10.0.0.2", "10.0.0.4"), changes);
        assertEquals(1, counters.get(IpCounter.PATH_MTU_EVICTED));
        assertEquals(PathMtuCache.NONE, mtu("10.0.0.2"));
        assertEquals(1400, mtu("10.0.0.1"));
        assertEquals(3, cache.size());
    }

    @Test
    void aFloodOfDestinationsEvictsNoneThatIsAskedFor() {
        cache = cache(new PathMtuOptions(16, LIFETIME_NS, 552, 8));
        report(SIX, 1400);
        for (int i = 1; i < 10_000; i++) {
            cache.report(0x2001_0db8_ffff_0000L, i, 1300, 1500, 1500, nowNs);
            assertEquals(1400, mtu(SIX));
            assertTrue(cache.size() <= 16);
        }
        assertEquals(10_000 - 16, counters.get(IpCounter.PATH_MTU_EVICTED));
        assertEquals(10_000, counters.get(IpCounter.PATH_MTU_LOWERED));
    }

    @Test
    void ignoredReportsEvictNobody() {
        cache = cache(new PathMtuOptions(1, LIFETIME_NS, 552, 8));
        report(FOUR, 1400);
        assertIgnored("192.0.2.2", 1500, 1500, 0);
        assertIgnored(SIX, 1279, 1500, 0);
        assertEquals(1400, mtu(FOUR));
    }

    @Test
    void anEvictedDestinationHasNoDeadlineLeft() {
        cache = cache(new PathMtuOptions(1, LIFETIME_NS, 552, 8));
        report("10.0.0.1", 1400);
        nowNs += MINUTE_NS;
        report("10.0.0.2", 1300);
        advanceTo(nowNs + LIFETIME_NS - MINUTE_NS);
        assertEquals(1300, mtu("10.0.0.2"));
        advanceTo(nowNs + MINUTE_NS);
        assertEquals(0, cache.size());
    }

    // Forgetting.

    @Test
    void aDestinationCanBeForgotten() {
        report(FOUR, 1400);
        report(SIX, 1400);
        changes.clear();
        assertTrue(forget(FOUR));
        assertFalse(forget(FOUR));
        assertEquals(List.of(FOUR), changes);
        assertEquals(PathMtuCache.NONE, mtu(FOUR));
        assertEquals(1400, mtu(SIX));
    }

    @Test
    void everythingCanBeForgotten() {
        for (int i = 0; i < 50; i++) {
            report("10.0.0." + i, 1400);
        }
        changes.clear();
        cache.forgetAll();
        assertEquals(50, changes.size());
        assertEquals(0, cache.size());
        assertEquals(Long.MAX_VALUE, cache.nextDeadlineNs());
        cache.forgetAll();
        assertEquals(50, changes.size());
        assertTrue(report("10.0.0.1", 1400));
    }

    @Test
    void theListenerFindsTheNewStateWhenItAsks() {
        List<Integer> seen = new ArrayList<>();
        PathMtuCache[] own = new PathMtuCache[1];
        own[0] =
                new PathMtuCache(
                        new PathMtuOptions(1, LIFETIME_NS, 552, 8),
                        counters,
                        1,
                        (high, low) -> seen.add(own[0].mtu(high, low)));
        own[0].report(0, low(FOUR), 1400, 1500, 0, nowNs);
        own[0].report(0, low("192.0.2.2"), 1300, 1500, 0, nowNs);
        own[0].advance(nowNs + LIFETIME_NS);
        assertEquals(List.of(1400, -1, 1300, -1), seen);
    }

    @Test
    void nothingIsAllocated() {
        PathMtuCache small =
                new PathMtuCache(
                        new PathMtuOptions(64, LIFETIME_NS, 552, 8),
                        counters,
                        7,
                        PathMtuListener.NONE);
        long[] run = new long[1];
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        2000,
                        1000,
                        () -> {
                            long now = run[0]++ * MINUTE_NS;
                            for (int i = 0; i < 8; i++) {
                                small.report(1, run[0] * 8 + i, 1400, 1500, 1500, now);
                                small.report(1, run[0] * 8 + i, 1300, 1500, 1500, now);
                                small.mtu(1, run[0] * 8 + i);
                            }
                            small.forget(1, run[0] * 8);
                            small.advance(now);
                        }));
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        assertRefused(0, LIFETIME_NS, 552, 8);
        assertRefused(1, LIFETIME_NS, 552, 0);
        assertRefused(1, PathMtuOptions.SHORTEST_LIFETIME_NS - 1, 552, 8);
        assertRefused(1, -1, 552, 8);
        assertRefused(1, LIFETIME_NS, 67, 8);
        assertRefused(1, LIFETIME_NS, 65_536, 8);
    }

    private static void assertRefused(
            int capacity, long lifetimeNs, int minimumIpv4Mtu, int maxReductions) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new PathMtuOptions(capacity, lifetimeNs, minimumIpv4Mtu, maxReductions));
    }

    private PathMtuCache cache(PathMtuOptions options) {
        return new PathMtuCache(
                options,
                counters,
                0x5eed,
                (high, low) -> changes.add(IpAddress.of(high, low).toString()));
    }

    /** Of a packet of unknown length, on a link of 1500 bytes. */
    private boolean report(String destination, long reportedMtu) {
        IpAddress to = IpAddress.parse(destination);
        return cache.report(to.high(), to.low(), reportedMtu, 1500, 0, nowNs);
    }

    private void assertIgnored(
            String destination, long reportedMtu, int currentMtu, int originalLength) {
        IpAddress to = IpAddress.parse(destination);
        int before = cache.mtu(to.high(), to.low());
        int heard = changes.size();
        long ignored = counters.get(IpCounter.PATH_MTU_IGNORED);
        assertFalse(
                cache.report(to.high(), to.low(), reportedMtu, currentMtu, originalLength, nowNs));
        assertEquals(before, cache.mtu(to.high(), to.low()));
        assertEquals(heard, changes.size());
        assertEquals(ignored + 1, counters.get(IpCounter.PATH_MTU_IGNORED));
    }

    private void advanceTo(long timeNs) {
        nowNs = timeNs;
        cache.advance(nowNs);
    }

    private int mtu(String destination) {
        IpAddress to = IpAddress.parse(destination);
        return cache.mtu(to.high(), to.low());
    }

    private boolean isNarrow(String destination) {
        IpAddress to = IpAddress.parse(destination);
        return cache.isNarrow(to.high(), to.low());
    }

    private boolean forget(String destination) {
        IpAddress to = IpAddress.parse(destination);
        return cache.forget(to.high(), to.low());
    }

    private static long low(String destination) {
        return IpAddress.parse(destination).low();
    }
}
