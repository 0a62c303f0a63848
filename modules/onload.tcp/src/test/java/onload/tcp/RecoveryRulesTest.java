package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** Rules of loss recovery and of timers that share a deadline, beside {@link LossRecoveryTest}, {@link TimersTest}. */
class RecoveryRulesTest {
    /** With figures that are round. */
    private static final TcpSettings RENO = TcpSettings.DEFAULT.withCongestionControl("newreno");

    private static final int MSS = 1000;
    private static final long SECOND_NS = 1_000_000_000L;

    private static TcpScene tenUnderWay(Segment syn) {
        TcpScene scene = new TcpScene(RENO).accepted(syn.mss(MSS));
        scene.writes(new byte[10 * MSS]);
        assertEquals(10, scene.sentCount());
        return scene.takeAllSent();
    }

    private static TcpInfo info(TcpScene scene) {
        return scene.connection.info(scene.nowNs());
    }

    private static void duplicates(TcpScene scene, int ack) {
        for (int i = 0; i < 3; i++) {
            scene.receives(ack().seq(1).ack(ack));
        }
    }

    @Test
    void withoutSackDuplicatesOfTheEndOfTheLastRecoveryBeginNoOther() {
        try (TcpScene scene = tenUnderWay(syn())) {
            duplicates(scene, 1);
            scene.takeAllSent().receives(ack().seq(1).ack(10_001));
            scene.writes(new byte[2 * MSS]).takeAllSent();
            duplicates(scene, 10_001);
            assertEquals(1, scene.count(TcpCounter.FAST_RECOVERIES));
            assertEquals(5 * MSS, info(scene).ssthresh());
            scene.ignoreRest();
        }
    }

    @Test
    void withSackALossAfterTheEndOfTheLastRecoveryBeginsAnother() {
        try (TcpScene scene = tenUnderWay(syn().sackPermitted())) {
            scene.receives(ack().seq(1).ack(1).sack(1001, 4001)).takeAllSent();
            scene.receives(ack().seq(1).ack(10_001));
            scene.writes(new byte[6 * MSS]).takeAllSent();
            for (int right = 12_001; right <= 14_001; right += MSS) {
                scene.receives(ack().seq(1).ack(10_001).sack(11_001, right)).takeAllSent();
            }
            assertEquals(2, scene.count(TcpCounter.FAST_RECOVERIES));
            scene.ignoreRest();
        }
    }

    @Test
    void aTimeoutDuringRecoveryLeavesAWindowOfOneSegment() {
        try (TcpScene scene = tenUnderWay(syn().sackPermitted())) {
            scene.receives(ack().seq(1).ack(1).sack(1001, 4001)).takeAllSent();
            assertEquals("recovery", info(scene).recovery());
            scene.after(201);
            assertEquals("loss", info(scene).recovery());
            assertEquals(MSS, info(scene).cwnd());
            scene.ignoreRest();
        }
    }

    @Test
    void keepAliveThatIsSwitchedOnDoesNotHoldTheCorkLonger() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.connection.cork(true, scene.nowNs());
            scene.mark().writes("abc").sendsNothing();
            scene.connection.keepAlive(true, 10 * SECOND_NS, SECOND_NS, 3, scene.nowNs());
            scene.sendsAt(200, data("abc").seq(1).ack(1)).ignoreRest();
        }
    }

    @Test
    void keepAliveThatIsSwitchedOffDoesNotHoldTheCorkForEver() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.connection.cork(true, scene.nowNs());
            scene.mark().writes("abc").sendsNothing();
            scene.connection.keepAlive(false, SECOND_NS, SECOND_NS, 3, scene.nowNs());
            scene.sendsAt(200, data("abc").seq(1).ack(1)).ignoreRest();
        }
    }

    @Test
    void keepAliveDoesNotShortenTheWaitForTheFinOfThePeer() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.connection.keepAlive(true, SECOND_NS, SECOND_NS, 3, scene.nowNs());
            scene.closes().sends(fin().seq(1).ack(1)).receives(ack().seq(1).ack(2));
            scene.after(59_000).sendsNothing().is(TcpState.FIN_WAIT_2);
        }
    }
}
