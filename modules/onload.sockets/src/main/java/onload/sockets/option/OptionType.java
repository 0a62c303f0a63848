package onload.sockets.option;

/** What the value of an option is, and so how it is written. */
public enum OptionType {
    /** {@code on} or {@code off}; also true, false, yes, no, 1 and 0. */
    SWITCH,

    /** A whole number of things. */
    NUMBER,

    /** A whole number with ns, us, ms, s, min or h; some may be {@code forever}. Kept in nanoseconds. */
    DURATION,

    /** A whole number of bytes, or with k, m or g of 1024, 1024² or 1024³ of them. */
    BYTES,

    /** One of a few words. */
    WORD,

    /** Free text. */
    TEXT
}
