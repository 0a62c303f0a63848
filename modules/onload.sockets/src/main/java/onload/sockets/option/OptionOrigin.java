package onload.sockets.option;

/** Who has said what an option is; the later constant goes before the earlier. */
public enum OptionOrigin {
    /** Nobody. */
    DEFAULT,

    /** A profile. */
    PROFILE,

    /** A variable of the environment. */
    ENVIRONMENT,

    /** The program, or whoever started it, by name. */
    PROGRAM
}
