package onload.tcp;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;

/** A NIC whose wire a test holds: whole frames in and out, and a transmit ring that jams on request. */
final class WireNic implements VirtualInterface, WakeUp {
    private static final int RING = 256;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final long macAddress;
    private final int mtu;
    private final NicCounters counters = new NicCounters();
    private final Deque<Integer> posted = new ArrayDeque<>();
    private final Deque<Integer> received = new ArrayDeque<>();
    private final Deque<Integer> queued = new ArrayDeque<>();
    private final Deque<Integer> sent = new ArrayDeque<>();
    private final Deque<byte[]> atPeer = new ArrayDeque<>();
    private boolean isJammed;
    private boolean isHolding;
    private boolean isClosed;

    WireNic(PacketPool pool, long macAddress, int mtu) {
        this.pool = pool;
        buffers = pool.buffers();
        this.macAddress = macAddress;
        this.mtu = mtu;
    }

    // For the test.

    /** Puts a frame on the wire. */
    void inject(byte[] frame) {
        int packet = posted.remove();
        buffers.memory().putBytes(buffers.append(packet, frame.length), frame);
        buffers.frameLength(packet, frame.length);
        received.add(packet);
    }

    /** {@return the next frame that was sent; of no bytes if there is none} */
    byte[] takeFrame() {
        byte[] frame = atPeer.poll();
        return frame == null ? new byte[0] : frame;
    }

    /** The transmit ring takes nothing any more, or again. */
    void jam(boolean jammed) {
        isJammed = jammed;
    }

    /** What is sent goes on the wire, but its buffers do not come back until this is off again. */
    void hold(boolean hold) {
        isHolding = hold;
    }

    boolean hasEvents() {
        return !received.isEmpty() || (!sent.isEmpty() && !isHolding);
    }

    // As a NIC.

    @Override
    public NicCapabilities capabilities() {
        return new NicCapabilities(mtu, 1, RING, RING, 0, 0, EnumSet.noneOf(NicFeature.class));
    }

    @Override
    public long macAddress() {
        return macAddress;
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
        return !isClosed;
    }

    @Override
    public int poll(long nowNs, NicEvents events, int limit) {
        int count = 0;
        while (count < limit && !isHolding && !sent.isEmpty()) {
            events.transmitted(sent.remove());
            count++;
        }
        while (count < limit && !received.isEmpty()) {
            int packet = received.remove();
            buffers.timestampNs(packet, nowNs);
            events.received(packet);
            count++;
        }
        return count;
    }

    @Override
    public int post(int limit) {
        int count = 0;
        while (!isClosed && count < limit && posted.size() < RING) {
            int packet = pool.allocate(PacketPool.RECEIVE);
            if (packet == PacketBuffers.NONE) {
                break;
            }
            posted.add(packet);
            count++;
        }
        return count;
    }

    @Override
    public int transmit(int packet) {
        if (isClosed) {
            return CLOSED;
        }
        if (isJammed || queued.size() + sent.size() == RING) {
            return RING_FULL;
        }
        if (buffers.length(packet) > mtu + 22) {
            return TOO_LONG;
        }
        queued.add(packet);
        return 0;
    }

    @Override
    public void ring(long nowNs) {
        while (!queued.isEmpty()) {
            int packet = queued.remove();
            byte[] frame = new byte[buffers.length(packet)];
            buffers.memory().getBytes(buffers.data(packet), frame);
            atPeer.add(frame);
            sent.add(packet);
        }
    }

    @Override
    public boolean prime() {
        return !hasEvents();
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
        return false;
    }

    @Override
    public void signal() {
        // Nobody waits.
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
        isClosed = true;
        for (Deque<Integer> each : java.util.List.of(posted, received, queued, sent)) {
            each.forEach(pool::release);
            each.clear();
        }
    }
}
