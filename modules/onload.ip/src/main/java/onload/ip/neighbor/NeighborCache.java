package onload.ip.neighbor;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.internal.DeadlineHeap;
import onload.ip.internal.TokenBucket;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.IpAddress;
import onload.wire.MacAddress;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Which Ethernet address each neighbour has, and whether it still gets what is sent: the neighbour cache of RFC 4861,
 * sections 5.1, 7.2 and 7.3, for ARP (RFC 826, RFC 1122, section 2.3.2) as for NDP.
 *
 * <p>A state machine with a duty cycle: senders pass {@link #use}; news come in by {@link #confirmed}, {@link
 * #answered}, {@link #heard} and {@link #reachable}; {@link #advance} does what time brings. What it wants done it says
 * to a {@link NeighborLink}.
 *
 * <p>Nothing here is checked against the rules for messages (RFC 4861, section 7.1; RFC 826): who calls has done that,
 * and asks for no address that is this host's, a group's or the unspecified one. An Ethernet address that no station
 * can have is refused here, for all of them.
 *
 * <p>Belongs to the thread that has the stack's lock. Allocates nothing after construction, except for the first
 * neighbour of an interface, and for people.
 */
public final class NeighborCache implements AutoCloseable {
    /** {@link #use}: the Ethernet address is known; the packet is still the caller's, to be sent. */
    public static final int READY = 0;

    /** {@link #use}: the packet waits, with a reference of its own; or was counted as dropped for want of room. */
    public static final int QUEUED = 1;

    /** {@link #use}: the neighbour did not answer lately; the packet is still the caller's, to be refused. */
    public static final int UNREACHABLE = -1;

    private static final int NO_PACKET = PacketBuffers.NONE;

    private final NeighborOptions options;
    private final PacketPool pool;
    private final RandomGenerator random;
    private final NeighborLink link;
    private final IpCounters counters;

    private final NeighborTable table;
    private final WaitingPackets waiting;
    private final DeadlineHeap deadlines;
    private final TokenBucket multicasts;
    private final List<LinkTimes> links = new ArrayList<>();

    /**
     * Makes an empty cache.
     *
     * @param pool the pool of the packets that will wait
     * @param random for reachable times, and so that nobody outside can foretell how the table is laid out
     */
    public NeighborCache(
            NeighborOptions options,
            PacketPool pool,
            RandomGenerator random,
            NeighborLink link,
            IpCounters counters) {
        this.options = options;
        this.pool = pool;
        this.random = random;
        this.link = link;
        this.counters = counters;
        table = new NeighborTable(options.capacity(), random.nextLong(), LinkTimes.none(0));
        waiting =
                new WaitingPackets(
                        options.capacity(), options.queuedPerNeighbor(), options.queuedInAll());
        deadlines = new DeadlineHeap(options.capacity());
        multicasts =
                new TokenBucket(options.multicastSolicitsPerSecond(), options.incompleteLimit());
    }

    // Senders.

    /** {@return the neighbour of an address on an interface, or null if the cache has none} */
    public @Nullable Neighbor find(int interfaceIndex, long high, long low) {
        return table.find(interfaceIndex, high, low);
    }

    /**
     * {@return the neighbour of an address on an interface}; a new one is {@link NeighborState#INCOMPLETE}, and is
     * asked for when a packet {@linkplain #use uses} it. If the cache is full, one that is dispensable makes room:
     * the oldest of those that did not answer, then of those that nobody ever sent to, then of those that nobody
     * has sent to lately; and if as many are being asked for as may be, the oldest of these, whether it is full or
     * not. So neither a sweep over addresses nor a flood of spoofed ones moves a neighbour that is in use.
     *
     * <p>Null, and counted, if none is dispensable.
     */
    public @Nullable Neighbor findOrCreate(
            int interfaceIndex, long high, long low, long nowNs) {
        Neighbor known = table.find(interfaceIndex, high, low);
        if (known != null) {
            return known;
        }
        limitIncomplete();
        if (!makeRoom(true)) {
            counters.increment(IpCounter.NEIGHBOR_REFUSED_CACHE_FULL);
            return null;
        }
        Neighbor neighbor = table.take(times(interfaceIndex), high, low);
        // If no packet follows, it goes.
        deadlines.schedule(neighbor.slot, nowNs + neighbor.times.retransTimerNs());
        return neighbor;
    }

    /**
     * Sends a packet to a neighbour, as far as the cache has a part in it.
     *
     * @param neighbor from {@link #findOrCreate} or {@link Neighbor#fixed}, and not removed since. To one that has
     *     left the cache nothing goes
     * @param packet the packet, its data from its IP header on
     * @return {@link #READY}, {@link #QUEUED} or {@link #UNREACHABLE}, which is not counted here
     */
    public int use(Neighbor neighbor, int packet, long nowNs) {
        neighbor.isUsed = true;
        switch (neighbor.state) {
            case REACHABLE, DELAY, PROBE, PERMANENT -> {
                return READY;
            }
            case STALE -> {
                enter(neighbor, NeighborState.DELAY, nowNs + options.delayFirstProbeTimeNs());
                return READY;
            }
            case INCOMPLETE -> {
                queue(neighbor, packet);
                if (neighbor.solicitations == 0) {
                    solicitWhenAllowed(neighbor, nowNs);
                }
                return QUEUED;
            }
            case FAILED -> {
                if (nowNs < neighbor.refusedUntilNs || neighbor.refusedUntilNs == Long.MAX_VALUE) {
                    return UNREACHABLE;
                }
                limitIncomplete();
                neighbor.solicitations = 0;
                enter(neighbor, NeighborState.INCOMPLETE, DeadlineHeap.NEVER);
                queue(neighbor, packet);
                solicitWhenAllowed(neighbor, nowNs);
                return QUEUED;
            }
        }
        throw new AssertionError(neighbor.state);
    }

    private void queue(Neighbor neighbor, int packet) {
        pool.retain(packet);
        int dropped = waiting.add(neighbor.slot, packet);
        if (dropped != NO_PACKET) {
            counters.increment(IpCounter.NEIGHBOR_DROPPED_QUEUE_FULL);
            pool.release(dropped);
        }
    }

    // News.

    /**
     * A neighbour advertisement has come (RFC 4861, section 7.2.5). For a neighbour that is not in the cache it means
     * nothing. To one that has {@linkplain NeighborState#FAILED failed}, which the RFC has forgotten by now, it means
     * that it is there, but answers no question that is open: it becomes STALE.
     *
     * @param macAddress the target's link-layer address, or {@link Neighbor#NO_ADDRESS} if it was not in it
     * @return whether a router has ceased to be one, so that it must leave the list of default routers
     */
    public boolean confirmed(
            int interfaceIndex,
            long high,
            long low,
            long macAddress,
            boolean solicited,
            boolean override,
            boolean isRouter,
            long nowNs) {
        Neighbor neighbor = table.find(interfaceIndex, high, low);
        boolean isSaid = macAddress != Neighbor.NO_ADDRESS;
        if (neighbor == null || (isSaid && !isBelieved(neighbor, macAddress))) {
            return false;
        }
        boolean wasRouter = neighbor.isRouter;
        switch (neighbor.state) {
            case INCOMPLETE, FAILED -> {
                if (!isSaid) {
                    counters.increment(IpCounter.NEIGHBOR_NEWS_IGNORED);
                    return false;
                }
                boolean isAnswer = solicited && neighbor.state == NeighborState.INCOMPLETE;
                neighbor.isRouter = isRouter;
                found(neighbor, macAddress, isAnswer, nowNs);
            }
            case REACHABLE, STALE, DELAY, PROBE -> {
                boolean differs = isSaid && macAddress != neighbor.macAddress;
                if (differs && !override) {
                    doubted(neighbor, nowNs);
                    return false;
                }
                neighbor.isRouter = isRouter;
                updated(neighbor, differs ? macAddress : neighbor.macAddress, solicited, nowNs);
            }
            case PERMANENT -> neighbor.isRouter = isRouter;
        }
        return wasRouter && !isRouter;
    }

    /** Section 7.2.5, II: the news hold. */
    private void updated(Neighbor neighbor, long macAddress, boolean solicited, long nowNs) {
        boolean changed = learn(neighbor, macAddress);
        if (solicited) {
            neighbor.learntNs = nowNs;
            confirm(neighbor, nowNs);
        } else if (changed) {
            becomeStale(neighbor, nowNs);
        }
    }

    /** Section 7.2.5, I: another address, not to override the one that is known. */
    private void doubted(Neighbor neighbor, long nowNs) {
        counters.increment(IpCounter.NEIGHBOR_NEWS_IGNORED);
        if (neighbor.state == NeighborState.REACHABLE) {
            becomeStale(neighbor, nowNs);
        }
    }

    /**
     * An ARP reply to this host has come, which is not gratuitous (one whose sender and target are the same address
     * is {@linkplain #heard heard}, as is a request). ARP cannot say whether it was asked for; the cache knows. To a
     * question that is open it is a solicited advertisement that overrides. A second answer, within {@link
     * NeighborOptions#lockTimeNs} of the first and different, is one that does not override: of several stations that
     * answer for an address the first is taken, and found out later if it was wrong. Any other is news that nobody
     * asked for, of neighbours that are in the cache.
     *
     * @return whether the neighbour is in the cache
     */
    public boolean answered(
            int interfaceIndex, long high, long low, long macAddress, long nowNs) {
        Neighbor neighbor = table.find(interfaceIndex, high, low);
        if (neighbor == null) {
            return false;
        }
        boolean isAsked =
                neighbor.solicitations > 0
                        && (neighbor.state == NeighborState.INCOMPLETE
                                || neighbor.state == NeighborState.PROBE);
        boolean isSecond =
                neighbor.state == NeighborState.REACHABLE
                        && nowNs - neighbor.learntNs < options.lockTimeNs();
        if (isAsked || isSecond) {
            confirmed(
                    interfaceIndex,
                    high,
                    low,
                    macAddress,
                    isAsked,
                    isAsked,
                    neighbor.isRouter,
                    nowNs);
        } else {
            heard(interfaceIndex, high, low, macAddress, false, false, nowNs);
        }
        return true;
    }

    /**
     * A neighbour has said its Ethernet address without being asked: in a solicitation, a router's message or a
     * redirect (RFC 4861, sections 6.3.4, 7.2.3 and 8.3), or in an ARP request or gratuitous reply (RFC 826, which
     * merges what it hears). An address that is new is taken at once, as both RFCs have it, also if the neighbour
     * was REACHABLE; but it is STALE then, so that the next packet begins to find out whether it is true.
     *
     * @param create whether a neighbour that is not in the cache is put in: it has turned to this host. It makes room
     *     for itself by those that did not answer and those that nobody ever sent to only, else it is refused and
     *     counted
     * @return whether the neighbour is in the cache
     */
    public boolean heard(
            int interfaceIndex,
            long high,
            long low,
            long macAddress,
            boolean create,
            long nowNs) {
        return heard(interfaceIndex, high, low, macAddress, create, false, nowNs);
    }

    /**
     * Does the same, and says of which neighbour it is known that it is a router.
     *
     * @param isRouter whether it is for certain, by its advertisement or a redirect to it; otherwise that is left as it
     *     is
     */
    public boolean heard(
            int interfaceIndex,
            long high,
            long low,
            long macAddress,
            boolean create,
            boolean isRouter,
            long nowNs) {
        Neighbor neighbor = table.find(interfaceIndex, high, low);
        if (neighbor == null) {
            neighbor = create ? created(interfaceIndex, high, low, macAddress) : null;
            if (neighbor == null) {
                return false;
            }
        }
        if (!isBelieved(neighbor, macAddress)) {
            return true;
        }
        neighbor.isRouter |= isRouter;
        switch (neighbor.state) {
            case INCOMPLETE, FAILED -> found(neighbor, macAddress, false, nowNs);
            case REACHABLE, STALE, DELAY, PROBE -> updated(neighbor, macAddress, false, nowNs);
            case PERMANENT -> {}
        }
        return true;
    }

    private @Nullable Neighbor created(
            int interfaceIndex, long high, long low, long macAddress) {
        if (!isStation(macAddress)) {
            counters.increment(IpCounter.NEIGHBOR_NEWS_IGNORED);
            return null;
        }
        if (!makeRoom(false)) {
            counters.increment(IpCounter.NEIGHBOR_REFUSED_CACHE_FULL);
            return null;
        }
        return table.take(times(interfaceIndex), high, low);
    }

    /**
     * A router's message has come that did not say its Ethernet address: if it is in the cache, it is a router (RFC
     * 4861, section 6.3.4).
     */
    public void router(int interfaceIndex, long high, long low) {
        Neighbor neighbor = table.find(interfaceIndex, high, low);
        if (neighbor != null) {
            neighbor.isRouter = true;
        }
    }

    /**
     * A layer above knows that what it sent to a neighbour lately has arrived (RFC 4861, section 7.3.1), such as by an
     * ACK of new data. Cheap enough for each: of a neighbour that is REACHABLE it notes the time and nothing else.
     *
     * @param neighbor whom the sender has kept, its version being still the same; with another version it may
     *     be another neighbour
     */
    public void reachable(Neighbor neighbor, long nowNs) {
        switch (neighbor.state) {
            case REACHABLE -> neighbor.confirmedNs = nowNs;
            case STALE, DELAY, PROBE -> confirm(neighbor, nowNs);
            case INCOMPLETE, FAILED, PERMANENT -> {}
        }
    }

    // What is fed from outside.

    /**
     * Fixes the Ethernet address of a neighbour: it is {@link NeighborState#PERMANENT} until it is {@linkplain
     * #remove removed} or fixed anew, whatever is heard of it.
     *
     * @throws IllegalArgumentException if no station can have that Ethernet address, or the interface is not ≥ 1
     * @throws IllegalStateException if the cache has nothing but PERMANENT neighbours already
     */
    public void fix(int interfaceIndex, long high, long low, long macAddress, long nowNs) {
        if (!isStation(macAddress) || interfaceIndex < 1) {
            throw new IllegalArgumentException(
                    "%s on interface %d cannot be fixed to Ethernet address 0x%012x; expected one of a single station, on an interface from 1 on"
                            .formatted(IpAddress.of(high, low), interfaceIndex, macAddress));
        }
        Neighbor neighbor = fixable(interfaceIndex, high, low);
        if (neighbor == null) {
            throw new IllegalStateException(
                    "%s cannot be fixed to %s, since all %d neighbours of the cache are fixed already; remove some, or make its capacity larger"
                            .formatted(
                                    IpAddress.of(high, low),
                                    MacAddress.toString(macAddress),
                                    table.size()));
        }
        neighbor.isMirrored = false;
        fix(neighbor, macAddress, nowNs);
    }

    private @Nullable Neighbor fixable(int interfaceIndex, long high, long low) {
        Neighbor known = table.find(interfaceIndex, high, low);
        if (known != null) {
            return known;
        }
        return makeRoom(true) || evictAny() ? table.take(times(interfaceIndex), high, low) : null;
    }

    private void fix(Neighbor neighbor, long macAddress, long nowNs) {
        learn(neighbor, macAddress);
        enter(neighbor, NeighborState.PERMANENT, DeadlineHeap.NEVER);
        sendWaiting(neighbor, nowNs);
    }

    /** {@return whether there was such a neighbour, fixed or not}; what waits for it is dropped and counted. */
    public boolean remove(int interfaceIndex, long high, long low) {
        Neighbor neighbor = table.find(interfaceIndex, high, low);
        if (neighbor == null) {
            return false;
        }
        remove(neighbor);
        return true;
    }

    /**
     * Another stack's cache on the same link, such as the kernel's, has an entry or has changed it; of one that it has
     * dropped {@link #remove} tells. It does not matter to what a person has {@linkplain #fix fixed}, nor to what is
     * known better here:
     *
     * <ul>
     *   <li>PERMANENT there is PERMANENT here, until it is something else there;
     *   <li>REACHABLE there is REACHABLE here;
     *   <li>STALE, DELAY or PROBE there is STALE here, if it is new here or has another Ethernet address;
     *   <li>FAILED there removes what is STALE or PERMANENT here by the mirror's word; INCOMPLETE there means nothing.
     * </ul>
     *
     * @param macAddress its Ethernet address, of no matter where the state has none
     */
    public void mirrored(
            int interfaceIndex,
            long high,
            long low,
            long macAddress,
            NeighborState state,
            long nowNs) {
        Neighbor known = table.find(interfaceIndex, high, low);
        if (known != null && known.state == NeighborState.PERMANENT && !known.isMirrored) {
            return;
        }
        switch (state) {
            case INCOMPLETE -> {}
            case FAILED -> {
                if (known != null
                        && (known.isMirrored || known.state == NeighborState.STALE)) {
                    remove(known);
                }
            }
            case REACHABLE, STALE, DELAY, PROBE, PERMANENT -> {
                if (!isStation(macAddress)) {
                    counters.increment(IpCounter.NEIGHBOR_NEWS_IGNORED);
                    return;
                }
                Neighbor neighbor = known == null ? mirrorable(interfaceIndex, high, low) : known;
                if (neighbor != null) {
                    mirror(neighbor, macAddress, state, nowNs);
                }
            }
        }
    }

    private @Nullable Neighbor mirrorable(int interfaceIndex, long high, long low) {
        if (!makeRoom(false)) {
            counters.increment(IpCounter.NEIGHBOR_REFUSED_CACHE_FULL);
            return null;
        }
        return table.take(times(interfaceIndex), high, low);
    }

    private void mirror(Neighbor neighbor, long macAddress, NeighborState state, long nowNs) {
        if (state == NeighborState.PERMANENT) {
            neighbor.isMirrored = true;
            fix(neighbor, macAddress, nowNs);
            return;
        }
        if (neighbor.isMirrored) {
            neighbor.isMirrored = false;
            becomeStale(neighbor, nowNs);
        }
        boolean isReachable = state == NeighborState.REACHABLE;
        if (neighbor.state.isUsable()) {
            updated(neighbor, macAddress, isReachable, nowNs);
        } else {
            found(neighbor, macAddress, isReachable, nowNs);
        }
    }

    /**
     * Removes the neighbours of an interface, which has gone down, except those that are PERMANENT, whose versions
     * change. What waits for them is dropped and counted.
     */
    public void flush(int interfaceIndex) {
        for (int slot = 0; slot < table.capacity(); slot++) {
            Neighbor neighbor = table.at(slot);
            if (table.isTaken(slot) && neighbor.interfaceIndex() == interfaceIndex) {
                if (neighbor.state == NeighborState.PERMANENT) {
                    neighbor.invalidate();
                } else {
                    remove(neighbor);
                }
            }
        }
    }

    /** Changes every version: routes or addresses of this host have changed, so that all senders look again. */
    public void invalidateAll() {
        for (int slot = 0; slot < table.capacity(); slot++) {
            table.at(slot).invalidate();
        }
    }

    /**
     * Sets the times of an interface, as its routers advertise them (RFC 4861, section 6.3.4). They count from the next
     * confirmation or solicitation of each neighbour on; those out of 1 ms to 1 h are drawn into it, since a router
     * that says more or less is in error or hostile.
     *
     * @param baseReachableTimeNs base of the random reachable time; 0 or less leaves it as it is
     * @param retransTimerNs time between solicitations; 0 or less leaves it as it is
     */
    public void parameters(int interfaceIndex, long baseReachableTimeNs, long retransTimerNs) {
        times(interfaceIndex).advertised(baseReachableTimeNs, retransTimerNs);
    }

    // Time.

    /** {@return when {@link #advance} has something to do next; {@code Long.MAX_VALUE} if never} */
    public long nextDeadlineNs() {
        return deadlines.nextDeadlineNs();
    }

    /**
     * Does what is due: asks again, gives up, forgets. After a long gap each neighbour goes one step on, and no
     * question is asked twice to make up for it.
     */
    public void advance(long nowNs) {
        int slot = deadlines.poll(nowNs);
        while (slot != DeadlineHeap.NONE) {
            expired(table.at(slot), nowNs);
            slot = deadlines.poll(nowNs);
        }
    }

    private void expired(Neighbor neighbor, long nowNs) {
        switch (neighbor.state) {
            case INCOMPLETE -> {
                if (neighbor.solicitations == 0 && waiting.length(neighbor.slot) == 0) {
                    remove(neighbor);
                } else if (neighbor.solicitations < options.maxMulticastSolicit()) {
                    solicit(neighbor, nowNs);
                } else {
                    fail(neighbor, nowNs + options.failedTimeNs(), nowNs);
                }
            }
            case REACHABLE -> {
                long untilNs = neighbor.confirmedNs + neighbor.times.reachableTimeNs(nowNs);
                if (untilNs > nowNs) {
                    deadlines.schedule(neighbor.slot, untilNs);
                } else {
                    becomeStale(neighbor, nowNs);
                }
            }
            case DELAY -> {
                neighbor.solicitations = 0;
                enter(neighbor, NeighborState.PROBE, DeadlineHeap.NEVER);
                solicitWhenAllowed(neighbor, nowNs);
            }
            case PROBE -> {
                if (neighbor.solicitations < options.maxUnicastSolicit()) {
                    solicit(neighbor, nowNs);
                } else {
                    // Its Ethernet address may be another one now: the next packet asks all on the link.
                    fail(neighbor, nowNs, nowNs);
                }
            }
            case STALE, FAILED -> remove(neighbor);
            case PERMANENT -> {}
        }
    }

    /** No neighbour is asked twice within its retransmission timer, whatever happened to it meanwhile (7.3.3). */
    private void solicitWhenAllowed(Neighbor neighbor, long nowNs) {
        if (nowNs < neighbor.askAgainNs) {
            deadlines.schedule(neighbor.slot, neighbor.askAgainNs);
        } else {
            solicit(neighbor, nowNs);
        }
    }

    private void solicit(Neighbor neighbor, long nowNs) {
        boolean unicast = neighbor.state == NeighborState.PROBE;
        neighbor.solicitations++;
        neighbor.askAgainNs = nowNs + neighbor.times.retransTimerNs();
        deadlines.schedule(neighbor.slot, neighbor.askAgainNs);
        if (!unicast && !multicasts.take(nowNs)) {
            counters.increment(IpCounter.NEIGHBOR_SOLICITATIONS_SUPPRESSED);
            return;
        }
        counters.increment(IpCounter.NEIGHBOR_SOLICITATIONS_SENT);
        link.solicit(neighbor, unicast, waiting.oldest(neighbor.slot), nowNs);
    }

    private void fail(Neighbor neighbor, long refusedUntilNs, long nowNs) {
        counters.increment(IpCounter.NEIGHBOR_UNREACHABLE);
        neighbor.refusedUntilNs = refusedUntilNs;
        neighbor.invalidate();
        enter(neighbor, NeighborState.FAILED, nowNs + Math.max(1, options.failedTimeNs()));
        int place = waiting.detach(neighbor.slot);
        link.failed(neighbor, nowNs);
        while (place != WaitingPackets.NONE) {
            int packet = waiting.packet(place);
            place = waiting.free(place);
            counters.increment(IpCounter.NEIGHBOR_DROPPED_UNREACHABLE);
            link.unreachable(neighbor, packet, nowNs);
        }
    }

    // Transitions.

    /** The Ethernet address of one that had none, or had failed, has become known. */
    private void found(Neighbor neighbor, long macAddress, boolean isAnswer, long nowNs) {
        learn(neighbor, macAddress);
        if (isAnswer) {
            neighbor.learntNs = nowNs;
            confirm(neighbor, nowNs);
        } else {
            becomeStale(neighbor, nowNs);
        }
        sendWaiting(neighbor, nowNs);
    }

    private void confirm(Neighbor neighbor, long nowNs) {
        neighbor.confirmedNs = nowNs;
        if (neighbor.state != NeighborState.REACHABLE) {
            long untilNs = nowNs + neighbor.times.reachableTimeNs(nowNs);
            enter(neighbor, NeighborState.REACHABLE, untilNs);
        }
    }

    private void becomeStale(Neighbor neighbor, long nowNs) {
        neighbor.invalidate();
        enter(neighbor, NeighborState.STALE, nowNs + options.staleTimeNs());
    }

    private void enter(Neighbor neighbor, NeighborState state, long deadlineNs) {
        neighbor.state = state;
        table.lineUp(neighbor);
        deadlines.schedule(neighbor.slot, deadlineNs);
    }

    private static boolean learn(Neighbor neighbor, long macAddress) {
        boolean differs = neighbor.macAddress != macAddress;
        if (differs) {
            neighbor.macAddress = macAddress;
            neighbor.invalidate();
        }
        return differs;
    }

    private void sendWaiting(Neighbor neighbor, long nowNs) {
        int place = waiting.detach(neighbor.slot);
        while (place != WaitingPackets.NONE) {
            int packet = waiting.packet(place);
            place = waiting.free(place);
            link.resolved(neighbor, packet, nowNs);
        }
    }

    /** A fixed neighbour is not changed by news, and nobody's Ethernet address is a group's. */
    private boolean isBelieved(Neighbor neighbor, long macAddress) {
        boolean isFixed = neighbor.state == NeighborState.PERMANENT;
        if (isStation(macAddress) && (!isFixed || macAddress == neighbor.macAddress)) {
            return true;
        }
        counters.increment(IpCounter.NEIGHBOR_NEWS_IGNORED);
        return false;
    }

    private static boolean isStation(long macAddress) {
        return macAddress != 0
                && macAddress >>> 48 == 0
                && !MacAddress.isMulticast(macAddress);
    }

    // Room.

    private void limitIncomplete() {
        if (table.length(NeighborTable.INCOMPLETE) >= options.incompleteLimit()) {
            evictOldest(NeighborTable.INCOMPLETE);
        }
    }

    /**
     * Sees to it that a place is free.
     *
     * @param forSender whether a neighbour may go that was sent to once: for what is heard only, it may not
     */
    private boolean makeRoom(boolean forSender) {
        return !table.isFull()
                || evictOldest(NeighborTable.FAILED)
                || evictOldest(NeighborTable.UNUSED)
                || (forSender && evictOldest(NeighborTable.IDLE));
    }

    private boolean evictAny() {
        if (evictOldest(NeighborTable.INCOMPLETE)) {
            return true;
        }
        for (int slot = 0; slot < table.capacity(); slot++) {
            if (table.at(slot).state != NeighborState.PERMANENT) {
                counters.increment(IpCounter.NEIGHBOR_EVICTED);
                remove(table.at(slot));
                return true;
            }
        }
        return false;
    }

    private boolean evictOldest(int line) {
        Neighbor oldest = table.oldest(line);
        if (oldest == null) {
            return false;
        }
        counters.increment(IpCounter.NEIGHBOR_EVICTED);
        remove(oldest);
        return true;
    }

    private void remove(Neighbor neighbor) {
        deadlines.cancel(neighbor.slot);
        table.free(neighbor);
        int place = waiting.detach(neighbor.slot);
        while (place != WaitingPackets.NONE) {
            counters.increment(IpCounter.NEIGHBOR_DROPPED_REMOVED);
            pool.release(waiting.packet(place));
            place = waiting.free(place);
        }
    }

    private LinkTimes times(int interfaceIndex) {
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).interfaceIndex() == interfaceIndex) {
                return links.get(i);
            }
        }
        LinkTimes times = new LinkTimes(interfaceIndex, options, random);
        links.add(times);
        return times;
    }

    // For people.

    /** {@return the number of neighbours} */
    public int size() {
        return table.size();
    }

    /** {@return the number of neighbours in a state}; looks at all of them */
    public int count(NeighborState state) {
        int count = 0;
        for (int slot = 0; slot < table.capacity(); slot++) {
            if (table.isTaken(slot) && table.at(slot).state == state) {
                count++;
            }
        }
        return count;
    }

    /** Shows every neighbour to somebody who changes nothing. */
    public void forEach(Consumer<? super Neighbor> visitor) {
        for (int slot = 0; slot < table.capacity(); slot++) {
            if (table.isTaken(slot)) {
                visitor.accept(table.at(slot));
            }
        }
    }

    /** {@return what the cache has, copied} */
    public List<NeighborEntry> list() {
        List<NeighborEntry> entries = new ArrayList<>(table.size());
        forEach(
                neighbor ->
                        entries.add(
                                new NeighborEntry(
                                        neighbor.interfaceIndex(),
                                        IpAddress.of(neighbor.high, neighbor.low),
                                        neighbor.macAddress,
                                        neighbor.state,
                                        neighbor.isRouter,
                                        waiting.length(neighbor.slot))));
        return List.copyOf(entries);
    }

    /** Removes every neighbour, PERMANENT ones too; what waits is dropped and counted. A second call does nothing. */
    @Override
    public void close() {
        for (int slot = 0; slot < table.capacity(); slot++) {
            if (table.isTaken(slot)) {
                remove(table.at(slot));
            }
        }
    }
}
