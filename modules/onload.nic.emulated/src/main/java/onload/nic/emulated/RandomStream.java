package onload.nic.emulated;

/**
 * A sequence of pseudo-random numbers from a seed, the same on every machine and in every version of Java:
 * SplitMix64, a counter with a step of 2⁶⁴ divided by the golden ratio and a mixing function (Steele, Lea and Flood,
 * OOPSLA 2014). Not thread-safe; not for secrets.
 */
final class RandomStream {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    /** A probability of 1 as {@link #threshold} has it. */
    private static final long ONE = 1L << 53;

    private long state;

    RandomStream(long seed) {
        state = seed;
    }

    /** {@return a seed that belongs to one of many streams of another seed} */
    static long derive(long seed, long stream) {
        return mix(mix(seed + GOLDEN_GAMMA) + (stream + 1) * GOLDEN_GAMMA);
    }

    /** {@return a probability as a number for {@link #chance}: 0 is never, 2⁵³ always} */
    static long threshold(double probability) {
        return (long) (probability * ONE);
    }

    /** {@return any long} */
    long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** {@return true with a probability; one number is drawn} */
    boolean chance(long threshold) {
        return next() >>> 11 < threshold;
    }

    /** {@return a number from 0 to {@code highest}, which is ≥ 0 and below 2⁶³-1; one number is drawn} */
    long upTo(long highest) {
        return Math.unsignedMultiplyHigh(next(), highest + 1);
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
