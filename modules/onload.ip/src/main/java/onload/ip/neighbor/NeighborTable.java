package onload.ip.neighbor;

import onload.ip.support.AddressMap;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The places for neighbours: found by address, and lined up by how dispensable they are, oldest first in each line.
 */
final class NeighborTable {
    /** Line: proven and in use, or fixed; never dispensable. */
    static final int KEPT = 0;

    /** Line: asked for. Its length is limited. */
    static final int INCOMPLETE = 1;

    /** Line: did not answer. */
    static final int FAILED = 2;

    /** Line: heard of, but not proven to be there: what a flood of spoofed addresses is made of. */
    static final int UNPROVEN = 3;

    /** Line: proven once, but not lately sent to. */
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

    private final NeighborOptions options;
    private final RandomGenerator random;
    private final List<LinkTimes> links = new ArrayList<>();

    NeighborTable(NeighborOptions options, RandomGenerator random) {
        this.options = options;
        this.random = random;
        int capacity = options.capacity();
        LinkTimes nobodys = LinkTimes.none(0);
        slots = new AddressMap(capacity, random.nextLong());
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
    Neighbor take(int interfaceIndex, long high, long low) {
        Neighbor neighbor = neighbors[first[FREE]];
        slots.add(high, low, interfaceIndex, neighbor.slot);
        neighbor.times = times(interfaceIndex);
        neighbor.high = high;
        neighbor.low = low;
        neighbor.macAddress = Neighbor.NO_ADDRESS;
        neighbor.state = NeighborState.INCOMPLETE;
        neighbor.isRouter = false;
        neighbor.isProven = false;
        neighbor.isMirrored = false;
        neighbor.solicitations = 0;
        neighbor.askAgainNs = Long.MIN_VALUE;
        neighbor.lockedUntilNs = Long.MIN_VALUE;
        neighbor.refusedUntilNs = Long.MIN_VALUE;
        lineUp(neighbor);
        return neighbor;
    }

    /** {@return the times of an interface}; made when it is first seen, of which there are as many as are set up */
    LinkTimes times(int interfaceIndex) {
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).interfaceIndex() == interfaceIndex) {
                return links.get(i);
            }
        }
        LinkTimes times = new LinkTimes(interfaceIndex, options, random);
        links.add(times);
        return times;
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
            case STALE -> neighbor.isProven ? IDLE : UNPROVEN;
            case REACHABLE, DELAY, PROBE -> neighbor.isProven ? KEPT : UNPROVEN;
            case PERMANENT -> KEPT;
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
