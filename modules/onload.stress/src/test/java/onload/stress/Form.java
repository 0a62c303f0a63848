package onload.stress;

/** How much is run: a little in each build, much on request. */
enum Form {
    /** In each build. */
    SHORT,
    /** With {@code -Donload.stress=long}. */
    LONG;

    /** {@return what this JVM was asked for} */
    static Form asked() {
        String form = System.getProperty("onload.stress", "short");
        return switch (form) {
            case "short" -> SHORT;
            case "long" -> LONG;
            default ->
                    throw new IllegalArgumentException(
                            "there is no stress of form \"%s\"; use -Donload.stress=short or =long"
                                    .formatted(form));
        };
    }

    /** {@return a figure of this form} */
    int of(int inShort, int inLong) {
        return this == SHORT ? inShort : inLong;
    }
}
