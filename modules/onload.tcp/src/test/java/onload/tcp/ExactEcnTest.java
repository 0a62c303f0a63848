package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.numbered;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

import java.util.Objects;

/** DCTCP's receiver (RFC 8257, section 3.2), and that with DCTCP everything may be marked as on Linux. */
class ExactEcnTest {
    private static final int MSS = 1460;
    private static final int ECT_0 = 2;
    private static final int CE = 3;

    /** A connection that this side has opened, with ECN neither asked for nor taken but for DCTCP. */
    private static TcpScene connecting() {
        TcpScene scene = new TcpScene(TcpSettings.DEFAULT.with(TcpSetting.ECN, 0));
        scene.beforeConnect = c -> c.congestion = new FixedWindow();
        return scene.connects();
    }

    private static TcpScene agreed() {
        TcpScene scene = connecting().takeSent("SYN");
        scene.receives(segment("S.E").seq(0).ack(1).mss(MSS)).sends(ack().seq(1).ack(1));
        scene.connection.quickAcks = 0;
        return scene;
    }

    private static TcpScene listening() {
        TcpScene scene = new TcpScene(TcpSettings.DEFAULT.with(TcpSetting.ECN, 0)).listening(5);
        scene.listener.prototype().congestion = new FixedWindow();
        return scene;
    }

    private static FixedWindow window(TcpScene scene) {
        return (FixedWindow) Objects.requireNonNull(scene.connection.congestion);
    }

    // What may be marked.

    @Test
    void synAsksAndMayBeMarkedWhateverIsSet() {
        try (TcpScene scene = connecting()) {
            scene.sends(segment("SEW").seq(0).trafficClass(ECT_0));
            scene.sendsAt(1000, syn().seq(0).trafficClass(0));
        }
    }

    @Test
    void synAckAgreesAndMayBeMarkedWhateverIsSet() {
        try (TcpScene scene = listening()) {
            scene.receives(segment("SEW").seq(0).mss(MSS).trafficClass(ECT_0));
            scene.sends(segment("S.E").seq(0).ack(1).trafficClass(ECT_0));
            scene.receives(ack().seq(1).ack(1)).accepts();
            assertTrue(scene.connection.info(scene.nowNs()).hasEcn());
            scene.receives(data("a").seq(1)).sends(ack().ack(2).trafficClass(ECT_0));
        }
    }

    @Test
    void cookieKeepsIt() {
        TcpSettings settings =
                TcpSettings.DEFAULT.with(TcpSetting.ECN, 0).with(TcpSetting.MAX_SYN_BACKLOG, 1);
        try (TcpScene scene = new TcpScene(settings).listening(5)) {
            scene.listener.prototype().congestion = new FixedWindow();
            scene.receives(syn().seq(0).port(4000)).takeSent("SYN-ACK");
            scene.receives(segment("SEW").seq(0).mss(MSS).timestamps().trafficClass(ECT_0));
            scene.sends(segment("S.E").seq(0).ack(1).trafficClass(ECT_0));
            scene.receives(ack().seq(1).ack(1)).accepts();
            scene.receives(data("a").seq(1)).sends(ack().ack(2).trafficClass(ECT_0)).ignoreRest();
        }
    }

    @Test
    void refusedNothingMayBeMarkedAndNothingIsEchoed() {
        try (TcpScene scene = connecting().takeSent("SYN")) {
            scene.receives(synAck().seq(0).ack(1).mss(MSS)).sends(ack().trafficClass(0));
            scene.receives(data("a").trafficClass(CE)).sends(ack().ack(2).trafficClass(0));
            assertFalse(scene.connection.info(scene.nowNs()).hasEcn());
        }
    }

    @Test
    void acknowledgmentsRetransmissionsProbesAndFinsMayBeMarked() {
        try (TcpScene scene = agreed()) {
            scene.writes("x").sends(data("x").trafficClass(ECT_0)).after(1500).takeAllSent();
            scene.receives(ack().ack(1)).after(3000);
            assertEquals(ECT_0, scene.takeMarked().trafficClass, scene::describe);
            scene.takeAllSent().receives(ack().ack(2).window(0)).writes("yz").after(10_000);
            assertEquals(ECT_0, scene.takeMarked().trafficClass, scene::describe);
            scene.takeAllSent().receives(ack().ack(2).window(9999)).takeAllSent();
            scene.receives(ack().ack(4)).shutsDown().sends(fin().seq(4).trafficClass(ECT_0));
            scene.aborts().sends(segment("R.").trafficClass(ECT_0));
        }
    }

    // Figure 1 of section 3.2.

    @Test
    void acknowledgmentsEchoTheMarkOfWhatTheyAcknowledge() {
        try (TcpScene scene = agreed()) {
            scene.receives(data(1, 100).trafficClass(ECT_0)).after(40).sends(ack().ack(101));
            scene.receives(data(101, 100).trafficClass(CE)).sends(segment(".E").ack(201));
            scene.receives(data(201, 100).trafficClass(CE)).after(40);
            scene.sends(segment(".E").ack(301));
            scene.receives(data(301, 100).trafficClass(ECT_0)).sends(ack().ack(401));
            assertEquals(2, scene.count(TcpCounter.CE_RECEIVED));
        }
    }

    private static TcpScene delaying() {
        // What was sent makes the receiver wait for an answer of its user.
        TcpScene scene = agreed().writes("x").takeAllSent().receives(ack().ack(2));
        scene.connection.rcvMss = 1000;
        return scene;
    }

    @Test
    void whatWaitsForItsAcknowledgmentIsAcknowledgedBeforeAMarkThatIsOther() {
        try (TcpScene scene = delaying()) {
            scene.receives(data(1, 100).trafficClass(ECT_0)).sendsNothing();
            scene.receives(data(101, 100).trafficClass(CE));
            scene.sends(ack().ack(101), segment(".E").ack(201));
            scene.receives(data(201, 100).trafficClass(CE)).sendsNothing();
            scene.receives(data(301, 100).trafficClass(ECT_0));
            scene.sends(segment(".E").ack(301), ack().ack(401));
        }
    }

    @Test
    void marksThatChangeWithinABatchAreToldApart() {
        try (TcpScene scene = delaying()) {
            scene.receives(
                    data(1, 100).trafficClass(ECT_0),
                    data(101, 100).trafficClass(CE),
                    data(201, 100).trafficClass(CE),
                    data(301, 100).trafficClass(ECT_0),
                    data(401, 100).trafficClass(CE));
            scene.sends(ack().ack(101), segment(".E").ack(301));
            scene.sends(ack().ack(401), segment(".E").ack(501));
        }
    }

    @Test
    void delayedAcknowledgmentsGoOnWhileTheMarkIsTheSame() {
        try (TcpScene scene = delaying().mark()) {
            scene.receives(data(1, 100).trafficClass(CE)).sends(segment(".E").ack(101));
            scene.receives(data(101, 100).trafficClass(CE)).sendsNothing();
            scene.sendsAt(40, segment(".E").ack(201));
        }
    }

    @Test
    void dataOfThisSideCarriesTheEcho() {
        try (TcpScene scene = delaying()) {
            scene.receives(data(1, 100).trafficClass(CE)).sends(segment(".E").ack(101));
            scene.writes("y").sends(segment("P.E").payload("y").trafficClass(ECT_0));
            scene.receives(ack().ack(3));
        }
    }

    @Test
    void thatThePeerHasReducedChangesNothing() {
        try (TcpScene scene = agreed()) {
            scene.receives(data(1, 100).trafficClass(CE)).sends(segment(".E").ack(101));
            scene.receives(segment("P.W").seq(101).payload(numbered(101, 100)).trafficClass(CE));
            scene.after(40).sends(segment(".E").ack(201));
            assertEquals(1, scene.count(TcpCounter.CWR_RECEIVED));
        }
    }

    @Test
    void marksOutOfOrderAreToldAtOnce() {
        try (TcpScene scene = agreed()) {
            scene.receives(data(101, 100).trafficClass(CE)).sends(segment(".E").ack(1));
            scene.receives(data(201, 100).trafficClass(ECT_0)).sends(ack().ack(1));
            scene.receives(data(1, 100).trafficClass(CE)).sends(segment(".E").ack(301));
        }
    }

    @Test
    void marksOnAcknowledgmentsAreIgnored() {
        try (TcpScene scene = delaying()) {
            scene.receives(ack().ack(2).trafficClass(CE));
            scene.receives(data(1, 100).trafficClass(ECT_0)).after(40).sends(ack().ack(101));
        }
    }

    // The sender.

    @Test
    void congestionControlIsToldOfEveryEchoAndOnceForAWindowToReduce() {
        try (TcpScene scene = agreed()) {
            scene.writes(numbered(1, 8 * MSS)).takeAllSent();
            for (int i = 1; i <= 8; i++) {
                scene.receives(segment(".E").ack(1 + i * MSS));
            }
            assertEquals(8, window(scene).echoed);
            assertEquals(1, window(scene).experienced);
            scene.writes("x").sends(segment("P.W").payload("x").trafficClass(ECT_0));
            scene.receives(ack().ack(2 + 8 * MSS));
            assertEquals(8, window(scene).echoed);
        }
    }
}
