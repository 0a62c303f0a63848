package onload.ip.multicast;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.support.DeadlineHeap;
import onload.nic.packet.PacketPool;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.random.RandomGenerator;

/**
 * The groups that the sockets of a stack listen to, merged into what each interface listens to and reported to the
 * routers of its link: the host's side of IGMPv3 (RFC 3376) and MLDv2 (RFC 3810), and of IGMPv1, IGMPv2 and MLDv1
 * while a querier of such a version is heard.
 *
 * <p>A socket is any number that its owner has chosen; those below 0 are the layer's own, the first of them {@link
 * #LAYER_SOCKET}. Addresses are two {@code long}s, IPv4 ones IPv4-mapped. An interface may be listened on before it
 * is up; its reports are sent when it comes up.
 *
 * <p>{@link #accepts}, {@link #igmpReceived}, {@link #mldReceived} and {@link #advance} allocate nothing. Used under
 * the stack's lock.
 */
public final class GroupMemberships implements AutoCloseable {
    /** The number by which the layer itself listens, as to solicited-node groups. */
    public static final long LAYER_SOCKET = -1;

    /** Refused: a table or the list of sources is full (ENOBUFS). */
    public static final int FULL = -1;

    /** Refused: the address is not of a group (EINVAL). */
    public static final int NOT_A_GROUP = -2;

    /**
     * Refused: a source is no address of one host, or of the other IP version; or the socket has not joined the
     * group, or has a filter of the other mode with sources in it (EINVAL).
     */
    public static final int INVALID = -3;

    /**
     * Refused: the socket is not a member of the group that it leaves, the source to be dropped is not in its list,
     * or the source to be added is there already (EADDRNOTAVAIL).
     */
    public static final int NOT_AVAILABLE = -4;

    /** Refused: the socket has joined the group already (EADDRINUSE). */
    public static final int IN_USE = -5;

    /** Every link of IPv4 takes so many bytes (RFC 791, section 3.2). */
    private static final int MIN_MTU = 68;

    private final DeadlineHeap timers;
    private final IpCounters counters;
    private final MembershipTable memberships;
    private final ProtocolTable protocols;
    private final ListenRequests requests;
    private final IgmpInput igmpInput;
    private final MldInput mldInput;

    /**
     * Makes a host that listens to nothing, on interfaces that are down.
     *
     * @param options its limits and intervals
     * @param pool where messages are allocated, from the share {@link PacketPool#CONTROL}
     * @param random for the delays of reports
     * @param link what sends them
     * @param counters what is counted
     */
    public GroupMemberships(
            MulticastOptions options,
            PacketPool pool,
            RandomGenerator random,
            MulticastLink link,
            IpCounters counters) {
        this.counters = counters;
        timers = new DeadlineHeap(ProtocolTable.timers(options));
        memberships = new MembershipTable(options, timers, counters, random.nextLong());
        Shared shared = new Shared(options, timers, random, memberships, pool, link, counters);
        protocols = new ProtocolTable(shared);
        requests = new ListenRequests(shared, protocols);
        igmpInput = new IgmpInput(options, memberships, counters);
        mldInput = new MldInput(options, memberships, counters);
    }

    /**
     * Says that an interface is up: what is listened to there is reported from now on, at once and anew each time that
     * this is called, as after a loss of carrier.
     *
     * @param interfaceIndex the interface, ≥ 1
     * @param mtu bytes of the longest packet that it sends, ≥ 68
     * @return 0, or {@link #FULL} if there are too many interfaces
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public int interfaceUp(int interfaceIndex, int mtu, long nowNs) {
        requireInterface(interfaceIndex);
        if (mtu < MIN_MTU) {
            throw new IllegalArgumentException(
                    "the MTU of an interface cannot be %d; expected %d or more (RFC 791)"
                            .formatted(mtu, MIN_MTU));
        }
        MembershipProtocol igmp = protocols.findOrAdd(interfaceIndex, false);
        MembershipProtocol mld = protocols.findOrAdd(interfaceIndex, true);
        if (igmp == null || mld == null) {
            return requests.refusedFull();
        }
        igmp.up(mtu, nowNs);
        mld.up(mtu, nowNs);
        return 0;
    }

    /**
     * Says that an interface is down: nothing is sent there, and what is known of its queriers is forgotten. What is
     * listened to stays.
     */
    public void interfaceDown(int interfaceIndex) {
        down(protocols.find(interfaceIndex, false));
        down(protocols.find(interfaceIndex, true));
    }

    /**
     * Says that an interface is gone: as {@link #interfaceDown}, and every socket has left all its groups there.
     */
    public void interfaceRemoved(int interfaceIndex) {
        interfaceDown(interfaceIndex);
        requests.removeAll(protocols.find(interfaceIndex, false));
        requests.removeAll(protocols.find(interfaceIndex, true));
        protocols.remove(interfaceIndex);
    }

    /**
     * Says that an interface has a link-local IPv6 address from now on. What was reported from the unspecified address
     * before was for switches only, and is reported again to the routers (RFC 3590, section 4; RFC 3810, section
     * 5.2.13).
     */
    public void linkLocalAddressReady(int interfaceIndex, long nowNs) {
        MembershipProtocol mld = protocols.find(interfaceIndex, true);
        if (mld != null) {
            mld.announce(nowNs);
        }
    }

    /**
     * Sets which sources of a group a socket listens to on an interface (RFC 3376, section 2; RFC 3810, section 3),
     * in place of what it said before. To include no source is to leave the group.
     *
     * @param sources the sources, upper and lower half of each in turn; one that is listed twice counts once
     * @param count how many there are, ≥ 0
     * @return 0, {@link #FULL}, {@link #NOT_A_GROUP} or {@link #INVALID}
     * @throws IllegalArgumentException if the interface is below 1, or {@code count} negative or more than there are
     */
    public int listen(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            FilterMode mode,
            long[] sources,
            int count,
            long nowNs) {
        return requests.listen(
                socket, interfaceIndex, groupHigh, groupLow, mode, sources, count, nowNs);
    }

    /**
     * Joins a group: every source is listened to (IP_ADD_MEMBERSHIP).
     *
     * @return 0, {@link #FULL}, {@link #NOT_A_GROUP} or {@link #IN_USE}
     */
    public int join(long socket, int interfaceIndex, long groupHigh, long groupLow, long nowNs) {
        return requests.join(socket, interfaceIndex, groupHigh, groupLow, nowNs);
    }

    /**
     * Leaves a group, whatever the filter (IP_DROP_MEMBERSHIP).
     *
     * @return 0, {@link #NOT_A_GROUP} or {@link #NOT_AVAILABLE}
     */
    public int leave(long socket, int interfaceIndex, long groupHigh, long groupLow, long nowNs) {
        return requests.leave(socket, interfaceIndex, groupHigh, groupLow, nowNs);
    }

    /**
     * Leaves every group that a socket has joined, as when it is closed.
     *
     * @return how many there were
     */
    public int leaveAll(long socket, long nowNs) {
        return requests.leaveAll(socket, nowNs);
    }

    /**
     * Adds a source to those that a socket listens to; the first one joins the group for that source only
     * (IP_ADD_SOURCE_MEMBERSHIP). As on Linux, a socket that listens to every source listens to this one only.
     *
     * @return 0, {@link #FULL}, {@link #NOT_A_GROUP}, {@link #INVALID} if it has blocked sources, or
     *     {@link #NOT_AVAILABLE} if the source is there already
     */
    public int addSource(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            long sourceHigh,
            long sourceLow,
            long nowNs) {
        return requests.addSource(
                socket, interfaceIndex, groupHigh, groupLow, sourceHigh, sourceLow, nowNs);
    }

    /**
     * Takes a source away from those that a socket listens to; without the last one it has left the group
     * (IP_DROP_SOURCE_MEMBERSHIP).
     *
     * @return 0, {@link #NOT_A_GROUP}, {@link #INVALID} if it has not joined or has blocked sources, or
     *     {@link #NOT_AVAILABLE} if the source is not there
     */
    public int dropSource(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            long sourceHigh,
            long sourceLow,
            long nowNs) {
        return requests.dropSource(
                socket, interfaceIndex, groupHigh, groupLow, sourceHigh, sourceLow, nowNs);
    }

    /**
     * Listens to a source no more, of a group that was joined for every source (IP_BLOCK_SOURCE).
     *
     * @return 0, {@link #FULL}, {@link #NOT_A_GROUP}, {@link #INVALID} if it has not joined or listens to single
     *     sources, or {@link #NOT_AVAILABLE} if the source is blocked already
     */
    public int blockSource(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            long sourceHigh,
            long sourceLow,
            long nowNs) {
        return requests.blockSource(
                socket, interfaceIndex, groupHigh, groupLow, sourceHigh, sourceLow, nowNs);
    }

    /**
     * Listens to a source again (IP_UNBLOCK_SOURCE).
     *
     * @return 0, {@link #NOT_A_GROUP}, {@link #INVALID} if it has not joined or listens to single sources, or
     *     {@link #NOT_AVAILABLE} if the source is not blocked
     */
    public int unblockSource(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            long sourceHigh,
            long sourceLow,
            long nowNs) {
        return requests.unblockSource(
                socket, interfaceIndex, groupHigh, groupLow, sourceHigh, sourceLow, nowNs);
    }

    /** {@return how a socket listens to a group on an interface, or null if it has not joined it} */
    public @Nullable FilterMode filterMode(
            long socket, int interfaceIndex, long groupHigh, long groupLow) {
        SocketFilter filter = requests.find(socket, interfaceIndex, groupHigh, groupLow);
        return filter == null ? null : filter.mode;
    }

    /**
     * Tells the sources in a socket's filter, in no order that means anything.
     *
     * @param into is given upper and lower half of each in turn, as many as there is room for
     * @return how many there are, or {@link #NOT_AVAILABLE} if the socket has not joined the group
     */
    public int sources(
            long socket, int interfaceIndex, long groupHigh, long groupLow, long[] into) {
        SocketFilter filter = requests.find(socket, interfaceIndex, groupHigh, groupLow);
        if (filter == null) {
            return NOT_AVAILABLE;
        }
        SourceSet sources = filter.sources;
        for (int i = 0; i < Math.min(sources.size(), into.length / 2); i++) {
            into[2 * i] = sources.high(i);
            into[2 * i + 1] = sources.low(i);
        }
        return sources.size();
    }

    /**
     * {@return whether an interface listens to a group, be it to one source only} The groups of all nodes, 224.0.0.1
     * and ff02::1, are listened to everywhere.
     */
    public boolean isMember(int interfaceIndex, long groupHigh, long groupLow) {
        Membership membership = memberships.find(interfaceIndex, groupHigh, groupLow);
        return (membership != null && membership.isMember())
                || MembershipTable.isAllNodes(groupHigh, groupLow);
    }

    /** {@return whether any socket is to have what a source sends to a group} The groups of all nodes are taken. */
    public boolean accepts(
            int interfaceIndex, long groupHigh, long groupLow, long sourceHigh, long sourceLow) {
        Membership membership = memberships.find(interfaceIndex, groupHigh, groupLow);
        return (membership != null && membership.accepts(sourceHigh, sourceLow))
                || MembershipTable.isAllNodes(groupHigh, groupLow);
    }

    /**
     * {@return whether one socket is to have what a source sends to a group}
     *
     * @param otherwise the answer if the socket has not joined that group on that interface: true with
     *     IP_MULTICAST_ALL, Linux's default for IPv4
     */
    public boolean accepts(
            long socket,
            int interfaceIndex,
            long groupHigh,
            long groupLow,
            long sourceHigh,
            long sourceLow,
            boolean otherwise) {
        SocketFilter filter = requests.find(socket, interfaceIndex, groupHigh, groupLow);
        return filter == null ? otherwise : filter.accepts(sourceHigh, sourceLow);
    }

    /**
     * Takes an IGMP message. Its checksum is verified here. What is no valid message of a router or host on the link is
     * counted and dropped: one whose TTL is not 1, whose destination is neither this host nor a group that it listens
     * to, or a query of version 2 or 3 without the router alert option (RFC 3376, section 9.1). That a source is of
     * the interface's network (RFC 2236, section 10) is left to the caller.
     *
     * @param source the packet's source
     * @param destination its destination: an address of this host or a group
     * @param timeToLive its time to live
     * @param routerAlert whether it had that option
     * @param memory holds the message
     * @param index of its first byte
     * @param length bytes of the IP payload, ≥ 0
     */
    public void igmpReceived(
            int interfaceIndex,
            int source,
            int destination,
            int timeToLive,
            boolean routerAlert,
            UnsafeBuffer memory,
            int index,
            int length,
            long nowNs) {
        MembershipProtocol protocol = protocols.find(interfaceIndex, false);
        if (protocol == null || !protocol.isUp()) {
            counters.increment(IpCounter.MULTICAST_DROPPED_IGNORED);
            return;
        }
        igmpInput.received(
                protocol,
                source,
                destination,
                timeToLive,
                routerAlert,
                memory,
                index,
                length,
                nowNs);
    }

    /**
     * Takes an MLD message: ICMPv6 of type 130, 131, 132 or 143, whose checksum the caller has verified as it does for
     * all of ICMPv6. One that is not from a link-local address, with hop limit 1 and the router alert option in a
     * hop-by-hop header, is counted and dropped (RFC 3810, section 6.2).
     *
     * @param sourceHigh upper half of the packet's source
     * @param sourceLow lower half
     * @param hopLimit its hop limit
     * @param routerAlert whether it had that option, with the value for MLD
     * @param memory holds the message
     * @param index of its first byte
     * @param length bytes of the message, ≥ 0
     */
    public void mldReceived(
            int interfaceIndex,
            long sourceHigh,
            long sourceLow,
            int hopLimit,
            boolean routerAlert,
            UnsafeBuffer memory,
            int index,
            int length,
            long nowNs) {
        MembershipProtocol protocol = protocols.find(interfaceIndex, true);
        if (protocol == null || !protocol.isUp()) {
            counters.increment(IpCounter.MULTICAST_DROPPED_IGNORED);
            return;
        }
        mldInput.received(
                protocol,
                sourceHigh,
                sourceLow,
                hopLimit,
                routerAlert,
                memory,
                index,
                length,
                nowNs);
    }

    /** {@return when {@link #advance} is to be called next, or {@link Long#MAX_VALUE}} */
    public long nextDeadlineNs() {
        return timers.nextDeadlineNs();
    }

    /** Sends the reports that are due. */
    public void advance(long nowNs) {
        int timer = timers.poll(nowNs);
        if (timer == DeadlineHeap.NONE) {
            return;
        }
        while (timer != DeadlineHeap.NONE) {
            protocols.timer(timer, nowNs);
            timer = timers.poll(nowNs);
        }
        protocols.flush(nowNs);
    }

    /** {@return the groups in the table, those among them that were left and are still being reported as such} */
    public int memberships() {
        return memberships.size();
    }

    /** {@return the filters of all sockets} */
    public int socketFilters() {
        return requests.size();
    }

    /** Stops: nothing is sent any more. Sockets that are to leave their groups do so before. */
    @Override
    public void close() {
        protocols.down();
    }

    static void requireInterface(int interfaceIndex) {
        if (interfaceIndex < 1) {
            throw new IllegalArgumentException(
                    "an interface cannot be %d; expected 1 or more".formatted(interfaceIndex));
        }
    }

    private static void down(@Nullable MembershipProtocol protocol) {
        if (protocol != null) {
            protocol.down();
        }
    }
}
