package onload.agent;

/** Which Java a JVM is. Class files of Java 8. */
final class JavaVersion {
    /** The oldest that onload runs on. */
    static final int OLDEST = 25;

    private JavaVersion() {}

    /**
     * {@return the feature number of a version: 8 for {@code 1.8}, 25 for {@code 25}; 0 if it cannot be read}
     *
     * @param specification the system property {@code java.specification.version}
     */
    static int feature(String specification) {
        String text = specification.startsWith("1.") ? specification.substring(2) : specification;
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** {@return whether onload runs on a JVM of this {@code java.specification.version}} */
    static boolean isEnough(String specification) {
        return feature(specification) >= OLDEST;
    }
}
