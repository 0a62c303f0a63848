package onload.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.stress.model.SleepProtocol;

import org.junit.jupiter.api.Test;

class SleepProtocolTest {
    @Test
    void inNoOrderOfStepsIsASleeperForgotten() {
        assertTrue(new SleepProtocol(2, true).explore(3) > 1000);
        assertTrue(new SleepProtocol(3, true).explore(Form.asked().of(2, 3)) > 10_000);
        if (Form.asked() == Form.LONG) {
            assertTrue(new SleepProtocol(4, true).explore(2) > 100_000);
        }
    }

    @Test
    void aSleeperIsForgottenIfThoseBeforeItDoNotLookForOthers() {
        SleepProtocol protocol = new SleepProtocol(3, false);
        IllegalStateException forgotten =
                assertThrows(IllegalStateException.class, () -> protocol.explore(1));
        assertEquals("nobody will wake who sleeps", forgotten.getMessage());
    }
}
