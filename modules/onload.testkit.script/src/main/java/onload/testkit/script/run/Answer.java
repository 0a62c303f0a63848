package onload.testkit.script.run;

/**
 * What a call returns.
 *
 * @param value what it returns; −1 with an error
 * @param error the name of {@code errno}, or an empty text
 * @param isBlocked it does not return yet
 */
record Answer(long value, String error, boolean isBlocked) {
    static final Answer BLOCKED = new Answer(0, "", true);

    static Answer of(long value) {
        return new Answer(value, "", false);
    }

    static Answer error(String name) {
        return new Answer(-1, name, false);
    }

    @Override
    public String toString() {
        return isBlocked ? "nothing yet" : error.isEmpty() ? String.valueOf(value) : "-1 " + error;
    }
}
