package onload.ip.multicast;

import static onload.ip.multicast.GroupMemberships.FULL;
import static onload.ip.multicast.GroupMemberships.INVALID;
import static onload.ip.multicast.GroupMemberships.IN_USE;
import static onload.ip.multicast.GroupMemberships.NOT_AVAILABLE;
import static onload.ip.multicast.GroupMemberships.NOT_A_GROUP;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.multicast.Host.Ip;
import onload.testkit.PacketPools;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/** The service interface (RFC 3376, section 2; RFC 3810, section 3) and Linux's options for sockets (RFC 3678). */
class SocketFilterTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private Host host(Ip ip) {
        return Host.up(ip, pools.open(64));
    }

    private Host host(Ip ip, int groups, int filters, int sources) {
        return Host.up(
                ip, pools.open(64), MulticastOptions.DEFAULT.withLimits(groups, filters, sources));
    }

    private static int add(Host host, long socket, int group, int source) {
        return host.memberships.addSource(
                socket,
                Host.LINK,
                host.groupHigh(),
                host.group(group),
                host.sourceHigh(),
                host.source(source),
                host.nowNs);
    }

    private static int drop(Host host, long socket, int group, int source) {
        return host.memberships.dropSource(
                socket,
                Host.LINK,
                host.groupHigh(),
                host.group(group),
                host.sourceHigh(),
                host.source(source),
                host.nowNs);
    }

    private static int block(Host host, long socket, int group, int source) {
        return host.memberships.blockSource(
                socket,
                Host.LINK,
                host.groupHigh(),
                host.group(group),
                host.sourceHigh(),
                host.source(source),
                host.nowNs);
    }

    private static int unblock(Host host, long socket, int group, int source) {
        return host.memberships.unblockSource(
                socket,
                Host.LINK,
                host.groupHigh(),
                host.group(group),
                host.sourceHigh(),
                host.source(source),
                host.nowNs);
    }

    private static @Nullable FilterMode mode(Host host, long socket, int group) {
        return host.memberships.filterMode(socket, Host.LINK, host.groupHigh(), host.group(group));
    }

    private static int sources(Host host, long socket, int group, long[] into) {
        return host.memberships.sources(
                socket, Host.LINK, host.groupHigh(), host.group(group), into);
    }

    @ParameterizedTest
    @EnumSource
    void joiningTwiceIsRefusedAsInUse(Ip ip) {
        Host host = host(ip);
        assertEquals(0, host.join(1, 1));
        assertEquals(IN_USE, host.join(1, 1));
        assertEquals(0, host.join(2, 1), "by another socket");
        assertEquals(0, host.join(1, 2), "of another group");
    }

    @ParameterizedTest
    @EnumSource
    void leavingWhatWasNotJoinedIsRefused(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        assertEquals(NOT_AVAILABLE, host.leave(2, 1));
        assertEquals(NOT_AVAILABLE, host.leave(1, 2));
        assertEquals(0, host.leave(1, 1));
        assertEquals(NOT_AVAILABLE, host.leave(1, 1), "while its last report is pending");
        assertEquals(0, host.include(1, 1), "to include nothing is no error (RFC 3376, section 2)");
    }

    @ParameterizedTest
    @EnumSource
    void sourcesAreAddedAndDroppedOneByOneAndTheLastLeaves(Ip ip) {
        Host host = host(ip);
        assertEquals(0, add(host, 1, 1, 1));
        assertEquals(NOT_AVAILABLE, add(host, 1, 1, 1), "there already");
        assertEquals(0, add(host, 1, 1, 2));
        assertEquals(FilterMode.INCLUDE, mode(host, 1, 1));
        assertEquals(NOT_AVAILABLE, drop(host, 1, 1, 3));
        assertEquals(0, drop(host, 1, 1, 1));
        assertFalse(host.accepts(1, 1));
        assertTrue(host.accepts(1, 2));
        assertEquals(0, drop(host, 1, 1, 2));
        assertNull(mode(host, 1, 1));
        assertEquals(INVALID, drop(host, 1, 1, 2), "not joined any more");
        assertEquals(0, host.memberships.socketFilters());
    }

    @ParameterizedTest
    @EnumSource
    void sourcesAreBlockedAndUnblockedInAGroupThatIsJoined(Ip ip) {
        Host host = host(ip);
        assertEquals(INVALID, block(host, 1, 1, 1));
        assertEquals(INVALID, unblock(host, 1, 1, 1));
        host.join(1, 1);
        assertEquals(NOT_AVAILABLE, unblock(host, 1, 1, 1));
        assertEquals(0, block(host, 1, 1, 1));
        assertEquals(NOT_AVAILABLE, block(host, 1, 1, 1));
        assertFalse(host.accepts(1, 1));
        assertEquals(0, unblock(host, 1, 1, 1));
        assertTrue(host.accepts(1, 1));
        assertEquals(FilterMode.EXCLUDE, mode(host, 1, 1));
    }

    @ParameterizedTest
    @EnumSource
    void theModeIsNotChangedByCallsForTheOtherOne(Ip ip) {
        Host host = host(ip);
        add(host, 1, 1, 1);
        assertEquals(INVALID, block(host, 1, 1, 2));
        assertEquals(INVALID, unblock(host, 1, 1, 1));
        assertEquals(IN_USE, host.join(1, 1));
        host.join(1, 2);
        block(host, 1, 2, 1);
        assertEquals(INVALID, add(host, 1, 2, 2));
        assertEquals(INVALID, drop(host, 1, 2, 1));
    }

    @ParameterizedTest
    @EnumSource
    void aSourceAddedToAGroupOfAllSourcesMakesItTheOnlyOneAsOnLinux(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        assertEquals(NOT_AVAILABLE, drop(host, 1, 1, 1));
        assertTrue(host.accepts(1, 2));
        assertEquals(0, add(host, 1, 1, 1));
        assertTrue(host.accepts(1, 1));
        assertFalse(host.accepts(1, 2));
    }

    @ParameterizedTest
    @EnumSource
    void aFilterCanBeRead(Ip ip) {
        Host host = host(ip);
        long[] into = {7, 7, 7, 7};
        assertEquals(NOT_AVAILABLE, sources(host, 1, 1, into));
        host.exclude(1, 1, 2, 1, 2, 3);
        assertEquals(3, sources(host, 1, 1, into), "one that is listed twice counts once");
        assertArrayEquals(
                new long[] {host.sourceHigh(), host.source(1), host.sourceHigh(), host.source(2)},
                into);
        assertEquals(3, sources(host, 1, 1, new long[0]));
        assertNull(mode(host, 2, 1));
    }

    @ParameterizedTest
    @EnumSource
    void aSocketIsFilteredByItsOwnFilterAndAskedOtherwiseIfItHasNone(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1);
        host.exclude(2, 1, 1);
        assertTrue(accepts(host, 1, 1, false));
        assertFalse(accepts(host, 1, 2, true));
        assertFalse(accepts(host, 2, 1, true));
        assertTrue(accepts(host, 2, 2, false));
        assertTrue(accepts(host, 3, 1, true));
        assertFalse(accepts(host, 3, 1, false));
    }

    private static boolean accepts(Host host, long socket, int source, boolean otherwise) {
        return host.memberships.accepts(
                socket,
                Host.LINK,
                host.groupHigh(),
                host.group(1),
                host.sourceHigh(),
                host.source(source),
                otherwise);
    }

    @ParameterizedTest
    @EnumSource
    void oneTooManyOfAnythingIsRefusedAndLeavesNoTrace(Ip ip) {
        Host host = host(ip, 2, 3, 2);
        assertEquals(FULL, host.include(1, 1, 1, 2, 3));
        assertEquals(0, host.memberships.memberships());
        assertEquals(0, host.include(1, 1, 1, 2));
        assertEquals(FULL, add(host, 1, 1, 3));
        assertEquals(FULL, host.exclude(1, 1, 4, 5, 6));
        assertTrue(host.accepts(1, 2), "as it was before");
        assertEquals(0, host.join(1, 2));
        assertEquals(FULL, host.join(1, 3), "a third group");
        assertEquals(0, host.join(2, 2));
        assertEquals(FULL, host.join(3, 2), "a fourth filter");
        assertEquals(5, host.count(IpCounter.MULTICAST_REFUSED_FULL));
        assertFalse(host.isMember(3));
        assertEquals(2, host.memberships.memberships());
        host.join(2, 1);
        assertEquals(1, host.memberships.leaveAll(2, host.nowNs));
        assertEquals(0, host.join(3, 2));
    }

    @ParameterizedTest
    @EnumSource
    void aGroupThatWasLeftGivesWayToANewOne(Ip ip) {
        Host host = host(ip, 2, 8, 2);
        host.join(1, 1);
        host.join(1, 2);
        host.leave(1, 1);
        assertEquals(0, host.join(1, 3));
        assertEquals(1, host.count(IpCounter.MULTICAST_LEAVES_CUT_SHORT));
        assertTrue(host.isMember(2) && host.isMember(3));
        assertEquals(FULL, host.join(1, 1));
        host.run(20 * Host.SECOND);
        assertEquals(2, host.memberships.memberships());
    }

    @ParameterizedTest
    @EnumSource
    void aThousandSocketsJoinAndLeaveInAnyOrder(Ip ip) {
        Host host = host(ip);
        for (int socket = 0; socket < 1000; socket++) {
            assertEquals(0, host.join(socket, 1 + socket % 3));
        }
        for (int socket = 999; socket >= 0; socket -= 2) {
            assertEquals(1, host.memberships.leaveAll(socket, host.nowNs));
        }
        for (int socket = 0; socket < 1000; socket += 2) {
            assertEquals(0, host.leave(socket, 1 + socket % 3));
        }
        assertEquals(0, host.memberships.socketFilters());
        host.run(20 * Host.SECOND);
        assertEquals(0, host.memberships.memberships());
    }

    @Test
    void addressesThatAreNoGroupsAreRefused() {
        Host host = host(Ip.V4);
        long[][] addresses = {
            {0, Ipv6Address.mappedLow(0xdfffffff)},
            {0, Ipv6Address.mappedLow(0xf0000000)},
            {0, Ipv6Address.mappedLow(-1)},
            {0, 0},
            {0xfe80_0000_0000_0000L, 1},
            {0x2001_0db8_0000_0000L, 1}
        };
        for (long[] address : addresses) {
            assertEquals(
                    NOT_A_GROUP,
                    host.memberships.join(1, Host.LINK, address[0], address[1], host.nowNs));
            assertEquals(
                    NOT_A_GROUP,
                    host.memberships.leave(1, Host.LINK, address[0], address[1], host.nowNs));
        }
    }

    @Test
    void sourcesThatAreNoHostsOfThatVersionAreRefused() {
        for (Ip ip : Ip.values()) {
            Host host = host(ip);
            Host other = host(ip == Ip.V4 ? Ip.V6 : Ip.V4);
            long[][] wrong = {
                {other.sourceHigh(), other.source(1)},
                {host.groupHigh(), host.group(1)},
                {0, ip == Ip.V4 ? Ipv6Address.mappedLow(0) : 0}
            };
            for (long[] source : wrong) {
                assertEquals(
                        INVALID,
                        host.memberships.listen(
                                1,
                                Host.LINK,
                                host.groupHigh(),
                                host.group(1),
                                FilterMode.INCLUDE,
                                source,
                                1,
                                host.nowNs));
                assertEquals(
                        INVALID,
                        host.memberships.addSource(
                                1,
                                Host.LINK,
                                host.groupHigh(),
                                host.group(1),
                                source[0],
                                source[1],
                                host.nowNs));
            }
            assertEquals(0, host.memberships.memberships());
        }
    }

    @Test
    void misuseIsAnException() {
        Host host = host(Ip.V4);
        GroupMemberships memberships = host.memberships;
        assertThrows(
                IllegalArgumentException.class,
                () -> memberships.join(1, 0, host.groupHigh(), host.group(1), host.nowNs));
        assertThrows(
                IllegalArgumentException.class, () -> memberships.interfaceUp(0, 1500, host.nowNs));
        assertThrows(
                IllegalArgumentException.class, () -> memberships.interfaceUp(1, 67, host.nowNs));
        for (int count : new int[] {-1, 2}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            memberships.listen(
                                    1,
                                    Host.LINK,
                                    host.groupHigh(),
                                    host.group(1),
                                    FilterMode.INCLUDE,
                                    new long[3],
                                    count,
                                    host.nowNs));
        }
        assertThrows(
                IllegalArgumentException.class, () -> MulticastOptions.DEFAULT.withRobustness(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> MulticastOptions.DEFAULT.withVersions(4, 2, false));
        assertThrows(
                IllegalArgumentException.class,
                () -> MulticastOptions.DEFAULT.withVersions(3, 3, false));
        assertThrows(
                IllegalArgumentException.class, () -> MulticastOptions.DEFAULT.withLimits(0, 1, 1));
    }

    @Test
    void theGroupsOfAllNodesAreAlwaysListenedToAndNeverReported() {
        Host host = host(Ip.V4);
        long[][] groups = {
            {0, Ipv6Address.mappedLow(Ipv4Address.ALL_HOSTS)},
            {Ipv6Address.ALL_NODES_HIGH, Ipv6Address.ALL_NODES_LOW}
        };
        for (long[] group : groups) {
            assertTrue(host.memberships.accepts(Host.LINK, group[0], group[1], 0, 5));
            assertTrue(host.memberships.isMember(Host.LINK, group[0], group[1]));
            assertEquals(0, host.memberships.join(1, Host.LINK, group[0], group[1], host.nowNs));
            host.general(1000);
            assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
            assertEquals(0, host.memberships.leave(1, Host.LINK, group[0], group[1], host.nowNs));
            assertTrue(host.memberships.accepts(Host.LINK, group[0], group[1], 0, 5));
        }
        assertEquals(List.of(), host.memberChanges);
        assertEquals(0, host.memberships.memberships());
    }

    @Test
    void groupsOfReservedAndInterfaceLocalScopeAreListenedToAndNotReported() {
        Host host = host(Ip.V6);
        for (long high : new long[] {0xff00L << 48, 0xff01L << 48, 0xff11L << 48}) {
            assertEquals(0, host.memberships.join(1, Host.LINK, high, 5, host.nowNs));
            assertTrue(host.memberships.accepts(Host.LINK, high, 5, 1, 1));
        }
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
        host.general(1000);
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
        assertEquals(3, host.memberships.leaveAll(1, host.nowNs));
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
    }

    @Test
    void solicitedNodeGroupsAreReported() {
        Host host = host(Ip.V6);
        long low = Ipv6Address.solicitedNodeLow(0, 0x123456);
        host.memberships.join(
                GroupMemberships.LAYER_SOCKET,
                Host.LINK,
                Ipv6Address.SOLICITED_NODE_HIGH,
                low,
                host.nowNs);
        assertEquals(List.of("TO_EX ff02::1:ff12:3456 {}"), host.take());
    }

    @Test
    void groupsIn224Dot0Dot0AreReportedUnlessTheyAreNotTo() {
        long group = Ipv6Address.mappedLow(0xe00000fb);
        Host host = host(Ip.V4);
        host.memberships.join(1, Host.LINK, 0, group, host.nowNs);
        assertEquals(List.of("TO_EX 224.0.0.251 {}"), host.take());
        Host silent =
                Host.up(
                        Ip.V4,
                        pools.open(16),
                        MulticastOptions.DEFAULT.withReportLinkLocalGroups(false));
        silent.memberships.join(1, Host.LINK, 0, group, silent.nowNs);
        assertTrue(silent.memberships.accepts(Host.LINK, 0, group, 0, silent.source(1)));
        assertEquals(List.of(), silent.runAndTake(20 * Host.SECOND));
        silent.join(1, 1);
        assertEquals(List.of("TO_EX g1 {}"), silent.take());
    }

    @ParameterizedTest
    @EnumSource
    void removingAnInterfaceTakesItsFiltersAlong(Ip ip) {
        Host host = host(ip);
        host.join(1, 1);
        host.include(2, 1, 1);
        host.join(1, 2);
        host.memberships.join(1, 9, host.groupHigh(), host.group(1), host.nowNs);
        host.take();
        host.memberships.interfaceRemoved(Host.LINK);
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
        assertEquals(1, host.memberships.socketFilters());
        assertEquals(1, host.memberships.memberships());
        assertEquals(NOT_AVAILABLE, host.leave(1, 1));
        assertEquals(1, host.memberships.leaveAll(1, host.nowNs));
        host.memberships.interfaceRemoved(77);
    }

    @Test
    void moreInterfacesThanThereMayBeAreRefusedAndRemovedOnesMakeRoom() {
        Host host = new Host(Ip.V4, pools.open(4), MulticastOptions.DEFAULT);
        int most = MulticastOptions.DEFAULT.interfaces();
        for (int i = 1; i <= most; i++) {
            assertEquals(0, host.memberships.interfaceUp(i, 1500, host.nowNs));
        }
        assertEquals(FULL, host.memberships.interfaceUp(most + 1, 1500, host.nowNs));
        assertEquals(
                FULL,
                host.memberships.join(1, most + 1, host.groupHigh(), host.group(1), host.nowNs));
        host.memberships.interfaceRemoved(5);
        assertEquals(0, host.memberships.interfaceUp(most + 1, 1500, host.nowNs));
    }
}
