package onload.testkit;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;

/**
 * The simplest NIC that conforms, and one fault on request: to test the conformance suite itself. With a large MTU it
 * scatters and gathers.
 */
final class StandInNic implements VirtualInterface, NicFixture, WakeUp {
    /** What the NIC does wrong. */
    enum Fault {
        NONE,
        LOSES_EVERY_TENTH_FRAME,
        REVERSES_RECEIVED_FRAMES,
        CHANGES_THE_LAST_BYTE,
        FORGETS_A_COMPLETION,
        COMPLETES_TWICE,
        IGNORES_THE_LIMIT,
        SENDS_BEFORE_THE_DOORBELL,
        LEAKS_POSTED_BUFFERS_ON_CLOSE,
        WAKES_WITHOUT_PRIMING,
        LOSES_THE_WAKE_UP,
        SLEEPS_ON_WAITING_EVENTS,
        RELEASES_WHAT_IT_REFUSES,
        MAKES_GARBAGE,
        MAKES_GARBAGE_WHEN_RECEIVING,
        REFUSES_WHAT_AN_EVENT_SENDS,
        LOSES_THE_BATCH_ON_AN_EXCEPTION
    }

    static final int USUAL_MTU = 1500;
    static final int JUMBO_MTU = 9000;

    private static final int RING = 64;

    private final Fault fault;
    private final int mtu;
    private final VirtualClock clock = new VirtualClock();
    private final Deque<byte[]> atPeer = new ArrayDeque<>();
    private final int[] posted = new int[RING];
    private final int[] queued = new int[RING];
    private final int[] sent = new int[RING];
    private final int[] received = new int[RING];
    private int postedCount;
    private int queuedCount;
    private int sentCount;
    private int receivedCount;
    private int frames;
    private boolean armed;
    private boolean signalled;
    private boolean polling;
    private boolean closed = true;
    private NicCounters counters = new NicCounters();
    private @Nullable PacketPool pool;
    private byte[] garbage = new byte[0];

    StandInNic(Fault fault, int mtu) {
        this.fault = fault;
        this.mtu = mtu;
    }

    private boolean isJumbo() {
        return mtu > USUAL_MTU;
    }

    @Override
    public VirtualInterface open(PacketPool memory) {
        pool = memory;
        counters = new NicCounters();
        closed = false;
        armed = false;
        signalled = false;
        return this;
    }

    @Override
    public PacketPool pool() {
        if (pool == null) {
            throw new IllegalStateException("not open");
        }
        return pool;
    }

    @Override
    public void sendFromPeer(byte[] original) {
        byte[] frame = original.clone();
        frames++;
        if (fault == Fault.LOSES_EVERY_TENTH_FRAME && frames % 10 == 0) {
            return;
        }
        int capacity = pool().buffers().dataCapacity();
        int parts = (frame.length + capacity - 1) / capacity;
        if (postedCount < parts) {
            counters.increment(NicCounter.RECEIVE_DROPPED_NO_BUFFER);
            return;
        }
        if (fault == Fault.CHANGES_THE_LAST_BYTE) {
            frame[frame.length - 1]++;
        }
        received[receivedCount++] = scattered(frame, capacity);
        if (fault == Fault.WAKES_WITHOUT_PRIMING || (armed && fault != Fault.LOSES_THE_WAKE_UP)) {
            armed = false;
            signalled = true;
            counters.increment(NicCounter.WAKE_UPS);
        }
    }

    private int scattered(byte[] frame, int capacity) {
        PacketBuffers buffers = pool().buffers();
        int next = PacketBuffers.NONE;
        for (int from = (frame.length - 1) / capacity * capacity; from >= 0; from -= capacity) {
            int packet = posted[--postedCount];
            int bytes = Math.min(capacity, frame.length - from);
            buffers.memory().putBytes(buffers.append(packet, bytes), frame, from, bytes);
            buffers.continuation(packet, next);
            next = packet;
        }
        buffers.frameLength(next, frame.length);
        return next;
    }

    @Override
    public byte @Nullable [] receiveAtPeer() {
        return atPeer.poll();
    }

    @Override
    public long nowNs() {
        return clock.nowNs();
    }

    @Override
    public void settle() {
        clock.advance(1000);
    }

    @Override
    public NicCapabilities capabilities() {
        Set<NicFeature> features =
                isJumbo()
                        ? EnumSet.of(NicFeature.RECEIVE_SCATTER, NicFeature.TRANSMIT_GATHER)
                        : EnumSet.noneOf(NicFeature.class);
        return new NicCapabilities(mtu, 1, RING, RING, 0, 0, features);
    }

    @Override
    public long macAddress() {
        return 0x02_00_00_00_00_01L;
    }

    @Override
    public NicCounters counters() {
        return counters;
    }

    @Override
    public boolean isLinkUp() {
        return true;
    }

    @Override
    public int poll(long nowNs, NicEvents events, int limit) {
        polling = true;
        try {
            return deliver(nowNs, events, limit);
        } catch (RuntimeException e) {
            if (fault == Fault.LOSES_THE_BATCH_ON_AN_EXCEPTION) {
                releaseAll(received, receivedCount);
                receivedCount = 0;
            }
            throw e;
        } finally {
            polling = false;
        }
    }

    private int deliver(long nowNs, NicEvents events, int limit) {
        int count = 0;
        int most = fault == Fault.IGNORES_THE_LIMIT ? RING : limit;
        if (fault == Fault.MAKES_GARBAGE) {
            garbage = new byte[garbage.length % 100 + 1];
        }
        while (count < most && sentCount > 0) {
            int packet = takeFirst(sent, sentCount--);
            if (fault == Fault.COMPLETES_TWICE) {
                pool().retain(packet);
                events.transmitted(packet);
            }
            events.transmitted(packet);
            count++;
        }
        while (count < most && receivedCount > 0) {
            int packet =
                    fault == Fault.REVERSES_RECEIVED_FRAMES
                            ? received[--receivedCount]
                            : takeFirst(received, receivedCount--);
            counters.increment(NicCounter.RECEIVED_FRAMES);
            counters.add(NicCounter.RECEIVED_BYTES, pool().buffers().frameLength(packet));
            if (fault == Fault.MAKES_GARBAGE_WHEN_RECEIVING) {
                garbage = new byte[garbage.length % 100 + 1];
            }
            pool().buffers().timestampNs(packet, nowNs);
            events.received(packet);
            count++;
        }
        return count;
    }

    private static int takeFirst(int[] queue, int count) {
        int first = queue[0];
        System.arraycopy(queue, 1, queue, 0, count - 1);
        return first;
    }

    @Override
    public int post(int limit) {
        int count = 0;
        while (!closed && count < limit && postedCount + receivedCount < RING) {
            int packet = pool().allocate(PacketPool.RECEIVE);
            if (packet == PacketBuffers.NONE) {
                break;
            }
            posted[postedCount++] = packet;
            count++;
        }
        return count;
    }

    @Override
    public int transmit(int packet) {
        if (closed) {
            return CLOSED;
        }
        if (fault == Fault.REFUSES_WHAT_AN_EVENT_SENDS && polling) {
            return RING_FULL;
        }
        boolean isChain = pool().buffers().continuation(packet) != PacketBuffers.NONE;
        if ((isChain && !isJumbo()) || length(packet) > mtu + 14) {
            counters.increment(NicCounter.TRANSMIT_REFUSED_TOO_LONG);
            if (fault == Fault.RELEASES_WHAT_IT_REFUSES) {
                pool().release(packet);
            }
            return TOO_LONG;
        }
        if (queuedCount + sentCount == RING) {
            counters.increment(NicCounter.TRANSMIT_REFUSED_RING_FULL);
            return RING_FULL;
        }
        queued[queuedCount++] = packet;
        if (fault == Fault.SENDS_BEFORE_THE_DOORBELL) {
            ring(clock.nowNs());
        }
        return 0;
    }

    @Override
    public void ring(long nowNs) {
        if (closed || queuedCount == 0) {
            return;
        }
        counters.increment(NicCounter.DOORBELLS);
        for (int i = 0; i < queuedCount; i++) {
            int packet = queued[i];
            counters.increment(NicCounter.TRANSMITTED_FRAMES);
            counters.add(NicCounter.TRANSMITTED_BYTES, length(packet));
            if (atPeer.size() < 200) {
                atPeer.add(bytes(packet));
            }
            if (fault != Fault.FORGETS_A_COMPLETION || i != 1) {
                sent[sentCount++] = packet;
            }
        }
        queuedCount = 0;
    }

    private int length(int packet) {
        PacketBuffers buffers = pool().buffers();
        int length = 0;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            length += buffers.length(part);
        }
        return length;
    }

    private byte[] bytes(int packet) {
        PacketBuffers buffers = pool().buffers();
        byte[] frame = new byte[length(packet)];
        int at = 0;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            buffers.memory().getBytes(buffers.data(part), frame, at, buffers.length(part));
            at += buffers.length(part);
        }
        return frame;
    }

    @Override
    public boolean prime() {
        if (receivedCount + sentCount > 0 && fault != Fault.SLEEPS_ON_WAITING_EVENTS) {
            return false;
        }
        armed = true;
        return true;
    }

    @Override
    public WakeUp wakeUp() {
        return this;
    }

    @Override
    public int fileDescriptor() {
        return NO_FILE_DESCRIPTOR;
    }

    @Override
    public boolean await(long timeoutNs) {
        boolean was = signalled;
        signalled = false;
        return was;
    }

    @Override
    public void signal() {
        signalled = true;
    }

    @Override
    public int addFilter(Filter filter) {
        return FILTER_UNSUPPORTED;
    }

    @Override
    public boolean removeFilter(int filter) {
        return false;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        signalled = true;
        if (fault != Fault.LEAKS_POSTED_BUFFERS_ON_CLOSE) {
            releaseAll(posted, postedCount);
        }
        releaseAll(received, receivedCount);
        releaseAll(queued, queuedCount);
        releaseAll(sent, sentCount);
        postedCount = 0;
        receivedCount = 0;
        queuedCount = 0;
        sentCount = 0;
    }

    private void releaseAll(int[] packets, int count) {
        for (int i = 0; i < count; i++) {
            pool().release(packets[i]);
        }
    }
}
