package onload.cli.doctor;

/**
 * What was found about one thing.
 *
 * @param subject what was looked at, such as {@code huge pages}
 * @param verdict how it is
 * @param found what there is, or why it is not as it should be
 * @param mend what to do about it; empty if there is nothing to do
 */
public record Finding(String subject, Verdict verdict, String found, String mend) {
    /** How something is. */
    public enum Verdict {
        /** As it should be. */
        FINE,

        /** It works, and could be better. */
        COULD_BE_BETTER,

        /** Something cannot be used. */
        MISSING
    }

    /** {@return that something is as it should be} */
    static Finding fine(String subject, String found) {
        return new Finding(subject, Verdict.FINE, found, "");
    }

    /** {@return that something works and could be better} */
    static Finding better(String subject, String found, String mend) {
        return new Finding(subject, Verdict.COULD_BE_BETTER, found, mend);
    }

    /** {@return that something cannot be used} */
    static Finding missing(String subject, String found, String mend) {
        return new Finding(subject, Verdict.MISSING, found, mend);
    }
}
