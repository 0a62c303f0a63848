package onload.agent;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;

/** What {@code -javaagent} starts. Class files of Java 8: it knows nothing that is newer, but by name. */
public final class Agent {
    private static final int FAILED = 1;

    private Agent() {}

    /**
     * Puts the program that is about to start on stacks. If that cannot be, the program does not start: exit code 1 and
     * one line that says what to do, since a program that is not accelerated and does not say so is worse.
     *
     * @param argument nothing
     * @param instrumentation of the JVM
     */
    public static void premain(String argument, Instrumentation instrumentation) {
        String version = System.getProperty("java.specification.version", "");
        if (!JavaVersion.isEnough(version)) {
            refuse(
                    tooOld(
                            version,
                            System.getProperty("java.home", ""),
                            System.getenv("ONLOAD_JAVA")));
        }
        try {
            Class.forName("onload.agent.Launch")
                    .getMethod("run", Instrumentation.class)
                    .invoke(null, instrumentation);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            refuse(cause == null ? e : cause);
        } catch (ReflectiveOperationException | LinkageError e) {
            refuse(e);
        }
    }

    /**
     * {@return the line for a JVM that is too old}
     *
     * @param version its {@code java.specification.version}
     * @param home its folder
     * @param found the {@code java} that onload runs on itself; null if nobody said
     */
    static String tooOld(String version, String home, @Nullable String found) {
        String use = found == null ? "start the program with such a one" : "use " + found;
        return "onload needs Java %d or newer; this is Java %d (%s); %s, or run the program without onload"
                .replaceFirst("%d", String.valueOf(JavaVersion.OLDEST))
                .replaceFirst("%d", String.valueOf(JavaVersion.feature(version)))
                .replace("(%s)", "(" + home + File.separator + "bin" + File.separator + "java)")
                .replace("%s", use);
    }

    /** What a person can mend has a message that says so; everything else is a fault of ours, and shown whole. */
    private static void refuse(Throwable fault) {
        if (isForPeople(fault)) {
            refuse("onload: " + fault.getMessage());
        }
        fault.printStackTrace();
        refuse("onload: the program was not started, since the agent failed: " + fault);
    }

    private static boolean isForPeople(Throwable fault) {
        return fault.getMessage() != null
                && (fault instanceof IllegalArgumentException
                        || fault instanceof IllegalStateException
                        || fault instanceof UnsupportedOperationException
                        || fault.getClass()
                                .getName()
                                .equals("onload.nic.spi.NicUnavailableException"));
    }

    private static void refuse(String line) {
        System.err.println(line);
        System.exit(FAILED);
    }
}
