package onload.ip;

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
import java.util.Set;

/**
 * A NIC whose wire is in the hands of a test: any bytes come in, in buffers cut where the test says, the transmit ring
 * jams and the link goes away on request. Allocates nothing by itself unless it keeps what is sent.
 */
final class HostileNic implements VirtualInterface, WakeUp {
    private static final int RING = 128;

    private final PacketPool pool;
    private final long macAddress;
    private final int mtu;
    private final boolean scatters;
    private final NicCounters counters = new NicCounters();
    private final int[] posted = new int[RING];
    private final int[] received = new int[RING];
    private final int[] queued = new int[RING];
    private final int[] sent = new int[RING];
    private int postedCount;
    private int receivedCount;
    private int queuedCount;
    private int sentCount;

    private final Deque<byte[]> atPeer = new ArrayDeque<>();
    private boolean keepsFrames = true;
    private boolean isJammed;
    private boolean isClosed;
    private boolean isLinkUp = true;
    private boolean linkSaid = true;
    private int piece;
    private long delivered;
    private long accepted;
    private long lost;

    HostileNic(PacketPool pool, long macAddress, int mtu, boolean scatters) {
        this.pool = pool;
        this.macAddress = macAddress;
        this.mtu = mtu;
        this.scatters = scatters;
    }

    // For the test.

    /** Puts a frame on the wire; false if there was no buffer for it. */
    boolean inject(byte[] frame) {
        int capacity = pool.buffers().dataCapacity();
        int most = piece == 0 ? capacity : Math.min(piece, capacity);
        int pieces = Math.max(1, (frame.length + most - 1) / most);
        boolean fits = pieces == 1 || scatters;
        if (isClosed || !fits || pieces > postedCount || receivedCount == RING) {
            lost++;
            return false;
        }
        received[receivedCount++] = scattered(frame, most, pieces);
        return true;
    }

    private int scattered(byte[] frame, int most, int pieces) {
        PacketBuffers buffers = pool.buffers();
        int next = PacketBuffers.NONE;
        for (int i = pieces - 1; i >= 0; i--) {
            int packet = posted[--postedCount];
            int from = i * most;
            int bytes = Math.min(most, frame.length - from);
            int at = buffers.append(packet, bytes);
            if (bytes > 0) {
                buffers.memory().putBytes(at, frame, from, bytes);
            }
            buffers.continuation(packet, next);
            next = packet;
        }
        buffers.frameLength(next, frame.length);
        return next;
    }

    /** Frames that come in from now on are cut into buffers of so many bytes; 0 for as many as fit. */
    void cutInto(int bytes) {
        piece = bytes;
    }

    /** The transmit ring takes nothing any more, or again. */
    void jam(boolean jammed) {
        isJammed = jammed;
    }

    /** What is sent is kept for {@link #takeFrame}, or not. */
    void keepFrames(boolean keep) {
        keepsFrames = keep;
        atPeer.clear();
    }

    /** The link goes up or down; the layer hears of it by the next poll. */
    void link(boolean up) {
        isLinkUp = up;
    }

    byte[] takeFrame() {
        byte[] frame = atPeer.poll();
        return frame == null ? new byte[0] : frame;
    }

    boolean hasFrame() {
        return !atPeer.isEmpty();
    }

    /** Frames handed to the layer so far. */
    long delivered() {
        return delivered;
    }

    /** Frames taken from the layer so far. */
    long accepted() {
        return accepted;
    }

    /** Frames that found no buffer. */
    long lost() {
        return lost;
    }

    boolean hasEvents() {
        return receivedCount + sentCount > 0;
    }

    // As a NIC.

    @Override
    public NicCapabilities capabilities() {
        Set<NicFeature> features =
                scatters
                        ? EnumSet.of(NicFeature.RECEIVE_SCATTER, NicFeature.TRANSMIT_GATHER)
                        : EnumSet.noneOf(NicFeature.class);
        return new NicCapabilities(mtu, 1, RING, RING, 0, 0, features);
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
        return isLinkUp && !isClosed;
    }

    @Override
    public int poll(long nowNs, NicEvents events, int limit) {
        if (linkSaid != isLinkUp) {
            linkSaid = isLinkUp;
            events.linkChanged(isLinkUp);
        }
        int count = 0;
        while (count < limit && sentCount > 0) {
            events.transmitted(takeFirst(sent, sentCount--));
            count++;
        }
        while (count < limit && receivedCount > 0) {
            int packet = takeFirst(received, receivedCount--);
            pool.buffers().timestampNs(packet, nowNs);
            delivered++;
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
        while (!isClosed && count < limit && postedCount < RING) {
            int packet = pool.allocate(PacketPool.RECEIVE);
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
        if (isClosed) {
            return CLOSED;
        }
        if (isJammed || queuedCount + sentCount == RING) {
            return RING_FULL;
        }
        PacketBuffers buffers = pool.buffers();
        boolean isChain = buffers.continuation(packet) != PacketBuffers.NONE;
        if ((isChain && !scatters) || length(packet) > mtu + 22) {
            return TOO_LONG;
        }
        queued[queuedCount++] = packet;
        accepted++;
        return 0;
    }

    private int length(int packet) {
        PacketBuffers buffers = pool.buffers();
        int length = 0;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            length += buffers.length(part);
        }
        return length;
    }

    @Override
    public void ring(long nowNs) {
        for (int i = 0; i < queuedCount; i++) {
            if (keepsFrames) {
                atPeer.add(bytes(queued[i]));
            }
            sent[sentCount++] = queued[i];
        }
        queuedCount = 0;
    }

    private byte[] bytes(int packet) {
        PacketBuffers buffers = pool.buffers();
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
    public void signal() {}

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
        release(posted, postedCount);
        release(received, receivedCount);
        release(queued, queuedCount);
        release(sent, sentCount);
        postedCount = 0;
        receivedCount = 0;
        queuedCount = 0;
        sentCount = 0;
    }

    private void release(int[] packets, int count) {
        for (int i = 0; i < count; i++) {
            pool.release(packets[i]);
        }
    }
}
