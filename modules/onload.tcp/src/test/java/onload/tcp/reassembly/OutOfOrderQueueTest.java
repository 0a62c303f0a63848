package onload.tcp.reassembly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;
import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

class OutOfOrderQueueTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private PacketPool pool;
    private PacketBuffers buffers;
    private OutOfOrderQueue queue;

    /** What relative numbers are relative to: the queue wraps around in every test. */
    private int base = -3000;

    @BeforeEach
    void open() {
        pool = pools.open(256);
        buffers = pool.buffers();
        queue = new OutOfOrderQueue(pool, 64);
    }

    private static byte valueAt(int relative) {
        return (byte) Math.floorMod(relative, 251);
    }

    private int packet(int from, int to) {
        int packet = pool.allocate(PacketPool.RECEIVE);
        int at = buffers.append(packet, to - from);
        for (int i = from; i < to; i++) {
            buffers.memory().putByte(at + i - from, valueAt(i));
        }
        buffers.frameLength(packet, to - from);
        return packet;
    }

    /** A chain whose buffers have so many bytes. */
    private int chain(int from, int... lengths) {
        int first = PacketBuffers.NONE;
        int last = PacketBuffers.NONE;
        int next = from;
        for (int length : lengths) {
            int part = packet(next, next + length);
            next += length;
            if (first == PacketBuffers.NONE) {
                first = part;
            } else {
                buffers.continuation(last, part);
            }
            last = part;
        }
        buffers.frameLength(first, next - from);
        return first;
    }

    private int insert(int from, int to) {
        return put(packet(from, to), from, to);
    }

    private int put(int packet, int from, int to) {
        int result = queue.insert(packet, base + from);
        if (result < 0) {
            pool.release(packet);
            if (result == OutOfOrderQueue.DUPLICATE) {
                queue.duplicate(base + from, base + to);
            }
        }
        return result;
    }

    private int[] blocks(int most) {
        int[] edges = new int[2 * queue.blocks(most)];
        for (int i = 0; i < edges.length; i += 2) {
            edges[i] = queue.leftEdge(i / 2) - base;
            edges[i + 1] = queue.rightEdge(i / 2) - base;
        }
        queue.reported();
        return edges;
    }

    private void assertBlocks(int... edges) {
        assertArrayEquals(edges, blocks(4));
    }

    /** Takes what is next and compares it; answers the bytes. */
    private int take(int rcvNxt) {
        int first = queue.takeInOrder(base + rcvNxt);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int packets = 0;
        int last = PacketBuffers.NONE;
        for (int packet = first, next; packet != PacketBuffers.NONE; packet = next) {
            next = buffers.next(packet);
            for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
                byte[] piece = new byte[buffers.length(part)];
                buffers.memory().getBytes(buffers.data(part), piece);
                bytes.writeBytes(piece);
            }
            packets++;
            last = packet;
            pool.release(packet);
        }
        assertEquals(bytes.size(), queue.takenBytes());
        assertEquals(packets, queue.takenPackets());
        assertEquals(last, queue.takenLast());
        byte[] stream = bytes.toByteArray();
        for (int i = 0; i < stream.length; i++) {
            assertEquals(valueAt(rcvNxt + i), stream[i], "byte " + (rcvNxt + i));
        }
        return stream.length;
    }

    // RFC 2018, section 4.

    @Test
    void theFirstBlockHasTheSegmentThatCameLast() {
        insert(500, 1000);
        assertBlocks(500, 1000);
        insert(2000, 2500);
        assertBlocks(2000, 2500, 500, 1000);
        insert(1000, 1500);
        assertBlocks(500, 1500, 2000, 2500);
        queue.release();
    }

    @Test
    void theExamplesOfRfc2018() {
        // Case 3: the second, fourth, sixth and last of eight segments are lost.
        base = 5000 - 3_000_000;
        insert(1000, 1500);
        assertBlocks(1000, 1500);
        insert(2000, 2500);
        assertBlocks(2000, 2500, 1000, 1500);
        insert(3000, 3500);
        assertBlocks(3000, 3500, 2000, 2500, 1000, 1500);
        // The fourth comes out of order, then the second.
        insert(1500, 2000);
        assertBlocks(1000, 2500, 3000, 3500);
        assertEquals(1500, take(1000));
        assertBlocks(3000, 3500);
        queue.release();
    }

    @Test
    void blocksThatWereReportedAreRepeatedThoughOneBlockHasGrownOften() {
        insert(1000, 1500);
        insert(3000, 3500);
        for (int i = 0; i < 10; i++) {
            insert(5000 + 500 * i, 5500 + 500 * i);
        }
        assertBlocks(5000, 10_000, 3000, 3500, 1000, 1500);
        queue.release();
    }

    @Test
    void asManyBlocksAreReportedAsThereIsRoomFor() {
        for (int i = 1; i <= 6; i++) {
            insert(1000 * i, 1000 * i + 500);
        }
        assertBlocks(6000, 6500, 5000, 5500, 4000, 4500, 3000, 3500);
        assertArrayEquals(new int[] {6000, 6500, 5000, 5500, 4000, 4500}, blocks(3));
        assertArrayEquals(new int[0], blocks(0));
        assertArrayEquals(new int[0], blocks(-3));
        queue.release();
    }

    @Test
    void blocksThatWereForgottenAreReportedWhenThereIsRoomAgain() {
        for (int i = 1; i <= 6; i++) {
            insert(1000 * i, 1000 * i + 500);
        }
        for (int i = 3; i <= 5; i++) {
            insert(1000 * i + 500, 1000 * i + 1000);
        }
        int[] edges = blocks(4);
        assertEquals(6, edges.length, "there are three blocks");
        assertEquals(3000, edges[0]);
        assertEquals(6500, edges[1]);
        queue.release();
    }

    // RFC 2883, section 4.

    @Test
    void aDuplicateThatIsAcknowledgedIsReportedOnceAndFirst() {
        insert(4000, 4500);
        queue.duplicate(base + 3000, base + 3500);
        assertTrue(queue.hasDuplicate());
        assertBlocks(3000, 3500, 4000, 4500);
        assertFalse(queue.hasDuplicate());
        assertBlocks(4000, 4500);
        queue.release();
    }

    @Test
    void aDuplicateThatIsNotAcknowledgedIsFollowedByItsBlock() {
        insert(5000, 5500);
        insert(3500, 4000);
        insert(4000, 4500);
        insert(7000, 7500);
        assertEquals(OutOfOrderQueue.DUPLICATE, insert(4000, 4500));
        assertBlocks(4000, 4500, 3500, 4500, 7000, 7500, 5000, 5500);
        queue.release();
    }

    @Test
    void whatIsCoveredByTwoHeldSegmentsInPartIsNoDuplicate() {
        insert(1000, 2000);
        insert(2000, 3000);
        int repacketized = chain(1000, 1500, 1500);
        assertEquals(1000, put(repacketized, 1000, 4000), "3000 to 4000 is new");
        // RFC 2883, section 4.2.
        assertBlocks(1000, 3000, 1000, 4000);
        assertEquals(3000, take(1000));
    }

    @Test
    void whatIsCoveredByTwoHeldSegmentsIsADuplicate() {
        insert(1000, 2000);
        insert(2000, 3000);
        assertEquals(OutOfOrderQueue.DUPLICATE, insert(1500, 2500));
        assertBlocks(1500, 2500, 1000, 3000);
        queue.release();
    }

    // Bounds.

    @Test
    void noMorePacketsAreHeldThanMayBe() {
        queue = new OutOfOrderQueue(pool, 3);
        insert(1000, 1300);
        insert(2000, 2300);
        insert(3000, 3300);
        assertEquals(OutOfOrderQueue.FULL, insert(4000, 4300));
        assertEquals(3, queue.packets());
        assertBlocks(3000, 3300, 2000, 2300, 1000, 1300);
        queue.release();
    }

    @Test
    void smallSegmentsShareABuffer() {
        for (int i = 0; i < 1000; i++) {
            assertEquals(1, insert(100 + i, 101 + i));
        }
        assertEquals(1, queue.packets());
        assertEquals(1, pool.inUse(PacketPool.RECEIVE));
        assertBlocks(100, 1100);
        assertEquals(1000, take(100));
    }

    @Test
    void aPacketThatSomebodyElseReadsIsNotAppendedTo() {
        int shared = packet(100, 110);
        pool.retain(shared);
        put(shared, 100, 110);
        insert(110, 120);
        assertEquals(10, buffers.length(shared));
        assertEquals(20, take(100));
        pool.release(shared);
    }

    @Test
    void aChainIsCutAtBothEnds() {
        insert(900, 1050);
        insert(1250, 1400);
        assertEquals(200, put(chain(1000, 100, 100, 100), 1000, 1300));
        assertBlocks(1000, 1050, 900, 1400);
        assertEquals(500, take(900));
    }

    @Test
    void aChainThatIsLateInPartIsCutWhenItIsTaken() {
        put(chain(1000, 10, 20, 30), 1000, 1060);
        assertEquals(45, take(1015));
        put(chain(2000, 10, 20, 30), 2000, 2060);
        assertEquals(0, take(2060));
        assertTrue(queue.isEmpty());
    }

    @Test
    void aQueueThatWasReleasedIsAsNew() {
        insert(1000, 1500);
        insert(1200, 1300);
        queue.release();
        assertTrue(queue.isEmpty());
        assertEquals(0, queue.bytes());
        assertEquals(0, queue.packets());
        assertFalse(queue.hasDuplicate());
        assertBlocks();
    }

    @Test
    void aSegmentHalfTheNumbersAwayIsInOrderWithOthers() {
        base = Integer.MAX_VALUE - 1000;
        insert(500, 1000);
        insert(1000, 1500);
        insert((1 << 30) - 100, 1 << 30);
        assertBlocks((1 << 30) - 100, 1 << 30, 500, 1500);
        assertEquals(1000, take(500));
        queue.release();
    }

    // The model.

    /** Bits of what is held, and the order in which blocks changed. */
    private static final class Model {
        final BitSet held = new BitSet();
        final List<Integer> touched = new ArrayList<>();
        int rcvNxt;

        void touch(int at) {
            touched.add(0, at);
        }

        int left(int at) {
            return held.previousClearBit(at) + 1;
        }

        int right(int at) {
            return held.nextClearBit(at);
        }

        /** The blocks in order of when they changed last. */
        List<Integer> blocks() {
            List<Integer> edges = new ArrayList<>();
            BitSet listed = new BitSet();
            for (int at : touched) {
                if (held.get(at) && !listed.get(at)) {
                    edges.add(left(at));
                    edges.add(right(at));
                    listed.set(left(at), right(at));
                }
            }
            return edges;
        }
    }

    @Test
    void anySegmentsGiveWhatABitmapGives() {
        Property.forAll(
                200,
                random -> {
                    base = random.anyInt();
                    queue = new OutOfOrderQueue(pool, 64);
                    Model model = new Model();
                    int largest = random.oneOf(3, 40, 700);
                    for (int step = 0; step < 60; step++) {
                        step(random, model, largest);
                    }
                    queue.release();
                    assertEquals(0, pool.inUse(PacketPool.RECEIVE));
                });
    }

    private void step(Randomness random, Model model, int largest) {
        if (random.chance(0.1)) {
            int gap = model.held.nextSetBit(model.rcvNxt);
            int next = gap < 0 ? model.rcvNxt : gap + random.between(0, 2);
            int end = model.held.nextClearBit(next);
            assertEquals(end - next, take(next));
            model.held.clear(0, end);
            model.rcvNxt = end;
        } else {
            int from = model.rcvNxt + 1 + random.between(0, 20 * largest);
            int to = from + random.between(1, largest);
            insertBoth(model, from, to);
        }
        assertEquals(model.held.cardinality(), queue.bytes());
        List<Integer> expected = model.blocks();
        int[] actual = blocks(4);
        int most = Math.min(expected.size(), 8);
        assertEquals(most, actual.length, () -> "blocks of " + expected);
        // The first is the one that changed last; all are true, whole and different.
        for (int i = 0; i < most; i += 2) {
            assertEquals(model.left(actual[i]), actual[i]);
            assertEquals(model.right(actual[i]), actual[i + 1]);
            for (int j = 0; j < i; j += 2) {
                assertTrue(actual[i] != actual[j], "a block twice");
            }
        }
    }

    private void insertBoth(Model model, int from, int to) {
        int packet = packet(from, to);
        int result = queue.insert(packet, base + from);
        int fresh = to - from - model.held.get(from, to).cardinality();
        if (result == OutOfOrderQueue.DUPLICATE) {
            assertEquals(0, fresh, "nothing is new");
            pool.release(packet);
            return;
        }
        // One piece of it is kept: the first that is new.
        int left = model.held.nextClearBit(from);
        int next = model.held.nextSetBit(left);
        int right = next < 0 ? to : Math.min(to, next);
        assertEquals(right - left, result);
        model.held.set(left, right);
        model.touch(left);
        boolean hasDuplicate = queue.hasDuplicate();
        assertEquals(left != from, hasDuplicate);
        int[] edges = blocks(4);
        int first = hasDuplicate ? 2 : 0;
        if (hasDuplicate) {
            assertEquals(from, edges[0], "the duplicate part");
            assertEquals(left, edges[1]);
        }
        assertEquals(model.left(left), edges[first], "the first block is what came last");
        assertEquals(model.right(left), edges[first + 1]);
    }

    // Memory.

    @Test
    void nothingIsAllocated() {
        // Accounts of a pool take memory.
        pool = pools.open(PoolOptions.of(64).withHugePages(HugePages.NEVER));
        buffers = pool.buffers();
        queue = new OutOfOrderQueue(pool, 64);
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        20_000,
                        1000,
                        () -> {
                            int packet = pool.allocate(PacketPool.RECEIVE);
                            buffers.append(packet, 1000);
                            queue.insert(packet, base + 500);
                            queue.blocks(3);
                            int first = queue.takeInOrder(base + 500);
                            pool.release(first);
                        }));
    }
}
