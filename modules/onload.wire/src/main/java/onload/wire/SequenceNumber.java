package onload.wire;

/**
 * Arithmetic on TCP sequence numbers: modulo 2³² (RFC 9293, section 3.4).
 *
 * <p>A sequence number is an {@code int} that is never compared by {@code <} or {@code >}, since the space
 * wraps; these functions are the comparison. They order two numbers by the shorter way round and are right
 * while the two are less than 2³¹ apart. At exactly 2³¹ apart neither order is true: each is {@link
 * #lessThan} the other.
 */
public final class SequenceNumber {
    private SequenceNumber() {}

    /** {@return whether a comes before b} */
    public static boolean lessThan(int a, int b) {
        return a - b < 0;
    }

    /** {@return whether a comes before b or is b} */
    public static boolean lessThanOrEqual(int a, int b) {
        return a - b <= 0;
    }

    /** {@return whether a comes after b} */
    public static boolean greaterThan(int a, int b) {
        return a - b > 0;
    }

    /** {@return whether a comes after b or is b} */
    public static boolean greaterThanOrEqual(int a, int b) {
        return a - b >= 0;
    }

    /** {@return the number that is {@code count} after a; or before it, if {@code count} is negative} */
    public static int plus(int a, int count) {
        return a + count;
    }

    /** {@return how far b is after a, from -2³¹ to 2³¹-1; negative if b comes before a} */
    public static int distance(int a, int b) {
        return b - a;
    }

    /**
     * {@return whether a number is in a window}: {@code first <= a < first + size}, the test of RFC 9293,
     * section 3.4.
     *
     * @param a the number to test
     * @param first the first number of the window
     * @param size numbers in the window, 0 to 2³¹-1; no number is in an empty window
     */
    public static boolean inWindow(int a, int first, int size) {
        return Integer.compareUnsigned(a - first, size) < 0;
    }

    /** {@return the later of two numbers; a, if they are equal or 2³¹ apart} */
    public static int max(int a, int b) {
        return a - b >= 0 || a - b == Integer.MIN_VALUE ? a : b;
    }

    /** {@return the earlier of two numbers; a, if they are equal or 2³¹ apart} */
    public static int min(int a, int b) {
        return a - b <= 0 ? a : b;
    }
}
