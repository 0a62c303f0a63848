package onload.sockets;

import onload.sockets.counter.StackCounter;
import onload.sockets.progress.Progress;
import onload.sockets.progress.Spinning;
import onload.sockets.progress.Waitable;
import onload.wire.IpAddress;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What all sockets of a {@link Stack} have in common.
 *
 * <p>Any thread may use any socket at any time. Calls without a time-out never wait; those with one wait for as
 * long as it says, and end early when another thread closes the socket ({@link Status#CLOSED}) or the calling
 * thread is interrupted ({@link Status#INTERRUPTED}, which closes the socket, as a channel of java.nio would;
 * unless {@link #outlastInterrupts} says otherwise).
 * Platform and virtual threads may wait.
 */
public abstract sealed class Socket extends Waitable implements AutoCloseable
        permits TcpSocket, TcpServerSocket, UdpSocket {
    /** A time-out that never ends. */
    public static final long FOREVER = Long.MAX_VALUE;

    // What threads wait for.
    static final int TO_RECEIVE = 1;
    static final int TO_SEND = 2;
    static final int TO_CONNECT = 3;
    static final int TO_END = 4;

    private static final PollerKey[] NO_KEYS = {};
    private static final VarHandle MARKED_READ;

    static {
        try {
            MARKED_READ =
                    MethodHandles.lookup()
                            .findVarHandle(Socket.class, "isMarkedRead", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final StackCore core;

    /** The socket before this one among {@link ReadSockets}, who own it. */
    @Nullable Socket readBefore;

    private final int number;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile PollerKey[] keys = NO_KEYS;
    private volatile long spinNs = Spinning.UNSET;
    private volatile boolean isOutlasting;
    private final OptionValues options;
    private volatile @Nullable Object attachment;

    @SuppressWarnings("unused") // by MARKED_READ
    private volatile boolean isMarkedRead;

    /** Set when the engine's socket is closed: nothing more is delivered. Written by the holder. */
    private volatile boolean isClosed;

    Socket(StackCore core, int number, SocketOption.Kind kind) {
        this.core = core;
        this.number = number;
        options = new OptionValues(this, kind);
    }

    // For everybody.

    /** {@return whether it was not closed} */
    public final boolean isOpen() {
        return !closing.get();
    }

    /** {@return the local address and port; or null while there is none} */
    public final @Nullable InetSocketAddress localAddress() {
        core.enter();
        try {
            return localHeld();
        } finally {
            core.leave();
        }
    }

    /** {@return the peer's address and port; or null while there is none} */
    public final @Nullable InetSocketAddress remoteAddress() {
        core.enter();
        try {
            return remoteHeld();
        } finally {
            core.leave();
        }
    }

    /**
     * Sets how long calls that wait poll before they sleep (SO_BUSY_POLL), where that is not as the stack says.
     * What the thread says by {@link Spinning#ofThisThread(long)} comes first.
     *
     * @param budgetNs ≥ 0, {@link Spinning#FOREVER} or {@link Spinning#UNSET}
     * @throws IllegalArgumentException if it is something else
     */
    public final void spin(long budgetNs) {
        if (budgetNs < Spinning.UNSET) {
            throw new IllegalArgumentException(
                    "a socket cannot be polled for %d ns; expected 0 or more, or UNSET"
                            .formatted(budgetNs));
        }
        spinNs = budgetNs;
    }

    /**
     * Sets whether an interrupt of a platform thread leaves its wait alone, as sockets of java.net have it: the
     * thread goes on waiting, and has its interrupt status again when the call ends. Virtual threads end their wait
     * in any case, which closes the socket.
     */
    public final void outlastInterrupts(boolean isOutlasting) {
        this.isOutlasting = isOutlasting;
    }

    /**
     * Sets an option.
     *
     * @param value in the unit that Linux has for it; 1 or 0 for a switch
     * @return 0, or {@link Status#CLOSED}
     * @throws UnsupportedOperationException if it is not honoured; the message says why and what to do instead
     * @throws IllegalArgumentException if it has no such value; the message says what was expected
     */
    public final int set(SocketOption option, long value) {
        core.enter();
        try {
            if (isClosed) {
                return Status.CLOSED;
            }
            options.set(option, value);
            return 0;
        } finally {
            core.flushAndLeave();
        }
    }

    /**
     * {@return the value of an option, in the unit that Linux has for it}
     *
     * @throws UnsupportedOperationException if it is not honoured; the message says why and what to do instead
     */
    public final long get(SocketOption option) {
        core.enter();
        try {
            return options.get(option);
        } finally {
            core.leave();
        }
    }

    /** Held. */
    final OptionValues options() {
        return options;
    }

    /** {@return what the program has attached} */
    public final @Nullable Object attachment() {
        return attachment;
    }

    /** Attaches whatever the program knows the socket by. */
    public final void attachment(@Nullable Object attached) {
        attachment = attached;
    }

    /** {@return what a {@link Poller} would tell now: bits of {@link Readiness}} True a moment ago. */
    public abstract int readiness();

    /**
     * Closes. Threads that wait in a call of this socket come back with {@link Status#CLOSED}. A second call
     * does nothing.
     */
    @Override
    public abstract void close();

    // For the room.

    final int number() {
        return number;
    }

    /** {@return whether the caller is the one who closes it} */
    final boolean beginClosing() {
        return closing.compareAndSet(false, true);
    }

    final boolean isClosed() {
        return isClosed;
    }

    /** Held: the socket is gone for the stack, and who waits for it is woken. */
    final void closedHeld() {
        isClosed = true;
        core.publisher().closed(this);
        core.sockets.remove(number);
        core.counters.increment(StackCounter.SOCKETS_CLOSED);
        core.wakes.of(this);
        for (PollerKey key : keys) {
            key.cancel();
        }
        keys = NO_KEYS;
    }

    /** Held: tells pollers and threads that wait. */
    final void ready(int what) {
        if (what != 0) {
            for (PollerKey key : keys) {
                key.signal(what);
                core.wakes.of(key.poller());
            }
        }
        core.wakes.of(this);
    }

    /** Held: answers whether it was added. It is not to a socket that is closed. */
    final boolean add(PollerKey key) {
        if (isClosed) {
            return false;
        }
        PollerKey[] more = Arrays.copyOf(keys, keys.length + 1);
        more[keys.length] = key;
        keys = more;
        return true;
    }

    /** Held. */
    final void remove(PollerKey key) {
        keys = Arrays.stream(keys).filter(each -> each != key).toArray(PollerKey[]::new);
    }

    /**
     * Waits.
     *
     * @return 0; or {@link Status#WOULD_BLOCK} if there is no time-out, {@link Status#EXPIRED}, {@link
     *     Status#INTERRUPTED}
     */
    final int await(int what, long timeoutNs) {
        if (timeoutNs <= 0) {
            return Status.WOULD_BLOCK;
        }
        boolean isUninterrupted = isOutlasting && !Thread.currentThread().isVirtual();
        int outcome =
                isUninterrupted
                        ? outlast(what, timeoutNs)
                        : core.progress().await(this, what, timeoutNs, spinNs);
        if (outcome == Progress.INTERRUPTED) {
            close();
            return Status.INTERRUPTED;
        }
        return outcome == Progress.READY ? 0 : Status.EXPIRED;
    }

    /** Takes the interrupt status while it waits, and restores it. */
    private int outlast(int what, long timeoutNs) {
        long startNs = timeoutNs == FOREVER ? 0 : core.nowNs();
        boolean wasInterrupted = false;
        int outcome;
        do {
            wasInterrupted |= Thread.interrupted();
            outcome = core.progress().await(this, what, left(timeoutNs, startNs), spinNs);
        } while (outcome == Progress.INTERRUPTED);
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
        return outcome;
    }

    /** {@return what is left of a time-out} */
    final long left(long timeoutNs, long startNs) {
        return timeoutNs == FOREVER ? FOREVER : Math.max(0, timeoutNs - (core.nowNs() - startNs));
    }

    static @Nullable InetSocketAddress address(long high, long low, int port) {
        return port == 0
                ? null
                : new InetSocketAddress(IpAddress.of(high, low).toInetAddress(), port);
    }

    static IpAddress of(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(
                    "%s is not resolved; expected an address, such as 192.0.2.1"
                            .formatted(address));
        }
        return IpAddress.of(address.getAddress());
    }

    /** {@return whether it is the unspecified address of IPv4} */
    static boolean isAnyIpv4(IpAddress address) {
        return address.high() == 0 && address.low() == Ipv6Address.mappedLow(0);
    }

    // Held, from the stack.

    abstract @Nullable InetSocketAddress localHeld();

    abstract @Nullable InetSocketAddress remoteHeld();

    /**
     * Sends what was left for the holder.
     *
     * @param packet the first of it, which is this method's
     * @return whether it was taken
     */
    abstract boolean sendLeft(int packet);

    /** {@return whether it was marked} For {@link ReadSockets}. */
    final boolean markRead(boolean isMarked) {
        return (boolean) MARKED_READ.getAndSet(this, isMarked);
    }

    /** Takes into account what users have read since the last time. */
    abstract void account();

    /** Closes at once, since the stack does. */
    abstract void abortHeld();
}
