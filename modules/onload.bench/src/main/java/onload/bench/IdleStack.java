package onload.bench;

import com.sun.management.OperatingSystemMXBean;

import onload.sockets.Poller;
import onload.sockets.Readiness;
import onload.sockets.Socket;
import onload.sockets.Stack;
import onload.sockets.Status;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;
import onload.sockets.counter.StackCounter;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * What two stacks in shared mode cost that have many established connections and nothing to do: the CPU time of
 * the whole process, in percent of one core; first while no thread uses them, then while one waits on each stack
 * for any of its connections.
 */
final class IdleStack {
    private static final int PORT = 7;
    private static final int BATCH = 64;
    private static final long TIMEOUT_NS = 10_000_000_000L;

    private static final List<StackCounter> TOLD =
            List.of(
                    StackCounter.POLLS_BY_APPLICATION,
                    StackCounter.POLLS_BY_SLEEPER,
                    StackCounter.INTERRUPTS,
                    StackCounter.TIMER_WAKE_UPS,
                    StackCounter.COVERS,
                    StackCounter.PRIMES);

    private final RunLength length;
    private final OperatingSystemMXBean system =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    IdleStack(RunLength length) {
        this.length = length;
    }

    /** Connects, waits, and prints. */
    void run() throws IOException {
        try (StackPair pair = StackPair.open(b -> b.option("drive", "shared"))) {
            List<TcpSocket> clients = new ArrayList<>();
            List<TcpSocket> accepted = new ArrayList<>();
            try (TcpServerSocket server = pair.other.listen(StackPair.atOther(PORT), 2 * BATCH)) {
                while (clients.size() < length.connections()) {
                    connect(pair, server, clients, accepted);
                }
            }
            System.out.printf("%n%d idle connections%n", clients.size());
            look(pair, "no thread uses them");
            try (Poller one = pollerOf(pair.one, clients);
                    Poller other = pollerOf(pair.other, accepted)) {
                waitFor(one);
                waitFor(other);
                look(pair, "a thread waits on each stack");
            }
        }
    }

    private static void connect(
            StackPair pair,
            TcpServerSocket server,
            List<TcpSocket> clients,
            List<TcpSocket> accepted)
            throws IOException {
        for (int i = 0; i < BATCH; i++) {
            TcpSocket client = pair.one.tcp();
            Status.check(client.connect(StackPair.atOther(PORT)), "connecting");
            clients.add(client);
        }
        while (accepted.size() < clients.size()) {
            TcpSocket next = server.accept(TIMEOUT_NS);
            if (next == null) {
                throw new IOException(
                        "only %d of %d connections were accepted"
                                .formatted(accepted.size(), clients.size()));
            }
            accepted.add(next);
        }
    }

    private static Poller pollerOf(Stack stack, List<TcpSocket> sockets) {
        Poller poller = stack.poller();
        sockets.forEach(socket -> poller.add(socket, Readiness.READABLE, null));
        return poller;
    }

    private static void waitFor(Poller poller) {
        Thread.ofPlatform()
                .daemon()
                .name("waits")
                .start(() -> {
                    int told = 0;
                    while (told >= 0) {
                        told = poller.poll((key, ready) -> {}, BATCH, Socket.FOREVER);
                    }
                });
    }

    private void look(StackPair pair, String what) {
        // Compilers and collectors finish, and so do the timers of connections that were just made.
        sleep(length.idleNs() / 2);
        long[] before = counts(pair);
        long startNs = System.nanoTime();
        long startCpuNs = system.getProcessCpuTime();
        sleep(length.idleNs());
        long cpuNs = system.getProcessCpuTime() - startCpuNs;
        double seconds = (System.nanoTime() - startNs) / 1e9;
        System.out.printf("%s: CPU %.3f %% of a core", what, cpuNs / 1e7 / seconds);
        long[] after = counts(pair);
        for (int i = 0; i < before.length; i++) {
            System.out.printf(", %s %.1f/s", TOLD.get(i), (after[i] - before[i]) / seconds);
        }
        System.out.println();
    }

    private static long[] counts(StackPair pair) {
        return TOLD.stream()
                .mapToLong(each -> pair.one.counters().get(each) + pair.other.counters().get(each))
                .toArray();
    }

    private static void sleep(long durationNs) {
        try {
            Thread.sleep(durationNs / 1_000_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException("a benchmark was interrupted", e);
        }
    }
}
