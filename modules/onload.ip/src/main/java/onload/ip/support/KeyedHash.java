package onload.ip.support;

/**
 * Hashes of addresses under a secret, so that nobody outside can aim at a bucket of a table.
 *
 * <p>Both halves of each 128-bit product of secret and address count. In a chain of exclusive or and multiplication by
 * constants differences can be chosen that cancel out under every secret; here they depend on it.
 */
public final class KeyedHash {
    private final long first;
    private final long second;
    private final long third;
    private final long fourth;

    /**
     * Makes a hash.
     *
     * @param key random bits
     */
    public KeyedHash(long key) {
        first = secret(key, 1);
        second = secret(key, 2);
        third = secret(key, 3);
        fourth = secret(key, 4);
    }

    /** {@return a hash of 128 bits and a number, whose upper half is the better one} */
    public long of(long high, long low, long number) {
        return product(product(high ^ first, low ^ second) ^ third, number ^ fourth);
    }

    /** Both halves of the 128 bits, one over the other. */
    private static long product(long a, long b) {
        return (a * b) ^ Math.multiplyHigh(a, b);
    }

    /** Steele, Lea and Flood's finalizer, from one key to several secrets. */
    private static long secret(long key, int number) {
        long x = key + number * 0x9E37_79B9_7F4A_7C15L;
        x = (x ^ (x >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return x ^ (x >>> 31);
    }
}
