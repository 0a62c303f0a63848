package onload.nic.emulated.wire;

import onload.nic.counter.Counters;
import onload.nic.emulated.EmulatedCounters;
import onload.nic.emulated.EmulatedPath;
import onload.nic.emulated.LinkCounter;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.VirtualInterface;

/**
 * One direction of a {@link Wire}: its counters, for any thread, and within the package what carries its frames, for
 * the wire's thread.
 *
 * <p>A frame that has arrived and finds the far NIC not ready stays in the path with those behind it. One that has
 * waited for longer than the wire is patient, while nothing went out, is dropped, so that what is late is not sent
 * long after.
 */
public final class WireDirection {
    /** Most frames that one call delivers: twice as many as one call takes in, as each may be duplicated. */
    private static final int MAX_FRAMES = 2 * WireEnd.MAX_EVENTS;

    /** How long after a refusal the far NIC is tried again, if it does not say that it is ready. */
    private static final long RETRY_NS = 20_000;

    private final EmulatedPath path;
    private final VirtualInterface far;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final long patienceNs;
    private final Counters<WireCounter> counters =
            new Counters<>("a direction of a wire", WireCounter.values());

    /** A frame that has left the path and waits for room in the transmit ring. */
    private int held = PacketBuffers.NONE;

    private long heldSinceNs;

    /** Whether the far NIC has refused a frame since it took one. */
    private boolean isStuck;

    private long stuckSinceNs;

    /** Whether the last call left a frame that is due. */
    private boolean isWaiting;

    private long retryNs;

    WireDirection(EmulatedPath path, VirtualInterface far, long patienceNs) {
        this.path = path;
        this.far = far;
        this.pool = far.pool();
        this.buffers = pool.buffers();
        this.patienceNs = patienceNs;
    }

    /** {@return what happened at the two ends} */
    public Counters<WireCounter> counters() {
        return counters;
    }

    /** {@return what happened in between} */
    public EmulatedCounters<LinkCounter> impairments() {
        return path.counters();
    }

    /** {@return the frames that were received, and neither transmitted nor dropped} For the wire's thread. */
    public int framesInFlight() {
        return path.framesInFlight() + (held == PacketBuffers.NONE ? 0 : 1);
    }

    @Override
    public String toString() {
        return (counters + " " + path.counters()).strip();
    }

    /** Takes a frame in, which stays the caller's. */
    void send(long nowNs, PacketBuffers from, int packet) {
        long before = path.counters().get(LinkCounter.ENTERED_BYTES);
        path.send(nowNs, from, packet);
        counters.increment(WireCounter.RECEIVED_FRAMES);
        counters.add(
                WireCounter.RECEIVED_BYTES,
                path.counters().get(LinkCounter.ENTERED_BYTES) - before);
    }

    /** Hands what has arrived to the far NIC, without the doorbell; answers how many frames it got rid of. */
    int deliver(long nowNs) {
        isWaiting = false;
        int done = 0;
        while (done < MAX_FRAMES && (held != PacketBuffers.NONE || path.next(nowNs))) {
            if (held == PacketBuffers.NONE && !load()) {
                if (isWorthWaiting(nowNs, path.arrivedNs())) {
                    break;
                }
                path.remove();
                counters.increment(WireCounter.DROPPED_NO_BUFFER);
            } else if (!transmit(nowNs)) {
                break;
            }
            done++;
        }
        return done;
    }

    /** Moves the frame that has arrived into buffers of the far NIC's pool; false if there are not enough. */
    private boolean load() {
        int length = path.length();
        int first = pool.allocate(PacketPool.SEND);
        if (first == PacketBuffers.NONE) {
            return false;
        }
        int last = first;
        int at = fill(first, 0, length);
        while (at < length) {
            int more = pool.allocate(PacketPool.SEND);
            if (more == PacketBuffers.NONE) {
                pool.release(first);
                return false;
            }
            buffers.continuation(last, more);
            at = fill(more, at, length);
            last = more;
        }
        buffers.frameLength(first, length);
        held = first;
        heldSinceNs = path.arrivedNs();
        path.remove();
        return true;
    }

    private int fill(int packet, int at, int length) {
        int bytes = Math.min(length - at, buffers.dataCapacity());
        path.read(at, buffers.memory(), buffers.append(packet, bytes), bytes);
        return at + bytes;
    }

    /** Transmits or drops the frame that is held; false if it waits on. */
    private boolean transmit(long nowNs) {
        int bytes = buffers.frameLength(held);
        int answer = far.transmit(held);
        if (answer == 0) {
            isStuck = false;
            held = PacketBuffers.NONE;
            counters.increment(WireCounter.TRANSMITTED_FRAMES);
            counters.add(WireCounter.TRANSMITTED_BYTES, bytes);
            return true;
        }
        if (answer == VirtualInterface.RING_FULL && isWorthWaiting(nowNs, heldSinceNs)) {
            return false;
        }
        drop(
                switch (answer) {
                    case VirtualInterface.RING_FULL -> WireCounter.DROPPED_RING_FULL;
                    case VirtualInterface.TOO_LONG -> WireCounter.DROPPED_TOO_LONG;
                    default -> WireCounter.DROPPED_CLOSED;
                });
        return true;
    }

    private void drop(WireCounter why) {
        pool.release(held);
        held = PacketBuffers.NONE;
        counters.increment(why);
    }

    /** Since when counts for both: a frame that is late because nobody called has not waited for the NIC yet. */
    private boolean isWorthWaiting(long nowNs, long arrivedNs) {
        if (!isStuck) {
            isStuck = true;
            stuckSinceNs = nowNs;
            counters.increment(WireCounter.WAITS);
        }
        isWaiting = nowNs - stuckSinceNs < patienceNs || nowNs - arrivedNs < patienceNs;
        retryNs = nowNs + RETRY_NS;
        return isWaiting;
    }

    long nextDueNs() {
        return isWaiting ? retryNs : path.nextDueNs();
    }

    void close() {
        if (held != PacketBuffers.NONE) {
            drop(WireCounter.DROPPED_CLOSED);
        }
        path.close();
    }
}
