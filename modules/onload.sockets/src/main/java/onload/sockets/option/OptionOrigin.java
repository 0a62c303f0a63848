package onload.sockets.option;

/**
 * Who said the value of an option.
 *
 * @param kind who, in principle; of two that say one, the later of {@link Kind} is heard
 * @param detail the name of the profile or of the environment variable; empty for the others
 */
public record OptionOrigin(Kind kind, String detail) {
    /** Who can say values, the least important first. */
    public enum Kind {
        /** Nobody: it is the default. */
        DEFAULT,

        /** A profile. */
        PROFILE,

        /** A variable of the environment. */
        ENVIRONMENT,

        /** The program itself. */
        PROGRAM
    }

    /** The origin of a value that nobody has said. */
    public static final OptionOrigin DEFAULT = new OptionOrigin(Kind.DEFAULT, "");

    /** The origin of a value that the program has said. */
    public static final OptionOrigin PROGRAM = new OptionOrigin(Kind.PROGRAM, "");

    /** {@return the origin of a value out of a profile of that name} */
    static OptionOrigin profile(String name) {
        return new OptionOrigin(Kind.PROFILE, name);
    }

    /** {@return the origin of a value out of that variable of the environment} */
    static OptionOrigin environment(String variable) {
        return new OptionOrigin(Kind.ENVIRONMENT, variable);
    }

    /** {@return it in words, such as {@code profile latency} or {@code environment EF_SPIN_USEC}} */
    @Override
    public String toString() {
        String word = StackOption.lower(kind.name());
        return detail.isEmpty() ? word : word + " " + detail;
    }
}
