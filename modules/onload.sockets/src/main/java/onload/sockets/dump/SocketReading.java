package onload.sockets.dump;

import onload.wire.IpAddress;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the socket table. Many entries are copied three times in a row: what the middle copy has of an entry is
 * whole if the first and the last have the same even version. The few that were being written are read again one
 * by one.
 */
final class SocketReading {
    private static final int ENTRIES_AT_ONCE = 256;
    private static final int MOST_TRIES = 100;
    private static final SocketKind[] KINDS = SocketKind.values();

    private final Pieces file;
    private final List<String> states;
    private final List<SocketEntry> found = new ArrayList<>();
    private final Copies single = new Copies(1);

    private SocketReading(Pieces file, List<String> states) {
        this.file = file;
        this.states = states;
    }

    static List<SocketEntry> sockets(Pieces file, StackHeader header, List<String> states)
            throws IOException {
        SocketReading reading = new SocketReading(file, states);
        for (int slot = 0; slot < header.sockets(); slot += ENTRIES_AT_ONCE) {
            int count = Math.min(ENTRIES_AT_ONCE, header.sockets() - slot);
            reading.read(header.socketsOffset(), slot, new Copies(count));
        }
        return reading.found;
    }

    private void read(int table, int firstSlot, Copies copies) throws IOException {
        copies.read(file, offset(table, firstSlot));
        for (int i = 0; i < copies.count; i++) {
            int slot = firstSlot + i;
            if (copies.isWhole(i)) {
                add(slot, copies, i, true);
            } else {
                readAlone(table, slot);
            }
        }
    }

    private void readAlone(int table, int slot) throws IOException {
        for (int i = 0; i < MOST_TRIES; i++) {
            Thread.onSpinWait();
            single.read(file, offset(table, slot));
            if (single.isWhole(0)) {
                break;
            }
        }
        add(slot, single, 0, single.isWhole(0));
    }

    private static long offset(int table, int slot) {
        return table + (long) slot * SocketLayout.LENGTH;
    }

    private void add(int slot, Copies copies, int entry, boolean isWhole) {
        long first = copies.word(entry, SocketLayout.KIND_STATE_FLAGS);
        // An entry that is being written may be one that is taken: it says what it can.
        if ((first & 0xFF) == 0 && isWhole) {
            return;
        }
        found.add(entry(slot, isWhole, copies, entry));
    }

    private SocketEntry entry(int slot, boolean isWhole, Copies copies, int entry) {
        long first = copies.word(entry, SocketLayout.KIND_STATE_FLAGS);
        return new SocketEntry(
                slot,
                isWhole,
                kind(first),
                state((int) (first >>> SocketLayout.STATE_SHIFT & 0xFF)),
                (first & SocketLayout.ACCELERATED) != 0,
                address(copies, entry, SocketLayout.LOCAL_HIGH),
                copies.low(entry, SocketLayout.PORTS) & 0xFFFF,
                address(copies, entry, SocketLayout.REMOTE_HIGH),
                copies.high(entry, SocketLayout.PORTS) & 0xFFFF,
                copies.low(entry, SocketLayout.QUEUES),
                copies.high(entry, SocketLayout.QUEUES),
                copies.low(entry, SocketLayout.LISTENER),
                copies.high(entry, SocketLayout.LISTENER),
                copies.word(entry, SocketLayout.CONGESTION_WINDOW),
                copies.word(entry, SocketLayout.SMOOTHED_ROUND_TRIP_NS),
                copies.word(entry, SocketLayout.RETRANSMISSIONS),
                copies.word(entry, SocketLayout.IN_BYTES),
                copies.word(entry, SocketLayout.OUT_BYTES),
                copies.word(entry, SocketLayout.DROPS));
    }

    private static SocketKind kind(long first) {
        int kind = (int) (first & 0xFF) - 1;
        return kind >= 0 && kind < KINDS.length ? KINDS[kind] : SocketKind.UNKNOWN;
    }

    private String state(int code) {
        if (code == 0) {
            return "";
        }
        return code <= states.size() ? states.get(code - 1) : "state " + (code - 1);
    }

    private static IpAddress address(Copies copies, int entry, int word) {
        return IpAddress.of(copies.word(entry, word), copies.word(entry, word + 1));
    }

    /** Three copies of some entries. */
    private static final class Copies {
        final int count;
        private final ByteBuffer before;
        private final ByteBuffer entries;
        private final ByteBuffer after;

        Copies(int count) {
            this.count = count;
            before = ByteBuffer.allocate(count * SocketLayout.LENGTH);
            entries = ByteBuffer.allocate(count * SocketLayout.LENGTH);
            after = ByteBuffer.allocate(count * SocketLayout.LENGTH);
        }

        /** Each copy is made before the next: what the writer orders by stores is ordered by loads here. */
        void read(Pieces file, long offset) throws IOException {
            file.read(offset, before);
            VarHandle.loadLoadFence();
            file.read(offset, entries);
            VarHandle.loadLoadFence();
            file.read(offset, after);
        }

        boolean isWhole(int entry) {
            long version = before.getLong(entry * SocketLayout.LENGTH);
            return (version & 1) == 0 && after.getLong(entry * SocketLayout.LENGTH) == version;
        }

        long word(int entry, int word) {
            return entries.getLong(entry * SocketLayout.LENGTH + Long.BYTES + word * Long.BYTES);
        }

        int low(int entry, int word) {
            return (int) word(entry, word);
        }

        int high(int entry, int word) {
            return (int) (word(entry, word) >>> Integer.SIZE);
        }
    }
}
