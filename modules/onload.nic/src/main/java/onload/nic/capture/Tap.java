package onload.nic.capture;

import onload.nic.packet.PacketBuffers;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;

import org.agrona.BufferUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The place where one capture takes the frames of one interface: copies them into a ring, or counts
 * them where it is full.
 *
 * <p>Made by the thread that starts the capture and then used by the one that owns the interface,
 * which is the producer of the ring; the writer is its consumer. The ring is memory of the garbage
 * collector: whoever still holds a tap that has ended may go on filling it.
 *
 * <p>A received frame is copied before the stack is told of it. A transmitted frame is copied after
 * the doorbell, which it does not delay, and before its buffer can come back by an event: the
 * buffers that were queued are remembered until then, and one that comes back without a doorbell,
 * because the NIC dropped it, is copied as it does.
 */
final class Tap implements NicEvents {
    /** The value of a time that there is not yet. */
    static final long NO_TIME = Long.MIN_VALUE;

    private static final NicEvents NOBODY =
            new NicEvents() {
                @Override
                public void received(int packet) {}

                @Override
                public void transmitted(int packet) {}
            };

    private final PacketBuffers buffers;
    private final OneToOneRingBuffer ring;
    private final int snapLength;

    private final int[] queued;
    private int queuedCount;

    private long droppedSinceCopy;
    private NicEvents events = NOBODY;
    private long nowNs;

    // Written by the owner of the interface alone, so that a plain read and an ordered write add.
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong firstNs = new AtomicLong(NO_TIME);
    private final AtomicLong lastNs = new AtomicLong(NO_TIME);

    /**
     * Makes a tap with a ring of its own.
     *
     * @param buffers the buffers of the interface
     * @param transmitRing frames that may be queued between two doorbells
     */
    Tap(PacketBuffers buffers, int transmitRing, int ringBytes, int snapLength) {
        this.buffers = buffers;
        this.queued = new int[transmitRing];
        this.snapLength = snapLength;
        this.ring =
                new OneToOneRingBuffer(
                        new UnsafeBuffer(
                                BufferUtil.allocateDirectAligned(
                                        ringBytes + RingBufferDescriptor.TRAILER_LENGTH, 64)));
    }

    /** {@return the ring, for its consumer} */
    OneToOneRingBuffer ring() {
        return ring;
    }

    /**
     * {@return the frames that came by; any thread; at least those that it has seen from the ring}
     */
    long seen() {
        return seen.getAcquire();
    }

    /** {@return those of them that were not copied; any thread} */
    long dropped() {
        return dropped.getAcquire();
    }

    /** {@return the time of the first poll or doorbell, or {@link #NO_TIME}; any thread} */
    long firstNs() {
        return firstNs.getOpaque();
    }

    /** {@return the time of the last poll or doorbell, or {@link #NO_TIME}; any thread} */
    long lastNs() {
        return lastNs.getOpaque();
    }

    /** Polls an interface for somebody who does not notice. */
    int poll(VirtualInterface nic, long timeNs, NicEvents listener, int limit) {
        passed(timeNs);
        events = listener;
        nowNs = timeNs;
        try {
            return nic.poll(timeNs, this, limit);
        } finally {
            events = NOBODY;
        }
    }

    @Override
    public void received(int packet) {
        copy(FrameRecord.RECEIVED, packet, buffers.timestampNs(packet));
        events.received(packet);
    }

    @Override
    public void transmitted(int packet) {
        if (queuedCount > 0) {
            copyIfQueued(packet);
        }
        events.transmitted(packet);
    }

    @Override
    public void linkChanged(boolean up) {
        events.linkChanged(up);
    }

    /** A frame was queued, and goes out with the next doorbell. */
    void queued(int packet) {
        if (queuedCount < queued.length) {
            queued[queuedCount++] = packet;
        } else {
            // The NIC took more than its ring has; there is no telling when this one comes back.
            countSeen();
            drop();
        }
    }

    /** The doorbell was rung. */
    void rang(long timeNs) {
        passed(timeNs);
        int count = queuedCount;
        queuedCount = 0;
        for (int i = 0; i < count; i++) {
            copy(FrameRecord.TRANSMITTED, queued[i], timeNs);
        }
    }

    private void copyIfQueued(int packet) {
        for (int i = 0; i < queuedCount; i++) {
            if (queued[i] == packet) {
                copy(FrameRecord.TRANSMITTED, packet, nowNs);
                queuedCount--;
                System.arraycopy(queued, i + 1, queued, i, queuedCount - i);
                return;
            }
        }
    }

    private void copy(int direction, int packet, long timeNs) {
        countSeen();
        int frameLength = frameLength(packet);
        int length = Math.min(frameLength, snapLength);
        int index = ring.tryClaim(direction, FrameRecord.DATA_OFFSET + length);
        if (index < 0) {
            drop();
            return;
        }
        AtomicBuffer record = ring.buffer();
        FrameRecord.write(record, index, timeNs, droppedSinceCopy, frameLength);
        gather(record, index + FrameRecord.DATA_OFFSET, packet, length);
        ring.commit(index);
        droppedSinceCopy = 0;
    }

    /**
     * Counted over the buffers of a chain and not read from the first, so that there are as many
     * bytes.
     */
    private int frameLength(int packet) {
        int length = buffers.length(packet);
        int continuation = buffers.continuation(packet);
        while (continuation != PacketBuffers.NONE) {
            length += buffers.length(continuation);
            continuation = buffers.continuation(continuation);
        }
        return length;
    }

    private void gather(AtomicBuffer target, int index, int packet, int length) {
        int buffer = packet;
        int copied = 0;
        while (copied < length) {
            int part = Math.min(buffers.length(buffer), length - copied);
            target.putBytes(index + copied, buffers.memory(), buffers.data(buffer), part);
            copied += part;
            buffer = buffers.continuation(buffer);
        }
    }

    private void passed(long timeNs) {
        if (firstNs.getPlain() == NO_TIME) {
            firstNs.setOpaque(timeNs);
        }
        lastNs.setOpaque(timeNs);
    }

    /** Before the commit of the frame's record, so that a reader of the record sees the count. */
    private void countSeen() {
        seen.setRelease(seen.getPlain() + 1);
    }

    private void drop() {
        droppedSinceCopy++;
        dropped.setRelease(dropped.getPlain() + 1);
    }
}
