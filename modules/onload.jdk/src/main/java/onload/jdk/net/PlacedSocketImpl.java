package onload.jdk.net;

import onload.jdk.placement.Accelerable;
import onload.jdk.placement.Acceleration;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** What the implementations for sockets and for server sockets have in common: options by number and by name. */
abstract sealed class PlacedSocketImpl extends SocketImpl implements Accelerable
        permits PlacedSocket, PlacedServerSocket {
    static final String CLOSED = "Socket closed";

    final Acceleration acceleration;
    final KeptOptions options;
    final Object stateLock = new Object();

    /** Longest wait of a read or an accept, 0 for ever. */
    volatile int timeoutMs;

    PlacedSocketImpl(Acceleration acceleration, boolean isServer) {
        this.acceleration = Objects.requireNonNull(acceleration);
        options = new KeptOptions(isServer);
    }

    /** Refuses what is asked of a socket that is not there. */
    abstract void checkOpen() throws SocketException;

    abstract InetAddress localAddress();

    /** Under the state's lock. */
    abstract <T> void set(SocketOption<T> option, T value) throws IOException;

    /** Under the state's lock. */
    abstract <T> T get(SocketOption<T> option) throws IOException;

    abstract void timeout(int milliseconds) throws SocketException;

    abstract void outOfBandInline(boolean isInline) throws SocketException;

    abstract boolean outOfBandInline() throws SocketException;

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return options.supported();
    }

    @Override
    protected <T> void setOption(SocketOption<T> option, T value) throws IOException {
        options.check(option);
        synchronized (stateLock) {
            checkOpen();
            set(option, value);
        }
    }

    @Override
    protected <T> T getOption(SocketOption<T> option) throws IOException {
        if (option.equals(AccelerationOption.ACCELERATED)) {
            return option.type().cast(isAccelerated());
        }
        if (option.equals(AccelerationOption.WHY_NOT_ACCELERATED)) {
            return option.type().cast(whyNotAccelerated());
        }
        options.check(option);
        synchronized (stateLock) {
            checkOpen();
            return get(option);
        }
    }

    @Override
    public void setOption(int option, Object value) throws SocketException {
        synchronized (stateLock) {
            checkOpen();
            try {
                switch (option) {
                    case SO_TIMEOUT -> {
                        int milliseconds = number(value, "SO_TIMEOUT");
                        if (milliseconds < 0) {
                            throw new IllegalArgumentException("timeout < 0");
                        }
                        timeout(milliseconds);
                        timeoutMs = milliseconds;
                    }
                    case SO_OOBINLINE -> outOfBandInline(isOn(value, "SO_OOBINLINE"));
                    default -> setStandard(option, value);
                }
            } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
                throw socketException(e);
            }
        }
    }

    private void setStandard(int option, Object value) throws IOException {
        switch (option) {
            case SO_LINGER ->
                    set(
                            StandardSocketOptions.SO_LINGER,
                            Boolean.FALSE.equals(value) ? -1 : number(value, "SO_LINGER"));
            case IP_TOS -> set(StandardSocketOptions.IP_TOS, number(value, "IP_TOS"));
            case TCP_NODELAY -> set(StandardSocketOptions.TCP_NODELAY, isOn(value, "TCP_NODELAY"));
            case SO_SNDBUF -> set(StandardSocketOptions.SO_SNDBUF, size(value, "SO_SNDBUF"));
            case SO_RCVBUF -> set(StandardSocketOptions.SO_RCVBUF, size(value, "SO_RCVBUF"));
            case SO_KEEPALIVE ->
                    set(StandardSocketOptions.SO_KEEPALIVE, isOn(value, "SO_KEEPALIVE"));
            case SO_REUSEADDR ->
                    set(StandardSocketOptions.SO_REUSEADDR, isOn(value, "SO_REUSEADDR"));
            case SO_REUSEPORT ->
                    set(StandardSocketOptions.SO_REUSEPORT, isOn(value, "SO_REUSEPORT"));
            default -> throw new SocketException("Unknown option " + option);
        }
    }

    @Override
    public Object getOption(int option) throws SocketException {
        synchronized (stateLock) {
            checkOpen();
            try {
                return switch (option) {
                    case SO_TIMEOUT -> timeoutMs;
                    case SO_BINDADDR -> localAddress();
                    case SO_OOBINLINE -> outOfBandInline();
                    case SO_LINGER -> {
                        int seconds = get(StandardSocketOptions.SO_LINGER);
                        yield seconds == -1 ? (Object) false : (Object) seconds;
                    }
                    case IP_TOS -> get(StandardSocketOptions.IP_TOS);
                    case TCP_NODELAY -> get(StandardSocketOptions.TCP_NODELAY);
                    case SO_SNDBUF -> get(StandardSocketOptions.SO_SNDBUF);
                    case SO_RCVBUF -> get(StandardSocketOptions.SO_RCVBUF);
                    case SO_KEEPALIVE -> get(StandardSocketOptions.SO_KEEPALIVE);
                    case SO_REUSEADDR -> get(StandardSocketOptions.SO_REUSEADDR);
                    case SO_REUSEPORT -> get(StandardSocketOptions.SO_REUSEPORT);
                    default -> throw new SocketException("Unknown option " + option);
                };
            } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
                throw socketException(e);
            }
        }
    }

    private static int number(Object value, String option) throws SocketException {
        if (value instanceof Integer number) {
            return number;
        }
        throw new SocketException("Bad value for " + option);
    }

    private static boolean isOn(Object value, String option) throws SocketException {
        if (value instanceof Boolean isOn) {
            return isOn;
        }
        throw new SocketException("Bad value for " + option);
    }

    private static int size(Object value, String option) throws SocketException {
        int bytes = number(value, option);
        if (bytes <= 0) {
            throw new SocketException(option + " <= 0");
        }
        return bytes;
    }

    /** {@return what a program of java.net expects, for anything else} */
    static SocketException socketException(Exception thrown) {
        return thrown instanceof SocketException same
                ? same
                : new SocketException(thrown.getMessage(), thrown);
    }

    /**
     * Takes a lock within a time, whether the thread is interrupted or not.
     *
     * @param timeoutMs longest wait, 0 for ever
     * @return what is left of it in nanoseconds, {@link Long#MAX_VALUE} for ever; 0 or less if the time is over, and
     *     then the lock was not taken
     */
    static long lock(ReentrantLock lock, int timeoutMs) {
        if (timeoutMs == 0) {
            lock.lock();
            return Long.MAX_VALUE;
        }
        long timeoutNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        if (lock.tryLock()) {
            return timeoutNs;
        }
        long startNs = System.nanoTime();
        long leftNs = timeoutNs;
        boolean isTaken = false;
        boolean wasInterrupted = false;
        while (!isTaken && leftNs > 0) {
            try {
                isTaken = lock.tryLock(leftNs, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
            leftNs = timeoutNs - (System.nanoTime() - startNs);
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
        if (isTaken && leftNs <= 0) {
            lock.unlock();
        }
        return leftNs;
    }
}
