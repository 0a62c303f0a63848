package onload.cli.demo;

import onload.cli.console.Console;
import onload.cli.console.Distribution;
import onload.cli.console.ExitCodes;
import onload.cli.console.Refusal;
import onload.jdk.placement.AccelerationPlan;
import onload.nic.NicSpec;
import onload.nic.emulated.EmulatedNicProvider;
import onload.nic.spi.Availability;
import onload.sockets.dump.StackFiles;
import onload.sockets.dump.StackView;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code onload demo}: unmodified programs on two stacks, without root and without set-up. */
@Command(
        name = "demo",
        description = {
            "Shows unmodified programs on two stacks; no root, no set-up.",
            "",
            "HTTP servers and clients, those of the JDK and of Netty, run in one JVM: first on the kernel's loopback,",
            "then on two stacks over an emulated wire that delays and loses frames."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  onload demo",
            "  onload demo --loss 1%% --delay 1ms --requests 2000",
            "",
            "Exit codes: 0 if every answer came and was right, else 1."
        })
public final class DemoCommand implements Callable<Integer> {
    private static final String SERVER = "192.0.2.1";
    private static final String CLIENT = "192.0.2.2";

    /** What is shown of the stacks, and by what name. */
    private static final Map<String, String> SHOWN = new LinkedHashMap<>();

    static {
        SHOWN.put("nic0 transmitted_frames", "frames sent");
        SHOWN.put("nic0 received_frames", "frames received");
        SHOWN.put("tcp segments_sent", "TCP segments sent");
        SHOWN.put("tcp retransmissions", "of these, sent again");
        SHOWN.put("tcp established", "connections established");
        SHOWN.put("stack faults", "faults of the stack");
    }

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "5000",
            description =
                    "Requests for each pair of programs, 1 to 1000000 (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "4",
            description = "Clients at once, 1 to 64 (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--delay",
            paramLabel = "TIME",
            defaultValue = "20us",
            description = "Delay of the wire at each of its two ends (default: ${DEFAULT-VALUE}).")
    private String delay = "";

    @Option(
            names = "--loss",
            paramLabel = "SHARE",
            defaultValue = "0.1%",
            description = "Frames that each end of the wire loses, such as 1%% (default: 0.1%%).")
    private String loss = "";

    /** Made by picocli. */
    public DemoCommand() {}

    @Override
    public Integer call() {
        Distribution distribution = Distribution.ofProcess();
        check(requests, 1, 1_000_000, "--requests");
        check(clients, 1, 64, "--clients");
        String plan = plan();
        Console console = Console.ofProcess();
        PrintStream out = console.out();
        out.println(
                "HTTP, %d clients, answers of 1200 bytes; com.sun.net.httpserver and java.net.http, then Netty."
                        .formatted(clients));
        out.println(
                "The same programs twice, unmodified. Latencies in microseconds; read+write are calls of the kernel.");
        out.println();
        out.println("On the kernel's sockets, over loopback:");
        out.println(DemoResult.heading());
        List<DemoResult> kernel = onKernel(distribution, console);
        kernel.forEach(result -> out.println(result.row()));
        out.println();
        out.println(
                "On two stacks, %s and %s, over a wire with a delay of %s and a loss of %s at each end:"
                        .formatted(SERVER, CLIENT, delay, loss));
        out.println(DemoResult.heading());
        List<DemoResult> stacks = onStacks(distribution, plan, console);
        conclude(out, kernel, stacks);
        boolean isRight =
                kernel.stream().allMatch(result -> result.wrong() == 0)
                        && stacks.stream().allMatch(result -> result.wrong() == 0);
        return isRight ? ExitCodes.FINE : ExitCodes.FAILED;
    }

    private static void check(int value, int least, int most, String option) {
        if (value < least || value > most) {
            throw Refusal.usage(
                    "%s is %d; expected %d to %d".formatted(option, value, least, most));
        }
    }

    private String plan() {
        String nic = "nic emulated:demo,delay=%s,loss=%s".formatted(delay, loss);
        String plan =
                "%s address %s/24 option name=server stack %s address %s/24 option name=client"
                        .formatted(nic, SERVER, nic, CLIENT);
        try {
            AccelerationPlan.parse(plan);
            // Their meaning is the provider's affair.
            NicSpec spec = NicSpec.parse(nic.substring("nic ".length()));
            Availability availability = new EmulatedNicProvider().probe(spec.options());
            if (!availability.isAvailable()) {
                throw Refusal.usage(availability.reason());
            }
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(String.valueOf(e.getMessage()));
        }
        return plan;
    }

    private List<String> arguments(String address) {
        return List.of(address, String.valueOf(requests), String.valueOf(clients));
    }

    private List<DemoResult> onKernel(Distribution distribution, Console console) {
        try (DemoProcess process =
                new DemoProcess(distribution, List.of(), "", arguments("127.0.0.1"))) {
            return process.finish(console, "on the kernel's sockets");
        }
    }

    private List<DemoResult> onStacks(Distribution distribution, String plan, Console console) {
        List<String> agent = List.of("-javaagent:" + distribution.agent());
        try (DemoProcess process = new DemoProcess(distribution, agent, plan, arguments(SERVER))) {
            List<DemoResult> results = process.finish(console, "on stacks");
            results.forEach(result -> console.out().println(result.row()));
            console.out().println();
            showStacks(console.out(), process.pid());
            return results;
        }
    }

    /** Read from outside, as `onload stackdump` does, while the process still has them. */
    private static void showStacks(PrintStream out, long pid) {
        try (StackView.Listing listing = StackView.list(StackFiles.folder())) {
            List<StackView> stacks =
                    listing.stacks().stream()
                            .filter(stack -> stack.pid() == pid)
                            .sorted(Comparator.comparing(StackView::name).reversed())
                            .toList();
            if (stacks.isEmpty()) {
                throw Refusal.failed("the programs had no stack; what they said stands above");
            }
            StringBuilder heading =
                    new StringBuilder("  %-28s".formatted("What the stacks counted:"));
            List<Map<String, Map<String, Long>>> counters = new ArrayList<>();
            for (StackView stack : stacks) {
                heading.append("%14s".formatted(stack.name()));
                counters.add(stack.counters());
            }
            out.println(heading);
            SHOWN.forEach((counter, name) -> out.println(row(name, counter, counters)));
        } catch (IOException e) {
            throw Refusal.failed("the files of stacks cannot be read: " + e.getMessage());
        }
    }

    private static String row(
            String name, String counter, List<Map<String, Map<String, Long>>> stacks) {
        StringBuilder row = new StringBuilder("  %-28s".formatted(name));
        int blank = counter.indexOf(' ');
        for (Map<String, Map<String, Long>> counters : stacks) {
            Long count =
                    counters.getOrDefault(counter.substring(0, blank), Map.of())
                            .get(counter.substring(blank + 1));
            row.append("%14s".formatted(count == null ? "?" : count));
        }
        return row.toString();
    }

    private static void conclude(
            PrintStream out, List<DemoResult> kernel, List<DemoResult> stacks) {
        out.println();
        long calls = sum(kernel);
        long left = sum(stacks);
        if (calls >= 0 && left >= 0) {
            out.println(
                    "%d calls of read and write on the kernel's sockets, %d on stacks: %d were not made."
                            .formatted(calls, left, Math.max(0, calls - left)));
        }
        List.of(kernel, stacks)
                .forEach(results ->
                        results.stream()
                                .filter(result -> !result.trouble().isEmpty())
                                .forEach(result ->
                                        out.println(
                                                "%s: %s"
                                                        .formatted(
                                                                result.program(),
                                                                result.trouble()))));
        out.println("Next: onload doctor, then onload run --help.");
    }

    private static long sum(List<DemoResult> results) {
        return results.stream().anyMatch(result -> result.calls() < 0)
                ? -1
                : results.stream().mapToLong(DemoResult::calls).sum();
    }
}
