package onload.interop;

import static onload.interop.Link.KERNEL;
import static onload.interop.Link.SECOND;
import static onload.interop.Link.STACK;
import static onload.interop.Link.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.NicSpec;
import onload.nic.Nics;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.wire.Wire;
import onload.nic.emulated.wire.WireSettings;
import onload.nic.emulated.wire.WireThread;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.VirtualInterface;
import onload.sockets.Stack;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;
import onload.testkit.base.Requirement;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.Program;
import onload.testkit.linux.Sandbox;

import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Goodput over a wire of 100 Mbit/s and 50 ms, one that loses 1 % of the data at random and one that loses nothing,
 * turn by turn: two kernels with CUBIC, two stacks with each congestion control. The kernels have TAP devices at
 * the ends of the wire, the stacks AF_XDP; the wire between, its settings and its queue are the same.
 *
 * <p>One short round in each build, which finds only what is badly wrong; {@code -Donload.scale=10} makes it ten longer
 * ones, whose medians are printed.
 */
@Timeout(900)
class LossyGoodputTest {
    private static final int SCALE = Integer.getInteger("onload.scale", 1);
    private static final long ROUND_NS = (SCALE == 1 ? 4 : 12) * SECOND;
    private static final int PORT = 9;

    /** What 100 Mbit/s of full frames hold besides the headers of Ethernet, IPv4 and TCP. */
    private static final double FULL_MEGABITS = 100.0 * 1448 / 1514;

    /** A bandwidth-delay product of frames. */
    private static final LinkSettings CLEAN =
            LinkSettings.builder()
                    .delayNs(25_000_000)
                    .bitsPerSecond(100_000_000)
                    .queueFrames(420)
                    .build();

    private static final LinkSettings LOSSY =
            LinkSettings.builder()
                    .delayNs(25_000_000)
                    .bitsPerSecond(100_000_000)
                    .queueFrames(420)
                    .loss(0.01)
                    .build();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Throwable> faults = new ArrayList<>();
    private final Sandbox sandbox = Sandbox.open();

    @AfterEach
    void end() {
        threads.shutdownNow();
        sandbox.close();
        assertEquals(List.of(), faults);
    }

    /** A wire between two NICs that loses what goes to the right. */
    private final class Laid implements AutoCloseable {
        private final PacketPool leftPool = PacketPool.open(PoolOptions.of(8192));
        private final PacketPool rightPool = PacketPool.open(PoolOptions.of(8192));
        private final VirtualInterface left;
        private final VirtualInterface right;
        private final Wire wire;
        private final WireThread thread;

        Laid(String leftNic, String rightNic, LinkSettings toTheRight, long seed) {
            left = Nics.installed().open(NicSpec.parse(leftNic), leftPool);
            right = Nics.installed().open(NicSpec.parse(rightNic), rightPool);
            wire = new Wire(left, right, WireSettings.of(toTheRight, CLEAN, seed));
            thread = new WireThread(wire, SystemNanoClock.INSTANCE, 1_000_000, faults::add);
            thread.start();
        }

        @Override
        public void close() {
            thread.close();
            wire.close();
            left.close();
            right.close();
            leftPool.close();
            rightPool.close();
        }
    }

    @Test
    void cubicIsNoSlowerThanTheKernels() throws Exception {
        List<String> controls = SCALE == 1 ? List.of("cubic") : List.of("cubic", "newreno", "bbr");
        Map<String, List<Double>> rates = rates(LOSSY, controls);
        String table = table(rates, "lossy-goodput.txt");
        double theirs = median(rates.get("Linux cubic"));
        double ours = median(rates.get("onload cubic"));
        // One short round varies by a third and more.
        assertTrue(ours >= (SCALE == 1 ? 0.5 : 1) * theirs, table);
    }

    @Test
    void aFlowThatIsAloneFillsACleanWire() throws Exception {
        Map<String, List<Double>> rates = rates(CLEAN, List.of("cubic"));
        String table = table(rates, "clean-goodput.txt");
        double ours = median(rates.get("onload cubic"));
        // A short round has the whole of slow start in it, and other work beside it.
        assertTrue(ours >= (SCALE == 1 ? 0.8 : 0.95) * FULL_MEGABITS, table);
    }

    private Map<String, List<Double>> rates(LinkSettings wire, List<String> controls)
            throws Exception {
        Requirement.command("iperf3", "install the package iperf3");
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        for (int round = 0; round < SCALE; round++) {
            add(rates, "Linux cubic", kernels(wire, round));
            for (String control : controls) {
                add(rates, "onload " + control, stacks(wire, control, round));
            }
        }
        return rates;
    }

    private static String table(Map<String, List<Double>> rates, String file) throws IOException {
        StringBuilder table = new StringBuilder("goodput, Mbit/s, median (least to most)\n");
        rates.forEach((name, all) -> {
            double[] sorted = all.stream().mapToDouble(r -> r).sorted().toArray();
            table.append(
                    String.format(
                            Locale.ROOT,
                            "%-16s %7.2f (%.2f to %.2f)%n",
                            name,
                            sorted[sorted.length / 2],
                            sorted[0],
                            sorted[sorted.length - 1]));
        });
        if (SCALE > 1) {
            Files.writeString(Path.of("target", file), table);
        }
        return table.toString();
    }

    private static void add(Map<String, List<Double>> rates, String name, double rate) {
        rates.computeIfAbsent(name, n -> new ArrayList<>()).add(rate);
    }

    private static double median(List<Double> all) {
        double[] sorted = all.stream().mapToDouble(r -> r).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    // Two kernels.

    private double kernels(LinkSettings settings, int round) throws Exception {
        Namespace one = sandbox.namespace("one" + round);
        Namespace other = sandbox.namespace("other" + round);
        try (Laid laid =
                new Laid(
                        "tap:tap0,promiscuous=on,netns=" + one.name(),
                        "tap:tap0,promiscuous=on,netns=" + other.name(),
                        settings,
                        round)) {
            assertNotNull(laid.wire);
            one.address("tap0", STACK + "/24");
            other.address("tap0", KERNEL + "/24");
            String seconds = String.valueOf(ROUND_NS / SECOND);
            try (Program server = other.start("iperf3", "-s", "-1", "-J", "--forceflush")) {
                String said = measured(one, seconds);
                assertNotNull(server);
                Matcher sum =
                        Pattern.compile(
                                        "\"sum_received\":\\s*\\{[^}]*\"bits_per_second\":\\s*([0-9.e+]+)")
                                .matcher(said);
                assertTrue(sum.find(), said);
                return Double.parseDouble(sum.group(1)) / 1e6;
            }
        }
    }

    /** The server may not listen yet. CUBIC is chosen by the socket option, which asks for a privilege. */
    private static String measured(Namespace from, String seconds) {
        long endNs = System.nanoTime() + 10 * SECOND;
        while (true) {
            try {
                return from.run(
                        "iperf3", "-c", KERNEL, "-C", "cubic", "-t", seconds, "-O", "1", "-J");
            } catch (AssertionError e) {
                if (System.nanoTime() - endNs > 0) {
                    throw e;
                }
            }
        }
    }

    /** Bytes over time, the first half a second left out. */
    private static final class Rate {
        private final long beginNs = System.nanoTime() + SECOND / 2;
        private long bytes;
        private long lastNs = beginNs + 1;

        boolean goesOn(int count) {
            long nowNs = System.nanoTime();
            if (nowNs - beginNs > 0) {
                bytes += count;
                lastNs = nowNs;
            }
            return nowNs - beginNs < ROUND_NS;
        }

        double megabits() {
            return bytes * 8e3 / (lastNs - beginNs);
        }
    }

    // Two stacks.

    private double stacks(LinkSettings settings, String control, int round) throws Exception {
        String name = control + round;
        Namespace near = sandbox.namespace("near" + name);
        Namespace middle = sandbox.namespace("mid" + name);
        Namespace far = sandbox.namespace("far" + name);
        for (Namespace each : Arrays.asList(near, middle, far)) {
            each.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        }
        sandbox.join(near, "veth0", middle, "veth1", 1500);
        sandbox.join(middle, "veth2", far, "veth3", 1500);
        try (Laid laid =
                        new Laid(
                                "afxdp:veth1,netns=" + middle.name(),
                                "afxdp:veth2,netns=" + middle.name(),
                                settings,
                                round);
                Stack sender = stack("afxdp:veth0,netns=" + near.name(), STACK);
                Stack receiver = stack("afxdp:veth3,netns=" + far.name(), KERNEL)) {
            assertNotNull(laid.wire);
            TcpServerSocket server = receiver.listen(at(KERNEL, PORT), 8);
            Future<Double> rate = threads.submit(() -> drained(server));
            pour(sender, control);
            return rate.get();
        }
    }

    private static Stack stack(String nic, String address) {
        return Stack.builder().nic(nic).address(address + "/24").open();
    }

    private static void pour(Stack sender, String control) {
        TcpSocket socket = sender.tcp();
        socket.congestionControl(control);
        assertEquals(0, socket.connect(at(KERNEL, PORT), 20 * SECOND));
        UnsafeBuffer block = new UnsafeBuffer(new byte[1 << 16]);
        long endNs = System.nanoTime() + ROUND_NS + SECOND;
        int taken = 1;
        while (taken > 0 && System.nanoTime() - endNs < 0) {
            taken = socket.send(block, 0, block.capacity(), 20 * SECOND);
        }
        socket.linger(0);
        socket.close();
    }

    private static double drained(TcpServerSocket server) {
        TcpSocket socket = server.accept(20 * SECOND);
        UnsafeBuffer block = new UnsafeBuffer(new byte[1 << 16]);
        Rate rate = new Rate();
        int count = socket.receive(block, 0, block.capacity(), 20 * SECOND);
        while (count > 0 && rate.goesOn(count)) {
            count = socket.receive(block, 0, block.capacity(), 20 * SECOND);
        }
        double megabits = rate.megabits();
        socket.linger(0);
        socket.close();
        return megabits;
    }
}
