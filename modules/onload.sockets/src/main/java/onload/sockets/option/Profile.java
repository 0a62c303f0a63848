package onload.sockets.option;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Reads a profile with those that it includes. What comes later counts; an option that stands twice in one file is
 * refused. Files are bounded in length, in depth and in number, since one may include what somebody else writes.
 */
final class Profile {
    /** The profiles that come with the stack. */
    static final List<String> SHIPPED = List.of("latency", "safe", "throughput");

    private static final int MOST_BYTES = 1 << 16;
    private static final int MOST_FILES = 64;
    private static final int MOST_DEEP = 4;
    private static final String INCLUDE = "include ";

    private final Map<StackOption, Setting> settings = new EnumMap<>(StackOption.class);
    private final Deque<String> open = new ArrayDeque<>();
    private int files;

    private Profile() {}

    /**
     * {@return what a profile says}
     *
     * @throws IllegalArgumentException in one line, with file and line
     */
    static Map<StackOption, Setting> read(String nameOrPath) {
        Profile profile = new Profile();
        profile.take(nameOrPath, Path.of(""));
        return profile.settings;
    }

    private void take(String nameOrPath, Path folder) {
        if (SHIPPED.contains(nameOrPath)) {
            takeText(nameOrPath, nameOrPath, shipped(nameOrPath), folder);
            return;
        }
        Path path = existing(nameOrPath, folder);
        Path parent = Objects.requireNonNullElse(path.getParent(), Path.of(""));
        takeText(path.toAbsolutePath().normalize().toString(), path.toString(), text(path), parent);
    }

    private static Path existing(String nameOrPath, Path folder) {
        try {
            Path path = folder.resolve(nameOrPath);
            if (Files.isRegularFile(path)) {
                return path;
            }
        } catch (InvalidPathException e) {
            // What cannot be a path is as one that leads nowhere.
        }
        String question = ValueText.nearest(nameOrPath, SHIPPED);
        throw new IllegalArgumentException(
                "there is no profile \"%s\"%s expected %s or the path of a file"
                        .formatted(
                                ValueText.shown(nameOrPath),
                                question.isEmpty() ? ";" : question,
                                String.join(", ", SHIPPED)));
    }

    private static String shipped(String name) {
        try (InputStream in = StackOptions.class.getResourceAsStream(name + ".profile")) {
            return decode(name, Objects.requireNonNull(in, name));
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private static String text(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return decode(path.toString(), in);
        } catch (IOException e) {
            throw unreadable(path.toString(), e);
        }
    }

    private static String decode(String name, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "the profile %s is too long; expected up to %d bytes"
                            .formatted(ValueText.shown(name), MOST_BYTES));
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "the profile %s is not text; expected UTF-8".formatted(ValueText.shown(name)),
                    e);
        }
    }

    private static IllegalArgumentException unreadable(String name, IOException e) {
        return new IllegalArgumentException(
                "the profile %s cannot be read; expected a file that can be"
                        .formatted(ValueText.shown(name)),
                e);
    }

    private void takeText(String identity, String name, String text, Path folder) {
        if (open.contains(identity)) {
            throw new IllegalArgumentException(
                    "the profile %s includes itself; expected an end"
                            .formatted(ValueText.shown(name)));
        }
        if (open.size() == MOST_DEEP) {
            throw new IllegalArgumentException(
                    "profiles include each other more than %d deep; expected fewer"
                            .formatted(MOST_DEEP));
        }
        if (++files > MOST_FILES) {
            throw new IllegalArgumentException(
                    "more than %d profiles are included; expected fewer".formatted(MOST_FILES));
        }
        open.push(identity);
        takeLines(name, text, folder);
        open.pop();
    }

    private void takeLines(String name, String text, Path folder) {
        Set<StackOption> here = EnumSet.noneOf(StackOption.class);
        int number = 0;
        for (String line : text.split("\\R", -1)) {
            number++;
            try {
                takeLine(withoutRemark(line), name, folder, here);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "%s, line %d: %s".formatted(ValueText.shown(name), number, e.getMessage()),
                        e);
            }
        }
    }

    private static String withoutRemark(String line) {
        int remark = line.indexOf('#');
        return (remark < 0 ? line : line.substring(0, remark)).strip();
    }

    private void takeLine(String line, String name, Path folder, Set<StackOption> here) {
        int equals = line.indexOf('=');
        if (line.startsWith(INCLUDE)) {
            take(line.substring(INCLUDE.length()).strip(), folder);
        } else if (equals >= 0) {
            OptionName found = OptionName.find(line.substring(0, equals).strip());
            if (!here.add(found.option())) {
                throw new IllegalArgumentException(
                        "%s stands in this file before; expected it once"
                                .formatted(found.option()));
            }
            String value = line.substring(equals + 1).strip();
            OptionOrigin origin = OptionOrigin.profile(ValueText.shown(name));
            settings.put(found.option(), found.read(value, origin));
        } else if (!line.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no line of a profile; expected name = value, or include and a profile"
                            .formatted(ValueText.shown(line)));
        }
    }
}
