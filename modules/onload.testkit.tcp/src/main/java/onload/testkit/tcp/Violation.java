package onload.testkit.tcp;

/** Something is not as it must be at all times. The message says what, where and when. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param invariant what must hold, in a few words
     * @param found what was found instead
     * @param nowNs the virtual time
     */
    public Violation(String invariant, String found, long nowNs) {
        super("%s, but %s at %.6f s".formatted(invariant, found, nowNs / 1e9));
    }
}
