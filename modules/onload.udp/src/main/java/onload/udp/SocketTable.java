package onload.udp;

import onload.ip.support.KeyedHash;

import org.jspecify.annotations.Nullable;

/**
 * Sockets by what they are told apart by: local address and port, and peer, which is all zero for those that are bound
 * only. Open addressing under a secret; a place holds the newest of sockets with the same key, and these link to the
 * others. Grows when a socket is added, never on look-up.
 */
final class SocketTable {
    private static final int INITIAL = 64;

    private final KeyedHash hash;
    private @Nullable UdpSocket[] places = new @Nullable UdpSocket[INITIAL];
    private int mask = INITIAL - 1;
    private int used;

    SocketTable(long key) {
        hash = new KeyedHash(key);
    }

    @Nullable UdpSocket find(
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort) {
        if (used == 0) {
            return null;
        }
        int at = place(localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort);
        UdpSocket found = places[at];
        while (found != null
                && !found.hasKey(
                        localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort)) {
            at = (at + 1) & mask;
            found = places[at];
        }
        return found;
    }

    /**
     * One address is part of the hash as it is, the other by a product: whoever forges one does not know the secret.
     */
    private int place(
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort) {
        long number = (long) localPort << 16 | remotePort;
        long low = remoteLow ^ Long.rotateLeft(localLow * 0x9E37_79B9_7F4A_7C15L, 29);
        return (int) (hash.of(remoteHigh ^ localHigh, low, number) >>> 33) & mask;
    }

    private int place(UdpSocket socket) {
        return place(
                socket.keyHigh,
                socket.keyLow,
                socket.localPort,
                socket.remoteHigh,
                socket.remoteLow,
                socket.remotePort);
    }

    private int index(UdpSocket like) {
        int at = place(like);
        UdpSocket found = places[at];
        while (found != null && !found.hasKeyOf(like)) {
            at = (at + 1) & mask;
            found = places[at];
        }
        return at;
    }

    void add(UdpSocket socket) {
        if (used * 2 >= places.length) {
            grow();
        }
        int at = index(socket);
        UdpSocket older = places[at];
        used += older == null ? 1 : 0;
        socket.nextAlike = older;
        places[at] = socket;
    }

    private void grow() {
        @Nullable UdpSocket[] old = places;
        places = new @Nullable UdpSocket[old.length * 2];
        mask = places.length - 1;
        for (UdpSocket head : old) {
            if (head != null) {
                places[index(head)] = head;
            }
        }
    }

    void remove(UdpSocket socket) {
        int at = index(socket);
        UdpSocket head = places[at];
        if (head == null) {
            return;
        }
        if (head != socket) {
            unlink(head, socket);
            return;
        }
        places[at] = socket.nextAlike;
        if (socket.nextAlike == null) {
            used--;
            close(at);
        }
        socket.nextAlike = null;
    }

    private static void unlink(UdpSocket head, UdpSocket socket) {
        UdpSocket before = head;
        while (before.nextAlike != null && before.nextAlike != socket) {
            before = before.nextAlike;
        }
        before.nextAlike = socket.nextAlike;
        socket.nextAlike = null;
    }

    /** Moves back what stands after a hole and would not be found over it. */
    private void close(int from) {
        int hole = from;
        int at = (hole + 1) & mask;
        UdpSocket moved = places[at];
        while (moved != null) {
            if (((at - place(moved)) & mask) >= ((at - hole) & mask)) {
                places[hole] = moved;
                places[at] = null;
                hole = at;
            }
            at = (at + 1) & mask;
            moved = places[at];
        }
    }
}
