package onload.nic.capture;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;

import org.agrona.collections.IntArrayQueue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An interface with nothing behind it: frames arrive when a test says so, and transmitted ones are
 * sent with the doorbell. It makes no garbage but for what a test asks for.
 */
final class StubInterface implements VirtualInterface {
    static final int TRANSMIT_RING = 64;
    static final long MAC_ADDRESS = 0x02_0000_0000_02L;
    static final long BITS_PER_SECOND = 10_000_000_000L;

    private static final WakeUp WAKE_UP =
            new WakeUp() {
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
            };

    private final PacketPool pool;
    private final NicCounters counters = new NicCounters();
    private final IntArrayQueue arrived = new IntArrayQueue(PacketBuffers.NONE);
    private final IntArrayQueue queued = new IntArrayQueue(PacketBuffers.NONE);
    private final IntArrayQueue completed = new IntArrayQueue(PacketBuffers.NONE);

    /** Whether {@link #sent} is kept. */
    boolean remembers = true;

    final List<byte[]> sent = new ArrayList<>();
    int transmitRing = TRANSMIT_RING;
    boolean closed;
    int doorbells;

    StubInterface(PacketPool pool) {
        this.pool = pool;
    }

    /** A frame comes in, spread over as many buffers as it takes. */
    void arrive(byte[] frame, long timestampNs) {
        int first = fill(frame, pool.buffers().dataCapacity(), PacketPool.RECEIVE);
        pool.buffers().timestampNs(first, timestampNs);
        arrived.addInt(first);
    }

    /** A buffer that was filled by somebody else comes in. */
    void arrive(int packet) {
        arrived.addInt(packet);
    }

    /** {@return a frame to transmit, in buffers of at most so many bytes of data each} */
    int frame(byte[] frame, int partBytes) {
        return fill(frame, partBytes, PacketPool.CONTROL);
    }

    private int fill(byte[] frame, int partBytes, int share) {
        PacketBuffers buffers = pool.buffers();
        int first = pool.allocate(share);
        int current = first;
        int copied = 0;
        while (true) {
            int part = Math.min(partBytes, frame.length - copied);
            buffers.memory().putBytes(buffers.append(current, part), frame, copied, part);
            copied += part;
            if (copied == frame.length) {
                break;
            }
            int next = pool.allocate(share);
            buffers.continuation(current, next);
            current = next;
        }
        buffers.frameLength(first, frame.length);
        return first;
    }

    /** {@return the bytes of a frame, over all its buffers} */
    byte[] bytes(int packet) {
        PacketBuffers buffers = pool.buffers();
        byte[] frame =
                new byte
                        [buffers.continuation(packet) == PacketBuffers.NONE
                                ? buffers.length(packet)
                                : buffers.frameLength(packet)];
        int at = 0;
        for (int buffer = packet;
                buffer != PacketBuffers.NONE;
                buffer = buffers.continuation(buffer)) {
            buffers.memory().getBytes(buffers.data(buffer), frame, at, buffers.length(buffer));
            at += buffers.length(buffer);
        }
        return frame;
    }

    /** The link goes down: what is queued comes back without having been sent. */
    void giveBackQueued() {
        while (!queued.isEmpty()) {
            completed.addInt(queued.pollInt());
        }
    }

    @Override
    public int poll(long nowNs, NicEvents events, int limit) {
        int count = 0;
        while (count < limit && !(completed.isEmpty() && arrived.isEmpty())) {
            count++;
            if (completed.isEmpty()) {
                events.received(arrived.pollInt());
            } else {
                events.transmitted(completed.pollInt());
            }
        }
        return count;
    }

    @Override
    public int transmit(int packet) {
        if (closed) {
            return CLOSED;
        }
        if (queued.size() == transmitRing) {
            return RING_FULL;
        }
        queued.addInt(packet);
        return 0;
    }

    @Override
    public void ring(long nowNs) {
        doorbells++;
        while (!queued.isEmpty()) {
            int packet = queued.pollInt();
            if (remembers) {
                sent.add(bytes(packet));
            }
            completed.addInt(packet);
        }
    }

    @Override
    public void close() {
        closed = true;
        release(arrived);
        release(queued);
        release(completed);
    }

    private void release(IntArrayQueue packets) {
        while (!packets.isEmpty()) {
            pool.release(packets.pollInt());
        }
    }

    @Override
    public NicCapabilities capabilities() {
        return new NicCapabilities(
                9000,
                1,
                64,
                TRANSMIT_RING,
                0,
                BITS_PER_SECOND,
                Set.of(NicFeature.RECEIVE_SCATTER, NicFeature.TRANSMIT_GATHER));
    }

    @Override
    public long macAddress() {
        return MAC_ADDRESS;
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
    public int post(int limit) {
        return 0;
    }

    @Override
    public boolean prime() {
        return arrived.isEmpty() && completed.isEmpty();
    }

    @Override
    public WakeUp wakeUp() {
        return WAKE_UP;
    }

    @Override
    public int addFilter(Filter filter) {
        return FILTER_UNSUPPORTED;
    }

    @Override
    public boolean removeFilter(int filter) {
        return false;
    }
}
