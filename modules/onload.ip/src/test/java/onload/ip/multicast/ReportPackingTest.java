package onload.ip.multicast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.multicast.Host.Ip;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** RFC 3376, section 4.2.16; RFC 3810, section 5.2.15. {@link Host} checks each message against the MTU. */
class ReportPackingTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private Host host(Ip ip, int mtu, int sources) {
        Host host =
                new Host(
                        ip, pools.open(64), MulticastOptions.DEFAULT.withLimits(512, 512, sources));
        host.mtu = mtu;
        host.up();
        return host;
    }

    private static int[] sources(int count) {
        return IntStream.rangeClosed(1, count).toArray();
    }

    private static List<String> named(List<String> reports, String type) {
        List<String> names = new ArrayList<>();
        for (String report : reports) {
            assertTrue(report.startsWith(type + " g1 {"), report);
            assertEquals(1, report.split(";").length, "each piece in a message of its own");
            names.addAll(
                    List.of(
                            report.substring(report.indexOf('{') + 1, report.length() - 1)
                                    .split(" ")));
        }
        return names;
    }

    @ParameterizedTest
    @EnumSource
    void manyGroupsAreReportedInAsFewMessagesAsFit(Ip ip) {
        Host host = host(ip, 1500, 64);
        for (int group = 1; group <= 200; group++) {
            host.join(1, group);
        }
        host.runAndTake(20 * Host.SECOND);
        host.general(1000);
        List<String> answers = host.runAndTake(Host.SECOND);
        int inOne = ip == Ip.V4 ? (1500 - 24 - 8) / 8 : (1500 - 48 - 8) / 20;
        assertEquals(Math.ceilDiv(200, inOne), answers.size());
        assertEquals(inOne, answers.getFirst().split(";").length, "the first is full");
        TreeSet<String> groups = new TreeSet<>();
        answers.forEach(answer -> groups.addAll(List.of(answer.split("; "))));
        assertEquals(200, groups.size());
    }

    @ParameterizedTest
    @EnumSource
    void includedSourcesThatDoNotFitAreSplit(Ip ip) {
        Host host = host(ip, 1280, 1000);
        host.include(1, 1, sources(1000));
        List<String> allowed = host.take();
        assertTrue(allowed.size() > 1);
        assertEquals(1000, new TreeSet<>(named(allowed, "ALLOW")).size());
        assertEquals(1000, named(allowed, "ALLOW").size(), "none twice");
        host.runAndTake(20 * Host.SECOND);
        host.general(1000);
        assertEquals(1000, new TreeSet<>(named(host.runAndTake(Host.SECOND), "IS_IN")).size());
    }

    @ParameterizedTest
    @EnumSource
    void aChangeToIncludeModeIsSplitLikewise(Ip ip) {
        Host host = host(ip, 1280, 1000);
        host.join(1, 1);
        host.runAndTake(20 * Host.SECOND);
        host.include(1, 1, sources(1000));
        assertEquals(1000, new TreeSet<>(named(host.take(), "TO_IN")).size());
    }

    @ParameterizedTest
    @EnumSource
    void excludedSourcesThatDoNotFitAreCutAndAlwaysTheSameOnes(Ip ip) {
        Host host = host(ip, 1280, 1000);
        host.exclude(1, 1, sources(1000));
        List<String> first = host.take();
        int fit = ip == Ip.V4 ? (1280 - 24 - 8 - 8) / 4 : (1280 - 48 - 8 - 20) / 16;
        assertEquals(1, first.size());
        assertEquals(fit, named(first, "TO_EX").size());
        assertEquals(first, host.runAndTake(20 * Host.SECOND));
        host.general(1000);
        List<String> state = host.runAndTake(Host.SECOND);
        assertEquals(named(first, "TO_EX"), named(state, "IS_EX"));
    }

    @ParameterizedTest
    @EnumSource
    void aListThatFitsAMessageIsNotSplitForBeingBehindAnother(Ip ip) {
        Host host = host(ip, 1280, 64);
        host.exclude(1, 1, sources(50));
        host.include(1, 2, sources(50));
        host.include(1, 3, sources(50));
        host.exclude(1, 4, sources(50));
        host.include(1, 5, sources(50));
        host.include(1, 6, sources(50));
        host.include(1, 7, sources(50));
        host.runAndTake(20 * Host.SECOND);
        host.general(1000);
        int records = 0;
        for (String answer : host.runAndTake(Host.SECOND)) {
            for (String record : answer.split("; ")) {
                assertEquals(50, record.split(" ").length - 2, record);
                records++;
            }
        }
        assertEquals(7, records);
    }

    @ParameterizedTest
    @EnumSource
    void theSmallestMtuAndTheSmallestBufferStillCarryReports(Ip ip) {
        Host host = host(ip, ip == Ip.V4 ? 68 : 1280, 64);
        host.include(1, 1, sources(64));
        assertEquals(64, named(host.take(), "ALLOW").size());
        Host small =
                new Host(
                        ip,
                        pools.open(PoolOptions.of(64).withBufferLength(512)),
                        MulticastOptions.DEFAULT);
        small.up();
        small.include(1, 1, sources(64));
        assertEquals(64, named(small.take(), "ALLOW").size());
    }

    @ParameterizedTest
    @EnumSource
    void ofAListOfWhichOnlyAPartFoundABufferAllIsReportedAgain(Ip ip) {
        Host host = host(ip, 1280, 1000);
        int[] held = new int[63];
        for (int i = 0; i < held.length; i++) {
            held[i] = host.pool.allocate(PacketPool.CONTROL);
        }
        int last = host.pool.allocate(PacketPool.CONTROL);
        host.pool.release(last);
        host.holdSent = true;
        host.include(1, 1, sources(1000));
        assertEquals(1, host.take().size(), "the one that there was a buffer for");
        host.holdSent = false;
        host.releaseHeld();
        for (int packet : held) {
            host.pool.release(packet);
        }
        assertEquals(
                2000, named(host.runAndTake(20 * Host.SECOND), "ALLOW").size(), "twice, in full");
    }
}
