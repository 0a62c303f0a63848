package onload.testkit.base;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class PropertyTest {
    @Test
    void everyCaseHasASeedOfItsOwn() {
        Set<Long> seeds = new HashSet<>();
        int[] cases = new int[1];
        Property.forAll(
                100,
                random -> {
                    cases[0]++;
                    seeds.add(random.seed());
                });
        assertTrue(cases[0] >= 1);
        assertEquals(cases[0], seeds.size());
    }

    @Test
    void theSeedThatAFailureNamesBringsTheSameCaseBack() {
        List<byte[]> drawn = new ArrayList<>();
        AssertionError failure =
                assertThrows(
                        AssertionError.class,
                        () ->
                                Property.forAll(
                                        1,
                                        random -> {
                                            drawn.add(random.bytes(32));
                                            throw new IllegalStateException("broken");
                                        }));
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.endsWith("broken"), message);
        Matcher seed = Pattern.compile("-Donload.seed=0x([0-9a-f]{16})").matcher(message);
        assertTrue(seed.find(), message);

        Randomness replayed = new Randomness(Long.parseUnsignedLong(seed.group(1), 16));
        assertArrayEquals(drawn.getFirst(), replayed.bytes(32));
    }

    @Test
    void damagedInputsStayWithinTheirBound() {
        Property.forAll(
                1000,
                random -> {
                    byte[] original = random.bytes(random.between(0, 64));
                    byte[] before = original.clone();
                    assertTrue(random.damaged(original).length <= original.length + 64);
                    assertArrayEquals(before, original);
                });
    }

    @Test
    void anErrorOfTheMachineNamesItsSeedToo() {
        AssertionError failure =
                assertThrows(
                        AssertionError.class,
                        () ->
                                Property.forAll(
                                        1,
                                        random -> {
                                            throw new StackOverflowError();
                                        }));
        assertTrue(String.valueOf(failure.getMessage()).contains("-Donload.seed=0x"));
    }

    @Test
    void aPropertyOfNoCasesIsRefusedSinceItCouldNotFail() {
        assertThrows(IllegalArgumentException.class, () -> Property.forAll(0, random -> {}));
    }

    @Test
    void anAllocationInOneRunOfManyIsSeen() {
        Object[] keep = new Object[1];
        int[] run = new int[1];
        Runnable rarely =
                () -> {
                    if (run[0]++ % 500 == 0) {
                        keep[0] = new byte[16];
                    }
                };
        assertEquals(1, AllocatedBytes.perRun(100, 1000, rarely));
    }

    @Test
    void whatThePreparationAllocatesIsNotCounted() {
        Object[] keep = new Object[2];
        Runnable preparation = () -> keep[0] = new byte[1000];
        int[] count = new int[1];
        assertEquals(0, AllocatedBytes.perRun(100, 1000, preparation, () -> count[0]++));
        long bytes = AllocatedBytes.perRun(100, 100, preparation, () -> keep[1] = new byte[100]);
        assertTrue(bytes >= 100 && bytes < 1000, bytes + " bytes");
    }

    @Test
    void allocationIsSeenAndItsAbsenceToo() {
        Object[] keep = new Object[1];
        assertTrue(AllocatedBytes.perRun(100, 100, () -> keep[0] = new byte[1000]) >= 1000);
        int[] count = new int[1];
        assertEquals(0, AllocatedBytes.perRun(100, 1000, () -> count[0]++));
    }
}
