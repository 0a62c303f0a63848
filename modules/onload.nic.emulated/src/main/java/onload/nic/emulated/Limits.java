package onload.nic.emulated;

/** Checks of settings, with one form of message: what cannot be what, and what was expected. */
final class Limits {
    private Limits() {}

    static void within(String what, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    "%s cannot be %d; expected %d to %d".formatted(what, value, lowest, highest));
        }
    }

    static void probability(String what, double value) {
        // Written so that NaN is refused too.
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(
                    "%s cannot be %s; expected a probability from 0 to 1".formatted(what, value));
        }
    }
}
