package onload.bench;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;

import java.util.Set;

/**
 * A NIC that costs next to nothing, so that what is above it is measured: it delivers packets that it was given back
 * without touching their bytes, and what it is to send it has sent when asked.
 */
final class RecyclingNic implements VirtualInterface {
    private static final int MTU = 1500;
    private static final int RING = 512;
    private static final long MAC = 0x02_00_00_00_00_01L;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final NicCounters counters = new NicCounters();
    private final int[] incoming;
    private final int[] ends;
    private final int[] outgoing = new int[RING];
    private int incomingCount;
    private int outgoingCount;

    RecyclingNic(PacketPool pool, int frames) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.incoming = new int[frames];
        this.ends = new int[pool.capacity()];
    }

    /** Takes a packet that will come in by the next poll, whole again. */
    void recycle(int packet) {
        int start = PacketBuffers.METADATA_LENGTH + PacketBuffers.HEADROOM;
        int end = buffers.data(packet) + buffers.length(packet) - buffers.position(packet);
        if (ends[packet] == 0) {
            ends[packet] = end;
        }
        buffers.place(packet, start, ends[packet] - start);
        incoming[incomingCount++] = packet;
    }

    /** Releases what was sent; answers how many frames that were. */
    int complete() {
        int sent = outgoingCount;
        for (int i = 0; i < sent; i++) {
            pool.release(outgoing[i]);
        }
        outgoingCount = 0;
        return sent;
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
        int due = Math.min(incomingCount, limit);
        incomingCount = 0;
        // Each takes the place of the one before it: the transport gives it back within the call.
        for (int i = 0; i < due; i++) {
            events.received(incoming[i]);
        }
        return due;
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
        return incomingCount == 0;
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
        for (int i = 0; i < incomingCount; i++) {
            pool.release(incoming[i]);
        }
        incomingCount = 0;
    }
}
