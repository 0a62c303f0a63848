package onload.cli;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;
import onload.cli.console.Refusal;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The command {@code onload}. A further command is a class that implements {@code Callable<Integer>} with a
 * {@link Command} annotation, a public constructor without parameters, and a place in {@code subcommands} below; it
 * answers one of {@link ExitCodes} or throws a {@link Refusal}.
 */
@Command(
        name = "onload",
        description = "Runs unmodified programs on a user-level network stack.",
        mixinStandardHelpOptions = true,
        version = "onload 0.1.0-SNAPSHOT",
        subcommands = {})
public final class Onload implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    /** Made by picocli. */
    public Onload() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine(Console.ofProcess()).execute(arguments));
    }

    /** {@return the command line, whose refusals go to a console} */
    public static CommandLine commandLine(Console console) {
        CommandLine line = new CommandLine(new Onload());
        line.setExecutionExceptionHandler((fault, _, _) -> refused(fault, console));
        line.setParameterExceptionHandler((fault, _) -> misread(fault, console));
        line.setExecutionStrategy(Onload::execute);
        return line;
    }

    private static int execute(ParseResult parsed) {
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int refused(Exception fault, Console console) throws Exception {
        if (fault instanceof Refusal refusal) {
            console.progressDone();
            console.err().println("onload: " + refusal.getMessage());
            return refusal.exitCode();
        }
        throw fault;
    }

    private static int misread(ParameterException fault, Console console) {
        console.err().println("onload: " + fault.getMessage());
        return ExitCodes.USAGE;
    }

    /** Without a command there is nothing to do but to say what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
