package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

class ArrowsPointDownTest {
    @TempDir Path folder;

    @Test
    void noClassKnowsAModuleAboveOrBesideIts() {
        assertEquals(List.of(), Arrows.violations(House.classes()));
    }

    @Test
    void noDescriptorRequiresAModuleAboveOrBesideIts() {
        assertEquals(
                List.of(),
                House.shipped().stream()
                        .flatMap(module -> Arrows.violations(module.descriptor()).stream())
                        .toList());
    }

    @Test
    void theTableItselfPointsDownOnly() {
        Set<String> above = new HashSet<>();
        Arrows.MAY_KNOW.forEach((module, known) -> {
            assertTrue(above.containsAll(known), module + " names a row below its own");
            above.add(module);
        });
    }

    @Test
    void aPackageBelongsToTheModuleWithTheLongestName() {
        assertEquals(Optional.of("onload.nic"), Arrows.moduleOf("onload.nic.spi"));
        assertEquals(
                Optional.of("onload.nic.emulated"),
                Arrows.moduleOf("onload.nic.emulated.internal"));
        assertEquals(Optional.of("onload.nic"), Arrows.moduleOf("onload.nic.emulatedtoo"));
        assertEquals(Optional.empty(), Arrows.moduleOf("onload.nice"));
    }

    @Test
    void aClassThatPointsUpIsSeen() {
        List<String> violations =
                Arrows.violations(
                        new Fixture(folder)
                                .source(
                                        "onload.sockets.Stack",
                                        "package onload.sockets; public class Stack {}")
                                .source(
                                        "onload.ip.Route",
                                        "package onload.ip; class Route { onload.sockets.Stack s; }")
                                .classes());
        assertEquals(1, violations.size(), violations::toString);
        assertTrue(violations.getFirst().startsWith("onload.ip may not know onload.sockets: "));
    }

    @Test
    void aClassThatReachesTheModuleBesideItIsSeen() {
        List<String> violations =
                Arrows.violations(
                        new Fixture(folder)
                                .source(
                                        "onload.udp.Port",
                                        "package onload.udp; public interface Port {}")
                                .source(
                                        "onload.tcp.Port",
                                        "package onload.tcp; interface Port extends onload.udp.Port {}")
                                .classes());
        assertEquals(1, violations.size(), violations::toString);
        assertTrue(violations.getFirst().startsWith("onload.tcp may not know onload.udp: "));
    }

    @Test
    void aClassOfNoModuleIsSeen() {
        List<String> violations =
                Arrows.violations(
                        new Fixture(folder)
                                .source("onload.util.Bits", "package onload.util; class Bits {}")
                                .classes());
        assertEquals(List.of("onload.util.Bits is in a package of no module"), violations);
    }

    @Test
    void aDescriptorThatPointsUpIsSeen() {
        ModuleDescriptor descriptor =
                ModuleDescriptor.newModule("onload.nic.emulated")
                        .requires("java.base")
                        .requires("onload.nic")
                        .requires("onload.testkit")
                        .build();
        assertEquals(
                List.of("onload.nic.emulated may not require onload.testkit"),
                Arrows.violations(descriptor));
    }
}
