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

/** RFC 3376, section 5.2; RFC 3810, sections 6.2 and 6.3. */
class QueryResponseTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private Host host(Ip ip) {
        return Host.up(ip, pools.open(64));
    }

    private static void settle(Host host) {
        host.runAndTake(20 * Host.SECOND);
    }

    @ParameterizedTest
    @EnumSource
    void aGeneralQueryIsAnsweredByTheStateOfEveryGroupInOneMessage(Ip ip) {
        Host host = host(ip);
        host.exclude(1, 1, 1, 2);
        host.include(1, 2, 3);
        settle(host);
        host.general(1000);
        List<String> answers = host.runAndTake(Host.SECOND + 1);
        assertEquals(1, answers.size());
        assertTrue(answers.getFirst().contains("IS_EX g1 {s1 s2}"), answers.getFirst());
        assertTrue(answers.getFirst().contains("IS_IN g2 {s3}"), answers.getFirst());
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND), "once");
    }

    @ParameterizedTest
    @EnumSource
    void aHostThatListensToNothingDoesNotAnswer(Ip ip) {
        Host host = host(ip);
        host.general(1000);
        assertEquals(Long.MAX_VALUE, host.memberships.nextDeadlineNs());
        host.join(1, 1);
        host.leave(1, 1);
        host.take();
        host.general(100);
        host.group(1, 100);
        host.run(20 * Host.SECOND);
        assertEquals(List.of("TO_IN g1 {}"), host.take(), "what was left is no state");
    }

    @ParameterizedTest
    @EnumSource
    void answersComeWithinTheMaximumResponseTimeAndNotAtOnce(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.share = -1;
        long latest = 0;
        for (int i = 0; i < 200; i++) {
            long asked = host.nowNs;
            host.general(2000);
            host.memberships.advance(host.nowNs);
            assertEquals(0, host.sent.size(), "never at once (5.2)");
            host.run(3 * Host.SECOND);
            assertEquals(1, host.times.size());
            long delay = host.times.getFirst() - asked;
            assertTrue(delay > 0 && delay <= 2 * Host.SECOND, "after " + delay + " ns");
            latest = Math.max(latest, delay);
            host.take();
        }
        assertTrue(latest > Host.SECOND, "spread over the whole range");
    }

    @ParameterizedTest
    @EnumSource
    void aMaximumResponseTimeOfZeroIsNotAnsweredAtOnceEither(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.general(0);
        host.memberships.advance(host.nowNs);
        assertEquals(List.of(), host.take());
        assertEquals(List.of("IS_EX g1 {}"), host.runAndTake(10 * Host.MS));
    }

    @ParameterizedTest
    @EnumSource
    void longResponseTimesAreReadAsFloatingPoint(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.share = 1;
        long asked = host.nowNs;
        int longest = ip == Ip.V4 ? 3_174_400 : 8_387_584;
        host.general(longest);
        host.run(longest * Host.MS + Host.SECOND);
        assertEquals(List.of(asked + longest * Host.MS), host.times);
    }

    @ParameterizedTest
    @EnumSource
    void aPendingGeneralAnswerThatIsSoonerServesALaterGeneralQueryToo(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        long asked = host.nowNs;
        host.general(1000);
        host.general(10_000);
        host.run(20 * Host.SECOND);
        assertEquals(1, host.times.size());
        assertTrue(host.times.getFirst() <= asked + Host.SECOND);
    }

    @ParameterizedTest
    @EnumSource
    void aGeneralQueryThatIsToBeAnsweredSoonerReplacesThePendingAnswer(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        long asked = host.nowNs;
        host.general(10_000);
        host.general(1000);
        host.run(20 * Host.SECOND);
        assertEquals(1, host.times.size());
        assertTrue(host.times.getFirst() <= asked + Host.SECOND);
    }

    @ParameterizedTest
    @EnumSource
    void aPendingGeneralAnswerThatIsSoonerServesAQueryForAGroupToo(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.general(1000);
        host.group(1, 10_000);
        host.group(1, 10_000, 5);
        assertEquals(List.of("IS_EX g1 {}"), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aQueryForAGroupIsAnsweredByTheStateOfThatGroupOnly(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1, 2);
        host.exclude(1, 2, 3);
        settle(host);
        host.group(1, 1000);
        assertEquals(List.of("IS_IN g1 {s1 s2}"), host.runAndTake(Host.SECOND));
        host.group(2, 1000);
        assertEquals(List.of("IS_EX g2 {s3}"), host.runAndTake(Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aQueryForSourcesIsAnsweredInIncludeModeByThoseThatAreIncluded(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1, 2, 3);
        settle(host);
        host.group(1, 1000, 2, 3, 4);
        assertEquals(List.of("IS_IN g1 {s2 s3}"), host.runAndTake(Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aQueryForSourcesIsAnsweredInExcludeModeByThoseThatAreNotExcluded(Ip ip) {
        Host host = host(ip);
        host.exclude(1, 1, 1, 2, 3);
        settle(host);
        host.group(1, 1000, 3, 4, 5);
        assertEquals(List.of("IS_IN g1 {s4 s5}"), host.runAndTake(Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aQueryForSourcesOfWhichNoneIsWantedIsNotAnswered(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1);
        host.exclude(1, 2, 1);
        settle(host);
        host.group(1, 1000, 2);
        host.group(2, 1000, 1);
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void sourcesOfASecondQueryAreAddedToThoseOfThePendingOne(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.group(1, 1000, 1, 2);
        host.group(1, 1000, 2, 3);
        assertEquals(List.of("IS_IN g1 {s1 s2 s3}"), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aQueryForTheGroupMakesAPendingOneForSourcesOneForTheGroup(Ip ip) {
        Host host = host(ip);
        host.exclude(1, 1, 9);
        settle(host);
        host.group(1, 1000, 1);
        host.group(1, 1000);
        assertEquals(List.of("IS_EX g1 {s9}"), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void aQueryForSourcesAfterOnePendingForTheGroupLeavesItForTheGroup(Ip ip) {
        Host host = host(ip);
        host.exclude(1, 1, 9);
        settle(host);
        host.group(1, 1000);
        host.group(1, 1000, 1);
        assertEquals(List.of("IS_EX g1 {s9}"), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void thePendingAnswerForAGroupMovesToTheEarlierOfBothTimes(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        long asked = host.nowNs;
        host.group(1, 10_000);
        host.group(1, 1000, 1);
        host.group(1, 20_000);
        host.run(20 * Host.SECOND);
        assertEquals(1, host.times.size());
        assertTrue(host.times.getFirst() <= asked + Host.SECOND);
    }

    @ParameterizedTest
    @EnumSource
    void aGeneralAnswerClearsTheSourcesThatWereAskedFor(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.group(1, 10_000, 1);
        host.general(1000);
        assertEquals(
                List.of("IS_EX g1 {}", "IS_EX g1 {}"),
                host.runAndTake(20 * Host.SECOND),
                "the group timer goes on");
    }

    @ParameterizedTest
    @EnumSource
    void answersTellWhatIsSoWhenTheyAreSent(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1);
        settle(host);
        host.group(1, 10_000, 1, 2);
        host.include(1, 1, 2);
        settleChanges(host);
        assertEquals(List.of("IS_IN g1 {s2}"), host.runAndTake(20 * Host.SECOND));
    }

    private static void settleChanges(Host host) {
        host.run(2 * Host.SECOND);
        host.take();
    }

    @ParameterizedTest
    @EnumSource
    void aGroupThatIsLeftBeforeTheAnswerIsDueIsNotAnsweredFor(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.group(1, 10_000);
        host.leave(1, 1);
        assertEquals(List.of("TO_IN g1 {}", "TO_IN g1 {}"), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void moreSourcesThanAreRememberedAreAnsweredByAllThatIsSo(Ip ip) {
        MulticastOptions options = MulticastOptions.DEFAULT.withLimits(8, 8, 4);
        Host host = Host.up(ip, pools.open(16), options);
        host.include(1, 1, 1, 2, 3, 4);
        settle(host);
        host.group(1, 1000, 1, 5, 6, 7, 8);
        assertEquals(List.of("IS_IN g1 {s1 s2 s3 s4}"), host.runAndTake(2 * Host.SECOND));
        host.group(1, 1000, 1, 5);
        host.group(1, 1000, 6, 7, 8);
        assertEquals(List.of("IS_IN g1 {s1 s2 s3 s4}"), host.runAndTake(2 * Host.SECOND));
        host.group(1, 1000, 1, 5);
        host.group(1, 1000, 1, 7, 2);
        assertEquals(List.of("IS_IN g1 {s1 s2}"), host.runAndTake(2 * Host.SECOND), "just so many");
    }

    @ParameterizedTest
    @EnumSource
    void aQueryThatNamesASourceTwiceIsAnsweredOnce(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        host.group(1, 1000, 2, 1, 2, 1);
        assertEquals(List.of("IS_IN g1 {s1 s2}"), host.runAndTake(2 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void withoutABufferAnAnswerIsGivenLater(Ip ip) {
        PacketPool pool = pools.open(1);
        Host host = Host.up(ip, pool);
        host.exclude(1, 1, 1);
        settle(host);
        int held = pool.allocate(PacketPool.CONTROL);
        host.general(1000);
        host.run(2 * Host.SECOND);
        assertTrue(host.count(IpCounter.MULTICAST_DROPPED_NO_BUFFER) > 0);
        pool.release(held);
        assertEquals(List.of("IS_EX g1 {s1}"), host.runAndTake(2 * Host.SECOND));

        held = pool.allocate(PacketPool.CONTROL);
        host.group(1, 1000, 1, 2);
        host.run(2 * Host.SECOND);
        pool.release(held);
        assertEquals(List.of("IS_IN g1 {s2}"), host.runAndTake(2 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void theQueriersRobustnessIsTakenUpUnlessItIsLess(Ip ip) {
        Host host = host(ip);
        host.full(0, 100, 5, 125);
        host.join(1, 1);
        assertEquals(5, host.runAndTake(20 * Host.SECOND).size());
        host.full(0, 100, 1, 125);
        host.runAndTake(Host.SECOND);
        host.join(1, 2);
        assertEquals(2, host.runAndTake(20 * Host.SECOND).size());
        host.full(0, 100, 6, 125);
        host.full(0, 100, 0, 125);
        host.runAndTake(Host.SECOND);
        host.join(1, 3);
        assertEquals(2, host.runAndTake(20 * Host.SECOND).size());
    }

    @ParameterizedTest
    @EnumSource
    void aFloodOfGeneralQueriesIsAnsweredSeldom(Ip ip) {
        Host host = host(ip);
        for (int group = 1; group <= 100; group++) {
            host.join(1, group);
        }
        settle(host);
        host.share = -1;
        for (int i = 0; i < 10_000; i++) {
            host.general(i % 3 * 100);
            host.run(100_000);
        }
        host.run(Host.SECOND);
        int messagesEach = ip == Ip.V4 ? 1 : 2;
        assertTrue(
                host.sent.size() <= 25 * messagesEach,
                "a second of flood was answered " + host.sent.size() + " times");
        assertTrue(host.count(IpCounter.MULTICAST_DROPPED_QUERY_LIMIT) > 9_900);
    }

    @ParameterizedTest
    @EnumSource
    void aBurstOfQueriesForAGroupIsAnsweredOnce(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        settle(host);
        for (int i = 0; i < 500; i++) {
            host.group(1, 1000);
        }
        assertEquals(List.of("IS_EX g1 {}"), host.runAndTake(20 * Host.SECOND));
    }
}
