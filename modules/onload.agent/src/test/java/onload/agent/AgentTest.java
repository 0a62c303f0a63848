package onload.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

class AgentTest {
    @ParameterizedTest
    @CsvSource({"1.8, 8", "9, 9", "17, 17", "25, 25", "100, 100", "'', 0", "next, 0"})
    void theVersionOfAJavaIsANumber(String specification, int feature) {
        assertEquals(feature, JavaVersion.feature(specification));
    }

    @Test
    void java25IsEnoughAndNothingOlderIs() {
        assertTrue(JavaVersion.isEnough("25"));
        assertTrue(JavaVersion.isEnough("26"));
        assertFalse(JavaVersion.isEnough("24"));
        assertFalse(JavaVersion.isEnough("1.8"));
    }

    @Test
    void aJavaThatIsTooOldIsNamedWithWhatToDo() {
        assertEquals(
                "onload needs Java 25 or newer; this is Java 17 (/opt/17/bin/java); use /opt/25/bin/java, or run"
                        + " the program without onload",
                Agent.tooOld("17", "/opt/17", "/opt/25/bin/java"));
        assertEquals(
                "onload needs Java 25 or newer; this is Java 8 (/opt/$8/bin/java); start the program with such a"
                        + " one, or run the program without onload",
                Agent.tooOld("1.8", "/opt/$8", null));
    }

    /** A method with a body in the provider of the JDK, such as those with a family, would answer for the kernel. */
    @Test
    void everyMethodOfAProviderGoesToOnload() {
        assertEquals(List.of(), notOverridden(SelectorProvider.class, AgentSelectorProvider.class));
        assertEquals(
                List.of(),
                notOverridden(AsynchronousChannelProvider.class, AgentAsynchronousProvider.class));
    }

    @Test
    void withoutTheAgentTheProvidersSaySo() {
        assertThrows(IllegalStateException.class, AgentSelectorProvider::new);
        assertThrows(IllegalStateException.class, AgentAsynchronousProvider::new);
    }

    private static List<String> notOverridden(Class<?> provider, Class<?> delegate) {
        List<String> missing = new ArrayList<>();
        for (Method method : provider.getDeclaredMethods()) {
            boolean isOurs =
                    Arrays.stream(delegate.getDeclaredMethods())
                            .anyMatch(own ->
                                    own.getName().equals(method.getName())
                                            && Arrays.equals(
                                                    own.getParameterTypes(),
                                                    method.getParameterTypes()));
            if (Modifier.isPublic(method.getModifiers())
                    && !Modifier.isStatic(method.getModifiers())
                    && !isOurs) {
                missing.add(method.toString());
            }
        }
        return missing;
    }
}
