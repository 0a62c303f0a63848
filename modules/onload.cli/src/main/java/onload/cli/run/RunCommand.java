package onload.cli.run;

import onload.cli.console.Console;
import onload.cli.console.Distribution;
import onload.cli.console.ExitCodes;
import onload.cli.console.Refusal;
import onload.jdk.placement.AccelerationPlan;
import onload.linux.Errno;
import onload.linux.process.ProcessText;
import onload.linux.process.ProgramImage;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code onload run}: starts an unmodified program, whose sockets are a stack's where that reaches. */
@Command(
        name = "run",
        description = {
            "Runs an unmodified program, with the JVMs that it starts, on a stack of its own.",
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
            "  onload run --nic afxdp:eth1 --address 192.0.2.1/24 --gateway 192.0.2.254"
                    + " --profile latency -- ./start.sh",
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
    @Mixin private StackArguments stack = new StackArguments();

    @Option(
            names = "--stats",
            description =
                    "At the end of each JVM: what its stacks did, on the standard error stream.")
    private boolean isCounted;

    @Parameters(
            paramLabel = "COMMAND",
            arity = "1..*",
            description =
                    "The program with its arguments, which are handed on as they are; write -- before it.")
    private List<String> command = new ArrayList<>();

    /** Made by picocli. */
    public RunCommand() {}

    @Override
    public Integer call() {
        Distribution distribution = Distribution.ofProcess();
        List<byte[]> started = ProcessText.arguments();
        Variables variables = new Variables(ProcessText.environment());
        ProgramEnvironment.unhide(variables);
        String plan = stack.plan();
        stack.check(plan);
        if (plan.isEmpty() && !variables.has(AccelerationPlan.VARIABLE)) {
            Console.ofProcess()
                    .err()
                    .println(
                            "onload: no NIC is named, so all sockets are the kernel's; see onload run --help");
        }
        ProgramEnvironment.prepare(variables, distribution, plan, isCounted);
        // As bytes: what the JVM made of them in its locale need not be what was written.
        List<byte[]> bytes = started.subList(started.size() - command.size(), started.size());
        throw notStarted(new ProgramImage(bytes, variables.bytes()).become());
    }

    private Refusal notStarted(int errno) {
        String name = command.getFirst();
        return switch (errno) {
            case Errno.ENOENT ->
                    Refusal.of(
                            ExitCodes.NOT_FOUND,
                            name.contains("/")
                                    ? "there is no file %s; check the path of the program"
                                            .formatted(name)
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
