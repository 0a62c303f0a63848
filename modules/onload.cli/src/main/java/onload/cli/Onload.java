package onload.cli;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;
import onload.cli.console.Refusal;
import onload.cli.demo.DemoCommand;
import onload.cli.doctor.DoctorCommand;
import onload.cli.inspect.StackDump;
import onload.cli.inspect.TcpDump;
import onload.cli.measure.PingPong;
import onload.cli.measure.Stream;
import onload.cli.packetdrill.PacketDrill;
import onload.cli.run.RunCommand;
import onload.cli.wire.WireCommand;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;

/**
 * The command {@code onload}. A further command is a class that implements {@code Callable<Integer>} with a
 * {@link Command} annotation, and a line in {@link #commandLine}, where they stand in the order in which they
 * are shown; it answers one of {@link ExitCodes} or throws a {@link Refusal}.
 */
@Command(
        name = "onload",
        description = {
            "Runs unmodified programs on a user-level TCP/UDP/IP stack, and shows, records and measures what it does.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Onload.Version.class,
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nTo begin with:%n",
        footer = {
            "  onload demo                              see it work; no root, no set-up",
            "  onload doctor                            what this machine has, what is missing, and what to do",
            "  onload run --nic tap:tap0 --address 192.0.2.1/24 -- java -jar server.jar",
            "                                           run your own; then, from the kernel's end of the cable:",
            "                                           ip address add 192.0.2.2/24 dev tap0;"
                    + " curl http://192.0.2.1:8080/",
            "  onload help COMMAND                      all about a command",
            "",
            "Exit codes: 0 fine, 1 could not be done, 2 the command line cannot be read; run: those of the program."
        })
public final class Onload implements Callable<Integer> {
    private static final int WIDTH = 118;

    @Spec private CommandSpec spec = CommandSpec.create();

    /** Made by picocli. */
    public Onload() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine(Console.ofProcess()).execute(arguments));
    }

    /** {@return the command line, whose refusals go to a console} */
    public static CommandLine commandLine(Console console) {
        CommandLine run = new CommandLine(new RunCommand());
        // Behind the first word of a program all words are the program's.
        run.setStopAtPositional(true);
        CommandLine line = new CommandLine(new Onload());
        line.addSubcommand(run);
        line.addSubcommand(new DemoCommand());
        line.addSubcommand(new DoctorCommand());
        line.addSubcommand(new StackDump(console));
        line.addSubcommand(new TcpDump(console));
        line.addSubcommand(new PingPong(console));
        line.addSubcommand(new Stream(console));
        line.addSubcommand(new WireCommand(console));
        line.addSubcommand(new PacketDrill(console));
        line.addSubcommand(new CompletionCommand());
        line.addSubcommand(new HelpCommand());
        line.getSubcommands()
                .values()
                .forEach(command -> command.getCommandSpec().versionProvider(new Version()));
        // A word that begins with @ is a program's, such as the argument file of a java.
        line.setExpandAtFiles(false);
        line.setUsageHelpWidth(WIDTH);
        line.setExecutionExceptionHandler((fault, _, _) -> refused(fault, console));
        line.setParameterExceptionHandler((fault, _) -> misread(fault, console));
        return line;
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
        CommandLine command = fault.getCommandLine();
        String help = command.getCommandSpec().qualifiedName() + " --help";
        console.err().println("onload: %s; see %s".formatted(line(fault), help));
        return ExitCodes.USAGE;
    }

    /** One line, with the nearest word if one that was written is none. */
    private static String line(ParameterException fault) {
        String message = String.valueOf(fault.getMessage()).lines().findFirst().orElse("");
        if (fault instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                return message + "; did you mean " + String.join(" or ", suggestions) + "?";
            }
        }
        return message;
    }

    /** Without a command there is nothing to do but to say what there is. */
    @Override
    public Integer call() {
        spec.commandLine().usage(Console.ofProcess().err());
        return ExitCodes.USAGE;
    }

    /** Says which onload this is, and on which Java it runs. */
    static final class Version implements IVersionProvider {
        private static final String PROPERTIES =
                "/META-INF/maven/io.onload/onload.cli/pom.properties";

        @Override
        public String[] getVersion() throws IOException {
            return new String[] {
                "onload " + version(),
                "Java %s (%s)".formatted(Runtime.version(), System.getProperty("java.home")),
            };
        }

        private static String version() throws IOException {
            try (InputStream in = Onload.class.getResourceAsStream(PROPERTIES)) {
                Properties properties = new Properties();
                if (in != null) {
                    properties.load(in);
                }
                return properties.getProperty("version", "(not packed)");
            }
        }
    }
}
