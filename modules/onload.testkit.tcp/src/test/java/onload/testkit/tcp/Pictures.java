package onload.testkit.tcp;

import onload.testkit.tcp.plot.GridChart;
import onload.testkit.tcp.plot.LineChart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures goodput and fairness of every congestion control on virtual time, and writes docs/simulation.md with its
 * plots. The same engine writes the same files, to the last bit.
 *
 * <pre>java … onload.testkit.tcp.Pictures DOCS</pre>
 */
final class Pictures {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long[] KILOBITS = {10_000, 100_000};
    private static final long[] ROUND_TRIPS_US = {2_000, 20_000, 100_000};
    private static final double[] QUEUES = {0.25, 1};
    private static final long[] LOSSES_PPM = {0, 100, 1_000, 10_000};
    private static final int[] FLOWS = {2, 4, 8, 16};
    private static final int INTERVALS = 250;

    private final Path folder;
    private final StringBuilder page = new StringBuilder();

    private Pictures(Path docs) {
        folder = docs.resolve("simulation");
    }

    public static void main(String[] arguments) throws IOException {
        Path docs = Path.of(arguments[0]);
        Pictures pictures = new Pictures(docs);
        Files.createDirectories(pictures.folder);
        pictures.draw();
        Files.writeString(docs.resolve("simulation.md"), pictures.page);
    }

    private void draw() throws IOException {
        page.append(
                """
                # Simulation

                Written by `onload.testkit.tcp.Pictures`; every number is of virtual time and \
                replays. The network is a dumbbell: hosts at two switches,
                and one cable between these with a rate, a delay, a queue and random loss. Buffers \
                of the hosts are never the limit.
                The bound is the rate of the cable less Ethernet, IP and TCP headers: 1448 of 1514 bytes.

                How networks are simulated, what is checked all along and how a failure replays is \
                in the Javadoc of `onload.testkit.tcp`. Each build runs some
                thousand connections over some hundred networks; \
                `-Donload.test.args=-Donload.scale=1000` makes that millions. `LongRun` of the same \
                tests counts
                connections and says how long they took, `Replay` shows the segments of one \
                scenario, and `Pictures` writes this page.

                ## One flow that is alone

                """);
        windows();
        page.append(
                """

                ## Goodput

                The part of the bound that one flow has, after five seconds for the start. Queues \
                are in bandwidth-delay products, of ten frames at least.
                Windows that a loss halves (NewReno, DCTCP) leave a clean link idle for a while \
                where the queue is less than that product: with a quarter of it,
                the window goes from 1.25 to 0.625 products, and back by a segment in a round \
                trip.

                """);
        for (String control : Scenarios.controls()) {
            grid(control);
        }
        overLoss();
        fairness();
    }

    private void picture(String name, String words, String svg) throws IOException {
        Files.writeString(folder.resolve(name + ".svg"), svg);
        page.append("![%s](simulation/%s.svg)%n%n".formatted(words, name));
        System.out.println(name);
    }

    private static int frames(long kilobits, long roundTripUs, double queue) {
        double bytes = kilobits * 1000.0 / 8 * roundTripUs / 1e6;
        return (int) Math.max(10, Math.ceil(bytes * queue / 1514));
    }

    private static Measured measure(Scenario scenario, String control, long seconds) {
        return Measurement.run(
                scenario,
                List.of(control),
                SECOND_NS / 4,
                5 * SECOND_NS,
                seconds * SECOND_NS,
                INTERVALS);
    }

    /** Congestion windows over time. */
    private void windows() throws IOException {
        Scenario scenario = Measurement.scenario(1, 20_000, 40_000, frames(20_000, 40_000, 1));
        LineChart chart =
                new LineChart(
                        "Congestion window, 20 Mbit/s, 40 ms, queue of one bandwidth-delay product",
                        "seconds",
                        "kilobytes");
        StringBuilder table =
                new StringBuilder(
                        "| | part of the bound | frames dropped |\n| --- | ---: | ---: |\n");
        double[] seconds = null;
        for (String control : Scenarios.controls()) {
            Measured measured = measure(scenario, control, 20);
            List<Integer> windows = measured.windows().getFirst();
            seconds = new double[windows.size()];
            double[] kilobytes = new double[windows.size()];
            for (int i = 0; i < windows.size(); i++) {
                seconds[i] = i * measured.intervalNs() / 1e9;
                kilobytes[i] = windows.get(i) / 1e3;
            }
            chart.curve(control, seconds, kilobytes);
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | %.1f %% | %d |%n",
                            control,
                            100 * measured.goodput() / Measurement.bound(scenario),
                            measured.drops()));
        }
        if (seconds != null) {
            double full = 2 * Measurement.bandwidthDelayBytes(scenario) / 1e3;
            double[] ends = {0, seconds[seconds.length - 1]};
            chart.reference("way and queue", ends, new double[] {full, full});
        }
        picture("windows", "Congestion windows over time", chart.svg());
        page.append(table);
    }

    private void grid(String control) throws IOException {
        List<String> down = new ArrayList<>();
        List<double[]> rows = new ArrayList<>();
        for (long kilobits : KILOBITS) {
            for (long roundTripUs : ROUND_TRIPS_US) {
                for (double queue : QUEUES) {
                    int frames = frames(kilobits, roundTripUs, queue);
                    down.add(
                            "%d Mbit/s, %d ms, %d frames"
                                    .formatted(kilobits / 1000, roundTripUs / 1000, frames));
                    rows.add(row(control, Measurement.scenario(1, kilobits, roundTripUs, frames)));
                }
            }
        }
        List<String> across = new ArrayList<>();
        for (long loss : LOSSES_PPM) {
            across.add(LinePercent.of(loss));
        }
        double[][] values = rows.toArray(double[][]::new);
        GridChart chart =
                new GridChart("Goodput of " + control, "random loss", across, down, values);
        picture("goodput-" + control, "Goodput of " + control, chart.svg());
    }

    private static double[] row(String control, Scenario clean) {
        double[] row = new double[LOSSES_PPM.length];
        for (int i = 0; i < row.length; i++) {
            Scenario scenario = clean.with(Parameter.LOSS_PPM, LOSSES_PPM[i]);
            row[i] = measure(scenario, control, 10).goodput() / Measurement.bound(scenario);
        }
        return row;
    }

    private static final class LinePercent {
        private LinePercent() {}

        static String of(long partsInAMillion) {
            return String.format(Locale.ROOT, "%s %%", Double.toString(partsInAMillion / 1e4))
                    .replace(".0 ", " ");
        }
    }

    /** Against random loss, with what the formula says. */
    private void overLoss() throws IOException {
        long[] losses = {100, 300, 1_000, 3_000, 10_000, 20_000, 30_000};
        Scenario clean = Measurement.scenario(1, 100_000, 50_000, frames(100_000, 50_000, 1));
        LineChart chart =
                new LineChart(
                        "Goodput over random loss, 100 Mbit/s, 50 ms, queue of one bandwidth-delay product",
                        "loss in per cent",
                        "Mbit/s");
        double[] across = new double[losses.length];
        double[] mathis = new double[losses.length];
        StringBuilder table = new StringBuilder("| random loss | Mathis et al. |");
        StringBuilder line = new StringBuilder("| ---: | ---: |");
        List<StringBuilder> rows = new ArrayList<>();
        for (int i = 0; i < losses.length; i++) {
            Scenario scenario = clean.with(Parameter.LOSS_PPM, losses[i]);
            across[i] = losses[i] / 1e4;
            mathis[i] = Math.min(Measurement.mathis(scenario), Measurement.bound(scenario)) / 1e6;
            rows.add(
                    new StringBuilder(
                            String.format(
                                    Locale.ROOT,
                                    "| %s | %.2f |",
                                    LinePercent.of(losses[i]),
                                    mathis[i])));
        }
        for (String control : Scenarios.controls()) {
            double[] up = new double[losses.length];
            table.append(' ').append(control).append(" |");
            line.append(" ---: |");
            for (int i = 0; i < losses.length; i++) {
                Scenario scenario = clean.with(Parameter.LOSS_PPM, losses[i]);
                up[i] = measure(scenario, control, 30).goodput() / 1e6;
                rows.get(i).append(String.format(Locale.ROOT, " %.2f |", up[i]));
            }
            chart.curve(control, across, up);
        }
        chart.reference("Mathis et al.", across, mathis);
        page.append(
                """
                ### Against random loss

                Mbit/s of payload over 30 seconds. The formula of Mathis et al. is for standard TCP \
                without delayed acknowledgments, and ends at the bound.

                """);
        picture("loss", "Goodput over random loss", chart.svg());
        page.append(table).append('\n').append(line).append('\n');
        rows.forEach(row -> page.append(row).append('\n'));
    }

    private void fairness() throws IOException {
        page.append(
                """

                ## Fairness

                Flows of one congestion control that begin a quarter of a second after each other, \
                over 20 Mbit/s and 20 ms with a queue of one bandwidth-delay
                product, over 60 seconds: Jain's index, which is 1 for equal shares, and the largest \
                deviation from an equal share.

                """);
        StringBuilder head = new StringBuilder("| flows |");
        StringBuilder line = new StringBuilder("| ---: |");
        List<StringBuilder> rows = new ArrayList<>();
        double[] across = new double[FLOWS.length];
        for (int i = 0; i < FLOWS.length; i++) {
            across[i] = FLOWS[i];
            rows.add(new StringBuilder("| %d |".formatted(FLOWS[i])));
        }
        LineChart chart = new LineChart("Jain's index of fairness", "flows", "index");
        for (String control : Scenarios.controls()) {
            head.append(' ').append(control).append(" |");
            line.append(" ---: |");
            double[] up = new double[FLOWS.length];
            for (int i = 0; i < FLOWS.length; i++) {
                Scenario scenario =
                        Measurement.scenario(FLOWS[i], 20_000, 20_000, frames(20_000, 20_000, 1));
                Measured measured = measure(scenario, control, 60);
                up[i] = measured.fairness();
                rows.get(i)
                        .append(
                                String.format(
                                        Locale.ROOT,
                                        " %.4f, %.1f %% |",
                                        up[i],
                                        100 * measured.deviation()));
            }
            chart.curve(control, across, up);
        }
        picture("fairness", "Fairness among flows", chart.svg());
        page.append(head).append('\n').append(line).append('\n');
        rows.forEach(row -> page.append(row).append('\n'));
    }
}
