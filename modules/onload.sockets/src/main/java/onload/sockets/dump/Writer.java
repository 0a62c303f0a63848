package onload.sockets.dump;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the process that wrote a file runs, by its number and the time of its start. */
final class Writer {
    /** The system's clock may be set while a process runs, and its start is counted from there on some systems. */
    private static final long START_TOLERANCE_MS = 2_000;

    private Writer() {}

    static boolean isAlive(long pid, long writersStartMs) {
        if (pid <= 0) {
            return false;
        }
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isEmpty() || !process.get().isAlive() || hasEnded(pid)) {
            return false;
        }
        long startMs = StackFiles.startMs(process.get());
        return startMs == 0 || writersStartMs == 0 || areNear(startMs, writersStartMs);
    }

    /** Either may be any number, since one is from the file: their difference may not fit a long. */
    private static boolean areNear(long a, long b) {
        long difference = a - b;
        boolean overflows = ((a ^ b) & (a ^ difference)) < 0;
        return !overflows && difference >= -START_TOLERANCE_MS && difference <= START_TOLERANCE_MS;
    }

    /**
     * A process that has ended keeps its number until its parent has asked how, which in a container may be
     * never. Linux shows its state behind the name of the program, which is in brackets and may have others in it.
     */
    private static boolean hasEnded(long pid) {
        try {
            byte[] bytes = Files.readAllBytes(Path.of("/proc/" + pid + "/stat"));
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            return text.substring(text.lastIndexOf(')') + 1).matches("(?s) [ZX] .*");
        } catch (IOException e) {
            // Not Linux, or gone in this moment: what the JVM has said counts.
            return false;
        }
    }
}
