package onload.bench;

import onload.linux.thread.Affinity;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Two ends, one that asks and one that echoes, and how long it took until the answer was there. Between rounds
 * no thread of it runs.
 */
final class Lane implements AutoCloseable {
    private static final long LONGEST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;
    private static final byte STOP = 1;

    private final String name;
    private final End asking;
    private final End echoing;
    private final List<AutoCloseable> below;
    private final Histogram all = new Histogram(LONGEST_NS, DIGITS);
    private final Histogram ofRound = new Histogram(LONGEST_NS, DIGITS);
    private final List<Long> medians = new ArrayList<>();
    private int askingProcessor = -1;
    private int echoingProcessor = -1;

    /**
     * Makes one.
     *
     * @param below what is closed after the ends
     */
    Lane(String name, End asking, End echoing, AutoCloseable... below) {
        this.name = name;
        this.asking = asking;
        this.echoing = echoing;
        this.below = List.of(below);
    }

    String name() {
        return name;
    }

    /** {@return all that was recorded, in nanoseconds} */
    Histogram all() {
        return all;
    }

    /** {@return the median of each round in nanoseconds, the lowest first} */
    List<Long> medians() {
        return medians.stream().sorted().toList();
    }

    /** Binds each of the two threads to a processor; without it the kernel chooses. */
    Lane pinned(int askingProcessor, int echoingProcessor) {
        this.askingProcessor = askingProcessor;
        this.echoingProcessor = echoingProcessor;
        return this;
    }

    private static void pin(int processor) {
        if (processor >= 0) {
            Affinity.bind(processor);
        }
    }

    /** Asks for a while. */
    void round(long durationNs, boolean isRecorded) throws IOException {
        Echo echo = new Echo();
        Thread thread = Thread.ofPlatform().name("echo").start(echo);
        ofRound.reset();
        pin(askingProcessor);
        try {
            ask(durationNs);
        } catch (IOException e) {
            echo.closeQuietly();
            throw new IOException(name + " has failed", echo.failure == null ? e : echo.failure);
        } finally {
            join(thread);
        }
        if (isRecorded) {
            all.add(ofRound);
            medians.add(ofRound.getValueAtPercentile(50));
        }
    }

    private void ask(long durationNs) throws IOException {
        long startNs = System.nanoTime();
        long nowNs = startNs;
        asking.message.putByte(0, (byte) 0);
        while (nowNs - startNs < durationNs) {
            long askedNs = System.nanoTime();
            asking.send();
            asking.receive();
            nowNs = System.nanoTime();
            ofRound.recordValue(Math.min(LONGEST_NS, nowNs - askedNs));
        }
        asking.message.putByte(0, STOP);
        asking.send();
        asking.receive();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("a benchmark was interrupted", e);
        }
    }

    /** The thread that echoes, until a message says that it was the last. */
    private final class Echo implements Runnable {
        volatile @Nullable IOException failure;

        @Override
        public void run() {
            pin(echoingProcessor);
            try {
                do {
                    echoing.receive();
                    echoing.send();
                } while (echoing.message.getByte(0) != STOP);
            } catch (IOException e) {
                failure = e;
                closeQuietly();
            }
        }

        /** The other one would wait for ever. */
        void closeQuietly() {
            try {
                asking.close();
                echoing.close();
            } catch (IOException e) {
                // The failure that led here says more.
            }
        }
    }

    @Override
    public void close() throws IOException {
        asking.close();
        echoing.close();
        for (AutoCloseable each : below) {
            try {
                each.close();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
