package onload.nic.emulated;

import onload.nic.spi.NicCounter;
import onload.wire.MacAddress;

import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network of emulated NICs, cables and switches, and all frames that are on their way in it.
 *
 * <pre>
 * EmulatedNetwork network = EmulatedNetwork.onVirtualTime(seed);
 * EmulatedNic client = network.addNic(NicSettings.DEFAULT);
 * EmulatedNic server = network.addNic(NicSettings.DEFAULT);
 * network.connect(client, server, LinkSettings.builder().delayNs(50_000).loss(0.01).build());
 * VirtualInterface nic = client.open(0, pool);
 * </pre>
 *
 * <h2>Time</h2>
 *
 * <p>Frames arrive in the order of their times of arrival, over the whole network, and of the order of sending among
 * equals. They do so when somebody says that it is late enough: a poll, a doorbell or {@link #advance}. What is due
 * by then happens as at its own time: a switch sends a frame on when it arrived, not when somebody looked. Only the
 * buffers that are posted are those of the moment. The same calls with the same times and the same seed have the same
 * outcome, to the last bit.
 *
 * <p>On <em>virtual time</em>, a network belongs to one thread, uses no locks and never blocks. A loop that lets time
 * jump asks {@link #nextDueNs} where to.
 *
 * <p>On <em>real time</em>, each interface belongs to one thread, and the network to whoever holds its lock. A doorbell
 * takes the lock once for its batch. A poll takes it only if a frame is due somewhere and nobody else has it;
 * so a thread that spins on an idle network takes none. While nobody polls, one of the threads that wait for a
 * wake-up lets frames arrive when they are due.
 *
 * <h2>Memory</h2>
 *
 * <p>Frames on their way are copies, as on a real cable. Their memory grows by doubling while more of them are
 * in flight than ever before, up to a bound; a frame beyond it is dropped and counted ({@link
 * NicCounter#TRANSMIT_DROPPED_NO_ROOM}, {@link LinkCounter#DROPPED_NO_ROOM}). Apart from that nothing is allocated.
 */
public final class EmulatedNetwork implements AutoCloseable {
    /** Bytes that the frames in flight of a network may take unless told otherwise: 256 MiB. */
    public static final long DEFAULT_STORAGE_BYTES = 256L << 20;

    private static final long FIRST_MAC_ADDRESS = 0x02_00_00_00_00_01L;
    private static final VarHandle NEXT_DUE_NS;

    static {
        try {
            NEXT_DUE_NS =
                    MethodHandles.lookup()
                            .findVarHandle(EmulatedNetwork.class, "nextDueNs", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long seed;
    private final @Nullable ReentrantLock lock;
    private final @Nullable NanoClock clock;
    private final @Nullable Sleepers sleepers;

    // All that follows belongs to the holder of the lock.
    private final FramesInFlight inFlight = new FramesInFlight();
    private final FrameStore store;
    private final List<EmulatedNic> nics = new ArrayList<>();
    private final List<EmulatedCable> cables = new ArrayList<>();
    private long cablesMade;
    private long nextMacAddress = FIRST_MAC_ADDRESS;
    private boolean isClosed;

    /** When the next frame arrives. Released under the lock; read by polls without it, which may be a little late. */
    private long nextDueNs = FramesInFlight.NEVER;

    private EmulatedNetwork(long seed, @Nullable NanoClock clock, long storageBytes) {
        Limits.within("storageBytes of a network", storageBytes, 0, Long.MAX_VALUE);
        this.seed = seed;
        this.clock = clock;
        this.lock = clock == null ? null : new ReentrantLock();
        this.sleepers = clock == null ? null : new Sleepers(this, clock);
        this.store = new FrameStore(storageBytes);
    }

    /**
     * {@return a network for one thread, on the time that its calls bring}
     *
     * @param seed of everything that is left to chance
     */
    public static EmulatedNetwork onVirtualTime(long seed) {
        return onVirtualTime(seed, DEFAULT_STORAGE_BYTES);
    }

    /**
     * {@return a network for one thread, on the time that its calls bring}
     *
     * @param seed of everything that is left to chance
     * @param storageBytes bytes that frames in flight may take
     */
    public static EmulatedNetwork onVirtualTime(long seed, long storageBytes) {
        return new EmulatedNetwork(seed, null, storageBytes);
    }

    /**
     * {@return a network for several threads on the real clock}
     *
     * @param clock what the times of polls and doorbells are read from too
     * @param seed of everything that is left to chance
     */
    public static EmulatedNetwork onRealTime(NanoClock clock, long seed) {
        return onRealTime(clock, seed, DEFAULT_STORAGE_BYTES);
    }

    /**
     * {@return a network for several threads on the real clock}
     *
     * @param clock what the times of polls and doorbells are read from too
     * @param seed of everything that is left to chance
     * @param storageBytes bytes that frames in flight may take
     */
    public static EmulatedNetwork onRealTime(NanoClock clock, long seed, long storageBytes) {
        return new EmulatedNetwork(seed, clock, storageBytes);
    }

    // Building it. For any thread; on virtual time, for the one that there is.

    /** {@return the seed of everything that is left to chance} */
    public long seed() {
        return seed;
    }

    /**
     * {@return a new NIC without a cable}
     *
     * @param settings what it is like; without an address it gets the next one from 02:00:00:00:00:01 on that no NIC
     *     of the network has
     * @throws IllegalStateException if the network is closed
     */
    public EmulatedNic addNic(NicSettings settings) {
        lock();
        try {
            checkOpen();
            long macAddress = settings.macAddress() == 0 ? freeMacAddress() : settings.macAddress();
            EmulatedNic nic = new EmulatedNic(this, settings, macAddress);
            nics.add(nic);
            return nic;
        } finally {
            unlock();
        }
    }

    private long freeMacAddress() {
        while (find(nextMacAddress) != null) {
            nextMacAddress++;
        }
        return nextMacAddress++;
    }

    private @Nullable EmulatedNic find(long macAddress) {
        for (EmulatedNic nic : nics) {
            if (nic.macAddress() == macAddress) {
                return nic;
            }
        }
        return null;
    }

    /** {@return a new switch without cables, of the default size} */
    public EmulatedSwitch addSwitch() {
        return addSwitch(EmulatedSwitch.DEFAULT_STATIONS, EmulatedSwitch.DEFAULT_AGEING_NS);
    }

    /**
     * {@return a new switch without cables}
     *
     * @param stations most stations that it remembers, 1 to {@value EmulatedSwitch#MAX_STATIONS}
     * @param ageingNs how long it remembers a silent one in nanoseconds, 1 or more
     * @throws IllegalArgumentException if one is out of its range
     * @throws IllegalStateException if the network is closed
     */
    public EmulatedSwitch addSwitch(int stations, long ageingNs) {
        Limits.within("stations of a switch", stations, 1, EmulatedSwitch.MAX_STATIONS);
        Limits.within("ageingNs of a switch", ageingNs, 1, Long.MAX_VALUE);
        lock();
        try {
            checkOpen();
            return new EmulatedSwitch(this, stations, ageingNs);
        } finally {
            unlock();
        }
    }

    /**
     * Connects two devices by a cable that is the same both ways; see the other method of that name.
     *
     * @return the cable, which is up
     */
    public EmulatedCable connect(EmulatedDevice one, EmulatedDevice other, LinkSettings bothWays) {
        return connect(one, other, bothWays, bothWays);
    }

    /**
     * Connects two devices by a cable. What chance does on it depends on the network's seed, the direction,
     * and how many cables were connected before.
     *
     * @param one a NIC that has no cable, or a switch, of this network
     * @param other another such one
     * @param there what happens to frames from the first to the second
     * @param back what happens to frames from the second to the first
     * @return the cable, which is up
     * @throws IllegalArgumentException if a device is not of this network, is connected to itself, or is a NIC that has
     *     a cable; or if the cable closes a loop of switches, in which frames would run for ever
     * @throws IllegalStateException if the network is closed
     */
    public EmulatedCable connect(
            EmulatedDevice one, EmulatedDevice other, LinkSettings there, LinkSettings back) {
        lock();
        try {
            checkOpen();
            checkConnectable(one, other);
            long number = cablesMade++;
            EmulatedLink to =
                    new EmulatedLink(
                            this,
                            other,
                            freePort(other),
                            there,
                            RandomStream.derive(seed, 2 * number));
            EmulatedLink from =
                    new EmulatedLink(
                            this,
                            one,
                            freePort(one),
                            back,
                            RandomStream.derive(seed, 2 * number + 1));
            plug(one, from.targetPort(), to);
            plug(other, to.targetPort(), from);
            EmulatedCable cable = new EmulatedCable(this, to, from);
            cables.add(cable);
            return cable;
        } finally {
            unlock();
        }
    }

    private void checkConnectable(EmulatedDevice one, EmulatedDevice other) {
        for (EmulatedDevice device : List.of(one, other)) {
            if (device.network() != this) {
                throw new IllegalArgumentException(
                        "a device of another network cannot be connected; expected two of this one");
            }
            if (device instanceof EmulatedNic nic && nic.link() != null) {
                throw new IllegalArgumentException(
                        "the NIC %s has a cable already; unplug it first, or put a switch in between"
                                .formatted(MacAddress.toString(nic.macAddress())));
            }
            if (device instanceof EmulatedNic nic && !nics.contains(nic)) {
                throw new IllegalArgumentException(
                        "the NIC %s was removed from the network; add another one"
                                .formatted(MacAddress.toString(nic.macAddress())));
            }
        }
        if (one == other) {
            throw new IllegalArgumentException(
                    "a device cannot be connected to itself; expected two devices");
        }
        if (one instanceof EmulatedSwitch from
                && other instanceof EmulatedSwitch to
                && from.reaches(to, null)) {
            throw new IllegalArgumentException(
                    "the cable would close a loop of switches, in which frames run for ever; expected switches"
                            + " that are not connected yet");
        }
    }

    private static int freePort(EmulatedDevice device) {
        return device instanceof EmulatedSwitch lan ? lan.freePort() : 0;
    }

    private static void plug(EmulatedDevice device, int port, EmulatedLink link) {
        if (device instanceof EmulatedNic nic) {
            nic.link(link);
            nic.linkUp(true);
        } else if (device instanceof EmulatedSwitch lan) {
            lan.link(port, link);
        }
    }

    /** {@return the NICs, in the order in which they were added} */
    public List<EmulatedNic> nics() {
        lock();
        try {
            return List.copyOf(nics);
        } finally {
            unlock();
        }
    }

    /** {@return the cables that are plugged in, in the order in which they were connected} */
    public List<EmulatedCable> cables() {
        lock();
        try {
            return List.copyOf(cables);
        } finally {
            unlock();
        }
    }

    /**
     * Takes a NIC away with its cable.
     *
     * @throws IllegalStateException if a queue of it is open
     */
    public void remove(EmulatedNic nic) {
        if (!removeIfIdle(nic)) {
            throw new IllegalStateException(
                    "the NIC %s cannot be removed while a queue of it is open; close that first"
                            .formatted(MacAddress.toString(nic.macAddress())));
        }
    }

    /** Takes a NIC away if no queue of it is open, and answers whether. */
    boolean removeIfIdle(EmulatedNic nic) {
        lock();
        try {
            if (nic.isOpen()) {
                return false;
            }
            unplugAll(nic);
            nics.remove(nic);
            return true;
        } finally {
            unlock();
        }
    }

    private void unplugAll(@Nullable EmulatedNic nic) {
        for (EmulatedCable cable : List.copyOf(cables)) {
            if (nic == null || cable.isAt(nic)) {
                cable.unplug();
            }
        }
    }

    void forget(EmulatedCable cable) {
        cables.remove(cable);
    }

    private void checkOpen() {
        if (isClosed) {
            throw new IllegalStateException("the network is closed; make another one");
        }
    }

    /**
     * Pulls all cables and gives the memory of the frames back; they are lost. Interfaces that are open find their
     * link down; each still has to be closed by its owner. A second call does nothing.
     */
    @Override
    public void close() {
        lock();
        try {
            isClosed = true;
            unplugAll(null);
            store.close();
        } finally {
            unlock();
        }
    }

    // Running it.

    /**
     * {@return when the next frame arrives anywhere, in nanoseconds; {@link Long#MAX_VALUE} if none is on its way} On
     * real time it is what was true a moment ago.
     */
    public long nextDueNs() {
        return (long) NEXT_DUE_NS.getAcquire(this);
    }

    /** {@return the frames that are on their way} */
    public int framesInFlight() {
        lock();
        try {
            return store.frames();
        } finally {
            unlock();
        }
    }

    /**
     * Lets everything happen that is due. Polls and doorbells do so by themselves.
     *
     * @param nowNs the time
     */
    public void advance(long nowNs) {
        lock();
        try {
            pump(nowNs);
        } finally {
            unlock();
        }
    }

    /** As {@link #advance}, for a poll: cheap if nothing is due, and never waiting for another thread. */
    void catchUp(long nowNs) {
        if (nowNs >= nextDueNs() && tryLock()) {
            try {
                pump(nowNs);
            } finally {
                unlock();
            }
        }
    }

    /** As {@link #advance}, for the holder of the lock. */
    void pump(long nowNs) {
        while (inFlight.isDue(nowNs)) {
            EmulatedLink link = inFlight.take();
            link.deliver(inFlight.takenDueNs(), inFlight.takenFrame(), inFlight.takenLength());
        }
    }

    /** On real time, as {@link #advance}; for the holder of the lock. */
    void pumpByClock() {
        if (clock != null) {
            pump(clock.nanoTime());
        }
    }

    void lock() {
        if (lock != null) {
            lock.lock();
        }
    }

    private boolean tryLock() {
        return lock == null || lock.tryLock();
    }

    /** Gives the lock back, and says to polls and sleepers when the next frame arrives. */
    void unlock() {
        long dueNs = inFlight.nextDueNs();
        NEXT_DUE_NS.setRelease(this, dueNs);
        if (lock != null && sleepers != null) {
            sleepers.alert(dueNs);
            Thread woken = sleepers.takeWoken();
            lock.unlock();
            // Null is allowed, and does nothing.
            LockSupport.unpark(woken);
        }
    }

    FramesInFlight inFlight() {
        return inFlight;
    }

    FrameStore store() {
        return store;
    }

    @Nullable Sleepers sleepers() {
        return sleepers;
    }
}
