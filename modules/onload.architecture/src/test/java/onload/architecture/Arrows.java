package onload.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;

import java.lang.module.ModuleDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who may know whom. */
final class Arrows {
    /**
     * Each module with those that it may know, itself left out. A row names only rows above it, so that an arrow
     * only ever points down; what is not in a row is forbidden. Modules stand here before they are built.
     */
    static final Map<String, Set<String>> MAY_KNOW = new LinkedHashMap<>();

    static {
        // Beside the tower. The formats are known to all who see packets.
        row("onload.wire");
        row("onload.testkit.base");
        // Speaks to the JVM before there is anything else, and to onload.jdk by name only.
        row("onload.agent");

        // The tower, from the ground.
        row("onload.linux", "onload.wire");
        row("onload.nic", "onload.wire");
        row("onload.nic.emulated", "onload.wire", "onload.nic");
        row("onload.nic.tap", "onload.wire", "onload.nic", "onload.linux");
        row("onload.nic.afxdp", "onload.wire", "onload.nic", "onload.linux");
        row("onload.nic.efvi", "onload.wire", "onload.nic", "onload.linux");
        row("onload.ip", "onload.wire", "onload.nic");
        row("onload.udp", "onload.wire", "onload.nic", "onload.ip");
        row("onload.tcp", "onload.wire", "onload.nic", "onload.ip");
        row("onload.sockets", "onload.wire", "onload.nic", "onload.ip", "onload.udp", "onload.tcp");
        row("onload.jdk", "onload.wire", "onload.nic", "onload.udp", "onload.sockets");

        // The test-kit looks at packets and NICs from outside and drives what is above through
        // them.
        row("onload.testkit", "onload.testkit.base", "onload.wire", "onload.nic");
        row("onload.testkit.linux", "onload.testkit.base", "onload.linux", "onload.wire");
        row(
                "onload.testkit.ip",
                "onload.testkit",
                "onload.testkit.base",
                "onload.wire",
                "onload.nic",
                "onload.nic.emulated",
                "onload.ip");
        row(
                "onload.testkit.script",
                "onload.testkit",
                "onload.testkit.base",
                "onload.testkit.ip",
                "onload.wire",
                "onload.nic",
                "onload.nic.emulated",
                "onload.ip",
                "onload.tcp");
        row(
                "onload.testkit.tcp",
                "onload.testkit",
                "onload.testkit.base",
                "onload.wire",
                "onload.nic",
                "onload.nic.emulated",
                "onload.ip",
                "onload.tcp");

        // The command runs what all others offer, scripts of the test-kit among it.
        row(
                "onload.cli",
                "onload.wire",
                "onload.nic",
                "onload.nic.emulated",
                "onload.linux",
                "onload.udp",
                "onload.tcp",
                "onload.sockets",
                "onload.jdk",
                "onload.testkit",
                "onload.testkit.script");
    }

    private Arrows() {}

    private static void row(String module, String... known) {
        MAY_KNOW.put(module, Set.of(known));
    }

    /** {@return the module that a package belongs to, which is the longest name that it begins with} */
    static Optional<String> moduleOf(String packageName) {
        return MAY_KNOW.keySet().stream()
                .filter(module -> (packageName + ".").startsWith(module + "."))
                .max((one, other) -> Integer.compare(one.length(), other.length()));
    }

    private static boolean isOurs(String name) {
        return name.startsWith("onload.");
    }

    private static boolean allows(String from, String to) {
        return from.equals(to) || MAY_KNOW.getOrDefault(from, Set.of()).contains(to);
    }

    /** {@return what classes know without being allowed to, a sentence each} */
    static List<String> violations(Iterable<JavaClass> classes) {
        List<String> violations = new ArrayList<>();
        for (JavaClass from : classes) {
            Optional<String> module = moduleOf(from.getPackageName());
            if (module.isEmpty()) {
                violations.add(from.getName() + " is in a package of no module");
                continue;
            }
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                check(module.get(), dependency, violations);
            }
        }
        return violations;
    }

    private static void check(String module, Dependency dependency, List<String> violations) {
        String target = dependency.getTargetClass().getBaseComponentType().getPackageName();
        if (!isOurs(target)) {
            return;
        }
        Optional<String> known = moduleOf(target);
        if (known.isEmpty() || !allows(module, known.get())) {
            violations.add(
                    "%s may not know %s: %s"
                            .formatted(module, known.orElse(target), dependency.getDescription()));
        }
    }

    /** {@return what a descriptor requires without being allowed to, a sentence each} */
    static List<String> violations(ModuleDescriptor descriptor) {
        return descriptor.requires().stream()
                .map(ModuleDescriptor.Requires::name)
                .filter(name -> isOurs(name) && !allows(descriptor.name(), name))
                .map(name -> descriptor.name() + " may not require " + name)
                .sorted()
                .toList();
    }
}
