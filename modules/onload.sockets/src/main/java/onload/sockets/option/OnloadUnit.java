package onload.sockets.option;

/** In what Onload counts a variable, since {@code EF_SPIN_USEC=50} has no unit in its value. */
public enum OnloadUnit {
    /** As many as the number says. */
    COUNT("a whole number", 1),

    /** 1 is on, 0 is off. */
    SWITCH("1 or 0", 1),

    /** The number of a word, counted from 0. */
    CHOICE("the number of the word", 1),

    /** Bytes. */
    BYTES("bytes", 1),

    /** Bytes; 0 leaves the default. */
    BYTES_OR_DEFAULT("bytes, 0 for the default", 1),

    /** Microseconds; -1 is forever. */
    MICROSECONDS("us, -1 for forever", 1_000),

    /** Microseconds of a bound; 0 and -1 are no bound. */
    MICROSECONDS_OR_NEVER("us, 0 for forever", 1_000),

    /** Milliseconds. */
    MILLISECONDS("ms", 1_000_000),

    /** Seconds. */
    SECONDS("s", 1_000_000_000),

    /** Seconds of a maximum segment lifetime, of which TIME-WAIT lasts two (RFC 9293, section 3.4.2). */
    SEGMENT_LIFETIME("s of the segment lifetime, half of it", 2_000_000_000L),

    /** The text itself. */
    TEXT("the same text", 1);

    private final String meaning;
    private final long scale;

    OnloadUnit(String meaning, long scale) {
        this.meaning = meaning;
        this.scale = scale;
    }

    /** {@return what a value says, for people} */
    public String meaning() {
        return meaning;
    }

    /** {@return what one is in the unit of the option: nanoseconds, bytes or pieces} */
    public long scale() {
        return scale;
    }
}
