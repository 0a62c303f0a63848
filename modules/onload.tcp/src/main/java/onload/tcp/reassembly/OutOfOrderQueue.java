package onload.tcp.reassembly;

import onload.ip.support.PacketChain;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Segments of one connection that came before one that should precede them, in order and without overlaps; and what is
 * to be said of them in SACK blocks (RFC 2018, section 4), duplicates among it (RFC 2883).
 *
 * <p>What came first stays: of a segment that overlaps, only what is new before the next held one is kept. A queue is
 * attached to a connection while something is missing, and reused. Belongs to the thread of its connection.
 */
public final class OutOfOrderQueue {
    /** Answer of {@link #insert}: all of it is there already. */
    public static final int DUPLICATE = -1;

    /** Answer of {@link #insert}: there are as many packets as may be. */
    public static final int FULL = -2;

    private static final int INITIAL_CAPACITY = 16;
    private static final int KEPT_CAPACITY = 1024;
    private static final int SMALL = 256;
    private static final int MOST_RECENT = 4;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final int maxPackets;
    private int most;

    private int[] packet = new int[INITIAL_CAPACITY];
    private int[] from = new int[INITIAL_CAPACITY];
    private int[] to = new int[INITIAL_CAPACITY];
    private int size;
    private int bytes;

    /** What is contiguous, over the packets that hold it. */
    private int[] rangeLeft = new int[INITIAL_CAPACITY];

    private int[] rangeRight = new int[INITIAL_CAPACITY];
    private int ranges;

    /** A number in each of the blocks that were touched last, the last first. */
    private final int[] recent = new int[MOST_RECENT];

    private final int[] older = new int[MOST_RECENT];
    private int recents;
    private boolean hasDuplicate;
    private int duplicateLeft;
    private int duplicateRight;
    private final int[] blockLeft = new int[MOST_RECENT + 1];
    private final int[] blockRight = new int[MOST_RECENT + 1];

    private int takenLast = PacketBuffers.NONE;
    private int takenBytes;
    private int takenPackets;

    /**
     * Makes an empty queue.
     *
     * @param pool whose packets it holds
     * @param maxPackets how many at most, ≥ 1
     */
    public OutOfOrderQueue(PacketPool pool, int maxPackets) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.maxPackets = maxPackets;
        most = maxPackets;
    }

    /**
     * Sets how many packets it takes from now on; what it has it keeps.
     *
     * @param packets ≥ 1; more than it was made for are as many as that
     */
    public void limit(int packets) {
        most = Math.min(maxPackets, packets);
    }

    /** {@return whether nothing is held} */
    public boolean isEmpty() {
        return size == 0;
    }

    /** {@return the bytes that are held} */
    public int bytes() {
        return bytes;
    }

    /** {@return the sequence number after the last byte that is held, if anything is} */
    public int end() {
        return to[size - 1];
    }

    /** {@return the packets that are held} */
    public int packets() {
        return size;
    }

    /**
     * Takes in a segment.
     *
     * @param segment its packet, whose data, over the buffers that continue it, is the payload; the queue's if
     *     the answer is not negative
     * @param sequence of the first byte of the payload
     * @return the bytes that are new; {@link #DUPLICATE} or {@link #FULL}
     */
    public int insert(int segment, int sequence) {
        int length = PacketChain.length(buffers, segment);
        int at = after(sequence);
        int left = sequence;
        int right = sequence + length;
        if (at > 0 && to[at - 1] - left > 0) {
            left = to[at - 1];
        }
        while (at < size && from[at] - left <= 0) {
            left = to[at++];
        }
        if (at < size && from[at] - right < 0) {
            right = from[at];
        }
        if (right - left <= 0) {
            return DUPLICATE;
        }
        if (at > 0 && to[at - 1] == left && merge(at - 1, segment, left - sequence, right - left)) {
            to[at - 1] = right;
        } else if (size >= most) {
            return FULL;
        } else {
            PacketChain.trimTo(pool, segment, right - sequence);
            open(at);
            packet[at] = trimFront(segment, left - sequence);
            from[at] = left;
            to[at] = right;
        }
        bytes += right - left;
        touch(addRange(left, right));
        if (left != sequence) {
            // RFC 2883, section 4.2: also a part that was there already.
            duplicate(sequence, left);
        }
        return right - left;
    }

    /** {@return the place after the last segment that begins at a number or before it} */
    private int after(int sequence) {
        if (size > 0 && from[size - 1] - sequence <= 0) {
            return size;
        }
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (from[middle] - sequence <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Adds what is small to the packet before it; true if that was done and the segment's packet is home. */
    private boolean merge(int into, int segment, int skip, int length) {
        int target = packet[into];
        if (length > SMALL
                || buffers.continuation(segment) != PacketBuffers.NONE
                || buffers.continuation(target) != PacketBuffers.NONE
                || buffers.references(target) != 1
                || buffers.tailroom(target) < length) {
            return false;
        }
        int at = buffers.append(target, length);
        memory.putBytes(at, memory, buffers.data(segment) + skip, length);
        buffers.frameLength(target, buffers.length(target));
        pool.release(segment);
        return true;
    }

    private void open(int at) {
        if (size == packet.length) {
            int capacity = Math.min(maxPackets, 2 * size);
            packet = Arrays.copyOf(packet, capacity);
            from = Arrays.copyOf(from, capacity);
            to = Arrays.copyOf(to, capacity);
        }
        int tail = size - at;
        System.arraycopy(packet, at, packet, at + 1, tail);
        System.arraycopy(from, at, from, at + 1, tail);
        System.arraycopy(to, at, to, at + 1, tail);
        size++;
    }

    /** {@return the packet without its first bytes, which may be another buffer} */
    private int trimFront(int segment, int count) {
        int first = segment;
        int left = count;
        while (left > 0 && buffers.length(first) <= left) {
            int next = buffers.continuation(first);
            if (next == PacketBuffers.NONE) {
                break;
            }
            left -= buffers.length(first);
            buffers.continuation(first, PacketBuffers.NONE);
            pool.release(first);
            first = next;
        }
        buffers.trimFront(first, left);
        return first;
    }

    /**
     * Takes out what is next: the first run of packets that begins at a number, linked by {@code next}.
     *
     * @param rcvNxt the number; what is before it is dropped
     * @return the first packet of the run, the caller's from now on; or {@code PacketBuffers.NONE}
     */
    public int takeInOrder(int rcvNxt) {
        int first = PacketBuffers.NONE;
        int next = rcvNxt;
        int taken = 0;
        takenLast = PacketBuffers.NONE;
        takenBytes = 0;
        takenPackets = 0;
        for (; taken < size && from[taken] - next <= 0; taken++) {
            bytes -= to[taken] - from[taken];
            if (to[taken] - next <= 0) {
                pool.release(packet[taken]);
                continue;
            }
            int each = trimFront(packet[taken], next - from[taken]);
            takenBytes += to[taken] - next;
            takenPackets++;
            next = to[taken];
            buffers.next(each, PacketBuffers.NONE);
            if (first == PacketBuffers.NONE) {
                first = each;
            } else {
                buffers.next(takenLast, each);
            }
            takenLast = each;
        }
        close(taken);
        forgetRanges(next);
        return first;
    }

    private void close(int taken) {
        if (taken > 0) {
            size -= taken;
            System.arraycopy(packet, taken, packet, 0, size);
            System.arraycopy(from, taken, from, 0, size);
            System.arraycopy(to, taken, to, 0, size);
        }
        if (size == 0) {
            recents = 0;
        }
    }

    /** {@return the last packet of the run that {@link #takeInOrder} took out} */
    public int takenLast() {
        return takenLast;
    }

    /** {@return the bytes of that run} */
    public int takenBytes() {
        return takenBytes;
    }

    /** {@return the packets of that run} */
    public int takenPackets() {
        return takenPackets;
    }

    /** Sends everything home; the queue is as new. */
    public void release() {
        for (int i = 0; i < size; i++) {
            pool.release(packet[i]);
        }
        size = 0;
        bytes = 0;
        ranges = 0;
        recents = 0;
        hasDuplicate = false;
        if (packet.length > KEPT_CAPACITY) {
            // One that was large once is not kept so.
            packet = new int[INITIAL_CAPACITY];
            from = new int[INITIAL_CAPACITY];
            to = new int[INITIAL_CAPACITY];
        }
        if (rangeLeft.length > KEPT_CAPACITY) {
            rangeLeft = new int[INITIAL_CAPACITY];
            rangeRight = new int[INITIAL_CAPACITY];
        }
    }

    // Ranges.

    /** {@return the place of the range that new bytes are in now} Both edges touch other ranges at most. */
    private int addRange(int left, int right) {
        int at = rangeAfter(left);
        boolean joinsLower = at > 0 && rangeRight[at - 1] == left;
        boolean joinsUpper = at < ranges && rangeLeft[at] == right;
        if (joinsLower && joinsUpper) {
            rangeRight[at - 1] = rangeRight[at];
            removeRanges(at, 1);
            return at - 1;
        }
        if (joinsLower) {
            rangeRight[at - 1] = right;
            return at - 1;
        }
        if (joinsUpper) {
            rangeLeft[at] = left;
            return at;
        }
        if (ranges == rangeLeft.length) {
            rangeLeft = Arrays.copyOf(rangeLeft, 2 * ranges);
            rangeRight = Arrays.copyOf(rangeRight, 2 * ranges);
        }
        System.arraycopy(rangeLeft, at, rangeLeft, at + 1, ranges - at);
        System.arraycopy(rangeRight, at, rangeRight, at + 1, ranges - at);
        rangeLeft[at] = left;
        rangeRight[at] = right;
        ranges++;
        return at;
    }

    private void removeRanges(int at, int count) {
        int tail = ranges - at - count;
        System.arraycopy(rangeLeft, at + count, rangeLeft, at, tail);
        System.arraycopy(rangeRight, at + count, rangeRight, at, tail);
        ranges -= count;
    }

    /** {@return the place after the last range that begins at a number or before it} */
    private int rangeAfter(int sequence) {
        int low = 0;
        int high = ranges;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (rangeLeft[middle] - sequence <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void forgetRanges(int rcvNxt) {
        int gone = 0;
        while (gone < ranges && rangeRight[gone] - rcvNxt <= 0) {
            gone++;
        }
        removeRanges(0, gone);
        if (ranges > 0 && rangeLeft[0] - rcvNxt < 0) {
            rangeLeft[0] = rcvNxt;
        }
    }

    // SACK blocks.

    /** Bytes have come that were there already: the next acknowledgment says so (RFC 2883, section 4). */
    public void duplicate(int left, int right) {
        hasDuplicate = true;
        duplicateLeft = left;
        duplicateRight = right;
        int range = rangeAfter(left) - 1;
        if (range >= 0 && rangeRight[range] - left > 0) {
            // The block that it is in comes right after it.
            touch(range);
        }
    }

    /** {@return whether there is a duplicate that was not reported} */
    public boolean hasDuplicate() {
        return hasDuplicate;
    }

    /** What {@link #blocks} answered has gone out. */
    public void reported() {
        hasDuplicate = false;
    }

    /** A range was touched: it is the first to be told of, and those that were before it come after it. */
    private void touch(int range) {
        int first = rangeLeft[range];
        int kept = 0;
        for (int i = 0; i < recents; i++) {
            int each = recent[i];
            boolean isSame = each - first >= 0 && each - rangeRight[range] < 0;
            if (!isSame && kept < MOST_RECENT - 1) {
                older[kept++] = each;
            }
        }
        recent[0] = first;
        System.arraycopy(older, 0, recent, 1, kept);
        recents = kept + 1;
    }

    /**
     * Works out the blocks for an acknowledgment: a duplicate if there is one, then the block that was touched
     * last, then those that were before it (RFC 2018, section 4).
     *
     * @param most how many there is room for
     * @return how many there are
     */
    public int blocks(int most) {
        int count = 0;
        if (most <= 0) {
            return 0;
        }
        if (hasDuplicate) {
            blockLeft[0] = duplicateLeft;
            blockRight[0] = duplicateRight;
            count = 1;
        }
        for (int i = 0; i < recents && count < most; i++) {
            int range = rangeAfter(recent[i]) - 1;
            if (range >= 0 && rangeRight[range] - recent[i] > 0) {
                blockLeft[count] = rangeLeft[range];
                blockRight[count] = rangeRight[range];
                count++;
            }
        }
        // RFC 2018, section 4: as many as there is room for.
        int held = hasDuplicate ? 1 : 0;
        for (int i = ranges - 1; i >= 0 && count < most && count - held < ranges; i--) {
            if (!isListed(rangeLeft[i], held, count)) {
                blockLeft[count] = rangeLeft[i];
                blockRight[count] = rangeRight[i];
                count++;
            }
        }
        return count;
    }

    private boolean isListed(int left, int first, int end) {
        for (int i = first; i < end; i++) {
            if (blockLeft[i] == left) {
                return true;
            }
        }
        return false;
    }

    /** {@return the first number of a block} */
    public int leftEdge(int index) {
        return blockLeft[index];
    }

    /** {@return the number after the last one of a block} */
    public int rightEdge(int index) {
        return blockRight[index];
    }
}
