package onload.sockets;

import onload.ip.counter.IpCounter;
import onload.nic.spi.NicCounter;
import onload.nic.spi.VirtualInterface;
import onload.sockets.counter.StackCounter;
import onload.sockets.dump.CounterBlock;
import onload.sockets.dump.SocketKind;
import onload.sockets.dump.SocketRecord;
import onload.sockets.dump.StackFile;
import onload.sockets.dump.StackFiles;
import onload.sockets.event.AcceptEvent;
import onload.sockets.event.CloseEvent;
import onload.sockets.event.ConnectEvent;
import onload.sockets.event.DropEvent;
import onload.sockets.event.PressureEvent;
import onload.sockets.event.RetransmissionEvent;
import onload.sockets.option.StackOption;
import onload.sockets.option.StackOptions;
import onload.tcp.TcpConnection;
import onload.tcp.TcpState;
import onload.tcp.counter.TcpCounter;
import onload.udp.counter.UdpCounter;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a stack shows: its counters and sockets, in a file for other processes and as events for the flight recorder.
 *
 * <p>Sockets are written when they open, connect and close; what changes all the time, such as their queues, is
 * brought up to date for some of them at a time, so that no poll takes long. A stack that cannot have a file
 * goes without one, and says so in the log.
 *
 * <p>Belongs to the holder of the stack's lock.
 */
final class Exhibits implements Publisher {
    /** Sockets beyond these are not in the file, which takes its memory at once. */
    static final int MOST_SOCKETS = 1 << 14;

    /** Files in the folder beyond which those of the dead are removed. */
    private static final int MOST_FILES = 32;

    private static final Logger LOG = LoggerFactory.getLogger(Stack.class);
    private static final long PERIOD_NS = 10_000_000L;
    private static final int SOCKETS_PER_PERIOD = 32;
    private static final NicCounter[] NIC_COUNTERS = NicCounter.values();
    private static final String[] PRESSURES = {"normal", "low", "critical"};

    private final String stack;
    private final @Nullable StackFile file;
    private final Map<String, UnsafeBuffer> blocks = new LinkedHashMap<>();
    private final List<Watched> drops = new ArrayList<>();
    private final SocketRecord record = new SocketRecord();
    private final long[] nicCounts = new long[NIC_COUNTERS.length];
    private List<VirtualInterface> nics = List.of();
    private List<String> nicNames = List.of();
    private @Nullable StackCore core;
    private int nextPlace;
    private long retransmissions;

    /** A counter of drops, whose growth is an event. */
    private static final class Watched {
        final UnsafeBuffer block;
        final int index;
        final String name;
        long seen;

        Watched(UnsafeBuffer block, int index, String name) {
            this.block = block;
            this.index = index;
            this.name = name;
        }

        long growth() {
            long value = block.getLongOpaque(index);
            long growth = value - seen;
            seen = value;
            return growth;
        }
    }

    private Exhibits(String stack, @Nullable StackFile file, List<CounterBlock> shown) {
        this.stack = stack;
        this.file = file;
        for (CounterBlock each : shown) {
            UnsafeBuffer block =
                    file == null
                            ? new UnsafeBuffer(
                                    ByteBuffer.allocateDirect(each.counters().size() * Long.BYTES))
                            : file.counters(each.name());
            blocks.put(each.name(), block);
            for (int i = 0; i < each.counters().size(); i++) {
                String counter = each.counters().get(i);
                if (counter.contains("dropped")) {
                    drops.add(new Watched(block, i * Long.BYTES, each.name() + "." + counter));
                }
            }
        }
    }

    static Exhibits of(StackOptions options, String stack, int nics) {
        List<CounterBlock> shown = new ArrayList<>();
        shown.add(new CounterBlock("stack", StackCounter.values()));
        shown.add(new CounterBlock("ip", IpCounter.values()));
        shown.add(new CounterBlock("tcp", TcpCounter.values()));
        shown.add(new CounterBlock("udp", UdpCounter.values()));
        for (int i = 0; i < nics; i++) {
            shown.add(new CounterBlock(nicName(i), NicCounter.values()));
        }
        return new Exhibits(stack, file(options, stack, shown), shown);
    }

    private static String nicName(int index) {
        return "nic" + index;
    }

    private static @Nullable StackFile file(
            StackOptions options, String stack, List<CounterBlock> shown) {
        if (!options.isOn(StackOption.DUMP)) {
            return null;
        }
        try {
            String given = options.text(StackOption.DUMP_FOLDER);
            Path folder = given.isEmpty() ? StackFiles.folder() : Path.of(given);
            removeManyDead(folder);
            return StackFile.create(
                    folder,
                    stack,
                    shown,
                    Math.min(MOST_SOCKETS, options.number(StackOption.MAX_SOCKETS)));
        } catch (IOException e) {
            LOG.warn(
                    "stack {} runs, but cannot be seen by other processes: {}",
                    stack,
                    e.getMessage());
            return null;
        }
    }

    /** Files of stacks that died stay for those who want to know why, but not without end: they are in memory. */
    private static void removeManyDead(Path folder) throws IOException {
        long files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.count();
        }
        if (files > MOST_FILES) {
            StackFiles.removeDead(folder);
        }
    }

    /** {@return the memory of a block of counters: stack, ip, tcp or udp} */
    UnsafeBuffer block(String name) {
        UnsafeBuffer block = blocks.get(name);
        if (block == null) {
            throw new IllegalArgumentException("there is no block of counters " + name);
        }
        return block;
    }

    /** The stack stands; before any other thread knows of it. */
    void begin(StackCore stackCore, List<VirtualInterface> interfaces, String text) {
        core = stackCore;
        nics = List.copyOf(interfaces);
        nicNames = IntStream.range(0, nics.size()).mapToObj(Exhibits::nicName).toList();
        StackFile shown = file;
        if (shown != null) {
            shown.values(text);
            shown.state("running");
            shown.heartbeat(System.currentTimeMillis());
        }
    }

    /** {@return where the file is; null if there is none} */
    @Nullable Path path() {
        return file == null ? null : file.path();
    }

    /** Removes the file. Its memory stays as long as anybody refers to it. */
    void close() {
        StackFile shown = file;
        if (shown != null) {
            try {
                shown.close();
            } catch (IOException e) {
                LOG.warn("stack {} is closed, but its file stays: {}", stack, e.getMessage());
            }
        }
    }

    // Periodically.

    @Override
    public long publish(long nowNs) {
        StackFile shown = file;
        if (shown != null) {
            shown.heartbeat(System.currentTimeMillis());
            copyNicCounters(shown);
            refreshSockets(shown);
        }
        if (RetransmissionEvent.isRecorded()) {
            retransmissionEvents();
        }
        if (DropEvent.isRecorded()) {
            dropEvents();
        }
        return nowNs + PERIOD_NS;
    }

    private void copyNicCounters(StackFile shown) {
        for (int i = 0; i < nics.size(); i++) {
            for (int k = 0; k < nicCounts.length; k++) {
                nicCounts[k] = nics.get(i).counters().get(NIC_COUNTERS[k]);
            }
            shown.copy(nicNames.get(i), nicCounts);
        }
    }

    private void refreshSockets(StackFile shown) {
        StackCore of = core;
        if (of == null) {
            return;
        }
        int places = Math.min(of.sockets.places(), MOST_SOCKETS);
        for (int i = Math.min(places, SOCKETS_PER_PERIOD); i > 0; i--) {
            nextPlace = nextPlace + 1 < places ? nextPlace + 1 : 0;
            Socket socket = of.sockets.at(nextPlace);
            if (socket != null) {
                shown.socket(nextPlace, describe(socket));
            }
        }
    }

    private void retransmissionEvents() {
        StackCore of = core;
        if (of != null) {
            long count = of.tcp().counters().get(TcpCounter.RETRANSMISSIONS);
            if (count > retransmissions) {
                RetransmissionEvent.emit(stack, count - retransmissions);
            }
            retransmissions = count;
        }
    }

    private void dropEvents() {
        for (Watched each : drops) {
            long growth = each.growth();
            if (growth > 0) {
                DropEvent.emit(stack, each.name, growth);
            }
        }
    }

    // Sockets.

    private SocketRecord describe(Socket socket) {
        switch (socket) {
            case TcpSocket tcp -> describe(tcp.connection());
            case TcpServerSocket server -> {
                record.reset(SocketKind.TCP_LISTENER).state(TcpState.LISTEN).accelerated(true);
                record.local(server.boundHigh(), server.boundLow(), server.listener().port());
                record.listener(server.backlog(), server.waiting());
            }
            case UdpSocket udp -> describe(udp.udp());
        }
        return record;
    }

    private void describe(TcpConnection c) {
        record.reset(SocketKind.TCP)
                .state(c.state())
                .accelerated(true)
                .local(c.localHigh(), c.localLow(), c.localPort())
                .remote(c.remoteHigh(), c.remoteLow(), c.remotePort())
                .queues(c.available(), c.unacknowledged())
                .path(c.congestionWindow(), c.smoothedRoundTripNs(), c.retransmissions())
                .traffic(c.bytesReceived(), c.bytesAcknowledged() + c.unacknowledged(), 0);
    }

    private void describe(onload.udp.UdpSocket u) {
        record.reset(SocketKind.UDP)
                .accelerated(true)
                .local(u.localHigh(), u.localLow(), u.localPort())
                .remote(u.remoteHigh(), u.remoteLow(), u.remotePort())
                .queues(u.queuedBytes(), 0)
                .traffic(0, 0, u.dropped());
    }

    @Override
    public void changed(Socket socket) {
        StackFile shown = file;
        StackCore of = core;
        if (shown != null && of != null) {
            int place = of.sockets.place(socket.number());
            if (place < MOST_SOCKETS) {
                shown.socket(place, describe(socket));
            }
        }
    }

    @Override
    public void connected(TcpSocket socket, String outcome) {
        changed(socket);
        if (ConnectEvent.isRecorded()) {
            TcpConnection c = socket.connection();
            ConnectEvent.emit(
                    stack,
                    c.localHigh(),
                    c.localLow(),
                    c.localPort(),
                    c.remoteHigh(),
                    c.remoteLow(),
                    c.remotePort(),
                    nowNs() - socket.openedNs(),
                    outcome);
        }
    }

    @Override
    public void accepted(TcpSocket socket) {
        changed(socket);
        if (AcceptEvent.isRecorded()) {
            TcpConnection c = socket.connection();
            AcceptEvent.emit(
                    stack,
                    c.localHigh(),
                    c.localLow(),
                    c.localPort(),
                    c.remoteHigh(),
                    c.remoteLow(),
                    c.remotePort(),
                    0);
        }
    }

    private long nowNs() {
        StackCore of = core;
        return of == null ? 0 : of.nowNs;
    }

    @Override
    public void closed(Socket socket) {
        StackFile shown = file;
        StackCore of = core;
        if (shown != null && of != null) {
            int place = of.sockets.place(socket.number());
            if (place < MOST_SOCKETS) {
                shown.clear(place);
            }
        }
        if (socket instanceof TcpSocket tcp && CloseEvent.isRecorded()) {
            TcpConnection c = tcp.connection();
            CloseEvent.emit(
                    stack,
                    c.localHigh(),
                    c.localLow(),
                    c.localPort(),
                    c.remoteHigh(),
                    c.remoteLow(),
                    c.remotePort(),
                    c.state().toString(),
                    c.bytesReceived(),
                    c.bytesAcknowledged() + c.unacknowledged(),
                    nowNs() - tcp.openedNs());
        }
    }

    @Override
    public void pressure(int from, int to) {
        PressureEvent.emit(stack, PRESSURES[from], PRESSURES[to]);
    }
}
