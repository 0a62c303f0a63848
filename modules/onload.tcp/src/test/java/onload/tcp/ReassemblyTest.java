package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.numbered;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.tcp.counter.TcpCounter;
import onload.tcp.reassembly.OutOfOrderQueue;
import onload.wire.InternetChecksum;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Segments out of order, twice, in part, and in many buffers; the FIN among them. */
class ReassemblyTest {
    private static TcpScene established() {
        return new TcpScene().accepted(syn().mss(1460).sackPermitted());
    }

    // All permutations.

    private static List<int[]> permutations(int count) {
        List<int[]> all = new ArrayList<>();
        permute(new int[count], 0, 0, all);
        return all;
    }

    private static void permute(int[] order, int at, int used, List<int[]> all) {
        if (at == order.length) {
            all.add(order.clone());
            return;
        }
        for (int i = 0; i < order.length; i++) {
            if ((used & 1 << i) == 0) {
                order[at] = i;
                permute(order, at + 1, used | 1 << i, all);
            }
        }
    }

    /** Segment i is from edges[i][0] to edges[i][1]; after each, ACK and blocks are what a bitmap says. */
    private static void inAllOrders(int[][] edges, boolean hasFin) {
        int end = 0;
        for (int[] each : edges) {
            end = Math.max(end, each[1]);
        }
        for (int[] order : permutations(edges.length)) {
            try (TcpScene scene = established()) {
                BitSet held = new BitSet();
                for (int i : order) {
                    receive(scene, held, edges[i][0], edges[i][1], hasFin && edges[i][1] == end);
                }
                // What overlapped two may have to come once more.
                receive(scene, held, 1, end, hasFin);
                String name = Arrays.toString(order);
                assertArrayEquals(numbered(1, end - 1), scene.readsBytes(end), name);
                assertEquals(
                        hasFin ? TcpState.CLOSE_WAIT : TcpState.ESTABLISHED,
                        scene.connection.state(),
                        name);
            }
        }
    }

    private static void receive(TcpScene scene, BitSet held, int from, int to, boolean hasFin) {
        boolean isWhole = held.nextClearBit(1) >= to;
        Segment each = segment(hasFin ? "F." : ".").seq(from).payload(numbered(from, to - from));
        scene.receives(each.ack(1));
        // What is kept is the first piece that is new; all of it if it is next.
        int next = held.nextClearBit(1);
        int left = held.nextClearBit(from);
        int after = held.nextSetBit(left);
        int right = from <= next || after < 0 ? to : Math.min(to, after);
        if (left < right) {
            held.set(left, right);
        }
        scene.after(40);
        assertTrue(scene.sentCount() <= 1, scene::describe);
        int rcvNxt = held.nextClearBit(1);
        if (scene.sentCount() == 1 && !isWhole) {
            TcpConnection c = scene.connection;
            int ack = c.rcvNxt - c.irs - (c.state == TcpState.CLOSE_WAIT ? 1 : 0);
            assertEquals(rcvNxt, ack, scene::describe);
            OutOfOrderQueue missing = c.outOfOrder;
            int blocks = missing == null ? 0 : missing.blocks(4);
            for (int i = 0; missing != null && i < blocks; i++) {
                int l = missing.leftEdge(i) - c.irs;
                int r = missing.rightEdge(i) - c.irs;
                assertEquals(r, held.nextClearBit(l), scene::describe);
                assertEquals(l, held.previousClearBit(l) + 1, scene::describe);
            }
            assertEquals(Math.min(4, runsAfter(held, rcvNxt)), blocks, scene::describe);
        }
        scene.takeAllSent();
    }

    private static int runsAfter(BitSet held, int at) {
        int runs = 0;
        for (int i = held.nextSetBit(at); i >= 0; i = held.nextSetBit(held.nextClearBit(i))) {
            runs++;
        }
        return runs;
    }

    @Test
    void fourSegmentsInAllOrders() {
        inAllOrders(new int[][] {{1, 301}, {301, 601}, {601, 901}, {901, 1201}}, false);
    }

    @Test
    void fourSmallSegmentsWithAFinInAllOrders() {
        inAllOrders(new int[][] {{1, 11}, {11, 21}, {21, 31}, {31, 41}}, true);
    }

    @Test
    void fourOverlappingSegmentsInAllOrders() {
        inAllOrders(new int[][] {{1, 401}, {201, 701}, {601, 901}, {801, 1201}}, false);
    }

    @Test
    void fourSegmentsThatContainEachOtherInAllOrders() {
        inAllOrders(new int[][] {{1, 1201}, {301, 901}, {301, 1201}, {1, 601}}, true);
    }

    @Test
    void fiveSegmentsInAllOrders() {
        inAllOrders(
                new int[][] {{1, 301}, {301, 601}, {601, 901}, {901, 1201}, {1201, 1501}}, true);
    }

    @Test
    void fiveOverlappingSegmentsInAllOrders() {
        inAllOrders(new int[][] {{1, 11}, {6, 30}, {20, 25}, {28, 41}, {35, 61}}, true);
    }

    // Acknowledgments.

    @Test
    void aGapIsAnsweredAtOnceByADuplicateAcknowledgment() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1460))) {
            scene.receives(data(11, 10).ack(1)).sends(ack().seq(1).ack(1));
            scene.receives(data(21, 10).ack(1)).sends(ack().seq(1).ack(1));
        }
    }

    @Test
    void aGapIsAnsweredThoughDataGoesTheOtherWay() {
        try (TcpScene scene = established()) {
            scene.writes(new byte[27 * 1460]).takeAllSent();
            scene.receives(data(11, 10).ack(14_601));
            // Full segments have no room for blocks, and are no duplicates.
            int count = scene.sentCount();
            assertTrue(count > 1, "full segments");
            for (int i = 0; i < count - 1; i++) {
                scene.takeSent("data");
            }
            scene.sends(ack().ack(1).sack(11, 21)).ignoreRest();
        }
    }

    @Test
    void aGapThatIsFilledInPartIsAnsweredAtOnce() {
        try (TcpScene scene = established()) {
            scene.receives(data(21, 10).ack(1)).sends(ack().ack(1).sack(21, 31));
            scene.receives(data(1, 10).ack(1)).sends(ack().ack(11).sack(21, 31));
            scene.receives(data(11, 10).ack(1)).sends(ack().ack(31).sack());
            scene.reads();
        }
    }

    @Test
    void aDuplicateIsAnsweredAtOnceWithItsNumbers() {
        try (TcpScene scene = established()) {
            scene.receives(data(1, 100).ack(1)).sends(ack().ack(101).sack());
            scene.receives(data(1, 100).ack(1)).sends(ack().ack(101).sack(1, 101));
            scene.receives(data(51, 100).ack(1)).sends(ack().ack(151).sack(51, 101));
            scene.receives(data(201, 100).ack(1)).sends(ack().ack(151).sack(201, 301));
            scene.receives(data(201, 100).ack(1)).sends(ack().ack(151).sack(201, 301, 201, 301));
            scene.reads();
        }
    }

    @Test
    void withTimestampsThreeBlocksHaveRoom() {
        try (TcpScene scene = new TcpScene()) {
            scene.accepted(syn().mss(1460).sackPermitted().timestamps());
            for (int i = 1; i <= 4; i++) {
                scene.receives(data(100 * i, 10).ack(1));
            }
            scene.takeSent("1").takeSent("2").takeSent("3");
            scene.sends(ack().ack(1).sack(400, 410, 300, 310, 200, 210));
        }
    }

    @Test
    void aBatchIsAnsweredOnce() {
        try (TcpScene scene = established()) {
            scene.events();
            Segment[] batch = new Segment[20];
            for (int i = 0; i < batch.length; i++) {
                batch[i] = data(1 + 1000 * i, 1000).ack(1);
            }
            scene.receives(batch).sends(ack().ack(20_001)).sendsNothing();
            assertEquals(TcpEvents.READABLE, scene.events());
            assertEquals(20_000, scene.readsBytes(20_000).length);
        }
    }

    @Test
    void aBatchOfGapsIsAnsweredOnce() {
        try (TcpScene scene = established()) {
            scene.receives(data(201, 10).ack(1), data(101, 10).ack(1), data(401, 10).ack(1));
            scene.sends(ack().ack(1).sack(401, 411, 101, 111, 201, 211)).sendsNothing();
        }
    }

    // FIN.

    @Test
    void aFinThatCameEarlyWaits() {
        try (TcpScene scene = established()) {
            scene.receives(fin().seq(11).ack(1)).sends(ack().ack(1)).is(TcpState.ESTABLISHED);
            scene.receives(data(1, 10).ack(1)).sends(ack().ack(12)).is(TcpState.CLOSE_WAIT);
            assertEquals(10, scene.readsBytes(20).length);
            assertEquals(TcpConnection.END_OF_STREAM, scene.tryRead());
        }
    }

    @Test
    void whatComesAfterAFinIsDropped() {
        try (TcpScene scene = established()) {
            scene.receives(fin().seq(11).ack(1)).takeAllSent();
            scene.receives(data(12, 10).ack(1)).takeAllSent();
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_AFTER_FIN));
            scene.receives(data(1, 10).ack(1)).sends(ack().ack(12)).is(TcpState.CLOSE_WAIT);
            scene.receives(data(12, 10).ack(1)).takeAllSent();
            assertEquals(10, scene.readsBytes(100).length);
        }
    }

    @Test
    void aFinThatComesTwiceIsAcknowledgedTwice() {
        try (TcpScene scene = established()) {
            scene.receives(fin().seq(1).ack(1)).sends(ack().ack(2));
            scene.receives(fin().seq(1).ack(1)).sends(ack().ack(2)).is(TcpState.CLOSE_WAIT);
        }
    }

    @Test
    void aFinInTheMiddleOfWhatIsHeldIsNotBelieved() {
        try (TcpScene scene = established()) {
            scene.receives(data(101, 100).ack(1)).takeAllSent();
            scene.receives(fin().seq(51).ack(1)).takeAllSent();
            scene.receives(data(1, 100).ack(1)).takeAllSent();
            scene.receives(fin().seq(201).ack(1)).takeAllSent();
            assertArrayEquals(numbered(1, 200), scene.readsBytes(300));
            scene.is(TcpState.CLOSE_WAIT);
        }
    }

    // Memory.

    @Test
    void smallSegmentsDoNotPinBuffers() {
        try (TcpScene scene = established()) {
            int before = scene.pool.inUse(PacketPool.RECEIVE);
            for (int i = 0; i < 10_000; i++) {
                scene.receives(data(1 + i, 1).ack(1));
                scene.takeAllSent();
            }
            int held = scene.pool.inUse(PacketPool.RECEIVE) - before;
            assertTrue(held <= 8, () -> "buffers: " + held);
            assertArrayEquals(numbered(1, 10_000), scene.readsBytes(20_000));
            scene.takeAllSent();
        }
    }

    @Test
    void segmentsOfMiddleSizeHoldNoMoreThanThreeTimesTheBuffer() {
        try (TcpScene scene = established()) {
            int before = scene.pool.inUse(PacketPool.RECEIVE);
            for (int next = 1; scene.connection.rcvWnd() >= 257; next += 257) {
                scene.receives(data(next, 257).ack(1)).takeAllSent();
            }
            int held = scene.pool.inUse(PacketPool.RECEIVE) - before;
            int most = 3 * scene.connection.receiveBuffer() / scene.pool.buffers().dataCapacity();
            assertTrue(held <= most + 2, () -> "buffers: " + held + " of " + most);
        }
    }

    @Test
    void noMoreSegmentsWaitThanMayBe() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.MAX_OUT_OF_ORDER_PACKETS, 4);
        try (TcpScene scene = new TcpScene(settings).accepted(syn().mss(1460).sackPermitted())) {
            for (int i = 1; i <= 6; i++) {
                scene.receives(data(1000 * i, 500).ack(1));
            }
            assertEquals(2, scene.count(TcpCounter.RECEIVE_DROPPED_OUT_OF_ORDER_FULL));
            scene.takeAllSent();
            scene.receives(data(1, 1000).ack(1)).takeAllSent();
            for (int next = 1001; next < 6500; next += 1000) {
                scene.receives(data(next, Math.min(1000, 6500 - next)).ack(1)).takeAllSent();
            }
            assertArrayEquals(numbered(1, 6499), scene.readsBytes(10_000));
            scene.takeAllSent();
        }
    }

    @Test
    void buffersOfWhatWaitsAreAtMostTwiceTheReceiveBuffer() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.RECEIVE_BUFFER_BYTES, 1 << 19);
        try (TcpScene scene = new TcpScene(settings).accepted(syn().mss(1460).sackPermitted())) {
            int most = 2 * ((1 << 19) / scene.pool.buffers().dataCapacity());
            for (int i = 1; i <= most + 7; i++) {
                scene.receives(data(1 + 100 * i, 50).ack(1)).ignoreRest();
            }
            assertEquals(7, scene.count(TcpCounter.RECEIVE_DROPPED_OUT_OF_ORDER_FULL));
        }
    }

    @Test
    void nothingIsLostForEverWhenBuffersRunOut() {
        TcpScene small = new TcpScene(TcpSettings.DEFAULT, false, 1500, 384);
        try (TcpScene scene = small.accepted(syn().mss(1460).sackPermitted())) {
            List<Integer> hoard = new ArrayList<>();
            while (scene.pool.pressure() != PacketPool.CRITICAL) {
                hoard.add(scene.pool.allocate(PacketPool.CONTROL));
            }
            scene.receives(data(1461, 1000).ack(1)).takeAllSent();
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_PRESSURE));
            assertEquals(TcpConnection.WOULD_BLOCK, scene.tryWrite(new byte[1]));
            scene.receives(data(1, 1460).ack(1)).sends(ack().ack(1461));
            hoard.forEach(scene.pool::release);
            scene.receives(data(1461, 1000).ack(1)).sends(ack().ack(2461));
            assertArrayEquals(numbered(1, 2460), scene.readsBytes(5000));
            scene.writes("abc").sends(data("abc"));
        }
    }

    @Test
    void aUserWhoFoundNoBufferIsToldWhenThereIsRoom() {
        TcpScene small = new TcpScene(TcpSettings.DEFAULT, false, 1500, 384);
        try (TcpScene scene = small.accepted(syn().mss(1000))) {
            scene.writes(new byte[500]).takeSent("data");
            List<Integer> hoard = new ArrayList<>();
            while (scene.pool.pressure() != PacketPool.CRITICAL) {
                hoard.add(scene.pool.allocate(PacketPool.CONTROL));
            }
            assertEquals(TcpConnection.WOULD_BLOCK, scene.tryWrite(new byte[100]));
            scene.events();
            hoard.forEach(scene.pool::release);
            scene.receives(ack().ack(501));
            assertEquals(TcpEvents.WRITABLE, scene.events());
        }
    }

    // Buffers.

    /** A segment in IP fragments: it arrives as a chain of buffers. */
    private static void receivesFragments(TcpScene scene, Segment s, int size) {
        byte[] frame = scene.frame(s);
        int header = 14 + 20;
        for (int at = 0; at < frame.length - header; at += size) {
            int length = Math.min(size, frame.length - header - at);
            byte[] part = Arrays.copyOf(frame, header + length);
            System.arraycopy(frame, header + at, part, header, length);
            UnsafeBuffer buffer = new UnsafeBuffer(part);
            boolean isLast = at + length == frame.length - header;
            put16(part, 14 + 2, 20 + length);
            put16(part, 14 + 4, 77);
            put16(part, 14 + 6, (isLast ? 0 : 0x2000) | at >> 3);
            put16(part, 14 + 10, 0);
            put16(part, 14 + 10, InternetChecksum.fold(InternetChecksum.sum(buffer, 14, 20, 0)));
            scene.nic.inject(part);
        }
        scene.settle();
    }

    private static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >> 8);
        bytes[at + 1] = (byte) value;
    }

    private static Segment large(int seq, int bytes) {
        return data(seq, bytes).ack(1);
    }

    @Test
    void aSegmentInManyBuffersIsRead() {
        try (TcpScene scene = established()) {
            receivesFragments(scene, large(1, 4000), 1400);
            assertEquals(4000, scene.connection.available(), scene::describe);
            scene.after(40).takeAllSent();
            assertArrayEquals(numbered(1, 1000), scene.readsBytes(1000));
            assertArrayEquals(numbered(1001, 1500), scene.readsBytes(1500));
            assertArrayEquals(numbered(2501, 1500), scene.readsBytes(9000));
        }
    }

    @Test
    void aSegmentInManyBuffersIsCutAtTheLeft() {
        try (TcpScene scene = established()) {
            scene.receives(data(1, 1400).ack(1)).after(40).takeAllSent();
            scene.receives(data(1401, 600).ack(1)).after(40).takeAllSent();
            receivesFragments(scene, large(1, 4000), 1400);
            scene.after(40).takeAllSent();
            assertArrayEquals(numbered(1, 4000), scene.readsBytes(9000));
        }
    }

    @Test
    void aSegmentInManyBuffersIsCutAtTheRight() {
        TcpSettings small =
                TcpSettings.DEFAULT
                        .with(TcpSetting.RECEIVE_BUFFER_BYTES, 2000)
                        .with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, 2000);
        try (TcpScene scene = new TcpScene(small).accepted(syn().mss(1460))) {
            receivesFragments(scene, large(1, 4000), 1400);
            scene.sends(ack().ack(2001).window(0));
            assertArrayEquals(numbered(1, 2000), scene.readsBytes(9000));
            scene.takeAllSent();
        }
    }

    @Test
    void segmentsInManyBuffersWaitForOneThatIsMissing() {
        try (TcpScene scene = established()) {
            receivesFragments(scene, large(2001, 3000), 1400);
            receivesFragments(scene, large(4001, 3000), 1400);
            scene.takeAllSent();
            receivesFragments(scene, large(1, 3000), 1400);
            scene.sends(ack().ack(7001));
            assertArrayEquals(numbered(1, 7000), scene.readsBytes(9000));
        }
    }

    @Test
    void peekedBytesStay() {
        try (TcpScene scene = established()) {
            receivesFragments(scene, large(1, 3000), 1400);
            scene.receives(data(3001, 1000).ack(1)).after(40).takeAllSent();
            byte[] bytes = new byte[5000];
            assertEquals(4000, scene.connection.peek(new UnsafeBuffer(bytes), 0, 5000));
            assertArrayEquals(numbered(1, 4000), Arrays.copyOf(bytes, 4000));
            assertEquals(10, scene.connection.peek(new UnsafeBuffer(bytes), 0, 10));
            assertArrayEquals(numbered(1, 4000), scene.readsBytes(5000));
            assertEquals(
                    TcpConnection.WOULD_BLOCK,
                    scene.connection.peek(new UnsafeBuffer(bytes), 0, 10));
        }
    }

    private static byte[] takes(TcpScene scene) {
        int packet = scene.connection.receivePacket(scene.nowNs());
        assertTrue(packet >= 0, scene::describe);
        PacketBuffers buffers = scene.pool.buffers();
        List<Byte> all = new ArrayList<>();
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            for (int i = 0; i < buffers.length(part); i++) {
                all.add(buffers.memory().getByte(buffers.data(part) + i));
            }
        }
        assertEquals(all.size(), buffers.frameLength(packet), "frame length");
        scene.pool.release(packet);
        scene.settle();
        byte[] bytes = new byte[all.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = all.get(i);
        }
        return bytes;
    }

    @Test
    void packetsAreTakenWithoutACopy() {
        try (TcpScene scene = established()) {
            scene.receives(data(1, 1000).ack(1), data(1001, 1000).ack(1)).takeAllSent();
            assertArrayEquals(numbered(1, 1000), takes(scene));
            assertEquals(1000, scene.connection.available());
            assertArrayEquals(numbered(1001, 1000), takes(scene));
            assertEquals(TcpConnection.WOULD_BLOCK, scene.connection.receivePacket(scene.nowNs()));
        }
    }

    @Test
    void aPacketThatWasReadInPartIsTakenFromThere() {
        try (TcpScene scene = established()) {
            scene.receives(data(1, 1000).ack(1)).takeAllSent();
            scene.readsBytes(300);
            assertArrayEquals(numbered(301, 700), takes(scene));
        }
    }

    @Test
    void aChainThatWasReadInPartIsTakenFromThere() {
        try (TcpScene scene = established()) {
            receivesFragments(scene, large(1, 3000), 1400);
            scene.readsBytes(2000);
            assertArrayEquals(numbered(2001, 1000), takes(scene));
            scene.after(40).takeAllSent();
        }
    }

    @Test
    void smallSegmentsThatWereJoinedAreTakenAsOne() {
        try (TcpScene scene = established()) {
            scene.receives(data(1, 10).ack(1), data(11, 10).ack(1)).takeAllSent();
            assertArrayEquals(numbered(1, 20), takes(scene));
        }
    }

    @Test
    void segmentsThatWaitedAreTakenInOrder() {
        try (TcpScene scene = established()) {
            scene.receives(data(1001, 1000).ack(1), data(501, 1000).ack(1), data(1, 600).ack(1));
            scene.takeAllSent();
            List<byte[]> parts = new ArrayList<>();
            while (scene.connection.available() > 0) {
                parts.add(takes(scene));
            }
            int next = 1;
            for (byte[] part : parts) {
                assertArrayEquals(numbered(next, part.length), part);
                next += part.length;
            }
            assertEquals(2001, next);
        }
    }

    // Urgent data (RFC 9293, section 3.8.5; RFC 6093).

    @Test
    void urgentDataIsReportedAndItsPlaceKnown() {
        try (TcpScene scene = established()) {
            scene.events();
            scene.receives(segment(".U").seq(1).ack(1).payload("abcde").urgentPointer(3));
            assertEquals(TcpEvents.URGENT | TcpEvents.READABLE, scene.events());
            scene.after(40).takeAllSent();
            assertEquals(2, scene.connection.urgentMark());
            scene.readsBytes(2);
            assertEquals(0, scene.connection.urgentMark());
            scene.readsBytes(1);
            assertEquals(-1, scene.connection.urgentMark());
            assertEquals("de", scene.reads());
        }
    }

    @Test
    void urgentDataIsAnnouncedBeforeItComes() {
        try (TcpScene scene = established()) {
            scene.events();
            scene.receives(segment(".U").seq(1).ack(1).payload("ab").urgentPointer(1000));
            assertEquals(999, scene.connection.urgentMark());
            scene.after(40).takeAllSent();
            scene.events();
            scene.receives(segment(".U").seq(3).ack(1).payload("cd").urgentPointer(998));
            assertEquals(TcpEvents.READABLE, scene.events(), "the same is announced once");
            scene.after(40).takeAllSent();
            scene.reads();
        }
    }

    @Test
    void anUrgentPointerToWhatWasReadIsIgnored() {
        try (TcpScene scene = established()) {
            scene.receives(data(1, 100).ack(1)).takeAllSent().readsBytes(100);
            scene.events();
            scene.receives(segment(".U").seq(101).ack(1).urgentPointer(0)).takeAllSent();
            assertEquals(0, scene.events());
            assertEquals(-1, scene.connection.urgentMark());
        }
    }

    @Test
    void anUrgentPointerWithoutTheFlagIsIgnored() {
        try (TcpScene scene = established()) {
            scene.receives(segment(".").seq(1).ack(1).payload("abc").urgentPointer(3));
            scene.takeAllSent();
            assertEquals(-1, scene.connection.urgentMark());
            scene.reads();
        }
    }

    @Test
    void urgentDataIsSentWithAPointerToTheByteAfterIt() {
        try (TcpScene scene = established()) {
            assertEquals(1, scene.connection.sendUrgent((byte) '!', scene.nowNs()));
            scene.settle().sends(segment("P.U").seq(1).payload("!").urgentPointer(1));
            scene.receives(ack().ack(2)).writes("x").sends(data("x").urgentPointer(0));
        }
    }

    @Test
    void urgentDataIsAnnouncedByAllSegmentsBeforeIt() {
        try (TcpScene scene = established()) {
            scene.receives(ack().seq(1).ack(1).window(0));
            scene.writes(numbered(1, 1460));
            assertEquals(1, scene.connection.sendUrgent((byte) '!', scene.nowNs()));
            scene.receives(ack().seq(1).ack(1).window(5000));
            scene.sends(segment(".U").payload(numbered(1, 1460)).seq(1).urgentPointer(1461));
            scene.sends(segment("P.U").payload("!").seq(1461).urgentPointer(1));
        }
    }

    @Test
    void urgentDataIsAnnouncedAgainWithARetransmission() {
        try (TcpScene scene = established()) {
            scene.connection.sendUrgent((byte) '!', scene.nowNs());
            scene.settle().takeSent("!").after(200);
            scene.sends(segment("P.U").seq(1).payload("!").urgentPointer(1));
        }
    }
}
