package onload.testkit.script.language;

/** A script cannot be understood, or asks for what cannot be done: says where, and what was expected. */
public final class ScriptException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line;

    /**
     * Makes one.
     *
     * @param line the line, from 1
     */
    public ScriptException(int line, String message) {
        super(message);
        this.line = line;
    }

    /** {@return the line, from 1} */
    public int line() {
        return line;
    }
}
