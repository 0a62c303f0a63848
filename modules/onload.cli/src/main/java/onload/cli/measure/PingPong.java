package onload.cli.measure;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;
import onload.cli.console.Json;
import onload.cli.console.Quantity;
import onload.cli.console.Refusal;

import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code onload pingpong}: how long a message and its answer take. */
@Command(
        name = "pingpong",
        description = {
            "Measures round trips: sends a message, waits for its echo, and sends the next.",
            "",
            "Server and client are this same program, on a stack or on the kernel's sockets."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  onload pingpong --both                                         two stacks in this process",
            "  onload pingpong --both --kernel                                the same over the kernel's loopback",
            "  onload pingpong --server --nic afxdp:eth1 --address 192.0.2.1/24 --spin 1s",
            "  onload pingpong --client 192.0.2.1 --nic afxdp:eth1 --address 192.0.2.2/24 --spin 1s --udp",
            "  onload pingpong --client 192.0.2.1 --kernel --json             from the kernel, for a program to read",
            "",
            "Exit codes: 0 fine, 1 the peer was not reached or answers were lost on TCP, 2 a usage error."
        })
public final class PingPong implements Callable<Integer> {
    private static final long LONGEST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;

    @Mixin private EndArguments ends = new EndArguments();

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "64",
            description = "Length of a message (default: ${DEFAULT-VALUE}).")
    private String size = "64";

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            defaultValue = "5s",
            description = "How long it is measured (default: ${DEFAULT-VALUE}).")
    private String duration = "5s";

    @Option(
            names = "--count",
            paramLabel = "NUMBER",
            description = "Ends after so many round trips, if that is earlier.")
    private long count = Long.MAX_VALUE;

    @Option(
            names = "--warm-up",
            paramLabel = "DURATION",
            defaultValue = "1s",
            description = "What goes before and is not counted (default: ${DEFAULT-VALUE}).")
    private String warmUp = "1s";

    @Option(names = "--json", description = "One line of JSON instead of text.")
    private boolean isJson;

    private final Console console;

    /** Makes one that tells its result to a console. */
    public PingPong(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        ends.check();
        int length = Quantity.bytes("--size", size, Long.BYTES, ends.isTcp() ? 1 << 20 : 65_507);
        if (count < 1) {
            throw Refusal.usage("--count cannot be %d; expected 1 or more".formatted(count));
        }
        long warmUpNs = Quantity.durationNs("--warm-up", warmUp);
        long durationNs = Quantity.durationNs("--for", duration);
        List<Ground> grounds = ends.open();
        try {
            if (ends.isServer()) {
                return Serving.untilInterrupted(console, grounds.getFirst(), ends, Service::echo);
            }
            if (!ends.isBoth()) {
                return measure(grounds.getFirst(), ends.connectTo(), length, warmUpNs, durationNs);
            }
            try (Ground.Server server = grounds.getFirst().listen(ends.listenAt());
                    Service _ = new Service(server, Service::echo).start()) {
                return measure(grounds.getLast(), server.address(), length, warmUpNs, durationNs);
            }
        } catch (IOException e) {
            throw Refusal.failed("it could not be measured: " + e.getMessage());
        } finally {
            grounds.forEach(Ground::close);
        }
    }

    private int measure(
            Ground ground, InetSocketAddress to, int length, long warmUpNs, long durationNs)
            throws IOException {
        RoundTrips trips = new RoundTrips(ground, to, length, ends.isTcp(), ends.timeoutNs());
        try (trips) {
            Histogram unused = new Histogram(LONGEST_NS, DIGITS);
            console.progress("warming up");
            trips.run(unused, warmUpNs, Long.MAX_VALUE);
            Histogram times = new Histogram(LONGEST_NS, DIGITS);
            console.progress("measuring for " + duration);
            long before = trips.lost();
            long sentAgainBefore = ground.retransmissions();
            long startNs = System.nanoTime();
            trips.run(times, durationNs, count);
            long tookNs = System.nanoTime() - startNs;
            console.progressDone();
            long lost = trips.lost() - before;
            long sentAgain = sentAgainBefore < 0 ? -1 : ground.retransmissions() - sentAgainBefore;
            print(times, length, tookNs, lost, sentAgain);
            return times.getTotalCount() == 0 || (ends.isTcp() && lost > 0)
                    ? ExitCodes.FAILED
                    : ExitCodes.FINE;
        }
    }

    private void print(Histogram times, int length, long tookNs, long lost, long retransmissions) {
        double aSecond = times.getTotalCount() * 1e9 / Math.max(1, tookNs);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("what", "pingpong");
        result.put("over", ends.isKernel() ? "kernel" : "onload");
        result.put("protocol", ends.isTcp() ? "tcp" : "udp");
        result.put("spinNs", ends.spinNs());
        result.put("sizeBytes", length);
        result.put("roundTrips", times.getTotalCount());
        result.put("roundTripsPerSecond", aSecond);
        result.put("lost", lost);
        if (retransmissions >= 0) {
            result.put("retransmissions", retransmissions);
        }
        result.put("latencyNs", Distribution.map(times));
        result.put("on", Surroundings.map());
        if (isJson) {
            console.out().println(Json.write(result));
            return;
        }
        console.out()
                .printf(
                        "%s, messages of %d bytes: %d round trips, %.0f a second, %d lost%s%n",
                        ends.text(),
                        length,
                        times.getTotalCount(),
                        aSecond,
                        lost,
                        retransmissions < 0 ? "" : ", " + retransmissions + " segments sent again");
        console.out().print(Distribution.text(times));
    }

    /** The client's loop. */
    private static final class RoundTrips implements AutoCloseable {
        private final Ground ground;
        private final InetSocketAddress to;
        private final int length;
        private final boolean isTcp;
        private final UnsafeBuffer message;
        private final UnsafeBuffer answer;
        private final Watchdog watchdog;
        private Conversation with;
        private long number;
        private long lost;

        RoundTrips(Ground ground, InetSocketAddress to, int length, boolean isTcp, long patienceNs)
                throws IOException {
            this.ground = ground;
            this.to = to;
            this.length = length;
            this.isTcp = isTcp;
            message = Buffers.of(length);
            answer = Buffers.of(Math.max(length, 1 << 16));
            with = ground.connect(to);
            watchdog = new Watchdog(patienceNs, this::giveUp).start();
        }

        long lost() {
            return lost;
        }

        void run(Histogram times, long durationNs, long most) throws IOException {
            long endNs = System.nanoTime() + durationNs;
            long startNs = System.nanoTime();
            for (long i = 0; i < most && startNs - endNs < 0; i++) {
                message.putLong(0, ++number);
                watchdog.watch(number);
                with.send(message, length);
                boolean hasAnswer = isTcp ? receiveBytes() : receiveDatagram();
                long nowNs = System.nanoTime();
                watchdog.rest();
                if (hasAnswer) {
                    times.recordValue(Math.min(LONGEST_NS, nowNs - startNs));
                } else if (isTcp) {
                    lost++;
                    throw new IOException("no answer came within the time-out");
                } else {
                    lost++;
                }
                startNs = nowNs;
            }
        }

        private boolean receiveBytes() throws IOException {
            int got = 0;
            while (got < length) {
                int count = with.receive(answer, got, length - got);
                if (count == Conversation.END) {
                    throw new IOException("the server has closed the connection");
                }
                if (count == Conversation.LATE) {
                    return false;
                }
                got += count;
            }
            return true;
        }

        /** An answer that comes after it was given up is somebody else's. */
        private boolean receiveDatagram() throws IOException {
            while (true) {
                int count = with.receive(answer, 0, answer.capacity());
                if (count == Conversation.END) {
                    with = ground.connect(to);
                    return false;
                }
                if (count == Conversation.LATE) {
                    return false;
                }
                if (count == length && answer.getLong(0) == number) {
                    return true;
                }
            }
        }

        private void giveUp() {
            try {
                with.close();
            } catch (IOException e) {
                // Who waits finds out.
            }
        }

        @Override
        public void close() throws IOException {
            watchdog.close();
            with.close();
        }
    }

    /** Ends waits that have no end of their own: those of blocking sockets of the kernel. */
    private static final class Watchdog implements AutoCloseable {
        private final long patienceNs;
        private final Runnable giveUp;
        private final Thread thread;
        private final AtomicBoolean isClosed = new AtomicBoolean();
        private volatile long watched;

        Watchdog(long patienceNs, Runnable giveUp) {
            this.patienceNs = patienceNs;
            this.giveUp = giveUp;
            thread = Thread.ofPlatform().name("onload watchdog").daemon().unstarted(this::run);
        }

        Watchdog start() {
            thread.start();
            return this;
        }

        void watch(long number) {
            watched = number;
        }

        void rest() {
            watched = 0;
        }

        private void run() {
            while (!isClosed.get()) {
                long before = watched;
                try {
                    // Twice the patience: whoever has a time-out of its own comes first.
                    Thread.sleep(Math.max(1, 2 * patienceNs / 1_000_000));
                } catch (InterruptedException e) {
                    return;
                }
                if (before != 0 && watched == before) {
                    giveUp.run();
                }
            }
        }

        @Override
        public void close() {
            isClosed.set(true);
            thread.interrupt();
        }
    }
}
