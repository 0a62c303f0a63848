package onload.wire;

/**
 * Arithmetic on TCP sequence numbers: modulo 2³² (RFC 9293, section 3.4).
 *
 * <p>A sequence number is an {@code int} that is never compared by {@code <} or {@code >}, since
 * the space wraps; these functions are the comparison. They order two numbers by the shorter way
 * round and are right while the two are less than 2³¹ apart. At exactly 2³¹ apart neither order is
 * true: each is {@link #lessThan} the other, and none {@link #greaterThan} the other.
 *
 * <p>So two comparisons in a row are not a test of a range, where a number comes from a peer that
 * may choose it 2³¹ away. {@link #inWindow} and {@link #isAcceptableAcknowledgment} are right for
 * every number.
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

    /**
     * {@return the number that is {@code count} after a; or before it, if {@code count} is
     * negative}
     */
    public static int plus(int a, int count) {
        return a + count;
    }

    /** {@return how far b is after a, from -2³¹ to 2³¹-1; negative if b comes before a} */
    public static int distance(int a, int b) {
        return b - a;
    }

    /**
     * {@return whether a number is in a window}: {@code first <= a < first + size}, the test of RFC
     * 9293, section 3.4.
     *
     * @param a the number to test
     * @param first the first number of the window
     * @param size numbers in the window, 0 to 2³¹-1; no number is in an empty window
     */
    public static boolean inWindow(int a, int first, int size) {
        return Integer.compareUnsigned(a - first, size) < 0;
    }

    /**
     * {@return whether an acknowledgment is a new one for something that was sent}: {@code sndUna <
     * acknowledgment <= sndNxt}, the acceptable acknowledgment of RFC 9293, section 3.4.
     *
     * @param acknowledgment the number that the peer sent
     * @param sndUna the oldest number that is not acknowledged
     * @param sndNxt the next number to be sent, less than 2³¹ after {@code sndUna}
     */
    public static boolean isAcceptableAcknowledgment(int acknowledgment, int sndUna, int sndNxt) {
        return inWindow(acknowledgment, sndUna + 1, sndNxt - sndUna);
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
