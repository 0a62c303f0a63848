package onload.cli.run;

import onload.cli.console.Refusal;
import onload.jdk.placement.AccelerationPlan;
import onload.nic.Nics;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A stack as it is described on a command line: its NICs with what belongs to them, its profiles and options. */
public final class StackArguments {
    @ArgGroup(exclusive = false, multiplicity = "0..*")
    private List<NicChoice> nics = new ArrayList<>();

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description =
                    "Options that belong together: latency, throughput, safe, or the path of a file.")
    private List<String> profiles = new ArrayList<>();

    @Option(
            names = {"-O", "--option"},
            paramLabel = "NAME=VALUE",
            description =
                    "An option of the stack, such as spin=50us; docs/options.md has them all.")
    private List<String> options = new ArrayList<>();

    /** Made by picocli. */
    public StackArguments() {}

    /** {@return whether a NIC was named} */
    public boolean hasNic() {
        return !nics.isEmpty();
    }

    /** {@return whether anything was said of a stack} */
    public boolean isEmpty() {
        return nics.isEmpty() && profiles.isEmpty() && options.isEmpty();
    }

    /**
     * {@return the stack as a text, see {@link AccelerationPlan}; empty if there is none}
     *
     * @throws Refusal if something cannot be read
     */
    public String plan() {
        if (nics.isEmpty()) {
            if (profiles.isEmpty() && options.isEmpty()) {
                return "";
            }
            throw Refusal.usage(
                    "there are options for a stack and no NIC for it; name one by --nic, such as --nic tap:tap0");
        }
        StringBuilder plan = new StringBuilder();
        nics.forEach(nic -> nic.addTo(plan));
        return plan.append(optionsPlan()).substring(1);
    }

    /**
     * {@return profiles and options as a plan has them, with a blank before each word; empty if there are none}
     *
     * @throws Refusal if something cannot be read
     */
    public String optionsPlan() {
        StringBuilder plan = new StringBuilder();
        profiles.forEach(profile -> add(plan, "profile", "--profile", absolute(profile)));
        options.forEach(option -> add(plan, "option", "-O", option));
        return plan.toString();
    }

    private static void add(StringBuilder plan, String word, String option, String text) {
        if (text.isEmpty() || text.chars().anyMatch(Character::isWhitespace)) {
            throw Refusal.usage(
                    "%s \"%s\" has blanks or nothing in it; expected a text without"
                            .formatted(option, text));
        }
        plan.append(' ').append(word).append(' ').append(text);
    }

    /** The program may go elsewhere before it reads the file. */
    private static String absolute(String profile) {
        Path path = Path.of(profile);
        return Files.isRegularFile(path) ? path.toAbsolutePath().normalize().toString() : profile;
    }

    /**
     * Checks that a plan can be opened here and now: its NICs are opened for a moment.
     *
     * @throws Refusal if it cannot
     */
    public void check(String plan) {
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
}
