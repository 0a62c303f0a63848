package onload.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import onload.cli.console.Distribution;
import onload.cli.console.Refusal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class ProgramEnvironmentTest {
    private static final Distribution HERE = new Distribution(Path.of("/opt/on load"));

    @TempDir Path folder;

    @Test
    void aPathWithBlanksIsQuotedAsTheJvmReadsIt() {
        Variables variables = VariablesTest.of("PATH=/bin");
        ProgramEnvironment.prepare(variables, HERE, "", false);
        assertEquals(
                "\"-javaagent:/opt/on load/agent/onload.agent.jar\"",
                variables.get("JAVA_TOOL_OPTIONS"));
        assertEquals("/opt/on load/bin:/bin", variables.get("PATH"));
    }

    @Test
    void quotesInAPathAreQuotedByTheOtherKind() {
        assertEquals("-Da", ProgramEnvironment.quoted("-Da"));
        assertEquals("\"-Da'b\"", ProgramEnvironment.quoted("-Da'b"));
        assertEquals("'-Da\"b'", ProgramEnvironment.quoted("-Da\"b"));
        assertThrows(Refusal.class, () -> ProgramEnvironment.quoted("-Da'b\"c"));
    }

    @Test
    void whatWasPreparedOnceStaysAsItIs() {
        Variables variables = VariablesTest.of("PATH=/bin", "JAVA_TOOL_OPTIONS=-Dx=1");
        ProgramEnvironment.prepare(variables, HERE, "nic emulated", true);
        String once = VariablesTest.text(variables);
        ProgramEnvironment.prepare(variables, HERE, "", false);
        assertEquals(once, VariablesTest.text(variables));
    }

    @Test
    void withoutAPathTheDefaultOneStays() {
        Variables variables = VariablesTest.of();
        ProgramEnvironment.prepare(variables, HERE, "", false);
        assertEquals("/opt/on load/bin:/usr/bin:/bin", variables.get("PATH"));
    }

    @Test
    void aPlanAndStatisticsAreSaidOnlyIfAskedFor() {
        Variables variables = VariablesTest.of("ONLOAD_RUN=nic emulated");
        ProgramEnvironment.prepare(variables, HERE, "", false);
        assertEquals("nic emulated", variables.get("ONLOAD_RUN"));
        assertNull(variables.get("ONLOAD_STATS"));
        ProgramEnvironment.prepare(variables, HERE, "nic tap:x", true);
        assertEquals("nic tap:x", variables.get("ONLOAD_RUN"));
        assertEquals("1", variables.get("ONLOAD_STATS"));
    }

    @Test
    void theVersionOfAJdkStandsInItsFile() throws IOException {
        assertEquals(0, ProgramEnvironment.version(folder));
        assertEquals(25, version("JAVA_VERSION=\"25.0.3\""));
        assertEquals(25, version("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25\"\nOS_NAME=\"Linux\""));
        assertEquals(8, version("JAVA_VERSION=\"1.8.0_442\""));
        assertEquals(0, version("JAVA_VERSION=\"next\""));
        assertEquals(0, version("OTHER_JAVA_VERSION=\"25\""));
    }

    private int version(String release) throws IOException {
        Files.writeString(folder.resolve("release"), release);
        return ProgramEnvironment.version(folder);
    }
}
