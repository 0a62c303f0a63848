package onload.nic.emulated.wire;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;

import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/** One end of a wire: takes what its NIC received into the direction that leads away, and keeps buffers posted. */
final class WireEnd implements NicEvents {
    /** Most events that one call takes from the NIC. */
    static final int MAX_EVENTS = 64;

    /** Share of the pool that is not posted, so that what comes from the other end finds buffers: a fourth. */
    private static final int RESERVED_SHARE = 4;

    private final VirtualInterface nic;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final WireDirection away;
    private final int reserved;

    private @Nullable NanoClock clock;
    private long nowNs;
    private boolean wantsBuffers = true;

    WireEnd(VirtualInterface nic, WireDirection away) {
        this.nic = nic;
        this.pool = nic.pool();
        this.buffers = pool.buffers();
        this.away = away;
        this.reserved = reserved(pool);
    }

    /** {@return the buffers of a pool that are kept for frames from the other end} */
    static int reserved(PacketPool pool) {
        return Math.max(1, pool.capacity() / RESERVED_SHARE);
    }

    /** From now on the time goes by itself. */
    void clock(NanoClock real) {
        clock = real;
    }

    int poll(long time) {
        nowNs = time;
        return nic.poll(time, this, MAX_EVENTS);
    }

    @Override
    public void received(int packet) {
        // The frame may have come after the time was read, by as long as this thread was not
        // scheduled in between; with
        // that time its delay would be too short.
        long receivedNs = clock == null ? nowNs : Math.max(nowNs, clock.nanoTime());
        away.send(receivedNs, buffers, packet);
        pool.release(packet);
        wantsBuffers = true;
    }

    @Override
    public void transmitted(int packet) {
        pool.release(packet);
        wantsBuffers = true;
    }

    /** Posts what came home, but for the reserve. */
    void post() {
        if (wantsBuffers) {
            // What is short now comes home with an event, which asks again.
            wantsBuffers = false;
            int spare = pool.available() - reserved;
            if (spare > 0) {
                nic.post(spare);
            }
        }
    }

    /** Ends a duty cycle. */
    void finish(long time) {
        nic.ring(time);
        post();
    }
}
