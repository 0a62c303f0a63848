package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

class MalformedTest {
    private static final int[] REASONS = {
        Malformed.TRUNCATED,
        Malformed.VERSION,
        Malformed.HEADER_LENGTH,
        Malformed.TOTAL_LENGTH,
        Malformed.OPTION,
        Malformed.TYPE,
        Malformed.FIELD,
        Malformed.CHAIN,
        Malformed.UNRECOGNIZED
    };

    @Test
    void theReasonsFillAnArrayOfCountersWithoutGaps() {
        boolean[] used = new boolean[Malformed.COUNT];
        for (int reason : REASONS) {
            assertTrue(reason < 0);
            used[-reason] = true;
        }
        for (int i = 1; i < Malformed.COUNT; i++) {
            assertTrue(used[i], "no reason " + -i);
        }
        assertEquals(Malformed.COUNT, REASONS.length + 1);
    }

    @Test
    void everyReasonHasANameOfItsOwn() {
        Set<String> names = new HashSet<>();
        for (int reason : REASONS) {
            assertTrue(names.add(Malformed.name(reason)));
        }
        assertTrue(names.add(Malformed.name(0)));
        assertEquals("truncated", Malformed.name(Malformed.TRUNCATED));
        assertEquals("not recognized", Malformed.name(Malformed.UNRECOGNIZED));
    }

    @Test
    void anAnswerThatIsNoReasonIsWellFormed() {
        assertEquals("well-formed", Malformed.name(0));
        assertEquals("well-formed", Malformed.name(60));
        assertThrows(IndexOutOfBoundsException.class, () -> Malformed.name(-Malformed.COUNT));
    }
}
