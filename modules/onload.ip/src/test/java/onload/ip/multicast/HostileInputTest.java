package onload.ip.multicast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.multicast.Host.Ip;
import onload.nic.packet.HugePages;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.wire.IgmpMessage;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;
import onload.wire.MldMessage;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/** What is not to be believed (RFC 3376, sections 4, 7.1 and 9; RFC 3810, sections 5.1.14, 6.2 and 8.1). */
class HostileInputTest {
    private static final int ROUTER = 0x0a0000fe;

    @RegisterExtension final PacketPools pools = new PacketPools();

    private Host member(Ip ip) {
        Host host = Host.up(ip, pools.open(64));
        host.join(1, 1);
        host.runAndTake(20 * Host.SECOND);
        return host;
    }

    private static int v3Query(Host host, int group) {
        int length = IgmpMessage.writeV3Query(host.message, 0, 1000, group, false, 2, 125, 0);
        IgmpMessage.updateChecksum(host.message, 0, length);
        return length;
    }

    private static int v2Query(Host host) {
        IgmpMessage.write(host.message, 0, IgmpMessage.MEMBERSHIP_QUERY, 10, 0);
        IgmpMessage.updateChecksum(host.message, 0, 8);
        return 8;
    }

    private static int mldQuery(Host host, long high, long low) {
        return MldMessage.writeV2Query(host.message, 0, 1000, high, low, false, 2, 125, 0);
    }

    private static void assertIgnored(Host host, int drops) {
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
        assertEquals(drops, host.count(IpCounter.MULTICAST_DROPPED_INVALID));
        assertEquals(0, host.count(IpCounter.MULTICAST_QUERIES_RECEIVED));
    }

    private static void assertAnswered(Host host) {
        assertEquals(List.of("IS_EX g1 {}"), host.runAndTake(2 * Host.SECOND));
        assertEquals(0, host.count(IpCounter.MULTICAST_DROPPED_INVALID));
    }

    @Test
    void igmpWithATimeToLiveOtherThanOneIsDropped() {
        Host host = member(Ip.V4);
        for (int ttl : new int[] {0, 2, 64, 255}) {
            host.igmp(ROUTER, Ipv4Address.ALL_HOSTS, ttl, true, v3Query(host, 0));
        }
        assertIgnored(host, 4);
    }

    @Test
    void queriesOfIgmpV2AndV3WithoutRouterAlertAreDropped() {
        Host host = member(Ip.V4);
        host.igmp(ROUTER, Ipv4Address.ALL_HOSTS, 1, false, v3Query(host, 0));
        host.igmp(ROUTER, Ipv4Address.ALL_HOSTS, 1, false, v2Query(host));
        assertIgnored(host, 2);
    }

    @Test
    void igmpFromAGroupABroadcastOrALoopbackAddressIsDropped() {
        Host host = member(Ip.V4);
        for (int source : new int[] {0xe0000001, -1, 0xf0000000, 0x7f000001}) {
            host.igmp(source, Ipv4Address.ALL_HOSTS, 1, true, v3Query(host, 0));
        }
        assertIgnored(host, 4);
    }

    @Test
    void aQueryFromASwitchWithoutAnAddressIsAnswered() {
        Host host = member(Ip.V4);
        host.igmp(Ipv4Address.ANY, Ipv4Address.ALL_HOSTS, 1, true, v3Query(host, 0));
        assertAnswered(host);
    }

    @Test
    void igmpForAGroupThatNobodyListensToOrForABroadcastAddressIsDropped() {
        Host host = member(Ip.V4);
        host.igmp(ROUTER, (int) host.group(2), 1, true, v3Query(host, 0));
        host.igmp(ROUTER, Ipv4Address.BROADCAST, 1, true, v3Query(host, 0));
        assertIgnored(host, 2);
    }

    @Test
    void aQueryToAnyAddressOfTheInterfaceIsAnswered() {
        Host host = member(Ip.V4);
        host.igmp(ROUTER, 0x0a000001, 1, true, v3Query(host, 0));
        assertAnswered(host);
        host.igmp(ROUTER, (int) host.group(1), 1, true, v3Query(host, 0));
        assertAnswered(host);
    }

    @Test
    void igmpWithAWrongChecksumIsDropped() {
        Host host = member(Ip.V4);
        int length = v3Query(host, 0);
        host.message.putByte(2, (byte) (host.message.getByte(2) + 1));
        host.igmp(ROUTER, Ipv4Address.ALL_HOSTS, 1, true, length);
        assertIgnored(host, 1);
    }

    @Test
    void theChecksumCoversWhatFollowsAMessageToo() {
        Host host = member(Ip.V4);
        v3Query(host, 0);
        host.message.putLong(12, 0x1234_5678_9abc_def0L);
        host.igmp(ROUTER, Ipv4Address.ALL_HOSTS, 1, true, 20);
        assertIgnored(host, 1);
        IgmpMessage.updateChecksum(host.message, 0, 20);
        host.igmp(ROUTER, Ipv4Address.ALL_HOSTS, 1, true, 20);
        assertEquals(
                List.of("IS_EX g1 {}"), host.runAndTake(2 * Host.SECOND), "ignored, but valid");
    }

    @Test
    void queriesOfALengthThatNoVersionHasAreDropped() {
        Host host = member(Ip.V4);
        for (int length : new int[] {0, 1, 7, 9, 10, 11}) {
            v3Query(host, 0);
            IgmpMessage.updateChecksum(host.message, 0, Math.max(8, length));
            host.igmp(ROUTER, Ipv4Address.ALL_HOSTS, 1, true, length);
        }
        assertIgnored(host, 6);
        Host ipv6 = member(Ip.V6);
        for (int length : new int[] {0, 7, 23, 25, 26, 27}) {
            mldQuery(ipv6, 0, 0);
            ipv6.mld(Ipv6Address.LINK_LOCAL_HIGH, 1, 1, true, length);
        }
        assertIgnored(ipv6, 6);
    }

    @Test
    void aQueryForSourcesThatItDoesNotHaveIsDropped() {
        Host host = member(Ip.V4);
        int group = (int) host.group(1);
        IgmpMessage.writeV3Query(host.message, 0, 1000, group, false, 2, 125, 65535);
        IgmpMessage.updateChecksum(host.message, 0, 12);
        host.igmp(ROUTER, group, 1, true, 12);
        assertIgnored(host, 1);
    }

    @Test
    void aQueryForAnAddressThatIsNoGroupIsDropped() {
        Host host = member(Ip.V4);
        host.igmp(ROUTER, Ipv4Address.ALL_HOSTS, 1, true, v3Query(host, 0x0a000001));
        assertIgnored(host, 1);
        Host ipv6 = member(Ip.V6);
        int length = mldQuery(ipv6, 0xfe80L << 48, 1);
        ipv6.mld(Ipv6Address.LINK_LOCAL_HIGH, 1, 1, true, length);
        assertIgnored(ipv6, 1);
    }

    @Test
    void mldThatIsNotFromALinkLocalAddressIsDropped() {
        Host host = member(Ip.V6);
        int length = mldQuery(host, 0, 0);
        host.mld(0, 0, 1, true, length);
        host.mld(0x2001_0db8_0000_0000L, 1, 1, true, length);
        host.mld(0xff02L << 48, 1, 1, true, length);
        host.mld(0, Ipv6Address.mappedLow(ROUTER), 1, true, length);
        assertIgnored(host, 4);
    }

    @Test
    void mldWithAHopLimitOtherThanOneIsDropped() {
        Host host = member(Ip.V6);
        for (int hopLimit : new int[] {0, 2, 64, 255}) {
            host.mld(Ipv6Address.LINK_LOCAL_HIGH, 1, hopLimit, true, mldQuery(host, 0, 0));
        }
        assertIgnored(host, 4);
    }

    @Test
    void mldWithoutRouterAlertIsDropped() {
        Host host = member(Ip.V6);
        host.mld(Ipv6Address.LINK_LOCAL_HIGH, 1, 1, false, mldQuery(host, 0, 0));
        assertIgnored(host, 1);
    }

    @Test
    void messagesForRoutersAndOfUnknownTypesAreIgnored() {
        Host host = member(Ip.V4);
        for (int type :
                new int[] {IgmpMessage.LEAVE_GROUP, IgmpMessage.V3_MEMBERSHIP_REPORT, 0x13, 0xff}) {
            IgmpMessage.write(host.message, 0, type, 0, 0);
            IgmpMessage.updateChecksum(host.message, 0, 8);
            host.igmp(ROUTER, Ipv4Address.ALL_HOSTS, 1, true, 8);
        }
        assertEquals(4, host.count(IpCounter.MULTICAST_DROPPED_IGNORED));
        assertIgnored(host, 0);
        Host ipv6 = member(Ip.V6);
        for (int type : new int[] {MldMessage.DONE, MldMessage.V2_REPORT, 128}) {
            MldMessage.write(ipv6.message, 0, type, 0, 0, 0);
            ipv6.mld(Ipv6Address.LINK_LOCAL_HIGH, 1, 1, true, 24);
        }
        assertEquals(3, ipv6.count(IpCounter.MULTICAST_DROPPED_IGNORED));
        assertIgnored(ipv6, 0);
    }

    @Test
    void aReportOfIgmpThatDoesNotGoToItsGroupOrHasNoSourceSuppressesNothing() {
        Host host = member(Ip.V4);
        host.older(0, 10_000);
        int group = (int) host.group(1);
        IgmpMessage.write(host.message, 0, IgmpMessage.V2_MEMBERSHIP_REPORT, 0, group);
        IgmpMessage.updateChecksum(host.message, 0, 8);
        host.igmp(ROUTER, Ipv4Address.ALL_HOSTS, 1, true, 8);
        host.igmp(Ipv4Address.ANY, group, 1, true, 8);
        host.igmp(ROUTER, group, 1, false, 8);
        host.igmp(ROUTER, group, 2, true, 8);
        assertEquals(4, host.count(IpCounter.MULTICAST_DROPPED_INVALID));
        assertEquals(List.of("v2 report g1"), host.runAndTake(20 * Host.SECOND));
    }

    @ParameterizedTest
    @EnumSource
    void anInterfaceThatIsDownOrUnknownHearsNothing(Ip ip) {
        Host host = member(ip);
        host.memberships.interfaceDown(Host.LINK);
        host.general(1000);
        host.memberships.interfaceRemoved(Host.LINK);
        host.general(1000);
        assertEquals(List.of(), host.runAndTake(20 * Host.SECOND));
        assertEquals(2, host.count(IpCounter.MULTICAST_DROPPED_IGNORED));
    }

    @ParameterizedTest
    @EnumSource
    void eachMessageIsCountedOnceWhateverItIs(Ip ip) {
        Property.forAll(
                400,
                random -> {
                    Host host = Host.up(ip, pools.open(16));
                    host.exclude(1, 1, 1);
                    host.include(1, 2, 2);
                    host.run(20 * Host.SECOND);
                    for (int i = 0; i < 20; i++) {
                        byte[] junk = random.damaged(valid(host, random.between(0, 3)));
                        if (ip == Ip.V4 && junk.length >= 8 && random.flip()) {
                            UnsafeBuffer wrapped = new UnsafeBuffer(junk);
                            IgmpMessage.updateChecksum(wrapped, 0, junk.length);
                        }
                        long before = counted(host);
                        receive(host, junk);
                        assertEquals(before + 1, counted(host));
                        host.run(random.between(0, 2000) * Host.MS);
                    }
                    host.run(10_000_000L * Host.MS);
                });
    }

    private static long counted(Host host) {
        return host.count(IpCounter.MULTICAST_QUERIES_RECEIVED)
                + host.count(IpCounter.MULTICAST_DROPPED_INVALID)
                + host.count(IpCounter.MULTICAST_DROPPED_IGNORED);
    }

    private static byte[] valid(Host host, int kind) {
        int length;
        int group = kind == 1 ? 0 : (int) host.group(1);
        long high = kind == 1 ? 0 : host.groupHigh();
        if (host.ip == Ip.V4) {
            length = IgmpMessage.writeV3Query(host.message, 0, 1000, group, false, 2, 125, 2);
            IgmpMessage.source(host.message, 0, 0, (int) host.source(1));
            IgmpMessage.source(host.message, 0, 1, (int) host.source(2));
            if (kind > 1) {
                IgmpMessage.write(host.message, 0, 0x10 + 2 * kind, 0, group);
                length = 8;
            }
        } else {
            long low = kind == 1 ? 0 : host.group(1);
            length = MldMessage.writeV2Query(host.message, 0, 1000, high, low, false, 2, 125, 2);
            MldMessage.source(host.message, 0, 0, host.sourceHigh(), host.source(1));
            MldMessage.source(host.message, 0, 1, host.sourceHigh(), host.source(2));
            if (kind > 1) {
                MldMessage.write(host.message, 0, 128 + kind, 100, high, low);
                length = 24;
            }
        }
        byte[] bytes = new byte[length];
        host.message.getBytes(0, bytes);
        return bytes;
    }

    /** In a buffer of its own length, so that a byte read beyond the message is an exception. */
    private static void receive(Host host, byte[] bytes) {
        UnsafeBuffer memory = new UnsafeBuffer(bytes);
        if (host.ip == Ip.V4) {
            host.memberships.igmpReceived(
                    Host.LINK,
                    ROUTER,
                    (int) host.group(1),
                    1,
                    true,
                    memory,
                    0,
                    bytes.length,
                    host.nowNs);
        } else {
            host.memberships.mldReceived(
                    Host.LINK,
                    Ipv6Address.LINK_LOCAL_HIGH,
                    1,
                    1,
                    true,
                    memory,
                    0,
                    bytes.length,
                    host.nowNs);
        }
    }

    @ParameterizedTest
    @EnumSource
    void filteringAllocatesNothing(Ip ip) {
        Host host = member(ip);
        host.include(7, 2, 1, 2, 3);
        long bytes =
                AllocatedBytes.perRun(
                        20_000,
                        1000,
                        () -> {
                            boolean isAccepted =
                                    host.accepts(1, 1)
                                            && host.accepts(2, 2)
                                            && !host.accepts(2, 9)
                                            && !host.accepts(3, 1)
                                            && host.isMember(1)
                                            && host.memberships.accepts(
                                                    7,
                                                    Host.LINK,
                                                    host.groupHigh(),
                                                    host.group(2),
                                                    host.sourceHigh(),
                                                    host.source(3),
                                                    false);
                            assertTrue(isAccepted);
                        });
        assertEquals(0, bytes);
    }

    @ParameterizedTest
    @EnumSource
    void queriesAndTheirAnswersAllocateNothing(Ip ip) {
        Host host = Host.up(ip, pools.open(PoolOptions.of(16).withHugePages(HugePages.NEVER)));
        host.isRecording = false;
        host.join(1, 1);
        host.include(1, 2, 1, 2, 3);
        int[] sources = {1, 2, 3, 4};
        long bytes =
                AllocatedBytes.perRun(
                        5000,
                        500,
                        () -> {
                            host.general(1000);
                            host.group(1, 500, sources);
                            host.group(2, 500, sources);
                            host.run(2 * Host.SECOND);
                        });
        assertEquals(0, bytes);
        assertTrue(host.count(IpCounter.MULTICAST_REPORTS_SENT) > 10_000);
        bytes =
                AllocatedBytes.perRun(
                        5000,
                        500,
                        () -> {
                            host.older(0, 1000);
                            host.older(1, 500);
                            host.otherReports(2);
                            host.run(2 * Host.SECOND);
                        });
        assertEquals(0, bytes);
    }
}
