package onload.testkit.script.language;

/**
 * When something happens, or has to: nanoseconds from the beginning of the script, or from the event before.
 *
 * @param kind how the two are meant
 * @param fromNs the time, or the beginning of the window
 * @param toNs the end of the window, or when a blocking call returns; else as {@code fromNs}
 */
public record EventTime(Kind kind, long fromNs, long toNs) {
    /** How a time is given. */
    public enum Kind {
        /** {@code 0.5}. */
        ABSOLUTE,
        /** {@code +.5}. */
        RELATIVE,
        /** {@code *}. */
        ANY,
        /** {@code 1~2}. */
        ABSOLUTE_WINDOW,
        /** {@code +1~+2}. */
        RELATIVE_WINDOW,
        /** {@code 1...2}: a call that blocks. */
        ABSOLUTE_SPAN,
        /** {@code +1...2}. */
        RELATIVE_SPAN
    }

    /** {@return whether times are counted from the event before} */
    public boolean isRelative() {
        return kind == Kind.RELATIVE || kind == Kind.RELATIVE_WINDOW || kind == Kind.RELATIVE_SPAN;
    }

    /** {@return whether it is the time of a call that blocks} */
    public boolean isSpan() {
        return kind == Kind.ABSOLUTE_SPAN || kind == Kind.RELATIVE_SPAN;
    }

    /** {@return whether anything from the first to the second time will do} */
    public boolean isWindow() {
        return kind == Kind.ABSOLUTE_WINDOW || kind == Kind.RELATIVE_WINDOW;
    }
}
