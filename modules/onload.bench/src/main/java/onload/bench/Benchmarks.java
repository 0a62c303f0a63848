package onload.bench;

import org.openjdk.jmh.Main;

import java.io.IOException;

/**
 * Starts JMH with what every benchmark here needs: the allocation profiler, and in the forked JVMs the
 * export that Agrona reads memory through. Arguments are JMH's own.
 */
public final class Benchmarks {
    private static final String[] ALWAYS = {
        "-prof", "gc", "-jvmArgsAppend", "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"
    };

    private Benchmarks() {}

    /**
     * Runs benchmarks.
     *
     * @param arguments JMH's, after those that are always there
     * @throws IOException if JMH cannot read or write
     */
    public static void main(String[] arguments) throws IOException {
        String[] all = new String[ALWAYS.length + arguments.length];
        System.arraycopy(ALWAYS, 0, all, 0, ALWAYS.length);
        System.arraycopy(arguments, 0, all, ALWAYS.length, arguments.length);
        Main.main(all);
    }
}
