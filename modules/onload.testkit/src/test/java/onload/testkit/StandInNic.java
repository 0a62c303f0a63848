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

/** The simplest NIC that conforms, and one fault on request: to test the conformance suite itself. */
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
        MAKES_GARBAGE
    }

    private static final int MTU = 1500;
    private static final int RING = 64;

    private final Fault fault;
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
    private boolean closed = true;
    private NicCounters counters = new NicCounters();
    private @Nullable PacketPool pool;
    private byte[] garbage = new byte[0];

    StandInNic(Fault fault) {
        this.fault = fault;
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
    public void sendFromPeer(byte[] frame) {
        frames++;
        if (fault == Fault.LOSES_EVERY_TENTH_FRAME && frames % 10 == 0) {
            return;
        }
        if (postedCount == 0) {
            counters.increment(NicCounter.RECEIVE_DROPPED_NO_BUFFER);
            return;
        }
        int packet = posted[--postedCount];
        PacketBuffers buffers = pool().buffers();
        buffers.memory().putBytes(buffers.append(packet, frame.length), frame);
        buffers.frameLength(packet, frame.length);
        if (fault == Fault.CHANGES_THE_LAST_BYTE) {
            buffers.memory().putByte(buffers.data(packet) + frame.length - 1, (byte) 0);
        }
        received[receivedCount++] = packet;
        if (fault == Fault.WAKES_WITHOUT_PRIMING || (armed && fault != Fault.LOSES_THE_WAKE_UP)) {
            armed = false;
            signalled = true;
            counters.increment(NicCounter.WAKE_UPS);
        }
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
        Set<NicFeature> none = EnumSet.noneOf(NicFeature.class);
        return new NicCapabilities(MTU, 1, RING, RING, 0, 0, none);
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
            counters.add(NicCounter.RECEIVED_BYTES, pool().buffers().length(packet));
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
        PacketBuffers buffers = pool().buffers();
        if (buffers.continuation(packet) != PacketBuffers.NONE
                || buffers.length(packet) > MTU + 14) {
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
        PacketBuffers buffers = pool().buffers();
        for (int i = 0; i < queuedCount; i++) {
            int packet = queued[i];
            counters.increment(NicCounter.TRANSMITTED_FRAMES);
            counters.add(NicCounter.TRANSMITTED_BYTES, buffers.length(packet));
            if (atPeer.size() < 200) {
                atPeer.add(bytes(packet));
            }
            if (fault != Fault.FORGETS_A_COMPLETION || i != 1) {
                sent[sentCount++] = packet;
            }
        }
        queuedCount = 0;
    }

    private byte[] bytes(int packet) {
        byte[] frame = new byte[pool().buffers().length(packet)];
        pool().buffers().memory().getBytes(pool().buffers().data(packet), frame);
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
