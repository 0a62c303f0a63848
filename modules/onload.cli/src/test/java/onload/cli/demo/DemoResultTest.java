package onload.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.cli.console.Refusal;

import org.junit.jupiter.api.Test;

import java.util.List;

class DemoResultTest {
    private static final String LINE =
            "program=jdk requests=2000 wrong=1 micros=1000000 p50=1.5 p90=2.0 p99=3.0 p999=4.0 max=5.0 trouble=";

    @Test
    void aLineOfAProgramIsAResult() {
        assertTrue(DemoResult.isOne(LINE));
        assertFalse(DemoResult.isOne("progress jdk 7"));
        DemoResult result = DemoResult.parse(LINE + "java.io.IOException: a=b c", 12);
        assertEquals("jdk", result.program());
        assertEquals(2000, result.requests());
        assertEquals(1, result.wrong());
        assertEquals(List.of(1.5, 2.0, 3.0, 4.0, 5.0), result.latencies());
        assertEquals("java.io.IOException: a=b c", result.trouble());
        assertEquals(12, result.calls());
    }

    @Test
    void aRowStandsBelowItsHeading() {
        assertEquals(DemoResult.heading().length(), DemoResult.parse(LINE, 12).row().length());
        assertTrue(DemoResult.parse(LINE, -1).row().endsWith("?"));
    }

    @Test
    void aLineThatIsDamagedIsRefused() {
        assertThrows(Refusal.class, () -> DemoResult.parse("program=jdk", 0));
        assertThrows(Refusal.class, () -> DemoResult.parse(LINE.replace("2000", "many"), 0));
        assertThrows(Refusal.class, () -> DemoResult.parse(LINE.replace("p99=3.0 ", ""), 0));
    }
}
