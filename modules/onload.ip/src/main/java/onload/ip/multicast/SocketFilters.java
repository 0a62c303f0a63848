package onload.ip.multicast;

import onload.ip.support.AddressMap;

import org.jspecify.annotations.Nullable;

/**
 * All socket filters: found by socket and membership, and listed by either. A socket's list hangs in the same map,
 * under a scope that no membership has.
 */
final class SocketFilters {
    private static final int LIST = -1;

    private final AddressMap map;
    private final @Nullable SocketFilter[] bySlot;
    private final int[] free;
    private int freeCount;

    SocketFilters(int capacity, long key) {
        map = new AddressMap(2 * capacity, key);
        bySlot = new SocketFilter[capacity];
        free = new int[capacity];
        while (freeCount < capacity) {
            free[freeCount] = capacity - 1 - freeCount++;
        }
    }

    int size() {
        return free.length - freeCount;
    }

    boolean isFull() {
        return freeCount == 0;
    }

    @Nullable SocketFilter find(long socket, Membership membership) {
        return at(map.find(socket, 0, membership.slot));
    }

    /** The first in the list of a socket. */
    @Nullable SocketFilter first(long socket) {
        return at(map.find(socket, 0, LIST));
    }

    private @Nullable SocketFilter at(int slot) {
        return slot == AddressMap.NONE ? null : bySlot[slot];
    }

    /** Adds the filter of a socket that has none for a membership yet; there is room. */
    SocketFilter add(long socket, Membership membership) {
        int slot = free[--freeCount];
        SocketFilter filter = new SocketFilter(slot, socket, membership);
        bySlot[slot] = filter;
        map.add(socket, 0, membership.slot, slot);
        filter.nextOfSocket = at(map.remove(socket, 0, LIST));
        map.add(socket, 0, LIST, slot);
        filter.nextOfMembership = membership.firstFilter;
        membership.firstFilter = filter;
        return filter;
    }

    void remove(SocketFilter filter) {
        map.remove(filter.socket, 0, filter.membership.slot);
        unlinkFromMembership(filter);
        unlinkFromSocket(filter);
        bySlot[filter.slot] = null;
        free[freeCount++] = filter.slot;
    }

    private static void unlinkFromMembership(SocketFilter filter) {
        SocketFilter at = filter.membership.firstFilter;
        if (at == filter) {
            filter.membership.firstFilter = filter.nextOfMembership;
            return;
        }
        while (at != null && at.nextOfMembership != filter) {
            at = at.nextOfMembership;
        }
        if (at != null) {
            at.nextOfMembership = filter.nextOfMembership;
        }
    }

    private void unlinkFromSocket(SocketFilter filter) {
        SocketFilter at = first(filter.socket);
        if (at == filter) {
            map.remove(filter.socket, 0, LIST);
            if (filter.nextOfSocket != null) {
                map.add(filter.socket, 0, LIST, filter.nextOfSocket.slot);
            }
            return;
        }
        while (at != null && at.nextOfSocket != filter) {
            at = at.nextOfSocket;
        }
        if (at != null) {
            at.nextOfSocket = filter.nextOfSocket;
        }
    }
}
