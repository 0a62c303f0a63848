package onload.nic.afxdp;

import onload.linux.Errno;
import onload.linux.device.NetworkDevice;
import onload.linux.event.ArmedWait;
import onload.linux.xdp.ConsumerRing;
import onload.linux.xdp.ProducerRing;
import onload.linux.xdp.XdpSocket;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.KernelNetwork;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;
import onload.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

/**
 * One queue of a device. State machine; all of it belongs to the owner of the pool, but for the wake-up.
 *
 * <p>Addresses in the rings are indexes in the pool's memory, so that a buffer's number is its address divided by the
 * length of a buffer, whatever the kernel has added to it.
 */
final class AfxdpInterface implements VirtualInterface {
    /** Most buffers of one frame: {@code MAX_SKB_FRAGS} of the kernel. */
    static final int MAX_PARTS = 17;

    /** After how long a sleeper looks for completed frames, which wake nobody. */
    private static final long COMPLETION_NS = 1_000_000;

    /** After how long a sleeper has frames sent that the kernel did not take, such as on a device that is down. */
    private static final long RETRY_NS = 10_000_000;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final NetworkDevice device;
    private final Attachment attachment;
    private final XdpSocket socket;
    private final NicCapabilities capabilities;
    private final long macAddress;
    private final int longestFrame;
    private final boolean gathers;
    private final boolean isZeroCopy;
    private final boolean polls;
    private final long statisticsNs;
    private final NicCounters counters = new NicCounters();
    private final ArmedWait armed;
    private final AfxdpWakeUp wakeUp;
    private final FlowTable flows;
    private final HeldBuffers held;
    private final KernelDrops drops;
    private final @Nullable AfxdpKernelNetwork kernelNetwork;

    private final ProducerRing fill;
    private final ConsumerRing completion;
    private final ConsumerRing receive;
    private final ProducerRing transmit;

    /** Buffers in the fill ring or with frames in them. */
    private int posted;

    /** Descriptors that are queued or on their way. */
    private int sending;

    /** Frames that were queued since the last doorbell, and their bytes. */
    private int queuedFrames;

    private long queuedBytes;

    /** A frame in several buffers of which the end has not come yet. */
    private int partialFirst = PacketBuffers.NONE;

    private int partialLast = PacketBuffers.NONE;
    private int partialLength;

    /** Whether the kernel has stopped before the end of the transmit ring, for want of something. */
    private boolean isBehind;

    private long nextStatisticsNs;
    private boolean hasStatisticsTime;
    private boolean isLinkUp;
    private boolean isClosed;

    /** What an interface is made of. */
    record Parts(
            PacketPool pool,
            NetworkDevice device,
            Attachment attachment,
            XdpSocket socket,
            NicCapabilities capabilities,
            long macAddress,
            boolean gathers,
            @Nullable AfxdpKernelNetwork kernelNetwork,
            AfxdpOptions options) {}

    AfxdpInterface(Parts parts) {
        pool = parts.pool();
        buffers = pool.buffers();
        device = parts.device();
        attachment = parts.attachment();
        socket = parts.socket();
        capabilities = parts.capabilities();
        macAddress = parts.macAddress();
        gathers = parts.gathers();
        longestFrame = capabilities.mtu() + EthernetHeader.MAX_LENGTH;
        isZeroCopy = socket.isZeroCopy();
        polls = parts.options().busyPollNs() > 0;
        statisticsNs = parts.options().statisticsNs();
        kernelNetwork = parts.kernelNetwork();
        flows = new FlowTable(attachment, parts.options().queue(), parts.options().namespace());
        held = new HeldBuffers(pool.capacity());
        drops = new KernelDrops(socket, counters, isZeroCopy, gathers);
        fill = socket.fill();
        completion = socket.completion();
        receive = socket.receive();
        transmit = socket.transmit();
        isLinkUp = device.isRunning();
        armed = new ArmedWait(socket.descriptor());
        wakeUp = new AfxdpWakeUp(armed);
    }

    @Override
    public NicCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public long macAddress() {
        return macAddress;
    }

    @Override
    public NicCounters counters() {
        return counters;
    }

    @Override
    public PacketPool pool() {
        return pool;
    }

    @Override
    public boolean isLinkUp() {
        return !isClosed && device.isRunningNow();
    }

    @Override
    public WakeUp wakeUp() {
        return wakeUp;
    }

    // Receiving.

    @Override
    public int post(int limit) {
        if (isClosed) {
            return 0;
        }
        int count = Math.min(limit, fill.size() - posted);
        int done = 0;
        while (done < count && fill.room(1) > 0) {
            int packet = pool.allocate(PacketPool.RECEIVE);
            if (packet == PacketBuffers.NONE) {
                counters.increment(NicCounter.POST_REFUSED_NO_BUFFER);
                break;
            }
            held.set(packet, HeldBuffers.POSTED);
            fill.address(fill.reserve(), Integer.toUnsignedLong(buffers.position(packet)));
            done++;
        }
        if (done > 0) {
            posted += done;
            fill.publish();
            if (isZeroCopy && fill.needsWakeUp()) {
                socket.kickReceive();
            }
        }
        return done;
    }

    @Override
    public int poll(long nowNs, NicEvents events, int limit) {
        if (isClosed) {
            return 0;
        }
        int done = completion.available() == 0 ? 0 : complete(events, limit);
        if (isBehind && done > 0 && !isClosed) {
            // What was sent has made room for more.
            kick();
        }
        if (done < limit && !isClosed) {
            if (receive.available() > 0) {
                done += receive(nowNs, events, limit - done);
            } else if (polls) {
                socket.kickReceive();
            }
        }
        if (!isClosed && (!hasStatisticsTime || nowNs - nextStatisticsNs >= 0)) {
            sample(nowNs, events);
        }
        return done;
    }

    private int receive(long nowNs, NicEvents events, int limit) {
        int done = 0;
        try {
            while (done < limit && !isClosed && receive.available() > 0) {
                int slot = receive.take();
                int packet =
                        taken(
                                receive.descriptorAddress(slot),
                                receive.descriptorLength(slot),
                                (receive.descriptorOptions(slot) & XdpSocket.CONTINUES) != 0);
                if (packet != PacketBuffers.NONE) {
                    done++;
                    buffers.timestampNs(packet, nowNs);
                    counters.increment(NicCounter.RECEIVED_FRAMES);
                    counters.add(NicCounter.RECEIVED_BYTES, buffers.frameLength(packet));
                    events.received(packet);
                }
            }
        } finally {
            if (!isClosed) {
                receive.release();
            }
        }
        return done;
    }

    /** Makes a packet of a descriptor; {@link PacketBuffers#NONE} while the frame goes on, or if it is damaged. */
    private int taken(long address, int length, boolean continues) {
        int packet = buffers.packetAt((int) address);
        if (!held.isKnown(packet) || held.get(packet) != HeldBuffers.POSTED) {
            // The kernel gives back what it was given; whatever else is in the ring is not ours to
            // touch.
            counters.increment(NicCounter.RECEIVE_DROPPED_DAMAGED);
            return PacketBuffers.NONE;
        }
        held.set(packet, HeldBuffers.NONE);
        posted--;
        buffers.place(packet, (int) address - buffers.position(packet), length);
        if (partialFirst == PacketBuffers.NONE && !continues) {
            buffers.frameLength(packet, length);
            return checked(packet, length);
        }
        return joined(packet, length, continues);
    }

    private int joined(int packet, int length, boolean continues) {
        if (partialFirst == PacketBuffers.NONE) {
            partialFirst = packet;
            partialLength = 0;
        } else {
            buffers.continuation(partialLast, packet);
        }
        partialLast = packet;
        partialLength += length;
        if (continues) {
            return PacketBuffers.NONE;
        }
        int first = partialFirst;
        partialFirst = PacketBuffers.NONE;
        buffers.frameLength(first, partialLength);
        return checked(first, partialLength);
    }

    private int checked(int packet, int length) {
        if (length < EthernetHeader.LENGTH) {
            counters.increment(NicCounter.RECEIVE_DROPPED_TOO_SHORT);
        } else if (length > longestFrame) {
            counters.increment(NicCounter.RECEIVE_DROPPED_TOO_LONG);
        } else {
            return packet;
        }
        pool.release(packet);
        return PacketBuffers.NONE;
    }

    // Sending.

    @Override
    public int transmit(int packet) {
        if (isClosed) {
            return CLOSED;
        }
        int length = buffers.length(packet);
        int continuation = buffers.continuation(packet);
        if (continuation != PacketBuffers.NONE) {
            return transmitParts(packet);
        }
        if (length > longestFrame || length < 1) {
            counters.increment(NicCounter.TRANSMIT_REFUSED_TOO_LONG);
            return TOO_LONG;
        }
        if (sending == transmit.size() || transmit.room(1) < 1) {
            counters.increment(NicCounter.TRANSMIT_REFUSED_RING_FULL);
            return RING_FULL;
        }
        transmit.descriptor(
                transmit.reserve(), Integer.toUnsignedLong(buffers.data(packet)), length, 0);
        held.sent(packet, packet);
        sending++;
        queuedFrames++;
        queuedBytes += length;
        return 0;
    }

    /** The kernel refuses a descriptor without bytes, and all of its frame: buffers that have none get none. */
    private int transmitParts(int packet) {
        int parts = 0;
        int length = 0;
        int last = PacketBuffers.NONE;
        for (int part = packet;
                part != PacketBuffers.NONE && parts <= MAX_PARTS;
                part = buffers.continuation(part)) {
            if (buffers.length(part) > 0) {
                length += buffers.length(part);
                parts++;
                last = part;
            }
        }
        if (!gathers || parts > MAX_PARTS || length > longestFrame || length < 1) {
            counters.increment(NicCounter.TRANSMIT_REFUSED_TOO_LONG);
            return TOO_LONG;
        }
        if (sending + parts > transmit.size() || transmit.room(parts) < parts) {
            counters.increment(NicCounter.TRANSMIT_REFUSED_RING_FULL);
            return RING_FULL;
        }
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            if (buffers.length(part) > 0) {
                boolean isLast = part == last;
                transmit.descriptor(
                        transmit.reserve(),
                        Integer.toUnsignedLong(buffers.data(part)),
                        buffers.length(part),
                        isLast ? 0 : XdpSocket.CONTINUES);
                held.sent(part, isLast ? packet : HeldBuffers.SENT_PART);
            }
        }
        sending += parts;
        queuedFrames++;
        queuedBytes += length;
        return 0;
    }

    @Override
    public void ring(long nowNs) {
        if (isClosed || queuedFrames == 0) {
            return;
        }
        counters.increment(NicCounter.DOORBELLS);
        transmit.publish();
        int dropped = !isZeroCopy || transmit.needsWakeUp() ? kick() : 0;
        // What a link that is down drops is the whole batch; otherwise it is a rare frame, of the
        // usual length.
        int sent = queuedFrames - Math.min(dropped, queuedFrames);
        counters.add(NicCounter.TRANSMITTED_FRAMES, sent);
        counters.add(NicCounter.TRANSMITTED_BYTES, queuedBytes * sent / queuedFrames);
        queuedFrames = 0;
        queuedBytes = 0;
    }

    /**
     * Has the kernel send until the ring is empty or it gets no further: in copy mode it sends some frames per call (32
     * unless it was told otherwise), and stops at one that is dropped. What is left is for the next poll.
     *
     * @return frames that the kernel took and dropped, which are counted here
     */
    private int kick() {
        int dropped = 0;
        int before = transmit.size() + 1;
        int result = socket.kickTransmit();
        for (int i = 0; i < 2 * transmit.size() && result < 0; i++) {
            if (result == -Errno.EBUSY && !isZeroCopy) {
                dropped++;
            } else {
                int waiting = transmit.waiting();
                if (waiting == 0 || waiting >= before) {
                    break;
                }
                before = waiting;
            }
            result = socket.kickTransmit();
        }
        isBehind = result < 0 && transmit.waiting() > 0;
        if (dropped > 0) {
            counters.add(
                    device.isRunningNow()
                            ? NicCounter.TRANSMIT_DROPPED_NO_ROOM
                            : NicCounter.TRANSMIT_DROPPED_LINK_DOWN,
                    dropped);
        }
        return dropped;
    }

    private int complete(NicEvents events, int limit) {
        int done = 0;
        try {
            while (done < limit && !isClosed && completion.available() > 0) {
                int packet = buffers.packetAt((int) completion.address(completion.take()));
                int state = held.isKnown(packet) ? held.get(packet) : HeldBuffers.NONE;
                if (state == HeldBuffers.NONE || state == HeldBuffers.POSTED) {
                    continue;
                }
                held.completed(packet);
                sending--;
                if (state != HeldBuffers.SENT_PART) {
                    done++;
                    events.transmitted(state);
                }
            }
        } finally {
            if (!isClosed) {
                completion.release();
            }
        }
        return done;
    }

    // What the kernel counts, and the link.

    private void sample(long nowNs, NicEvents events) {
        hasStatisticsTime = true;
        nextStatisticsNs = nowNs + statisticsNs;
        if (sending > 0 && transmit.waiting() > 0) {
            kick();
        }
        drops.count();
        counters.add(NicCounter.WAKE_UPS, armed.wakeUps() - counters.get(NicCounter.WAKE_UPS));
        boolean up = device.isRunningNow();
        if (up != isLinkUp) {
            isLinkUp = up;
            events.linkChanged(up);
        }
    }

    // Sleeping.

    @Override
    public boolean prime() {
        if (isClosed) {
            return false;
        }
        if (isBehind) {
            // Nothing wakes us when there is room again.
            kick();
        }
        armed.arm();
        wakeUp.longest(longestSleepNs());
        if (receive.isEmptyNow() && completion.isEmptyNow()) {
            return true;
        }
        armed.disarm();
        return false;
    }

    private long longestSleepNs() {
        if (sending == 0) {
            return AfxdpWakeUp.NO_LIMIT;
        }
        return transmit.waiting() < sending ? COMPLETION_NS : RETRY_NS;
    }

    // Filters.

    @Override
    public int addFilter(Filter filter) {
        return isClosed ? CLOSED : flows.add(filter);
    }

    @Override
    public boolean removeFilter(int filter) {
        return !isClosed && flows.remove(filter);
    }

    @Override
    public @Nullable KernelNetwork kernelNetwork() {
        return kernelNetwork;
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        counters.add(NicCounter.TRANSMIT_DROPPED_CLOSED, queuedFrames);
        queuedFrames = 0;
        queuedBytes = 0;
        flows.removeAll();
        // Whoever waits keeps the socket open: it is closed when nobody does. From here on the
        // kernel reads and writes nothing of the pool's memory.
        armed.close();
        socket.close();
        attachment.release();
        if (kernelNetwork != null) {
            kernelNetwork.close();
        }
        device.close();
        if (partialFirst != PacketBuffers.NONE) {
            pool.release(partialFirst);
        }
        held.releaseAll(pool);
    }
}
