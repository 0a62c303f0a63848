package onload.cli.run;

import onload.cli.console.Console;
import onload.cli.console.Distribution;
import onload.cli.console.ExitCodes;
import onload.cli.console.Refusal;
import onload.jdk.AccelerationPlan;
import onload.linux.Errno;
import onload.linux.process.ProcessText;
import onload.linux.process.ProgramImage;
import onload.nic.Nics;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code onload run}: starts an unmodified program, whose sockets are a stack's where that reaches. */
@Command(
        name = "run",
        description = {
            "Runs an unmodified program on a stack of its own: its sockets, and those of the JVMs that it starts.",
            "",
            "What a stack has no route to (loopback, other networks, Unix sockets) is the kernel's as ever, and",
            "the program does not notice; `onload stackdump` shows which socket is where, and why."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  onload run --nic tap:tap0 --address 192.0.2.1/24 -- java -jar server.jar",
            "  onload run --nic afxdp:eth1 --address 192.0.2.1/24 --gateway 192.0.2.254 --profile latency -- ./start.sh",
            "  onload run --nic afxdp:eth0,share=on -O spin=50us -- java -jar server.jar",
            "",
            "The command takes the place of onload: its process id, signals and exit code are the program's own.",
            "Onload's own are 1 (the NIC cannot be used), 2 (an option cannot be read), 126 (the command cannot be",
            "executed) and 127 (there is no such command).",
            "",
            "A bare `java` is the Java that onload runs on. A program that insists on one older than 25 ends with a",
            "line that says so.",
        })
public final class RunCommand implements Callable<Integer> {
    @ArgGroup(exclusive = false, multiplicity = "0..*")
    private List<NicChoice> nics = new ArrayList<>();

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "Options that belong together: latency, throughput, safe, or the path of a file.")
    private List<String> profiles = new ArrayList<>();

    @Option(
            names = {"-O", "--option"},
            paramLabel = "NAME=VALUE",
            description = "An option of the stack, such as spin=50us; docs/options.md has them all.")
    private List<String> options = new ArrayList<>();

    @Option(
            names = "--stats",
            description = "At the end of each JVM: what its stacks did, on the standard error stream.")
    private boolean isCounted;

    @Parameters(
            paramLabel = "COMMAND",
            arity = "1..*",
            description = "The program with its arguments, which are handed on as they are; write -- before it.")
    private List<String> command = new ArrayList<>();

    /** Made by picocli. */
    public RunCommand() {}

    @Override
    public Integer call() {
        Distribution distribution = Distribution.ofProcess();
        List<byte[]> started = ProcessText.arguments();
        Variables variables = new Variables(ProcessText.environment());
        ProgramEnvironment.unhide(variables);
        String plan = plan();
        check(plan);
        if (plan.isEmpty() && !variables.has(AccelerationPlan.VARIABLE)) {
            Console.ofProcess()
                    .err()
                    .println("onload: no NIC is named, so all sockets are the kernel's; see onload run --help");
        }
        ProgramEnvironment.prepare(variables, distribution, plan, isCounted);
        // As bytes: what the JVM made of them in its locale need not be what was written.
        List<byte[]> bytes = started.subList(started.size() - command.size(), started.size());
        throw notStarted(new ProgramImage(bytes, variables.bytes()).become());
    }

    /**
     * {@return the stack as a text, see {@link AccelerationPlan}; empty if there is none}
     *
     * @throws Refusal if something cannot be read
     */
    String plan() {
        if (nics.isEmpty()) {
            if (profiles.isEmpty() && options.isEmpty()) {
                return "";
            }
            throw Refusal.usage(
                    "there are options for a stack and no NIC for it; name one by --nic, such as --nic tap:tap0");
        }
        StringBuilder plan = new StringBuilder();
        nics.forEach(nic -> nic.addTo(plan));
        profiles.forEach(profile -> add(plan, "profile", "--profile", absolute(profile)));
        options.forEach(option -> add(plan, "option", "-O", option));
        return plan.substring(1);
    }

    private static void add(StringBuilder plan, String word, String option, String text) {
        if (text.isEmpty() || text.chars().anyMatch(Character::isWhitespace)) {
            throw Refusal.usage(
                    "%s \"%s\" has blanks or nothing in it; expected a text without".formatted(option, text));
        }
        plan.append(' ').append(word).append(' ').append(text);
    }

    /** The program may go elsewhere before it reads the file. */
    private static String absolute(String profile) {
        Path path = Path.of(profile);
        return Files.isRegularFile(path) ? path.toAbsolutePath().normalize().toString() : profile;
    }

    private void check(String plan) {
        try {
            Map<String, String> environment =
                    System.getenv().entrySet().stream()
                            .filter(entry -> !entry.getKey().startsWith("_"))
                            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            AccelerationPlan.parse(plan).stacks(environment);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw Refusal.usage(String.valueOf(e.getMessage()));
        }
        Nics installed = Nics.installed();
        nics.forEach(nic -> nic.checkAvailable(installed));
    }

    private Refusal notStarted(int errno) {
        String name = command.getFirst();
        return switch (errno) {
            case Errno.ENOENT ->
                    Refusal.of(
                            ExitCodes.NOT_FOUND,
                            name.contains("/")
                                    ? "there is no file %s; check the path of the program".formatted(name)
                                    : "there is no program %s in PATH; check its name, or give its path"
                                            .formatted(name));
            case Errno.EACCES ->
                    Refusal.of(
                            ExitCodes.CANNOT_RUN,
                            "%s is not a program that may be executed; chmod +x it, or name another"
                                    .formatted(name));
            default ->
                    Refusal.of(
                            ExitCodes.CANNOT_RUN,
                            "%s cannot be executed: %s".formatted(name, Errno.text(errno)));
        };
    }
}
