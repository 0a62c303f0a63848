package onload.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

class EchoTest {
    @TempDir Path folder;

    @Test
    void messagesComeBackOnTheModulePath() throws Exception {
        assertEchoes(new Programs(folder).onModulePath(Echo.class));
    }

    @Test
    void messagesComeBackOnTheClassPath() throws Exception {
        assertEchoes(new Programs(folder).onClassPath(Echo.class));
    }

    @Test
    void theNicIsTheOneThatIsNamed() throws Exception {
        String nic = "emulated:lan,delay=2ms,loss=1%,seed=7";
        assertEchoes(new Programs(folder).onModulePath(Echo.class, nic, nic));
    }

    @Test
    void aNicThatIsNotThereIsNamedInTheFailure() throws Exception {
        Programs.Outcome outcome = new Programs(folder).onModulePath(Echo.class, "emulatde:lan");
        assertNotEquals(0, outcome.exitCode());
        assertEquals(List.of(), outcome.output());
        assertTrue(
                outcome.errors().getFirst().contains("\"emulatde\""),
                () -> outcome.errors().toString());
    }

    /** Also that nothing is on the standard error stream: no warning of the JVM's, no word of a logger's. */
    private static void assertEchoes(Programs.Outcome outcome) {
        assertEquals(List.of(), outcome.errors());
        assertEquals(4, outcome.output().size(), () -> outcome.output().toString());
        String connected = outcome.output().getFirst();
        assertTrue(
                connected.matches("/192\\.0\\.2\\.2:\\d+ is connected to /192\\.0\\.2\\.1:7"),
                connected);
        assertEquals(
                List.of(
                        "one comes back as one",
                        "two comes back as two",
                        "three comes back as three"),
                outcome.output().subList(1, 4));
        assertEquals(0, outcome.exitCode());
    }
}
