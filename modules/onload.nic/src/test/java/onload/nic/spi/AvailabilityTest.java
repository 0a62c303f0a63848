package onload.nic.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AvailabilityTest {
    @Test
    void whatIsAvailableSaysSoAndNothingElse() {
        assertTrue(Availability.available().isAvailable());
        assertEquals("available", Availability.available().toString());
    }

    @Test
    void whatIsNotSaysWhyAndWhatToDo() {
        Availability answer = Availability.unavailable("no such device", "make it");
        assertFalse(answer.isAvailable());
        assertEquals("not available: no such device; make it", answer.toString());
    }

    @Test
    void aNoWithoutReasonOrMendIsRefusedAndSoIsAYesWithOne() {
        assertThrows(IllegalArgumentException.class, () -> Availability.unavailable("", "mend"));
        assertThrows(IllegalArgumentException.class, () -> Availability.unavailable("why", " "));
        assertThrows(IllegalArgumentException.class, () -> new Availability(true, "why", ""));
        assertThrows(IllegalArgumentException.class, () -> new Availability(true, "", "mend"));
    }
}
