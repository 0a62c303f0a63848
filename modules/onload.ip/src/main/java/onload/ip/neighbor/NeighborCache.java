package onload.ip.neighbor;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.support.DeadlineHeap;
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

    private final IpCounters counters;
    private final NeighborStateMachine machine;
    private final NeighborTable table;
    private final NeighborMirror mirror;

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
        this.counters = counters;
        machine = new NeighborStateMachine(options, pool, random, link, counters);
        table = machine.table;
        mirror = new NeighborMirror(machine, counters);
    }

    // Senders.

    /** {@return the neighbour of an address on an interface, or null if the cache has none} */
    public @Nullable Neighbor find(int interfaceIndex, long high, long low) {
        return table.find(interfaceIndex, high, low);
    }

    /**
     * {@return the neighbour of an address on an interface}; a new one is {@link NeighborState#INCOMPLETE}, and is
     * asked for when a packet {@linkplain #use uses} it. If the cache is full, one that is dispensable makes room:
     * the oldest of those that did not answer; else of those that were never proven to be there, by an answer to a
     * question or by a layer above; else of those that are STALE. And if as many are being asked for as may be, the
     * oldest of these goes, whether the cache is full or not. So neither a sweep over addresses nor a flood of
     * spoofed ones moves a neighbour that is in use.
     *
     * <p>Null, and counted, if none is dispensable.
     */
    public @Nullable Neighbor findOrCreate(int interfaceIndex, long high, long low, long nowNs) {
        Neighbor known = table.find(interfaceIndex, high, low);
        if (known != null) {
            return known;
        }
        machine.limitIncomplete();
        if (!machine.makeRoom(true)) {
            counters.increment(IpCounter.NEIGHBOR_REFUSED_CACHE_FULL);
            return null;
        }
        Neighbor neighbor = table.take(interfaceIndex, high, low);
        // If no packet follows, it goes.
        machine.deadlines.schedule(neighbor.slot, nowNs + neighbor.times.retransTimerNs());
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
        return machine.use(neighbor, packet, nowNs);
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
        if (neighbor == null || (isSaid && !machine.believes(neighbor, macAddress))) {
            return false;
        }
        boolean wasRouter = neighbor.isRouter;
        switch (neighbor.state) {
            case INCOMPLETE, FAILED -> {
                if (!isSaid) {
                    counters.increment(IpCounter.NEIGHBOR_NEWS_IGNORED);
                    return false;
                }
                neighbor.isRouter = isRouter;
                boolean isOpen = neighbor.state == NeighborState.INCOMPLETE;
                machine.found(neighbor, macAddress, solicited && isOpen, nowNs);
            }
            case REACHABLE, STALE, DELAY, PROBE -> {
                boolean differs = isSaid && macAddress != neighbor.macAddress;
                if (differs && !override) {
                    machine.doubted(neighbor, nowNs);
                    return false;
                }
                neighbor.isRouter = isRouter;
                machine.updated(
                        neighbor, differs ? macAddress : neighbor.macAddress, solicited, nowNs);
            }
            case PERMANENT -> neighbor.isRouter = isRouter;
        }
        return wasRouter && !isRouter;
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
    public boolean answered(int interfaceIndex, long high, long low, long macAddress, long nowNs) {
        Neighbor neighbor = table.find(interfaceIndex, high, low);
        if (neighbor == null) {
            return false;
        }
        boolean isAsked = NeighborStateMachine.isAsked(neighbor);
        boolean isSecond =
                neighbor.state == NeighborState.REACHABLE && nowNs < neighbor.lockedUntilNs;
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
     *     for itself by those that did not answer and those never proven to be there only, else it is refused and
     *     counted
     * @return whether the neighbour is in the cache
     */
    public boolean heard(
            int interfaceIndex, long high, long low, long macAddress, boolean create, long nowNs) {
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
        if (!machine.believes(neighbor, macAddress)) {
            return true;
        }
        neighbor.isRouter |= isRouter;
        switch (neighbor.state) {
            case INCOMPLETE, FAILED -> machine.found(neighbor, macAddress, false, nowNs);
            case REACHABLE, STALE, DELAY, PROBE ->
                    machine.updated(neighbor, macAddress, false, nowNs);
            case PERMANENT -> {}
        }
        return true;
    }

    private @Nullable Neighbor created(int interfaceIndex, long high, long low, long macAddress) {
        if (!NeighborStateMachine.isStation(macAddress)) {
            counters.increment(IpCounter.NEIGHBOR_NEWS_IGNORED);
            return null;
        }
        if (!machine.makeRoom(false)) {
            counters.increment(IpCounter.NEIGHBOR_REFUSED_CACHE_FULL);
            return null;
        }
        return table.take(interfaceIndex, high, low);
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
            case REACHABLE, STALE, DELAY, PROBE -> {
                machine.confirm(neighbor, nowNs);
                machine.prove(neighbor);
            }
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
        if (!NeighborStateMachine.isStation(macAddress) || interfaceIndex < 1) {
            throw new IllegalArgumentException(
                    ("%s on interface %d cannot be fixed to Ethernet address 0x%012x; "
                                    + "expected one of a single station, on an interface from 1 on")
                            .formatted(IpAddress.of(high, low), interfaceIndex, macAddress));
        }
        Neighbor neighbor = fixable(interfaceIndex, high, low);
        if (neighbor == null) {
            throw new IllegalStateException(
                    ("%s cannot be fixed to %s, since all %d neighbours of the cache are fixed already; "
                                    + "remove some, or make its capacity larger")
                            .formatted(
                                    IpAddress.of(high, low),
                                    MacAddress.toString(macAddress),
                                    table.size()));
        }
        neighbor.isMirrored = false;
        machine.fix(neighbor, macAddress, nowNs);
    }

    private @Nullable Neighbor fixable(int interfaceIndex, long high, long low) {
        Neighbor known = table.find(interfaceIndex, high, low);
        if (known != null) {
            return known;
        }
        return machine.makeRoomForFixed() ? table.take(interfaceIndex, high, low) : null;
    }

    /** {@return whether there was such a neighbour, fixed or not}; what waits for it is dropped and counted. */
    public boolean remove(int interfaceIndex, long high, long low) {
        Neighbor neighbor = table.find(interfaceIndex, high, low);
        if (neighbor == null) {
            return false;
        }
        machine.remove(neighbor);
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
        mirror.heard(interfaceIndex, high, low, macAddress, state, nowNs);
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
                    machine.remove(neighbor);
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
        table.times(interfaceIndex).advertised(baseReachableTimeNs, retransTimerNs);
    }

    // Time.

    /** {@return when {@link #advance} has something to do next; {@code Long.MAX_VALUE} if never} */
    public long nextDeadlineNs() {
        return machine.deadlines.nextDeadlineNs();
    }

    /**
     * Does what is due: asks again, gives up, forgets. After a long gap each neighbour goes one step on, and no
     * question is asked twice to make up for it.
     */
    public void advance(long nowNs) {
        int slot = machine.deadlines.poll(nowNs);
        while (slot != DeadlineHeap.NONE) {
            machine.expired(table.at(slot), nowNs);
            slot = machine.deadlines.poll(nowNs);
        }
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
        forEach(neighbor ->
                entries.add(
                        new NeighborEntry(
                                neighbor.interfaceIndex(),
                                IpAddress.of(neighbor.high, neighbor.low),
                                neighbor.macAddress,
                                neighbor.state,
                                neighbor.isRouter,
                                machine.waiting.length(neighbor.slot))));
        return List.copyOf(entries);
    }

    /** Removes every neighbour, PERMANENT ones too; what waits is dropped and counted. A second call does nothing. */
    @Override
    public void close() {
        for (int slot = 0; slot < table.capacity(); slot++) {
            if (table.isTaken(slot)) {
                machine.remove(table.at(slot));
            }
        }
    }
}
