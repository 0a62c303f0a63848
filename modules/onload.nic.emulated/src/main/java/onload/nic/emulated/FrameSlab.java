package onload.nic.emulated;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketMemory;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Slots of one size for frames on their way: one region off the heap that doubles when it is full, and a stack of the
 * free slots, so that the one used last, whose lines are in the cache, is used next.
 */
final class FrameSlab {
    private static final int FIRST_BYTES = 65536;
    private static final int FIRST_SLOTS = 16;

    /** An index into the region is an int, and a region just below 2 GiB is not to be had. */
    private static final int MOST_BYTES = 1 << 30;

    private final int slotLength;
    private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    private @Nullable PacketMemory region;
    private int[] free = new int[0];
    private int freeCount;
    private int slots;

    FrameSlab(int slotLength) {
        this.slotLength = slotLength;
    }

    int slotLength() {
        return slotLength;
    }

    /** {@return the region; the same object, though the memory behind it moves when it grows} */
    UnsafeBuffer memory() {
        return memory;
    }

    int offset(int slot) {
        return slot * slotLength;
    }

    long bytes() {
        return (long) slots * slotLength;
    }

    int used() {
        return slots - freeCount;
    }

    /** {@return a free slot; or -1 if {@link #grow} is due} */
    int allocate() {
        return freeCount == 0 ? -1 : free[--freeCount];
    }

    void release(int slot) {
        free[freeCount++] = slot;
    }

    /**
     * Doubles the region, or makes the first one.
     *
     * @param mostBytes how many bytes it may take at most
     * @return whether there are more slots now
     */
    boolean grow(long mostBytes) {
        long wanted = slots == 0 ? Math.max(FIRST_SLOTS, FIRST_BYTES / slotLength) : 2L * slots;
        int target = (int) Math.min(wanted, Math.min(mostBytes, MOST_BYTES) / slotLength);
        if (target <= slots) {
            return false;
        }
        PacketMemory larger;
        try {
            larger = PacketMemory.allocate((long) target * slotLength, HugePages.NEVER);
        } catch (IllegalStateException e) {
            // The machine has no more: the same answer as at the bound, and the same counter.
            return false;
        }
        larger.buffer().putBytes(0, memory, 0, slots * slotLength);
        replaceRegion(larger);
        free = Arrays.copyOf(free, target);
        // Downwards, so that the lowest slot is on top.
        for (int slot = target - 1; slot >= slots; slot--) {
            free[freeCount++] = slot;
        }
        slots = target;
        return true;
    }

    /** Gives the memory back; no slot is valid any more. */
    void close() {
        slots = 0;
        freeCount = 0;
        replaceRegion(null);
    }

    private void replaceRegion(@Nullable PacketMemory other) {
        PacketMemory old = region;
        region = other;
        if (other == null) {
            memory.wrap(0, 0);
        } else {
            memory.wrap(other.buffer());
        }
        if (old != null) {
            old.close();
        }
    }
}
