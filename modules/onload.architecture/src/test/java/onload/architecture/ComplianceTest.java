package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class ComplianceTest {
    private static final String HEAD =
            "| Requirement | Section | Level | Met | Test |\n|---|---|---|---|---|\n";

    @TempDir Path folder;

    @BeforeEach
    void aTest() throws IOException {
        Files.writeString(
                folder.resolve("PortTest.java"),
                "class PortTest { void opens() {} class Inner { void shuts() {} } }");
    }

    @Test
    void everyRequirementThatIsMetNamesTestsThatAreThere() throws IOException {
        Path modules = House.root().resolve("modules");
        List<Path> tests = new ArrayList<>();
        List<Path> tables = new ArrayList<>();
        for (String name : House.folders()) {
            Path module = modules.resolve(name);
            if (Files.exists(module.resolve("src/test/java"))) {
                tests.add(module.resolve("src/test/java"));
            }
            if (Files.exists(module.resolve("COMPLIANCE.md"))) {
                tables.add(module.resolve("COMPLIANCE.md"));
            }
        }
        assertFalse(tables.isEmpty());
        Compliance compliance = new Compliance(tests);
        for (Path table : tables) {
            assertEquals(
                    List.of(),
                    compliance.violations(Files.readString(table)),
                    () -> modules.relativize(table).toString());
        }
    }

    @Test
    void aRowThatIsRightIsAccepted() {
        assertEquals(List.of(), violations("| a | 1 | MUST | yes | `PortTest.opens` |"));
        assertEquals(List.of(), violations("| a | 1 | MUST | yes: so | `PortTest.Inner.shuts` |"));
        assertEquals(List.of(), violations("| a | 1 | MUST | no: too slow | |"));
        assertEquals(List.of(), violations("| a | 1 | MUST | above | |"));
    }

    @Test
    void aTestThatIsNotThereIsSeen() {
        assertEquals(
                List.of("line 3 names a test that is not there: PortTest.closes"),
                violations("| a | 1 | MUST | yes | `PortTest.opens`, `PortTest.closes` |"));
        assertEquals(1, violations("| a | 1 | MUST | yes | `DoorTest.opens` |").size());
        assertEquals(1, violations("| a | 1 | MUST | yes | `?` |").size());
    }

    @Test
    void aClaimWithoutATestIsSeen() {
        assertEquals(
                List.of("line 3 is met, as it says, without a test"),
                violations("| a | 1 | MUST | yes | |"));
    }

    @Test
    void aRefusalWithoutAReasonIsSeen() {
        assertEquals(
                List.of("line 3 is not met and does not say why"),
                violations("| a | 1 | MUST | no | |"));
    }

    @Test
    void aRowThatSaysNothingIsSeen() {
        assertEquals(1, violations("| a | 1 | MUST | perhaps | |").size());
        assertEquals(1, violations("| a | 1 | MUST |").size());
    }

    private List<String> violations(String row) {
        return new Compliance(List.of(folder)).violations(HEAD + row + "\n");
    }
}
