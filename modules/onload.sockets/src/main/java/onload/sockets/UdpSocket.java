package onload.sockets;

import onload.nic.packet.PacketBuffers;
import onload.sockets.counter.StackCounter;
import onload.sockets.lock.Inbox;
import onload.sockets.lock.StackLock;
import onload.udp.UdpEvents;
import onload.udp.UdpMessage;
import onload.udp.UdpSendOptions;
import onload.wire.IpAddress;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A socket of UDP: made by {@link Stack#udp}. It takes datagrams of both IP versions unless it is bound to an
 * address of one.
 *
 * <p>On the data path addresses are two numbers of 64 bits, high and low, IPv4 as IPv4-mapped; {@link IpAddress}
 * makes them. What was received is read without the stack's lock. What is sent goes out before the call returns,
 * or is left for the thread that has the lock.
 */
public final class UdpSocket extends Socket {
    private static final int MOST_UNTOLD = 64;

    private static final VarHandle READ_CHARGE;
    private static final VarHandle PENDING_ERROR;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            READ_CHARGE = lookup.findVarHandle(UdpSocket.class, "readCharge", long.class);
            PENDING_ERROR = lookup.findVarHandle(UdpSocket.class, "pendingError", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final onload.udp.UdpSocket udp;
    private final Inbox inbox;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;

    // Written by the holder.

    @SuppressWarnings("unused") // by PENDING_ERROR
    private volatile int pendingError;

    private volatile boolean isPeerSet;
    private volatile boolean isShutDown;

    /** Not since a send found the NIC's queue full, until there is room. */
    private volatile boolean hasRoom = true;

    private long accountedCharge;
    private int accountedDatagrams;

    // Written by the reader, who is in the inbox.

    private long readCharge;
    private int readDatagrams;
    private int untold;

    UdpSocket(StackCore core, int number, onload.udp.UdpSocket udp) {
        super(core, number, SocketOption.Kind.DATAGRAM);
        this.udp = udp;
        buffers = core.buffers;
        memory = buffers.memory();
        inbox = new Inbox(buffers);
        udp.attachment(this);
    }

    // Addresses.

    /**
     * Takes an address and port.
     *
     * @param local an address of this stack, a group, a broadcast address or a wildcard; port 0 for a free one
     * @return 0, {@link Status#ADDRESS_IN_USE}, {@link Status#ADDRESS_NOT_AVAILABLE}, {@link Status#NO_PORT}, {@link
     *     Status#INVALID_ARGUMENT}, {@link Status#WRONG_VERSION} or {@link Status#CLOSED}
     * @throws IllegalArgumentException if the address is not resolved
     */
    public int bind(InetSocketAddress local) {
        IpAddress address = of(local);
        core.enter();
        try {
            return Status.ofUdp(udp.bind(address.high(), address.low(), local.getPort()));
        } finally {
            core.leave();
        }
    }

    /**
     * Takes a peer: datagrams come from it only, and {@link #send(DirectBuffer, int, int)} sends to it.
     *
     * @return 0, {@link Status#UNREACHABLE}, {@link Status#ADDRESS_NOT_AVAILABLE}, {@link Status#NO_PORT}, {@link
     *     Status#INVALID_ARGUMENT}, {@link Status#WRONG_VERSION}, {@link Status#NOT_PERMITTED}, {@link
     *     Status#INTERFACE_DOWN} or {@link Status#CLOSED}; the socket then is as it was
     * @throws IllegalArgumentException if the address is not resolved
     */
    public int connect(InetSocketAddress remote) {
        IpAddress address = of(remote);
        core.enter();
        try {
            int answer = udp.connect(address.high(), address.low(), remote.getPort(), core.nowNs);
            isPeerSet |= answer == 0;
            return Status.ofUdp(answer);
        } finally {
            core.leave();
        }
    }

    /** Gives the peer up. Answers 0 or {@link Status#CLOSED}. */
    public int disconnect() {
        core.enter();
        try {
            int answer = udp.disconnect();
            isPeerSet = udp.isConnected();
            return Status.ofUdp(answer);
        } finally {
            core.leave();
        }
    }

    // Receiving.

    /**
     * Receives one datagram by copying, without waiting; what does not fit is gone. If there is none the NIC is
     * polled once.
     *
     * @param message is told where it is from, how long it was and whether it was cut; null if nobody wants to know
     * @return bytes copied, 0 also for a datagram without data; {@link Status#WOULD_BLOCK}, {@link
     *     Status#CLOSED}; or an error that a datagram sent before has met, such as {@link Status#REFUSED}
     */
    public int receive(
            MutableDirectBuffer to, int offset, int length, @Nullable UdpMessage message) {
        int bytes = take(to, offset, length, message, false);
        if (bytes == Status.WOULD_BLOCK && core.pollOnDemand()) {
            bytes = take(to, offset, length, message, false);
        }
        return bytes;
    }

    /**
     * Receives one datagram by copying, and waits until there is one.
     *
     * @param timeoutNs longest wait; 0 or less does not wait
     * @return as {@link #receive(MutableDirectBuffer, int, int, UdpMessage)}; or {@link Status#EXPIRED} or
     *     {@link Status#INTERRUPTED}
     */
    public int receive(
            MutableDirectBuffer to,
            int offset,
            int length,
            @Nullable UdpMessage message,
            long timeoutNs) {
        int count =
                timeoutNs > 0
                        ? take(to, offset, length, message, false)
                        : receive(to, offset, length, message);
        if (count != Status.WOULD_BLOCK || timeoutNs <= 0) {
            return count;
        }
        long startNs = timeoutNs == FOREVER ? 0 : core.nowNs();
        while (true) {
            int waited = await(TO_RECEIVE, left(timeoutNs, startNs));
            count = take(to, offset, length, message, false);
            if (count != Status.WOULD_BLOCK) {
                return waited == Status.INTERRUPTED && count == Status.CLOSED ? waited : count;
            }
            if (waited != 0) {
                return waited == Status.WOULD_BLOCK ? Status.EXPIRED : waited;
            }
        }
    }

    /** As the receive that does not wait, and the datagram stays (MSG_PEEK). */
    public int peek(MutableDirectBuffer to, int offset, int length, @Nullable UdpMessage message) {
        return take(to, offset, length, message, true);
    }

    private int take(
            MutableDirectBuffer to,
            int offset,
            int length,
            @Nullable UdpMessage message,
            boolean isPeek) {
        int obstacle = obstacle();
        if (obstacle != 0) {
            return obstacle;
        }
        int answer = Status.WOULD_BLOCK;
        inbox.enter();
        try {
            int packet = inbox.first();
            if (packet != PacketBuffers.NONE) {
                int whole = UdpMessage.dataLength(buffers, packet);
                answer = Math.min(whole, length);
                copy(packet, to, offset, answer);
                if (message != null) {
                    message.read(buffers, packet);
                    message.markTruncated(answer < whole);
                }
                if (!isPeek) {
                    removed(packet);
                    core.reap(packet, number());
                }
            }
        } finally {
            inbox.leave();
        }
        tellIfMuch();
        return answer;
    }

    /** {@return 0 if there may be a datagram} An error that is pending comes before datagrams, as on Linux. */
    private int obstacle() {
        if (isClosed()) {
            return Status.CLOSED;
        }
        if (pendingError != 0) {
            int error = (int) PENDING_ERROR.getAndSet(this, 0);
            if (error != 0) {
                return error;
            }
        }
        if (inbox.hasPackets()) {
            return 0;
        }
        return isShutDown ? Status.END_OF_STREAM : Status.WOULD_BLOCK;
    }

    private void copy(int packet, MutableDirectBuffer to, int offset, int count) {
        int done = 0;
        for (int part = packet; done < count; part = buffers.continuation(part)) {
            int step = Math.min(count - done, buffers.length(part));
            memory.getBytes(buffers.data(part), to, offset + done, step);
            done += step;
        }
    }

    /** In the inbox: the first packet is taken out, and counts as read. */
    private void removed(int packet) {
        inbox.removeFirst();
        readDatagrams++;
        untold++;
        READ_CHARGE.setOpaque(this, readCharge + UdpMessage.queueCharge(buffers, packet));
    }

    private void tellIfMuch() {
        if (untold >= MOST_UNTOLD) {
            untold = 0;
            core.requestReap();
        }
    }

    /**
     * Receives one datagram without copying: its data is that of the packet. {@link UdpMessage#read} says where
     * it is from.
     *
     * @return the packet, which the caller gives back by {@link Stack#release}; or an answer of {@link
     *     #receive(MutableDirectBuffer, int, int, UdpMessage)}
     */
    public int receivePacket() {
        int packet = takePacket();
        if (packet == Status.WOULD_BLOCK && core.pollOnDemand()) {
            packet = takePacket();
        }
        return packet;
    }

    private int takePacket() {
        int obstacle = obstacle();
        if (obstacle != 0) {
            return obstacle;
        }
        int packet;
        inbox.enter();
        try {
            packet = inbox.first();
            if (packet != PacketBuffers.NONE) {
                removed(packet);
            }
        } finally {
            inbox.leave();
        }
        if (packet == PacketBuffers.NONE) {
            return Status.WOULD_BLOCK;
        }
        core.readers.put(this);
        tellIfMuch();
        return packet;
    }

    /**
     * Receives several datagrams without copying, without waiting.
     *
     * @param packets takes the packets, from {@code offset} on, {@code most} at most
     * @return how many, ≥ 1; or what {@link #receivePacket} answers for the first
     */
    public int receivePackets(int[] packets, int offset, int most) {
        int count = 0;
        while (count < most) {
            int packet = count == 0 ? receivePacket() : takePacket();
            if (packet < 0) {
                return count == 0 ? packet : count;
            }
            packets[offset + count++] = packet;
        }
        return count;
    }

    // Sending.

    /**
     * Sends a datagram to the peer by copying.
     *
     * @return {@code length}; {@link Status#NOT_CONNECTED}, {@link Status#WOULD_BLOCK} if the NIC's queue is
     *     full, {@link Status#TOO_LONG}, {@link Status#UNREACHABLE}, {@link Status#NO_MEMORY}, {@link
     *     Status#INTERFACE_DOWN}, {@link Status#CLOSED}; or an error that a datagram sent before has met, such
     *     as {@link Status#REFUSED}
     */
    public int send(DirectBuffer from, int offset, int length) {
        int obstacle = sendObstacle();
        if (obstacle != 0) {
            return obstacle;
        }
        if (!isPeerSet) {
            return Status.NOT_CONNECTED;
        }
        if (length <= core.settings.unlockedThreshold() && core.tryEnter()) {
            return sendAndLeave(from, offset, length, DeferredSend.TO_PEER, 0, 0, null);
        }
        return sendPrepared(from, offset, length, DeferredSend.TO_PEER, 0, 0);
    }

    /**
     * Sends a datagram by copying to somebody, whoever the peer is.
     *
     * @param high high half of the address, IPv4 as IPv4-mapped
     * @param low its low half
     * @param port 1 to 65535
     * @return as {@link #send(DirectBuffer, int, int)}, and {@link Status#INVALID_ARGUMENT}, {@link
     *     Status#WRONG_VERSION} or {@link Status#NOT_PERMITTED}
     */
    public int sendTo(DirectBuffer from, int offset, int length, long high, long low, int port) {
        int obstacle = sendObstacle();
        if (obstacle != 0) {
            return obstacle;
        }
        if (port < 1 || port > 0xFFFF) {
            return Status.INVALID_ARGUMENT;
        }
        if (length <= core.settings.unlockedThreshold() && core.tryEnter()) {
            return sendAndLeave(from, offset, length, port, high, low, null);
        }
        return sendPrepared(from, offset, length, port, high, low);
    }

    /** Sends a datagram with options of its own; else as {@link #sendTo(DirectBuffer, int, int, long, long, int)}. */
    public int sendTo(
            DirectBuffer from,
            int offset,
            int length,
            long high,
            long low,
            int port,
            UdpSendOptions options) {
        int obstacle = sendObstacle();
        if (obstacle != 0) {
            return obstacle;
        }
        if (port < 1 || port > 0xFFFF) {
            return Status.INVALID_ARGUMENT;
        }
        core.enter();
        return sendAndLeave(from, offset, length, port, high, low, options);
    }

    /** Sends a datagram to an address of java.net; looks it up each time, for control paths. */
    public int sendTo(DirectBuffer from, int offset, int length, InetSocketAddress to) {
        IpAddress address = of(to);
        return sendTo(from, offset, length, address.high(), address.low(), to.getPort());
    }

    private int sendObstacle() {
        if (isClosed()) {
            return Status.CLOSED;
        }
        return pendingError == 0 ? 0 : (int) PENDING_ERROR.getAndSet(this, 0);
    }

    /** Held, and no more afterwards. */
    private int sendAndLeave(
            DirectBuffer from,
            int offset,
            int length,
            int port,
            long high,
            long low,
            @Nullable UdpSendOptions options) {
        int answer;
        try {
            answer =
                    port == DeferredSend.TO_PEER
                            ? udp.send(from, offset, length, options, core.nowNs)
                            : udp.sendTo(
                                    from, offset, length, high, low, port, options, core.nowNs);
            sent(answer);
        } finally {
            core.flushAndLeave();
        }
        return Status.ofUdp(answer);
    }

    /** Held: notices that the queue before the NIC is full. */
    private void sent(int answer) {
        if (answer == onload.udp.UdpSocket.WOULD_BLOCK) {
            hasRoom = false;
        }
        core.countSend();
    }

    private int sendPrepared(
            DirectBuffer from, int offset, int length, int port, long high, long low) {
        int packet = length > buffers.dataCapacity() ? PacketBuffers.NONE : core.takeUnlocked();
        if (packet == PacketBuffers.NONE) {
            core.enter();
            return sendAndLeave(from, offset, length, port, high, low, null);
        }
        memory.putBytes(buffers.append(packet, length), from, offset, length);
        int answer = sendOrLeave(packet, length, port, high, low);
        return answer < 0 ? answer : length;
    }

    /** {@return 0; or why the packet, which is gone, was not sent} */
    private int sendOrLeave(int packet, int length, int port, long high, long low) {
        core.deferred.write(packet, number(), length);
        if (port != DeferredSend.TO_PEER) {
            core.deferred.to(packet, high, low, port);
        }
        int answer = core.enterOrLeave(packet);
        if (answer == StackLock.LEFT) {
            return 0;
        }
        if (answer == StackLock.FULL) {
            core.enter();
            core.counters.increment(StackCounter.DEFERRALS_REFUSED);
        }
        try {
            return Status.ofUdp(sendHeld(packet));
        } finally {
            core.flushAndLeave();
        }
    }

    @Override
    boolean sendLeft(int packet) {
        return sendHeld(packet) >= 0;
    }

    /** Held: sends a packet, which is gone whatever the answer is. */
    private int sendHeld(int packet) {
        int port = core.deferred.port(packet);
        long high = core.deferred.high(packet);
        long low = core.deferred.low(packet);
        int answer =
                isClosed()
                        ? onload.udp.UdpSocket.CLOSED
                        : port == DeferredSend.TO_PEER
                                ? udp.sendPacket(packet, null, core.nowNs)
                                : udp.sendPacketTo(packet, high, low, port, null, core.nowNs);
        if (answer < 0) {
            core.pool.release(packet);
        }
        sent(answer);
        return answer;
    }

    /**
     * Sends a packet to the peer without copying: one from {@link Stack#packet}, or one that was received.
     *
     * @param packet its data is the datagram's, with the usual head-room before it; it is the stack's if the
     *     answer is 0
     * @return 0; {@link Status#NOT_CONNECTED}, {@link Status#CLOSED} or a pending error, and the packet is the
     *     caller's as it was
     */
    public int sendPacket(int packet) {
        int obstacle = sendObstacle();
        if (obstacle != 0 || !isPeerSet) {
            return obstacle != 0 ? obstacle : Status.NOT_CONNECTED;
        }
        buffers.next(packet, PacketBuffers.NONE);
        sendOrLeave(packet, 0, DeferredSend.TO_PEER, 0, 0);
        return 0;
    }

    /** Sends a packet to somebody without copying; else as {@link #sendPacket}. */
    public int sendPacketTo(int packet, long high, long low, int port) {
        int obstacle = sendObstacle();
        if (obstacle != 0 || port < 1 || port > 0xFFFF) {
            return obstacle != 0 ? obstacle : Status.INVALID_ARGUMENT;
        }
        buffers.next(packet, PacketBuffers.NONE);
        sendOrLeave(packet, 0, port, high, low);
        return 0;
    }

    /**
     * Sends packets to the peer without copying, with one turn of the lock and of the NIC's doorbell.
     *
     * @return how many were sent, which are the stack's, the others the caller's; or why not even the first was
     */
    public int sendPackets(int[] packets, int offset, int count) {
        int obstacle = sendObstacle();
        if (obstacle != 0) {
            return obstacle;
        }
        core.enter();
        try {
            int answer = udp.sendPackets(packets, offset, count, core.nowNs);
            sent(answer);
            return Status.ofUdp(answer);
        } finally {
            core.flushAndLeave();
        }
    }

    // Groups.

    /**
     * Joins a group, of any source.
     *
     * @param interfaceName name of an interface of the stack; null for that of the route to the group
     * @return 0; {@link Status#INVALID_ARGUMENT} if it is no group or no such interface, {@link
     *     Status#ADDRESS_IN_USE} if it is joined already, {@link Status#NO_MEMORY} or {@link Status#CLOSED}
     */
    public int join(InetAddress group, @Nullable String interfaceName) {
        return Groups.join(core, udp, group, interfaceName);
    }

    /**
     * Leaves a group that was joined by {@link #join(InetAddress, String)}; {@link Status#ADDRESS_NOT_AVAILABLE}
     * if it was not.
     */
    public int leave(InetAddress group, @Nullable String interfaceName) {
        return Groups.leave(core, udp, group, interfaceName);
    }

    /**
     * Joins a group for what one source sends (IP_ADD_SOURCE_MEMBERSHIP); once for each source.
     *
     * @return as {@link #join(InetAddress, String)}; {@link Status#ADDRESS_NOT_AVAILABLE} if that source is
     *     joined already
     */
    public int join(InetAddress group, InetAddress source, @Nullable String interfaceName) {
        return Groups.joinSource(core, udp, group, source, interfaceName);
    }

    /** Leaves a group for one source (IP_DROP_SOURCE_MEMBERSHIP). */
    public int leave(InetAddress group, InetAddress source, @Nullable String interfaceName) {
        return Groups.leaveSource(core, udp, group, source, interfaceName);
    }

    // Ending.

    /**
     * Waits no more: whoever receives gets what is there, and then {@link Status#END_OF_STREAM}. Answers 0 or
     * {@link Status#CLOSED}.
     */
    public int shutdownInput() {
        core.enter();
        try {
            isShutDown = true;
            ready(Readiness.READABLE);
            return isClosed() ? Status.CLOSED : 0;
        } finally {
            core.leave();
        }
    }

    /** Closes: leaves groups, and drops what nobody has received. */
    @Override
    public void close() {
        if (beginClosing()) {
            core.enter();
            try {
                abortHeld();
            } finally {
                core.flushAndLeave();
            }
        }
    }

    @Override
    void abortHeld() {
        udp.close(core.nowNs);
        udp.attachment(null);
        closedHeld();
        inbox.enter();
        try {
            for (int packet = inbox.first(); packet != PacketBuffers.NONE; packet = inbox.first()) {
                removed(packet);
                core.pool.release(packet);
            }
            account();
        } finally {
            inbox.leave();
        }
    }

    // From the engine, held.

    /** Something has happened: constants of {@link UdpEvents}. */
    void happened(int what) {
        int ready = 0;
        if ((what & UdpEvents.READABLE) != 0) {
            for (int packet = udp.handOver();
                    packet != PacketBuffers.NONE;
                    packet = udp.handOver()) {
                inbox.put(packet);
            }
            ready |= Readiness.READABLE;
        }
        if ((what & UdpEvents.ERROR) != 0) {
            PENDING_ERROR.setVolatile(this, Status.ofUdp(udp.takeError()));
            ready |= Readiness.READABLE | Readiness.ERROR | Readiness.WRITABLE;
        }
        if ((what & UdpEvents.WRITABLE) != 0) {
            hasRoom = true;
            ready |= Readiness.WRITABLE;
        }
        ready(ready);
    }

    @Override
    void account() {
        long read = (long) READ_CHARGE.getOpaque(this);
        int datagrams = readDatagrams;
        if (read != accountedCharge) {
            udp.handedConsumed((int) (read - accountedCharge), datagrams - accountedDatagrams);
            accountedCharge = read;
            accountedDatagrams = datagrams;
        }
    }

    @Override
    protected boolean isReady(int what) {
        if (isClosed() || pendingError != 0) {
            return true;
        }
        return what == TO_SEND ? hasRoom : inbox.hasPackets() || isShutDown;
    }

    /**
     * Waits until the queue before the NIC has room, after a send that answered {@link Status#WOULD_BLOCK}.
     *
     * @return 0, {@link Status#EXPIRED} or {@link Status#INTERRUPTED}
     */
    public int awaitRoom(long timeoutNs) {
        return await(TO_SEND, timeoutNs);
    }

    @Override
    public int readiness() {
        int ready = inbox.hasPackets() || isShutDown ? Readiness.READABLE : 0;
        if (hasRoom) {
            ready |= Readiness.WRITABLE;
        }
        return pendingError == 0 ? ready : ready | Readiness.READABLE | Readiness.ERROR;
    }

    /** {@return whether it has a peer} */
    public boolean isConnected() {
        return isPeerSet;
    }

    /** {@return datagrams that were dropped since the socket's receive queue was full} */
    public long dropped() {
        core.enter();
        try {
            return udp.dropped();
        } finally {
            core.leave();
        }
    }

    onload.udp.UdpSocket udp() {
        return udp;
    }

    @Override
    @Nullable InetSocketAddress localHeld() {
        return address(udp.localHigh(), udp.localLow(), udp.localPort());
    }

    @Override
    @Nullable InetSocketAddress remoteHeld() {
        return address(udp.remoteHigh(), udp.remoteLow(), udp.remotePort());
    }
}
