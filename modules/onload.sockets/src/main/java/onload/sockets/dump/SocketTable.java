package onload.sockets.dump;

import org.agrona.concurrent.UnsafeBuffer;

import java.lang.invoke.VarHandle;
import java.util.Objects;

/** The writer's side of the socket table: entries with a version each. */
final class SocketTable {
    private final UnsafeBuffer table;
    private final int slots;

    SocketTable(UnsafeBuffer table) {
        this.table = table;
        slots = table.capacity() / SocketLayout.LENGTH;
    }

    void write(int slot, SocketRecord record) {
        int entry = entry(slot);
        long version = begin(entry);
        for (int word = 0; word < SocketLayout.WORDS; word++) {
            table.putLong(entry + Long.BYTES + word * Long.BYTES, record.word(word));
        }
        table.putLongRelease(entry, version + 2);
    }

    void clear(int slot) {
        int entry = entry(slot);
        long version = begin(entry);
        for (int word = 0; word < SocketLayout.WORDS; word++) {
            table.putLong(entry + Long.BYTES + word * Long.BYTES, 0);
        }
        table.putLongRelease(entry, version + 2);
    }

    /** Makes the version odd, before any of the data (store-store); answers the even one that it was. */
    private long begin(int entry) {
        long version = table.getLong(entry);
        table.putLongOpaque(entry, version + 1);
        VarHandle.storeStoreFence();
        return version;
    }

    private int entry(int slot) {
        return Objects.checkIndex(slot, slots) * SocketLayout.LENGTH;
    }
}
