package onload.sockets;

import onload.ip.Destination;
import onload.ip.IpInterface;
import onload.ip.address.AddressState;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounters;
import onload.nic.capture.Capture;
import onload.nic.capture.CapturingInterface;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.VirtualInterface;
import onload.sockets.counter.StackCounter;
import onload.sockets.counter.StackCounters;
import onload.sockets.option.StackOptions;
import onload.tcp.counter.TcpCounters;
import onload.udp.counter.UdpCounters;
import onload.wire.IpAddress;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A network stack in this process: NICs, packets, protocols, and the sockets of it. A process may have several,
 * which know nothing of each other.
 *
 * <pre>
 * try (Stack stack = Stack.builder().nic("tap:tap0").address("192.0.2.1/24").open();
 *         TcpServerSocket server = stack.listen(new InetSocketAddress(80), 128)) {
 *     TcpSocket client = server.accept(Socket.FOREVER);
 *     …
 * }
 * </pre>
 *
 * <p>Who drives it is chosen by the option {@code drive}: with {@code shared}, which is the default, threads
 * that wait and one thread of the stack's; with {@code dedicated} a thread that polls all the time; with {@code
 * polled} only threads of the program: those that wait, and {@link #poll}.
 *
 * <p>For any thread. Everything here belongs to control paths, except {@link #poll}, {@link #packet} and {@link
 * #release}.
 */
public final class Stack implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Stack.class);
    private static final long GRACE_NS = 1_000_000_000L;
    private static final long CLOSING_POLL_NS = 50_000L;
    private static final long LOOK_NS = 1_000_000L;

    private final StackCore core;
    private final String name;
    private final StackOptions options;
    private final PacketPool pool;
    private final Exhibits exhibits;
    private final List<AutoCloseable> threads;
    private final AtomicBoolean closing = new AtomicBoolean();

    Stack(
            StackCore core,
            String name,
            StackOptions options,
            PacketPool pool,
            Exhibits exhibits,
            List<AutoCloseable> threads) {
        this.core = core;
        this.name = name;
        this.options = options;
        this.pool = pool;
        this.exhibits = exhibits;
        this.threads = List.copyOf(threads);
    }

    /** {@return what collects the parts of a stack} */
    public static StackBuilder builder() {
        return new StackBuilder();
    }

    // Sockets.

    /**
     * {@return a TCP socket that is neither bound nor connected}
     *
     * @throws IllegalStateException if the stack is closed or has as many sockets as it may
     */
    public TcpSocket tcp() {
        core.enter();
        try {
            TcpSocket socket = new TcpSocket(core, number(), core.tcp().open());
            core.opened(socket);
            return socket;
        } finally {
            core.leave();
        }
    }

    /**
     * {@return a TCP socket to listen with, that is not bound}
     *
     * @throws IllegalStateException if the stack is closed or has as many sockets as it may
     */
    public TcpServerSocket tcpServer() {
        core.enter();
        try {
            TcpServerSocket socket = new TcpServerSocket(core, number(), core.tcp().listener());
            core.opened(socket);
            return socket;
        } finally {
            core.leave();
        }
    }

    /**
     * {@return a socket that listens}
     *
     * @param local as {@link TcpServerSocket#bind} takes it
     * @param backlog as {@link TcpServerSocket#listen} takes it
     * @throws IllegalStateException if that cannot be; the message says why
     */
    public TcpServerSocket listen(InetSocketAddress local, int backlog) {
        TcpServerSocket server = tcpServer();
        int answer = server.bind(local);
        if (answer == 0) {
            answer = server.listen(backlog);
        }
        if (answer != 0) {
            server.close();
            throw new IllegalStateException(
                    "cannot listen at %s: %s; expected an address of the stack and a free port"
                            .formatted(local, Status.text(answer)));
        }
        return server;
    }

    /**
     * {@return a UDP socket that is neither bound nor connected}
     *
     * @throws IllegalStateException if the stack is closed or has as many sockets as it may
     */
    public UdpSocket udp() {
        core.enter();
        try {
            int number = number();
            onload.udp.UdpSocket engine;
            try {
                engine = core.udp().open();
            } catch (IllegalStateException e) {
                core.sockets.remove(number);
                throw e;
            }
            UdpSocket socket = new UdpSocket(core, number, engine);
            core.opened(socket);
            return socket;
        } finally {
            core.leave();
        }
    }

    /** {@return a poller for sockets of this stack; a closed one if the stack is closed} */
    public Poller poller() {
        Poller poller = new Poller(core);
        if (closing.get()) {
            poller.close();
        }
        return poller;
    }

    /** Held. */
    private int number() {
        if (closing.get()) {
            throw new IllegalStateException("stack %s is closed; open another one".formatted(name));
        }
        int number = core.sockets.reserve();
        if (number == SocketTable.NONE) {
            core.counters.increment(StackCounter.SOCKETS_REFUSED);
            throw new IllegalStateException(
                    "stack %s has %d sockets already; close one, or allow more by the option max-sockets"
                            .formatted(name, core.settings.mostSockets()));
        }
        return number;
    }

    // Driving.

    /**
     * Takes in what has come, does what is due, and sends what was queued; for a stack that only the program
     * drives. If another thread is at it, nothing is done.
     *
     * @return whether it was done
     */
    public boolean poll() {
        return core.tryPoll(StackCore.APPLICATION);
    }

    /**
     * {@return when {@link #poll} has something to do though no NIC has, in the time of the stack's clock;
     * {@link Long#MAX_VALUE} for never}
     */
    public long nextDeadlineNs() {
        core.enter();
        try {
            return Math.min(core.ip.nextDeadlineNs(), core.tcp().nextDeadlineNs());
        } finally {
            core.leave();
        }
    }

    /**
     * Waits until the addresses of the stack can be used: those of IPv6 are asked for on the link first.
     *
     * @param timeoutNs longest wait
     * @return whether all can be used
     */
    public boolean awaitAddresses(long timeoutNs) {
        long endNs = core.nowNs() + timeoutNs;
        while (!areAddressesUsable()) {
            if (core.nowNs() - endNs >= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            core.pollOnDemand();
            LockSupport.parkNanos(this, LOOK_NS);
        }
        return true;
    }

    private boolean areAddressesUsable() {
        core.enter();
        try {
            for (IpInterface each : core.ip.interfaces()) {
                for (InterfaceAddress address : core.ip.addresses().list(each.index())) {
                    if (address.state() == AddressState.TENTATIVE) {
                        return false;
                    }
                }
            }
            return true;
        } finally {
            core.leave();
        }
    }

    // Packets, for sending and receiving without copying.

    /** {@return how packets are read and written} */
    public PacketBuffers buffers() {
        return core.buffers;
    }

    /**
     * {@return an empty packet, which is the caller's until it is sent or released; or {@link
     * PacketBuffers#NONE} if there are none now}
     */
    public int packet() {
        int packet = core.takeUnlocked();
        if (packet == PacketBuffers.NONE) {
            core.pollOnDemand();
            packet = core.takeUnlocked();
        }
        return packet;
    }

    /** Gives a packet back that {@link #packet} or a socket gave, with all that continues it. */
    public void release(int packet) {
        core.buffers.next(packet, PacketBuffers.NONE);
        core.giveBack(packet);
    }

    // What it is like.

    /**
     * Lets a capture have the frames of all interfaces from now on, in both directions, until it ends.
     *
     * @throws IllegalStateException if an interface is being captured already, or the capture has ended
     */
    public void captureTo(Capture capture) {
        for (VirtualInterface nic : core.nics()) {
            if (nic instanceof CapturingInterface capturing) {
                capture.add(capturing);
            }
        }
    }

    /** {@return what others see the stack by} */
    public String name() {
        return name;
    }

    /** {@return how it is set} */
    public StackOptions options() {
        return options;
    }

    /** {@return how many sockets are open} */
    public int sockets() {
        core.enter();
        try {
            return core.sockets.size();
        } finally {
            core.leave();
        }
    }

    /** {@return what threads and the lock did} */
    public StackCounters counters() {
        return core.counters;
    }

    /** {@return what IP did} */
    public IpCounters ipCounters() {
        return core.ip.counters();
    }

    /** {@return what TCP did} */
    public TcpCounters tcpCounters() {
        return core.tcp().counters();
    }

    /** {@return what UDP did} */
    public UdpCounters udpCounters() {
        return core.udp().counters();
    }

    /**
     * {@return what the counters say that somebody should do something about, a sentence each with what is wrong and
     * what to do} Empty where nothing is.
     */
    public List<String> advice() {
        return Advice.of(tcpCounters(), udpCounters(), core.nics());
    }

    /** {@return the addresses of the stack, those of loopback left out} */
    public List<InetAddress> addresses() {
        core.enter();
        try {
            List<InetAddress> found = new ArrayList<>();
            for (IpInterface each : core.ip.interfaces()) {
                if (!each.isLoopback()) {
                    for (InterfaceAddress address : core.ip.addresses().list(each.index())) {
                        found.add(address.address().toInetAddress());
                    }
                }
            }
            return found;
        } finally {
            core.leave();
        }
    }

    /**
     * {@return the number of an interface, for options that want one}
     *
     * @param interfaceName the device of a NIC's specification, or {@code lo}
     * @throws IllegalArgumentException if there is no such interface; the message names those that there are
     */
    public int interfaceNumber(String interfaceName) {
        core.enter();
        try {
            List<String> names = new ArrayList<>();
            for (IpInterface each : core.ip.interfaces()) {
                if (each.name().equals(interfaceName)) {
                    return each.index();
                }
                names.add(each.name());
            }
            throw new IllegalArgumentException(
                    "stack %s has no interface \"%s\"; expected one of %s"
                            .formatted(name, interfaceName, String.join(", ", names)));
        } finally {
            core.leave();
        }
    }

    /** {@return whether the stack would send to an address: it has a route to it} */
    public boolean reaches(InetAddress address) {
        return way(address) != Way.NONE;
    }

    /** {@return how packets to an address would go now} */
    public Way way(InetAddress address) {
        IpAddress to = IpAddress.of(address);
        core.enter();
        try {
            Destination destination = core.ip.destination(to, 0);
            if (core.isClosed() || core.ip.prepare(destination, core.nowNs) != 0) {
                return Way.NONE;
            }
            if (destination.isLocal()) {
                return Way.OWN;
            }
            return destination.isRouted() ? Way.ROUTED : Way.ON_LINK;
        } finally {
            core.leave();
        }
    }

    /** {@return whether an address is one of the stack's own, those of loopback left out} */
    public boolean owns(InetAddress address) {
        return addresses().contains(address);
    }

    /**
     * {@return whether it shares an interface, and so addresses and ports, with the kernel} Then a port that it takes
     * is reserved there.
     */
    public boolean isShared() {
        core.enter();
        try {
            return core.ip.interfaces().stream().anyMatch(IpInterface::isShared);
        } finally {
            core.leave();
        }
    }

    /** {@return the names of its interfaces, that of loopback left out} For options that want one. */
    public List<String> interfaceNames() {
        core.enter();
        try {
            return core.ip.interfaces().stream()
                    .filter(each -> !each.isLoopback())
                    .map(IpInterface::name)
                    .toList();
        } finally {
            core.leave();
        }
    }

    // Closing.

    /** Closes the stack, as {@link #close(long)} does with a second. */
    @Override
    public void close() {
        close(GRACE_NS);
    }

    /**
     * Closes all sockets, and with them the stack: connections finish as long as there is time, and are reset
     * then. Threads that wait come back with {@link Status#CLOSED}; the stack's own threads end, and NICs are
     * released. A second call does nothing.
     *
     * <p>Packets that the program still has stay readable, and are not the stack's any more.
     *
     * @param graceNs longest time for connections to finish
     */
    public void close(long graceNs) {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        closeSockets();
        core.pollers.forEach(Poller::close);
        finish(graceNs);
        for (AutoCloseable thread : threads) {
            try {
                thread.close();
            } catch (Exception e) {
                core.fault(e);
            }
        }
        core.enter();
        String outstanding = "";
        try {
            outstanding = core.closeHeld();
        } catch (RuntimeException | Error e) {
            core.fault(e);
        } finally {
            core.leave();
        }
        if (!outstanding.isEmpty()) {
            LOG.debug("stack {} is closed; {}", name, outstanding);
        }
        // The memory of packets and counters goes with the last reference to it, not now: another
        // thread may be about to find
        // out that the stack is closed.
        exhibits.close();
    }

    private void closeSockets() {
        List<Socket> open = new ArrayList<>();
        core.enter();
        core.beginClosing();
        for (int place = 0; place < core.sockets.places(); place++) {
            Socket socket = core.sockets.at(place);
            if (socket != null) {
                open.add(socket);
            }
        }
        core.leave();
        for (Socket socket : open) {
            if (socket instanceof TcpSocket tcp) {
                tcp.linger(tcp.linger() == 0 ? 0 : -1);
            }
            socket.close();
        }
    }

    private void finish(long graceNs) {
        long endNs = core.nowNs() + graceNs;
        // The turns are counted too: a clock that the program moves stands still here.
        long turns = graceNs / CLOSING_POLL_NS;
        while (turns-- > 0 && hasOrphans() && core.nowNs() - endNs < 0) {
            core.poll(StackCore.APPLICATION);
            LockSupport.parkNanos(this, CLOSING_POLL_NS);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    private boolean hasOrphans() {
        core.enter();
        try {
            return core.tcp().orphans() > 0;
        } finally {
            core.leave();
        }
    }

    /** {@return whether it was not closed} */
    public boolean isOpen() {
        return !closing.get();
    }

    /** {@return the inside} For tests. */
    StackCore core() {
        return core;
    }

    /** {@return what packets are not home, in words; empty if all are} For tests, after closing. */
    String outstanding() {
        return pool.outstanding();
    }

    @Override
    public String toString() {
        return "stack " + name;
    }
}
