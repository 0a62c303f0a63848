package onload.ip.neighbor;

import onload.nic.packet.PacketBuffers;

import java.util.Arrays;

/**
 * The packets that wait for neighbours to be resolved: a queue for each neighbour, out of one store of places.
 *
 * <p>A full queue loses its oldest packet. When there is no place left at all the longest queue does, so that whoever
 * sends much to one address takes nothing from the others; that one is found at once, since queues of equal length are
 * linked. Packets are not linked by {@link PacketBuffers#next}, since a transport may have them in a queue of its own.
 *
 * <p>Places and neighbours are numbers; {@link #NONE} is none.
 */
final class WaitingPackets {
    static final int NONE = PacketBuffers.NONE;

    private final int perNeighbor;

    // Of each place.
    private final int[] packet;
    private final int[] next;
    private int freePlace;

    // Of each neighbour's queue.
    private final int[] first;
    private final int[] last;
    private final int[] length;

    // The queues of one length, in the order in which they came to it; those of length 0 are not
    // linked.
    private final int[] before;
    private final int[] after;
    private final int[] firstOfLength;
    private final int[] lastOfLength;
    private int longest;

    WaitingPackets(int neighbors, int perNeighbor, int inAll) {
        this.perNeighbor = perNeighbor;
        packet = new int[inAll];
        next = new int[inAll];
        for (int place = 0; place < inAll; place++) {
            next[place] = place == inAll - 1 ? NONE : place + 1;
        }
        first = filled(neighbors);
        last = filled(neighbors);
        length = new int[neighbors];
        before = filled(neighbors);
        after = filled(neighbors);
        firstOfLength = filled(perNeighbor + 1);
        lastOfLength = filled(perNeighbor + 1);
    }

    private static int[] filled(int length) {
        int[] array = new int[length];
        Arrays.fill(array, NONE);
        return array;
    }

    int length(int neighbor) {
        return length[neighbor];
    }

    /** {@return the packet that has waited longest for a neighbour, or {@link #NONE}} */
    int oldest(int neighbor) {
        return length[neighbor] == 0 ? NONE : packet[first[neighbor]];
    }

    /**
     * Adds a packet.
     *
     * @return the packet that has to go for it, or {@link #NONE}; the packet itself if there is no place that could be
     *     made free
     */
    int add(int neighbor, int added) {
        int dropped = NONE;
        if (length[neighbor] == perNeighbor) {
            dropped = removeOldest(neighbor);
        } else if (freePlace == NONE) {
            if (longest == 0) {
                return added;
            }
            dropped = removeOldest(length[neighbor] == longest ? neighbor : firstOfLength[longest]);
        }
        int place = freePlace;
        freePlace = next[place];
        packet[place] = added;
        next[place] = NONE;
        if (length[neighbor] == 0) {
            first[neighbor] = place;
        } else {
            next[last[neighbor]] = place;
        }
        last[neighbor] = place;
        resize(neighbor, length[neighbor] + 1);
        return dropped;
    }

    private int removeOldest(int neighbor) {
        int place = first[neighbor];
        first[neighbor] = next[place];
        resize(neighbor, length[neighbor] - 1);
        int removed = packet[place];
        free(place);
        return removed;
    }

    /**
     * Empties a neighbour's queue and hands it over as a chain of places, which stay taken until each is {@linkplain
     * #free freed}: whatever happens to the neighbour meanwhile, the chain stays as it is.
     *
     * @return the first place, or {@link #NONE}
     */
    int detach(int neighbor) {
        if (length[neighbor] == 0) {
            return NONE;
        }
        int chain = first[neighbor];
        resize(neighbor, 0);
        return chain;
    }

    /** {@return the packet in a place} */
    int packet(int place) {
        return packet[place];
    }

    /**
     * Frees a place of a detached chain.
     *
     * @return the place after it, or {@link #NONE}
     */
    int free(int place) {
        int following = next[place];
        next[place] = freePlace;
        freePlace = place;
        return following;
    }

    private void resize(int neighbor, int newLength) {
        if (length[neighbor] > 0) {
            unlink(neighbor);
        }
        length[neighbor] = newLength;
        if (newLength > 0) {
            link(neighbor, newLength);
        }
        longest = Math.max(longest, newLength);
        while (longest > 0 && firstOfLength[longest] == NONE) {
            longest--;
        }
    }

    private void link(int neighbor, int toLength) {
        int tail = lastOfLength[toLength];
        before[neighbor] = tail;
        after[neighbor] = NONE;
        if (tail == NONE) {
            firstOfLength[toLength] = neighbor;
        } else {
            after[tail] = neighbor;
        }
        lastOfLength[toLength] = neighbor;
    }

    private void unlink(int neighbor) {
        int fromLength = length[neighbor];
        if (before[neighbor] == NONE) {
            firstOfLength[fromLength] = after[neighbor];
        } else {
            after[before[neighbor]] = after[neighbor];
        }
        if (after[neighbor] == NONE) {
            lastOfLength[fromLength] = before[neighbor];
        } else {
            before[after[neighbor]] = before[neighbor];
        }
    }
}
