package onload.ip.neighbor;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;

import org.jspecify.annotations.Nullable;

/** Follows another stack's cache of neighbours on the same link, such as the kernel's. */
final class NeighborMirror {
    private final NeighborStateMachine machine;
    private final NeighborTable table;
    private final IpCounters counters;

    NeighborMirror(NeighborStateMachine machine, IpCounters counters) {
        this.machine = machine;
        this.table = machine.table;
        this.counters = counters;
    }

    void heard(
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
            case FAILED -> lost(known);
            case REACHABLE, STALE, DELAY, PROBE, PERMANENT -> {
                if (!NeighborStateMachine.isStation(macAddress)) {
                    counters.increment(IpCounter.NEIGHBOR_NEWS_IGNORED);
                    return;
                }
                boolean isFixed = state == NeighborState.PERMANENT;
                Neighbor neighbor =
                        known == null ? created(interfaceIndex, high, low, isFixed) : known;
                if (neighbor != null && isFixed) {
                    neighbor.isMirrored = true;
                    machine.fix(neighbor, macAddress, nowNs);
                } else if (neighbor != null) {
                    boolean isReachable = state == NeighborState.REACHABLE;
                    follow(neighbor, macAddress, isReachable, nowNs);
                }
            }
        }
    }

    /** What is REACHABLE here, or being asked, is known better here. */
    private void lost(@Nullable Neighbor known) {
        if (known != null && (known.isMirrored || known.state == NeighborState.STALE)) {
            machine.remove(known);
        }
    }

    private @Nullable Neighbor created(int interfaceIndex, long high, long low, boolean isFixed) {
        if (!machine.makeRoom(isFixed)) {
            counters.increment(IpCounter.NEIGHBOR_REFUSED_CACHE_FULL);
            return null;
        }
        return table.take(interfaceIndex, high, low);
    }

    private void follow(Neighbor neighbor, long macAddress, boolean isReachable, long nowNs) {
        if (neighbor.isMirrored) {
            neighbor.isMirrored = false;
            machine.becomeStale(neighbor, nowNs);
        }
        if (isReachable) {
            machine.prove(neighbor);
        }
        if (neighbor.state.isUsable()) {
            machine.updated(neighbor, macAddress, isReachable, nowNs);
        } else {
            machine.found(neighbor, macAddress, isReachable, nowNs);
        }
    }
}
