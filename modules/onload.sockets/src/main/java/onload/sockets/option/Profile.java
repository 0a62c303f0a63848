package onload.sockets.option;

import onload.nic.text.NearestName;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads profiles: files with a line {@code name = value} for each option, {@code include NAME} for another profile, and comments after
 * {@code #}. Those that come with onload are known by a word; others by the path of a file, which has a slash in it. Algorithm.
 */
final class Profile {
    /** The profiles that come with onload. */
    static final List<String> NAMES = List.of("latency", "safe", "throughput");

    private static final int LONGEST_FILE = 1 << 20;

    private final Map<StackOption, String> values = new LinkedHashMap<>();
    private final Deque<String> open = new ArrayDeque<>();

    private Profile() {}

    /**
     * {@return the options that a profile sets}
     *
     * @throws IllegalArgumentException if it is not there, cannot be read, or has a line that is wrong; the message names file and line
     */
    static Map<StackOption, String> read(String profile) {
        Profile reader = new Profile();
        reader.include(profile);
        return reader.values;
    }

    private void include(String profile) {
        if (open.contains(profile)) {
            throw new IllegalArgumentException(
                    "profile %s includes itself, by %s; expected no circle"
                            .formatted(profile, String.join(", ", open.reversed())));
        }
        open.push(profile);
        int number = 0;
        for (String line : text(profile).split("\n", -1)) {
            number++;
            try {
                line(line);
            } catch (LineException e) {
                throw new IllegalArgumentException(
                        "profile %s, line %d: %s".formatted(profile, number, e.getMessage()), e);
            }
        }
        open.pop();
    }

    /** What is wrong with a line of this file, not of one that it includes. */
    private static final class LineException extends RuntimeException {
        private static final long serialVersionUID = 1;

        LineException(String message, Throwable cause) {
            super(message, cause);
        }

        LineException(String message) {
            super(message);
        }
    }

    private void line(String line) {
        int hash = line.indexOf('#');
        String content = (hash < 0 ? line : line.substring(0, hash)).strip();
        if (content.isEmpty()) {
            return;
        }
        if (content.startsWith("include ")) {
            include(content.substring("include ".length()).strip());
            return;
        }
        int equals = content.indexOf('=');
        if (equals < 1) {
            throw new LineException(
                    "\"%s\" is none of name = value, include NAME, # comment".formatted(content));
        }
        String name = content.substring(0, equals).strip();
        String value = content.substring(equals + 1).strip();
        try {
            StackOption option = StackOptions.named(name);
            values.put(option, StackOptions.checked(option, name, value));
        } catch (IllegalArgumentException e) {
            throw new LineException(String.valueOf(e.getMessage()), e);
        }
    }

    private static String text(String profile) {
        try {
            return profile.indexOf('/') >= 0 ? file(profile) : resource(profile);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "profile %s cannot be read: %s; expected a file, or one of %s"
                            .formatted(profile, e, String.join(", ", NAMES)),
                    e);
        }
    }

    private static String file(String profile) throws IOException {
        Path path = Path.of(profile);
        if (Files.size(path) > LONGEST_FILE) {
            throw new IOException("it is longer than " + LONGEST_FILE + " bytes");
        }
        return Files.readString(path);
    }

    private static String resource(String profile) throws IOException {
        if (!NAMES.contains(profile)) {
            throw new IllegalArgumentException(
                    "there is no profile \"%s\"%s expected one of %s, or the path of a file, with a slash in it"
                            .formatted(
                                    profile,
                                    separated(NearestName.question(profile, NAMES)),
                                    String.join(", ", NAMES)));
        }
        try (InputStream in = Profile.class.getResourceAsStream("profile/" + profile + ".profile")) {
            if (in == null) {
                throw new IOException("it is missing from the archive of onload.sockets");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static String separated(String question) {
        return question.isEmpty() ? ";" : question;
    }
}
