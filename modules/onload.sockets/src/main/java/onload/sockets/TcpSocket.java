package onload.sockets;

import onload.nic.packet.PacketBuffers;
import onload.sockets.counter.StackCounter;
import onload.sockets.lock.Inbox;
import onload.sockets.lock.StackLock;
import onload.sockets.progress.Spinning;
import onload.tcp.TcpConnection;
import onload.tcp.TcpEvents;
import onload.tcp.TcpInfo;
import onload.wire.IpAddress;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A TCP connection, or a socket that becomes one: made by {@link Stack#tcp} to connect, or by {@link
 * TcpServerSocket#accept}.
 *
 * <pre>
 * try (TcpSocket socket = stack.tcp()) {
 *     Status.check(socket.connect(address, Socket.FOREVER), "connecting");
 *     socket.send(request, 0, length, Socket.FOREVER);
 *     int bytes = socket.receive(answer, 0, answer.capacity(), Socket.FOREVER);
 * }
 * </pre>
 *
 * <p>What was received is read without the stack's lock. What is sent goes out before the call returns, or is
 * left for the thread that has the lock: the order of what threads send is kept either way, and what was taken
 * is sent, whatever happens to the caller.
 */
public final class TcpSocket extends Socket {
    /** Packets of one piece of work that is left for the holder. */
    private static final int MOST_PACKETS = 16;

    /** So many packets or bytes that were read are told to the connection at once, not with the next poll. */
    private static final int MOST_UNTOLD_PACKETS = 64;

    private static final int MOST_UNTOLD_BYTES = 16 << 10;
    private static final int ROOM_FOR_SMALL = 64 << 10;

    private static final VarHandle DEFERRED_BYTES;
    private static final VarHandle SEND_ROOM;
    private static final VarHandle READ_BYTES;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            DEFERRED_BYTES = lookup.findVarHandle(TcpSocket.class, "deferredBytes", int.class);
            SEND_ROOM = lookup.findVarHandle(TcpSocket.class, "sendRoom", int.class);
            READ_BYTES = lookup.findVarHandle(TcpSocket.class, "readBytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final TcpConnection connection;
    private final Inbox inbox;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;

    // Written by the holder.

    /** 0; or what a read is answered after all that is in the inbox. Written after that was put in. */
    private volatile int receiveState = Status.NOT_CONNECTED;

    /** 0; or what a send is answered. */
    private volatile int sendState = Status.NOT_CONNECTED;

    /** Not since a send found no room, until there is some. */
    private volatile boolean hasRoom;

    /** The connection has more for the inbox, which was full. */
    private volatile boolean hasMore;

    private volatile boolean isEnded;
    private long openedNs;
    private int sendRoom;
    private int segmentBytes;
    private long accountedBytes;
    private int handedPackets;
    private int accountedPackets;

    // Written by senders.

    @SuppressWarnings("unused") // by DEFERRED_BYTES
    private volatile int deferredBytes;

    // Written by the reader, who is in the inbox.

    private long readBytes;
    private int readPackets;
    private int untoldBytes;
    private int untoldPackets;

    private volatile long lingerNs = -1;

    TcpSocket(StackCore core, int number, TcpConnection connection) {
        super(core, number, SocketOption.Kind.CONNECTION);
        this.connection = connection;
        buffers = core.buffers;
        memory = buffers.memory();
        inbox = new Inbox(buffers);
        segmentBytes = buffers.dataCapacity();
        connection.attachment(this);
    }

    // Connecting.

    /**
     * Takes a local address and port.
     *
     * @param local an address of this stack, or the wildcard; port 0 for one that is chosen when it connects
     * @return 0, {@link Status#ADDRESS_IN_USE}, {@link Status#ADDRESS_NOT_AVAILABLE}, {@link
     *     Status#INVALID_STATE} or {@link Status#CLOSED}
     * @throws IllegalArgumentException if the address is not resolved
     */
    public int bind(InetSocketAddress local) {
        IpAddress address = of(local);
        core.enter();
        try {
            return isClosed()
                    ? Status.CLOSED
                    : connection.bind(address.high(), address.low(), local.getPort());
        } finally {
            core.leave();
        }
    }

    /**
     * Begins to connect. {@link #connected} tells what has come of it, and so does {@link Readiness#WRITABLE}.
     *
     * @return 0; or {@link Status#INVALID_STATE}, {@link Status#ADDRESS_IN_USE}, {@link
     *     Status#ADDRESS_NOT_AVAILABLE}, {@link Status#NO_PORT}, {@link Status#NO_MEMORY}, {@link
     *     Status#UNREACHABLE} or {@link Status#CLOSED}, and then it may be tried again unless it is closed
     * @throws IllegalArgumentException if the address is not resolved
     */
    public int connect(InetSocketAddress remote) {
        IpAddress address = of(remote);
        core.enter();
        try {
            if (isClosed()) {
                return Status.CLOSED;
            }
            int answer =
                    connection.connect(address.high(), address.low(), remote.getPort(), core.nowNs);
            if (answer == 0) {
                sendState = Status.WOULD_BLOCK;
                receiveState = 0;
                openedNs = core.nowNs;
                if (connection.sendState() == 0) {
                    // Fast Open: the SYN waits for what is sent.
                    established();
                    ready(Readiness.WRITABLE);
                }
                options().connected(connection);
            }
            return answer;
        } finally {
            core.flushAndLeave();
        }
    }

    /**
     * Connects, and waits until the connection is established or has failed.
     *
     * @param timeoutNs longest wait; when it is over the socket is closed
     * @return 0; {@link Status#EXPIRED}, {@link Status#INTERRUPTED}; {@link Status#REFUSED}, {@link
     *     Status#TIMED_OUT}, {@link Status#UNREACHABLE}; or an answer of {@link #connect(InetSocketAddress)}
     */
    public int connect(InetSocketAddress remote, long timeoutNs) {
        int begun = connect(remote);
        if (begun != 0) {
            return begun;
        }
        int waited = await(TO_CONNECT, timeoutNs);
        if (waited == Status.EXPIRED || waited == Status.WOULD_BLOCK) {
            close();
            return Status.EXPIRED;
        }
        return waited == 0 ? connected() : waited;
    }

    /**
     * Waits until a connection that was begun is established or has failed.
     *
     * @param timeoutNs longest wait; the socket stays as it is when it is over
     * @return 0; {@link Status#EXPIRED}, {@link Status#INTERRUPTED}; or an answer of {@link #connected}
     */
    public int awaitConnected(long timeoutNs) {
        int waited = await(TO_CONNECT, timeoutNs);
        if (waited == Status.WOULD_BLOCK) {
            return Status.EXPIRED;
        }
        return waited == 0 ? connected() : waited;
    }

    /**
     * {@return 0 if it is connected or was; {@link Status#WOULD_BLOCK} while it connects; {@link
     * Status#NOT_CONNECTED}; {@link Status#CLOSED}; or why it failed}
     */
    public int connected() {
        int state = sendState;
        if (state == Status.WOULD_BLOCK) {
            core.pollOnDemand();
            state = sendState;
        }
        return isShutDown(state) ? 0 : state;
    }

    /** It can be connected and not send any more. */
    private boolean isShutDown(int state) {
        return state == Status.CLOSED && !isClosed();
    }

    // Receiving.

    /**
     * Receives bytes by copying, without waiting. If there are none the NIC is polled once.
     *
     * @param length ≥ 0
     * @return how many; 0 only for a length of 0; {@link Status#WOULD_BLOCK}, {@link Status#END_OF_STREAM}, {@link
     *     Status#NOT_CONNECTED}, {@link Status#CLOSED}; or why the connection failed
     */
    public int receive(MutableDirectBuffer to, int offset, int length) {
        int bytes = take(to, null, offset, length, false);
        if (bytes == Status.WOULD_BLOCK && core.pollOnDemand()) {
            bytes = take(to, null, offset, length, false);
        }
        return bytes;
    }

    /**
     * Receives bytes by copying, and waits until there are some.
     *
     * @param timeoutNs longest wait; 0 or less does not wait
     * @return as {@link #receive(MutableDirectBuffer, int, int)}; or {@link Status#EXPIRED} or {@link
     *     Status#INTERRUPTED}
     */
    public int receive(MutableDirectBuffer to, int offset, int length, long timeoutNs) {
        return receive(to, null, offset, length, timeoutNs);
    }

    /** Receives into a byte buffer, from its position to its limit, and moves the position; else as the others. */
    public int receive(ByteBuffer to, long timeoutNs) {
        int bytes = receive(null, to, to.position(), to.remaining(), timeoutNs);
        if (bytes > 0) {
            to.position(to.position() + bytes);
        }
        return bytes;
    }

    private int receive(
            @Nullable MutableDirectBuffer to,
            @Nullable ByteBuffer bytes,
            int offset,
            int length,
            long timeoutNs) {
        int count = take(to, bytes, offset, length, false);
        if (count != Status.WOULD_BLOCK) {
            return count;
        }
        if (timeoutNs <= 0) {
            return core.pollOnDemand() ? take(to, bytes, offset, length, false) : count;
        }
        long startNs = timeoutNs == FOREVER ? 0 : core.nowNs();
        while (true) {
            int waited = await(TO_RECEIVE, left(timeoutNs, startNs));
            count = take(to, bytes, offset, length, false);
            if (count != Status.WOULD_BLOCK) {
                return waited == Status.INTERRUPTED && count == Status.CLOSED ? waited : count;
            }
            if (waited != 0) {
                return waited == Status.WOULD_BLOCK ? Status.EXPIRED : waited;
            }
        }
    }

    /** As {@link #receive(MutableDirectBuffer, int, int)}, and the bytes stay to be read (MSG_PEEK). */
    public int peek(MutableDirectBuffer to, int offset, int length) {
        return take(to, null, offset, length, true);
    }

    private int take(
            @Nullable MutableDirectBuffer to,
            @Nullable ByteBuffer bytes,
            int offset,
            int length,
            boolean isPeek) {
        if (length == 0 && !isClosed()) {
            return 0;
        }
        int state = receiveState;
        if (state != Status.CLOSED && inbox.hasPackets()) {
            int done;
            inbox.enter();
            try {
                done =
                        isPeek
                                ? peekInside(to, bytes, offset, length)
                                : readInside(to, bytes, offset, length);
            } finally {
                inbox.leave();
            }
            if (done > 0) {
                tellIfMuch();
                return done;
            }
        }
        if (hasMore) {
            core.requestReap();
            return inbox.hasPackets()
                    ? take(to, bytes, offset, length, isPeek)
                    : Status.WOULD_BLOCK;
        }
        // The state was read before the inbox was looked into: data comes before the end.
        return state == 0 ? Status.WOULD_BLOCK : state;
    }

    private int readInside(
            @Nullable MutableDirectBuffer to, @Nullable ByteBuffer bytes, int offset, int length) {
        int done = 0;
        int packet = inbox.first();
        while (done < length && packet != PacketBuffers.NONE) {
            int count = Math.min(length - done, buffers.length(packet));
            copy(packet, to, bytes, offset + done, count);
            done += count;
            // Before the packet is put where the holder finds it: he then asks how much was read.
            readBytes(count);
            if (count < buffers.length(packet)) {
                buffers.trimFront(packet, count);
            } else {
                finished(packet);
                packet = inbox.first();
            }
        }
        return done;
    }

    private void copy(
            int packet,
            @Nullable MutableDirectBuffer to,
            @Nullable ByteBuffer bytes,
            int at,
            int count) {
        if (to != null) {
            memory.getBytes(buffers.data(packet), to, at, count);
        } else if (bytes != null) {
            memory.getBytes(buffers.data(packet), bytes, at, count);
        }
    }

    /** The first buffer of the inbox is read: it goes home, and what continues it is the first. */
    private void finished(int packet) {
        int rest = buffers.continuation(packet);
        if (rest == PacketBuffers.NONE) {
            inbox.removeFirst();
            readPackets++;
        } else {
            buffers.continuation(packet, PacketBuffers.NONE);
            inbox.replaceFirst(rest);
        }
        untoldPackets++;
        core.reap(packet, number());
    }

    /** Written before packets are put where the holder finds them, which is a volatile write. */
    private void readBytes(int count) {
        READ_BYTES.setOpaque(this, readBytes + count);
        untoldBytes += count;
    }

    private int peekInside(
            @Nullable MutableDirectBuffer to, @Nullable ByteBuffer bytes, int offset, int length) {
        int done = 0;
        for (int packet = inbox.first();
                done < length && packet != PacketBuffers.NONE;
                packet = inbox.after(packet)) {
            for (int part = packet;
                    done < length && part != PacketBuffers.NONE;
                    part = buffers.continuation(part)) {
                int count = Math.min(length - done, buffers.length(part));
                copy(part, to, bytes, offset + done, count);
                done += count;
            }
        }
        return done;
    }

    /** What was read is told with the next poll; much of it at once, since the peer may wait for the window to open. */
    private void tellIfMuch() {
        if (untoldBytes >= MOST_UNTOLD_BYTES || untoldPackets >= MOST_UNTOLD_PACKETS) {
            untoldBytes = 0;
            untoldPackets = 0;
            core.requestReap();
        }
    }

    /**
     * Receives without copying: the packet with the next bytes, which are its data and that of the buffers that
     * continue it.
     *
     * @return the packet, which the caller gives back by {@link Stack#release}; or an answer of {@link #receive}
     */
    public int receivePacket() {
        int packet = takePacket();
        if (packet == Status.WOULD_BLOCK && core.pollOnDemand()) {
            packet = takePacket();
        }
        return packet;
    }

    private int takePacket() {
        int state = receiveState;
        if (state != Status.CLOSED && inbox.hasPackets()) {
            int packet;
            inbox.enter();
            try {
                packet = inbox.first();
                if (packet != PacketBuffers.NONE) {
                    inbox.removeFirst();
                    readPackets++;
                    untoldPackets++;
                    readBytes(wholeLength(packet));
                }
            } finally {
                inbox.leave();
            }
            if (packet != PacketBuffers.NONE) {
                core.readers.put(this);
                tellIfMuch();
                return packet;
            }
        }
        if (hasMore) {
            core.requestReap();
            return inbox.hasPackets() ? takePacket() : Status.WOULD_BLOCK;
        }
        return state == 0 ? Status.WOULD_BLOCK : state;
    }

    private int wholeLength(int packet) {
        int length = 0;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            length += buffers.length(part);
        }
        return length;
    }

    // Sending.

    /**
     * Sends bytes by copying, without waiting. What fits a segment is taken whole or not at all while there is
     * memory for it; of longer sends of several threads pieces may stand between each other.
     *
     * @param length ≥ 0
     * @return how many were taken, fewer than {@code length} if there was no room for more; {@link
     *     Status#WOULD_BLOCK} if there was none, {@link Status#NOT_CONNECTED}, {@link Status#CLOSED}; or why the
     *     connection failed
     */
    public int send(DirectBuffer from, int offset, int length) {
        if (length <= core.settings.unlockedThreshold() && core.tryEnter()) {
            return sendAndLeave(from, offset, length);
        }
        return sendPrepared(from, offset, length);
    }

    /**
     * Sends all bytes by copying, and waits for room.
     *
     * @param timeoutNs longest wait; 0 or less does not wait
     * @return {@code length}; fewer if the time was over or the connection ended in between; or, if none were
     *     taken, an answer of {@link #send(DirectBuffer, int, int)}, {@link Status#EXPIRED} or {@link
     *     Status#INTERRUPTED}
     */
    public int send(DirectBuffer from, int offset, int length, long timeoutNs) {
        int sent = send(from, offset, length);
        if (sent == length || timeoutNs <= 0 || (sent < 0 && sent != Status.WOULD_BLOCK)) {
            return sent;
        }
        int done = Math.max(0, sent);
        long startNs = timeoutNs == FOREVER ? 0 : core.nowNs();
        while (true) {
            int waited = await(TO_SEND, left(timeoutNs, startNs));
            int more = waited < 0 ? waited : send(from, offset + done, length - done);
            if (more > 0) {
                done += more;
                if (done == length) {
                    return done;
                }
            } else if (more != Status.WOULD_BLOCK || waited < 0) {
                int answer = more == Status.WOULD_BLOCK ? Status.EXPIRED : more;
                return done > 0 ? done : answer;
            }
        }
    }

    /** Sends from a byte buffer, from its position to its limit, and moves the position; else as the others. */
    public int send(ByteBuffer from, long timeoutNs) {
        // The view is seldom on the heap: it does not leave the calls below.
        int sent =
                send(
                        new UnsafeBuffer(from, from.position(), from.remaining()),
                        0,
                        from.remaining(),
                        timeoutNs);
        if (sent > 0) {
            from.position(from.position() + sent);
        }
        return sent;
    }

    /** Held, and no more afterwards. */
    private int sendAndLeave(DirectBuffer from, int offset, int length) {
        int answer;
        try {
            answer = sendHeld(from, offset, length);
        } finally {
            core.flushAndLeave();
        }
        return answer;
    }

    private int sendHeld(DirectBuffer from, int offset, int length) {
        if (isClosed()) {
            return Status.CLOSED;
        }
        int sent = connection.send(from, offset, length, core.nowNs);
        if (sent == Status.WOULD_BLOCK && sendState == 0) {
            // Acknowledgments that make room may be waiting.
            core.pollHeld();
            sent = connection.send(from, offset, length, core.nowNs);
        }
        if (sent < length && sent >= Status.WOULD_BLOCK) {
            hasRoom = false;
        }
        SEND_ROOM.setOpaque(this, connection.sendable());
        core.countSend();
        return sent;
    }

    private int sendPrepared(DirectBuffer from, int offset, int length) {
        int done = 0;
        while (done < length) {
            int room = (int) SEND_ROOM.getOpaque(this) - (int) DEFERRED_BYTES.getOpaque(this);
            int first =
                    sendState != 0 || room <= 0
                            ? PacketBuffers.NONE
                            : prepare(from, offset + done, Math.min(room, length - done));
            if (first == PacketBuffers.NONE) {
                return done + sendWithLock(from, offset + done, length - done, done > 0);
            }
            int bytes = core.deferred.bytes(first);
            int answer = sendOrLeave(first, bytes);
            if (answer < 0) {
                return done > 0 ? done : answer;
            }
            done += bytes;
        }
        return done;
    }

    /** There is no room, or no packet, that is known of without the lock. */
    private int sendWithLock(DirectBuffer from, int offset, int length, boolean isRest) {
        core.enter();
        int sent = sendAndLeave(from, offset, length);
        return isRest ? Math.max(0, sent) : sent;
    }

    /** {@return packets with the first bytes, whose number is in the first; or NONE if there are no packets} */
    private int prepare(DirectBuffer from, int offset, int length) {
        int first = PacketBuffers.NONE;
        int last = PacketBuffers.NONE;
        int done = 0;
        for (int i = 0; i < MOST_PACKETS && done < length; i++) {
            int packet = core.takeUnlocked();
            if (packet == PacketBuffers.NONE) {
                break;
            }
            int bytes = Math.min(segmentBytes, length - done);
            memory.putBytes(buffers.append(packet, bytes), from, offset + done, bytes);
            done += bytes;
            if (first == PacketBuffers.NONE) {
                first = packet;
            } else {
                buffers.next(last, packet);
            }
            last = packet;
        }
        if (first != PacketBuffers.NONE) {
            core.deferred.write(first, number(), done);
        }
        return first;
    }

    /** {@return 0, or why the packets, which are gone, were not taken} */
    private int sendOrLeave(int first, int bytes) {
        DEFERRED_BYTES.getAndAdd(this, bytes);
        int answer = core.enterOrLeave(first);
        if (answer == StackLock.LEFT) {
            return 0;
        }
        if (answer == StackLock.FULL) {
            core.enter();
            core.counters.increment(StackCounter.DEFERRALS_REFUSED);
        }
        try {
            int refusal = sendPackets(first);
            core.countSend();
            return refusal;
        } finally {
            core.flushAndLeave();
        }
    }

    @Override
    boolean sendLeft(int first) {
        return sendPackets(first) == 0;
    }

    /** Held: answers 0, or why the packets, which are gone, were not taken. */
    private int sendPackets(int first) {
        DEFERRED_BYTES.getAndAdd(this, -core.deferred.bytes(first));
        if (isClosed()) {
            core.releaseAll(first);
            return Status.CLOSED;
        }
        int refusal = connection.sendPrepared(first, core.nowNs);
        int room = connection.sendable();
        if (room <= 0) {
            hasRoom = false;
            // Asks to be told when there is room.
            connection.wantRoom(core.nowNs);
        }
        SEND_ROOM.setOpaque(this, room);
        return refusal;
    }

    /**
     * Sends a packet without copying: one from {@link Stack#packet}, or one that was received, whose data is
     * what is to be sent.
     *
     * @param packet alone, with 128 bytes of head-room and no more data than {@link #segmentBytes}; it is the
     *     stack's if the answer is 0
     * @return 0, or an answer of {@link #send(DirectBuffer, int, int)}, and the packet is the caller's as it was
     * @throws IllegalArgumentException if the packet is not like that
     */
    public int sendPacket(int packet) {
        int length = buffers.length(packet);
        if (length > segmentBytes
                || buffers.headroom(packet) < PacketBuffers.HEADROOM
                || buffers.continuation(packet) != PacketBuffers.NONE) {
            throw new IllegalArgumentException(
                    ("packet %d has %d bytes of data and %d of head-room; expected %d at most, and %d, and"
                                    + " nothing that continues it")
                            .formatted(
                                    packet,
                                    length,
                                    buffers.headroom(packet),
                                    segmentBytes,
                                    PacketBuffers.HEADROOM));
        }
        int state = sendState;
        if (state != 0) {
            return state;
        }
        if ((int) SEND_ROOM.getOpaque(this) - (int) DEFERRED_BYTES.getOpaque(this) <= 0
                && lookForRoom() <= 0) {
            return Status.WOULD_BLOCK;
        }
        buffers.next(packet, PacketBuffers.NONE);
        core.deferred.write(packet, number(), length);
        // From here on the packet is gone, as are bytes that were taken when a connection fails.
        sendOrLeave(packet, length);
        return 0;
    }

    private int lookForRoom() {
        core.enter();
        try {
            core.pollHeld();
            int room = connection.sendable();
            SEND_ROOM.setOpaque(this, room);
            if (room <= 0) {
                hasRoom = false;
                connection.wantRoom(core.nowNs);
            }
            return room;
        } finally {
            core.flushAndLeave();
        }
    }

    /** {@return the most bytes that one packet takes to the peer} It may shrink when the path's MTU does. */
    public int segmentBytes() {
        return segmentBytes;
    }

    // Ending.

    /**
     * Sends the end of the stream after what was sent. Receiving goes on.
     *
     * @return 0, {@link Status#NOT_CONNECTED}, {@link Status#CLOSED}, or why the connection failed
     */
    public int shutdownOutput() {
        core.enter();
        try {
            if (isClosed()) {
                return Status.CLOSED;
            }
            int answer = connection.shutdownOutput(core.nowNs);
            if (answer == 0) {
                sendState = Status.CLOSED;
                ready(Readiness.WRITABLE);
            }
            return answer;
        } finally {
            core.flushAndLeave();
        }
    }

    /**
     * Receives no more: what has come is dropped, and so is what comes; reads answer the end of the stream.
     *
     * @return 0, {@link Status#NOT_CONNECTED} or {@link Status#CLOSED}
     */
    public int shutdownInput() {
        core.enter();
        try {
            if (isClosed()) {
                return Status.CLOSED;
            }
            int answer = connection.shutdownInput(core.nowNs);
            if (answer == 0) {
                hasMore = false;
                receiveState = Status.END_OF_STREAM;
                emptyHeld();
                ready(Readiness.READABLE | Readiness.READ_HANG_UP);
            }
            return answer;
        } finally {
            core.flushAndLeave();
        }
    }

    /**
     * Closes. What was sent still goes out, and the connection finishes by itself; unless there is data that
     * nobody has read, or the option SO_LINGER says 0: then it is reset (RFC 2525, section 2.17). With a linger
     * time the call waits for that, but no longer; as on Linux the connection then goes on finishing by itself.
     */
    @Override
    public void close() {
        if (!beginClosing()) {
            return;
        }
        long waitNs = lingerNs;
        boolean isLingering = waitNs > 0 && !Thread.currentThread().isInterrupted();
        core.enter();
        try {
            emptyInboxHeld(false);
            connection.linger(waitNs);
            connection.close(core.nowNs);
            endHeld(!isLingering);
            emptyHeld();
        } finally {
            core.flushAndLeave();
        }
        if (isLingering) {
            core.progress().await(this, TO_END, waitNs, Spinning.UNSET);
            core.enter();
            connection.attachment(null);
            core.leave();
        }
    }

    /**
     * Opens fast where the peer has given a cookie (TCP_FASTOPEN_CONNECT; RFC 7413), from the next {@link #connect} on:
     * that then answers at once that it is connected, and what is sent first goes with the SYN, or alone after
     * 200 ms. The peer may, rarely, get it twice.
     */
    public void fastOpen(boolean on) {
        set(SocketOption.TCP_FASTOPEN_CONNECT, on ? 1 : 0);
    }

    /** Resets the connection: the peer is told, and nothing more is sent. Else as {@link #close}. */
    public void abort() {
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
        connection.abort(core.nowNs);
        connection.close(core.nowNs);
        endHeld(true);
        emptyHeld();
    }

    private void endHeld(boolean isForgotten) {
        sendState = Status.CLOSED;
        receiveState = Status.CLOSED;
        hasMore = false;
        if (isForgotten) {
            connection.attachment(null);
        }
        closedHeld();
    }

    /** Held: drops what nobody has read. */
    private void emptyHeld() {
        emptyInboxHeld(true);
        account();
    }

    /** Held: whoever reads is done first. Only then is it known what was read. */
    private void emptyInboxHeld(boolean isDropped) {
        inbox.enter();
        try {
            account();
            for (int packet = isDropped ? inbox.first() : PacketBuffers.NONE;
                    packet != PacketBuffers.NONE;
                    packet = inbox.first()) {
                readBytes(wholeLength(packet));
                inbox.removeFirst();
                readPackets++;
                core.pool.release(packet);
            }
        } finally {
            inbox.leave();
        }
    }

    // From the engine, held.

    /** Something has happened to the connection: constants of {@link TcpEvents}. */
    void changed(int what) {
        int ready = 0;
        if ((what & TcpEvents.CONNECTED) != 0) {
            core.counters.increment(StackCounter.CONNECTS);
            established();
            core.publisher().connected(this, "connected");
            ready |= Readiness.WRITABLE;
        }
        if ((what & (TcpEvents.READABLE | TcpEvents.END_OF_INPUT | TcpEvents.FAILED)) != 0
                && !isClosed()) {
            deliver();
            ready |= Readiness.READABLE;
        }
        if ((what & TcpEvents.WRITABLE) != 0) {
            SEND_ROOM.setOpaque(this, connection.sendable());
            segmentBytes = Math.min(connection.maximumSegmentSize(), buffers.dataCapacity());
            hasRoom = true;
            ready |= Readiness.WRITABLE;
        }
        if ((what & TcpEvents.END_OF_INPUT) != 0) {
            ready |= Readiness.READ_HANG_UP;
        }
        if ((what & (TcpEvents.FAILED | TcpEvents.CLOSED)) != 0) {
            ready |= ended(what);
        }
        if ((what & TcpEvents.URGENT) != 0) {
            ready |= Readiness.READABLE;
        }
        ready(ready);
    }

    private int ended(int what) {
        if ((what & TcpEvents.CLOSED) != 0) {
            isEnded = true;
        }
        if (isClosed()) {
            return 0;
        }
        if (sendState == Status.WOULD_BLOCK) {
            core.counters.increment(StackCounter.CONNECTS_FAILED);
            core.publisher().connected(this, Status.text(connection.sendState()));
        }
        sendState = connection.sendState();
        hasRoom = true;
        int failed = connection.error() != 0 ? Readiness.ERROR : 0;
        return failed | Readiness.HANG_UP | Readiness.READABLE | Readiness.WRITABLE;
    }

    private void established() {
        segmentBytes = Math.min(connection.maximumSegmentSize(), buffers.dataCapacity());
        SEND_ROOM.setOpaque(this, connection.sendable());
        hasRoom = true;
        receiveState = 0;
        // After a Fast Open the user may have ended the output before.
        sendState = connection.sendState();
    }

    /** A connection that was just accepted: what has happened to it was not told. */
    void adopt() {
        core.counters.increment(StackCounter.ACCEPTS);
        openedNs = core.nowNs;
        core.publisher().accepted(this);
        established();
        sendState = connection.sendState();
        deliver();
    }

    private void deliver() {
        int most =
                Math.max(
                        MOST_PACKETS,
                        (2 * connection.receiveBuffer() + ROOM_FOR_SMALL) / buffers.bufferLength());
        while (handedPackets - accountedPackets < most) {
            int packet = connection.handOver();
            if (packet == PacketBuffers.NONE) {
                hasMore = false;
                int after = connection.receiveState();
                if (after != Status.WOULD_BLOCK) {
                    receiveState = after;
                }
                return;
            }
            handedPackets++;
            inbox.put(packet);
        }
        hasMore = true;
    }

    @Override
    void account() {
        long read = (long) READ_BYTES.getOpaque(this);
        accountedPackets = readPackets;
        int bytes = (int) (read - accountedBytes);
        if (bytes > 0) {
            accountedBytes = read;
            connection.handedConsumed(bytes, core.nowNs);
        }
        if (hasMore && !isClosed()) {
            deliver();
            ready(Readiness.READABLE);
        }
    }

    // For who waits.

    @Override
    protected boolean isReady(int what) {
        if (what == TO_END) {
            return isEnded;
        }
        if (isClosed()) {
            return true;
        }
        return switch (what) {
            case TO_RECEIVE -> inbox.hasPackets() || receiveState != 0 || hasMore;
            case TO_SEND -> hasRoom || (sendState != 0 && sendState != Status.WOULD_BLOCK);
            default -> sendState != Status.WOULD_BLOCK;
        };
    }

    @Override
    public int readiness() {
        int ready = 0;
        int receiving = receiveState;
        int sending = sendState;
        if (inbox.hasPackets()
                || hasMore
                || (receiving != 0 && receiving != Status.NOT_CONNECTED)) {
            ready |= Readiness.READABLE;
        }
        if ((sending == 0 && hasRoom)
                || (sending != 0
                        && sending != Status.WOULD_BLOCK
                        && sending != Status.NOT_CONNECTED)) {
            ready |= Readiness.WRITABLE;
        }
        if (receiving == Status.END_OF_STREAM) {
            ready |= Readiness.READ_HANG_UP;
        }
        if (isFailure(sending)) {
            ready |= Readiness.ERROR | Readiness.HANG_UP;
        } else if (receiving == Status.END_OF_STREAM && sending == Status.CLOSED) {
            ready |= Readiness.HANG_UP;
        }
        return ready;
    }

    private static boolean isFailure(int state) {
        return state <= Status.RESET;
    }

    // What it is like.

    /** {@return the bytes that can be read now without waiting} If there are none the NIC is polled once. */
    public int available() {
        int bytes = availableNow();
        return bytes == 0 && receiveState == 0 && core.pollOnDemand() ? availableNow() : bytes;
    }

    private int availableNow() {
        core.enter();
        try {
            account();
            return isClosed() ? 0 : connection.available();
        } finally {
            core.leave();
        }
    }

    /** {@return what Linux's TCP_INFO tells} */
    public TcpInfo info() {
        core.enter();
        try {
            account();
            return connection.info(core.nowNs);
        } finally {
            core.leave();
        }
    }

    /**
     * Says what {@link #close} does with data that is not acknowledged (SO_LINGER).
     *
     * @param timeNs −1, the default: it is sent in the background; 0: the connection is reset; else close waits as long
     */
    public void linger(long timeNs) {
        lingerNs = timeNs;
    }

    /**
     * Chooses the congestion control (TCP_CONGESTION): cubic, newreno, bbr or dctcp. Once the connection is open the
     * new one starts from the present window.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public void congestionControl(String control) {
        core.enter();
        try {
            connection.congestionControl(control);
        } finally {
            core.leave();
        }
    }

    /** {@return the congestion control that it has, or will have when it opens} */
    public String congestionControl() {
        core.enter();
        try {
            return connection.congestionControl();
        } finally {
            core.leave();
        }
    }

    /** {@return the linger time, or −1} */
    public long linger() {
        return lingerNs;
    }

    /** Held: answers when the connection began. */
    long openedNs() {
        return openedNs;
    }

    /** Held. */
    TcpConnection connection() {
        return connection;
    }

    @Override
    @Nullable InetSocketAddress localHeld() {
        return address(connection.localHigh(), connection.localLow(), connection.localPort());
    }

    @Override
    @Nullable InetSocketAddress remoteHeld() {
        return address(connection.remoteHigh(), connection.remoteLow(), connection.remotePort());
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
