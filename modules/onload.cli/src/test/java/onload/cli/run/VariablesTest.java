package onload.cli.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

class VariablesTest {
    @Test
    void whatIsNotChangedLeavesAsItCame() {
        byte[] noText = {'A', '=', (byte) 0xFF, (byte) 0xC3, 7};
        byte[] noVariable = {'=', 'x'};
        Variables variables = new Variables(List.of(noText, noVariable));
        variables.set("B", "größer");
        List<byte[]> bytes = variables.bytes();
        assertArrayEquals(noText, bytes.get(0));
        assertArrayEquals(noVariable, bytes.get(1));
        assertArrayEquals("B=größer".getBytes(StandardCharsets.UTF_8), bytes.get(2));
    }

    @Test
    void aVariableIsSetInItsPlace() {
        Variables variables = of("A=1", "B=2", "AB=3");
        variables.set("A", "x=y");
        assertEquals("A=x=y B=2 AB=3", text(variables));
        assertEquals("x=y", variables.get("A"));
        assertNull(variables.get("C"));
    }

    @Test
    void textIsPutBeforeAndBehindWhatIsThere() {
        Variables variables = of("P=b:c", "Q=");
        variables.prepend("P", "a", ":");
        variables.append("P", "d", ":");
        variables.prepend("Q", "a", ":");
        variables.append("R", "a", ":");
        assertEquals("P=a:b:c:d Q=a R=a", text(variables));
    }

    @Test
    void aVariableGetsAnotherName() {
        Variables variables = of("_X=1", "X=2", "Y=3");
        variables.rename("_X", "X");
        variables.rename("_Y", "Y");
        assertEquals("X=1 Y=3", text(variables));
    }

    @Test
    void aVariableIsRemoved() {
        Variables variables = of("A=1", "AA=2", "A=3");
        variables.remove("A");
        assertEquals("AA=2", text(variables));
    }

    @Test
    void aZeroByteCannotBeSaid() {
        Variables variables = of();
        assertThrows(IllegalArgumentException.class, () -> variables.set("A", "x\0y"));
    }

    static Variables of(String... entries) {
        return new Variables(
                Arrays.stream(entries)
                        .map(entry -> entry.getBytes(StandardCharsets.UTF_8))
                        .toList());
    }

    static String text(Variables variables) {
        return String.join(
                " ",
                variables.bytes().stream()
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .toList());
    }
}
