package onload.bench;

import onload.sockets.Stack;
import onload.sockets.counter.StackCounter;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Threads that send on one stack, each by a socket of its own, to a peer that reads it all: how many sends there
 * are in a second, and how the threads met at the lock. Then the same threads while whoever has the lock stands
 * still: a send is left for the holder and does not wait, as long as no more than {@code defer-limit} are left.
 */
final class Senders {
    private static final List<Integer> THREADS = List.of(1, 2, 4);
    private static final int DEFER_LIMIT = 32;
    private static final int MOST_TIMED = 1 << 20;
    private static final int SENDS_PER_TIMED = 16;

    private static final List<StackCounter> TOLD =
            List.of(
                    StackCounter.LOCK_CONTENTIONS,
                    StackCounter.LOCK_SLEEPS,
                    StackCounter.DEFERRALS,
                    StackCounter.DEFERRALS_REFUSED,
                    StackCounter.DEFERRALS_DROPPED);

    private final RunLength length;

    Senders(RunLength length) {
        this.length = length;
    }

    /** Runs both protocols and prints. */
    void run() throws IOException {
        for (boolean isTcp : new boolean[] {false, true}) {
            System.out.printf(
                    "%n%s, sends of %d bytes on one stack, each thread by its own socket%n",
                    isTcp ? "TCP" : "UDP", End.LENGTH);
            System.out.printf(
                    "%7s %12s %9s %9s %9s %10s   %s%n",
                    "threads", "sends/s", "p50 ns", "p99", "p99.9", "max", "of a million sends");
            for (int threads : THREADS) {
                throughput(isTcp, threads);
            }
            for (int threads : THREADS) {
                stalled(isTcp, threads);
            }
        }
    }

    // Throughput.

    private void throughput(boolean isTcp, int threads) throws IOException {
        try (StackPair pair = StackPair.open(b -> b.option("defer-limit", "" + DEFER_LIMIT));
                Flows flows = Flows.open(pair, isTcp, threads)) {
            send(flows, length.warmUps() * length.roundNs(), new Histogram(3));
            long[] before = counts(pair.one);
            Histogram times = new Histogram(3);
            long startNs = System.nanoTime();
            long sends = send(flows, length.rounds() * length.roundNs(), times);
            double seconds = (System.nanoTime() - startNs) / 1e9;
            System.out.printf(
                    "%7d %12.0f %9d %9d %9d %10d  ",
                    threads,
                    sends / seconds,
                    times.getValueAtPercentile(50),
                    times.getValueAtPercentile(99),
                    times.getValueAtPercentile(99.9),
                    times.getMaxValue());
            long[] after = counts(pair.one);
            for (int i = 0; i < before.length; i++) {
                System.out.printf(" %s %.0f", TOLD.get(i), (after[i] - before[i]) * 1e6 / sends);
            }
            System.out.println();
        }
    }

    private static long send(Flows flows, long durationNs, Histogram times) {
        List<Sender> senders = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < flows.count(); i++) {
            Sender sender = new Sender(flows, i, durationNs);
            senders.add(sender);
            threads.add(Thread.ofPlatform().name("sends " + i).start(sender));
        }
        long sends = 0;
        for (int i = 0; i < senders.size(); i++) {
            join(threads.get(i));
            sends += senders.get(i).sends;
            times.add(senders.get(i).times);
        }
        return sends;
    }

    /** Sends for a while; one of a few sends is timed. */
    private static final class Sender implements Runnable {
        final Histogram times = new Histogram(3);
        long sends;
        private final Flows flows;
        private final int index;
        private final long durationNs;

        Sender(Flows flows, int index, long durationNs) {
            this.flows = flows;
            this.index = index;
            this.durationNs = durationNs;
        }

        @Override
        public void run() {
            long startNs = System.nanoTime();
            long nowNs = startNs;
            long count = 0;
            while (nowNs - startNs < durationNs) {
                for (int i = 1; i < SENDS_PER_TIMED; i++) {
                    flows.send(index);
                }
                long sentNs = System.nanoTime();
                flows.send(index);
                nowNs = System.nanoTime();
                times.recordValue(nowNs - sentNs);
                count += SENDS_PER_TIMED;
            }
            sends = count;
        }
    }

    // While the holder stands still.

    private void stalled(boolean isTcp, int threads) throws IOException {
        StallingClock clock = new StallingClock();
        Histogram times = new Histogram(3);
        int stalls = 0;
        try (StackPair pair =
                        StackPair.open(clock, b -> b.option("defer-limit", "" + DEFER_LIMIT));
                Flows flows = Flows.open(pair, isTcp, threads)) {
            send(flows, length.roundNs(), new Histogram(3));
            long[] before = counts(pair.one);
            long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < length.rounds() * length.roundNs()
                    && times.getTotalCount() < MOST_TIMED) {
                stallOnce(pair.one, clock, flows, times);
                stalls++;
            }
            long[] after = counts(pair.one);
            System.out.printf(
                    "%7d threads, holder stalled %d times, %d sends each time: p50 %d ns, p99 %d, slowest %d  ",
                    threads,
                    stalls,
                    times.getTotalCount() / stalls,
                    times.getValueAtPercentile(50),
                    times.getValueAtPercentile(99),
                    times.getMaxValue());
            for (int i = 0; i < before.length; i++) {
                System.out.printf(" %s %d", TOLD.get(i), after[i] - before[i]);
            }
            System.out.println();
        }
    }

    /** All senders together leave as much as may be left. */
    private static void stallOnce(Stack stack, StallingClock clock, Flows flows, Histogram times) {
        Thread holder = Thread.ofPlatform().name("stalls").unstarted(stack::poll);
        // The helper might have the lock at that moment, and the poll would do nothing.
        while (!isStalled(clock, holder)) {
            join(holder);
            holder = Thread.ofPlatform().name("stalls").unstarted(stack::poll);
        }
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        Histogram[] each = new Histogram[flows.count()];
        for (int i = 0; i < flows.count(); i++) {
            int index = i;
            Histogram own = new Histogram(3);
            each[i] = own;
            threads.add(
                    Thread.ofPlatform()
                            .start(() ->
                                    leave(flows, index, DEFER_LIMIT / flows.count(), go, own)));
        }
        go.countDown();
        threads.forEach(Senders::join);
        clock.resume();
        join(holder);
        for (Histogram own : each) {
            times.add(own);
        }
    }

    private static boolean isStalled(StallingClock clock, Thread holder) {
        clock.stall(holder);
        holder.start();
        return clock.awaitStall(holder);
    }

    private static void leave(
            Flows flows, int index, int sends, CountDownLatch go, Histogram times) {
        try {
            go.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("a benchmark was interrupted", e);
        }
        for (int i = 0; i < sends; i++) {
            long sentNs = System.nanoTime();
            flows.send(index);
            times.recordValue(System.nanoTime() - sentNs);
        }
    }

    private static long[] counts(Stack stack) {
        return TOLD.stream().mapToLong(each -> stack.counters().get(each)).toArray();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("a benchmark was interrupted", e);
        }
    }
}
