package onload.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Asks a server many times, by some clients at once, and measures how long each answer took. */
final class Load {
    private final int clients;
    private final int requests;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicReference<String> trouble = new AtomicReference<>("");

    /**
     * Makes a load.
     *
     * @param clients at once, ≥ 1
     * @param requests of all together, ≥ 1
     */
    Load(int clients, int requests) {
        this.clients = clients;
        this.requests = requests;
    }

    /** {@return how many requests were begun by now} */
    int asked() {
        return Math.min(requests, asked.get());
    }

    /** {@return what came of it, on one line of NAME=VALUE, times in microseconds} */
    String run(String name, Callable<Client> opener)
            throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        List<long[]> all = new ArrayList<>();
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            List<Future<long[]>> futures = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                futures.add(threads.submit(() -> ask(opener)));
            }
            for (Future<long[]> future : futures) {
                all.add(future.get());
            }
        }
        long took = System.nanoTime() - start;
        long[] sorted = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return "program=%s requests=%d wrong=%d micros=%d p50=%.1f p90=%.1f p99=%.1f p999=%.1f max=%.1f trouble=%s"
                .formatted(
                        name,
                        sorted.length,
                        wrong.get(),
                        took / 1000,
                        at(sorted, 0.5),
                        at(sorted, 0.9),
                        at(sorted, 0.99),
                        at(sorted, 0.999),
                        at(sorted, 1),
                        trouble.get().replace('\n', ' '));
    }

    private long[] ask(Callable<Client> opener) throws Exception {
        long[] nanos = new long[requests];
        int count = 0;
        try (Client client = opener.call()) {
            while (asked.getAndIncrement() < requests) {
                long start = System.nanoTime();
                try {
                    if (!client.ask()) {
                        wrong.incrementAndGet();
                    }
                } catch (java.io.IOException e) {
                    wrong.incrementAndGet();
                    trouble.compareAndSet("", String.valueOf(e));
                }
                nanos[count++] = System.nanoTime() - start;
            }
        }
        return Arrays.copyOf(nanos, count);
    }

    private static double at(long[] sorted, double share) {
        if (sorted.length == 0) {
            return 0;
        }
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.max(0, index)] / 1e3;
    }
}
