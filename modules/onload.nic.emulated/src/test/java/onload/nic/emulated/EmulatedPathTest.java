package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.testkit.PacketPools;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmulatedPathTest {
    private static final long STORAGE_BYTES = 1 << 20;
    private static final LinkSettings DELAYED = LinkSettings.builder().delayNs(100).build();

    @RegisterExtension final PacketPools pools = new PacketPools();

    private static EmulatedPath path(LinkSettings settings) {
        return EmulatedPath.there(settings, 1, STORAGE_BYTES);
    }

    private PacketPool pool() {
        return pools.open(
                PoolOptions.of(2048)
                        .withBufferLength(512)
                        .withLimits(2048, 2048)
                        .withThresholds(0, 0));
    }

    /** Sends a frame of some buffers with so many bytes in each, which count up. */
    private void send(EmulatedPath path, long nowNs, int parts, int bytes) {
        PacketPool pool = pool();
        PacketBuffers buffers = pool.buffers();
        int first = PacketBuffers.NONE;
        int last = PacketBuffers.NONE;
        for (int i = 0; i < parts; i++) {
            int packet = pool.allocate(PacketPool.SEND);
            int at = buffers.append(packet, bytes);
            for (int j = 0; j < bytes; j++) {
                buffers.memory().putByte(at + j, (byte) (i * bytes + j));
            }
            if (first == PacketBuffers.NONE) {
                first = packet;
            } else {
                buffers.continuation(last, packet);
            }
            last = packet;
        }
        path.send(nowNs, buffers, first);
        pool.release(first);
    }

    private static long count(EmulatedPath path, LinkCounter counter) {
        return path.counters().get(counter);
    }

    @ParameterizedTest
    @CsvSource({"1,0", "1,1", "2,100", "3,1", "100,15", "5,0", "511,100"})
    void aFrameOfSeveralBuffersComesOutInOnePiece(int parts, int bytes) {
        try (EmulatedPath path = path(DELAYED)) {
            send(path, 0, parts, bytes);
            assertTrue(path.next(100));
            byte[] frame = new byte[path.length()];
            path.read(0, new UnsafeBuffer(frame), 0, frame.length);
            byte[] expected = new byte[parts * bytes];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = (byte) i;
            }
            assertArrayEquals(expected, frame);
        }
    }

    @Test
    void aFrameThatIsNotRemovedStaysTheNextOne() {
        try (EmulatedPath path = path(DELAYED)) {
            send(path, 0, 1, 50);
            send(path, 1, 1, 60);
            assertFalse(path.next(99));
            assertTrue(path.next(1000));
            assertTrue(path.next(1000));
            assertEquals(50, path.length());
            assertEquals(100, path.arrivedNs());
            assertEquals(100, path.nextDueNs());
            assertEquals(2, path.framesInFlight());
            path.remove();
            assertEquals(101, path.nextDueNs());
            assertTrue(path.next(1000));
            assertEquals(60, path.length());
        }
    }

    @Test
    void removingWhatIsNotThereDoesNothing() {
        try (EmulatedPath path = path(DELAYED)) {
            send(path, 0, 1, 50);
            path.remove();
            assertTrue(path.next(100));
            path.remove();
            path.remove();
            assertEquals(0, path.framesInFlight());
            assertEquals(1, count(path, LinkCounter.DELIVERED_FRAMES));
            assertEquals(50, count(path, LinkCounter.DELIVERED_BYTES));
        }
    }

    @Test
    void itGrowsUnderAFrameThatIsNotRemoved() {
        try (EmulatedPath path = path(LinkSettings.PERFECT)) {
            send(path, 0, 1, 100);
            assertTrue(path.next(0));
            for (int i = 0; i < 2000; i++) {
                send(path, 0, 1, 10);
            }
            byte[] frame = new byte[100];
            path.read(0, new UnsafeBuffer(frame), 0, 100);
            assertEquals(99, frame[99]);
        }
    }

    @ParameterizedTest
    @CsvSource({"-1,1", "0,51", "51,0", "50,1", "0,-1", "2147483647,1", "1,2147483647"})
    void nothingIsReadBeyondAFrame(int from, int bytes) {
        try (EmulatedPath path = path(LinkSettings.PERFECT)) {
            send(path, 0, 1, 50);
            assertTrue(path.next(0));
            UnsafeBuffer target = new UnsafeBuffer(new byte[100]);
            assertThrows(IndexOutOfBoundsException.class, () -> path.read(from, target, 0, bytes));
        }
    }

    @Test
    void nothingIsReadWithoutAFrame() {
        try (EmulatedPath path = path(DELAYED)) {
            send(path, 0, 1, 50);
            UnsafeBuffer target = new UnsafeBuffer(new byte[100]);
            assertThrows(IndexOutOfBoundsException.class, () -> path.read(0, target, 0, 1));
        }
    }

    @ParameterizedTest
    @CsvSource({"513,1", "500,200", "1000,0"})
    void aFrameLongerThanAnyOrOfTooManyBuffersIsDropped(int parts, int bytes) {
        try (EmulatedPath path = path(DELAYED)) {
            send(path, 0, parts, bytes);
            assertEquals(1, count(path, LinkCounter.ENTERED_FRAMES));
            assertEquals(1, count(path, LinkCounter.DROPPED_TOO_LONG));
            assertEquals(0, path.framesInFlight());
        }
    }

    @Test
    void withoutStorageEveryFrameIsDropped() {
        try (EmulatedPath path = EmulatedPath.back(DELAYED, 1, 0)) {
            send(path, 0, 1, 50);
            assertEquals(1, count(path, LinkCounter.DROPPED_NO_ROOM));
        }
        assertThrows(IllegalArgumentException.class, () -> EmulatedPath.back(DELAYED, 1, -1));
    }

    @Test
    void closingLosesWhatIsInFlightAndWhatCameOut() {
        EmulatedPath path = path(DELAYED);
        send(path, 0, 1, 50);
        send(path, 0, 1, 60);
        assertTrue(path.next(100));
        path.close();
        path.close();
        assertEquals(2, count(path, LinkCounter.LOST_LINK_DOWN));
        assertEquals(0, path.framesInFlight());
        assertFalse(path.next(1000));
        send(path, 2000, 1, 70);
        assertEquals(3, count(path, LinkCounter.LOST_LINK_DOWN));
        assertEquals(3, count(path, LinkCounter.ENTERED_FRAMES));
        assertEquals(Long.MAX_VALUE, path.nextDueNs());
    }

    @Test
    void settingsChangeFromTheNextFrameOn() {
        try (EmulatedPath path = path(DELAYED)) {
            send(path, 0, 1, 50);
            path.settings(LinkSettings.builder().delayNs(500).build());
            send(path, 0, 1, 60);
            assertEquals(500, path.settings().delayNs());
            assertTrue(path.next(100));
            path.remove();
            assertEquals(500, path.nextDueNs());
        }
    }
}
