package onload.tcp;

import onload.tcp.congestion.CongestionControl;
import onload.tcp.congestion.DeliverySample;

/**
 * A congestion control that wants exact echoes as DCTCP does, and whose window stays, so that it is in nobody's way.
 */
final class FixedWindow extends CongestionControl {
    static final String NAME = "newreno";

    /** How often it was told that a router was congested. */
    int experienced;

    /** How many acknowledgments with an echo it was told of. */
    int echoed;

    @Override
    public String name() {
        // That of a registered one, since listeners make those of their connections by name.
        return NAME;
    }

    @Override
    public void start(int initialWindow, int mss) {
        cwnd = 20 * mss;
        ssthresh = MAX_WINDOW;
    }

    @Override
    public void acknowledged(DeliverySample sample) {
        if (sample.isCongestionEchoed) {
            echoed++;
        }
    }

    @Override
    public void lossDetected(int flightSize, int mss, long nowNs) {
        // It stays.
    }

    @Override
    public void congestionExperienced(int flightSize, int mss, long nowNs) {
        experienced++;
    }

    @Override
    public void recoveryEnded(int flightSize, int mss, long nowNs) {
        // It stays.
    }

    @Override
    public void timedOut(int flightSize, int mss, boolean isFirst, long nowNs) {
        // It stays.
    }

    @Override
    public void undo() {
        // Nothing was done.
    }

    @Override
    public void idle(int initialWindow, long idleNs, long rtoNs) {
        // It stays.
    }

    @Override
    public void segmentSizeChanged(int before, int after) {
        // It stays.
    }

    @Override
    public boolean governsRecovery() {
        return true;
    }

    @Override
    public boolean wantsExactEcn() {
        return true;
    }
}
