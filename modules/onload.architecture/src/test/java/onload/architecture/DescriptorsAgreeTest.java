package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.lang.module.ModuleDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.jar.Manifest;

class DescriptorsAgreeTest {
    private static final String SERVICE = "onload.nic.spi.NicProvider";
    private static final String PROVIDER = "onload.nic.tap.TapProvider";
    private static final Map<String, List<String>> SERVICES = Map.of(SERVICE, List.of(PROVIDER));

    private static final ModuleDescriptor DESCRIPTOR =
            ModuleDescriptor.newModule("onload.nic.tap")
                    .packages(Set.of("onload.nic.tap", "onload.nic.tap.internal"))
                    .exports("onload.nic.tap")
                    .uses("onload.nic.tap.Extra")
                    .provides(SERVICE, List.of(PROVIDER))
                    .build();

    private static final String NAME = "onload.nic.tap";
    private static final String EXPORTS =
            "onload.nic.tap;version=\"1.0\";uses:=\"onload.nic,java.io\"";
    private static final String IMPORTS = "java.io,onload.nic.spi;version=\"[0.1,1)\",org.agrona";
    private static final String PROVIDES =
            "osgi.serviceloader;osgi.serviceloader=\"%s\";register:=\"%s\""
                    .formatted(SERVICE, PROVIDER);
    private static final String REQUIRES =
            "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=25))\","
                    + "osgi.extender;filter:=\"(&(osgi.extender=osgi.serviceloader.registrar)(version>=1.0))\","
                    + "osgi.extender;filter:=\"(osgi.extender=osgi.serviceloader.processor)\","
                    + "osgi.serviceloader;filter:=\"(osgi.serviceloader=onload.nic.tap.Extra)\";"
                    + "resolution:=optional;cardinality:=multiple";

    @Test
    void descriptorsAndManifestsOfTheHouseAgree() {
        assertEquals(
                List.of(),
                House.shipped().stream()
                        .flatMap(module ->
                                Descriptors.violations(
                                        module.descriptor(), module.manifest(), module.services())
                                        .stream())
                        .toList());
    }

    @Test
    void oneNameStandsForFolderArtifactModuleBundleAndPackage() {
        for (BuiltModule module : House.shipped()) {
            ModuleDescriptor descriptor = module.descriptor();
            assertEquals(module.name(), module.pom().text("/project/artifactId"));
            assertEquals(module.name(), descriptor.name());
            for (String name : descriptor.packages()) {
                assertEquals(module.name(), Arrows.moduleOf(name).orElse("none"), name);
            }
        }
    }

    @Test
    void whatAgreesIsLetBe() {
        assertEquals(List.of(), violations(UnaryOperator.identity(), SERVICES));
    }

    @Test
    void aPackageThatOnlyOneOfThemExportsIsSeen() {
        assertSeen("exports differ", text -> text.replace(EXPORTS, "onload.nic.tap.internal"));
        assertSeen(
                "exports differ",
                text -> text.replace(EXPORTS, EXPORTS + ",onload.nic.tap.internal"));
    }

    @Test
    void aPackageThatIsNeitherExportedNorInternalIsSeen() {
        ModuleDescriptor hidden =
                ModuleDescriptor.newModule("onload.tcp").packages(Set.of("onload.tcp")).build();
        Manifest manifest = manifest("Bundle-SymbolicName: onload.tcp");
        assertEquals(
                List.of("onload.tcp: exported is what is not named internal: [onload.tcp], not []"),
                Descriptors.violations(hidden, manifest, Map.of()));
    }

    @Test
    void friendsAndOpenPackagesAreSeen() {
        ModuleDescriptor friendly =
                ModuleDescriptor.newModule("onload.tcp")
                        .exports("onload.tcp", Set.of("onload.sockets"))
                        .opens("onload.tcp")
                        .build();
        Manifest manifest = manifest("Bundle-SymbolicName: onload.tcp\nExport-Package: onload.tcp");
        List<String> violations = Descriptors.violations(friendly, manifest, Map.of());
        assertEquals(2, violations.size(), violations::toString);
    }

    @Test
    void anotherNameOfTheBundleIsSeen() {
        assertSeen("bundle differ", text -> text.replace("Name: " + NAME, "Name: tap"));
    }

    @Test
    void aProviderThatIsNotInTheServicesIsSeen() {
        List<String> violations = violations(UnaryOperator.identity(), Map.of());
        assertEquals(1, violations.size(), violations::toString);
        assertTrue(violations.getFirst().contains("META-INF/services differ"));
    }

    @Test
    void aProviderThatIsNoCapabilityIsSeen() {
        assertSeen("capabilities differ", text -> text.replace("register:", "registered:"));
        assertSeen("requires the registrar", text -> text.replace("registrar", "gardener"));
    }

    @Test
    void aUseThatIsNoRequirementIsSeen() {
        assertSeen("services differ", text -> text.replace("onload.nic.tap.Extra", "other"));
        assertSeen("requires the processor", text -> text.replace("processor", "gardener"));
    }

    @Test
    void aRequirementOfTheWrongStrengthIsSeen() {
        assertSeen("service is optional", text -> text.replace("resolution:=optional;", ""));
        assertSeen("several providers", text -> text.replace("cardinality:=multiple", "x=y"));
        assertSeen(
                "processor is not optional",
                text -> text.replace("processor)\"", "processor)\";resolution:=optional"));
    }

    @Test
    void importsThatSurpriseAreSeen() {
        assertSeen("jdk.internal.misc", text -> text.replace(IMPORTS, "jdk.internal.misc"));
        assertSeen("org.junit.jupiter.api", text -> text.replace(IMPORTS, "org.junit.jupiter.api"));
        assertSeen("org.slf4j", text -> text.replace(IMPORTS, "org.slf4j;version=2"));
        assertSeen("DynamicImport", text -> text + "DynamicImport-Package: *\n");
    }

    private static void assertSeen(String what, UnaryOperator<String> change) {
        List<String> violations = violations(change, SERVICES);
        assertTrue(
                violations.stream().anyMatch(text -> text.contains(what)),
                () -> what + " is not in " + violations);
    }

    private static List<String> violations(
            UnaryOperator<String> change, Map<String, List<String>> services) {
        String headers =
                """
                Bundle-SymbolicName: %s
                Export-Package: %s
                Import-Package: %s
                Provide-Capability: %s
                Require-Capability: %s
                """
                        .formatted(NAME, EXPORTS, IMPORTS, PROVIDES, REQUIRES);
        return Descriptors.violations(DESCRIPTOR, manifest(change.apply(headers)), services);
    }

    private static Manifest manifest(String headers) {
        Manifest manifest = new Manifest();
        headers.lines()
                .forEach(line -> {
                    String[] parts = line.split(": ", 2);
                    manifest.getMainAttributes().putValue(parts[0], parts[1]);
                });
        return manifest;
    }
}
