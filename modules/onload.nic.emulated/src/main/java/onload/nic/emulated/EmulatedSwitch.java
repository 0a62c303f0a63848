package onload.nic.emulated;

import onload.wire.EthernetHeader;
import onload.wire.MacAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * A learning switch: it stores a frame, notes at which port its source is, and forwards it to the port at which its
 * destination was seen; to all others if it was not, or if the destination is a group of stations. It takes no time by
 * itself; that is for the links. VLAN tags go through unread, so that a station is at one port for all VLANs.
 *
 * <p>A station is forgotten when it was silent for the ageing time, or when the link of its port goes down. A full
 * table learns nobody new until somebody is forgotten; frames for stations that it does not know are flooded.
 *
 * <p>There is no spanning tree: {@link EmulatedNetwork#connect} refuses a cable that would close a loop.
 *
 * <p>The methods that are public may be called from any thread; on virtual time, from the one that there is.
 */
public final class EmulatedSwitch implements EmulatedDevice {
    /** Stations that a switch remembers unless told otherwise. */
    public static final int DEFAULT_STATIONS = 1024;

    /** How long it remembers a silent one in nanoseconds unless told otherwise: 300 s (IEEE 802.1Q, 8.8.3). */
    public static final long DEFAULT_AGEING_NS = 300_000_000_000L;

    /** Most stations of a switch. */
    public static final int MAX_STATIONS = 1 << 20;

    private static final int FIRST_PORTS = 4;

    private final EmulatedNetwork network;
    private final EmulatedCounters<SwitchCounter> counters =
            new EmulatedCounters<>(SwitchCounter.values());

    // All that follows belongs to the holder of the network's lock.
    private final StationTable stations;
    private @Nullable EmulatedLink[] links = new EmulatedLink[FIRST_PORTS];

    EmulatedSwitch(EmulatedNetwork network, int stations, long ageingNs) {
        this.network = network;
        this.stations = new StationTable(stations, ageingNs);
    }

    @Override
    public EmulatedNetwork network() {
        return network;
    }

    /** {@return the counters} */
    public EmulatedCounters<SwitchCounter> counters() {
        return counters;
    }

    /** {@return how many stations it remembers, the silent ones included that nobody has asked for since} */
    public int stations() {
        network.lock();
        try {
            return stations.count();
        } finally {
            network.unlock();
        }
    }

    // For the network and its devices, under the lock.

    /** {@return a port without a cable} */
    int freePort() {
        int port = 0;
        while (port < links.length && links[port] != null) {
            port++;
        }
        if (port == links.length) {
            links = Arrays.copyOf(links, port * 2);
        }
        return port;
    }

    /** Plugs a cable in, or out. */
    void link(int port, @Nullable EmulatedLink link) {
        links[port] = link;
    }

    /** {@return whether frames can get from here to another switch} */
    boolean reaches(EmulatedSwitch other, @Nullable EmulatedSwitch cameFrom) {
        if (this == other) {
            return true;
        }
        for (EmulatedLink link : links) {
            if (link != null
                    && link.target() instanceof EmulatedSwitch next
                    && next != cameFrom
                    && next.reaches(other, this)) {
                return true;
            }
        }
        return false;
    }

    /** Forgets the stations of a port of which the link went down. */
    void forget(int port) {
        stations.forget(port);
    }

    /** Takes a frame that has arrived at a port, and sends it on. */
    void forward(int fromPort, long nowNs, int frame, int length) {
        if (length < EthernetHeader.LENGTH) {
            drop(frame, SwitchCounter.DROPPED_TOO_SHORT);
            return;
        }
        UnsafeBuffer memory = network.store().memory(frame);
        int offset = network.store().offset(frame);
        learn(EthernetHeader.source(memory, offset), fromPort, nowNs);
        long destination = EthernetHeader.destination(memory, offset);
        int port =
                MacAddress.isMulticast(destination)
                        ? StationTable.NONE
                        : stations.port(destination, nowNs);
        EmulatedLink link = port == StationTable.NONE ? null : links[port];
        if (link == null || !link.isUp()) {
            flood(fromPort, nowNs, frame, length);
        } else if (port == fromPort) {
            drop(frame, SwitchCounter.DROPPED_SAME_PORT);
        } else {
            counters.increment(SwitchCounter.FORWARDED_FRAMES);
            link.enter(nowNs, frame, length);
        }
    }

    private void learn(long source, int port, long nowNs) {
        if (MacAddress.isMulticast(source)) {
            return;
        }
        switch (stations.learn(source, port, nowNs)) {
            case StationTable.LEARNED -> counters.increment(SwitchCounter.STATIONS_LEARNED);
            case StationTable.MOVED -> counters.increment(SwitchCounter.STATIONS_MOVED);
            case StationTable.FULL -> counters.increment(SwitchCounter.STATIONS_NOT_LEARNED);
            default -> {}
        }
    }

    /** The last port gets the frame itself, those before it copies. */
    private void flood(int fromPort, long nowNs, int frame, int length) {
        EmulatedLink last = null;
        int copies = 0;
        for (int port = 0; port < links.length; port++) {
            EmulatedLink link = links[port];
            if (link != null && port != fromPort && link.isUp()) {
                if (last != null) {
                    last.enterCopy(nowNs, frame, length);
                }
                last = link;
                copies++;
            }
        }
        if (last == null) {
            drop(frame, SwitchCounter.DROPPED_NO_PORT);
        } else {
            counters.increment(SwitchCounter.FLOODED_FRAMES);
            counters.add(SwitchCounter.FLOODED_COPIES, copies);
            last.enter(nowNs, frame, length);
        }
    }

    private void drop(int frame, SwitchCounter reason) {
        counters.increment(reason);
        network.store().release(frame);
    }
}
