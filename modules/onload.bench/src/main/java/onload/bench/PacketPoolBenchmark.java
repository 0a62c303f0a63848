package onload.bench;

import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/** Allocation and release of a packet buffer: one that stays hot, and batches as a poll makes them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class PacketPoolBenchmark {
    private static final int BATCH = 32;

    private final PacketPool pool = PacketPool.open(PoolOptions.of(4096).withAccounting(false));
    private final int[] packets = new int[BATCH];

    /** Gives the memory back. */
    @TearDown
    public void close() {
        pool.close();
    }

    /** {@return whether the buffer went home} */
    @Benchmark
    public boolean allocateAndRelease() {
        return pool.release(pool.allocate(PacketPool.SEND));
    }

    /** {@return the number of free buffers} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int allocateAndReleaseBatch() {
        for (int i = 0; i < BATCH; i++) {
            packets[i] = pool.allocate(PacketPool.SEND);
        }
        for (int i = 0; i < BATCH; i++) {
            pool.release(packets[i]);
        }
        return pool.available();
    }

    /** {@return whether the buffer went home, which it does not here} */
    @Benchmark
    public boolean retainAndRelease() {
        int packet = pool.allocate(PacketPool.SEND);
        pool.retain(packet);
        boolean home = pool.release(packet);
        pool.release(packet);
        return home;
    }
}
