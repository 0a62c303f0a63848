package onload.nic.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

class PacketPoolTest {
    private static final PoolOptions PLAIN =
            PoolOptions.of(64)
                    .withLimits(64, 64)
                    .withThresholds(0, 0)
                    .withHugePages(HugePages.NEVER)
                    .withAccounting(false);

    @Test
    void aFreshBufferIsEmptyAndHasOneReference() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            int packet = pool.allocate(PacketPool.SEND);
            PacketBuffers buffers = pool.buffers();
            assertEquals(1, buffers.references(packet));
            assertEquals(0, buffers.length(packet));
            assertEquals(PacketBuffers.HEADROOM, buffers.headroom(packet));
            assertEquals(PacketBuffers.NONE, buffers.next(packet));
            assertEquals(PacketBuffers.NONE, buffers.continuation(packet));
            assertEquals(0, buffers.flags(packet));
            assertEquals(PacketPool.SEND, buffers.share(packet));
        }
    }

    @Test
    void theBufferReleasedLastIsGivenOutFirst() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            int first = pool.allocate(PacketPool.SEND);
            int second = pool.allocate(PacketPool.SEND);
            pool.release(first);
            pool.release(second);
            assertEquals(second, pool.allocate(PacketPool.SEND));
            assertEquals(first, pool.allocate(PacketPool.SEND));
        }
    }

    @Test
    void aBufferGoesHomeWithItsLastReferenceOnly() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            int packet = pool.allocate(PacketPool.SEND);
            pool.retain(packet);
            assertFalse(pool.release(packet));
            assertEquals(63, pool.available());
            assertTrue(pool.release(packet));
            assertEquals(64, pool.available());
        }
    }

    @Test
    void theLastBufferIsFollowedByNoneAndACount() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            for (int i = 0; i < 64; i++) {
                assertNotEquals(PacketBuffers.NONE, pool.allocate(PacketPool.CONTROL));
            }
            assertEquals(PacketBuffers.NONE, pool.allocate(PacketPool.CONTROL));
            assertEquals(1, pool.refused(PacketPool.CONTROL));
        }
    }

    @Test
    void aShareGetsNoMoreThanItsLimitAndDoesNotTouchTheOther() {
        try (PacketPool pool = PacketPool.open(PLAIN.withLimits(3, 5))) {
            assertEquals(3, allocateAll(pool, PacketPool.RECEIVE).size());
            assertEquals(5, allocateAll(pool, PacketPool.SEND).size());
            assertEquals(3, pool.inUse(PacketPool.RECEIVE));
            assertEquals(5, pool.inUse(PacketPool.SEND));
        }
    }

    @Test
    void underPressureSendStopsFirstThenReceiveAndControlGetsTheLast() {
        try (PacketPool pool = PacketPool.open(PLAIN.withThresholds(16, 8))) {
            assertEquals(PacketPool.NORMAL, pool.pressure());
            assertEquals(56, allocateAll(pool, PacketPool.SEND).size());
            assertEquals(PacketPool.CRITICAL, pool.pressure());
            assertEquals(4, allocateAll(pool, PacketPool.RECEIVE).size());
            assertEquals(4, allocateAll(pool, PacketPool.CONTROL).size());
            assertEquals(0, pool.available());
        }
    }

    @Test
    void pressureFollowsTheThresholdsExactly() {
        try (PacketPool pool = PacketPool.open(PLAIN.withThresholds(16, 8))) {
            for (int free = 63; free >= 0; free--) {
                pool.allocate(PacketPool.CONTROL);
                int expected =
                        free > 16
                                ? PacketPool.NORMAL
                                : free > 8 ? PacketPool.LOW : PacketPool.CRITICAL;
                assertEquals(expected, pool.pressure(), "with " + free + " free");
            }
        }
    }

    @Test
    void releasingAFrameReleasesItsContinuations() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            int first = pool.allocate(PacketPool.RECEIVE);
            int second = pool.allocate(PacketPool.RECEIVE);
            int third = pool.allocate(PacketPool.RECEIVE);
            pool.buffers().continuation(first, second);
            pool.buffers().continuation(second, third);
            pool.retain(first);
            assertFalse(pool.release(first));
            assertEquals(61, pool.available());
            assertTrue(pool.release(first));
            assertEquals(64, pool.available());
        }
    }

    @Test
    void aContinuationThatSomebodyElseHoldsStaysOutWithWhatFollowsIt() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            int first = pool.allocate(PacketPool.RECEIVE);
            int second = pool.allocate(PacketPool.RECEIVE);
            int third = pool.allocate(PacketPool.RECEIVE);
            pool.buffers().continuation(first, second);
            pool.buffers().continuation(second, third);
            pool.retain(second);
            assertTrue(pool.release(first));
            assertEquals(62, pool.available());
            assertTrue(pool.release(second));
            assertEquals(64, pool.available());
        }
    }

    @Test
    void aSecondReleaseIsCountedAndGivesNoBufferOutTwice() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            int packet = pool.allocate(PacketPool.SEND);
            pool.release(packet);
            assertFalse(pool.release(packet));
            assertEquals(1, pool.badReleases());
            assertEquals(64, pool.available());
            assertNotEquals(pool.allocate(PacketPool.SEND), pool.allocate(PacketPool.SEND));
        }
    }

    @Test
    void aRetainAtHomeIsCountedAndGivesNoBufferOutTwice() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            int packet = pool.allocate(PacketPool.SEND);
            pool.release(packet);
            pool.retain(packet);
            assertFalse(pool.release(packet));
            assertEquals(2, pool.badReleases());
            assertEquals(0, pool.inUse(PacketPool.SEND));
            assertEquals(64, pool.available());
            assertNotEquals(pool.allocate(PacketPool.SEND), pool.allocate(PacketPool.SEND));
        }
    }

    @Test
    void withAccountingASecondReleaseSaysWhoReleasedBefore() {
        try (PacketPool pool = PacketPool.open(PLAIN.withAccounting(true))) {
            int packet = pool.allocate(PacketPool.SEND);
            pool.release(packet);
            IllegalStateException error =
                    assertThrows(IllegalStateException.class, () -> pool.release(packet));
            assertTrue(String.valueOf(error.getCause()).contains("was released here"));
        }
    }

    @Test
    void withAccountingAWriteAfterTheReleaseIsFoundAtTheNextAllocation() {
        try (PacketPool pool = PacketPool.open(PLAIN.withAccounting(true))) {
            int packet = pool.allocate(PacketPool.SEND);
            int data = pool.buffers().data(packet);
            pool.release(packet);
            pool.buffers().memory().putByte(data, (byte) 1);
            IllegalStateException error =
                    assertThrows(IllegalStateException.class, () -> pool.allocate(PacketPool.SEND));
            assertTrue(String.valueOf(error.getMessage()).contains("at offset 256"));
        }
    }

    @Test
    void withAccountingARetainAtHomeIsRefused() {
        try (PacketPool pool = PacketPool.open(PLAIN.withAccounting(true))) {
            int packet = pool.allocate(PacketPool.SEND);
            pool.release(packet);
            assertThrows(IllegalStateException.class, () -> pool.retain(packet));
        }
    }

    @Test
    void whatIsNotHomeIsNamedWithThePlaceOfItsAllocation() {
        try (PacketPool pool = PacketPool.open(PLAIN.withAccounting(true))) {
            assertEquals("", pool.outstanding());
            int packet = pool.allocate(PacketPool.SEND);
            String text = pool.outstanding();
            assertTrue(text.startsWith("1 of 64 packet buffers are not home: " + packet), text);
            assertTrue(text.contains("PacketPoolTest.java"), text);
            pool.release(packet);
            assertEquals("", pool.outstanding());
        }
    }

    @Test
    void noOrderOfAllocationAndReleaseLosesOrDoublesABuffer() {
        Property.forAll(
                200,
                random -> {
                    try (PacketPool pool =
                            PacketPool.open(PLAIN.withAccounting(true).withThresholds(8, 4))) {
                        Deque<Integer> held = new ArrayDeque<>();
                        for (int step = 0; step < 500; step++) {
                            if (held.isEmpty() || random.chance(0.55)) {
                                int packet = pool.allocate(random.between(0, 2));
                                if (packet != PacketBuffers.NONE) {
                                    assertFalse(held.contains(packet), "given out twice");
                                    held.add(packet);
                                    if (random.flip()) {
                                        pool.retain(packet);
                                        held.addFirst(packet);
                                    }
                                }
                            } else {
                                pool.release(random.flip() ? held.pollFirst() : held.pollLast());
                            }
                            long distinct = held.stream().distinct().count();
                            assertEquals(64, pool.available() + distinct);
                        }
                        held.forEach(pool::release);
                        assertEquals("", pool.outstanding());
                        assertEquals(0, pool.badReleases());
                    }
                });
    }

    @Test
    void headersAreWrittenDownwardUntilTheHeadroomIsUsed() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            PacketBuffers buffers = pool.buffers();
            int packet = pool.allocate(PacketPool.SEND);
            int payload = buffers.append(packet, 100);
            assertEquals(buffers.position(packet) + 256, payload);
            assertEquals(payload - 20, buffers.prepend(packet, 20));
            assertEquals(120, buffers.length(packet));
            assertEquals(PacketBuffers.NONE, buffers.prepend(packet, 109));
            assertEquals(payload - 128, buffers.prepend(packet, 108));
            assertEquals(0, buffers.headroom(packet));
            buffers.trimFront(packet, 128);
            buffers.trimBack(packet, 1);
            assertEquals(payload, buffers.data(packet));
            assertEquals(99, buffers.length(packet));
        }
    }

    @Test
    void aBufferTakesDataToItsLastByteAndNotMore() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            PacketBuffers buffers = pool.buffers();
            int packet = pool.allocate(PacketPool.SEND);
            assertEquals(PacketBuffers.NONE, buffers.append(packet, buffers.dataCapacity() + 1));
            assertEquals(PacketBuffers.NONE, buffers.append(packet, Integer.MAX_VALUE));
            assertNotEquals(PacketBuffers.NONE, buffers.append(packet, buffers.dataCapacity()));
            assertEquals(0, buffers.tailroom(packet));
            assertEquals(PacketBuffers.NONE, buffers.append(packet, Integer.MAX_VALUE));
        }
    }

    @Test
    void buffersDoNotOverlap() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            PacketBuffers buffers = pool.buffers();
            List<Integer> packets = allocateAll(pool, PacketPool.SEND);
            for (int packet : packets) {
                int at = buffers.append(packet, buffers.dataCapacity());
                buffers.memory().setMemory(at, buffers.dataCapacity(), (byte) packet);
            }
            for (int packet : packets) {
                assertEquals(1, buffers.references(packet));
                int data = buffers.data(packet);
                for (int i = 0; i < buffers.dataCapacity(); i++) {
                    assertEquals((byte) packet, buffers.memory().getByte(data + i));
                }
                assertEquals(packet, buffers.packetAt(data));
            }
        }
    }

    @Test
    void allocationAndReleaseMakeNoGarbage() {
        try (PacketPool pool = PacketPool.open(PLAIN)) {
            assertEquals(
                    0,
                    AllocatedBytes.perRun(
                            20_000, 10_000, () -> pool.release(pool.allocate(PacketPool.RECEIVE))));
        }
    }

    @Test
    void optionsOutOfRangeAreRefusedByName() {
        IllegalArgumentException error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> PoolOptions.of(16).withThresholds(4, 5));
        assertEquals(
                "criticalThreshold of a packet pool cannot be 5; expected 0 to 4",
                error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> PoolOptions.of(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> PacketPool.open(PLAIN.withBufferLength(3000)));
        assertThrows(
                IllegalArgumentException.class,
                () -> PacketPool.open(PoolOptions.of(2_000_000).withHugePages(HugePages.NEVER)));
    }

    private static List<Integer> allocateAll(PacketPool pool, int share) {
        List<Integer> packets = new ArrayList<>();
        int packet = pool.allocate(share);
        while (packet != PacketBuffers.NONE) {
            packets.add(packet);
            packet = pool.allocate(share);
        }
        return packets;
    }
}
