package onload.sockets;

import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.counter.IpCounters;
import onload.ip.route.Route;
import onload.nic.Nics;
import onload.nic.capture.CapturingInterface;
import onload.nic.packet.PacketPool;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;
import onload.sockets.counter.StackCounters;
import onload.sockets.option.StackOption;
import onload.sockets.option.StackOptions;
import onload.sockets.progress.DedicatedThread;
import onload.sockets.progress.Progress;
import onload.sockets.progress.Standby;
import onload.sockets.progress.WakeUpRelay;
import onload.tcp.TcpEngine;
import onload.tcp.counter.TcpCounters;
import onload.udp.UdpEngine;
import onload.udp.counter.UdpCounters;
import onload.wire.CidrAddress;

import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Puts a stack together from its parts, from the packets upwards, and takes apart what stands if the next part
 * fails. Algorithm, used once for each stack.
 */
final class Assembly {
    private static final Logger LOG = LoggerFactory.getLogger(Stack.class);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** Looks at the lock's word in a microsecond, roughly. */
    private static final int LOOKS_PER_MICROSECOND = 20;

    private final StackBuilder builder;
    private final StackOptions options;
    private final String name;

    /** What has to be undone, the last first. */
    private final List<Runnable> undo = new ArrayList<>();

    private Assembly(StackBuilder builder) {
        this.builder = builder;
        options = builder.options();
        String given = options.text(StackOption.NAME);
        name = given.isEmpty() ? "stack" + NUMBER.incrementAndGet() : given;
    }

    static Stack open(StackBuilder builder) {
        if (builder.ports().isEmpty()) {
            throw new IllegalStateException(
                    "a stack needs a NIC; name one by nic(…), such as nic(\"emulated\")");
        }
        Assembly assembly = new Assembly(builder);
        try {
            return assembly.assemble();
        } catch (RuntimeException | Error e) {
            assembly.undo(e);
            throw e;
        }
    }

    private void undo(Throwable failure) {
        for (Runnable each : undo.reversed()) {
            try {
                each.run();
            } catch (RuntimeException | Error e) {
                failure.addSuppressed(e);
            }
        }
    }

    private Stack assemble() {
        long nowNs = builder.clock().nanoTime();
        RandomGenerator random = random();
        PacketPool pool = PacketPool.open(options.pool());
        undo.add(pool::close);
        Exhibits exhibits = Exhibits.of(options, name, builder.ports().size());
        undo.add(exhibits::close);
        IpLayer ip =
                new IpLayer(
                        options.ip(), pool, random, new IpCounters(exhibits.block("ip")), nowNs);
        undo.add(ip::close);
        StackCounters counters = new StackCounters(exhibits.block("stack"));
        StackCore core =
                new StackCore(name, pool, ip, counters, builder.clock(), errors(), settings());
        TcpEngine tcp =
                new TcpEngine(
                        ip,
                        options.tcp(),
                        core,
                        random,
                        new TcpCounters(exhibits.block("tcp")),
                        nowNs);
        UdpEngine udp =
                new UdpEngine(
                        ip,
                        options.udp(),
                        core,
                        random,
                        new UdpCounters(exhibits.block("udp")),
                        nowNs);
        List<VirtualInterface> nics = new ArrayList<>();
        Nics installed = builder.nicsOrInstalled();
        for (StackBuilder.Port port : builder.ports()) {
            nics.add(open(ip, installed, port, pool, nowNs));
        }
        return drive(core, tcp, udp, nics, pool, exhibits);
    }

    private Stack drive(
            StackCore core,
            TcpEngine tcp,
            UdpEngine udp,
            List<VirtualInterface> nics,
            PacketPool pool,
            Exhibits exhibits) {
        String mode = options.text(StackOption.DRIVE);
        boolean isDedicated = mode.equals("dedicated");
        WakeUp first = nics.getFirst().wakeUp();
        Progress progress = new Progress(core, options.nanos(StackOption.SPIN), isDedicated);
        core.assemble(tcp, udp, progress, nics, first);
        exhibits.begin(core, nics, text());
        core.publisher(exhibits);
        List<AutoCloseable> threads = new ArrayList<>();
        if (options.number(StackOption.DEDICATED_CPU) >= 0) {
            LOG.warn(
                    "stack {}: dedicated-cpu is not honoured yet; start the program under taskset instead",
                    name);
        }
        if (mode.equals("shared")) {
            Standby standby =
                    new Standby(
                            core,
                            progress,
                            options.nanos(StackOption.HELPER_BOUND),
                            "onload " + name);
            progress.standby(standby);
            standby.start();
            threads.add(standby::close);
            undo.add(standby::close);
        } else if (isDedicated) {
            DedicatedThread thread = new DedicatedThread(core, "onload " + name);
            thread.start();
            threads.add(thread::close);
            undo.add(thread::close);
        }
        for (VirtualInterface nic : nics.subList(1, nics.size())) {
            WakeUpRelay relay = new WakeUpRelay(nic.wakeUp(), first, "onload " + name + " relay");
            relay.start();
            threads.add(relay::close);
            undo.add(relay::close);
        }
        // The first poll posts receive buffers and stocks packets for senders.
        core.poll(StackCore.APPLICATION);
        return new Stack(core, name, options, pool, exhibits, threads);
    }

    /** What other processes can read of how the stack was made. */
    private String text() {
        StringBuilder text = new StringBuilder();
        for (StackBuilder.Port port : builder.ports()) {
            text.append("nic ").append(port.spec);
            port.addresses.forEach(each -> text.append(" address ").append(each));
            port.routes.forEach(each ->
                    text.append(" route ")
                            .append(each.destination())
                            .append(" via ")
                            .append(each.gateway()));
            text.append('\n');
        }
        return text.append(String.join("\n", options.describe())).toString();
    }

    private VirtualInterface open(
            IpLayer ip, Nics installed, StackBuilder.Port port, PacketPool pool, long nowNs) {
        String interfaceName = interfaceName(ip, port);
        // Costs the read of a field while nobody captures.
        VirtualInterface nic =
                new CapturingInterface(installed.open(port.spec, pool), interfaceName);
        IpInterface added;
        try {
            added = ip.addInterface(interfaceName, nic);
        } catch (RuntimeException e) {
            nic.close();
            throw e;
        }
        for (CidrAddress address : port.addresses) {
            ip.addAddress(added, address, nowNs);
        }
        for (StackBuilder.Via route : port.routes) {
            ip.addRoute(Route.via(route.destination(), route.gateway(), added.index()));
        }
        ip.up(added, nowNs);
        return nic;
    }

    /** The name of the device, or of the provider where that is all that there is; with a number if it is taken. */
    private static String interfaceName(IpLayer ip, StackBuilder.Port port) {
        String device = port.spec.options().device();
        String base = device.isEmpty() ? port.spec.provider() : device;
        String name = base;
        for (int i = 1; isTaken(ip, name); i++) {
            name = base + "." + i;
        }
        return name;
    }

    private static boolean isTaken(IpLayer ip, String name) {
        return ip.interfaces().stream().anyMatch(each -> each.name().equals(name));
    }

    private StackCore.Settings settings() {
        long lockSpinNs = options.nanos(StackOption.LOCK_SPIN);
        return new StackCore.Settings(
                options.number(StackOption.POLL_EVENTS),
                options.number(StackOption.DEFER_LIMIT),
                (int) Math.min(1 << 20, lockSpinNs / 1000 * LOOKS_PER_MICROSECOND),
                // They are out of the pool, which needs the rest.
                Math.min(
                        options.number(StackOption.UNLOCKED_PACKETS),
                        options.number(StackOption.PACKETS) / 8),
                options.bytes(StackOption.SEND_UNLOCKED_THRESHOLD),
                options.number(StackOption.MAX_SOCKETS),
                options.udp().receiveQueueBytes());
    }

    /** Fast, from a secure seed: sequence numbers and ports go through keyed hashes whose keys it makes. */
    private RandomGenerator random() {
        RandomGenerator given = builder.random();
        return given == null ? new SplittableRandom(new SecureRandom().nextLong()) : given;
    }

    private ErrorHandler errors() {
        @Nullable ErrorHandler given = builder.errors();
        return given == null
                ? fault -> LOG.error("stack {}: a fault of the stack itself", name, fault)
                : given;
    }
}
