package onload.ip.neighbor;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.support.DeadlineHeap;
import onload.ip.support.TokenBucket;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.MacAddress;

import org.jspecify.annotations.Nullable;

import java.util.random.RandomGenerator;

/**
 * What packets, news and time do to a neighbour (RFC 4861, section 7.3.3 and appendix C), and who has to go for whom.
 *
 * <p>Whenever the link is called, all is in order already and nothing of the neighbour is looked at afterwards: the
 * link may come back with another packet, by which a neighbour may change, or go and be another one.
 */
final class NeighborStateMachine {
    private final NeighborOptions options;
    private final PacketPool pool;
    private final NeighborLink link;
    private final IpCounters counters;

    final NeighborTable table;
    final WaitingPackets waiting;
    final DeadlineHeap deadlines;
    private final TokenBucket multicasts;

    NeighborStateMachine(
            NeighborOptions options,
            PacketPool pool,
            RandomGenerator random,
            NeighborLink link,
            IpCounters counters) {
        this.options = options;
        this.pool = pool;
        this.link = link;
        this.counters = counters;
        int capacity = options.capacity();
        table = new NeighborTable(options, random);
        waiting = new WaitingPackets(capacity, options.queuedPerNeighbor(), options.queuedInAll());
        deadlines = new DeadlineHeap(capacity);
        multicasts =
                new TokenBucket(options.multicastSolicitsPerSecond(), options.incompleteLimit());
    }

    // Packets.

    int use(Neighbor neighbor, int packet, long nowNs) {
        switch (neighbor.state) {
            case REACHABLE, DELAY, PROBE, PERMANENT -> {
                return NeighborCache.READY;
            }
            case STALE -> {
                enter(neighbor, NeighborState.DELAY, nowNs + options.delayFirstProbeTimeNs());
                return NeighborCache.READY;
            }
            case INCOMPLETE -> {}
            case FAILED -> {
                if (isRefused(neighbor, nowNs)) {
                    return NeighborCache.UNREACHABLE;
                }
                limitIncomplete();
                neighbor.solicitations = 0;
                enter(neighbor, NeighborState.INCOMPLETE, DeadlineHeap.NEVER);
            }
        }
        queue(neighbor, packet);
        if (neighbor.solicitations == 0) {
            solicitWhenAllowed(neighbor, nowNs);
        }
        return NeighborCache.QUEUED;
    }

    /** One that has left the cache is refused for ever. */
    private static boolean isRefused(Neighbor neighbor, long nowNs) {
        return nowNs < neighbor.refusedUntilNs || neighbor.refusedUntilNs == Long.MAX_VALUE;
    }

    private void queue(Neighbor neighbor, int packet) {
        pool.retain(packet);
        int dropped = waiting.add(neighbor.slot, packet);
        if (dropped != PacketBuffers.NONE) {
            counters.increment(IpCounter.NEIGHBOR_DROPPED_QUEUE_FULL);
            pool.release(dropped);
        }
    }

    // News.

    /** A fixed neighbour is not changed by news, and no station has a group's Ethernet address. */
    boolean believes(Neighbor neighbor, long macAddress) {
        boolean isFixed = neighbor.state == NeighborState.PERMANENT;
        if (isStation(macAddress) && (!isFixed || macAddress == neighbor.macAddress)) {
            return true;
        }
        counters.increment(IpCounter.NEIGHBOR_NEWS_IGNORED);
        return false;
    }

    static boolean isStation(long macAddress) {
        return macAddress != 0 && macAddress >>> 48 == 0 && !MacAddress.isMulticast(macAddress);
    }

    /** The Ethernet address of one that had none, or had failed, has become known. */
    void found(Neighbor neighbor, long macAddress, boolean isConfirmed, long nowNs) {
        learn(neighbor, macAddress);
        if (isConfirmed) {
            answered(neighbor, nowNs);
        } else {
            becomeStale(neighbor, nowNs);
        }
        sendWaiting(neighbor, nowNs);
    }

    /** News of one whose Ethernet address is known already hold (section 7.2.5, II). */
    void updated(Neighbor neighbor, long macAddress, boolean isConfirmed, long nowNs) {
        boolean changed = learn(neighbor, macAddress);
        if (isConfirmed) {
            answered(neighbor, nowNs);
        } else if (changed) {
            becomeStale(neighbor, nowNs);
        }
    }

    /** Another Ethernet address is said, which is not to override the one that is known (section 7.2.5, I). */
    void doubted(Neighbor neighbor, long nowNs) {
        counters.increment(IpCounter.NEIGHBOR_NEWS_IGNORED);
        if (neighbor.state == NeighborState.REACHABLE) {
            becomeStale(neighbor, nowNs);
        }
    }

    /** A solicited advertisement has come. If there was a question, it is proven, and another answer the second. */
    private void answered(Neighbor neighbor, long nowNs) {
        if (isAsked(neighbor)) {
            neighbor.isProven = true;
            neighbor.lockedUntilNs = nowNs + options.lockTimeNs();
        }
        confirm(neighbor, nowNs);
    }

    /** It is reachable, whoever says so. */
    void confirm(Neighbor neighbor, long nowNs) {
        neighbor.confirmedNs = nowNs;
        if (neighbor.state != NeighborState.REACHABLE) {
            long untilNs = nowNs + neighbor.times.reachableTimeNs(nowNs);
            enter(neighbor, NeighborState.REACHABLE, untilNs);
        }
    }

    /** Somebody who is to be trusted knows that it is there. */
    void prove(Neighbor neighbor) {
        if (!neighbor.isProven) {
            neighbor.isProven = true;
            table.lineUp(neighbor);
        }
    }

    /** {@return whether a question to a neighbour is open} */
    static boolean isAsked(Neighbor neighbor) {
        return neighbor.solicitations > 0
                && (neighbor.state == NeighborState.INCOMPLETE
                        || neighbor.state == NeighborState.PROBE);
    }

    void fix(Neighbor neighbor, long macAddress, long nowNs) {
        learn(neighbor, macAddress);
        enter(neighbor, NeighborState.PERMANENT, DeadlineHeap.NEVER);
        sendWaiting(neighbor, nowNs);
    }

    void becomeStale(Neighbor neighbor, long nowNs) {
        neighbor.invalidate();
        enter(neighbor, NeighborState.STALE, nowNs + options.staleTimeNs());
    }

    private static boolean learn(Neighbor neighbor, long macAddress) {
        boolean differs = neighbor.macAddress != macAddress;
        if (differs) {
            neighbor.macAddress = macAddress;
            neighbor.invalidate();
        }
        return differs;
    }

    private void enter(Neighbor neighbor, NeighborState state, long deadlineNs) {
        neighbor.state = state;
        table.lineUp(neighbor);
        deadlines.schedule(neighbor.slot, deadlineNs);
    }

    private void sendWaiting(Neighbor neighbor, long nowNs) {
        int place = waiting.detach(neighbor.slot);
        while (place != WaitingPackets.NONE) {
            int packet = waiting.packet(place);
            place = waiting.free(place);
            link.resolved(neighbor, packet, nowNs);
        }
    }

    // Time.

    /** The deadline of a neighbour has come. Sets it a later one, if any. */
    void expired(Neighbor neighbor, long nowNs) {
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
            case REACHABLE -> confirmationIsOld(neighbor, nowNs);
            case DELAY -> {
                neighbor.solicitations = 0;
                enter(neighbor, NeighborState.PROBE, DeadlineHeap.NEVER);
                solicitWhenAllowed(neighbor, nowNs);
            }
            case PROBE -> {
                if (neighbor.solicitations < options.maxUnicastSolicit()) {
                    solicit(neighbor, nowNs);
                } else {
                    // Its Ethernet address may be another one now: the next packet asks all on the
                    // link.
                    fail(neighbor, nowNs, nowNs);
                }
            }
            case STALE, FAILED -> remove(neighbor);
            case PERMANENT -> {}
        }
    }

    /** Confirmations note the time only, so the deadline is the one after an older of them. */
    private void confirmationIsOld(Neighbor neighbor, long nowNs) {
        long untilNs = neighbor.confirmedNs + neighbor.times.reachableTimeNs(nowNs);
        if (untilNs > nowNs) {
            deadlines.schedule(neighbor.slot, untilNs);
        } else {
            becomeStale(neighbor, nowNs);
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
        neighbor.macAddress = Neighbor.NO_ADDRESS;
        neighbor.isProven = false;
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

    // Room.

    /** Sees to it that one more may be asked for. */
    void limitIncomplete() {
        if (table.length(NeighborTable.INCOMPLETE) >= options.incompleteLimit()) {
            evictOldest(NeighborTable.INCOMPLETE);
        }
    }

    /**
     * Sees to it that a place is free.
     *
     * @param forSender whether one may go that was proven once: for what is only heard of, none does
     */
    boolean makeRoom(boolean forSender) {
        return !table.isFull()
                || evictOldest(NeighborTable.FAILED)
                || evictOldest(NeighborTable.UNPROVEN)
                || (forSender && evictOldest(NeighborTable.IDLE));
    }

    /** Sees to it that a place is free, whoever has to go for it, if not all are fixed. */
    boolean makeRoomForFixed() {
        return makeRoom(true) || evictOldest(NeighborTable.INCOMPLETE) || evictInUse();
    }

    private boolean evictInUse() {
        for (int slot = 0; slot < table.capacity(); slot++) {
            if (table.at(slot).state != NeighborState.PERMANENT) {
                evict(table.at(slot));
                return true;
            }
        }
        return false;
    }

    private boolean evictOldest(int line) {
        @Nullable Neighbor oldest = table.oldest(line);
        if (oldest == null) {
            return false;
        }
        evict(oldest);
        return true;
    }

    private void evict(Neighbor neighbor) {
        counters.increment(IpCounter.NEIGHBOR_EVICTED);
        remove(neighbor);
    }

    void remove(Neighbor neighbor) {
        deadlines.cancel(neighbor.slot);
        table.free(neighbor);
        int place = waiting.detach(neighbor.slot);
        while (place != WaitingPackets.NONE) {
            counters.increment(IpCounter.NEIGHBOR_DROPPED_REMOVED);
            pool.release(waiting.packet(place));
            place = waiting.free(place);
        }
    }
}
