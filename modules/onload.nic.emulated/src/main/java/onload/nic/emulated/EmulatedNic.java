package onload.nic.emulated;

import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicFeature;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;
import onload.wire.EthernetHeader;
import onload.wire.MacAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.Set;

/**
 * A NIC with one port for a cable and one or more queues, each of which is opened as a {@link VirtualInterface} over a
 * pool of its own or a shared one.
 *
 * <p>It takes frames for its own address, for all stations and for groups of stations; with {@link
 * NicSettings#promiscuous} all others too. The queue of a frame is the one that a filter gives it to: a {@code
 * FlowFilter}, else a {@code LocalFilter}, else the {@code EverythingFilter}; else the one that the Toeplitz hash of
 * addresses and ports finds in the indirection table, which spreads flows evenly over all queues, open or not.
 *
 * <p>A frame is counted by the interface that it belongs to. One that belongs to none is counted by the
 * interface of the lowest queue that is open, where people look; and by the NIC itself while there is none.
 *
 * <p>The methods that are public are for control and may be called from any thread; on virtual time, from the one that
 * there is.
 */
public final class EmulatedNic implements EmulatedDevice {
    private final EmulatedNetwork network;
    private final NicSettings settings;
    private final long macAddress;
    private final Set<NicFeature> features;

    // All that follows belongs to the holder of the network's lock, except where another rule is
    // named.
    private final Steering steering;
    private final @Nullable EmulatedInterface[] interfaces;
    private final NicCounters ownCounters = new NicCounters();
    private @Nullable EmulatedLink link;
    private @Nullable Runnable whenLastIsClosed;

    /** How often the link went up or down; it is up while this is odd. Written under the lock, read by all. */
    private volatile int linkChanges;

    EmulatedNic(EmulatedNetwork network, NicSettings settings, long macAddress) {
        this.network = network;
        this.settings = settings;
        this.macAddress = macAddress;
        this.steering = new Steering(settings);
        this.interfaces = new EmulatedInterface[settings.queues()];
        this.features = EnumSet.noneOf(NicFeature.class);
        this.features.addAll(settings.features());
        if (settings.queues() > 1) {
            features.add(NicFeature.RECEIVE_HASH);
        }
        if (settings.filters() > 0) {
            features.add(NicFeature.FLOW_FILTERS);
        }
    }

    @Override
    public EmulatedNetwork network() {
        return network;
    }

    /** {@return its Ethernet address, 48 bits} */
    public long macAddress() {
        return macAddress;
    }

    /** {@return what it is like} */
    public NicSettings settings() {
        return settings;
    }

    /** {@return whether a cable is plugged in that is up} */
    public boolean isLinkUp() {
        return (linkChanges & 1) != 0;
    }

    /**
     * Opens a queue.
     *
     * @param queue which one, 0 to {@link NicSettings#queues} - 1
     * @param pool its memory is registered with the NIC; it stays open longer than the interface
     * @throws IllegalArgumentException if there is no such queue
     * @throws NicUnavailableException if it is open already
     */
    public VirtualInterface open(int queue, PacketPool pool) {
        Limits.within("queue of a NIC", queue, 0, settings.queues() - 1L);
        network.lock();
        try {
            if (interfaces[queue] != null) {
                throw new NicUnavailableException(
                        "queue %d of the emulated NIC %s is open already; close it first, or open another one"
                                .formatted(queue, MacAddress.toString(macAddress)));
            }
            EmulatedInterface opened =
                    new EmulatedInterface(network, this, queue, pool, capabilities());
            interfaces[queue] = opened;
            return opened;
        } finally {
            network.unlock();
        }
    }

    private NicCapabilities capabilities() {
        return new NicCapabilities(
                settings.mtu(),
                settings.queues(),
                settings.receiveRing(),
                settings.transmitRing(),
                settings.filters(),
                link == null ? 0 : link.bitsPerSecond(),
                features);
    }

    /**
     * {@return what the NIC has counted since it was made, over all its queues, open or closed}
     *
     * @param counter what to tell
     */
    public long count(NicCounter counter) {
        network.lock();
        try {
            long sum = ownCounters.get(counter);
            for (EmulatedInterface each : interfaces) {
                sum += each == null ? 0 : each.counters().get(counter);
            }
            return sum;
        } finally {
            network.unlock();
        }
    }

    /**
     * {@return the buffers that a queue has posted and that no frame is in yet; 0 if it is not open}
     *
     * @param queue which one, 0 to {@link NicSettings#queues} - 1
     */
    public int buffersPosted(int queue) {
        network.lock();
        try {
            EmulatedInterface open = interfaces[queue];
            return open == null ? 0 : open.buffersPosted();
        } finally {
            network.unlock();
        }
    }

    /**
     * Fills the indirection table of the hash with the given queues, over and over: {@code (0, 0, 1)} gives two thirds
     * of the flows to queue 0.
     *
     * @param queues 1 to 128 queues
     * @throws IllegalArgumentException if there are more or fewer, or there is no such queue
     */
    public void indirection(int... queues) {
        Limits.within(
                "length of an indirection table", queues.length, 1, Steering.INDIRECTION_LENGTH);
        for (int queue : queues) {
            Limits.within("queue of a NIC", queue, 0, settings.queues() - 1L);
        }
        network.lock();
        try {
            steering.indirection(queues);
        } finally {
            network.unlock();
        }
    }

    // For the network and its devices, under the lock.

    /** {@return the direction in which it sends; null without a cable} */
    @Nullable EmulatedLink link() {
        return link;
    }

    /** Plugs a cable in, or out. */
    void link(@Nullable EmulatedLink other) {
        link = other;
    }

    boolean isOpen() {
        for (EmulatedInterface each : interfaces) {
            if (each != null) {
                return true;
            }
        }
        return false;
    }

    int linkChanges() {
        return linkChanges;
    }

    /** Tells the queues that the link went up or down. */
    void linkUp(boolean up) {
        int changes = linkChanges;
        if (up == ((changes & 1) != 0)) {
            return;
        }
        linkChanges = changes + 1;
        for (EmulatedInterface each : interfaces) {
            if (each != null) {
                each.wakeIfArmed();
            }
        }
    }

    /** Takes a frame that has arrived: writes it to the memory of its queue, or counts why not. */
    void receive(long dueNs, UnsafeBuffer memory, int offset, int length) {
        if (length < EthernetHeader.LENGTH) {
            countDrop(NicCounter.RECEIVE_DROPPED_TOO_SHORT);
        } else if (!isForThisStation(EthernetHeader.destination(memory, offset))) {
            countDrop(NicCounter.RECEIVE_DROPPED_OTHER_ADDRESS);
        } else if (FrameLength.exceeds(memory, offset, length, length, settings.mtu())) {
            countDrop(NicCounter.RECEIVE_DROPPED_TOO_LONG);
        } else {
            EmulatedInterface queue = interfaces[steering.queue(memory, offset, length)];
            if (queue == null) {
                countDrop(NicCounter.RECEIVE_DROPPED_NO_QUEUE);
            } else {
                queue.receive(dueNs, memory, offset, length, steering);
            }
        }
    }

    private boolean isForThisStation(long destination) {
        return destination == macAddress
                || MacAddress.isMulticast(destination)
                || settings.promiscuous();
    }

    private void countDrop(NicCounter reason) {
        for (EmulatedInterface each : interfaces) {
            if (each != null) {
                each.counters().increment(reason);
                return;
            }
        }
        ownCounters.increment(reason);
    }

    int addFilter(Filter filter, int queue) {
        return steering.add(filter, queue);
    }

    void removeFilter(Filter filter) {
        steering.remove(filter);
    }

    /** Lets a queue go. What it has counted is kept. */
    void detach(int queue, NicCounters counters) {
        interfaces[queue] = null;
        for (NicCounter counter : NicCounter.values()) {
            ownCounters.add(counter, counters.get(counter));
        }
    }

    /** Has something done, without the lock, whenever the last open queue was closed. */
    void whenLastIsClosed(Runnable action) {
        whenLastIsClosed = action;
    }

    /** {@return what is to be done if no queue is open; else null} */
    @Nullable Runnable nowThatOneIsClosed() {
        return isOpen() ? null : whenLastIsClosed;
    }
}
