package onload.nic.emulated.wire;

import onload.nic.emulated.EmulatedPath;
import onload.nic.emulated.LinkSettings;
import onload.nic.packet.PacketPool;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;
import onload.wire.EthernetHeader;

import org.agrona.concurrent.NanoClock;

/**
 * Relays between two NICs through the impairments of an emulated cable, in both directions.
 *
 * <pre>
 * try (Wire wire = new Wire(left, right, WireSettings.of(link, seed));
 *         WireThread thread = new WireThread(wire, clock, WireThread.SPIN, errors)) {
 *     thread.start();
 *     …
 * }
 * </pre>
 *
 * <p>The caller opens the NICs, each over a pool of its own that nobody else uses, and closes them after the wire; what
 * they need is in the essay of the package. Frames that are longer than the smaller of the MTUs allows, with the
 * Ethernet header and up to two VLAN tags on top, are dropped as on a link of that MTU.
 *
 * <h2>Duty cycle</h2>
 *
 * <p>{@link #work} does what there is to do and never blocks. Until the next time, the caller spins; or waits for a
 * wake-up of either NIC after {@link #prime}, but not beyond {@link #nextDueNs}. The time is the caller's: on a clock
 * that tests move, the outcome depends on the calls and the seed alone.
 *
 * <p>Belongs to one thread at a time, with both NICs and their pools; counters are for any thread. Nothing is allocated
 * but while more frames are in flight than ever before.
 */
public final class Wire implements AutoCloseable {
    private final VirtualInterface leftNic;
    private final VirtualInterface rightNic;
    private final WireDirection toRight;
    private final WireDirection toLeft;
    private final WireEnd left;
    private final WireEnd right;
    private boolean isClosed;

    /**
     * Makes a wire, and posts the first buffers.
     *
     * @throws IllegalArgumentException if the NICs are one or share a pool, if a pool is too small for frames of the
     *     smaller MTU, or if they need several of its buffers and the NIC does not take such frames; the message says
     *     what to do
     */
    public Wire(VirtualInterface left, VirtualInterface right, WireSettings settings) {
        if (left.pool() == right.pool()) {
            throw new IllegalArgumentException(
                    "a wire cannot have one NIC or one pool at both ends; expected two of each");
        }
        int mtu = Math.min(left.capabilities().mtu(), right.capabilities().mtu());
        checkRoom("left", left, mtu);
        checkRoom("right", right, mtu);
        this.leftNic = left;
        this.rightNic = right;
        this.toRight =
                new WireDirection(
                        EmulatedPath.there(
                                within(settings.toRight(), mtu),
                                settings.seed(),
                                settings.storageBytes()),
                        right,
                        settings.patienceNs());
        this.toLeft =
                new WireDirection(
                        EmulatedPath.back(
                                within(settings.toLeft(), mtu),
                                settings.seed(),
                                settings.storageBytes()),
                        left,
                        settings.patienceNs());
        this.left = new WireEnd(left, toRight);
        this.right = new WireEnd(right, toLeft);
        this.left.post();
        this.right.post();
    }

    private static LinkSettings within(LinkSettings settings, int mtu) {
        int smaller = Math.min(settings.mtu(), Math.max(mtu, LinkSettings.MIN_MTU));
        return settings.toBuilder().mtu(smaller).build();
    }

    private static void checkRoom(String side, VirtualInterface nic, int mtu) {
        PacketPool pool = nic.pool();
        int capacity = pool.buffers().dataCapacity();
        int needed = Math.ceilDiv(mtu + EthernetHeader.MAX_LENGTH, capacity);
        if (needed > WireEnd.reserved(pool)) {
            throw new IllegalArgumentException(
                    "the pool of the %s NIC has %d buffers, and a frame of MTU %d takes %d; expected %d or more"
                            .formatted(side, pool.capacity(), mtu, needed, 4 * needed));
        }
        if (needed > 1
                && !(nic.capabilities().has(NicFeature.RECEIVE_SCATTER)
                        && nic.capabilities().has(NicFeature.TRANSMIT_GATHER))) {
            throw new IllegalArgumentException(
                    "the %s NIC takes frames of one buffer only, and one of MTU %d does not fit %d bytes;"
                                    .formatted(side, mtu, capacity)
                            + " expected a pool of longer buffers, or a smaller MTU");
        }
    }

    /** From now on the time goes by itself, also between the caller's reading of it and the NICs' frames. */
    void clock(NanoClock clock) {
        left.clock(clock);
        right.clock(clock);
    }

    /** {@return the direction from the left NIC to the right one} */
    public WireDirection toRight() {
        return toRight;
    }

    /** {@return the direction from the right NIC to the left one} */
    public WireDirection toLeft() {
        return toLeft;
    }

    /**
     * Takes in what the NICs have received, and hands out what has arrived.
     *
     * @param nowNs the time in nanoseconds, never before that of the call before
     * @return how much was done; 0 if there was nothing to do, and more may be waiting otherwise
     */
    public int work(long nowNs) {
        if (isClosed) {
            return 0;
        }
        int done = left.poll(nowNs) + right.poll(nowNs);
        done += toRight.deliver(nowNs) + toLeft.deliver(nowNs);
        left.finish(nowNs);
        right.finish(nowNs);
        return done;
    }

    /**
     * {@return when {@link #work} has something to do, in nanoseconds, though no NIC says so; {@link Long#MAX_VALUE} if
     * never} After a work that answered 0 it is not before its time.
     */
    public long nextDueNs() {
        return Math.min(toRight.nextDueNs(), toLeft.nextDueNs());
    }

    /**
     * Arms the wake-ups of both NICs.
     *
     * @return whether it is worth waiting for them: false if something is there to be done already
     */
    public boolean prime() {
        return !isClosed && leftNic.prime() && rightNic.prime();
    }

    /** {@return what wakes the wire up when the left NIC has something} For any thread. */
    public WakeUp leftWakeUp() {
        return leftNic.wakeUp();
    }

    /** {@return what wakes the wire up when the right NIC has something} For any thread. */
    public WakeUp rightWakeUp() {
        return rightNic.wakeUp();
    }

    /** Drops what is in flight and counts it. The NICs stay open. A second call does nothing. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            toRight.close();
            toLeft.close();
        }
    }

    @Override
    public String toString() {
        return "to the right: %s; to the left: %s".formatted(toRight, toLeft);
    }
}
