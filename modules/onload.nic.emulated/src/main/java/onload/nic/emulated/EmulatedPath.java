package onload.nic.emulated;

import onload.nic.packet.PacketBuffers;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * One direction of an emulated cable without a NIC at either end, for whoever carries frames himself: they go in out of
 * packet buffers, and come out when they have arrived, after all that {@link LinkSettings} do to them.
 *
 * <pre>
 * path.send(nowNs, buffers, packet);
 * while (path.next(nowNs)) {
 *     path.read(0, memory, index, path.length());
 *     path.remove();
 * }
 * </pre>
 *
 * <p>Who is not ready for a frame leaves it where it is, in the order of arrival, before those that come later. What
 * is in flight takes the memory of an {@link EmulatedNetwork}, within a bound; what has no room is dropped and counted.
 *
 * <h2>Checksums</h2>
 *
 * <p>A frame that comes from a NIC with {@link PacketBuffers#CHECKSUM_VERIFIED}, or is marked {@link
 * PacketBuffers#CHECKSUM_NEEDED}, may have a TCP or UDP checksum that was never filled in: a kernel leaves it to the
 * NIC, and a virtual NIC has nothing to fill in. It is filled in on the way into the path, before chance strikes, so
 * that damage is found at the far end; one that was right stays as it is. Frames without these flags go through as
 * they are, to the last bit, and no flag is handed through. As everywhere in this package, IPv6 extension headers are
 * not followed, and fragments are let be.
 *
 * <p>Belongs to one thread at a time, except {@link #counters}.
 */
public final class EmulatedPath implements AutoCloseable {
    private static final int FILLS =
            PacketBuffers.CHECKSUM_VERIFIED | PacketBuffers.CHECKSUM_NEEDED;

    /** More buffers than the longest frame has in the smallest buffers. */
    private static final int MAX_PARTS = 512;

    private final EmulatedNetwork network;
    private final EmulatedLink link;
    private final FramesInFlight inFlight;
    private final FrameStore store;
    private final FlowReader reader = new FlowReader();

    private boolean isClosed;

    // The frame that has arrived and is not removed.
    private int frame = FrameStore.NONE;
    private int length;
    private long dueNs;

    private EmulatedPath(LinkSettings settings, long seed, int stream, long storageBytes) {
        this.network = EmulatedNetwork.onVirtualTime(seed, storageBytes);
        // A link leads somewhere; its frames are taken before they reach that NIC, which nobody
        // opens.
        EmulatedNic end = network.addNic(NicSettings.DEFAULT);
        this.link = new EmulatedLink(network, end, 0, settings, RandomStream.derive(seed, stream));
        this.inFlight = network.inFlight();
        this.store = network.store();
    }

    /**
     * {@return a path on which chance does to the n-th frame what it does on the first cable of a network of that
     * seed, from the first device to the second}
     *
     * @param settings what happens to frames
     * @param seed of everything that is left to chance
     * @param storageBytes bytes that frames in flight may take, 0 or more
     * @throws IllegalArgumentException if {@code storageBytes} is negative
     */
    public static EmulatedPath there(LinkSettings settings, long seed, long storageBytes) {
        return new EmulatedPath(settings, seed, 0, storageBytes);
    }

    /**
     * {@return a path as {@link #there}, from the second device to the first}
     *
     * @param settings what happens to frames
     * @param seed of everything that is left to chance
     * @param storageBytes bytes that frames in flight may take, 0 or more
     * @throws IllegalArgumentException if {@code storageBytes} is negative
     */
    public static EmulatedPath back(LinkSettings settings, long seed, long storageBytes) {
        return new EmulatedPath(settings, seed, 1, storageBytes);
    }

    /** {@return what happens to frames} */
    public LinkSettings settings() {
        return link.settings();
    }

    /** Changes what happens to frames from the next one on. */
    public void settings(LinkSettings other) {
        link.settings(other);
    }

    /** {@return the counters, which any thread may read} */
    public EmulatedCounters<LinkCounter> counters() {
        return link.counters();
    }

    /**
     * Takes in a copy of a frame. It enters, and whatever becomes of it then is in the {@link #counters}; after {@link
     * #close} it is lost.
     *
     * @param nowNs the time, never before that of the call before
     * @param buffers the layout of the frame's buffers
     * @param packet the first of them, which stays the caller's
     */
    public void send(long nowNs, PacketBuffers buffers, int packet) {
        int bytes = lengthOf(buffers, packet);
        if (isClosed) {
            entered(bytes, LinkCounter.LOST_LINK_DOWN);
            return;
        }
        if (bytes > FrameStore.MAX_LENGTH) {
            entered(bytes, LinkCounter.DROPPED_TOO_LONG);
            return;
        }
        int copy = store.allocate(bytes);
        if (copy == FrameStore.NONE) {
            entered(bytes, LinkCounter.DROPPED_NO_ROOM);
            return;
        }
        UnsafeBuffer memory = store.memory(copy);
        int offset = store.offset(copy);
        int at = offset;
        for (int part = packet; at < offset + bytes; part = buffers.continuation(part)) {
            memory.putBytes(at, buffers.memory(), buffers.data(part), buffers.length(part));
            at += buffers.length(part);
        }
        if ((buffers.flags(packet) & FILLS) != 0) {
            reader.read(memory, offset, bytes);
            reader.fillChecksum(memory);
        }
        link.enter(nowNs, copy, bytes);
    }

    /** The bytes that are there, whatever the first buffer says about the whole. */
    private static int lengthOf(PacketBuffers buffers, int packet) {
        int bytes = 0;
        int parts = 0;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            bytes += buffers.length(part);
            if (++parts > MAX_PARTS) {
                return FrameStore.MAX_LENGTH + 1;
            }
        }
        return bytes;
    }

    private void entered(int bytes, LinkCounter dropped) {
        link.counters().increment(LinkCounter.ENTERED_FRAMES);
        link.counters().add(LinkCounter.ENTERED_BYTES, bytes);
        link.counters().increment(dropped);
    }

    /**
     * {@return whether a frame has arrived} It stays the one that {@link #length} and {@link #read} are about until
     * {@link #remove}.
     *
     * @param nowNs the time
     */
    public boolean next(long nowNs) {
        if (frame == FrameStore.NONE && inFlight.isDue(nowNs)) {
            inFlight.take();
            frame = inFlight.takenFrame();
            length = inFlight.takenLength();
            dueNs = inFlight.takenDueNs();
        }
        return frame != FrameStore.NONE;
    }

    /** {@return the bytes of the frame that has arrived} */
    public int length() {
        return length;
    }

    /** {@return when it arrived, in nanoseconds} */
    public long arrivedNs() {
        return dueNs;
    }

    /**
     * Copies bytes of the frame that has arrived.
     *
     * @param from the first one, 0 to {@link #length}
     * @param target where to
     * @param index of the first byte there
     * @param bytes how many, 0 to {@link #length} less {@code from}
     * @throws IndexOutOfBoundsException if the frame has fewer, or there is none
     */
    public void read(int from, UnsafeBuffer target, int index, int bytes) {
        if (frame == FrameStore.NONE || from < 0 || bytes < 0 || bytes > length - from) {
            throw new IndexOutOfBoundsException(
                    "%d bytes from %d on cannot be read of a frame of %d"
                            .formatted(bytes, from, frame == FrameStore.NONE ? 0 : length));
        }
        target.putBytes(index, store.memory(frame), store.offset(frame) + from, bytes);
    }

    /** Takes the frame that has arrived out of the path. Does nothing if there is none. */
    public void remove() {
        if (frame != FrameStore.NONE) {
            link.counters().increment(LinkCounter.DELIVERED_FRAMES);
            link.counters().add(LinkCounter.DELIVERED_BYTES, length);
            store.release(frame);
            frame = FrameStore.NONE;
        }
    }

    /**
     * {@return when the next frame arrives, in nanoseconds; or when the one that was not removed did; {@link
     * Long#MAX_VALUE} if none is on its way}
     */
    public long nextDueNs() {
        return frame == FrameStore.NONE ? inFlight.nextDueNs() : dueNs;
    }

    /** {@return the frames that went in and did not come out} */
    public int framesInFlight() {
        return isClosed ? 0 : store.frames();
    }

    /** Loses the frames that are in flight, counted as by a cut, and gives their memory back. Once is enough. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        link.up(false);
        if (frame != FrameStore.NONE) {
            link.counters().increment(LinkCounter.LOST_LINK_DOWN);
            store.release(frame);
            frame = FrameStore.NONE;
        }
        network.close();
    }
}
