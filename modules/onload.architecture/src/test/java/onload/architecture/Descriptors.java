package onload.architecture;

import java.lang.module.ModuleDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether the descriptor of the Java module system and the manifest of OSGi say the same of a module.
 *
 * <p>A service that a module {@code uses} is an optional requirement in OSGi: without a provider the module works
 * and says that there is none. Its requirement of a mediator is not optional, since without one every provider
 * would stay unseen and nothing would say why (OSGi Compendium, chapter 133).
 */
final class Descriptors {
    private static final String SERVICE = "osgi.serviceloader";
    private static final String EXTENDER = "osgi.extender";
    private static final String PROCESSOR = "osgi.serviceloader.processor";
    private static final String REGISTRAR = "osgi.serviceloader.registrar";
    private static final String OPTIONAL = "optional";
    private static final String RESOLUTION = "resolution:";

    /** What bundles may import from outside of the house. */
    private static final List<Import> IMPORTS =
            List.of(
                    new Import("java\\..*", module -> true),
                    new Import(
                            "org\\.agrona(\\..*)?",
                            module -> !module.equals("onload.testkit.base")),
                    new Import("org\\.jspecify\\.annotations", module -> true),
                    new Import("org\\.jctools\\..*", Descriptors::isOnSockets),
                    new Import("org\\.slf4j(\\..*)?", Descriptors::isOnSockets),
                    new Import("jdk\\.jfr", "onload.sockets"::equals),
                    new Import("org\\.HdrHistogram(\\..*)?", "onload.cli"::equals),
                    new Import("picocli(\\..*)?", "onload.cli"::equals),
                    new Import("com\\.sun\\.management", "onload.testkit.base"::equals),
                    new Import(
                            "org\\.junit\\..*|org\\.opentest4j(\\..*)?",
                            module -> module.startsWith("onload.testkit")));

    private record Import(String packages, Predicate<String> modules) {}

    private Descriptors() {}

    private static boolean isOnSockets(String module) {
        return Set.of("onload.sockets", "onload.jdk", "onload.cli").contains(module);
    }

    /**
     * {@return where the two contradict each other, a sentence each}
     *
     * @param descriptor of the jar
     * @param manifest of the jar
     * @param services providers by service, as in {@code META-INF/services} of the jar
     */
    static List<String> violations(
            ModuleDescriptor descriptor, Manifest manifest, Map<String, List<String>> services) {
        List<String> violations = new ArrayList<>();
        compare(
                "bundle",
                Set.of(descriptor.name()),
                OsgiHeader.of(manifest, "Bundle-SymbolicName").names(),
                violations);
        checkExports(descriptor, manifest, violations);
        checkProviders(descriptor, manifest, services, violations);
        checkUses(descriptor, manifest, violations);
        checkImports(descriptor, manifest, violations);
        return violations.stream().map(text -> descriptor.name() + ": " + text).toList();
    }

    private static void checkExports(
            ModuleDescriptor descriptor, Manifest manifest, List<String> violations) {
        Set<String> exported = new TreeSet<>();
        for (ModuleDescriptor.Exports exports : descriptor.exports()) {
            exported.add(exports.source());
            if (exports.isQualified()) {
                violations.add("OSGi cannot export to friends only: " + exports);
            }
        }
        compare("exports", exported, OsgiHeader.of(manifest, "Export-Package").names(), violations);
        Set<String> open =
                descriptor.packages().stream()
                        .filter(name -> !name.endsWith(".internal"))
                        .collect(Collectors.toCollection(TreeSet::new));
        if (!open.equals(exported)) {
            violations.add(
                    "exported is what is not named internal: %s, not %s".formatted(open, exported));
        }
        if (!descriptor.opens().isEmpty() || descriptor.isOpen()) {
            violations.add("nothing is opened to reflection: " + descriptor.opens());
        }
    }

    private static void checkProviders(
            ModuleDescriptor descriptor,
            Manifest manifest,
            Map<String, List<String>> services,
            List<String> violations) {
        Set<String> provided = new TreeSet<>();
        descriptor
                .provides()
                .forEach(
                        p -> p.providers().forEach(name -> provided.add(p.service() + "=" + name)));
        Set<String> listed = new TreeSet<>();
        services.forEach(
                (service, names) -> names.forEach(name -> listed.add(service + "=" + name)));
        compare("META-INF/services", provided, listed, violations);
        Set<String> offered = new TreeSet<>();
        OsgiHeader.of(manifest, "Provide-Capability")
                .clauses(SERVICE)
                .forEach(c -> offered.add(c.parameter(SERVICE) + "=" + c.parameter("register:")));
        compare("provided capabilities", provided, offered, violations);
        if (extender(manifest, REGISTRAR).isEmpty() != provided.isEmpty()) {
            violations.add("who provides services, and nobody else, requires the registrar");
        }
    }

    private static void checkUses(
            ModuleDescriptor descriptor, Manifest manifest, List<String> violations) {
        Set<String> used = new TreeSet<>();
        for (OsgiHeader.Clause clause :
                OsgiHeader.of(manifest, "Require-Capability").clauses(SERVICE)) {
            used.add(filtered(clause, SERVICE));
            if (!clause.parameter(RESOLUTION).equals(OPTIONAL)) {
                violations.add("a used service is optional: " + clause);
            }
            if (!clause.parameter("cardinality:").equals("multiple")) {
                violations.add("a used service may have several providers: " + clause);
            }
        }
        compare("required services", new TreeSet<>(descriptor.uses()), used, violations);
        List<OsgiHeader.Clause> mediators = extender(manifest, PROCESSOR);
        if (mediators.isEmpty() != descriptor.uses().isEmpty()) {
            violations.add("who uses services, and nobody else, requires the processor");
        }
        for (OsgiHeader.Clause mediator : mediators) {
            if (mediator.parameter(RESOLUTION).equals(OPTIONAL)) {
                violations.add("the processor is not optional");
            }
        }
    }

    private static List<OsgiHeader.Clause> extender(Manifest manifest, String name) {
        return OsgiHeader.of(manifest, "Require-Capability").clauses(EXTENDER).stream()
                .filter(clause -> filtered(clause, EXTENDER).equals(name))
                .toList();
    }

    /** {@return the value that a filter asks of an attribute} */
    private static String filtered(OsgiHeader.Clause clause, String attribute) {
        Matcher matcher =
                Pattern.compile("\\(" + Pattern.quote(attribute) + "=([^)]*)\\)")
                        .matcher(clause.parameter("filter:"));
        return matcher.find() ? matcher.group(1) : "";
    }

    private static void checkImports(
            ModuleDescriptor descriptor, Manifest manifest, List<String> violations) {
        for (String name : OsgiHeader.of(manifest, "Import-Package").names()) {
            boolean ours = Arrows.moduleOf(name).isPresent();
            if (!ours && IMPORTS.stream().noneMatch(i -> isAllowed(i, descriptor.name(), name))) {
                violations.add("the import of " + name + " is a surprise");
            }
        }
        for (String header :
                List.of("DynamicImport-Package", "Require-Bundle", "Bundle-ClassPath")) {
            if (manifest.getMainAttributes().getValue(header) != null) {
                violations.add("the header " + header + " is a surprise");
            }
        }
    }

    private static boolean isAllowed(Import allowed, String module, String name) {
        return allowed.modules().test(module) && name.matches(allowed.packages());
    }

    private static void compare(
            String what, Set<String> descriptor, Set<String> manifest, List<String> violations) {
        if (!descriptor.equals(manifest)) {
            violations.add(
                    "%s differ: the module descriptor has %s, OSGi has %s"
                            .formatted(what, descriptor, manifest));
        }
    }
}
