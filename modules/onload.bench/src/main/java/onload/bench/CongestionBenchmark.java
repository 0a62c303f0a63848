package onload.bench;

import onload.tcp.congestion.CongestionControl;
import onload.tcp.congestion.CongestionControls;
import onload.tcp.congestion.DeliverySample;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/** What an acknowledgment costs each congestion control: a window of 100 segments, a loss in every 1000 of them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class CongestionBenchmark {
    private static final int MSS = 1460;
    private static final int WINDOW_SEGMENTS = 100;
    private static final int LOSS_EVERY = 1000;
    private static final long RTT_NS = 50_000_000;

    /** Which one. */
    @Param({"cubic", "newreno", "bbr", "dctcp"})
    public String control = CongestionControls.DEFAULT;

    private final DeliverySample sample = new DeliverySample();
    private CongestionControl congestion = CongestionControls.create(control);
    private int turn;

    /** Starts it. */
    @Setup
    public void start() {
        congestion = CongestionControls.create(control);
        congestion.start(CongestionControl.initialWindow(MSS), MSS);
        sample.mss = MSS;
        sample.acknowledgedBytes = 2 * MSS;
        sample.deliveredBytes = 2 * MSS;
        sample.inFlightBytes = WINDOW_SEGMENTS * MSS;
        sample.priorInFlightBytes = (WINDOW_SEGMENTS + 2) * MSS;
        sample.isLimited = true;
        sample.rttNs = RTT_NS;
        sample.srttNs = RTT_NS;
        sample.minRttNs = RTT_NS;
        sample.intervalBytes = WINDOW_SEGMENTS * MSS;
        sample.intervalNs = RTT_NS;
        sample.intervalInFlightBytes = WINDOW_SEGMENTS * MSS;
    }

    /** {@return the window after an acknowledgment of two segments} */
    @Benchmark
    public int acknowledgment() {
        turn++;
        sample.nowNs += 2 * RTT_NS / WINDOW_SEGMENTS;
        sample.isRoundStart = turn % (WINDOW_SEGMENTS / 2) == 0;
        sample.delivered += 2 * MSS;
        sample.priorDelivered = sample.delivered - WINDOW_SEGMENTS * MSS;
        if (turn % LOSS_EVERY == 0) {
            congestion.lossDetected(WINDOW_SEGMENTS * MSS, MSS, sample.nowNs);
            congestion.recoveryEnded(WINDOW_SEGMENTS * MSS, MSS, sample.nowNs);
        }
        congestion.acknowledged(sample);
        return congestion.cwnd();
    }
}
