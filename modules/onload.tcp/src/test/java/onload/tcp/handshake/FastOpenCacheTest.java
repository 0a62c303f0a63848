package onload.tcp.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/** What a client remembers of servers (RFC 7413, section 4.1.3). */
class FastOpenCacheTest {
    private static final long MINUTE_NS = 60_000_000_000L;

    private final FastOpenCache cache = new FastOpenCache(new SplittableRandom(1));

    @Test
    void entryIsOfBothAddressesAndThePort() {
        FastOpenCache.Entry entry = cache.findOrAdd(1, 2, 3, 4, 5);
        assertSame(entry, cache.find(1, 2, 3, 4, 5));
        assertSame(entry, cache.findOrAdd(1, 2, 3, 4, 5));
        assertNull(cache.find(9, 2, 3, 4, 5));
        assertNull(cache.find(1, 9, 3, 4, 5));
        assertNull(cache.find(1, 2, 9, 4, 5));
        assertNull(cache.find(1, 2, 3, 9, 5));
        assertNull(cache.find(1, 2, 3, 4, FastOpenCache.ANY_PORT));
    }

    @Test
    void cookieAndSegmentSizeAreReplaced() {
        FastOpenCache.Entry entry = cache.findOrAdd(1, 2, 3, 4, 0);
        assertEquals(0, entry.cookieLength());
        UnsafeBuffer option = new UnsafeBuffer(new byte[] {0, 1, 2, 3, 4, 5, 6});
        entry.cookie(option, 1, 6);
        entry.cookie(option, 2, 4);
        entry.maximumSegmentSize(1400);
        assertEquals(4, entry.cookieLength());
        assertEquals(2, entry.cookie().getByte(0));
        assertEquals(5, entry.cookie().getByte(3));
        assertEquals(1400, entry.maximumSegmentSize());
    }

    @Test
    void thereAreNeverMoreThanTheCapacityAndTheYoungestStay() {
        int many = 20 * FastOpenCache.CAPACITY;
        FastOpenCache.Entry favourite = cache.findOrAdd(0, 0, 0, 7, 0);
        favourite.cookie(new UnsafeBuffer(new byte[8]), 0, 8);
        for (int i = 0; i < many; i++) {
            cache.findOrAdd(0, 1, 0, i, 0);
            assertSame(favourite, cache.find(0, 0, 0, 7, 0), "in use, and forgotten");
        }
        int known = 0;
        for (int i = 0; i < many; i++) {
            known += cache.find(0, 1, 0, i, 0) == null ? 0 : 1;
        }
        assertTrue(known <= FastOpenCache.CAPACITY, known + " entries");
        assertTrue(known > FastOpenCache.CAPACITY / 2, known + " entries");
        assertNotNull(cache.find(0, 1, 0, many - 1, 0));
        assertEquals(8, favourite.cookieLength());
    }

    @Test
    void entryThatTakesThePlaceOfAnotherKnowsNothingOfIt() {
        for (int i = 0; i < 20 * FastOpenCache.CAPACITY; i++) {
            FastOpenCache.Entry entry = cache.findOrAdd(0, 1, 0, i, 0);
            assertEquals(0, entry.cookieLength());
            assertEquals(0, entry.maximumSegmentSize());
            assertFalse(entry.isAvoided(i));
            entry.cookie(new UnsafeBuffer(new byte[8]), 0, 8);
            entry.maximumSegmentSize(1);
            entry.failed(i);
        }
    }

    @Test
    void failuresAreAvoidedForTimesThatDoubleUpToAnHour() {
        FastOpenCache.Entry entry = cache.findOrAdd(1, 2, 3, 4, 5);
        assertFalse(entry.isAvoided(0));
        long nowNs = Long.MAX_VALUE - MINUTE_NS / 2;
        long wait = MINUTE_NS;
        for (int i = 0; i < 10; i++) {
            entry.failed(nowNs);
            assertTrue(entry.isAvoided(nowNs));
            assertTrue(entry.isAvoided(nowNs + wait - 1), "failure " + i);
            assertFalse(entry.isAvoided(nowNs + wait), "failure " + i);
            nowNs += wait;
            wait = Math.min(64 * MINUTE_NS, 2 * wait);
        }
        entry.failed(nowNs);
        entry.succeeded();
        assertFalse(entry.isAvoided(nowNs));
        entry.failed(nowNs);
        assertFalse(entry.isAvoided(nowNs + MINUTE_NS));
    }
}
