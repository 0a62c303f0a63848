package onload.linux.netlink;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.Struct;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Follows the kernel's addresses, routes and neighbours of one interface: all of them first, then what changes. State
 * machine, polled by its owner; control path, which allocates.
 *
 * <p>One request for a table is under way at a time: addresses, then routes, then neighbours. News that come meanwhile
 * are taken like entries of the table. At the end of a table what was known before, and was not in it, is gone.
 */
public final class InterfaceMirror implements AutoCloseable {
    /** {@code NUD_INCOMPLETE}: being asked for. */
    public static final int INCOMPLETE = 0x01;

    /** {@code NUD_REACHABLE}. */
    public static final int REACHABLE = 0x02;

    /** {@code NUD_STALE}. */
    public static final int STALE = 0x04;

    /** {@code NUD_DELAY}. */
    public static final int DELAY = 0x08;

    /** {@code NUD_PROBE}. */
    public static final int PROBE = 0x10;

    /** {@code NUD_FAILED}. */
    public static final int FAILED = 0x20;

    /** {@code NUD_NOARP}: needs no asking, such as a group's address. */
    public static final int NOARP = 0x40;

    /** {@code NUD_PERMANENT}. */
    public static final int PERMANENT = 0x80;

    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_GETROUTE = 26;
    private static final int RTM_NEWNEIGH = 28;
    private static final int RTM_DELNEIGH = 29;
    private static final int RTM_GETNEIGH = 30;

    /**
     * {@code RTMGRP_LINK}, {@code _NEIGH}, {@code _IPV4_IFADDR}, {@code _IPV4_ROUTE}, {@code _IPV6_IFADDR},
     * {@code _IPV6_ROUTE}.
     */
    private static final int GROUPS = 0x1 | 0x4 | 0x10 | 0x40 | 0x100 | 0x400;

    private static final int NLM_F_REQUEST = 1;
    private static final int NLM_F_DUMP = 0x300;
    private static final int NLM_F_CREATE = 0x400;

    /** Of news of a route: it has taken the place of another, {@code NLM_F_REPLACE}. */
    private static final int NLM_F_REPLACE = 0x100;

    /** The table changed while it was told: {@code NLM_F_DUMP_INTR}. */
    private static final int NLM_F_DUMP_INTR = 0x10;

    private static final int HEADER_LENGTH = 16;
    private static final int TYPE = 4;
    private static final int FLAGS = 6;
    private static final int SEQUENCE = 8;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private static final int ADDRESS_LENGTH = 8;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;

    /** {@code IFA_F_TENTATIVE | IFA_F_DADFAILED}: it cannot be used, yet or ever. */
    private static final int UNUSABLE = 0x40 | 0x08;

    private static final int ROUTE_LENGTH = 12;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_METRICS = 8;
    private static final int RTA_MULTIPATH = 9;
    private static final int RTA_TABLE = 15;

    /** A gateway of the other version of IP. */
    private static final int RTA_VIA = 18;

    private static final int RTAX_MTU = 2;
    private static final int RT_TABLE_MAIN = 254;

    /** {@code RTPROT_KERNEL}: the route of an address, which whoever has the address has, too. */
    private static final int BY_KERNEL = 2;

    private static final int RTN_UNICAST = 1;

    /** {@code RTM_F_CLONED}: a path that was looked up, no route. */
    private static final int CLONED = 0x200;

    private static final int NEIGHBOR_LENGTH = 12;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NTF_USE = 1;
    private static final int MAC_LENGTH = 6;

    /** Most entries of each table that are followed. */
    private static final int MOST = 65_536;

    private final NetlinkSocket socket;
    private final int index;
    private final Struct request = Struct.lasting(64);

    private final Set<CidrAddress> addresses = new LinkedHashSet<>();
    private final Set<InterfaceRoute> routes = new LinkedHashSet<>();
    private final Map<IpAddress, Long> neighbors = new HashMap<>();

    /** What the table that is being told has had. */
    private final Set<Object> told = new HashSet<>();

    /** The table that is being told, as the type of its request; 0 if none. */
    private int table;

    /** Number of the request for that table. */
    private int tableSequence;

    private int next = RTM_GETADDR;
    private boolean isInterrupted;
    private int sequence;
    private long losses;
    private long skipped;

    /**
     * Begins to follow an interface of the calling thread's namespace.
     *
     * @param index its number
     * @throws onload.linux.LinuxException if the kernel refuses
     */
    public InterfaceMirror(int index) {
        this(index, 0);
    }

    /**
     * Begins to follow an interface with another room for news than the system's.
     *
     * @param index its number
     * @param receiveBytes room for news that nobody has read yet, in bytes; 0 as the system has it
     */
    public InterfaceMirror(int index, int receiveBytes) {
        this.index = index;
        socket = new NetlinkSocket(GROUPS, receiveBytes);
    }

    /** {@return a descriptor that is readable while there are news} */
    public Descriptor descriptor() {
        return socket.descriptor();
    }

    /** {@return how often news were lost, and all was asked for again} */
    public long losses() {
        return losses;
    }

    /** {@return messages and entries that were not understood or not taken in} */
    public long skipped() {
        return skipped;
    }

    /**
     * Reads what the kernel has said, and asks for the next table when one is complete.
     *
     * @param events told of each difference
     * @param limit most datagrams of the kernel to read, ≥ 1
     * @return datagrams read
     */
    public int poll(InterfaceEvents events, int limit) {
        int read = 0;
        while (read < limit) {
            if (table == 0 && next != 0) {
                ask();
            }
            int length = socket.receive();
            if (length == -Errno.EAGAIN) {
                break;
            }
            read++;
            if (length < 0) {
                // ENOBUFS: news were lost. Whatever else it is, nothing better can be done.
                losses++;
                startOver();
                if (length != -Errno.ENOBUFS) {
                    break;
                }
            } else {
                messages(socket.received(), length, events);
            }
        }
        return read;
    }

    private void startOver() {
        // The table that is under way ends first: the kernel tells one at a time.
        next = RTM_GETADDR;
        isInterrupted = table != 0;
    }

    private void ask() {
        told.clear();
        isInterrupted = false;
        UnsafeBuffer bytes = begin(next, NLM_F_DUMP, 4);
        bytes.putByte(HEADER_LENGTH, (byte) 0);
        // A kernel that cannot answer now is asked with the next poll.
        if (socket.send(request, bytes.getInt(0)) == 0) {
            table = next;
            tableSequence = sequence;
            next =
                    switch (table) {
                        case RTM_GETADDR -> RTM_GETROUTE;
                        case RTM_GETROUTE -> RTM_GETNEIGH;
                        default -> 0;
                    };
        }
    }

    private UnsafeBuffer begin(int type, int flags, int length) {
        UnsafeBuffer bytes = request.bytes();
        bytes.setMemory(0, bytes.capacity(), (byte) 0);
        bytes.putInt(0, HEADER_LENGTH + length);
        bytes.putShort(TYPE, (short) type);
        bytes.putShort(FLAGS, (short) (NLM_F_REQUEST | flags));
        bytes.putInt(SEQUENCE, ++sequence);
        return bytes;
    }

    /** Takes what was read. */
    void messages(UnsafeBuffer bytes, int length, InterfaceEvents events) {
        int at = 0;
        while (length - at >= HEADER_LENGTH) {
            int messageLength = bytes.getInt(at);
            if (messageLength < HEADER_LENGTH || messageLength > length - at) {
                skipped++;
                return;
            }
            message(bytes, at, at + messageLength, events);
            at += Attributes.aligned(messageLength);
        }
    }

    private void message(UnsafeBuffer bytes, int at, int end, InterfaceEvents events) {
        int type = bytes.getShort(at + TYPE) & 0xffff;
        if ((bytes.getShort(at + FLAGS) & NLM_F_DUMP_INTR) != 0) {
            isInterrupted = true;
        }
        int body = at + HEADER_LENGTH;
        switch (type) {
            case NLMSG_DONE -> {
                // A table that could not be told to its end says so by an error number.
                if (end - body >= Integer.BYTES && bytes.getInt(body) < 0) {
                    isInterrupted = true;
                }
                done(events);
            }
            case NLMSG_ERROR -> failed(bytes, body, end);
            case RTM_NEWADDR, RTM_DELADDR -> address(bytes, body, end, type == RTM_NEWADDR, events);
            case RTM_NEWROUTE, RTM_DELROUTE ->
                    route(bytes, body, end, type == RTM_NEWROUTE, events);
            case RTM_NEWLINK, RTM_DELLINK -> linkChanged(bytes, body, end);
            case RTM_NEWNEIGH, RTM_DELNEIGH ->
                    neighbor(bytes, body, end, type == RTM_NEWNEIGH, events);
            default -> skipped++;
        }
    }

    /** With a link that goes down the kernel forgets routes without a word: all is asked for again. */
    private void linkChanged(UnsafeBuffer bytes, int body, int end) {
        if (end - body >= Long.BYTES && bytes.getInt(body + 4) == index) {
            startOver();
        }
    }

    /** A request was refused: one for a table is made again; that for a neighbour that is not there is no matter. */
    private void failed(UnsafeBuffer bytes, int body, int end) {
        if (end - body >= 4 + HEADER_LENGTH && table != 0) {
            int refused = bytes.getInt(body + 4 + SEQUENCE);
            if (refused == tableSequence && bytes.getInt(body) != 0) {
                next = table;
                table = 0;
            }
        }
    }

    /** A table is complete: what was not in it is gone. */
    private void done(InterfaceEvents events) {
        int complete = table;
        table = 0;
        if (isInterrupted) {
            // It is asked for again, or all of them if news were lost.
            next = next == RTM_GETADDR ? next : complete;
            return;
        }
        switch (complete) {
            case RTM_GETADDR ->
                    addresses.removeIf(each -> isGone(each, () -> events.addressRemoved(each)));
            case RTM_GETROUTE ->
                    routes.removeIf(each -> isGone(each, () -> events.routeRemoved(each)));
            case RTM_GETNEIGH ->
                    neighbors
                            .keySet()
                            .removeIf(each -> isGone(each, () -> events.neighbor(each, 0, 0)));
            default -> skipped++;
        }
    }

    private boolean isGone(Object entry, Runnable event) {
        if (told.contains(entry)) {
            return false;
        }
        event.run();
        return true;
    }

    // Addresses.

    private void address(
            UnsafeBuffer bytes, int body, int end, boolean isThere, InterfaceEvents events) {
        if (end - body < ADDRESS_LENGTH) {
            skipped++;
            return;
        }
        int from = body + ADDRESS_LENGTH;
        int family = bytes.getByte(body);
        int flags = Attributes.number(bytes, from, end, IFA_FLAGS, bytes.getByte(body + 2) & 0xff);
        // The other end's address of a point-to-point link is IFA_ADDRESS, then; ours is IFA_LOCAL.
        IpAddress address = ip(bytes, from, end, IFA_LOCAL, family);
        if (address == null) {
            address = ip(bytes, from, end, IFA_ADDRESS, family);
        }
        if (bytes.getInt(body + 4) != index || address == null) {
            return;
        }
        int prefixLength = bytes.getByte(body + 1) & 0xff;
        if (prefixLength > (address.isIpv4() ? 32 : 128)) {
            skipped++;
            return;
        }
        CidrAddress entry = CidrAddress.of(address, prefixLength);
        if (isThere && (flags & UNUSABLE) == 0) {
            if (addresses.size() >= MOST && !addresses.contains(entry)) {
                skipped++;
                return;
            }
            told.add(entry);
            if (addresses.add(entry)) {
                events.addressAdded(entry);
            }
        } else if (addresses.remove(entry)) {
            events.addressRemoved(entry);
        }
    }

    // Routes.

    private void route(
            UnsafeBuffer bytes, int body, int end, boolean isThere, InterfaceEvents events) {
        if (end - body < ROUTE_LENGTH) {
            skipped++;
            return;
        }
        int from = body + ROUTE_LENGTH;
        int inTable =
                Attributes.number(bytes, from, end, RTA_TABLE, bytes.getByte(body + 4) & 0xff);
        boolean isOurs =
                inTable == RT_TABLE_MAIN
                        && (bytes.getByte(body + 5) & 0xff) != BY_KERNEL
                        && (bytes.getByte(body + 7) & 0xff) == RTN_UNICAST
                        && (bytes.getInt(body + 8) & CLONED) == 0;
        InterfaceRoute entry = isOurs ? route(bytes, body, from, end) : null;
        if (entry == null) {
            return;
        }
        boolean replaces =
                table == 0
                        && isThere
                        && (bytes.getShort(body - HEADER_LENGTH + FLAGS) & NLM_F_REPLACE) != 0;
        if (replaces) {
            routes.removeIf(each -> isReplaced(each, entry, events));
        }
        if (!isThere) {
            if (routes.remove(entry)) {
                events.routeRemoved(entry);
            }
        } else if (routes.size() >= MOST && !routes.contains(entry)) {
            skipped++;
        } else {
            told.add(entry);
            if (routes.add(entry)) {
                events.routeAdded(entry);
            }
        }
    }

    /** The kernel does not say which route was replaced: it is the one to that prefix with that metric. */
    private static boolean isReplaced(
            InterfaceRoute before, InterfaceRoute with, InterfaceEvents events) {
        boolean isReplaced =
                !before.equals(with)
                        && before.metric() == with.metric()
                        && before.destination().equals(with.destination());
        if (isReplaced) {
            events.routeRemoved(before);
        }
        return isReplaced;
    }

    private @Nullable InterfaceRoute route(UnsafeBuffer bytes, int body, int from, int end) {
        if (Attributes.find(bytes, from, end, RTA_VIA) != Attributes.NONE) {
            skipped++;
            return null;
        }
        int family = bytes.getByte(body);
        int output = Attributes.number(bytes, from, end, RTA_OIF, 0);
        IpAddress gateway = ip(bytes, from, end, RTA_GATEWAY, family);
        int multipath = Attributes.find(bytes, from, end, RTA_MULTIPATH);
        if (multipath != Attributes.NONE && Attributes.length(bytes, multipath) >= 8) {
            // struct rtnexthop: length, flags, weight, device; the first of several ways.
            output = bytes.getInt(multipath + 4);
            int ends =
                    multipath
                            + Math.min(
                                    bytes.getShort(multipath) & 0xffff,
                                    Attributes.length(bytes, multipath));
            gateway = ip(bytes, multipath + 8, ends, RTA_GATEWAY, family);
        }
        int length = bytes.getByte(body + 1) & 0xff;
        boolean isKnown = family == AF_INET || family == AF_INET6;
        if (output != index || !isKnown || length > (family == AF_INET ? 32 : 128)) {
            return null;
        }
        IpAddress destination = ip(bytes, from, end, RTA_DST, family);
        if (destination == null) {
            if (length != 0) {
                return null;
            }
            destination = family == AF_INET ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
        }
        int metrics = Attributes.find(bytes, from, end, RTA_METRICS);
        int mtu =
                metrics == Attributes.NONE
                        ? 0
                        : Attributes.number(
                                bytes,
                                metrics,
                                metrics + Attributes.length(bytes, metrics),
                                RTAX_MTU,
                                0);
        return new InterfaceRoute(
                IpPrefix.containing(destination, length),
                gateway,
                ip(bytes, from, end, RTA_PREFSRC, family),
                Math.max(0, Attributes.number(bytes, from, end, RTA_PRIORITY, 0)),
                Math.max(0, mtu));
    }

    // Neighbours.

    private void neighbor(
            UnsafeBuffer bytes, int body, int end, boolean isThere, InterfaceEvents events) {
        if (end - body < NEIGHBOR_LENGTH) {
            skipped++;
            return;
        }
        int from = body + NEIGHBOR_LENGTH;
        int state = bytes.getShort(body + 8) & 0xffff;
        IpAddress address = ip(bytes, from, end, NDA_DST, bytes.getByte(body));
        if (bytes.getInt(body + 4) != index || address == null || (state & NOARP) != 0) {
            return;
        }
        int mac = Attributes.find(bytes, from, end, NDA_LLADDR);
        long macAddress = 0;
        if (mac != Attributes.NONE && Attributes.length(bytes, mac) == MAC_LENGTH) {
            for (int i = 0; i < MAC_LENGTH; i++) {
                macAddress = macAddress << 8 | (bytes.getByte(mac + i) & 0xff);
            }
        }
        boolean hasAddress = (state & (REACHABLE | STALE | DELAY | PROBE | PERMANENT)) != 0;
        if (isThere && hasAddress && macAddress != 0) {
            if (neighbors.size() >= MOST && !neighbors.containsKey(address)) {
                skipped++;
                return;
            }
            told.add(address);
            neighbors.put(address, macAddress);
            events.neighbor(address, macAddress, state);
        } else if (!isThere || (state & FAILED) != 0) {
            neighbors.remove(address);
            events.neighbor(address, 0, isThere ? state : 0);
        }
    }

    /**
     * Asks the kernel to find out whether a neighbour is there, and what it knows now; the answers come as events. What
     * the kernel does not take now is not asked: whoever asks does so again.
     */
    public void resolve(IpAddress neighbor) {
        neighborRequest(RTM_NEWNEIGH, NLM_F_CREATE, NTF_USE, neighbor);
        if (table == 0) {
            neighborRequest(RTM_GETNEIGH, 0, 0, neighbor);
        }
    }

    private void neighborRequest(int type, int flags, int neighborFlags, IpAddress neighbor) {
        int addressLength = neighbor.isIpv4() ? 4 : 16;
        UnsafeBuffer bytes = begin(type, flags, NEIGHBOR_LENGTH + 4 + addressLength);
        bytes.putByte(HEADER_LENGTH, (byte) (neighbor.isIpv4() ? AF_INET : AF_INET6));
        bytes.putInt(HEADER_LENGTH + 4, index);
        bytes.putByte(HEADER_LENGTH + 10, (byte) neighborFlags);
        int attribute = HEADER_LENGTH + NEIGHBOR_LENGTH;
        bytes.putShort(attribute, (short) (4 + addressLength));
        bytes.putShort(attribute + 2, (short) NDA_DST);
        for (int i = 0; i < addressLength; i++) {
            long half = addressLength == 16 && i < 8 ? neighbor.high() : neighbor.low();
            int shift = 56 - ((16 - addressLength + i) & 7) * 8;
            bytes.putByte(attribute + 4 + i, (byte) (half >>> shift));
        }
        socket.send(request, bytes.getInt(0));
    }

    // What is common.

    private static @Nullable IpAddress ip(
            UnsafeBuffer bytes, int from, int end, int type, int family) {
        int found = Attributes.find(bytes, from, end, type);
        int length = family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
        if (found == Attributes.NONE || length == 0 || Attributes.length(bytes, found) < length) {
            return null;
        }
        long high = 0;
        long low = family == AF_INET ? 0xffff : 0;
        for (int i = 0; i < length; i++) {
            long octet = bytes.getByte(found + i) & 0xff;
            if (length == 16 && i < 8) {
                high = high << 8 | octet;
            } else {
                low = low << 8 | octet;
            }
        }
        return IpAddress.of(high, low);
    }

    /** Ends the following. A second call does nothing. */
    @Override
    public void close() {
        socket.close();
    }
}
