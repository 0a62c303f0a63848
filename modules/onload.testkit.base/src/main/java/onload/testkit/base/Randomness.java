package onload.testkit.base;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Random values for one case of a property, from one seed.
 *
 * <p>The numbers are biased: limits and their neighbours come up far more often than by chance, since
 * that is where the errors are. Not thread-safe.
 */
public final class Randomness {
    private static final int[] INT_EDGES = {
        0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7fff, 0x8000, 0xffff, 0x10000, 0xff, 0x100
    };

    private final SplittableRandom random;
    private final long seed;

    /**
     * Starts the sequence of values that belongs to a seed.
     *
     * @param seed any value
     */
    public Randomness(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    /** {@return the seed that this sequence began with} */
    public long seed() {
        return seed;
    }

    /** {@return any long, uniformly} */
    public long anyLong() {
        return random.nextLong();
    }

    /** {@return any int; one in four is an edge such as 0, -1, 0x7fff or {@link Integer#MIN_VALUE}} */
    public int anyInt() {
        return random.nextInt(4) == 0
                ? INT_EDGES[random.nextInt(INT_EDGES.length)]
                : random.nextInt();
    }

    /**
     * {@return an int between two limits; one in four is one of the limits}
     *
     * @param lowest the lowest value
     * @param highest the highest value, itself included
     */
    public int between(int lowest, int highest) {
        return switch (random.nextInt(8)) {
            case 0 -> lowest;
            case 1 -> highest;
            default -> (int) random.nextLong(lowest, highest + 1L);
        };
    }

    /** {@return true or false, evenly} */
    public boolean flip() {
        return random.nextBoolean();
    }

    /**
     * {@return true in the given share of calls}
     *
     * @param probability from 0 to 1
     */
    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /**
     * {@return one of the given values}
     *
     * @param values the values to choose from, at least one
     */
    @SafeVarargs
    public final <T> T oneOf(T... values) {
        return values[random.nextInt(values.length)];
    }

    /**
     * {@return random bytes}
     *
     * @param length how many
     */
    public byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /**
     * {@return a damaged copy of an input, as a fuzzer would make it}: some bits flipped, bytes set to
     * edge values, a piece cut out, repeated or appended. The length is at most {@code original.length
     * + 64}.
     *
     * @param original a valid input; it is not changed
     */
    public byte[] damaged(byte[] original) {
        byte[] bytes = original.clone();
        for (int rounds = random.nextInt(1, 6); rounds > 0; rounds--) {
            bytes = damageOnce(bytes);
        }
        return bytes.length <= original.length + 64
                ? bytes
                : Arrays.copyOf(bytes, original.length + 64);
    }

    private byte[] damageOnce(byte[] bytes) {
        if (bytes.length == 0) {
            return bytes(random.nextInt(16));
        }
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> bytes[at] = (byte) INT_EDGES[random.nextInt(INT_EDGES.length)];
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> {
                return Arrays.copyOf(bytes, bytes.length + random.nextInt(1, 17));
            }
            default -> {
                int from = random.nextInt(bytes.length);
                int length = Math.min(random.nextInt(1, 17), bytes.length - Math.max(at, from));
                System.arraycopy(bytes, from, bytes, at, length);
            }
        }
        return bytes;
    }
}
