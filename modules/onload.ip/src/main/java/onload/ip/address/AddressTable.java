package onload.ip.address;

import onload.ip.counter.IpCounters;
import onload.ip.support.DeadlineHeap;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The addresses of this host, and what it takes to come by them and to keep them.
 *
 * <p>An address that is added is tentative. It comes into use when its link is up and nobody there has contradicted
 * (RFC 4862, section 5.4; RFC 5227), at once if nobody need be asked: loopback and mirrored addresses, IPv4 unless the
 * options have it probed for, and all addresses of a link without other hosts. From then on it is announced, for IPv4
 * defended, deprecated when its preferred lifetime ends and removed when its valid lifetime does. One that another
 * host has stays as a {@link AddressState#DUPLICATE} until it is removed or its link comes up anew.
 *
 * <p>Single-threaded under the stack's lock. Nothing allocates but what adds, removes and lists.
 */
public final class AddressTable {
    /** In place of an interface: all of them. */
    public static final int ANY_INTERFACE = 0;

    /** In place of a nonce: the solicitation has none. */
    public static final long NO_NONCE = -1;

    private static final int LINK_LOCAL_PREFIX_LENGTH = 64;

    private final AddressOptions options;
    private final AddressLink listener;
    private final AddressStore store;
    private final BroadcastAddresses broadcasts;
    private final Detection detection;
    private final DeadlineHeap lifetimes;
    private final List<LinkState> links = new ArrayList<>();

    /**
     * Makes an empty table; no interface is up.
     *
     * @param options limits and ways
     * @param random for delays and nonces
     * @param link what sends, and is told
     * @param counters what to count in
     * @param hashKey random bits, so that nobody outside can aim at a bucket
     */
    public AddressTable(
            AddressOptions options,
            RandomGenerator random,
            AddressLink link,
            IpCounters counters,
            long hashKey) {
        this.options = options;
        this.listener = link;
        this.store = new AddressStore(options.capacity(), hashKey);
        this.broadcasts = new BroadcastAddresses(options.capacity(), hashKey);
        this.detection = new Detection(options, random, link, counters);
        this.lifetimes = new DeadlineHeap(options.capacity());
    }

    /** {@return the options} */
    public AddressOptions options() {
        return options;
    }

    /**
     * Adds an address for ever.
     *
     * @throws IllegalArgumentException as {@link #add(int, CidrAddress, AddressOrigin, long, long, long)}
     * @throws IllegalStateException if the table is full
     */
    public InterfaceAddress add(
            int interfaceIndex, CidrAddress address, AddressOrigin origin, long nowNs) {
        return add(
                interfaceIndex,
                address,
                origin,
                InterfaceAddress.FOREVER_NS,
                InterfaceAddress.FOREVER_NS,
                nowNs);
    }

    /**
     * Adds an address, and begins to bring it into use if its link is up.
     *
     * @param interfaceIndex the interface, ≥ 1
     * @param address the address and the prefix of its link
     * @param origin who configures it
     * @param preferredLifetimeNs how long it is preferred, 0 to the valid lifetime; {@link InterfaceAddress#FOREVER_NS}
     *     for ever
     * @param validLifetimeNs how long it is used at all, 1 or more; {@link InterfaceAddress#FOREVER_NS} for ever
     * @return the address, tentative or in use already
     * @throws IllegalArgumentException if it is not the address of one host (unspecified, multicast, broadcast, of a
     *     network), the interface has it, or a number is out of its range
     * @throws IllegalStateException if the table is full
     */
    public InterfaceAddress add(
            int interfaceIndex,
            CidrAddress address,
            AddressOrigin origin,
            long preferredLifetimeNs,
            long validLifetimeNs,
            long nowNs) {
        AddressRules.check(interfaceIndex, address, preferredLifetimeNs, validLifetimeNs);
        IpAddress ip = address.address();
        if (store.exact(ip.high(), ip.low(), interfaceIndex) != null) {
            throw new IllegalArgumentException(
                    "interface %d has the address %s already; expected another one, or remove it before"
                            .formatted(interfaceIndex, ip));
        }
        if (isFull()) {
            throw new IllegalStateException(
                    "the address %s cannot be added: there are %d, which is the limit; expected a larger capacity"
                            .formatted(ip, store.size()));
        }
        InterfaceAddress added = new InterfaceAddress(interfaceIndex, address, origin);
        store.add(added);
        broadcasts.add(added.prefix(), interfaceIndex);
        live(added, preferredLifetimeNs, validLifetimeNs, nowNs);
        listener.added(added, nowNs);
        begin(added, nowNs);
        return added;
    }

    /** What a link or an advertisement brings about happens on all hosts of a link at once; not all may ask then. */
    private void begin(InterfaceAddress address, long nowNs) {
        LinkState link = linkOf(address.interfaceIndex());
        if (link.up || !detection.isNeeded(address, link)) {
            boolean delayed = address.origin() != AddressOrigin.MANUAL;
            detection.begin(address, link, delayed, nowNs);
        }
    }

    /**
     * Adds the link-local IPv6 address that follows from an Ethernet address (RFC 4862, section 5.3; RFC 2464, section
     * 5), for ever, unless the interface has it.
     *
     * @param interfaceIndex the interface, ≥ 1
     * @param macAddress its Ethernet address, 48 bits
     * @return the address, added now or before
     * @throws IllegalStateException if the table is full
     */
    public InterfaceAddress addLinkLocal(int interfaceIndex, long macAddress, long nowNs) {
        long low = Ipv6Address.interfaceIdentifier(macAddress);
        InterfaceAddress present = store.exact(Ipv6Address.LINK_LOCAL_HIGH, low, interfaceIndex);
        if (present != null) {
            return present;
        }
        IpAddress address = IpAddress.of(Ipv6Address.LINK_LOCAL_HIGH, low);
        return add(
                interfaceIndex,
                CidrAddress.of(address, LINK_LOCAL_PREFIX_LENGTH),
                AddressOrigin.LINK_LOCAL,
                nowNs);
    }

    /** {@return whether the address was there, and is not any more} */
    public boolean remove(InterfaceAddress address, long nowNs) {
        if (!store.contains(address)) {
            return false;
        }
        detection.stop(address);
        lifetimes.cancel(address.slot);
        broadcasts.remove(address.prefix(), address.interfaceIndex());
        store.remove(address);
        listener.removed(address, nowNs);
        return true;
    }

    /**
     * Sets the lifetimes of an address anew. A deprecated one is preferred again if it now has a preferred lifetime.
     *
     * @param address an address of this table
     * @param preferredLifetimeNs from now on, as for {@link #add}
     * @param validLifetimeNs from now on
     * @throws IllegalArgumentException if the address is not in this table, or a number is out of its range
     */
    public void lifetimes(
            InterfaceAddress address, long preferredLifetimeNs, long validLifetimeNs, long nowNs) {
        AddressRules.lifetimes(address.address(), preferredLifetimeNs, validLifetimeNs);
        if (!store.contains(address)) {
            throw new IllegalArgumentException(
                    "%s has no lifetime: it was removed; expected an address that is there"
                            .formatted(address));
        }
        live(address, preferredLifetimeNs, validLifetimeNs, nowNs);
        if (address.state().isUsable()) {
            detection.become(address, stateInUse(address, nowNs), nowNs);
        }
    }

    private void live(InterfaceAddress address, long preferredNs, long validNs, long nowNs) {
        address.lifetimes(Deadlines.after(nowNs, preferredNs), Deadlines.after(nowNs, validNs));
        scheduleLifetime(address, nowNs);
    }

    private void scheduleLifetime(InterfaceAddress address, long nowNs) {
        long preferredUntilNs = address.preferredUntilNs();
        lifetimes.schedule(
                address.slot, preferredUntilNs > nowNs ? preferredUntilNs : address.validUntilNs());
    }

    private static AddressState stateInUse(InterfaceAddress address, long nowNs) {
        return address.preferredUntilNs() > nowNs
                ? AddressState.PREFERRED
                : AddressState.DEPRECATED;
    }

    /** An interface has come up whose link has other hosts; as {@link #interfaceUp(int, boolean, long)}. */
    public void interfaceUp(int interfaceIndex, long nowNs) {
        interfaceUp(interfaceIndex, true, nowNs);
    }

    /**
     * An interface has come up: its addresses, the duplicate ones too, begin anew, since the link may be another one.
     * Those that must be asked for are tentative until that is done; the others are announced again.
     *
     * @param interfaceIndex the interface, ≥ 1
     * @param shared whether the link may have other hosts; false for loopback, whose addresses are used at once
     */
    public void interfaceUp(int interfaceIndex, boolean shared, long nowNs) {
        LinkState link = linkOf(interfaceIndex);
        if (link.up) {
            return;
        }
        link.up = true;
        link.shared = shared;
        link.ipv6Disabled = false;
        for (int i = 0; i < store.size(); i++) {
            InterfaceAddress address = store.get(i);
            if (address.interfaceIndex() == interfaceIndex) {
                detection.begin(address, link, true, nowNs);
            }
        }
    }

    /** An interface has gone down: nothing is asked for or announced on it. Its addresses stay as they are. */
    public void interfaceDown(int interfaceIndex, long nowNs) {
        LinkState link = linkOf(interfaceIndex);
        link.up = false;
        link.retransTimerNs = options.retransTimerNs();
        for (int i = 0; i < store.size(); i++) {
            if (store.get(i).interfaceIndex() == interfaceIndex) {
                detection.stop(store.get(i));
            }
        }
    }

    /**
     * Sets the time between solicitations on a link as a router says it, until its interface goes down.
     *
     * @param retransTimerNs 1 or more
     */
    public void retransTimer(int interfaceIndex, long retransTimerNs) {
        linkOf(interfaceIndex).retransTimerNs = Math.max(1, retransTimerNs);
    }

    /** {@return whether IPv6 has ceased on an interface; see {@link AddressLink#ipv6Disabled}} */
    public boolean isIpv6Disabled(int interfaceIndex) {
        return linkOf(interfaceIndex).ipv6Disabled;
    }

    /**
     * {@return the address of this host that a packet is for, in whatever state; null if it is for none}
     *
     * <p>In the strong host model only the interface itself counts, in the weak one the interface first and then any
     * other; for link-local addresses it is the strong one in any case. One look-up in a table.
     *
     * <p>The loopback network has many addresses, of which those are found that were added.
     *
     * @param high the upper half of the address, IPv4 as IPv4-mapped
     * @param low the lower half
     * @param interfaceIndex where the packet came from, or {@link #ANY_INTERFACE} for one of this host itself, which
     *     finds an address of any interface unless it is link-local
     */
    public @Nullable InterfaceAddress find(long high, long low, int interfaceIndex) {
        InterfaceAddress first = store.first(high, low, interfaceIndex);
        if (first == null || first.interfaceIndex() == interfaceIndex) {
            return first;
        }
        return best(first, interfaceIndex);
    }

    private @Nullable InterfaceAddress best(InterfaceAddress first, int interfaceIndex) {
        HostModel model = first.isIpv4() ? options.ipv4HostModel() : options.ipv6HostModel();
        boolean any = model == HostModel.WEAK || interfaceIndex == ANY_INTERFACE;
        InterfaceAddress best = any ? first : null;
        for (InterfaceAddress at = first; at != null; at = at.sameElsewhere) {
            if (at.interfaceIndex() == interfaceIndex) {
                return at;
            }
            if (best != null && at.state().isUsable() && !best.state().isUsable()) {
                best = at;
            }
        }
        return best;
    }

    /** {@return whether a packet from an interface is for an address of this host that is in use} */
    public boolean isOurs(long high, long low, int interfaceIndex) {
        InterfaceAddress address = find(high, low, interfaceIndex);
        return address != null && address.state().isUsable();
    }

    /**
     * {@return whether an IPv4 packet from an interface is for all hosts of its link}: the limited broadcast address,
     * that of a prefix of the interface, and in either with a host part of 0, if the options have it (RFC 1122,
     * section 3.3.6).
     */
    public boolean isBroadcast(int ipv4, int interfaceIndex) {
        if (Ipv4Address.isLimitedBroadcast(ipv4)) {
            return true;
        }
        if ((ipv4 & 1) == 0 && !options.zeroBroadcast()) {
            return false;
        }
        return Ipv4Address.isUnspecified(ipv4) || broadcasts.contains(ipv4, interfaceIndex);
    }

    /** {@return whether an IPv4 address is the broadcast address of a prefix of an interface, for packets to send} */
    public boolean isDirectedBroadcast(int ipv4, int interfaceIndex) {
        return (ipv4 & 1) == 1 && broadcasts.contains(ipv4, interfaceIndex);
    }

    /**
     * {@return whether the prefix of an address of an interface has another address, which is therefore a neighbour's}
     * An autoconfigured address does not tell (RFC 5942, section 4); a link-local one always is on the link.
     */
    public boolean isOnLink(long high, long low, int interfaceIndex) {
        if (Ipv6Address.isLinkLocal(high, low)) {
            return true;
        }
        for (int i = 0; i < store.size(); i++) {
            InterfaceAddress address = store.get(i);
            if (address.interfaceIndex() == interfaceIndex
                    && address.origin() != AddressOrigin.AUTOCONFIGURED
                    && address.prefix().contains(high, low)) {
                return true;
            }
        }
        return false;
    }

    /** {@return the link-local IPv6 address of an interface that is in use, or null} */
    public @Nullable InterfaceAddress linkLocal(int interfaceIndex) {
        for (int i = 0; i < store.size(); i++) {
            InterfaceAddress address = store.get(i);
            if (address.interfaceIndex() == interfaceIndex
                    && address.state().isUsable()
                    && Ipv6Address.isLinkLocal(address.high(), address.low())) {
                return address;
            }
        }
        return null;
    }

    /** {@return the address of one interface, in whatever state; or null} */
    public @Nullable InterfaceAddress exact(long high, long low, int interfaceIndex) {
        return store.exact(high, low, interfaceIndex);
    }

    /** {@return how many addresses there are} */
    public int size() {
        return store.size();
    }

    /** {@return whether there is no room for another address} */
    public boolean isFull() {
        return store.size() == store.capacity();
    }

    /**
     * {@return an address, for those who look at all of them without a list}
     *
     * @param index 0 to {@link #size} - 1; in the order in which they were added
     * @throws IndexOutOfBoundsException if there is none
     */
    public InterfaceAddress get(int index) {
        return store.get(index);
    }

    /** {@return all addresses as they are now} */
    public List<InterfaceAddress> list() {
        return list(ANY_INTERFACE);
    }

    /** {@return the addresses of an interface as they are now} */
    public List<InterfaceAddress> list(int interfaceIndex) {
        List<InterfaceAddress> list = new ArrayList<>();
        for (int i = 0; i < store.size(); i++) {
            InterfaceAddress address = store.get(i);
            if (interfaceIndex == ANY_INTERFACE || address.interfaceIndex() == interfaceIndex) {
                list.add(address);
            }
        }
        return list;
    }

    /**
     * A neighbour solicitation has come that is valid (RFC 4861, section 7.1.1). From the unspecified address it says
     * that another host asks for its target, too, unless it is this host's own (RFC 4862, section 5.4.3).
     *
     * @param fromUnspecified whether its source is the unspecified address
     * @param nonce its nonce option, 48 bits, or {@link #NO_NONCE}: one of this host's own has come back by a loop
     *     in the link (RFC 7527, section 4.2). Without one, every solicitation is another host's: what a NIC loops
     *     back must not be handed here
     * @return whether the target is an address of the interface that is not in use, so that the solicitation is not to
     *     be answered
     */
    public boolean neighborSolicited(
            int interfaceIndex,
            long targetHigh,
            long targetLow,
            boolean fromUnspecified,
            long nonce,
            long nowNs) {
        InterfaceAddress target = store.exact(targetHigh, targetLow, interfaceIndex);
        if (target == null || target.state().isUsable()) {
            return false;
        }
        boolean looped = nonce != NO_NONCE && nonce == target.nonce;
        if (fromUnspecified && !looped && target.state() == AddressState.TENTATIVE) {
            conflict(target, nowNs);
        }
        return true;
    }

    /**
     * A neighbour advertisement has come that is valid (RFC 4861, section 7.1.2) and not this host's own.
     *
     * @return whether the target is an address of the interface, which another host has as well (RFC 4862, section
     *     5.4.4), so that the advertisement is not to be used further
     */
    public boolean neighborAdvertised(
            int interfaceIndex, long targetHigh, long targetLow, long nowNs) {
        InterfaceAddress target = store.exact(targetHigh, targetLow, interfaceIndex);
        if (target == null || target.state() == AddressState.DUPLICATE) {
            return false;
        }
        conflict(target, nowNs);
        return true;
    }

    /**
     * An ARP packet has come, request or reply: looks whether it is from another host that has, or is about to take, an
     * address of the interface (RFC 5227, sections 2.1.1 and 2.4).
     *
     * @param senderMac the Ethernet address of its sender
     * @param senderIpv4 the IPv4 address of its sender, 0 in a probe
     * @param targetIpv4 the IPv4 address that it asks for or answers to
     * @param isProbe whether it is a probe: a request from 0.0.0.0
     * @param ownMac the Ethernet address of the interface
     * @return whether there is a conflict, so that the packet is not to be used further
     */
    public boolean arpSeen(
            int interfaceIndex,
            long senderMac,
            int senderIpv4,
            int targetIpv4,
            boolean isProbe,
            long ownMac,
            long nowNs) {
        if (senderMac == ownMac) {
            return false;
        }
        int claimed = isProbe ? targetIpv4 : senderIpv4;
        InterfaceAddress address =
                store.exact(
                        Ipv6Address.MAPPED_HIGH, Ipv6Address.mappedLow(claimed), interfaceIndex);
        if (address == null || address.state() == AddressState.DUPLICATE) {
            return false;
        }
        if (isProbe && address.state().isUsable()) {
            return false;
        }
        conflict(address, nowNs);
        return true;
    }

    private void conflict(InterfaceAddress address, long nowNs) {
        LinkState link = linkOf(address.interfaceIndex());
        if (detection.conflict(address, link, nowNs) && !link.ipv6Disabled) {
            link.ipv6Disabled = true;
            for (int i = 0; i < store.size(); i++) {
                InterfaceAddress other = store.get(i);
                if (other.interfaceIndex() == link.interfaceIndex && !other.isIpv4()) {
                    detection.stop(other);
                }
            }
            listener.ipv6Disabled(link.interfaceIndex, nowNs);
        }
    }

    /** {@return when {@link #advance} has something to do, or {@link Long#MAX_VALUE}} */
    public long nextDeadlineNs() {
        return Math.min(detection.deadlines().nextDeadlineNs(), lifetimes.nextDeadlineNs());
    }

    /** Does what is due: probes, announcements, ends of lifetimes. */
    public void advance(long nowNs) {
        int slot;
        while ((slot = lifetimes.poll(nowNs)) != DeadlineHeap.NONE) {
            InterfaceAddress address = store.slot(slot);
            if (address != null) {
                age(address, nowNs);
            }
        }
        while ((slot = detection.deadlines().poll(nowNs)) != DeadlineHeap.NONE) {
            InterfaceAddress address = store.slot(slot);
            if (address != null) {
                detection.step(address, linkOf(address.interfaceIndex()), nowNs);
            }
        }
    }

    private void age(InterfaceAddress address, long nowNs) {
        if (address.validUntilNs() <= nowNs) {
            remove(address, nowNs);
            return;
        }
        if (address.state() == AddressState.PREFERRED) {
            detection.become(address, stateInUse(address, nowNs), nowNs);
        }
        scheduleLifetime(address, nowNs);
    }

    /** There are few interfaces, so that they are found by looking at each. */
    private LinkState linkOf(int interfaceIndex) {
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).interfaceIndex == interfaceIndex) {
                return links.get(i);
            }
        }
        LinkState link = new LinkState(interfaceIndex, options.retransTimerNs());
        links.add(link);
        return link;
    }
}
