package onload.ip.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** A cache, a clock, and a link that notes what it is told and sends the packets it gets nowhere. */
final class NeighborScene implements NeighborLink {
    static final int LINK = 3;
    static final long HIGH = 0xFE80_0000_0000_0000L;
    static final long LOW = 0x1;
    static final long MAC = 0x0200_0000_0001L;
    static final long OTHER_MAC = 0x0200_0000_0002L;
    static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    static final long RETRANS = NeighborOptions.DEFAULT.retransTimerNs();
    static final long DELAY_TIME = NeighborOptions.DEFAULT.delayFirstProbeTimeNs();

    /** Longest random reachable time of the defaults. */
    static final long LONGEST_REACHABLE = 45 * SECOND;

    final PacketPool pool;
    final IpCounters counters = new IpCounters();
    final NeighborCache cache;
    final List<Asked> asked = new ArrayList<>();
    final List<Integer> sent = new ArrayList<>();
    final List<Integer> refused = new ArrayList<>();
    final List<Neighbor> failed = new ArrayList<>();
    Runnable onResolved = () -> {};
    Runnable onUnreachable = () -> {};
    long nowNs;

    record Asked(long low, boolean unicast, int pending, long atNs) {}

    NeighborScene(PacketPool pool) {
        this(pool, NeighborOptions.DEFAULT);
    }

    NeighborScene(PacketPool pool, NeighborOptions options) {
        this(pool, options, new SplittableRandom(1));
    }

    NeighborScene(PacketPool pool, NeighborOptions options, RandomGenerator random) {
        this.pool = pool;
        nowNs = -5 * SECOND; // a monotonic clock may be negative
        cache = new NeighborCache(options, pool, random, this, counters);
    }

    @Override
    public void solicit(Neighbor neighbor, boolean unicast, int pending, long atNs) {
        assertEquals(nowNs, atNs);
        if (pending != PacketBuffers.NONE) {
            assertNotEquals(0, pool.buffers().references(pending), "pending is at home");
        }
        asked.add(new Asked(neighbor.low(), unicast, pending, atNs));
    }

    @Override
    public void resolved(Neighbor neighbor, int packet, long atNs) {
        assertEquals(nowNs, atNs);
        assertNotEquals(Neighbor.NO_ADDRESS, neighbor.macAddress());
        sent.add(packet);
        pool.release(packet);
        onResolved.run();
    }

    @Override
    public void unreachable(Neighbor neighbor, int packet, long atNs) {
        assertEquals(nowNs, atNs);
        refused.add(packet);
        pool.release(packet);
        onUnreachable.run();
    }

    @Override
    public void failed(Neighbor neighbor, long atNs) {
        assertEquals(NeighborState.FAILED, neighbor.state());
        failed.add(neighbor);
    }

    Neighbor create(long low) {
        return create(LINK, HIGH, low);
    }

    Neighbor create(int interfaceIndex, long high, long low) {
        Neighbor neighbor = cache.findOrCreate(interfaceIndex, high, low, nowNs);
        assertNotNull(neighbor, "the cache had no room for " + low);
        return neighbor;
    }

    /** {@return what came of a fresh packet, which the caller does not keep} */
    int use(Neighbor neighbor) {
        int packet = packet();
        int result = cache.use(neighbor, packet, nowNs);
        pool.release(packet);
        return result;
    }

    int use(long low) {
        return use(create(low));
    }

    int packet() {
        int packet = pool.allocate(PacketPool.CONTROL);
        assertNotEquals(PacketBuffers.NONE, packet, "the test has too few buffers");
        return packet;
    }

    boolean advertised(long low, long mac, boolean solicited, boolean override) {
        return cache.confirmed(LINK, HIGH, low, mac, solicited, override, false, nowNs);
    }

    boolean heard(long low, long mac, boolean create) {
        return cache.heard(LINK, HIGH, low, mac, create, nowNs);
    }

    /** Goes on to each deadline in turn, as a poll loop does that is never late. */
    void pass(long timeNs) {
        long untilNs = nowNs + timeNs;
        while (cache.nextDeadlineNs() <= untilNs) {
            nowNs = Math.max(nowNs, cache.nextDeadlineNs());
            cache.advance(nowNs);
        }
        nowNs = untilNs;
        cache.advance(nowNs);
    }

    /** Goes on in one step, as after a long pause. */
    void jump(long timeNs) {
        nowNs += timeNs;
        cache.advance(nowNs);
    }

    /** {@return a neighbour brought into a state, its Ethernet address {@link #MAC} where it has one} */
    Neighbor neighborIn(NeighborState state, long low) {
        switch (state) {
            case INCOMPLETE -> use(low);
            case REACHABLE -> {
                use(low);
                advertised(low, MAC, true, true);
            }
            case STALE -> heard(low, MAC, true);
            case DELAY -> {
                heard(low, MAC, true);
                use(low);
            }
            case PROBE -> {
                heard(low, MAC, true);
                use(low);
                pass(DELAY_TIME);
            }
            case FAILED -> {
                use(low);
                pass(3 * RETRANS);
            }
            case PERMANENT -> cache.fix(LINK, HIGH, low, MAC, nowNs);
        }
        Neighbor neighbor = neighbor(low);
        assertEquals(state, neighbor.state());
        return neighbor;
    }

    Neighbor neighbor(long low) {
        Neighbor neighbor = cache.find(LINK, HIGH, low);
        assertNotNull(neighbor, "no neighbour " + low);
        return neighbor;
    }

    boolean isKnown(long low) {
        return cache.find(LINK, HIGH, low) != null;
    }

    long count(IpCounter counter) {
        return counters.get(counter);
    }
}
