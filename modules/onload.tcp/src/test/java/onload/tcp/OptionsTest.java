package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options of SYNs come to, in both directions. */
class OptionsTest {
    // MSS (RFC 9293, section 3.7.1).

    /** The longest segment that goes when there is plenty. */
    private static int longest(TcpScene scene) {
        scene.writes(new byte[20_000]);
        int mss = scene.connection.maximumSegmentSize();
        scene.sends(Segment.segment(".").seq(1).ack(1).payload(new byte[mss]));
        scene.ignoreRest();
        return mss;
    }

    @ParameterizedTest
    @CsvSource({
        "1460, 1460",
        "1000, 1000",
        "536, 536",
        "100, 100",
        "1, 48",
        "0, 48",
        "65535, 1460"
    })
    void thePeersMssLimitsWhatIsSent(int mss, int expected) {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(mss))) {
            assertEquals(expected, longest(scene));
        }
        try (TcpScene scene = new TcpScene().connected(synAck().mss(mss))) {
            assertEquals(expected, longest(scene));
        }
    }

    @Test
    void withoutAnMssOptionThePeerTakes536BytesOverIpv4() {
        try (TcpScene scene = new TcpScene().accepted(syn())) {
            assertEquals(536, longest(scene));
        }
        try (TcpScene scene = new TcpScene().connected(synAck())) {
            assertEquals(536, longest(scene));
        }
    }

    @Test
    void withoutAnMssOptionThePeerTakes1220BytesOverIpv6() {
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, true).accepted(syn())) {
            assertEquals(1220, longest(scene));
        }
    }

    @Test
    void optionsThatAreInEachSegmentAreTakenOffTheMss() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1460).timestamps())) {
            assertEquals(1448, longest(scene));
        }
    }

    @Test
    void theMssOptionSaysWhatTheInterfaceTakes() {
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, false, 1400).connects()) {
            scene.sends(syn().seq(0).mss(1360));
        }
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, true, 1400).connects()) {
            scene.sends(syn().seq(0).mss(1340));
        }
    }

    @Test
    void theUsersSegmentSizeIsOfferedAndKept() {
        try (TcpScene scene = new TcpScene().listening(1)) {
            scene.listener.prototype().maximumSegmentSize(700);
            scene.receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(1).mss(700));
            scene.receives(ack().seq(1).ack(1));
            scene.accepts();
            assertEquals(700, longest(scene));
        }
    }

    // Window scale (RFC 7323, section 2).

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 13, 14})
    void thePeersScaleShiftsItsWindow(int scale) {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1460).windowScale(scale))) {
            scene.receives(ack().seq(1).ack(1).window(1 << 14));
            assertEquals(1 << (14 + scale), scene.connection.sndWnd);
        }
        try (TcpScene scene = new TcpScene().connected(synAck().mss(1460).windowScale(scale))) {
            scene.receives(ack().seq(1).ack(1).window(1 << 14));
            assertEquals(1 << (14 + scale), scene.connection.sndWnd);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 16, 31, 32, 255})
    void aScaleAboveFourteenIsFourteen(int scale) {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1460).windowScale(scale))) {
            scene.receives(ack().seq(1).ack(1).window(0xFFFF));
            assertEquals(0xFFFF << 14, scene.connection.sndWnd);
        }
    }

    @Test
    void theWindowOfASynAckIsNotScaled() {
        try (TcpScene scene = new TcpScene()) {
            scene.connected(synAck().mss(1460).windowScale(7).window(5000));
            assertEquals(5000, scene.connection.sndWnd);
        }
    }

    @Test
    void noWindowIsScaledIfThePeerDoesNotScale() {
        try (TcpScene scene = new TcpScene().connected(synAck().mss(1460))) {
            scene.receives(data(1, 100).ack(1).window(1000));
            scene.sends(ack().ack(101).window(65535));
            assertEquals(1000, scene.connection.sndWnd);
        }
    }

    @Test
    void theScaleIsTheOneWithWhichTheLargestBufferFits() {
        TcpSettings large = TcpSettings.DEFAULT.with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, 1 << 30);
        try (TcpScene scene = new TcpScene(large).connects()) {
            scene.sends(syn().windowScale(14).window(65535));
        }
        TcpSettings small =
                TcpSettings.DEFAULT
                        .with(TcpSetting.RECEIVE_BUFFER_BYTES, 65535)
                        .with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, 65535);
        try (TcpScene scene = new TcpScene(small).connects()) {
            scene.sends(syn().windowScale(0).window(65535));
        }
    }

    @Test
    void theWindowOfASynIsWhatTheBufferTakesThoughItIsSmall() {
        TcpSettings small = TcpSettings.DEFAULT.with(TcpSetting.RECEIVE_BUFFER_BYTES, 1000);
        try (TcpScene scene = new TcpScene(small).connects()) {
            scene.sends(syn().window(1000));
        }
    }

    @Test
    void switchesTakeOptionsOutOfBothDirections() {
        TcpSettings plain =
                TcpSettings.DEFAULT
                        .with(TcpSetting.TIMESTAMPS, 0)
                        .with(TcpSetting.WINDOW_SCALING, 0)
                        .with(TcpSetting.SELECTIVE_ACKNOWLEDGMENTS, 0);
        Segment all = syn().mss(1460).sackPermitted().timestamps().windowScale(7);
        try (TcpScene scene = new TcpScene(plain).connects()) {
            scene.sends(syn().mss(1460).windowScale(-1).noTimestamps());
        }
        try (TcpScene scene = new TcpScene(plain).listening(1)) {
            scene.receives(all.seq(0));
            scene.sends(synAck().mss(1460).windowScale(-1).noTimestamps());
        }
    }

    // SACK-permitted (RFC 2018, section 2) and timestamps (RFC 7323, section 3.2).

    @Test
    void aSynOffersAll() {
        try (TcpScene scene = new TcpScene().connects()) {
            scene.sends(syn().mss(1460).windowScale(7).sackPermitted().timestamps(0, 0));
        }
    }

    @Test
    void noBlocksAreSentIfThePeerDoesNotPermitThem() {
        try (TcpScene scene = new TcpScene().connected(synAck().mss(1460))) {
            scene.receives(data(11, 10).ack(1)).sends(ack().ack(1).noOptions());
        }
    }

    @Test
    void blocksAreSentIfThePeerPermitsThem() {
        try (TcpScene scene = new TcpScene().connected(synAck().mss(1460).sackPermitted())) {
            scene.receives(data(11, 10).ack(1)).sends(ack().ack(1).sack(11, 21));
        }
    }

    @Test
    void timestampsAreInEachSegmentIfBothHaveThem() {
        try (TcpScene scene = new TcpScene().connected(synAck().mss(1460).timestamps(7, 0))) {
            scene.writes("a").sends(data("a").timestamps(0, 7));
            scene.closes().sends(Segment.fin().seq(2).timestamps(0, 7));
            scene.ignoreRest();
        }
    }

    @Test
    void timestampsAreInNoSegmentIfThePeerHasNone() {
        try (TcpScene scene = new TcpScene().connected(synAck().mss(1460))) {
            scene.writes("a").sends(data("a").noOptions());
        }
    }

    @Test
    void timestampsThatCameUnaskedAreIgnored() {
        try (TcpScene scene = new TcpScene().connected(synAck().mss(1460))) {
            scene.receives(data("abc").seq(1).ack(1).timestamps(5, 0));
            scene.sends(ack().ack(4).noOptions());
            assertEquals("abc", scene.reads());
        }
    }

    // Order and damage (RFC 9293, section 3.1).

    @Test
    void optionsMayStandInAnyOrderAndUnaligned() {
        try (TcpScene scene = new TcpScene().listening(1)) {
            scene.receives(
                    syn().seq(0)
                            .options(
                                    8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 3, 3, 2, 4, 2, 2, 4, 5, 0xb4,
                                    0));
            scene.sends(synAck().mss(1460).windowScale(7).sackPermitted().timestamps(0, 9));
        }
    }

    @Test
    void whatIsAfterTheEndOfOptionsIsNotRead() {
        try (TcpScene scene = new TcpScene().listening(1)) {
            scene.receives(syn().seq(0).options(2, 4, 2, 0, 0, 3, 3, 7));
            scene.sends(synAck().windowScale(-1).noTimestamps());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3, 2", "3, 4", "4, 3", "4, 1", "8, 9", "8, 11", "2, 3", "2, 5", "99, 0", "99, 1", "99, 40"
    })
    void anOptionOfAnImpossibleLengthEndsTheList(int kind, int length) {
        try (TcpScene scene = new TcpScene().listening(1)) {
            scene.receives(
                    syn().seq(0).options(2, 4, 2, 188, kind, length, 1, 1, 1, 1, 1, 1, 4, 2, 1, 1));
            scene.sends(synAck().seq(0).ack(1).windowScale(-1).noTimestamps());
            scene.receives(ack().seq(1).ack(1));
            scene.accepts();
            assertEquals(700, scene.connection.maximumSegmentSize());
            assertFalse(scene.connection.hasSack);
        }
    }

    @Test
    void optionsThatAreUnknownAreSkippedInAnyState() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(data("abc").seq(1).ack(1).options(253, 6, 1, 2, 3, 4, 1, 1));
            scene.sends(ack().ack(4));
            assertEquals("abc", scene.reads());
        }
    }

    @Test
    void optionsOfASynCountForNothingLater() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(data("abc").seq(1).ack(1).options(2, 4, 0, 100, 3, 3, 7, 1, 4, 2, 1, 1));
            scene.sends(ack().ack(4).noOptions());
            assertEquals(1460, scene.connection.maximumSegmentSize());
            assertEquals(65535, scene.connection.sndWnd);
            scene.reads();
        }
    }

    @Test
    void anEmptySackOptionIsNone() {
        try (TcpScene scene = new TcpScene().connected(synAck().mss(1460).sackPermitted())) {
            scene.writes("a").sends(data("a"));
            scene.receives(ack().ack(2).options(5, 2, 1, 1));
            assertEquals(0, scene.connection.unacknowledged());
            assertEquals(0, scene.count(TcpCounter.FAST_RECOVERIES));
        }
    }

    @Test
    void aHeaderWhoseOffsetIsBeyondTheSegmentIsDropped() {
        try (TcpScene scene = new TcpScene().established()) {
            byte[] frame = scene.frame(ack().seq(1).ack(1));
            frame[14 + 20 + 12] = (byte) 0xF0;
            scene.nic.inject(frame);
            scene.settle().sendsNothing();
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_MALFORMED));
        }
    }
}
