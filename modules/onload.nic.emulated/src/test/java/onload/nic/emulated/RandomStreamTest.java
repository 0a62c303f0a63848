package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

class RandomStreamTest {
    @Test
    void itIsSplitMix64AsTheJdkHasIt() {
        Property.forAll(
                20,
                random -> {
                    long seed = random.anyLong();
                    SplittableRandom reference = new SplittableRandom(seed);
                    RandomStream stream = new RandomStream(seed);
                    for (int i = 0; i < 100; i++) {
                        assertEquals(reference.nextLong(), stream.next());
                    }
                });
    }

    @Test
    void aProbabilityOfZeroIsNeverAndOfOneIsAlways() {
        RandomStream stream = new RandomStream(1);
        for (int i = 0; i < 100_000; i++) {
            assertFalse(stream.chance(RandomStream.threshold(0)));
            assertTrue(stream.chance(RandomStream.threshold(1)));
        }
    }

    @Test
    void aRangeIsCoveredToBothEndsAndEvenly() {
        RandomStream stream = new RandomStream(2);
        int[] counts = new int[10];
        for (int i = 0; i < 100_000; i++) {
            counts[(int) stream.upTo(9)]++;
        }
        for (int count : counts) {
            assertEquals(10_000, count, 500);
        }
        assertEquals(0, stream.upTo(0));
    }

    @Test
    void derivedSeedsDifferByStreamAndBySeed() {
        assertNotEquals(RandomStream.derive(1, 0), RandomStream.derive(1, 1));
        assertNotEquals(RandomStream.derive(1, 0), RandomStream.derive(2, 0));
        assertNotEquals(RandomStream.derive(1, 1), RandomStream.derive(2, 0));
        assertEquals(RandomStream.derive(7, 3), RandomStream.derive(7, 3));
    }
}
