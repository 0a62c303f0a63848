package onload.testkit.ip;

import onload.ip.IpOptions;
import onload.nic.emulated.EmulatedCable;
import onload.nic.emulated.EmulatedDevice;
import onload.nic.emulated.EmulatedNetwork;
import onload.nic.emulated.EmulatedSwitch;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.testkit.VirtualClock;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Hosts and routers on emulated links, on one virtual clock and from one seed. For one thread.
 */
public final class IpNetwork implements AutoCloseable {
    /** Rounds at one time after which the network is taken for one that never comes to rest. */
    private static final int MAX_ROUNDS = 100_000;

    private final VirtualClock clock = new VirtualClock();
    private final EmulatedNetwork links;
    private final List<Station> stations = new ArrayList<>();
    private final long seed;
    private long hosts;
    private int identifiers;

    /** Something on the network that is driven by time. */
    interface Station {
        /** Does what is to be done; answers whether there was anything. */
        boolean poll(long nowNs);

        /** When it has something to do by itself, or {@link Long#MAX_VALUE}. */
        long nextDeadlineNs();

        /** Ends it; answers what is amiss, or an empty text. */
        String close();
    }

    /**
     * Makes an empty network.
     *
     * @param seed of all that is random: losses, delays, what hosts choose
     */
    public IpNetwork(long seed) {
        this.seed = seed;
        links = EmulatedNetwork.onVirtualTime(seed);
    }

    /** {@return a number from 1 to 65535 that nobody else has, as long as fewer ask} */
    int nextIdentifier() {
        return ++identifiers & 0xFFFF;
    }

    /** {@return the time in nanoseconds} */
    public long nowNs() {
        return clock.nowNs();
    }

    /** {@return the links, for what this class does not do} */
    public EmulatedNetwork links() {
        return links;
    }

    /** {@return a switch} */
    public EmulatedSwitch addSwitch() {
        return links.addSwitch();
    }

    /** {@return a host with defaults, whose interface is {@link IpHost#nic0}} */
    public IpHost addHost() {
        return addHost(IpOptions.DEFAULT, NicSettings.DEFAULT);
    }

    /** {@return a host with one NIC, whose interface is {@link IpHost#nic0} and is still down} */
    public IpHost addHost(IpOptions options, NicSettings nic) {
        return addHost(options, nic, IpHost.BUFFERS);
    }

    /**
     * {@return a host with one NIC, whose interface is {@link IpHost#nic0} and is still down}
     *
     * @param buffers packet buffers of its pool
     */
    public IpHost addHost(IpOptions options, NicSettings nic, int buffers) {
        IpHost host = new IpHost(this, options, nic, buffers, seed * 31 + hosts++);
        stations.add(host);
        return host;
    }

    /** {@return a router that the test plays, without links yet} */
    public PlayedRouter addRouter() {
        PlayedRouter router = new PlayedRouter(this);
        stations.add(router);
        return router;
    }

    /** {@return a bare NIC that hears what is for it and for groups of stations} */
    public RawStation addStation() {
        return addStation(NicSettings.DEFAULT);
    }

    /** {@return a bare NIC with these settings but for its rings, such as a promiscuous one} */
    public RawStation addStation(NicSettings nic) {
        RawStation station = new RawStation(this, nic);
        stations.add(station);
        return station;
    }

    /**
     * Connects two devices by a cable.
     *
     * @return the cable, which is up
     */
    public EmulatedCable connect(EmulatedDevice one, EmulatedDevice other, LinkSettings settings) {
        return links.connect(one, other, settings);
    }

    /** Lets all that is due at the present time happen. */
    public void settle() {
        int rounds = 0;
        boolean busy = true;
        while (busy) {
            links.advance(clock.nowNs());
            busy = false;
            for (Station station : stations) {
                busy |= station.poll(clock.nowNs());
            }
            if (++rounds > MAX_ROUNDS) {
                throw new AssertionError(
                        "the network does not come to rest at " + clock.nowNs() + " ns");
            }
        }
    }

    /** {@return when something happens next, or {@link Long#MAX_VALUE}} */
    public long nextEventNs() {
        long next = links.nextDueNs();
        for (Station station : stations) {
            next = Math.min(next, station.nextDeadlineNs());
        }
        return next;
    }

    /**
     * Runs for a while.
     *
     * @param durationNs nanoseconds, ≥ 0
     */
    public void run(long durationNs) {
        runUntil(() -> false, durationNs);
    }

    /**
     * Runs until something is so, looking after every event.
     *
     * @param limitNs the longest time to wait
     * @return whether it came to be so
     */
    public boolean runUntil(BooleanSupplier condition, long limitNs) {
        long endNs = clock.nowNs() + limitNs;
        settle();
        while (!condition.getAsBoolean()) {
            long nextNs = nextEventNs();
            if (nextNs > endNs) {
                clock.advanceTo(endNs);
                settle();
                return condition.getAsBoolean();
            }
            // A deadline that has passed already is one that the stations did not act on: time
            // moves on all the same.
            clock.advanceTo(Math.max(nextNs, clock.nowNs() + 1));
            settle();
        }
        return true;
    }

    /**
     * Closes everything.
     *
     * @throws AssertionError if a packet buffer is not home
     */
    @Override
    public void close() {
        StringBuilder amiss = new StringBuilder();
        for (Station station : stations) {
            amiss.append(station.close());
        }
        links.close();
        if (!amiss.isEmpty()) {
            throw new AssertionError("seed " + seed + ": " + amiss);
        }
    }
}
