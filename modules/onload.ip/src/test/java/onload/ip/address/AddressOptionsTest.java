package onload.ip.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What the options refuse, and that each wither changes its part only. */
class AddressOptionsTest {
    @Test
    void numbersOutOfTheirRangeAreRefused() {
        AddressOptions base = AddressOptions.DEFAULT;
        assertThrows(IllegalArgumentException.class, () -> base.withCapacity(0));
        assertThrows(IllegalArgumentException.class, () -> base.withCapacity((1 << 16) + 1));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> base.withDuplicateAddressDetectTransmits(-1));
        assertTrue(e.toString().contains("-1; expected 0 to 100"), e.toString());
    }

    @Test
    void withersChangeOnePart() {
        AddressOptions changed =
                AddressOptions.DEFAULT
                        .withCapacity(3)
                        .withDuplicateAddressDetectTransmits(2)
                        .withIpv4(ConflictDetection.PROBE, DefendPolicy.RETREAT)
                        .withHostModel(HostModel.STRONG)
                        .withZeroBroadcast(false);
        assertEquals(
                new AddressOptions(
                        3,
                        2,
                        AddressOptions.DEFAULT.retransTimerNs(),
                        AddressOptions.DEFAULT.ipv6Announcements(),
                        ConflictDetection.PROBE,
                        ConflictTimings.RFC_5227,
                        DefendPolicy.RETREAT,
                        HostModel.STRONG,
                        HostModel.STRONG,
                        false),
                changed);
    }

    @Test
    void timesOfConflictDetectionThatCannotBeAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new ConflictTimings(0, 0, 1, 1, 1, 1, 1, 1, 0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ConflictTimings(0, 1, 2, 1, 1, 1, 1, 1, 0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ConflictTimings(-1, 1, 1, 1, 1, 1, 1, 1, 0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ConflictTimings(0, 1, 0, 1, 1, 1, 1, 1, 0, 0));
    }
}
