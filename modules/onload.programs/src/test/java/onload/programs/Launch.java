package onload.programs;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** Command lines of programs: by the JDK alone, and by {@code onload run} in front of that. */
final class Launch {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path MODULES = ROOT.resolve("modules");
    private static final Path HOUSE = Path.of(System.getProperty("user.home"), ".m2");

    /** What the programs of this module need and nothing of this house but them. */
    private static final String CLASS_PATH =
            Arrays.stream(
                            System.getProperty(
                                            "surefire.test.class.path",
                                            System.getProperty("java.class.path"))
                                    .split(File.pathSeparator))
                    .filter(Launch::isOfPrograms)
                    .map(entry -> Path.of(entry).toAbsolutePath().toString())
                    .collect(Collectors.joining(File.pathSeparator));

    private static final AtomicBoolean IS_WRITTEN = new AtomicBoolean();

    private Launch() {}

    private static boolean isOfPrograms(String entry) {
        Path path = Path.of(entry).toAbsolutePath().normalize();
        boolean isOwn =
                path.startsWith(MODULES.resolve("onload.programs").resolve("target"))
                        && !path.getFileName().toString().startsWith("test");
        boolean isOfHouse =
                path.startsWith(MODULES)
                        || path.startsWith(HOUSE.resolve("repository/io/onload"))
                        || path.getFileName().toString().startsWith("onload.");
        return isOwn || !isOfHouse;
    }

    /** {@return how a person would start a program with a JDK} */
    static List<String> java(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Small machines start it sooner so.
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g"));
        if (program.startsWith("Aeron")) {
            // What Agrona asks of everybody.
            command.addAll(List.of("--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED"));
        }
        // In a file, so that who reads what failed need not read that.
        command.add("@" + classPathFile());
        command.add(Launch.class.getPackageName() + "." + program);
        command.addAll(List.of(arguments));
        return command;
    }

    private static Path classPathFile() {
        Path file = Path.of("target", "classpath.arguments").toAbsolutePath();
        if (!IS_WRITTEN.getAndSet(true)) {
            try {
                Files.writeString(file, "-cp \"%s\"%n".formatted(CLASS_PATH));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return file;
    }

    /**
     * {@return how a person would start a command on a stack}
     *
     * @param nic the specification of its NIC
     * @param addresses with the lengths of their prefixes
     */
    static List<String> onload(String nic, List<String> addresses, List<String> command) {
        Path script = ROOT.resolve("onload");
        if (!Files.isExecutable(script)) {
            throw new AssertionError(script + " is not there; expected the command of this house");
        }
        // The build that runs these tests has made the distribution: the script need not see
        // whether it is new.
        List<String> all = new ArrayList<>(List.of("env", "BUILD_ONLOAD=no"));
        all.addAll(List.of(script.toString(), "run", "--nic", nic));
        for (String address : addresses) {
            all.addAll(List.of("--address", address));
        }
        // The addresses can be used at once.
        all.addAll(List.of("-O", "duplicate-address-detection=0", "--"));
        all.addAll(command);
        return all;
    }
}
