package onload.linux.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Arguments and environment of this process as it was started. The JVM decodes them by the locale and loses what is no
 * text in it; here they are bytes, as {@code proc(5)} has them.
 */
public final class ProcessText {
    private static final Path PROCESS = Path.of("/proc/self");

    private ProcessText() {}

    /**
     * {@return the arguments, that of the JVM's own program and its options first}
     *
     * @throws UncheckedIOException if {@code /proc} is not there
     */
    public static List<byte[]> arguments() {
        return split(read("cmdline"));
    }

    /**
     * {@return the variables, {@code NAME=VALUE} each, in the order in which they were given}
     *
     * @throws UncheckedIOException if {@code /proc} is not there
     */
    public static List<byte[]> environment() {
        return split(read("environ"));
    }

    private static byte[] read(String name) {
        try {
            return Files.readAllBytes(PROCESS.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(PROCESS.resolve(name) + " cannot be read", e);
        }
    }

    /** {@return the texts that end with a zero byte each; an empty one is one too} */
    static List<byte[]> split(byte[] bytes) {
        List<byte[]> texts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                texts.add(Arrays.copyOfRange(bytes, start, i));
                start = i + 1;
            }
        }
        if (start < bytes.length) {
            texts.add(Arrays.copyOfRange(bytes, start, bytes.length));
        }
        return texts;
    }
}
