package onload.linux.event;

import onload.linux.Architecture;
import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits on a device that is readable as long as it has something, and on signals, and wakes for the device only when
 * somebody has armed it. State machine.
 *
 * <p>Any thread arms, signals and closes; one thread waits at a time. Its own words are written with the order of
 * volatile fields, since arming and going to sleep look at each other's: who arms writes {@code isArmed} and then reads
 * {@code isWaitingUnarmed}, who waits writes and reads them the other way round, so that one of the two sees the other.
 */
public final class ArmedWait implements AutoCloseable {
    private static final int POLLIN = 1;

    /** {@code EFD_CLOEXEC | EFD_NONBLOCK} of include/uapi/linux/eventfd.h. */
    private static final int EVENT_FLAGS = 0x8_0000 | 0x800;

    private static final int EPOLL_CLOEXEC = 0x8_0000;
    private static final int EPOLL_CTL_ADD = 1;

    /** Offsets of two {@code struct pollfd} (include/uapi/asm-generic/poll.h), a {@code timespec} and a counter. */
    private static final int EVENT_FD = 0;

    private static final int EVENT_EVENTS = 4;
    private static final int EVENT_REVENTS = 6;
    private static final int DEVICE_FD = 8;
    private static final int DEVICE_EVENTS = 12;
    private static final int DEVICE_REVENTS = 14;
    private static final int SECONDS = 16;
    private static final int NANOSECONDS = 24;
    private static final int DRAINED = 32;
    private static final int ONE = 40;
    private static final int ARGUMENTS_LENGTH = 48;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** How often who closes looks whether those inside have left. */
    private static final long LEAVING_NS = 20_000;

    /** How often it looks: for a second, since nobody sleeps for less than 30 µs more than was asked for. */
    private static final int LEAVING_LOOKS = 20_000;

    private final Descriptor device;
    private final Descriptor event;
    private final Descriptor both;
    private final SystemCalls waiting = new SystemCalls();
    private final Struct arguments = Struct.lasting(ARGUMENTS_LENGTH);

    /** One {@code struct pollfd} and a {@code timespec} of 0, for the owner of the device. */
    private final Struct now = Struct.lasting(24);

    private final AtomicBoolean isArmed = new AtomicBoolean();
    private final AtomicBoolean isSignalled = new AtomicBoolean();
    private final AtomicLong wakeUps = new AtomicLong();
    private volatile boolean isWaitingUnarmed;

    /** Whether the device has failed for good, as one that was deleted: it would wake us for ever. Who waits. */
    private boolean hasFailed;

    private volatile boolean isClosed;

    /** Who is inside a call with the descriptors; the last one out closes them. */
    private final AtomicInteger inside = new AtomicInteger(1);

    private Interruption interruption = new Interruption();

    /**
     * Makes one.
     *
     * @param device what to wait on, readable as long as it has something; its owner closes it after this
     * @throws LinuxException if there are no more descriptors
     */
    public ArmedWait(Descriptor device) {
        this.device = device;
        SystemCalls calls = new SystemCalls();
        event = Descriptor.checked(calls.call(SystemCall.EVENTFD2, 0, EVENT_FLAGS), "eventfd2");
        try {
            both =
                    Descriptor.checked(
                            calls.call(SystemCall.EPOLL_CREATE1, EPOLL_CLOEXEC), "epoll_create1");
        } catch (RuntimeException e) {
            event.close();
            throw e;
        }
        add(calls, event);
        add(calls, device);
        arguments.bytes().putInt(EVENT_FD, event.number());
        arguments.bytes().putShort(EVENT_EVENTS, (short) POLLIN);
        arguments.bytes().putShort(DEVICE_EVENTS, (short) POLLIN);
        arguments.bytes().putLong(ONE, 1);
    }

    private void add(SystemCalls calls, Descriptor each) {
        // struct epoll_event is packed on x86-64 only: the data is ours, and never read.
        try (Struct description =
                Struct.of(Architecture.required() == Architecture.X86_64 ? 12 : 16)) {
            description.bytes().putInt(0, POLLIN);
            LinuxException.check(
                    calls.call(
                            SystemCall.EPOLL_CTL,
                            both.number(),
                            EPOLL_CTL_ADD,
                            each.number(),
                            description.address()),
                    "epoll_ctl");
        } catch (RuntimeException e) {
            both.close();
            event.close();
            throw e;
        }
    }

    /** {@return a descriptor that is readable with a signal, and whenever the device is, armed or not} */
    public int fileDescriptor() {
        return both.number();
    }

    /** {@return how often the device has woken somebody} */
    public long wakeUps() {
        return wakeUps.get();
    }

    /** {@return whether the device has something now} For its owner; a system call that allocates nothing. */
    public boolean isReadable() {
        UnsafeBuffer look = now.bytes();
        look.putInt(0, device.number());
        look.putInt(4, POLLIN);
        look.putLong(8, 0);
        look.putLong(16, 0);
        long address = now.address();
        return SystemCalls.quick(SystemCall.PPOLL, address, 1, address + 8, 0, 0, 0) > 0
                && (look.getShort(6) & POLLIN) != 0;
    }

    /** Arms it: the device wakes whoever waits, once. */
    public void arm() {
        isArmed.set(true);
        if (isWaitingUnarmed) {
            nudge();
        }
    }

    /** Takes the arming back, for who has found something in the meantime. */
    public void disarm() {
        isArmed.set(false);
    }

    /** Wakes whoever waits, or the next one to wait. */
    public void signal() {
        if (!isSignalled.getAndSet(true)) {
            nudge();
        }
    }

    /** Lets the one that waits look again. */
    private void nudge() {
        if (enter()) {
            // A counter that is full, the only error, is readable, too.
            SystemCalls.quick(
                    SystemCall.WRITE, event.number(), arguments.address() + ONE, 8, 0, 0, 0);
            leave();
        }
    }

    private boolean enter() {
        int before;
        do {
            before = inside.get();
            if (before == 0) {
                return false;
            }
        } while (!inside.compareAndSet(before, before + 1));
        return true;
    }

    private void leave() {
        if (inside.decrementAndGet() == 0) {
            both.close();
            event.close();
        }
    }

    /**
     * Waits for a signal, or for the device once it is armed, and takes what it waited for.
     *
     * @param timeoutNs longest wait in nanoseconds; 0 or less does not wait
     * @return whether there was one
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean await(long timeoutNs) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (isSignalled.getAndSet(false)) {
            return true;
        }
        if (!enter()) {
            return awaitClosed(timeoutNs);
        }
        try {
            return timeoutNs <= 0 ? look(0) : awaitInterruptibly(timeoutNs);
        } finally {
            leave();
        }
    }

    /** There is nothing to wait for but the time. */
    private static boolean awaitClosed(long timeoutNs) throws InterruptedException {
        LockSupport.parkNanos(timeoutNs);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return false;
    }

    private boolean awaitInterruptibly(long timeoutNs) throws InterruptedException {
        interruption.enter();
        boolean isDone = look(timeoutNs);
        if (interruption.leave()) {
            interruption = new Interruption();
            // What was taken is given back: who is interrupted has not been told.
            if (isDone) {
                signal();
            }
            Thread.interrupted();
            throw new InterruptedException();
        }
        return isDone;
    }

    /** Sleeps in the kernel until there is a signal or the time is over, however often it is nudged. */
    private boolean look(long timeoutNs) {
        long leftNs = Math.max(0, timeoutNs);
        arguments.bytes().putLong(SECONDS, leftNs / NANOS_PER_SECOND);
        arguments.bytes().putLong(NANOSECONDS, leftNs % NANOS_PER_SECOND);
        while (true) {
            isWaitingUnarmed = true;
            boolean isArmedNow = isArmed.get();
            isWaitingUnarmed = !isArmedNow;
            boolean watches = isArmedNow && !hasFailed;
            int ready = poll(watches);
            isWaitingUnarmed = false;
            if (ready > 0 && arguments.bytes().getShort(EVENT_REVENTS) != 0) {
                drain();
            }
            if (isSignalled.getAndSet(false)) {
                return true;
            }
            if (watches
                    && ready > 0
                    && arguments.bytes().getShort(DEVICE_REVENTS) != 0
                    && isArmed.getAndSet(false)) {
                hasFailed = (arguments.bytes().getShort(DEVICE_REVENTS) & POLLIN) == 0;
                wakeUps.incrementAndGet();
                return true;
            }
            if (ready == 0 || isClosed || !interruption.isOpen()) {
                return false;
            }
            // Linux leaves what is left of the time in the timespec: the loop goes on with it.
        }
    }

    private int poll(boolean watches) {
        arguments.bytes().putInt(DEVICE_FD, watches ? device.number() : -1);
        // The kernel leaves the answers of the last call where nothing is ready.
        arguments.bytes().putShort(EVENT_REVENTS, (short) 0);
        arguments.bytes().putShort(DEVICE_REVENTS, (short) 0);
        long ready =
                waiting.call(
                        SystemCall.PPOLL,
                        arguments.address(),
                        2,
                        arguments.address() + SECONDS,
                        0,
                        0);
        return ready == -Errno.EINTR ? 1 : (int) Math.max(0, ready);
    }

    private void drain() {
        SystemCalls.quick(
                SystemCall.READ, event.number(), arguments.address() + DRAINED, 8, 0, 0, 0);
    }

    /**
     * Signals once, and waits until nobody is inside, up to a second: a thread that sleeps on a device keeps it open,
     * whoever closes its descriptor. A second call does nothing.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
        }
        signal();
        leave();
        for (int i = 0; i < LEAVING_LOOKS && inside.get() > 0; i++) {
            LockSupport.parkNanos(LEAVING_NS);
        }
    }

    /** Lets {@code Thread.interrupt} reach a thread that is in native code, as channels of java.nio do. */
    private final class Interruption extends AbstractInterruptibleChannel {
        void enter() {
            begin();
        }

        /** {@return whether the thread was interrupted; then this object has served} */
        boolean leave() {
            try {
                end(true);
                return false;
            } catch (ClosedByInterruptException e) {
                return true;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected void implCloseChannel() {
            nudge();
        }
    }
}
