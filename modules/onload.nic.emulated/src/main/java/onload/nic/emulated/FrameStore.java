package onload.nic.emulated;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The memory of the frames that are on their way through a network. A frame is an {@code int}: a slot of the slab with
 * the smallest slots that it fits, and the number of that slab in the lowest bits.
 *
 * <p>The slots are an odd number of cache lines long, so that neighbouring frames do not compete for the same few sets
 * of the cache, as they would at a power of two. Nothing is allocated but when a slab doubles; all of them together
 * stay within a bound, and a frame beyond it gets no slot.
 */
final class FrameStore {
    /** No frame: there is no room. */
    static final int NONE = -1;

    /** Longest frame in bytes. */
    static final int MAX_LENGTH = 65600;

    private static final int SLAB_BITS = 2;
    private static final int SLAB_MASK = (1 << SLAB_BITS) - 1;

    private final FrameSlab[] slabs = {
        new FrameSlab(192), new FrameSlab(1600), new FrameSlab(9280), new FrameSlab(MAX_LENGTH)
    };
    private final long maxBytes;

    /**
     * Makes an empty store.
     *
     * @param maxBytes bytes that it may grow to
     */
    FrameStore(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * {@return a frame's place; or {@link #NONE}}
     *
     * @param length its bytes, 0 to {@value #MAX_LENGTH}
     */
    int allocate(int length) {
        int index = slabFor(length);
        int slot = slabs[index].allocate();
        if (slot < 0) {
            slot = allocateFromMore(slabs[index]);
            if (slot < 0) {
                return NONE;
            }
        }
        return (slot << SLAB_BITS) | index;
    }

    private int slabFor(int length) {
        int index = 0;
        while (length > slabs[index].slotLength()) {
            index++;
        }
        return index;
    }

    private int allocateFromMore(FrameSlab slab) {
        long others = -slab.bytes();
        for (FrameSlab each : slabs) {
            others += each.bytes();
        }
        return slab.grow(maxBytes - others) ? slab.allocate() : NONE;
    }

    /** {@return a copy of a frame of {@code length} bytes; or {@link #NONE}} */
    int copy(int frame, int length) {
        int copy = allocate(length);
        if (copy != NONE) {
            memory(copy).putBytes(offset(copy), memory(frame), offset(frame), length);
        }
        return copy;
    }

    void release(int frame) {
        slabs[frame & SLAB_MASK].release(frame >>> SLAB_BITS);
    }

    /** {@return where the frame is} Until the next {@link #allocate} only, which may move it. */
    UnsafeBuffer memory(int frame) {
        return slabs[frame & SLAB_MASK].memory();
    }

    /** {@return the index in {@link #memory} of its first byte} */
    int offset(int frame) {
        return slabs[frame & SLAB_MASK].offset(frame >>> SLAB_BITS);
    }

    /** {@return the frames that there are} */
    int frames() {
        int used = 0;
        for (FrameSlab slab : slabs) {
            used += slab.used();
        }
        return used;
    }

    /** {@return the bytes that the store takes} */
    long bytes() {
        long bytes = 0;
        for (FrameSlab slab : slabs) {
            bytes += slab.bytes();
        }
        return bytes;
    }

    /** Gives all memory back. */
    void close() {
        for (FrameSlab slab : slabs) {
            slab.close();
        }
    }
}
