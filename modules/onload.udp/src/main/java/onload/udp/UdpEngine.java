package onload.udp;

import onload.ip.IpLayer;
import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.TransportProtocol;
import onload.udp.counter.UdpCounter;
import onload.udp.counter.UdpCounters;
import onload.wire.IpProtocol;

import org.jspecify.annotations.Nullable;

import java.util.random.RandomGenerator;

/**
 * UDP of one stack. It is driven by the IP layer that it registers itself with, and has no deadlines of its own.
 *
 * <p>Belongs to the thread that has the stack's lock; only {@link #counters} may be read by others. Sending and
 * receiving allocate nothing but a socket's first few destinations.
 */
public final class UdpEngine {
    final IpLayer ip;
    final UdpSettings settings;
    final UdpCounters counters;
    final UdpBindings bindings;
    final UdpInput input;
    final UdpOutput output;

    private final UdpEvents events;
    private @Nullable UdpSocket firstTouched;
    private int sockets;
    private long lastId;

    /** Makes an engine with counters of its own, as the other constructor does. */
    public UdpEngine(
            IpLayer ip,
            UdpSettings settings,
            UdpEvents events,
            RandomGenerator random,
            long nowNs) {
        this(ip, settings, events, random, new UdpCounters(), nowNs);
    }

    /**
     * Makes an engine and registers it with the IP layer.
     *
     * @param events told what happens to sockets, at the end of each batch
     * @param random source of ports and hash keys
     * @param counters such as ones that another process can read
     * @param nowNs the time
     * @throws IllegalStateException if the layer has UDP already
     */
    public UdpEngine(
            IpLayer ip,
            UdpSettings settings,
            UdpEvents events,
            RandomGenerator random,
            UdpCounters counters,
            long nowNs) {
        this.ip = ip;
        this.settings = settings;
        this.events = events;
        this.counters = counters;
        bindings = new UdpBindings(this, random);
        input = new UdpInput(this, random.nextLong());
        output = new UdpOutput(this);
        ip.register(new Transport());
    }

    /**
     * Opens a socket that is neither bound nor connected.
     *
     * @throws IllegalStateException if there are as many as the settings allow
     */
    public UdpSocket open() {
        if (sockets == settings.sockets()) {
            counters.increment(UdpCounter.REFUSED_SOCKETS);
            throw new IllegalStateException(
                    "there are %d UDP sockets already; close one, or allow more in the settings"
                            .formatted(sockets));
        }
        sockets++;
        return new UdpSocket(this, ++lastId, settings.receiveQueueBytes());
    }

    void close(UdpSocket socket, long nowNs) {
        bindings.unbind(socket);
        input.clear(socket);
        output.forget(socket);
        ip.groups().leaveAll(socket.id, nowNs);
        socket.isClosed = true;
        sockets--;
    }

    /** {@return how many sockets are open} */
    public int sockets() {
        return sockets;
    }

    /** {@return the counters, which any thread may read} */
    public UdpCounters counters() {
        return counters;
    }

    void touch(UdpSocket socket, int what) {
        if (socket.touched == 0) {
            socket.nextTouched = firstTouched;
            firstTouched = socket;
        }
        socket.touched |= what;
    }

    private void tell() {
        output.wake();
        UdpSocket socket = firstTouched;
        firstTouched = null;
        while (socket != null) {
            UdpSocket next = socket.nextTouched;
            int what = socket.touched;
            socket.nextTouched = null;
            socket.touched = 0;
            if (!socket.isClosed) {
                events.happened(socket, what);
            }
            socket = next;
        }
    }

    /** What the IP layer calls. */
    private final class Transport implements TransportProtocol {
        @Override
        public int protocol() {
            return IpProtocol.UDP;
        }

        @Override
        public int received(int packet, IpDatagram datagram, long nowNs) {
            return input.received(packet, datagram, nowNs);
        }

        @Override
        public boolean failed(IcmpError error, long nowNs) {
            return bindings.failed(error);
        }

        @Override
        public void batchEnded(long nowNs) {
            tell();
        }
    }
}
