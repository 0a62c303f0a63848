package onload.ip.multicast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.Icmpv6Message;
import onload.wire.IgmpGroupRecord;
import onload.wire.IgmpMessage;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;
import onload.wire.MldAddressRecord;
import onload.wire.MldMessage;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/**
 * A host on one link, in virtual time, whose routers are the test. Group {@code n} and source {@code n} are written g1
 * and s1, so that one test serves both versions of IP.
 */
final class Host implements MulticastLink, RandomGenerator {
    static final long MS = 1_000_000L;
    static final long SECOND = 1_000_000_000L;
    static final int LINK = 3;
    static final int MTU = 1500;

    private static final int[] NO_SOURCES = {};
    private static final String[] TYPES = {
        "?", "IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK"
    };

    enum Ip {
        V4,
        V6
    }

    final Ip ip;
    final PacketPool pool;
    final IpCounters counters = new IpCounters();
    final GroupMemberships memberships;
    final List<String> sent = new ArrayList<>();
    final List<Long> times = new ArrayList<>();
    final List<String> memberChanges = new ArrayList<>();
    final UnsafeBuffer message = new UnsafeBuffer(new byte[70_000]);
    long nowNs = SECOND;

    /** Where in its range each random delay is, 0 to 1; below 0: really random. */
    double share = 0.5;

    int mtu = MTU;
    boolean isRecording = true;

    /** Whether the link keeps what it is given, as a NIC whose ring is not completed. */
    boolean holdSent;

    private final List<Integer> held = new ArrayList<>();
    private final RandomGenerator real = new java.util.SplittableRandom(42);

    Host(Ip ip, PacketPool pool, MulticastOptions options) {
        this.ip = ip;
        this.pool = pool;
        memberships = new GroupMemberships(options, pool, this, this, counters);
    }

    /** A host whose link is up. */
    static Host up(Ip ip, PacketPool pool, MulticastOptions options) {
        Host host = new Host(ip, pool, options);
        host.up();
        return host;
    }

    static Host up(Ip ip, PacketPool pool) {
        return up(ip, pool, MulticastOptions.DEFAULT);
    }

    void up() {
        assertEquals(0, memberships.interfaceUp(LINK, mtu, nowNs));
    }

    // Addresses.

    long groupHigh() {
        return ip == Ip.V4 ? 0 : 0xff0e_0000_0000_0000L;
    }

    long group(int n) {
        return ip == Ip.V4 ? Ipv6Address.mappedLow(0xef01_0000 + n) : n;
    }

    long sourceHigh() {
        return ip == Ip.V4 ? 0 : 0x2001_0db8_0000_0000L;
    }

    long source(int n) {
        return ip == Ip.V4 ? Ipv6Address.mappedLow(0x0a00_0000 + n) : n;
    }

    private String name(long high, long low) {
        if (high == groupHigh() && (low & 0xffff) > 0 && low == group((int) low & 0xffff)) {
            return "g" + (low & 0xffff);
        }
        if (high == sourceHigh() && low == source((int) low & 0xffff)) {
            return "s" + (low & 0xffff);
        }
        return Ipv6Address.isIpv4Mapped(high, low)
                ? Ipv4Address.toString((int) low)
                : Ipv6Address.toString(high, low);
    }

    // Sockets.

    int join(long socket, int group) {
        return memberships.join(socket, LINK, groupHigh(), group(group), nowNs);
    }

    int leave(long socket, int group) {
        return memberships.leave(socket, LINK, groupHigh(), group(group), nowNs);
    }

    int include(long socket, int group, int... sources) {
        return listen(socket, group, FilterMode.INCLUDE, sources);
    }

    int exclude(long socket, int group, int... sources) {
        return listen(socket, group, FilterMode.EXCLUDE, sources);
    }

    int listen(long socket, int group, FilterMode mode, int... sources) {
        long[] pairs = new long[2 * sources.length];
        for (int i = 0; i < sources.length; i++) {
            pairs[2 * i] = sourceHigh();
            pairs[2 * i + 1] = source(sources[i]);
        }
        return memberships.listen(
                socket, LINK, groupHigh(), group(group), mode, pairs, sources.length, nowNs);
    }

    boolean accepts(int group, int source) {
        return memberships.accepts(LINK, groupHigh(), group(group), sourceHigh(), source(source));
    }

    boolean isMember(int group) {
        return memberships.isMember(LINK, groupHigh(), group(group));
    }

    // Time.

    /** Lets time pass, and each timer expire when it is due. */
    void run(long durationNs) {
        long end = nowNs + durationNs;
        for (long at = memberships.nextDeadlineNs(); at <= end; at = memberships.nextDeadlineNs()) {
            nowNs = Math.max(nowNs, at);
            memberships.advance(nowNs);
        }
        nowNs = end;
        memberships.advance(nowNs);
    }

    /** What was sent since the last call. */
    List<String> take() {
        List<String> taken = List.copyOf(sent);
        sent.clear();
        times.clear();
        return taken;
    }

    List<String> runAndTake(long durationNs) {
        run(durationNs);
        return take();
    }

    long count(IpCounter counter) {
        return counters.get(counter);
    }

    // Queries.

    void general(int maxMs) {
        full(0, maxMs, 0, 0, NO_SOURCES);
    }

    void group(int group, int maxMs, int... sources) {
        full(group, maxMs, 0, 0, sources);
    }

    /** A query of IGMPv3 or MLDv2; group 0 is the general one. */
    void full(int group, int maxMs, int robustness, int intervalSeconds, int... sources) {
        int length;
        if (ip == Ip.V4) {
            length =
                    IgmpMessage.writeV3Query(
                            message,
                            0,
                            maxMs,
                            group == 0 ? 0 : (int) group(group),
                            false,
                            robustness,
                            intervalSeconds,
                            sources.length);
            for (int i = 0; i < sources.length; i++) {
                IgmpMessage.source(message, 0, i, (int) source(sources[i]));
            }
        } else {
            length =
                    MldMessage.writeV2Query(
                            message,
                            0,
                            maxMs,
                            group == 0 ? 0 : groupHigh(),
                            group == 0 ? 0 : group(group),
                            false,
                            robustness,
                            intervalSeconds,
                            sources.length);
            for (int i = 0; i < sources.length; i++) {
                MldMessage.source(message, 0, i, sourceHigh(), source(sources[i]));
            }
        }
        receive(group, length);
    }

    /** A query of IGMPv1 (code 0), IGMPv2 or MLDv1. */
    void older(int group, int maxMs) {
        long high = group == 0 ? 0 : groupHigh();
        long low = group == 0 ? 0 : group(group);
        if (ip == Ip.V4) {
            IgmpMessage.write(message, 0, IgmpMessage.MEMBERSHIP_QUERY, maxMs / 100, (int) low);
            receive(group, IgmpMessage.LENGTH);
        } else {
            MldMessage.write(message, 0, MldMessage.QUERY, maxMs, high, low);
            receive(group, MldMessage.V1_LENGTH);
        }
    }

    /** Another host reports a group in an older version. */
    void otherReports(int group) {
        if (ip == Ip.V4) {
            IgmpMessage.write(message, 0, IgmpMessage.V2_MEMBERSHIP_REPORT, 0, (int) group(group));
            receive(group, IgmpMessage.LENGTH);
        } else {
            MldMessage.write(message, 0, MldMessage.V1_REPORT, 0, groupHigh(), group(group));
            receive(group, MldMessage.V1_LENGTH);
        }
    }

    private void receive(int group, int length) {
        if (ip == Ip.V4) {
            IgmpMessage.updateChecksum(message, 0, length);
            igmp(
                    0x0a00_00fe,
                    group == 0 ? Ipv4Address.ALL_HOSTS : (int) group(group),
                    1,
                    true,
                    length);
        } else {
            mld(Ipv6Address.LINK_LOCAL_HIGH, 0xfe, 1, true, length);
        }
    }

    void igmp(int source, int destination, int ttl, boolean alert, int length) {
        memberships.igmpReceived(LINK, source, destination, ttl, alert, message, 0, length, nowNs);
    }

    void mld(long high, long low, int hopLimit, boolean alert, int length) {
        memberships.mldReceived(LINK, high, low, hopLimit, alert, message, 0, length, nowNs);
    }

    // The link.

    @Override
    public void sendIgmp(int interfaceIndex, int packet, int destination, long now) {
        if (isRecording) {
            PacketBuffers buffers = pool.buffers();
            int at = buffers.data(packet);
            int length = buffers.length(packet);
            assertEquals(LINK, interfaceIndex);
            assertEquals(length, IgmpMessage.check(buffers.memory(), at, length), "well-formed");
            assertTrue(IgmpMessage.isChecksumCorrect(buffers.memory(), at, length), "checksum");
            assertTrue(length + 24 <= mtu, "longer than the MTU");
            assertTrue(buffers.headroom(packet) >= 24 + 22, "room for headers");
            record(igmpText(buffers.memory(), at, length), 0, Ipv6Address.mappedLow(destination));
        }
        done(packet);
    }

    private String igmpText(UnsafeBuffer memory, int at, int length) {
        int type = IgmpMessage.type(memory, at);
        String group = name(0, Ipv6Address.mappedLow(IgmpMessage.group(memory, at)));
        return switch (type) {
            case IgmpMessage.V1_MEMBERSHIP_REPORT -> "v1 report " + group;
            case IgmpMessage.V2_MEMBERSHIP_REPORT -> "v2 report " + group;
            case IgmpMessage.LEAVE_GROUP -> "leave " + group;
            default -> {
                List<String> records = new ArrayList<>();
                int record = IgmpMessage.firstGroupRecord(memory, at);
                while (record < at + length) {
                    int current = record;
                    records.add(
                            text(
                                    IgmpGroupRecord.type(memory, current),
                                    name(
                                            0,
                                            Ipv6Address.mappedLow(
                                                    IgmpGroupRecord.group(memory, current))),
                                    IgmpGroupRecord.sources(memory, current),
                                    i ->
                                            name(
                                                    0,
                                                    Ipv6Address.mappedLow(
                                                            IgmpGroupRecord.source(
                                                                    memory, current, i)))));
                    record = IgmpGroupRecord.next(memory, record);
                }
                yield String.join("; ", records);
            }
        };
    }

    @Override
    public void sendMld(int interfaceIndex, int packet, long high, long low, long now) {
        if (isRecording) {
            PacketBuffers buffers = pool.buffers();
            int at = buffers.data(packet);
            int length = buffers.length(packet);
            assertEquals(LINK, interfaceIndex);
            assertEquals(length, MldMessage.check(buffers.memory(), at, length), "well-formed");
            assertTrue(length + 48 <= mtu, "longer than the MTU");
            assertTrue(buffers.headroom(packet) >= 48 + 22, "room for headers");
            record(mldText(buffers.memory(), at, length), high, low);
        }
        done(packet);
    }

    private String mldText(UnsafeBuffer memory, int at, int length) {
        int type = Icmpv6Message.type(memory, at);
        if (type != MldMessage.V2_REPORT) {
            String group = name(MldMessage.groupHigh(memory, at), MldMessage.groupLow(memory, at));
            return (type == MldMessage.V1_REPORT ? "v2 report " : "leave ") + group;
        }
        List<String> records = new ArrayList<>();
        int record = MldMessage.firstAddressRecord(memory, at);
        while (record < at + length) {
            int current = record;
            records.add(
                    text(
                            MldAddressRecord.type(memory, current),
                            name(
                                    MldAddressRecord.groupHigh(memory, current),
                                    MldAddressRecord.groupLow(memory, current)),
                            MldAddressRecord.sources(memory, current),
                            i ->
                                    name(
                                            MldAddressRecord.sourceHigh(memory, current, i),
                                            MldAddressRecord.sourceLow(memory, current, i))));
            record = MldAddressRecord.next(memory, record);
        }
        return String.join("; ", records);
    }

    private static String text(int type, String group, int count, IntFunction<String> source) {
        List<String> sources = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sources.add(source.apply(i));
        }
        return "%s %s {%s}".formatted(TYPES[type], group, String.join(" ", sources));
    }

    /** Only destinations that are not what the message has by rule are written. */
    private void record(String text, long high, long low) {
        String destination = name(high, low);
        String usual =
                text.startsWith("leave")
                        ? (ip == Ip.V4 ? "224.0.0.2" : "ff02::2")
                        : text.contains("report")
                                ? text.substring(text.lastIndexOf(' ') + 1)
                                : (ip == Ip.V4 ? "224.0.0.22" : "ff02::16");
        sent.add(destination.equals(usual) ? text : text + " to " + destination);
        times.add(nowNs);
    }

    private void done(int packet) {
        if (holdSent) {
            held.add(packet);
        } else {
            pool.release(packet);
        }
    }

    void releaseHeld() {
        held.forEach(pool::release);
        held.clear();
    }

    @Override
    public void membershipChanged(
            int interfaceIndex, long groupHigh, long groupLow, boolean isMember) {
        memberChanges.add((isMember ? "+" : "-") + name(groupHigh, groupLow));
    }

    // Randomness.

    @Override
    public long nextLong() {
        return real.nextLong();
    }

    @Override
    public long nextLong(long bound) {
        return share < 0 ? real.nextLong(bound) : (long) (share * (bound - 1));
    }
}
