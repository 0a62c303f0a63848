package onload.ip.multicast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.multicast.Host.Ip;
import onload.nic.packet.PacketPool;
import onload.testkit.PacketPools;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/** RFC 3376, section 5.1; RFC 3810, section 6.1. */
class StateChangeReportTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private Host host(Ip ip) {
        return Host.up(ip, pools.open(64));
    }

    private static List<String> settle(Host host) {
        return host.runAndTake(20 * Host.SECOND);
    }

    @ParameterizedTest
    @EnumSource
    void joiningForAllSourcesIsAChangeToExcludeNone(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        assertEquals(List.of("TO_EX g1 {}"), host.take());
        assertEquals(List.of("TO_EX g1 {}"), settle(host), "once more, and then no more");
        assertEquals(Long.MAX_VALUE, host.memberships.nextDeadlineNs());
    }

    @ParameterizedTest
    @EnumSource
    void joiningForSomeSourcesAllowsThem(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 2, 1);
        assertEquals(List.of("ALLOW g1 {s1 s2}"), host.take());
        assertEquals(List.of("ALLOW g1 {s1 s2}"), settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void leavingAGroupOfAllSourcesIsAChangeToIncludeNone(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.leave(1, 1);
        assertEquals(List.of("TO_IN g1 {}"), host.take());
        assertEquals(1, host.memberships.memberships(), "kept for its last report");
        assertEquals(List.of("TO_IN g1 {}"), settle(host));
        assertEquals(0, host.memberships.memberships());
    }

    @ParameterizedTest
    @EnumSource
    void leavingAGroupOfSomeSourcesBlocksThem(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1, 2);
        settle(host);
        host.include(1, 1);
        assertEquals(List.of("BLOCK g1 {s1 s2}"), host.take());
        assertEquals(List.of("BLOCK g1 {s1 s2}"), settle(host));
        assertEquals(0, host.memberships.memberships());
    }

    @ParameterizedTest
    @EnumSource
    void includeToIncludeAllowsWhatIsNewAndBlocksWhatIsOld(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1, 2);
        settle(host);
        host.include(1, 1, 2, 3);
        assertEquals(List.of("ALLOW g1 {s3}; BLOCK g1 {s1}"), host.take());
        assertEquals(List.of("ALLOW g1 {s3}; BLOCK g1 {s1}"), settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void excludeToExcludeAllowsWhatIsOldAndBlocksWhatIsNew(Ip ip) {
        Host host = host(ip);
        host.exclude(1, 1, 1, 2);
        settle(host);
        host.exclude(1, 1, 2, 3);
        assertEquals(List.of("ALLOW g1 {s1}; BLOCK g1 {s3}"), host.take());
        assertEquals(List.of("ALLOW g1 {s1}; BLOCK g1 {s3}"), settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void includeToExcludeIsAChangeToExcludeOfTheNewList(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1, 2);
        settle(host);
        host.exclude(1, 1, 2, 3);
        assertEquals(List.of("TO_EX g1 {s2 s3}"), host.take());
        assertEquals(List.of("TO_EX g1 {s2 s3}"), settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void excludeToIncludeIsAChangeToIncludeOfTheNewList(Ip ip) {
        Host host = host(ip);
        host.exclude(1, 1, 1, 2);
        settle(host);
        host.include(1, 1, 2, 3);
        assertEquals(List.of("TO_IN g1 {s2 s3}"), host.take());
        assertEquals(List.of("TO_IN g1 {s2 s3}"), settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyAllowOrBlockRecordIsLeftOut(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1);
        settle(host);
        host.include(1, 1, 1, 2);
        assertEquals(List.of("ALLOW g1 {s2}"), host.take());
        settle(host);
        host.include(1, 1, 2);
        assertEquals(List.of("BLOCK g1 {s1}"), host.take());
    }

    @ParameterizedTest
    @EnumSource
    void aChangeThatLeavesTheInterfaceAsItIsIsNotReported(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.join(2, 1);
        host.include(3, 1, 1);
        host.leave(2, 1);
        host.exclude(1, 1, 1);
        assertEquals(List.of(), settle(host), "s1 is included by another socket");
        host.leave(3, 1);
        assertEquals(List.of("BLOCK g1 {s1}"), host.take());
    }

    @ParameterizedTest
    @EnumSource
    void eachChangeIsReportedAsOftenAsTheRobustnessVariableSays(Ip ip) {
        for (int robustness = 1; robustness <= 7; robustness++) {
            Host host =
                    Host.up(
                            ip,
                            pools.open(16),
                            MulticastOptions.DEFAULT.withRobustness(robustness));
            host.join(1, 1);
            assertEquals(1, host.sent.size(), "at once");
            host.run(30 * Host.SECOND);
            assertEquals(robustness, host.sent.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void repetitionsWaitNoLongerThanTheUnsolicitedReportInterval(Ip ip) {
        Host host = Host.up(ip, pools.open(64), MulticastOptions.DEFAULT.withRobustness(7));
        host.share = -1;
        for (int group = 1; group <= 50; group++) {
            host.join(1, group);
            long before = host.nowNs;
            host.run(10 * Host.SECOND);
            assertEquals(7, host.times.size());
            for (int i = 1; i < 7; i++) {
                long pause = host.times.get(i) - host.times.get(i - 1);
                assertTrue(pause > 0 && pause <= Host.SECOND, "paused " + pause + " ns");
            }
            assertEquals(before, host.times.getFirst());
            host.take();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecondChangeOfTheListIsMergedWithTheFirst(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1);
        assertEquals(List.of("ALLOW g1 {s1}"), host.take());
        host.include(1, 1, 1, 2);
        assertEquals(List.of("ALLOW g1 {s1 s2}"), host.take(), "the second of s1, the first of s2");
        assertEquals(List.of("ALLOW g1 {s2}"), settle(host), "the second of s2");
    }

    @ParameterizedTest
    @EnumSource
    void aSourceThatChangesBackIsReportedAsItIsNow(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1, 2);
        host.take();
        host.include(1, 1, 2);
        assertEquals(List.of("ALLOW g1 {s2}; BLOCK g1 {s1}"), host.take());
        assertEquals(List.of("BLOCK g1 {s1}"), settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void aChangeOfModeReplacesWhatWasPendingOfTheList(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1);
        host.take();
        host.exclude(1, 1, 2);
        assertEquals(List.of("TO_EX g1 {s2}"), host.take());
        assertEquals(List.of("TO_EX g1 {s2}"), settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void aChangeOfTheListIsCarriedByThePendingRecordsOfTheModeAndThenByItsOwn(Ip ip) {
        Host host = host(ip);
        host.exclude(1, 1, 1);
        assertEquals(List.of("TO_EX g1 {s1}"), host.take());
        host.exclude(1, 1, 1, 2);
        assertEquals(List.of("TO_EX g1 {s1 s2}"), host.take(), "the second of the mode");
        assertEquals(List.of("BLOCK g1 {s2}"), settle(host), "the second of s2");
    }

    @ParameterizedTest
    @EnumSource
    void leavingAndJoiningAgainAtOnceSaysEachAtOnce(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        host.leave(1, 1);
        host.join(1, 1);
        assertEquals(List.of("TO_EX g1 {}", "TO_IN g1 {}", "TO_EX g1 {}"), host.take());
        assertEquals(List.of("TO_EX g1 {}"), settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void repetitionsOfSeveralGroupsShareAMessage(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        host.join(1, 2);
        host.include(1, 3, 1);
        assertEquals(3, host.take().size());
        List<String> repeated = settle(host);
        assertEquals(1, repeated.size());
        assertEquals(3, repeated.getFirst().split(";").length, repeated.getFirst());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsListenedToBeforeTheInterfaceIsUpIsReportedWhenItComesUp(Ip ip) {
        Host host = new Host(ip, pools.open(16), MulticastOptions.DEFAULT);
        host.join(1, 1);
        host.include(1, 2, 1);
        host.run(Host.SECOND);
        assertEquals(List.of(), host.take());
        assertTrue(host.accepts(1, 1));
        host.up();
        assertEquals(1, host.sent.size());
        assertTrue(host.sent.getFirst().contains("TO_EX g1 {}"));
        assertTrue(host.sent.getFirst().contains("ALLOW g2 {s1}"));
        host.take();
        assertEquals(1, settle(host).size());
    }

    @ParameterizedTest
    @EnumSource
    void anInterfaceThatWentDownSendsNothingAndReportsAgainWhenUp(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        host.join(1, 2);
        host.take();
        host.memberships.interfaceDown(Host.LINK);
        host.leave(1, 2);
        assertEquals(List.of(), settle(host));
        assertEquals(1, host.memberships.memberships(), "nobody is told of g2");
        host.up();
        assertEquals(List.of("TO_EX g1 {}"), host.take());
        assertEquals(List.of("TO_EX g1 {}"), settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void changesThatWerePendingWhenTheInterfaceWentDownAreForgotten(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1, 2);
        host.take();
        host.memberships.interfaceDown(Host.LINK);
        host.include(1, 1, 1);
        host.up();
        assertEquals(List.of("ALLOW g1 {s1}", "ALLOW g1 {s1}"), settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void closingASocketLeavesItsGroupsInOneMessage(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        host.join(1, 2);
        host.join(2, 2);
        host.include(1, 3, 1);
        settle(host);
        assertEquals(3, host.memberships.leaveAll(1, host.nowNs));
        assertEquals(1, host.sent.size());
        assertTrue(host.sent.getFirst().contains("TO_IN g1 {}"));
        assertTrue(host.sent.getFirst().contains("BLOCK g3 {s1}"));
        assertTrue(!host.sent.getFirst().contains("g2"), "another socket listens");
        assertEquals(0, host.memberships.leaveAll(1, host.nowNs));
    }

    @ParameterizedTest
    @EnumSource
    void withoutABufferAChangeIsReportedAsSoonAsThereIsOne(Ip ip) {
        PacketPool pool = pools.open(1);
        Host host = Host.up(ip, pool);
        int held = pool.allocate(PacketPool.CONTROL);
        host.join(1, 1);
        host.run(5 * Host.SECOND);
        assertEquals(List.of(), host.take());
        assertTrue(host.count(IpCounter.MULTICAST_DROPPED_NO_BUFFER) >= 5);
        pool.release(held);
        assertEquals(List.of("TO_EX g1 {}", "TO_EX g1 {}"), settle(host), "as often as ever");
    }

    @ParameterizedTest
    @EnumSource
    void aNewLinkLocalAddressReportsIpv6GroupsAgain(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.memberships.linkLocalAddressReady(Host.LINK, host.nowNs);
        List<String> expected = ip == Ip.V4 ? List.of() : List.of("TO_EX g1 {}", "TO_EX g1 {}");
        assertEquals(expected, settle(host));
    }

    @ParameterizedTest
    @EnumSource
    void theLinkIsToldOfGroupsAndNotOfSources(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1);
        host.include(1, 1, 2);
        host.join(2, 1);
        host.leave(2, 1);
        assertEquals(List.of("+g1"), host.memberChanges);
        host.leave(1, 1);
        assertEquals(List.of("+g1", "-g1"), host.memberChanges);
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsSentAfterClose(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        host.take();
        host.memberships.close();
        host.general(1000);
        assertEquals(List.of(), settle(host));
        assertEquals(Long.MAX_VALUE, host.memberships.nextDeadlineNs());
    }
}
