package onload.cli.doctor;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;
import onload.cli.console.Json;
import onload.cli.console.Refusal;
import onload.cli.doctor.Finding.Verdict;
import onload.linux.SystemCalls;
import onload.nic.NicSpec;
import onload.nic.Nics;
import onload.nic.spi.Availability;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** {@code onload doctor}: what this machine has, what is missing, and what to do. */
@Command(
        name = "doctor",
        description = {
            "Says what this machine has, what is missing, and what to do.",
            "",
            "Looks at Java, privileges, memory and each kind of NIC. NICs that are named are opened for a moment too."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  onload doctor",
            "  onload doctor afxdp:eth1 tap:tap0",
            "  sudo ./onload doctor --json",
            "",
            "Exit codes: 0 if every kind of NIC, or every NIC that was named, can be used; 1 if one cannot."
        })
public final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Prints one line of JSON.")
    private boolean isJson;

    @Parameters(
            paramLabel = "SPEC",
            arity = "0..*",
            description = "NICs to try, such as afxdp:eth1/0 or tap:tap0.")
    private List<String> specs = new ArrayList<>();

    /** Made by picocli. */
    public DoctorCommand() {}

    @Override
    public Integer call() {
        List<NicSpec> named = specs.stream().map(DoctorCommand::read).toList();
        List<Finding> machine = new ArrayList<>(List.of(java(), nativeAccess()));
        machine.addAll(
                new Examination(Path.of("/")).findings(Runtime.getRuntime().availableProcessors()));
        Nics installed = Nics.installed();
        List<Finding> nics = new ArrayList<>();
        installed.providers().forEach(provider -> nics.add(kind(provider)));
        installed.failures().forEach(line -> nics.add(broken(line)));
        List<Finding> tried = named.stream().map(spec -> tried(spec, installed)).toList();
        Console console = Console.ofProcess();
        show(console.out(), machine, nics, tried);
        boolean isWell = isWell(machine) && (tried.isEmpty() ? isWell(nics) : isWell(tried));
        return isWell ? ExitCodes.FINE : ExitCodes.FAILED;
    }

    private static NicSpec read(String spec) {
        try {
            return NicSpec.parse(spec);
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(String.valueOf(e.getMessage()));
        }
    }

    private static boolean isWell(List<Finding> findings) {
        return findings.stream().noneMatch(finding -> finding.verdict() == Verdict.MISSING);
    }

    /** It runs this, so it is new enough. */
    private static Finding java() {
        return Finding.fine(
                "Java", "%s (%s)".formatted(Runtime.version(), System.getProperty("java.home")));
    }

    private static Finding nativeAccess() {
        String whyNot = SystemCalls.whyNot();
        return whyNot.isEmpty()
                ? Finding.fine("system calls", "possible, on " + System.getProperty("os.arch"))
                : Finding.missing("system calls", whyNot, "without them there is emulated only");
    }

    private static Finding kind(NicProvider provider) {
        return finding("NIC " + provider.name(), provider.description(), () -> provider.probe());
    }

    private static Finding tried(NicSpec spec, Nics installed) {
        return finding(
                spec.toString(),
                "opened and closed",
                () -> installed.provider(spec.provider()).probe(spec.options()));
    }

    private static Finding finding(
            String subject, String description, Supplier<Availability> probe) {
        try {
            Availability availability = probe.get();
            return availability.isAvailable()
                    ? Finding.fine(subject, description)
                    : Finding.missing(subject, availability.reason(), availability.mend());
        } catch (NicUnavailableException e) {
            return Finding.missing(subject, String.valueOf(e.getMessage()), "choose another");
        } catch (RuntimeException | LinkageError e) {
            return Finding.missing(
                    subject, "its provider failed: " + e, "report it to who made it");
        }
    }

    private static Finding broken(String line) {
        return Finding.missing("NIC provider", line, "mend or remove its jar");
    }

    private void show(
            PrintStream out, List<Finding> machine, List<Finding> nics, List<Finding> tried) {
        if (isJson) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("machine", machine.stream().map(DoctorCommand::map).toList());
            all.put("nics", nics.stream().map(DoctorCommand::map).toList());
            all.put("tried", tried.stream().map(DoctorCommand::map).toList());
            out.println(Json.write(all));
            return;
        }
        int width =
                java.util.stream.Stream.of(machine, nics, tried)
                        .flatMap(List::stream)
                        .mapToInt(finding -> finding.subject().length())
                        .max()
                        .orElse(0);
        List.of(machine, nics, tried)
                .forEach(findings -> findings.forEach(finding -> line(out, finding, width)));
    }

    private static Map<String, Object> map(Finding finding) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("subject", finding.subject());
        map.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        map.put("found", finding.found());
        map.put("mend", finding.mend());
        return map;
    }

    private static void line(PrintStream out, Finding finding, int width) {
        String mark =
                switch (finding.verdict()) {
                    case FINE -> "ok ";
                    case COULD_BE_BETTER -> "-- ";
                    case MISSING -> "NO ";
                };
        out.println(
                mark
                        + finding.subject()
                        + " ".repeat(width - finding.subject().length() + 2)
                        + finding.found());
        if (!finding.mend().isEmpty()) {
            out.println(" ".repeat(width + 5) + "-> " + finding.mend());
        }
    }
}
