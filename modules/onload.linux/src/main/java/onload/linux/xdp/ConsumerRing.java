package onload.linux.xdp;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A ring that the kernel writes and we read: completion (entries are addresses, 8 bytes) or receive (descriptors, 16
 * bytes). Ask how many there are, read them in their order, and give the places back at once.
 */
public final class ConsumerRing {
    private final UnsafeBuffer indexes;
    private final UnsafeBuffer entries;
    private final RingOffsets offsets;
    private final int mask;
    private int consumed;
    private int released;
    private int produced;

    ConsumerRing(UnsafeBuffer indexes, UnsafeBuffer entries, RingOffsets offsets, int size) {
        this.indexes = indexes;
        this.entries = entries;
        this.offsets = offsets;
        mask = size - 1;
        consumed = indexes.getIntVolatile(offsets.consumer());
        released = consumed;
        produced = indexes.getIntVolatile(offsets.producer());
    }

    /** {@return entries that are known to be there; if none are, the kernel's index is read} */
    public int available() {
        int available = produced - consumed;
        if (available == 0) {
            produced = indexes.getIntAcquire(offsets.producer());
            available = produced - consumed;
        }
        return available;
    }

    /** {@return whether the kernel has written something, its index read now} */
    public boolean isEmptyNow() {
        produced = indexes.getIntVolatile(offsets.producer());
        return produced == consumed;
    }

    /** {@return the slot of the next entry, which is taken; only where {@link #available} said so} */
    public int take() {
        return consumed++ & mask;
    }

    /** Takes the last {@link #take} back. */
    public void untake() {
        consumed--;
    }

    /** {@return the address in a slot of a completion ring} */
    public long address(int slot) {
        return entries.getLong(slot << 3);
    }

    /** {@return the address in a slot of a receive ring} */
    public long descriptorAddress(int slot) {
        return entries.getLong(slot << 4);
    }

    /** {@return the length in a slot of a receive ring, in bytes} */
    public int descriptorLength(int slot) {
        return entries.getInt((slot << 4) + 8);
    }

    /** {@return the options in a slot of a receive ring: {@link XdpSocket#CONTINUES} or 0} */
    public int descriptorOptions(int slot) {
        return entries.getInt((slot << 4) + 12);
    }

    /** Gives the places of all that was taken back to the kernel. */
    public void release() {
        if (released != consumed) {
            released = consumed;
            indexes.putIntRelease(offsets.consumer(), consumed);
        }
    }
}
