package onload.nic.emulated;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a cable: what its frames meet on the way ({@link LinkSettings}), and what became of them ({@link
 * LinkCounter}).
 *
 * <p>Its methods that are public are for control and may be called from any thread; on virtual time, from the one that
 * there is.
 */
public final class EmulatedLink {
    private final EmulatedNetwork network;
    private final EmulatedDevice target;
    private final int targetPort;
    private final EmulatedCounters<LinkCounter> counters =
            new EmulatedCounters<>(LinkCounter.values());
    private final FrameQueue queue = new FrameQueue(this);
    private final Impairments impairments;
    private final Transmitter transmitter;

    // All that follows belongs to the holder of the network's lock.
    private LinkSettings settings;
    private boolean isRandom;
    private boolean isRated;
    private int markAboveFrames;
    private long delayNs;
    private boolean isUp = true;
    private @Nullable FrameTap tap;
    private @Nullable EcnMarking marking;

    /** When the frame sent last arrives, of those that were not held back. */
    private long lastDueNs = Long.MIN_VALUE;

    /**
     * Makes a link that is up.
     *
     * @param target where it leads
     * @param targetPort the port of a switch; else 0
     * @param seed of its impairments
     */
    EmulatedLink(
            EmulatedNetwork network,
            EmulatedDevice target,
            int targetPort,
            LinkSettings settings,
            long seed) {
        this.network = network;
        this.target = target;
        this.targetPort = targetPort;
        this.settings = settings;
        this.impairments = new Impairments(settings, seed);
        this.transmitter = new Transmitter(settings);
        apply(settings);
    }

    /** {@return the device that it leads to} */
    public EmulatedDevice target() {
        return target;
    }

    /** {@return the port at that device; 0 at a NIC} */
    int targetPort() {
        return targetPort;
    }

    /** {@return what it does to frames now} */
    public LinkSettings settings() {
        network.lock();
        try {
            return settings;
        } finally {
            network.unlock();
        }
    }

    /**
     * Changes what it does to frames from the next one on. Those that are on the way arrive as was decided; the others
     * do not overtake them, unless jitter may.
     */
    public void settings(LinkSettings other) {
        network.lock();
        try {
            settings = other;
            impairments.settings(other);
            transmitter.settings(other);
            apply(other);
        } finally {
            network.unlock();
        }
    }

    private void apply(LinkSettings other) {
        isRandom = other.isRandom();
        isRated = other.bitsPerSecond() > 0;
        delayNs = other.delayNs();
        markAboveFrames =
                other.markAboveFrames() == 0 ? Integer.MAX_VALUE : other.markAboveFrames();
    }

    /** Has somebody look at all frames that go in and come out from now on; null for nobody. */
    public void tap(@Nullable FrameTap other) {
        network.lock();
        try {
            tap = other;
        } finally {
            network.unlock();
        }
    }

    /** Has the queue mark frames from now on, if the link has a rate; null for a queue that marks none. */
    public void marking(@Nullable EcnMarking other) {
        network.lock();
        try {
            marking = other;
            impairments.marking(other);
        } finally {
            network.unlock();
        }
    }

    /** {@return the counters of this direction} */
    public EmulatedCounters<LinkCounter> counters() {
        return counters;
    }

    boolean isUp() {
        return isUp;
    }

    /** Cuts the link, or mends it. Frames that are on it when it is cut are lost. */
    void up(boolean up) {
        isUp = up;
        if (!up) {
            counters.add(
                    LinkCounter.LOST_LINK_DOWN, network.inFlight().cut(queue, network.store()));
            transmitter.reset();
            lastDueNs = Long.MIN_VALUE;
        }
    }

    long bitsPerSecond() {
        return settings.bitsPerSecond();
    }

    /**
     * Takes a frame in. It belongs to the link from now on.
     *
     * @param nowNs the time at which it is sent
     * @param frame the frame
     * @param length its bytes
     */
    void enter(long nowNs, int frame, int length) {
        counters.increment(LinkCounter.ENTERED_FRAMES);
        counters.add(LinkCounter.ENTERED_BYTES, length);
        if (tap != null) {
            FrameStore store = network.store();
            tap.entered(nowNs, store.memory(frame), store.offset(frame), length);
        }
        if (isTooLong(frame, length)) {
            drop(frame, LinkCounter.DROPPED_TOO_LONG);
            return;
        }
        long departureNs = nowNs;
        if (isRated) {
            long queuedBytes = marking == null ? 0 : transmitter.queuedBytes(nowNs);
            if (!transmitter.accept(nowNs, length)) {
                drop(frame, LinkCounter.DROPPED_QUEUE_FULL);
                return;
            }
            if (marking != null && impairments.isMarked(queuedBytes)) {
                mark(frame, length);
            }
            departureNs = transmitter.departureNs();
            if (transmitter.frames() > markAboveFrames) {
                mark(frame, length);
            }
        }
        if (isRandom) {
            enterByChance(departureNs + delayNs, frame, length);
        } else {
            addInOrder(departureNs + delayNs, frame, length);
        }
    }

    /**
     * {@return whether a frame that is sent now arrives now, as it is, at a NIC} Then it need not be kept: whatever
     * else has arrived by now was delivered before.
     */
    boolean isImmediate(long nowNs) {
        return queue.isEmpty()
                && !isRandom
                && !isRated
                && delayNs == 0
                && lastDueNs <= nowNs
                && target instanceof EmulatedNic;
    }

    /** Takes a frame in and hands it to the NIC at the end, if the link {@linkplain #isImmediate is such a one}. */
    void pass(long nowNs, UnsafeBuffer memory, int offset, int length) {
        counters.increment(LinkCounter.ENTERED_FRAMES);
        counters.add(LinkCounter.ENTERED_BYTES, length);
        if (tap != null) {
            tap.entered(nowNs, memory, offset, length);
        }
        if (FrameLength.exceeds(memory, offset, length, length, settings.mtu())) {
            counters.increment(LinkCounter.DROPPED_TOO_LONG);
            return;
        }
        lastDueNs = nowNs;
        counters.increment(LinkCounter.DELIVERED_FRAMES);
        counters.add(LinkCounter.DELIVERED_BYTES, length);
        ((EmulatedNic) target).receive(nowNs, memory, offset, length);
        if (tap != null) {
            tap.delivered(nowNs, memory, offset, length);
        }
    }

    /** Takes a copy of a frame in, if there is room for one. The frame stays the caller's. */
    void enterCopy(long nowNs, int frame, int length) {
        int copy = network.store().copy(frame, length);
        if (copy == FrameStore.NONE) {
            counters.increment(LinkCounter.ENTERED_FRAMES);
            counters.add(LinkCounter.ENTERED_BYTES, length);
            counters.increment(LinkCounter.DROPPED_NO_ROOM);
        } else {
            enter(nowNs, copy, length);
        }
    }

    private boolean isTooLong(int frame, int length) {
        FrameStore store = network.store();
        return length > settings.mtu()
                && FrameLength.exceeds(
                        store.memory(frame), store.offset(frame), length, length, settings.mtu());
    }

    private void enterByChance(long arrivalNs, int frame, int length) {
        int verdict = impairments.decide(length);
        if ((verdict & (Impairments.LOST | Impairments.LOST_IN_BURST)) != 0) {
            boolean alone = (verdict & Impairments.LOST) != 0;
            drop(frame, alone ? LinkCounter.LOST_AT_RANDOM : LinkCounter.LOST_IN_BURST);
            return;
        }
        if ((verdict & Impairments.MARKED) != 0) {
            mark(frame, length);
        }
        if ((verdict & Impairments.CORRUPTED) != 0 && length > 0) {
            counters.increment(LinkCounter.CORRUPTED_FRAMES);
            flip(frame, impairments.corruptedBit());
        }
        int copy = FrameStore.NONE;
        if ((verdict & Impairments.DUPLICATED) != 0) {
            copy = network.store().copy(frame, length);
        }
        long dueNs = arrivalNs + impairments.extraDelayNs();
        boolean heldBack = (verdict & Impairments.HELD_BACK) != 0;
        if (heldBack) {
            counters.increment(LinkCounter.HELD_BACK_FRAMES);
            dueNs += settings.reorderDelayNs();
        }
        add(heldBack, dueNs, frame, length);
        if (copy != FrameStore.NONE) {
            counters.increment(LinkCounter.DUPLICATED_FRAMES);
            add(heldBack, dueNs, copy, length);
        }
    }

    private void add(boolean heldBack, long dueNs, int frame, int length) {
        if (heldBack || (!settings.keepsOrder() && dueNs < lastDueNs)) {
            network.inFlight().addLate(this, dueNs, frame, length);
        } else {
            addInOrder(dueNs, frame, length);
        }
    }

    private void addInOrder(long dueNs, int frame, int length) {
        lastDueNs = Math.max(lastDueNs, dueNs);
        network.inFlight().add(queue, lastDueNs, frame, length);
    }

    private void flip(int frame, int bit) {
        UnsafeBuffer memory = network.store().memory(frame);
        int index = network.store().offset(frame) + (bit >>> 3);
        memory.putByte(index, (byte) (memory.getByte(index) ^ (0x80 >>> (bit & 7))));
    }

    private void drop(int frame, LinkCounter reason) {
        counters.increment(reason);
        network.store().release(frame);
    }

    /** Hands a frame that has arrived to the device at the end. */
    void deliver(long dueNs, int frame, int length) {
        counters.increment(LinkCounter.DELIVERED_FRAMES);
        counters.add(LinkCounter.DELIVERED_BYTES, length);
        if (target instanceof EmulatedNic nic) {
            FrameStore store = network.store();
            nic.receive(dueNs, store.memory(frame), store.offset(frame), length);
            tell(dueNs, frame, length);
            store.release(frame);
        } else if (target instanceof EmulatedSwitch lan) {
            tell(dueNs, frame, length);
            lan.forward(targetPort, dueNs, frame, length);
        }
    }

    private void tell(long dueNs, int frame, int length) {
        if (tap != null) {
            FrameStore store = network.store();
            tap.delivered(dueNs, store.memory(frame), store.offset(frame), length);
        }
    }

    private void mark(int frame, int length) {
        FrameStore store = network.store();
        if (EcnMarking.mark(store.memory(frame), store.offset(frame), length)) {
            counters.increment(LinkCounter.MARKED_FRAMES);
        }
    }
}
