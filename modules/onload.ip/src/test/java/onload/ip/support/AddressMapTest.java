package onload.ip.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

class AddressMapTest {
    private record Key(long high, long low, int scope) {}

    @Test
    void findsWhatASimpleMapFinds() {
        Property.forAll(
                200,
                random -> {
                    int capacity = random.between(1, 40);
                    AddressMap map = new AddressMap(capacity, random.anyLong());
                    Map<Key, Integer> model = new HashMap<>();
                    for (int step = 0; step < 500; step++) {
                        Key key =
                                new Key(
                                        random.between(0, 3),
                                        random.between(0, 20),
                                        random.between(1, 2));
                        Integer known = model.get(key);
                        assertEquals(
                                known == null ? AddressMap.NONE : known,
                                map.find(key.high(), key.low(), key.scope()));
                        if (random.flip()) {
                            Integer removed = model.remove(key);
                            assertEquals(
                                    removed == null ? AddressMap.NONE : removed,
                                    map.remove(key.high(), key.low(), key.scope()));
                        } else if (known == null && model.size() < capacity) {
                            model.put(key, step);
                            map.add(key.high(), key.low(), key.scope(), step);
                        }
                        assertEquals(model.size(), map.size());
                    }
                });
    }

    @Test
    void aFullMapStillAnswersForWhatIsNotThere() {
        AddressMap map = new AddressMap(64, 7);
        for (int i = 0; i < 64; i++) {
            map.add(0, i, 1, i);
        }
        for (int i = 64; i < 10_000; i++) {
            assertEquals(AddressMap.NONE, map.find(0, i, 1));
        }
    }

    @Test
    void scopesAreApart() {
        AddressMap map = new AddressMap(4, 1);
        map.add(1, 2, 3, 10);
        map.add(1, 2, 4, 11);
        assertEquals(10, map.find(1, 2, 3));
        assertEquals(11, map.find(1, 2, 4));
        assertEquals(AddressMap.NONE, map.find(1, 2, 5));
    }

    @Test
    void lookingAllocatesNothing() {
        AddressMap map = new AddressMap(64, 1);
        map.add(1, 2, 3, 4);
        assertEquals(0, AllocatedBytes.perRun(20_000, 1000, () -> map.find(1, 2, 3)));
    }

    @Test
    void pairsThatCollideUnderOneKeyDoNotUnderAnother() {
        int both = 0;
        for (long i = 0; i < 20_000; i++) {
            boolean one = bucket(new KeyedHash(1), i) == bucket(new KeyedHash(1), i + 1);
            boolean other = bucket(new KeyedHash(2), i) == bucket(new KeyedHash(2), i + 1);
            both += one && other ? 1 : 0;
        }
        assertTrue(both < 20, "collided under both keys: " + both);
    }

    private static long bucket(KeyedHash hash, long address) {
        return hash.of(0, address, 1) >>> 56;
    }

    @Test
    void differencesInTheTopBitsDoNotCancelOut() {
        Set<Long> hashes = new HashSet<>();
        for (long top = 0; top < 16; top++) {
            KeyedHash hash = new KeyedHash(99);
            hashes.add(hash.of(top << 60, top << 60, 1));
        }
        assertEquals(16, hashes.size());
    }

    @Test
    void addressesOfOnePrefixSpreadEvenly() {
        Property.forAll(
                20,
                random -> {
                    KeyedHash hash = new KeyedHash(random.anyLong());
                    int[] buckets = new int[64];
                    for (int i = 0; i < 6400; i++) {
                        long x = hash.of(0x2001_0db8_0000_0000L, i, 1);
                        buckets[(int) (x ^ (x >>> 32)) & 63]++;
                    }
                    for (int count : buckets) {
                        assertTrue(count > 50 && count < 170, "a bucket of " + count);
                    }
                });
    }
}
