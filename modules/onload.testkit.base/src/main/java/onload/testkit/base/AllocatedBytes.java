package onload.testkit.base;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

/** How many bytes the current thread allocated on the Java heap while it ran something. */
public final class AllocatedBytes {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocatedBytes() {}

    /**
     * {@return the bytes that one run of an action allocates once it is warm}: the action runs
     * {@code warmUps} times first, then {@code runs} times under the counter, three times over, and the
     * smallest of the three totals counts, divided by {@code runs} and rounded up. The smallest,
     * because the JIT compiler may replace the code in between and a class may be loaded late; a
     * real allocation is there all three times. Rounded up, so that 0 means that there was none at
     * all, and not that there was a small one in some of the runs.
     *
     * @param warmUps how often to run it uncounted
     * @param runs how often to run it counted
     * @param action what to run
     */
    public static long perRun(int warmUps, int runs, Runnable action) {
        return perRun(warmUps, runs, () -> {}, action);
    }

    /**
     * {@return the bytes that one run of an action allocates once it is warm}, as above, what its
     * preparation allocates not counted.
     *
     * @param warmUps how often to run both uncounted
     * @param runs how often to run both counted
     * @param preparation what to run before each run of the action, such as to send it a frame
     * @param action what to run
     */
    public static long perRun(int warmUps, int runs, Runnable preparation, Runnable action) {
        allocated(warmUps, preparation, action);
        long smallest = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            smallest = Math.min(smallest, allocated(runs, preparation, action));
        }
        return Math.ceilDiv(smallest, runs);
    }

    private static long allocated(int runs, Runnable preparation, Runnable action) {
        long sum = 0;
        for (int i = 0; i < runs; i++) {
            preparation.run();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            action.run();
            sum += THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        return sum;
    }
}
