package onload.cli.demo;

import onload.cli.console.Refusal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a program of the demonstration says of itself.
 *
 * @param program {@code jdk} or {@code netty}
 * @param requests that were answered
 * @param wrong answers that did not come or were not right
 * @param micros how long all of them took
 * @param latencies in microseconds: 50 %, 90 %, 99 %, 99.9 %, the longest
 * @param trouble what went wrong first; empty if nothing did
 * @param calls of read and write that the process made meanwhile; −1 if they cannot be counted
 */
record DemoResult(
        String program,
        long requests,
        long wrong,
        long micros,
        List<Double> latencies,
        String trouble,
        long calls) {
    private static final List<String> PERCENTILES = List.of("p50", "p90", "p99", "p999", "max");

    /** {@return whether a line is a result} */
    static boolean isOne(String line) {
        return line.startsWith("program=");
    }

    /**
     * {@return the result that a line of NAME=VALUE says}
     *
     * @throws Refusal if it is none
     */
    static DemoResult parse(String line, long calls) {
        Map<String, String> values = new HashMap<>();
        int trouble = line.indexOf(" trouble=");
        try {
            for (String word : line.substring(0, trouble).split(" ")) {
                int equals = word.indexOf('=');
                values.put(word.substring(0, equals), word.substring(equals + 1));
            }
            List<Double> latencies = new ArrayList<>();
            for (String percentile : PERCENTILES) {
                latencies.add(Double.parseDouble(values.getOrDefault(percentile, "")));
            }
            return new DemoResult(
                    values.getOrDefault("program", ""),
                    Long.parseLong(values.getOrDefault("requests", "")),
                    Long.parseLong(values.getOrDefault("wrong", "")),
                    Long.parseLong(values.getOrDefault("micros", "")),
                    List.copyOf(latencies),
                    line.substring(trouble + " trouble=".length()),
                    calls);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw Refusal.failed("the demonstration says what nobody understands: " + line);
        }
    }

    /** {@return it as a line of a table, below {@link #heading}} */
    String row() {
        StringBuilder text =
                new StringBuilder(
                        "  %-7s%9d%7d%11.0f"
                                .formatted(
                                        program,
                                        requests,
                                        wrong,
                                        micros == 0 ? 0 : requests * 1e6 / micros));
        for (double latency : latencies) {
            text.append("%9.0f".formatted(latency));
        }
        return text.append("%12s".formatted(calls < 0 ? "?" : calls)).toString();
    }

    static String heading() {
        return "  %-7s%9s%7s%11s%9s%9s%9s%9s%9s%12s"
                .formatted(
                        "",
                        "requests",
                        "wrong",
                        "a second",
                        "50 % us",
                        "90 %",
                        "99 %",
                        "99.9 %",
                        "longest",
                        "read+write");
    }
}
