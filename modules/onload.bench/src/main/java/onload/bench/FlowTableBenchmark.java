package onload.bench;

import onload.tcp.flow.Flow;
import onload.tcp.flow.FlowTable;
import onload.tcp.timer.TimerWheel;

import org.jspecify.annotations.Nullable;
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

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** What each segment and each poll pays for the number of flows: finding one, and its place in the timer wheel. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class FlowTableBenchmark {
    private static final long MAPPED = 0xFFFF_0000_0000L;
    private static final int FIRST_ADDRESS = 0x0A00_0000;
    private static final int STRIDE = 0x9E37_79B1;

    /** How many flows there are. */
    @Param({"1", "1000", "100000"})
    public int flows;

    private final FlowTable table = new FlowTable(1 << 20, new SplittableRandom(1));
    private final TimerWheel wheel = new TimerWheel(1_000_000, 0);
    private final Connection rescheduled = new Connection();
    private int turn;
    private long nowNs;

    private static final class Connection extends Flow {}

    /** Adds the flows, each with a time that is far away. */
    @Setup
    public void open() {
        for (int i = 0; i < flows; i++) {
            Connection connection = new Connection();
            connection.tuple(0, MAPPED | 1, 80, 0, MAPPED | (FIRST_ADDRESS + i), i & 0xFFFF);
            table.add(connection);
            wheel.schedule(connection, Long.MAX_VALUE / 2 + i * 1000L);
        }
        wheel.schedule(rescheduled, Long.MAX_VALUE / 2);
    }

    /** {@return a flow, another one each time, in no order that a processor could foretell by strides} */
    @Benchmark
    public @Nullable Flow findHit() {
        int i = next();
        return table.find(0, MAPPED | 1, 80, 0, MAPPED | (FIRST_ADDRESS + i), i & 0xFFFF);
    }

    /** {@return null} */
    @Benchmark
    public @Nullable Flow findMiss() {
        int i = next();
        return table.find(0, MAPPED | 1, 81, 0, MAPPED | (FIRST_ADDRESS + i), i & 0xFFFF);
    }

    /** {@return the time that stays} */
    @Benchmark
    public long rescheduleLater() {
        wheel.schedule(rescheduled, Long.MAX_VALUE / 2 + ++nowNs);
        return wheel.nextDeadlineNs();
    }

    /** {@return 0, the clock going on by 100 ns each time} */
    @Benchmark
    public int advanceWithNothingDue() {
        nowNs += 100;
        return wheel.advance(nowNs, (entry, now) -> {});
    }

    private int next() {
        turn += STRIDE;
        return (int) (((turn & 0xFFFF_FFFFL) * flows) >>> 32);
    }
}
