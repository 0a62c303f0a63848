package onload.nic.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

class NearestNameTest {
    private static final Set<String> NAMES =
            Set.of("emulated", "tap", "afxdp", "efvi", "bandwidth", "delay", "mtu");

    @Test
    void oneLetterWrongMissingTooManyOrSwappedIsForgiven() {
        for (String typed : List.of("tep", "ta", "taap", "tpa", "TAP", "tap ")) {
            assertEquals(", did you mean \"tap\"?", NearestName.question(typed, NAMES), typed);
        }
    }

    @Test
    void aLongNameMayHaveMoreFaultsThanAShortOne() {
        assertEquals(", did you mean \"emulated\"?", NearestName.question("emulatte", NAMES));
        assertEquals(", did you mean \"bandwidth\"?", NearestName.question("bandwith", NAMES));
        assertEquals(", did you mean \"bandwidth\"?", NearestName.question("bandwdht", NAMES));
        assertEquals("", NearestName.question("tun", NAMES));
    }

    @Test
    void theBeginningOfANameIsEnough() {
        assertEquals(", did you mean \"emulated\"?", NearestName.question("emu", NAMES));
        assertEquals(", did you mean \"bandwidth\"?", NearestName.question("B", NAMES));
    }

    @Test
    void ofTwoThatAreNearTheNearestIsAskedFor() {
        assertEquals(
                ", did you mean \"delay\"?",
                NearestName.question("delax", Set.of("delay", "relax")));
        assertEquals(", did you mean \"mt1\"?", NearestName.question("mtu", Set.of("mt2", "mt1")));
    }

    @Test
    void nothingIsAskedWhereNothingIsNear() {
        assertEquals("", NearestName.question("loopback", NAMES));
        assertEquals("", NearestName.question("", NAMES));
        assertEquals("", NearestName.question("tap", Set.of()));
    }
}
