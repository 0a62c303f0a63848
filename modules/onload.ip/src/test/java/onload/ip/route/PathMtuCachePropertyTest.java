package onload.ip.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Set;

/** The cache against maps, under reports that are as wild as they come. */
class PathMtuCachePropertyTest {
    private static final long MINUTE_NS = 60_000_000_000L;

    @Test
    void theCacheAgreesWithItsModel() {
        Property.forAll(300, random -> new Case(random).run());
    }

    private static final class Case {
        private final Randomness random;
        private final int capacity;
        private final IpCounters counters = new IpCounters();
        private final PathMtuCache cache;

        /** In the order of their last use. */
        private final LinkedHashMap<Long, Integer> mtus = new LinkedHashMap<>(16, 0.75f, true);

        /** The destinations of which the listener has not heard since they were learnt. */
        private final Set<Long> unchanged = new HashSet<>();

        private long nowNs;

        Case(Randomness random) {
            this.random = random;
            capacity = random.between(1, 12);
            nowNs = random.anyLong() >> 2;
            PathMtuCache[] own = new PathMtuCache[1];
            own[0] =
                    new PathMtuCache(
                            new PathMtuOptions(
                                    capacity,
                                    PathMtuOptions.SHORTEST_LIFETIME_NS,
                                    random.oneOf(68, 552, 576),
                                    random.between(1, 4)),
                            counters,
                            random.anyLong(),
                            (high, low) -> unchanged.remove(low));
            cache = own[0];
        }

        void run() {
            for (int i = 0; i < 300; i++) {
                switch (random.between(0, 7)) {
                    case 0 -> forget();
                    case 1 -> pass();
                    case 2, 3 -> check(anyLow());
                    default -> report();
                }
                assertEquals(mtus.size(), cache.size());
                assertTrue(cache.size() <= capacity);
                assertEquals(mtus.isEmpty(), cache.nextDeadlineNs() == Long.MAX_VALUE);
            }
        }

        private void report() {
            long low = anyLow();
            boolean ipv4 = low >>> 32 == 0xffff;
            // A copy, since asking the map itself counts as use; a report that is ignored does not.
            int before = new HashMap<>(mtus).getOrDefault(low, random.oneOf(1500, 9000, 65_535));
            long reported = random.chance(0.8) ? random.between(0, 10_000) : random.anyLong();
            int length = random.oneOf(0, before, random.between(0, 65_535));
            long lowered = counters.get(IpCounter.PATH_MTU_LOWERED);
            long ignored = counters.get(IpCounter.PATH_MTU_IGNORED);
            Long oldest = mtus.isEmpty() ? null : mtus.keySet().iterator().next();
            boolean known = mtus.containsKey(low);
            boolean changed = cache.report(0, low, reported, before, length, nowNs);
            assertEquals(changed ? 1 : 0, counters.get(IpCounter.PATH_MTU_LOWERED) - lowered);
            assertEquals(changed ? 0 : 1, counters.get(IpCounter.PATH_MTU_IGNORED) - ignored);
            if (changed) {
                if (!known && mtus.size() == capacity) {
                    mtus.remove(oldest);
                }
                int after = cache.mtu(0, low);
                assertTrue(after <= before, () -> before + " was raised to " + after);
                assertTrue(after >= Math.min(before, ipv4 ? 68 : 1280));
                mtus.put(low, after);
            }
            unchanged.addAll(mtus.keySet());
        }

        private void check(long low) {
            Integer expected = mtus.get(low);
            assertEquals(expected == null ? PathMtuCache.NONE : expected, cache.mtu(0, low));
            assertEquals(expected != null, unchanged.contains(low));
        }

        private void forget() {
            long low = anyLow();
            assertEquals(mtus.remove(low) != null, cache.forget(0, low));
        }

        private void pass() {
            if (random.chance(0.1)) {
                nowNs += 6 * MINUTE_NS;
                cache.advance(nowNs);
                mtus.clear();
            }
        }

        private long anyLow() {
            int number = random.between(1, 20);
            return random.flip() ? 0xffff_0000_0000L | number : number;
        }
    }
}
