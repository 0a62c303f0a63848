package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;

/** Scenes of a connection over a way of 100 ms, with segments of 1000 bytes and NewReno, so that figures are round. */
final class LongWay {
    static final int MSS = 1000;

    private LongWay() {}

    /** {@return a SYN with SACK} */
    static Segment withSack() {
        return syn().mss(MSS).sackPermitted();
    }

    /** {@return a connection that the peer has opened with a SYN, whose answer took 100 ms} */
    static TcpScene accepted(TcpSettings settings, Segment syn) {
        return accepted(settings, syn, "newreno");
    }

    /** {@return the same with another congestion control} */
    static TcpScene accepted(TcpSettings settings, Segment syn, String control) {
        TcpScene scene = new TcpScene(settings).listening(5);
        scene.listener.prototype().congestionControl(control);
        scene.receives(syn.seq(0)).takeSent("SYN-ACK").after(100);
        scene.receives(ack().seq(1).ack(1));
        scene.accepts();
        return scene.sendsNothing().mark();
    }

    /** {@return a connection that has written so many segments, of which ten are under way, sent at 0 ms} */
    static TcpScene tenUnderWay(TcpSettings settings, Segment syn, int segments) {
        TcpScene scene = accepted(settings, syn);
        scene.writes(new byte[segments * MSS]);
        for (int i = 0; i < 10; i++) {
            scene.sends(zeros(1 + i * MSS, segments));
        }
        return scene.sendsNothing();
    }

    static TcpScene tenUnderWay() {
        return tenUnderWay(withoutProbes(), withSack(), 10);
    }

    static TcpSettings withoutProbes() {
        return TcpSettings.DEFAULT.with(TcpSetting.TAIL_LOSS_PROBES, 0);
    }

    /** {@return a segment of zeros, PSH in the last of so many} */
    static Segment zeros(int seq, int segments) {
        boolean isLast = seq == 1 + (segments - 1) * MSS;
        return segment(isLast ? "P." : ".").seq(seq).ack(1).payload(new byte[MSS]);
    }

    static Segment zeros(int seq) {
        return zeros(seq, 10);
    }

    /** {@return an acknowledgment with the ranges of segments that have arrived as well} */
    static Segment acked(int ack, int... sack) {
        return ack().seq(1).ack(ack).sack(sack);
    }

    static TcpInfo info(TcpScene scene) {
        return scene.connection.info(scene.nowNs());
    }
}
