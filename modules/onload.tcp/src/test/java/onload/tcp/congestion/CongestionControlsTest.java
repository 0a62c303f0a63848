package onload.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

class CongestionControlsTest {
    @Test
    void newRenoIsFoundByItsName() {
        CongestionControl control = CongestionControls.create("newreno");
        assertInstanceOf(NewReno.class, control);
        assertEquals("newreno", control.name());
    }

    @Test
    void renoIsAnotherNameOfNewReno() {
        assertEquals("newreno", CongestionControls.create("reno").name());
        assertEquals("newreno", CongestionControls.canonical("reno"));
    }

    @Test
    void eachNameIsThatOfTheAlgorithm() {
        assertEquals(
                List.of("bbr", "cubic", "dctcp", "newreno"),
                List.copyOf(CongestionControls.names()));
        CongestionControls.names()
                .forEach(name -> assertEquals(name, CongestionControls.create(name).name()));
    }

    @Test
    void defaultIsThere() {
        assertEquals(
                CongestionControls.DEFAULT,
                CongestionControls.create(CongestionControls.DEFAULT).name());
    }

    @Test
    void eachConnectionGetsOneOfItsOwn() {
        assertNotSame(CongestionControls.create("newreno"), CongestionControls.create("newreno"));
    }

    @Test
    void unknownNameIsRefusedWithTheKnownOnes() {
        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class, () -> CongestionControls.create("vegas"));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("vegas") && message.contains("newreno"), () -> message);
    }

    @Test
    void emptyNameIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> CongestionControls.create(""));
    }
}
