package onload.sockets;

import onload.ip.IpLayer;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;
import onload.sockets.counter.StackCounter;
import onload.sockets.counter.StackCounters;
import onload.sockets.event.LockContentionEvent;
import onload.sockets.lock.LeftWork;
import onload.sockets.lock.Mailbox;
import onload.sockets.lock.PacketStack;
import onload.sockets.lock.StackLock;
import onload.sockets.progress.Driver;
import onload.sockets.progress.Progress;
import onload.sockets.progress.Wakes;
import onload.tcp.TcpConnection;
import onload.tcp.TcpEngine;
import onload.tcp.TcpEvents;
import onload.tcp.TcpListener;
import onload.udp.UdpEngine;
import onload.udp.UdpEvents;

import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The inside of a stack: its lock, what the holder does, and the duty cycle.
 *
 * <p>What is marked <em>held</em> is for the holder of the lock; all else for any thread that does not have it.
 * State machine; its duty cycle is {@link #pollHeld}.
 */
final class StackCore implements Driver, LeftWork, TcpEvents, UdpEvents {
    /** Flag for the holder: packets that were read wait to go home, and windows to open. */
    static final int REAP = 1;

    /** Flag for the holder: the sender of a deferred send wants its acknowledgments. */
    static final int POLL = 2;

    /** Who polls: a thread that was about to sleep for the NIC. */
    private static final int LATE = 5;

    /**
     * A thread that sends so often without a poll in between polls: completions and acknowledgments want to be seen.
     */
    private static final int SENDS_PER_POLL = 64;

    private static final VarHandle LAST_POLL;
    private static final VarHandle POLLS_OF_PROGRAM;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            LAST_POLL = lookup.findVarHandle(StackCore.class, "lastPollNs", long.class);
            POLLS_OF_PROGRAM = lookup.findVarHandle(StackCore.class, "pollsOfProgram", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What a core is made with. */
    record Settings(
            int pollEvents,
            int deferLimit,
            int lockSpins,
            int unlockedPackets,
            int unlockedThreshold,
            int mostSockets,
            int udpReceiveBytes) {}

    final String name;
    final PacketPool pool;
    final PacketBuffers buffers;
    final IpLayer ip;
    final StackCounters counters;
    final DeferredSend deferred;
    final Mailbox reaps;
    final ReadSockets readers = new ReadSockets();
    final SocketTable sockets;
    final Wakes wakes = new Wakes();

    /** Open ones, to be closed with the stack; for any thread. */
    final Set<Poller> pollers = ConcurrentHashMap.newKeySet();

    final Settings settings;
    private final NanoClock clock;
    private final ErrorHandler errors;
    private final PacketStack unlocked;
    private final StackLock lock;
    private final int lowStock;

    // Set once, while the stack is being assembled, before any other thread knows of it.
    private @Nullable TcpEngine tcp;
    private @Nullable UdpEngine udp;
    private @Nullable Progress progress;
    private List<VirtualInterface> nics = List.of();
    private @Nullable WakeUp wakeUp;
    private @Nullable Publisher publisher;

    // Held.

    /** The time of what is being done. */
    long nowNs;

    private boolean isClosing;
    private int sendsSincePoll;
    private int pressure;
    private long publishNs = Long.MIN_VALUE;

    // Written by the holder, read by any thread.

    private volatile long nextDeadlineNs = Long.MAX_VALUE;
    private volatile boolean isClosed;
    private long lastPollNs;
    private long pollsOfProgram;

    StackCore(
            String name,
            PacketPool pool,
            IpLayer ip,
            StackCounters counters,
            NanoClock clock,
            ErrorHandler errors,
            Settings settings) {
        this.name = name;
        this.pool = pool;
        this.buffers = pool.buffers();
        this.ip = ip;
        this.counters = counters;
        this.clock = clock;
        this.errors = errors;
        this.settings = settings;
        deferred = new DeferredSend(buffers);
        reaps = new Mailbox(buffers);
        sockets = new SocketTable(settings.mostSockets());
        unlocked = new PacketStack(buffers);
        lowStock = settings.unlockedPackets() / 2;
        lock = new StackLock(this, settings.deferLimit());
        lastPollNs = clock.nanoTime();
        nowNs = lastPollNs;
    }

    void assemble(
            TcpEngine tcpEngine,
            UdpEngine udpEngine,
            Progress stackProgress,
            List<VirtualInterface> interfaces,
            WakeUp first) {
        tcp = tcpEngine;
        udp = udpEngine;
        progress = stackProgress;
        nics = List.copyOf(interfaces);
        wakeUp = first;
    }

    void publisher(Publisher publishing) {
        publisher = publishing;
    }

    /** Held: answers who makes public what the stack does. */
    Publisher publisher() {
        return assembled(publisher);
    }

    /** {@return the NICs, in the order in which they were named} */
    List<VirtualInterface> nics() {
        return nics;
    }

    TcpEngine tcp() {
        return assembled(tcp);
    }

    UdpEngine udp() {
        return assembled(udp);
    }

    Progress progress() {
        return assembled(progress);
    }

    private static <T> T assembled(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the stack is not assembled yet");
        }
        return part;
    }

    int udpReceiveBytes() {
        return settings.udpReceiveBytes();
    }

    /** Held: no socket is opened or accepted from now on. */
    void beginClosing() {
        isClosing = true;
    }

    /** Held: answers whether the stack is closed, or about to be. */
    boolean isClosing() {
        return isClosing;
    }

    boolean isClosed() {
        return isClosed;
    }

    /** Held: a socket is there from now on. */
    void opened(Socket socket) {
        sockets.put(socket);
        publisher().changed(socket);
        counters.increment(StackCounter.SOCKETS_OPENED);
    }

    // The lock.

    /** {@return whether the caller has the lock now} */
    boolean tryEnter() {
        if (!lock.tryLock()) {
            return false;
        }
        nowNs = clock.nanoTime();
        return true;
    }

    /** Waits for the lock. */
    void enter() {
        if (!tryEnter()) {
            LockContentionEvent waiting = LockContentionEvent.begins();
            boolean slept = lock.lock(settings.lockSpins());
            nowNs = clock.nanoTime();
            counters.increment(StackCounter.LOCK_CONTENTIONS);
            if (slept) {
                counters.increment(StackCounter.LOCK_SLEEPS);
            }
            LockContentionEvent.ends(waiting, name);
        }
    }

    /** Takes the lock, or leaves a send; answers as {@link StackLock#lockOrLeave}. Held, if the answer is HELD. */
    int enterOrLeave(int packet) {
        int answer = lock.lockOrLeave(packet);
        if (answer == StackLock.HELD) {
            nowNs = clock.nanoTime();
        }
        return answer;
    }

    /** Held: sends what was queued, and gives the lock up. */
    void flushAndLeave() {
        try {
            ip.flush(nowNs);
        } catch (RuntimeException | Error e) {
            // A NIC that fails does not keep the lock.
            fault(e);
        }
        leave();
    }

    /** Held: gives the lock up, and wakes who is to be woken. */
    void leave() {
        Progress driven = progress();
        boolean isLed = driven.hasLeader();
        if (isLed) {
            publishDeadline();
        }
        countWakeUps();
        @Nullable Thread @Nullable [] woken = Progress.take(wakes);
        lock.unlock();
        driven.wake(woken, wakes);
        if (isLed) {
            driven.deadlineIs(nextDeadlineNs);
        }
    }

    private void countWakeUps() {
        if (wakes.count() > 0) {
            counters.add(StackCounter.WAKE_UPS, wakes.count());
        }
    }

    private void publishDeadline() {
        nextDeadlineNs = Math.min(ip.nextDeadlineNs(), tcp().nextDeadlineNs());
    }

    /** Held, after a send: polls now and then, for a thread that does nothing but send. */
    void countSend() {
        if (++sendsSincePoll >= SENDS_PER_POLL) {
            counters.increment(StackCounter.POLLS_BY_SENDER);
            countPollOfProgram();
            pollHeld();
        }
    }

    // What is left for the holder.

    @Override
    public void link(int item, int before) {
        deferred.link(item, before);
    }

    @Override
    public int linked(int item) {
        return deferred.linked(item);
    }

    @Override
    public void item(int item) {
        counters.increment(StackCounter.DEFERRALS);
        // A holder may have been away for long: what he sends for others goes out now, not when he
        // came.
        nowNs = clock.nanoTime();
        try {
            Socket socket = sockets.find(deferred.socket(item));
            if (socket == null || !socket.sendLeft(item)) {
                counters.increment(StackCounter.DEFERRALS_DROPPED);
            }
            if (socket == null) {
                releaseAll(item);
            }
            ip.flush(nowNs);
        } catch (RuntimeException | Error e) {
            fault(e);
        }
        afterLeftWork();
    }

    @Override
    public void flags(int flags) {
        nowNs = clock.nanoTime();
        try {
            if ((flags & POLL) != 0) {
                counters.increment(StackCounter.POLLS_LEFT);
                pollHeld();
            } else {
                reapHeld();
                ip.flush(nowNs);
            }
        } catch (RuntimeException | Error e) {
            fault(e);
        }
        afterLeftWork();
    }

    /**
     * Held: what was left may have made threads ready or a timer earlier; rare enough to be done with the lock held.
     */
    private void afterLeftWork() {
        Progress driven = progress();
        countWakeUps();
        driven.wake(Progress.take(wakes), wakes);
        if (driven.hasLeader()) {
            publishDeadline();
        }
    }

    /** Held: releases packets linked by next. */
    void releaseAll(int first) {
        for (int packet = first, next; packet != PacketBuffers.NONE; packet = next) {
            next = buffers.next(packet);
            pool.release(packet);
        }
    }

    // Packets without the lock.

    /** {@return an empty packet for what an application sends; or NONE} */
    int takeUnlocked() {
        int packet = unlocked.pop();
        if (packet != PacketBuffers.NONE) {
            buffers.reset(packet);
        }
        return packet;
    }

    /** Gives back packets, linked by next, that were taken without the lock, or that a user has read. */
    void giveBack(int first) {
        for (int packet = first, next; packet != PacketBuffers.NONE; packet = next) {
            next = buffers.next(packet);
            memory().putInt(buffers.controlBlock(packet), SocketTable.NONE);
            reaps.put(packet);
        }
    }

    /** Puts a packet that was read where the holder finds it; he then asks its socket what else it has read. */
    void reap(int packet, int socket) {
        memory().putInt(buffers.controlBlock(packet), socket);
        reaps.put(packet);
    }

    /** Lets whoever has the lock, or the caller if nobody does, bring packets home and open windows. */
    void requestReap() {
        if (lock.lockOrSet(REAP) == StackLock.HELD) {
            nowNs = clock.nanoTime();
            try {
                reapHeld();
            } catch (RuntimeException | Error e) {
                fault(e);
            }
            flushAndLeave();
        }
    }

    UnsafeBuffer memory() {
        return buffers.memory();
    }

    private boolean isReaped() {
        return reaps.isEmpty() && readers.isEmpty();
    }

    private void reapHeld() {
        int packet = reaps.takeAllLastFirst();
        int count = 0;
        while (packet != PacketBuffers.NONE) {
            int next = buffers.next(packet);
            int number = memory().getInt(buffers.controlBlock(packet));
            buffers.next(packet, PacketBuffers.NONE);
            pool.release(packet);
            if (number != SocketTable.NONE) {
                Socket socket = sockets.find(number);
                if (socket != null) {
                    socket.account();
                }
            }
            count++;
            packet = next;
        }
        readers.account();
        counters.add(StackCounter.PACKETS_REAPED, count);
    }

    private void stockUnlocked() {
        for (int missing = settings.unlockedPackets() - unlocked.size(); missing > 0; missing--) {
            int packet = pool.allocate(PacketPool.SEND);
            if (packet == PacketBuffers.NONE) {
                return;
            }
            unlocked.push(packet);
        }
    }

    // The duty cycle.

    /**
     * Held: takes in what has come, does what is due, and sends what was queued; answers how many events there were.
     */
    int pollHeld() {
        nowNs = clock.nanoTime();
        LAST_POLL.setOpaque(this, nowNs);
        if (!isReaped()) {
            reapHeld();
        }
        TcpEngine engine = tcp();
        if (engine.nextDeadlineNs() <= nowNs) {
            engine.advance(nowNs);
        }
        int events = ip.poll(nowNs, settings.pollEvents());
        if (unlocked.size() < lowStock) {
            stockUnlocked();
        }
        sendsSincePoll = 0;
        if (nowNs >= publishNs) {
            publish();
        }
        return events;
    }

    private void publish() {
        publishNs = publisher().publish(nowNs);
        int now = pool.pressure();
        if (now != pressure) {
            counters.increment(StackCounter.PRESSURE_CHANGES);
            publisher().pressure(pressure, now);
            pressure = now;
        }
    }

    /**
     * Polls if nobody has the lock, for a thread of the program that found nothing; answers whether it did. On a
     * dedicated stack there is somebody who does nothing else.
     */
    boolean pollOnDemand() {
        return !progress().isDedicated() && tryPoll(APPLICATION);
    }

    @Override
    public boolean tryPoll(int who) {
        if (!lock.tryLock()) {
            return false;
        }
        pollAndLeave(who);
        return true;
    }

    @Override
    public int poll(int who) {
        enter();
        return pollAndLeave(who);
    }

    private int pollAndLeave(int who) {
        int woken = 0;
        try {
            if (!isClosed) {
                int events = pollHeld();
                count(who, events);
                woken = wakes.count();
            } else {
                // Who spins takes the time from here.
                LAST_POLL.setOpaque(this, clock.nanoTime());
            }
        } catch (RuntimeException | Error e) {
            fault(e);
        }
        leave();
        return woken;
    }

    private void count(int who, int events) {
        if (events == 0) {
            counters.increment(StackCounter.POLLS_IDLE);
        }
        switch (who) {
            case APPLICATION -> {
                counters.increment(StackCounter.POLLS_BY_APPLICATION);
                countPollOfProgram();
            }
            case INTERRUPT -> {
                counters.increment(StackCounter.INTERRUPTS);
                counters.increment(StackCounter.POLLS_BY_SLEEPER);
            }
            case TIMER -> {
                counters.increment(StackCounter.TIMER_WAKE_UPS);
                counters.increment(StackCounter.POLLS_BY_SLEEPER);
            }
            case LATE -> counters.increment(StackCounter.POLLS_BY_SLEEPER);
            case COVER -> {
                counters.increment(StackCounter.COVERS);
                counters.increment(StackCounter.POLLS_BY_SLEEPER);
            }
            default -> {
                if (events > 0) {
                    counters.increment(StackCounter.POLLS_BY_DEDICATED);
                }
            }
        }
    }

    /** Held. */
    private void countPollOfProgram() {
        POLLS_OF_PROGRAM.setOpaque(this, pollsOfProgram + 1);
    }

    @Override
    public int prime() {
        enter();
        boolean isArmed = false;
        try {
            isArmed = armHeld();
        } catch (RuntimeException | Error e) {
            fault(e);
        }
        if (!isArmed) {
            counters.increment(StackCounter.PRIMES_TOO_LATE);
            return pollAndLeave(LATE);
        }
        counters.increment(StackCounter.PRIMES);
        publishDeadline();
        leave();
        return ARMED;
    }

    /** Held: answers whether the wake-ups are armed; they are not if there is something to do first. */
    private boolean armHeld() {
        if (!isReaped()) {
            // Who is about to sleep has just read something, as a rule: that alone is no reason for
            // a poll.
            reapHeld();
            ip.flush(nowNs);
        }
        // Whom reaping has made ready may be the very thread that is about to sleep.
        boolean isArmed = wakes.isEmpty() && ip.nextDeadlineNs() != Long.MIN_VALUE;
        for (VirtualInterface nic : nics) {
            isArmed = isArmed && nic.prime();
        }
        return isArmed;
    }

    @Override
    public long nowNs() {
        return clock.nanoTime();
    }

    @Override
    public long lastPollNs() {
        return (long) LAST_POLL.getOpaque(this);
    }

    @Override
    public long pollsOfProgram() {
        return (long) POLLS_OF_PROGRAM.getOpaque(this);
    }

    @Override
    public long nextDeadlineNs() {
        return nextDeadlineNs;
    }

    @Override
    public WakeUp wakeUp() {
        return assembled(wakeUp);
    }

    @Override
    public void fault(Throwable fault) {
        // Counted without the lock where it must be: a lost count is better than a lost fault.
        counters.increment(StackCounter.FAULTS);
        try {
            errors.onError(fault);
        } catch (RuntimeException | Error e) {
            // A handler that fails has said what it could; the stack goes on.
            counters.increment(StackCounter.FAULTS);
        }
    }

    // What protocols tell, held.

    @Override
    public void changed(TcpConnection connection, int what) {
        if (connection.attachment() instanceof TcpSocket socket) {
            socket.changed(what);
        }
    }

    @Override
    public void acceptable(TcpListener listener) {
        if (listener.attachment() instanceof TcpServerSocket socket) {
            socket.arrived();
        }
    }

    @Override
    public void happened(onload.udp.UdpSocket changed, int what) {
        if (changed.attachment() instanceof UdpSocket socket) {
            socket.happened(what);
        }
    }

    // Closing.

    /** Held: nothing is polled from now on. What is home comes home; answers what is not, in words. */
    String closeHeld() {
        isClosed = true;
        reapHeld();
        for (int packet = unlocked.pop(); packet != PacketBuffers.NONE; packet = unlocked.pop()) {
            pool.release(packet);
        }
        tcp().close(nowNs);
        ip.flush(nowNs);
        ip.close();
        return pool.outstanding();
    }
}
