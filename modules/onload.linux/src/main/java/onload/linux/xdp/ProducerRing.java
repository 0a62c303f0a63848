package onload.linux.xdp;

import org.agrona.concurrent.UnsafeBuffer;

import java.lang.invoke.VarHandle;

/**
 * A ring that we write and the kernel reads: fill (entries are addresses, 8 bytes) or transmit (descriptors, 16 bytes).
 * Reserve a slot, write it, and publish all that were written at once.
 */
public final class ProducerRing {
    /** Answer of {@link #reserve}: the ring is full. */
    public static final int FULL = -1;

    private final UnsafeBuffer indexes;
    private final UnsafeBuffer entries;
    private final RingOffsets offsets;
    private final int size;
    private final int mask;
    private int reserved;
    private int published;
    private int consumed;

    ProducerRing(UnsafeBuffer indexes, UnsafeBuffer entries, RingOffsets offsets, int size) {
        this.indexes = indexes;
        this.entries = entries;
        this.offsets = offsets;
        this.size = size;
        mask = size - 1;
        reserved = indexes.getIntVolatile(offsets.producer());
        published = reserved;
        consumed = indexes.getIntVolatile(offsets.consumer());
    }

    /** {@return the places of the ring} */
    public int size() {
        return size;
    }

    /** {@return places that are free; the kernel's index is read only if those that were known are used up} */
    public int room(int wanted) {
        int room = size - (reserved - consumed);
        if (room < wanted) {
            consumed = indexes.getIntAcquire(offsets.consumer());
            room = size - (reserved - consumed);
        }
        return room;
    }

    /** {@return a slot to write next, or {@link #FULL}} */
    public int reserve() {
        return room(1) < 1 ? FULL : reserved++ & mask;
    }

    /** Writes an address into a slot of a fill ring. */
    public void address(int slot, long address) {
        entries.putLong(slot << 3, address);
    }

    /**
     * Writes a descriptor into a slot of a transmit ring.
     *
     * @param address of the first byte, counted from the registered memory's
     * @param length in bytes
     * @param options {@link XdpSocket#CONTINUES} if the next descriptor is of the same frame
     */
    public void descriptor(int slot, long address, int length, int options) {
        int at = slot << 4;
        entries.putLong(at, address);
        entries.putLong(at + 8, (length & 0xffff_ffffL) | (long) options << 32);
    }

    /** {@return whether there are slots that were written and not published} */
    public boolean hasUnpublished() {
        return reserved != published;
    }

    /** Shows the kernel all that was written. */
    public void publish() {
        published = reserved;
        indexes.putIntRelease(offsets.producer(), reserved);
    }

    /** {@return how many published entries the kernel has not taken yet} */
    public int waiting() {
        consumed = indexes.getIntAcquire(offsets.consumer());
        return published - consumed;
    }

    /** {@return whether the kernel wants to be told that there is something} */
    public boolean needsWakeUp() {
        // The flag is read after the kernel can see what was published: a store and a load of
        // another place, which nothing less keeps in order.
        VarHandle.fullFence();
        return (indexes.getIntVolatile(offsets.flags()) & XdpSocket.RING_NEEDS_WAKE_UP) != 0;
    }
}
