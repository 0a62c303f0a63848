package onload.linux.process;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that becomes the one that its arguments name; exit code 200 and the error number on the way if it cannot.
 */
final class Becoming {
    private Becoming() {}

    /** The environment is that of this process, with {@code HELLO} added. */
    public static void main(String[] arguments) {
        List<byte[]> all = ProcessText.arguments();
        List<byte[]> variables = new ArrayList<>(ProcessText.environment());
        variables.add("HELLO=there".getBytes(StandardCharsets.UTF_8));
        ProgramImage image =
                new ProgramImage(all.subList(all.size() - arguments.length, all.size()), variables);
        System.exit(100 + image.become());
    }
}
