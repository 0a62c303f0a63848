package onload.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

class PublicNamesTest {
    @TempDir Path folder;

    @Test
    void noPublicNameSaysNothing() {
        assertEquals(List.of(), PublicNames.violations(House.classes()));
    }

    @Test
    void wordsThatSayNothingAreSeen() {
        assertEquals(
                List.of("onload.tcp.SegmentUtil has Util in its name"),
                violations("onload.tcp.SegmentUtil", "public class SegmentUtil {}"));
        assertEquals(
                List.of("onload.tcp.Port$AbstractPort has Abstract in its name"),
                violations(
                        "onload.tcp.Port",
                        "public interface Port { abstract class AbstractPort {} }"));
    }

    @Test
    void partsOfWordsAndWhatIsNotPublicAreLetBe() {
        assertEquals(
                List.of(),
                violations("onload.tcp.SimpleUtilization", "public class SimpleUtilization {}"));
        assertEquals(
                List.of(),
                violations(
                        "onload.tcp.PortManager",
                        "class PortManager { public static class Impl {} }"));
    }

    @Test
    void getAtTheBeginningOfAMethodIsSeen() {
        assertEquals(
                List.of("onload.tcp.Port.getNumber() has a get in its name"),
                violations(
                        "onload.tcp.Port",
                        "public class Port { protected int getNumber() { return 1; } int getIt() { return 2; } }"));
    }

    @Test
    void getInTheNameOfASupertypesMethodIsLetBe() {
        assertEquals(
                List.of(),
                violations(
                        "onload.tcp.Port",
                        """
                        public class Port extends Exception implements java.util.concurrent.Delayed {
                            @Override public String getMessage() { return ""; }
                            @Override public long getDelay(java.util.concurrent.TimeUnit unit) { return 0; }
                            @Override public int compareTo(java.util.concurrent.Delayed other) { return 0; }
                            public int get() { return 1; }
                            public int getaway() { return 1; }
                        }
                        """));
    }

    private List<String> violations(String name, String text) {
        return PublicNames.violations(
                new Fixture(folder).source(name, "package onload.tcp; " + text).classes());
    }
}
