package onload.ip.neighbor;

import onload.ip.internal.AddressMap;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * The places for neighbours: found by address, and lined up by how dispensable they are, oldest first in each line.
 */
final class NeighborTable {
    /** Line: sent to, or fixed; never dispensable. */
    static final int KEPT = 0;

    /** Line: asked for. Its length is limited. */
    static final int INCOMPLETE = 1;

    /** Line: did not answer. */
    static final int FAILED = 2;

    /** Line: heard of, but never sent to: what a flood of spoofed addresses is made of. */
    static final int UNUSED = 3;

    /** Line: sent to once, but not lately. */
    static final int IDLE = 4;

    private static final int FREE = 5;
    private static final int LINES = 6;
    private static final int NONE = -1;

    private final Neighbor[] neighbors;
    private final AddressMap slots;

    private final int[] line;
    private final int[] before;
    private final int[] after;
    private final int[] first = new int[LINES];
    private final int[] last = new int[LINES];
    private final int[] length = new int[LINES];

    NeighborTable(int capacity, long key, LinkTimes nobodys) {
        slots = new AddressMap(capacity, key);
        neighbors = new Neighbor[capacity];
        line = new int[capacity];
        before = new int[capacity];
        after = new int[capacity];
        Arrays.fill(first, NONE);
        Arrays.fill(last, NONE);
        for (int slot = 0; slot < capacity; slot++) {
            neighbors[slot] = new Neighbor(slot, nobodys);
            append(slot, FREE);
        }
    }

    int size() {
        return slots.size();
    }

    int capacity() {
        return neighbors.length;
    }

    Neighbor at(int slot) {
        return neighbors[slot];
    }

    boolean isTaken(int slot) {
        return line[slot] != FREE;
    }

    boolean isFull() {
        return length[FREE] == 0;
    }

    int length(int ofLine) {
        return length[ofLine];
    }

    /** {@return who has stood longest in a line, or null} */
    @Nullable Neighbor oldest(int ofLine) {
        return first[ofLine] == NONE ? null : neighbors[first[ofLine]];
    }

    @Nullable Neighbor find(int interfaceIndex, long high, long low) {
        int slot = slots.find(high, low, interfaceIndex);
        return slot == AddressMap.NONE ? null : neighbors[slot];
    }

    /** {@return a free object, now of this address}; there must be one */
    Neighbor take(LinkTimes times, long high, long low) {
        Neighbor neighbor = neighbors[first[FREE]];
        slots.add(high, low, times.interfaceIndex(), neighbor.slot);
        neighbor.times = times;
        neighbor.high = high;
        neighbor.low = low;
        neighbor.macAddress = Neighbor.NO_ADDRESS;
        neighbor.state = NeighborState.INCOMPLETE;
        neighbor.isRouter = false;
        neighbor.isUsed = false;
        neighbor.isMirrored = false;
        neighbor.solicitations = 0;
        neighbor.askAgainNs = Long.MIN_VALUE;
        neighbor.refusedUntilNs = Long.MIN_VALUE;
        lineUp(neighbor);
        return neighbor;
    }

    /** Takes an address away from its object; every pair with its version is void. */
    void free(Neighbor neighbor) {
        slots.remove(neighbor.high, neighbor.low, neighbor.interfaceIndex());
        neighbor.state = NeighborState.FAILED;
        neighbor.refusedUntilNs = Long.MAX_VALUE;
        neighbor.invalidate();
        unlink(neighbor.slot);
        append(neighbor.slot, FREE);
    }

    /** Puts a neighbour at the end of the line that it now belongs to. */
    void lineUp(Neighbor neighbor) {
        unlink(neighbor.slot);
        append(neighbor.slot, lineOf(neighbor));
    }

    private static int lineOf(Neighbor neighbor) {
        return switch (neighbor.state) {
            case INCOMPLETE -> INCOMPLETE;
            case FAILED -> FAILED;
            case STALE -> neighbor.isUsed ? IDLE : UNUSED;
            case REACHABLE, DELAY, PROBE, PERMANENT -> KEPT;
        };
    }

    private void append(int slot, int toLine) {
        int tail = last[toLine];
        line[slot] = toLine;
        before[slot] = tail;
        after[slot] = NONE;
        if (tail == NONE) {
            first[toLine] = slot;
        } else {
            after[tail] = slot;
        }
        last[toLine] = slot;
        length[toLine]++;
    }

    private void unlink(int slot) {
        int fromLine = line[slot];
        if (before[slot] == NONE) {
            first[fromLine] = after[slot];
        } else {
            after[before[slot]] = after[slot];
        }
        if (after[slot] == NONE) {
            last[fromLine] = before[slot];
        } else {
            before[after[slot]] = before[slot];
        }
        length[fromLine]--;
    }
}
