package onload.cli.wire;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;
import onload.cli.console.Json;
import onload.cli.console.Quantity;
import onload.cli.console.Refusal;
import onload.nic.NicSpec;
import onload.nic.Nics;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.wire.Wire;
import onload.nic.emulated.wire.WireCounter;
import onload.nic.emulated.wire.WireDirection;
import onload.nic.emulated.wire.WireSettings;
import onload.nic.emulated.wire.WireThread;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.VirtualInterface;

import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code onload wire}: the impaired relay between two NICs. */
@Command(
        name = "wire",
        description = {
            "Relays between two NICs as a bad cable would, until it is interrupted.",
            "",
            "SETTINGS are those of an emulated cable, with commas between: delay, jitter, rate, loss, duplicate,",
            "reorder, corrupt and the others of docs/nics.md, such as delay=5ms,loss=1%%,rate=100Mbit."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  onload wire --left tap:tap0 --right tap:tap1 --link delay=10ms,loss=1%%",
            "  onload wire --left tap:tap0 --right afxdp:eth1 --to-right rate=10Mbit --to-left delay=50ms --for 60s",
            "",
            "Exit codes: 0 fine, 1 a NIC cannot be used, 2 a usage error."
        })
public final class WireCommand implements Callable<Integer> {
    private static final int PACKETS = 8192;
    private static final long WATCH_NS = 1_000_000_000L;
    private static final long DEFAULT_SPIN_NS = 50_000;

    @Option(names = "--left", required = true, paramLabel = "SPEC", description = "One NIC.")
    private String left = "";

    @Option(names = "--right", required = true, paramLabel = "SPEC", description = "The other NIC.")
    private String right = "";

    @Option(
            names = "--link",
            paramLabel = "SETTINGS",
            defaultValue = "",
            description = "What is done to frames both ways (default: nothing).")
    private String link = "";

    @Option(
            names = "--to-right",
            paramLabel = "SETTINGS",
            description = "What is done to frames from left to right, instead.")
    private @Nullable String toRight;

    @Option(
            names = "--to-left",
            paramLabel = "SETTINGS",
            description = "What is done to frames from right to left, instead.")
    private @Nullable String toLeft;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "What is left to chance begins with it (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            description = "Ends after so long, such as 60s.")
    private @Nullable String duration;

    @Option(
            names = "--spin",
            description = "Polls all the time: the least delay, for a processor of its own.")
    private boolean isSpinning;

    @Option(names = "--watch", description = "Prints the counters every second.")
    private boolean isWatching;

    @Option(names = "--json", description = "Counters as lines of JSON.")
    private boolean isJson;

    private final Console console;

    /** Makes one that tells its result to a console. */
    public WireCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        WireSettings settings =
                WireSettings.of(
                        settings("--to-right", toRight == null ? link : toRight),
                        settings("--to-left", toLeft == null ? link : toLeft),
                        seed);
        String bound = duration;
        long boundNs = bound == null ? Long.MAX_VALUE : Quantity.durationNs("--for", bound);
        Nics nics = Nics.installed();
        try (PacketPool leftPool = PacketPool.open(PoolOptions.of(PACKETS));
                PacketPool rightPool = PacketPool.open(PoolOptions.of(PACKETS));
                VirtualInterface leftNic = open(nics, "--left", left, leftPool);
                VirtualInterface rightNic = open(nics, "--right", right, rightPool)) {
            return relay(leftNic, rightNic, settings, boundNs) ? ExitCodes.FINE : ExitCodes.FAILED;
        }
    }

    private static LinkSettings settings(String option, String text) {
        try {
            String spec = text.isBlank() ? "emulated:wire" : "emulated:wire," + text;
            NicSpec parsed = NicSpec.parse(spec);
            parsed.options().allowOnly(LinkSettings.names());
            return LinkSettings.from(parsed.options());
        } catch (IllegalArgumentException e) {
            throw Refusal.usage("%s: %s".formatted(option, e.getMessage()));
        }
    }

    private static VirtualInterface open(Nics nics, String option, String spec, PacketPool pool) {
        NicSpec parsed;
        try {
            parsed = NicSpec.parse(spec);
        } catch (IllegalArgumentException e) {
            throw Refusal.usage("%s: %s".formatted(option, e.getMessage()));
        }
        try {
            return nics.open(parsed, pool);
        } catch (RuntimeException e) {
            throw Refusal.failed("%s: %s".formatted(option, e.getMessage()));
        }
    }

    /** {@return whether it relayed to the end; what ended it before has been said} */
    private boolean relay(
            VirtualInterface leftNic,
            VirtualInterface rightNic,
            WireSettings settings,
            long boundNs)
            throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch printed = new CountDownLatch(1);
        Thread hook =
                new Thread(
                        () -> {
                            ended.countDown();
                            await(printed);
                        },
                        "onload wire end");
        Runtime.getRuntime().addShutdownHook(hook);
        try (Wire wire = made(leftNic, rightNic, settings);
                WireThread thread =
                        new WireThread(
                                wire,
                                SystemNanoClock.INSTANCE,
                                isSpinning ? WireThread.SPIN : DEFAULT_SPIN_NS,
                                fault -> console.err().println("onload: " + fault.getMessage()))) {
            thread.start();
            console.err().println("onload: relaying between %s and %s".formatted(left, right));
            watch(wire, thread, ended, boundNs);
            boolean isFine = thread.isRunning();
            print(wire);
            return isFine;
        } finally {
            printed.countDown();
            removeHook(hook);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            // Nobody waits for ever at the end of a process.
            latch.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is what ended the wire.
        }
    }

    private static Wire made(
            VirtualInterface leftNic, VirtualInterface rightNic, WireSettings settings) {
        try {
            return new Wire(leftNic, rightNic, settings);
        } catch (IllegalArgumentException e) {
            throw Refusal.failed(String.valueOf(e.getMessage()));
        }
    }

    private void watch(Wire wire, WireThread thread, CountDownLatch ended, long boundNs)
            throws InterruptedException {
        long startNs = System.nanoTime();
        long leftNs = boundNs;
        while (leftNs > 0 && thread.isRunning()) {
            if (ended.await(Math.min(leftNs, WATCH_NS), TimeUnit.NANOSECONDS)) {
                return;
            }
            if (isWatching) {
                print(wire);
            }
            leftNs = boundNs == Long.MAX_VALUE ? boundNs : boundNs - (System.nanoTime() - startNs);
        }
    }

    private void print(Wire wire) {
        if (isJson) {
            Map<String, Object> both = new LinkedHashMap<>();
            both.put("toRight", map(wire.toRight()));
            both.put("toLeft", map(wire.toLeft()));
            console.out().println(Json.write(both));
            return;
        }
        console.out().println("to the right: " + text(wire.toRight()));
        console.out().println("to the left:  " + text(wire.toLeft()));
    }

    private static Map<String, Object> map(WireDirection direction) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (WireCounter counter : WireCounter.values()) {
            map.put(counter.name(), direction.counters().get(counter));
        }
        map.put("impairments", direction.impairments().toString());
        return map;
    }

    private static String text(WireDirection direction) {
        return "%s; %s".formatted(direction.counters(), direction.impairments());
    }
}
