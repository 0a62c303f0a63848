package onload.sockets.option;

/**
 * What Onload calls an option that means the same there.
 *
 * @param name such as {@code EF_SPIN_USEC}
 * @param unitNs nanoseconds of one of Onload's units, 1 where the option is no duration
 */
record OnloadName(String name, long unitNs) {
    private static final long MICROSECOND_NS = 1_000L;
    private static final long MILLISECOND_NS = 1_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    static OnloadName none() {
        return new OnloadName("", 1);
    }

    static OnloadName same(String name) {
        return new OnloadName(name, 1);
    }

    static OnloadName microseconds(String name) {
        return new OnloadName(name, MICROSECOND_NS);
    }

    static OnloadName milliseconds(String name) {
        return new OnloadName(name, MILLISECOND_NS);
    }

    static OnloadName seconds(String name) {
        return new OnloadName(name, SECOND_NS);
    }

    boolean isNone() {
        return name.isEmpty();
    }
}
