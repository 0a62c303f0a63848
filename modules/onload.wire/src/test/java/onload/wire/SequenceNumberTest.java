package onload.wire;

import static onload.wire.SequenceNumber.distance;
import static onload.wire.SequenceNumber.greaterThan;
import static onload.wire.SequenceNumber.greaterThanOrEqual;
import static onload.wire.SequenceNumber.inWindow;
import static onload.wire.SequenceNumber.isAcceptableAcknowledgment;
import static onload.wire.SequenceNumber.lessThan;
import static onload.wire.SequenceNumber.lessThanOrEqual;
import static onload.wire.SequenceNumber.max;
import static onload.wire.SequenceNumber.min;
import static onload.wire.SequenceNumber.plus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

class SequenceNumberTest {
    private static final int LAST = 0xFFFF_FFFF;
    private static final int HALF = 0x8000_0000;
    private static final int CASES = 2000;

    @Test
    void theNumberAfterTheLastIsZeroAndComesAfterIt() {
        assertEquals(0, plus(LAST, 1));
        assertTrue(lessThan(LAST, 0));
        assertTrue(greaterThan(0, LAST));
        assertFalse(lessThan(0, LAST));
        assertEquals(1, distance(LAST, 0));
        assertEquals(-1, distance(0, LAST));
        assertEquals(0, max(LAST, 0));
        assertEquals(LAST, min(LAST, 0));
    }

    @Test
    void theSignOfTheIntMeansNothing() {
        assertTrue(lessThan(0x7FFF_FFFF, 0x8000_0000));
        assertTrue(greaterThan(0x8000_0000, 0x7FFF_FFFF));
        assertEquals(0x8000_0000, max(0x7FFF_FFFF, 0x8000_0000));
    }

    @Test
    void aNumberIsNeitherBeforeNorAfterItself() {
        Property.forAll(
                CASES,
                random -> {
                    int a = random.anyInt();
                    assertFalse(lessThan(a, a));
                    assertFalse(greaterThan(a, a));
                    assertTrue(lessThanOrEqual(a, a));
                    assertTrue(greaterThanOrEqual(a, a));
                    assertEquals(0, distance(a, a));
                });
    }

    @Test
    void withinHalfTheSpaceTheOrderIsThatOfTheIntegers() {
        Property.forAll(
                CASES,
                random -> {
                    int base = random.anyInt();
                    int x = random.between(0, Integer.MAX_VALUE);
                    int y = near(random, x);
                    int a = plus(base, x);
                    int b = plus(base, y);
                    assertEquals(x < y, lessThan(a, b));
                    assertEquals(x <= y, lessThanOrEqual(a, b));
                    assertEquals(x > y, greaterThan(a, b));
                    assertEquals(x >= y, greaterThanOrEqual(a, b));
                    assertEquals(y - x, distance(a, b));
                    assertEquals(plus(base, Math.max(x, y)), max(a, b));
                    assertEquals(plus(base, Math.min(x, y)), min(a, b));
                });
    }

    @Test
    void theLargestDistanceThatIsOrderedIsOneLessThanHalfTheSpace() {
        assertTrue(lessThan(5, plus(5, Integer.MAX_VALUE)));
        assertFalse(lessThan(plus(5, Integer.MAX_VALUE), 5));
        assertTrue(greaterThan(plus(5, Integer.MAX_VALUE), 5));
        assertEquals(Integer.MAX_VALUE, distance(5, plus(5, Integer.MAX_VALUE)));
        assertEquals(-Integer.MAX_VALUE, distance(plus(5, Integer.MAX_VALUE), 5));
    }

    @Test
    void halfTheSpaceApartEachIsLessThanTheOtherAndNoneGreater() {
        Property.forAll(
                CASES,
                random -> {
                    int a = random.anyInt();
                    int b = plus(a, HALF);
                    assertTrue(lessThan(a, b));
                    assertTrue(lessThan(b, a));
                    assertFalse(greaterThan(a, b));
                    assertFalse(greaterThan(b, a));
                    assertEquals(Integer.MIN_VALUE, distance(a, b));
                    assertEquals(a, max(a, b));
                    assertEquals(b, max(b, a));
                    assertEquals(a, min(a, b));
                    assertEquals(b, min(b, a));
                });
    }

    @Test
    void anyTwoNumbersObeyTheNegationsOfTheComparisons() {
        Property.forAll(
                CASES,
                random -> {
                    int a = random.anyInt();
                    int b = random.flip() ? random.anyInt() : near(random, a);
                    assertEquals(lessThan(a, b), !greaterThanOrEqual(a, b));
                    assertEquals(greaterThan(a, b), !lessThanOrEqual(a, b));
                    assertEquals(b, plus(a, distance(a, b)));
                });
    }

    @Test
    void anEmptyWindowHasNoNumber() {
        Property.forAll(
                CASES,
                random -> {
                    int first = random.anyInt();
                    assertFalse(inWindow(first, first, 0));
                    assertFalse(inWindow(random.anyInt(), first, 0));
                    assertFalse(inWindow(plus(first, -1), first, 0));
                });
    }

    @Test
    void aWindowHasItsFirstAndItsLastNumberAndNotTheirNeighbours() {
        Property.forAll(
                CASES,
                random -> {
                    int first = random.anyInt();
                    int size = random.between(1, Integer.MAX_VALUE);
                    assertTrue(inWindow(first, first, size));
                    assertTrue(inWindow(plus(first, size - 1), first, size));
                    assertFalse(inWindow(plus(first, size), first, size));
                    assertFalse(inWindow(plus(first, -1), first, size));
                    assertFalse(inWindow(plus(first, HALF), first, size));
                });
    }

    @Test
    void aWindowHasTheNumbersThatAreNotBeforeItsFirstAndBeforeItsEnd() {
        Property.forAll(
                CASES,
                random -> {
                    int first = random.anyInt();
                    int size = random.between(0, Integer.MAX_VALUE);
                    int a = random.anyInt();
                    long distance = Integer.toUnsignedLong(a - first);
                    assertEquals(distance < size, inWindow(a, first, size));
                });
    }

    @Test
    void anAcknowledgmentIsAcceptableAfterSndUnaUpToSndNxt() {
        assertFalse(isAcceptableAcknowledgment(100, 100, 110));
        assertTrue(isAcceptableAcknowledgment(101, 100, 110));
        assertTrue(isAcceptableAcknowledgment(110, 100, 110));
        assertFalse(isAcceptableAcknowledgment(111, 100, 110));
        assertTrue(isAcceptableAcknowledgment(3, LAST - 5, 3));
        assertFalse(isAcceptableAcknowledgment(4, LAST - 5, 3));
    }

    @Test
    void whereNothingWasSentNoAcknowledgmentIsAcceptable() {
        Property.forAll(
                CASES,
                random -> {
                    int next = random.anyInt();
                    assertFalse(isAcceptableAcknowledgment(random.anyInt(), next, next));
                });
    }

    /** Two comparisons, as the RFC writes it, let exactly this one pass. */
    @Test
    void anAcknowledgmentThatIsForgedHalfTheSpaceAwayIsNotAcceptable() {
        int next = 1000;
        int forged = plus(next, HALF);
        assertTrue(lessThan(next, forged) && lessThanOrEqual(forged, next));
        assertFalse(isAcceptableAcknowledgment(forged, next, next));
    }

    @Test
    void everyAcknowledgmentOfAnySendWindowIsJudgedByItsDistance() {
        Property.forAll(
                CASES,
                random -> {
                    int sndUna = random.anyInt();
                    int inFlight = random.between(0, Integer.MAX_VALUE);
                    int acknowledgment = random.anyInt();
                    long distance = Integer.toUnsignedLong(acknowledgment - sndUna);
                    assertEquals(
                            distance > 0 && distance <= inFlight,
                            isAcceptableAcknowledgment(
                                    acknowledgment, sndUna, plus(sndUna, inFlight)));
                });
    }

    @Test
    void aNegativeCountGoesBack() {
        assertEquals(LAST, plus(0, -1));
        assertEquals(10, plus(plus(10, 7), -7));
    }

    /** Another number of the same half, often close to the first. */
    private static int near(Randomness random, int x) {
        return random.flip()
                ? random.between(0, Integer.MAX_VALUE)
                : Math.clamp(x + (long) random.between(-2, 2), 0, Integer.MAX_VALUE);
    }
}
