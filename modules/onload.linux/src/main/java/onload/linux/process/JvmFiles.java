package onload.linux.process;

import onload.linux.SystemCall;
import onload.linux.SystemCalls;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The files that this JVM has open for itself: its image of modules and the jars of its class path. It does not mark
 * them to be closed on exec, and files that the process was given must stay open.
 */
final class JvmFiles {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /** {@code F_SETFD} and {@code FD_CLOEXEC} of asm-generic/fcntl.h. */
    private static final int F_SETFD = 2;

    private static final int FD_CLOEXEC = 1;

    private JvmFiles() {}

    /** Marks them. What cannot be found out stays as it is. */
    static void closeOnExec(SystemCalls calls) {
        Path home = real(Path.of(System.getProperty("java.home", "")));
        Set<Path> jars = jars();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                Path file = target(descriptor);
                if (file.startsWith(home) || jars.contains(file)) {
                    int number = Integer.parseInt(descriptor.getFileName().toString());
                    calls.call(SystemCall.FCNTL, number, F_SETFD, FD_CLOEXEC);
                }
            }
        } catch (IOException e) {
            return;
        }
    }

    private static Set<Path> jars() {
        Set<Path> jars = new HashSet<>();
        for (String property : new String[] {"java.class.path", "jdk.module.path"}) {
            for (String part : System.getProperty(property, "").split(File.pathSeparator)) {
                if (part.endsWith(".jar")) {
                    jars.add(real(Path.of(part)));
                }
            }
        }
        return jars;
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            return link; // closed in the meantime: the folder itself, while it was listed
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath();
        }
    }
}
