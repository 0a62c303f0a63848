package onload.ip.multicast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.multicast.Host.Ip;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;
import onload.wire.IgmpMessage;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;
import onload.wire.MldMessage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/** RFC 3376, section 7.2; RFC 3810, section 8.2; RFC 2236; RFC 2710; RFC 1112, appendix I. */
class OlderVersionTest {
    /** Older Version Querier Present Timeout: 2 times 125 s and the response time of the queries here. */
    private static final long TIMEOUT_NS = 250 * Host.SECOND + 10 * Host.SECOND;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private Host host(Ip ip) {
        return Host.up(ip, pools.open(64));
    }

    /** A host that has heard a querier of IGMPv2 or MLDv1. */
    private Host older(Ip ip) {
        Host host = host(ip);
        host.older(0, 10_000);
        return host;
    }

    private static void settle(Host host) {
        host.runAndTake(20 * Host.SECOND);
    }

    @ParameterizedTest
    @EnumSource
    void anOlderGeneralQueryIsAnsweredByOneReportForEachGroupToThatGroup(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        host.include(1, 2, 1);
        settle(host);
        host.older(0, 10_000);
        List<String> answers = host.runAndTake(10 * Host.SECOND);
        assertEquals(List.of("v2 report g1", "v2 report g2"), answers.stream().sorted().toList());
    }

    @Test
    void aQueryOfIgmpV1IsAnsweredByReportsOfV1WithinTenSeconds() {
        Host host = host(Ip.V4);
        host.join(1, 1);
        settle(host);
        host.share = -1;
        for (int i = 0; i < 50; i++) {
            long asked = host.nowNs;
            host.older(0, 0);
            host.run(10 * Host.SECOND);
            assertEquals(List.of("v1 report g1"), host.sent);
            assertTrue(host.times.getFirst() > asked);
            host.take();
        }
    }

    @Test
    void joiningByIgmpV1IsReportedAndLeavingIsNot() {
        Host host = host(Ip.V4);
        host.older(0, 0);
        host.join(1, 1);
        assertEquals(List.of("v1 report g1"), host.take());
        assertEquals(List.of("v1 report g1"), host.runAndTake(10 * Host.SECOND));
        host.leave(1, 1);
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void joiningIsReportedAtOnceAndOnceMoreWithinTenSeconds(Ip ip) {
        Host host = older(ip);
        host.share = 1;
        long joined = host.nowNs;
        host.join(1, 1);
        assertEquals(List.of("v2 report g1"), host.sent);
        host.run(30 * Host.SECOND);
        assertEquals(List.of(joined, joined + 10 * Host.SECOND), host.times);
    }

    @ParameterizedTest
    @EnumSource
    void leavingIsToldToAllRoutersByTheLastReporter(Ip ip) {
        Host host = older(ip);
        host.join(1, 1);
        settle(host);
        host.leave(1, 1);
        assertEquals(List.of("leave g1"), host.take());
        assertEquals(0, host.memberships.memberships());
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void leavingIsNotToldIfAnotherHostWasTheLastToReport(Ip ip) {
        Host host = older(ip);
        host.join(1, 1);
        settle(host);
        host.older(0, 10_000);
        host.otherReports(1);
        host.leave(1, 1);
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aReportOfAnotherHostTakesTheAnswerOver(Ip ip) {
        Host host = older(ip);
        host.join(1, 1);
        host.join(1, 2);
        settle(host);
        host.older(0, 10_000);
        host.otherReports(1);
        assertEquals(List.of("v2 report g2"), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aReportOfAnotherHostTakesTheRepetitionOfAJoinOver(Ip ip) {
        Host host = older(ip);
        host.join(1, 1);
        host.take();
        host.otherReports(1);
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aReportOfAnotherHostWhileNoAnswerIsPendingChangesNothing(Ip ip) {
        Host host = older(ip);
        host.join(1, 1);
        settle(host);
        host.otherReports(1);
        host.leave(1, 1);
        assertEquals(List.of("leave g1"), host.take());
    }

    @ParameterizedTest
    @EnumSource
    void reportsOfOtherHostsDoNotSuppressAnythingInTheFullVersion(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.general(1000);
        host.otherReports(1);
        assertEquals(List.of("IS_EX g1 {}"), host.runAndTake(Host.SECOND));
        assertEquals(1, host.count(IpCounter.MULTICAST_DROPPED_IGNORED));
    }

    @Test
    void aReportOfIgmpV1SuppressesOneOfV2() {
        Host host = older(Ip.V4);
        host.join(1, 1);
        settle(host);
        host.older(0, 10_000);
        int group = (int) host.group(1);
        IgmpMessage.write(host.message, 0, IgmpMessage.V1_MEMBERSHIP_REPORT, 0, group);
        IgmpMessage.updateChecksum(host.message, 0, 8);
        host.igmp(0x0a000005, group, 1, false, 8);
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aQueryForAGroupIsAnsweredForThatGroup(Ip ip) {
        Host host = older(ip);
        host.join(1, 1);
        host.join(1, 2);
        settle(host);
        host.older(2, 1000);
        assertEquals(List.of("v2 report g2"), host.runAndTake(Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aRunningTimerIsResetOnlyByAShorterResponseTime(Ip ip) {
        Host host = older(ip);
        host.join(1, 1);
        settle(host);
        host.share = 0.5;
        long asked = host.nowNs;
        host.older(0, 4000);
        host.older(0, 10_000);
        host.run(20 * Host.SECOND);
        assertEquals(1, host.times.size());
        assertTrue(host.times.getFirst() <= asked + 2 * Host.SECOND + 1);
        host.take();
        asked = host.nowNs;
        host.older(0, 10_000);
        host.older(0, 1000);
        host.run(20 * Host.SECOND);
        assertEquals(1, host.times.size());
        assertTrue(host.times.getFirst() <= asked + Host.SECOND);
    }

    @ParameterizedTest
    @EnumSource
    void sourcesAreNotReported(Ip ip) {
        Host host = older(ip);
        host.include(1, 1, 1);
        assertEquals(List.of("v2 report g1"), host.take());
        settle(host);
        host.include(1, 1, 2);
        host.exclude(1, 1, 3);
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND), "still a member");
        host.include(1, 1);
        assertEquals(List.of("leave g1"), host.take());
    }

    @ParameterizedTest
    @EnumSource
    void aQueryOfTheFullVersionIsAnsweredInTheOlderOneWhileThatQuerierIsThere(Ip ip) {
        Host host = older(ip);
        host.join(1, 1);
        settle(host);
        host.general(1000);
        assertEquals(List.of("v2 report g1"), host.runAndTake(Host.SECOND));
        host.group(1, 1000, 1, 2);
        assertEquals(List.of("v2 report g1"), host.runAndTake(Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void theOlderVersionLastsForItsTimeoutAndNotLonger(Ip ip) {
        Host host = older(ip);
        host.run(TIMEOUT_NS - 1);
        host.join(1, 1);
        assertEquals(List.of("v2 report g1"), host.take());
        host.run(1);
        host.join(1, 2);
        assertEquals(List.of("TO_EX g2 {}"), host.take());
    }

    @ParameterizedTest
    @EnumSource
    void eachOlderQueryStartsTheTimeoutAnew(Ip ip) {
        Host host = older(ip);
        for (int i = 0; i < 5; i++) {
            host.run(TIMEOUT_NS - 1);
            host.older(0, 10_000);
        }
        host.run(TIMEOUT_NS - 1);
        host.join(1, 1);
        assertEquals(List.of("v2 report g1"), host.take());
    }

    @ParameterizedTest
    @EnumSource
    void theTimeoutFollowsTheIntervalAndRobustnessThatAQuerierSaid(Ip ip) {
        Host host = host(ip);
        host.full(0, 1000, 3, 20);
        host.older(0, 10_000);
        host.run(3 * 20 * Host.SECOND + 10 * Host.SECOND - 1);
        host.join(1, 1);
        assertEquals(List.of("v2 report g1"), host.take());
        host.run(1);
        host.join(1, 2);
        assertEquals(List.of("TO_EX g2 {}"), host.take());
    }

    @ParameterizedTest
    @EnumSource
    void aChangeOfVersionCancelsAllThatIsPending(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        host.leave(1, 1);
        host.join(1, 2);
        host.take();
        host.share = 1;
        host.general(10_000);
        host.older(0, 10_000);
        assertEquals(1, host.memberships.memberships(), "the one that was left is forgotten");
        assertEquals(List.of("v2 report g2"), host.runAndTake(20 * Host.SECOND));
    }

    @Test
    void aChangeBetweenOlderVersionsCancelsRepetitionsToo() {
        Host host = Host.up(Ip.V4, pools.open(16), MulticastOptions.DEFAULT.withRobustness(3));
        host.older(0, 10_000);
        host.join(1, 1);
        assertEquals(List.of("v2 report g1"), host.take());
        host.older(0, 0);
        assertEquals(List.of("v1 report g1"), host.runAndTake(60 * Host.SECOND), "the answer only");
    }

    @ParameterizedTest
    @EnumSource
    void backInTheFullVersionRepetitionsOfTheOlderOneAreGone(Ip ip) {
        Host host = older(ip);
        host.run(TIMEOUT_NS - Host.SECOND);
        host.share = 1;
        host.join(1, 1);
        assertEquals(List.of("v2 report g1"), host.take());
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
        host.general(1000);
        assertEquals(List.of("IS_EX g1 {}"), host.runAndTake(Host.SECOND));
    }

    @Test
    void igmpV1GoesBeforeV2AndV2ComesBackFirst() {
        Host host = host(Ip.V4);
        host.older(0, 0);
        host.run(100 * Host.SECOND);
        host.older(0, 10_000);
        host.join(1, 1);
        assertEquals(List.of("v1 report g1"), host.take());
        host.run(160 * Host.SECOND);
        host.take();
        host.join(1, 2);
        assertEquals(List.of("v2 report g2"), host.take());
        host.run(100 * Host.SECOND);
        host.take();
        host.join(1, 3);
        assertEquals(List.of("TO_EX g3 {}"), host.take());
    }

    @Test
    void aQueryOfIgmpV2ForAGroupDoesNotChangeTheVersion() {
        Host host = host(Ip.V4);
        host.join(1, 1);
        settle(host);
        host.older(1, 1000);
        assertEquals(List.of("IS_EX g1 {}"), host.runAndTake(Host.SECOND));
    }

    @Test
    void anyQueryOfMldV1ChangesTheVersion() {
        Host host = host(Ip.V6);
        host.join(1, 1);
        settle(host);
        host.older(7, 1000);
        host.join(1, 2);
        assertEquals(List.of("v2 report g2"), host.take(), "one for a group of others, too");
    }

    @Test
    void aResponseDelayOfZeroInMldV1IsAnsweredAtOnce() {
        Host host = older(Ip.V6);
        host.join(1, 1);
        settle(host);
        host.older(0, 0);
        host.memberships.advance(host.nowNs);
        assertEquals(List.of("v2 report g1"), host.take());
        host.older(0, 10_000);
        host.older(1, 0);
        host.memberships.advance(host.nowNs);
        assertEquals(List.of("v2 report g1"), host.take(), "the running timer is set to zero");
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
    }

    @Test
    void theGroupInAQueryOfIgmpV1IsIgnored() {
        Host host = host(Ip.V4);
        host.join(1, 1);
        settle(host);
        host.older(9, 0);
        assertEquals(List.of(), host.take(), "not for us: its destination is a group of others");
        IgmpMessage.write(host.message, 0, IgmpMessage.MEMBERSHIP_QUERY, 0, 0xef010009);
        IgmpMessage.updateChecksum(host.message, 0, 8);
        host.igmp(0x0a0000fe, Ipv4Address.ALL_HOSTS, 1, false, 8);
        assertEquals(List.of("v1 report g1"), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aForcedVersionStaysWhateverIsHeard(Ip ip) {
        Host host = Host.up(ip, pools.open(16), MulticastOptions.DEFAULT.withVersions(3, 2, true));
        host.older(0, 10_000);
        host.run(10 * Host.SECOND);
        host.join(1, 1);
        assertEquals(List.of("TO_EX g1 {}"), host.take());
        settle(host);
        host.older(0, 10_000);
        assertEquals(List.of("IS_EX g1 {}"), host.runAndTake(10 * Host.SECOND));

        Host older = Host.up(ip, pools.open(16), MulticastOptions.DEFAULT.withVersions(2, 1, true));
        older.general(1000);
        older.run(1000 * Host.SECOND);
        older.join(1, 1);
        assertEquals(List.of("v2 report g1"), older.take());
    }

    @ParameterizedTest
    @EnumSource
    void aHostMayBeginWithAnOlderVersionUntilItsTimeout(Ip ip) {
        Host host = Host.up(ip, pools.open(16), MulticastOptions.DEFAULT.withVersions(2, 1, false));
        host.join(1, 1);
        assertEquals(List.of("v2 report g1"), host.take());
        host.run(TIMEOUT_NS);
        host.take();
        host.join(1, 2);
        assertEquals(List.of("TO_EX g2 {}"), host.take());
    }

    @ParameterizedTest
    @EnumSource
    void anInterfaceThatComesUpAgainForgetsTheOlderQuerier(Ip ip) {
        Host host = older(ip);
        host.join(1, 1);
        settle(host);
        host.memberships.interfaceDown(Host.LINK);
        host.up();
        assertEquals(List.of("TO_EX g1 {}"), host.take());
    }

    @ParameterizedTest
    @EnumSource
    void withoutABufferAJoinIsReportedLaterAndAsOften(Ip ip) {
        PacketPool pool = pools.open(1);
        Host host = Host.up(ip, pool);
        host.older(0, 10_000);
        int held = pool.allocate(PacketPool.CONTROL);
        host.join(1, 1);
        host.run(20 * Host.SECOND);
        assertEquals(List.of(), host.take());
        pool.release(held);
        assertEquals(List.of("v2 report g1", "v2 report g1"), host.runAndTake(40 * Host.SECOND));
        held = pool.allocate(PacketPool.CONTROL);
        host.leave(1, 1);
        pool.release(held);
        assertEquals(0, host.memberships.memberships());
    }

    @ParameterizedTest
    @EnumSource
    void aFloodOfOlderQueriesIsAnsweredSeldom(Ip ip) {
        Host host = older(ip);
        for (int group = 1; group <= 10; group++) {
            host.join(1, group);
        }
        settle(host);
        host.share = -1;
        for (int i = 0; i < 10_000; i++) {
            host.older(0, ip == Ip.V4 ? 100 : 0);
            host.run(100_000);
        }
        assertTrue(host.sent.size() <= 10 * 21, "answered " + host.sent.size() + " times");
    }

    @Test
    void aReportOfMldV1FromTheUnspecifiedAddressSuppressesNothing() {
        Host host = older(Ip.V6);
        host.join(1, 1);
        settle(host);
        host.older(0, 10_000);
        MldMessage.write(host.message, 0, MldMessage.V1_REPORT, 0, host.groupHigh(), host.group(1));
        host.mld(Ipv6Address.ANY_HIGH, Ipv6Address.ANY_LOW, 1, true, 24);
        assertEquals(List.of("v2 report g1"), host.runAndTake(20 * Host.SECOND));
    }
}
