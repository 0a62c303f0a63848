package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.emulated.wire.Wire;
import onload.nic.emulated.wire.WireCounter;
import onload.nic.emulated.wire.WireDirection;
import onload.nic.emulated.wire.WireSettings;
import onload.nic.packet.HugePages;
import onload.nic.packet.PoolOptions;

/**
 * Two stations, each on a perfect cable to an end of a wire, on virtual time: {@code a — left ~ wire ~ right — b}.
 * Closing it fails if a buffer is not home.
 */
final class WireRig implements AutoCloseable {
    private static final int BUFFERS = 4096;
    private static final int RING = 2048;

    final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
    final Host a;
    final Host b;
    final Host left;
    final Host right;
    final HinderedNic leftNic;
    final HinderedNic rightNic;
    final Wire wire;
    long nowNs;

    WireRig(LinkSettings link) {
        this(WireSettings.of(link, 7));
    }

    WireRig(WireSettings settings) {
        this(settings, 1500, 1500, pool(BUFFERS, 2048), pool(BUFFERS, 2048));
    }

    /** The stations themselves take any frame. */
    WireRig(
            WireSettings settings,
            int leftMtu,
            int rightMtu,
            PoolOptions leftPool,
            PoolOptions rightPool) {
        a = station(LinkSettings.MAX_MTU, pool(BUFFERS, 2048));
        left = station(leftMtu, leftPool);
        right = station(rightMtu, rightPool);
        b = station(LinkSettings.MAX_MTU, pool(BUFFERS, 2048));
        network.connect(a.nic, left.nic, LinkSettings.PERFECT);
        network.connect(right.nic, b.nic, LinkSettings.PERFECT);
        leftNic = new HinderedNic(left.port);
        rightNic = new HinderedNic(right.port);
        wire = new Wire(leftNic, rightNic, settings);
    }

    static PoolOptions pool(int buffers, int bufferLength) {
        return PoolOptions.of(buffers)
                .withBufferLength(bufferLength)
                .withHugePages(HugePages.NEVER);
    }

    private Host station(int mtu, PoolOptions pool) {
        EmulatedNic nic =
                network.addNic(
                        NicSettings.builder().mtu(mtu).rings(RING, RING).promiscuous(true).build());
        return new Host(nic, 0, pool);
    }

    /** Does what is to be done now. */
    void settle() {
        int done = 1;
        for (int rounds = 0; done > 0; rounds++) {
            assertTrue(rounds < 100_000, "the wire does not come to rest");
            a.post();
            b.post();
            done = wire.work(nowNs);
            a.poll(nowNs);
            b.poll(nowNs);
        }
    }

    /** Moves on, to each time at which something is due. */
    void runUntil(long untilNs) {
        settle();
        while (wire.nextDueNs() <= untilNs) {
            assertTrue(
                    wire.nextDueNs() > nowNs,
                    "due is what has been, after there was nothing to do");
            nowNs = wire.nextDueNs();
            settle();
        }
        nowNs = untilNs;
        settle();
    }

    /** Lets everything arrive that is on the way. */
    void drain() {
        settle();
        while (wire.nextDueNs() != Long.MAX_VALUE) {
            runUntil(wire.nextDueNs());
        }
    }

    /** What a direction says it did with its frames adds up. */
    void assertAccounted(WireDirection direction) {
        EmulatedCounters<LinkCounter> link = direction.impairments();
        long lost =
                link.get(LinkCounter.DROPPED_TOO_LONG)
                        + link.get(LinkCounter.DROPPED_QUEUE_FULL)
                        + link.get(LinkCounter.DROPPED_NO_ROOM)
                        + link.get(LinkCounter.LOST_AT_RANDOM)
                        + link.get(LinkCounter.LOST_IN_BURST)
                        + link.get(LinkCounter.LOST_LINK_DOWN);
        long dropped =
                direction.counters().get(WireCounter.DROPPED_RING_FULL)
                        + direction.counters().get(WireCounter.DROPPED_NO_BUFFER)
                        + direction.counters().get(WireCounter.DROPPED_TOO_LONG)
                        + direction.counters().get(WireCounter.DROPPED_CLOSED);
        assertEquals(
                direction.counters().get(WireCounter.RECEIVED_FRAMES)
                        + link.get(LinkCounter.DUPLICATED_FRAMES),
                direction.counters().get(WireCounter.TRANSMITTED_FRAMES)
                        + lost
                        + dropped
                        + direction.framesInFlight(),
                direction::toString);
        assertEquals(
                direction.counters().get(WireCounter.RECEIVED_FRAMES),
                link.get(LinkCounter.ENTERED_FRAMES));
        assertEquals(
                direction.counters().get(WireCounter.RECEIVED_BYTES),
                link.get(LinkCounter.ENTERED_BYTES));
    }

    @Override
    public void close() {
        wire.close();
        assertAccounted(wire.toRight());
        assertAccounted(wire.toLeft());
        assertEquals(0, wire.toRight().framesInFlight() + wire.toLeft().framesInFlight());
        a.close();
        left.close();
        right.close();
        b.close();
        network.close();
    }
}
