package onload.tcp.congestion;

/**
 * HyStart++ (RFC 9406): leaves the initial slow start before it loses anything, when round-trip times grow. It
 * goes on conservatively for some rounds then, and returns to slow start if it was a mistake.
 *
 * <p>A part of the algorithms that start slowly. Round-trip times are kept in microseconds, so that this is small.
 */
final class HyStart {
    /** RTTs that tell something of a round (section 4.3). */
    static final int N_RTT_SAMPLE = 8;

    /** By how much slower conservative slow start is. */
    static final int CSS_GROWTH_DIVISOR = 4;

    /** Rounds of conservative slow start; then slow start is over. */
    static final int CSS_ROUNDS = 5;

    private static final int MIN_RTT_THRESH_US = 4000;
    private static final int MAX_RTT_THRESH_US = 16000;
    private static final int MIN_RTT_DIVISOR = 8;
    private static final int INFINITY = Integer.MAX_VALUE;
    private static final int NS_PER_US = 1000;

    private int lastRoundMinUs;
    private int currentRoundMinUs;
    private int cssBaselineMinUs;
    private byte samples;

    /** The rounds of conservative slow start that have begun; 0 in slow start. */
    private byte cssRounds;

    HyStart() {
        start();
    }

    /** Slow start begins. */
    void start() {
        lastRoundMinUs = INFINITY;
        currentRoundMinUs = INFINITY;
        cssBaselineMinUs = INFINITY;
        samples = 0;
        cssRounds = 0;
    }

    /** {@return whether slow start is conservative now} */
    boolean isConservative() {
        return cssRounds > 0;
    }

    /** {@return by how much the window grows where slow start would add so many bytes} */
    int growth(int bytes) {
        return cssRounds > 0 ? bytes / CSS_GROWTH_DIVISOR : bytes;
    }

    /**
     * Takes in what an acknowledgment in slow start says.
     *
     * @return whether slow start is over: congestion avoidance begins with this window
     */
    boolean acknowledged(DeliverySample sample) {
        if (sample.isRoundStart) {
            lastRoundMinUs = currentRoundMinUs;
            currentRoundMinUs = INFINITY;
            samples = 0;
            if (cssRounds > 0 && ++cssRounds > CSS_ROUNDS) {
                start();
                return true;
            }
        }
        if (sample.rttNs > 0) {
            measured((int) Math.min(INFINITY - 1, sample.rttNs / NS_PER_US));
        }
        return false;
    }

    private void measured(int rttUs) {
        currentRoundMinUs = Math.min(currentRoundMinUs, rttUs);
        samples = (byte) Math.min(N_RTT_SAMPLE, samples + 1);
        if (samples < N_RTT_SAMPLE) {
            return;
        }
        if (cssRounds > 0) {
            if (currentRoundMinUs < cssBaselineMinUs) {
                // The growth was for another reason: slow start goes on.
                cssBaselineMinUs = INFINITY;
                cssRounds = 0;
            }
        } else if (lastRoundMinUs != INFINITY) {
            int threshold =
                    Math.clamp(
                            lastRoundMinUs / MIN_RTT_DIVISOR, MIN_RTT_THRESH_US, MAX_RTT_THRESH_US);
            if (currentRoundMinUs - lastRoundMinUs >= threshold) {
                cssBaselineMinUs = currentRoundMinUs;
                cssRounds = 1;
            }
        }
    }
}
