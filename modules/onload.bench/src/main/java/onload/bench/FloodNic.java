package onload.bench;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Set;

/**
 * A NIC under a flood: each poll receives as many frames as it is asked for, copies of those that it was given, one
 * after the other and over again; what it is to send it has sent when it is polled next.
 */
final class FloodNic implements VirtualInterface {
    static final long MAC = 0x02_00_00_00_00_01L;

    private static final int MTU = 1500;
    private static final int RING = 512;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final NicCounters counters = new NicCounters();
    private final int[] outgoing = new int[RING];
    private int outgoingCount;
    private UnsafeBuffer[] frames = new UnsafeBuffer[0];
    private int next;

    FloodNic(PacketPool pool) {
        this.pool = pool;
        this.buffers = pool.buffers();
    }

    /** What comes in from now on; nothing if there are none. */
    void frames(UnsafeBuffer... frames) {
        this.frames = frames.clone();
        next = 0;
    }

    private void complete() {
        for (int i = 0; i < outgoingCount; i++) {
            pool.release(outgoing[i]);
        }
        outgoingCount = 0;
    }

    @Override
    public NicCapabilities capabilities() {
        return new NicCapabilities(MTU, 1, RING, RING, 0, 0, Set.of());
    }

    @Override
    public long macAddress() {
        return MAC;
    }

    @Override
    public NicCounters counters() {
        return counters;
    }

    @Override
    public PacketPool pool() {
        return pool;
    }

    @Override
    public boolean isLinkUp() {
        return true;
    }

    @Override
    public int poll(long nowNs, NicEvents events, int limit) {
        complete();
        if (frames.length == 0) {
            return 0;
        }
        for (int i = 0; i < limit; i++) {
            UnsafeBuffer frame = frames[next];
            next = next + 1 == frames.length ? 0 : next + 1;
            int packet = pool.allocate(PacketPool.RECEIVE);
            int length = frame.capacity();
            buffers.memory().putBytes(buffers.append(packet, length), frame, 0, length);
            buffers.frameLength(packet, length);
            events.received(packet);
        }
        return limit;
    }

    @Override
    public int post(int limit) {
        return 0;
    }

    @Override
    public int transmit(int packet) {
        if (outgoingCount == RING) {
            return RING_FULL;
        }
        outgoing[outgoingCount++] = packet;
        return 0;
    }

    @Override
    public void ring(long nowNs) {}

    @Override
    public boolean prime() {
        return frames.length == 0;
    }

    @Override
    public WakeUp wakeUp() {
        throw new UnsupportedOperationException("nobody waits for this NIC; poll it");
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
        complete();
    }
}
