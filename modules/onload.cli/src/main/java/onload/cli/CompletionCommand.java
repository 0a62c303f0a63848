package onload.cli;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** {@code onload completion}: what a shell reads to complete the words of this command. */
@Command(
        name = "completion",
        description = "Prints a script that lets bash and zsh complete commands and options.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(onload completion)              in this shell",
            "  onload completion > ~/.local/share/bash-completion/completions/onload"
        })
public final class CompletionCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    /** Made by picocli. */
    public CompletionCommand() {}

    @Override
    public Integer call() {
        Console.ofProcess().out().print(AutoComplete.bash("onload", spec.root().commandLine()));
        return ExitCodes.FINE;
    }
}
