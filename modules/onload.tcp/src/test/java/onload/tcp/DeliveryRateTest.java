package onload.tcp;

import static onload.tcp.LongWay.MSS;
import static onload.tcp.LongWay.acked;
import static onload.tcp.LongWay.withSack;
import static onload.tcp.LongWay.withoutProbes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.congestion.CongestionControl;
import onload.tcp.congestion.DeliverySample;

import org.junit.jupiter.api.Test;

/** What a congestion control is told of each acknowledgment. */
class DeliveryRateTest {
    private static final long MS = 1_000_000;

    /** A window that stays, and remembers the last sample. */
    private static final class Listening extends CongestionControl {
        final DeliverySample last = new DeliverySample();

        @Override
        public String name() {
            return "listening";
        }

        @Override
        public void start(int initialWindow, int mss) {
            cwnd = 10 * mss;
        }

        @Override
        public void acknowledged(DeliverySample sample) {
            last.intervalBytes = sample.intervalBytes;
            last.intervalNs = sample.intervalNs;
            last.deliveredBytes = sample.deliveredBytes;
            last.acknowledgedBytes = sample.acknowledgedBytes;
            last.rttNs = sample.rttNs;
            last.isRoundStart = sample.isRoundStart;
            last.isApplicationLimited = sample.isApplicationLimited;
            last.lostBytes = sample.lostBytes;
            last.inFlightBytes = sample.inFlightBytes;
            last.priorInFlightBytes = sample.priorInFlightBytes;
            last.minRttNs = sample.minRttNs;
        }

        @Override
        public boolean governsRecovery() {
            return true;
        }

        @Override
        public void lossDetected(int flightSize, int mss, long nowNs) {}

        @Override
        public void recoveryEnded(int flightSize, int mss, long nowNs) {}

        @Override
        public void timedOut(int flightSize, int mss, boolean isFirst, long nowNs) {}

        @Override
        public void undo() {}

        @Override
        public void idle(int initialWindow, long idleNs, long rtoNs) {}

        @Override
        public void segmentSizeChanged(int before, int after) {}
    }

    private final Listening control = new Listening();

    private TcpScene tenUnderWay(int segments) {
        TcpScene scene = LongWay.accepted(withoutProbes(), withSack());
        control.start(10 * MSS, MSS);
        scene.connection.congestion = control;
        scene.writes(new byte[segments * MSS]).takeAllSent();
        return scene;
    }

    @Test
    void theRateIsWhatArrivedOverTheTimeThatItTook() {
        try (TcpScene scene = tenUnderWay(30)) {
            scene.after(100).receives(acked(1001)).takeAllSent();
            assertEquals(MSS, control.last.intervalBytes);
            assertEquals(100 * MS, control.last.intervalNs);
            assertEquals(100 * MS, control.last.rttNs);
            scene.after(10).receives(acked(6001)).takeAllSent();
            assertEquals(6 * MSS, control.last.intervalBytes);
            assertEquals(110 * MS, control.last.intervalNs);
            // What went at 100 ms, when one segment had arrived.
            scene.after(90).receives(acked(11_001));
            assertEquals(10 * MSS, control.last.intervalBytes);
            assertEquals(100 * MS, control.last.intervalNs);
            scene.ignoreRest();
        }
    }

    @Test
    void selectiveAcknowledgmentsCountAsArrived() {
        try (TcpScene scene = tenUnderWay(10)) {
            scene.after(100).receives(acked(1, 1001, 4001));
            assertEquals(3 * MSS, control.last.deliveredBytes);
            assertEquals(0, control.last.acknowledgedBytes);
            assertEquals(MSS, control.last.lostBytes);
            assertEquals(10 * MSS, control.last.priorInFlightBytes);
            assertEquals(6 * MSS, control.last.inFlightBytes);
            scene.after(100).receives(acked(4001));
            assertEquals(MSS, control.last.deliveredBytes);
            assertEquals(4 * MSS, control.last.acknowledgedBytes);
            scene.ignoreRest();
        }
    }

    @Test
    void aRoundBeginsWhenWhatWasSentInTheLastIsAnswered() {
        try (TcpScene scene = tenUnderWay(60)) {
            scene.after(100).receives(acked(1001)).takeAllSent();
            assertTrue(control.last.isRoundStart);
            scene.receives(acked(10_001)).takeAllSent();
            assertFalse(control.last.isRoundStart);
            scene.after(100).receives(acked(11_001)).takeAllSent();
            assertTrue(control.last.isRoundStart);
            scene.ignoreRest();
        }
    }

    @Test
    void whoHasTooLittleToSendIsLimitedByItself() {
        try (TcpScene scene = tenUnderWay(20)) {
            scene.after(100).receives(acked(10_001)).takeAllSent();
            scene.after(100).receives(acked(20_001));
            assertFalse(control.last.isApplicationLimited);
            scene.writes("x").takeAllSent().after(100).receives(acked(20_002));
            scene.writes("y").takeAllSent().after(100).receives(acked(20_003));
            assertTrue(control.last.isApplicationLimited);
        }
    }

    @Test
    void whatWasSentAgainSaysNothingOfTheRoundTrip() {
        try (TcpScene scene = tenUnderWay(10)) {
            scene.after(100).receives(acked(1, 1001, 4001)).takeAllSent();
            scene.after(50).receives(acked(4001));
            assertEquals(0, control.last.rttNs);
            assertEquals(100 * MS, control.last.minRttNs);
            scene.ignoreRest();
        }
    }
}
