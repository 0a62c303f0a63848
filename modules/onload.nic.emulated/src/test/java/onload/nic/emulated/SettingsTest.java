package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.spi.NicFeature;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SettingsTest {
    private static String refusal(Executable action) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, action).getMessage());
    }

    @Test
    void aBuilderThatIsMadeOfSettingsBuildsTheSame() {
        LinkSettings link =
                new LinkSettings(
                        1,
                        2,
                        false,
                        3,
                        4,
                        5,
                        6,
                        0.05,
                        9,
                        0.1,
                        BurstLoss.of(0.2, 0.3),
                        0.4,
                        0.5,
                        7,
                        0.6,
                        800);
        assertEquals(link, link.toBuilder().build());
        NicSettings nic =
                NicSettings.builder()
                        .macAddress(0x02_00_00_00_12_34L)
                        .mtu(1000)
                        .queues(3)
                        .rings(4, 5)
                        .filters(6)
                        .feature(NicFeature.RECEIVE_CHECKSUM, true)
                        .feature(NicFeature.TRANSMIT_GATHER, false)
                        .promiscuous(true)
                        .build();
        assertEquals(nic, nic.toBuilder().build());
    }

    @Test
    void whatIsOutOfRangeIsRefusedByName() {
        assertEquals(
                "delayNs of a link cannot be -1; expected 0 to 1152921504606846976",
                refusal(() -> LinkSettings.builder().delayNs(-1).build()));
        assertEquals(
                "loss of a link cannot be NaN; expected a probability from 0 to 1",
                refusal(() -> LinkSettings.builder().loss(Double.NaN).build()));
        assertEquals(
                "mark of a link cannot be 1.5; expected a probability from 0 to 1",
                refusal(() -> LinkSettings.builder().mark(1.5).build()));
        assertTrue(
                refusal(() -> LinkSettings.builder().markAboveFrames(-1).build())
                        .contains("markAboveFrames"));
        assertTrue(refusal(() -> LinkSettings.builder().mtu(67).build()).contains("mtu"));
        assertTrue(refusal(() -> LinkSettings.builder().reorder(0.1, 0).build()).contains("delay"));
        assertTrue(refusal(() -> BurstLoss.of(1.1, 0)).contains("goodToBad"));
        assertTrue(refusal(() -> NicSettings.builder().queues(0).build()).contains("queues"));
        assertTrue(
                refusal(() -> NicSettings.builder().macAddress(1L << 40).build())
                        .contains("group address"));
        assertTrue(
                refusal(() ->
                                NicSettings.builder()
                                        .feature(NicFeature.FILE_DESCRIPTOR, true)
                                        .build())
                        .contains("FILE_DESCRIPTOR"));
    }

    @Test
    void aBurstLossThatNeverStrikesIsNone() {
        assertTrue(BurstLoss.NONE.isNone());
        assertTrue(BurstLoss.of(0, 0.5).isNone());
        assertFalse(BurstLoss.of(0.1, 0.5).isNone());
        assertFalse(new BurstLoss(0, 1, 0, 0.1).isNone());
    }
}
