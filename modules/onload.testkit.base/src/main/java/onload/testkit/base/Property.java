package onload.testkit.base;

import java.util.SplittableRandom;

/**
 * Checks that something holds for many random cases, and says how to see a failing one again.
 *
 * <p>Every case has a seed of its own. When a case fails, the error names that seed; with the system
 * property {@value #SEED_PROPERTY} set to it, each property runs that one case and no other:
 *
 * <pre>mvn verify -Donload.test.args=-Donload.seed=0x5eed...</pre>
 *
 * <p>Without the property the first seed is fresh in each JVM, so that a thousand builds look at a
 * thousand different sets of cases. The number of cases is multiplied by {@value #SCALE_PROPERTY}.
 */
public final class Property {
    /** System property: the seed of the only case to run, decimal or 0x hexadecimal. */
    public static final String SEED_PROPERTY = "onload.seed";

    /** System property: a factor for the number of cases, 1 by default; for long runs. */
    public static final String SCALE_PROPERTY = "onload.scale";

    private static final long FIRST_SEED = new SplittableRandom().nextLong();
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Property() {}

    /** One case of a property; it throws what an assertion throws when the property does not hold. */
    @FunctionalInterface
    public interface Case {
        /**
         * Checks the property once.
         *
         * @param random the only source of randomness that the case may use
         * @throws Exception whatever the code under test throws; it counts as a failure
         */
        void check(Randomness random) throws Exception;
    }

    /**
     * Checks {@code property} for {@code cases} random cases.
     *
     * @param cases how many, before {@value #SCALE_PROPERTY} is applied; at least 1
     * @param property what must hold
     * @throws AssertionError if it does not hold for a case; the message has the seed to replay it
     * @throws IllegalArgumentException if there is no case to run, since that could not fail
     */
    public static void forAll(int cases, Case property) {
        String replay = System.getProperty(SEED_PROPERTY);
        if (replay != null) {
            run(parseSeed(replay), property);
            return;
        }
        long count = cases * Long.getLong(SCALE_PROPERTY, 1L);
        if (count < 1) {
            throw new IllegalArgumentException(
                    "a property cannot be checked for %d cases; expected 1 or more, also after -D%s"
                            .formatted(count, SCALE_PROPERTY));
        }
        for (long i = 0; i < count; i++) {
            run(FIRST_SEED + i * GOLDEN_GAMMA, property);
        }
    }

    private static void run(long seed, Case property) {
        try {
            property.check(new Randomness(seed));
        } catch (Exception | Error failure) {
            // Errors too: a stack overflow is what a hostile input brings a recursive parser to.
            throw new AssertionError(
                    "does not hold for seed 0x%016x; replay with -D%s=0x%016x: %s"
                            .formatted(seed, SEED_PROPERTY, seed, described(failure)),
                    failure);
        }
    }

    /** An assertion says it in its message; of anything else the kind counts, too. */
    private static String described(Throwable failure) {
        return failure instanceof AssertionError
                ? String.valueOf(failure.getMessage())
                : failure.toString();
    }

    /** A seed is 64 bits, so its upper half does not fit {@link Long#decode}. */
    private static long parseSeed(String text) {
        return text.startsWith("0x")
                ? Long.parseUnsignedLong(text.substring(2), 16)
                : Long.parseLong(text);
    }
}
