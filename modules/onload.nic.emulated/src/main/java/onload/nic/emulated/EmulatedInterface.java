package onload.nic.emulated;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;
import onload.wire.EthernetHeader;
import onload.wire.InternetChecksum;
import onload.wire.UdpHeader;

import org.agrona.BitUtil;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * One open queue of an {@link EmulatedNic}.
 *
 * <h2>Threads</h2>
 *
 * <p>The owner posts, transmits and polls. The <em>network</em>, which is whoever holds its lock, receives into posted
 * buffers and reports events. Between the two are two rings with one producer and one consumer each: of posted
 * buffers, from the owner to the network, and of events, back. Their tails are released by the producer and acquired by
 * the consumer. They cannot overflow, since the owner counts what it has given away and has not got back: so neither
 * side has to know the other's head, posting and polling take no lock, and on an idle network a poll is two loads.
 */
final class EmulatedInterface implements VirtualInterface {
    private static final VarHandle POSTED_TAIL;
    private static final VarHandle EVENT_TAIL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            POSTED_TAIL = lookup.findVarHandle(EmulatedInterface.class, "postedTail", long.class);
            EVENT_TAIL = lookup.findVarHandle(EmulatedInterface.class, "eventTail", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int DATA_OFFSET = PacketBuffers.METADATA_LENGTH + PacketBuffers.HEADROOM;

    /** Most buffers of a frame that are gathered: enough for the longest frame in the smallest buffers. */
    private static final int MAX_PARTS = 512;

    private final EmulatedNetwork network;
    private final EmulatedNic nic;
    private final int queue;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final int dataCapacity;
    private final NicCapabilities capabilities;
    private final NicCounters counters = new NicCounters();
    private final EmulatedWakeUp wakeUp;
    private final boolean gathers;

    /** Bytes of the longest frame without a tag: shorter ones are not too long whatever is in them. */
    private final int untaggedLength;

    private final boolean scatters;
    private final boolean insertsChecksums;
    private final boolean stamps;

    private final int[] posted;
    private final int postedMask;

    /** Received packets as they are, transmitted ones as their complement, which is negative. */
    private final int[] events;

    private final int eventMask;

    // The owner's.
    private final int[] queued;
    private final int[] queuedLengths;
    private int queuedCount;
    private long eventHead;
    private int buffersOut;
    private int transmitsOut;
    private int linkChangesSeen;
    private boolean isClosed;
    private final Int2ObjectHashMap<Filter> filters = new Int2ObjectHashMap<>();
    private int nextFilter;

    /** Written by the owner with release. */
    private long postedTail;

    // The network's.
    private long postedHead;
    private boolean isArmed;

    /** Written by the network with release. */
    private long eventTail;

    /** Makes an open queue; for the holder of the lock. */
    EmulatedInterface(
            EmulatedNetwork network,
            EmulatedNic nic,
            int queue,
            PacketPool pool,
            NicCapabilities capabilities) {
        this.network = network;
        this.nic = nic;
        this.queue = queue;
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.dataCapacity = buffers.dataCapacity();
        this.capabilities = capabilities;
        this.wakeUp = new EmulatedWakeUp(network.sleepers());
        this.untaggedLength = capabilities.mtu() + EthernetHeader.LENGTH;
        this.gathers = capabilities.has(NicFeature.TRANSMIT_GATHER);
        this.scatters = capabilities.has(NicFeature.RECEIVE_SCATTER);
        this.insertsChecksums = capabilities.has(NicFeature.TRANSMIT_CHECKSUM);
        this.stamps = capabilities.has(NicFeature.RECEIVE_TIMESTAMPS);
        int receiveRing = capabilities.receiveRing();
        int transmitRing = capabilities.transmitRing();
        this.posted = new int[BitUtil.findNextPositivePowerOfTwo(receiveRing)];
        this.postedMask = posted.length - 1;
        this.events = new int[BitUtil.findNextPositivePowerOfTwo(receiveRing + transmitRing)];
        this.eventMask = events.length - 1;
        this.queued = new int[transmitRing];
        this.queuedLengths = new int[transmitRing];
        this.linkChangesSeen = nic.linkChanges();
    }

    @Override
    public NicCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public long macAddress() {
        return nic.macAddress();
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
        return !isClosed && nic.isLinkUp();
    }

    @Override
    public WakeUp wakeUp() {
        return wakeUp;
    }

    // Receiving, the owner's part.

    @Override
    public int post(int limit) {
        int room = isClosed ? 0 : Math.min(limit, capabilities.receiveRing() - buffersOut);
        long tail = postedTail;
        int count = 0;
        while (count < room) {
            int packet = pool.allocate(PacketPool.RECEIVE);
            if (packet == PacketBuffers.NONE) {
                counters.add(NicCounter.POST_REFUSED_NO_BUFFER, room - count);
                break;
            }
            posted[(int) tail++ & postedMask] = packet;
            count++;
        }
        buffersOut += count;
        POSTED_TAIL.setRelease(this, tail);
        return count;
    }

    @Override
    public int poll(long nowNs, NicEvents handler, int limit) {
        if (isClosed) {
            return 0;
        }
        network.catchUp(nowNs);
        if (nic.linkChanges() != linkChangesSeen) {
            reportLink(handler);
        }
        long tail = (long) EVENT_TAIL.getAcquire(this);
        int count = 0;
        // Less than, not unequal: the handler may close this interface.
        while (count < limit && eventHead < tail) {
            int event = events[(int) eventHead++ & eventMask];
            count++;
            if (event < 0) {
                transmitsOut--;
                handler.transmitted(~event);
            } else {
                reportReceived(event, nowNs, handler);
            }
        }
        return count;
    }

    private void reportReceived(int packet, long nowNs, NicEvents handler) {
        int length = buffers.frameLength(packet);
        buffersOut -= buffersOf(length);
        counters.increment(NicCounter.RECEIVED_FRAMES);
        counters.add(NicCounter.RECEIVED_BYTES, length);
        if (!stamps) {
            buffers.timestampNs(packet, nowNs);
        }
        handler.received(packet);
    }

    private int buffersOf(int length) {
        return length <= dataCapacity ? 1 : (length + dataCapacity - 1) / dataCapacity;
    }

    /** A link that went down and up again between two polls is told as that: frames were lost. */
    private void reportLink(NicEvents handler) {
        int changes = nic.linkChanges();
        boolean isUp = (changes & 1) != 0;
        boolean isAsBefore = ((changes - linkChangesSeen) & 1) == 0;
        linkChangesSeen = changes;
        if (isAsBefore) {
            handler.linkChanged(!isUp);
        }
        handler.linkChanged(isUp);
    }

    // Receiving, the network's part.

    /** Takes a frame that belongs to this queue: copies it into posted buffers, or counts why not. */
    void receive(long dueNs, UnsafeBuffer source, int offset, int length, Steering steering) {
        int needed = buffersOf(length);
        if (needed > 1 && !scatters) {
            counters.increment(NicCounter.RECEIVE_DROPPED_TOO_LONG);
            return;
        }
        if ((long) POSTED_TAIL.getAcquire(this) - postedHead < needed) {
            counters.increment(NicCounter.RECEIVE_DROPPED_NO_BUFFER);
            return;
        }
        int first = write(source, offset, Math.min(length, dataCapacity));
        if (needed > 1) {
            writeRest(first, source, offset, length);
        }
        buffers.frameLength(first, length);
        int flags = steering.isVerified() ? PacketBuffers.CHECKSUM_VERIFIED : 0;
        if (steering.isHashed()) {
            buffers.receiveHash(first, steering.hash());
            flags |= PacketBuffers.HASHED;
        }
        if (stamps) {
            buffers.timestampNs(first, dueNs);
            flags |= PacketBuffers.HARDWARE_TIMESTAMP;
        }
        buffers.flags(first, flags);
        addEvent(first);
    }

    private int write(UnsafeBuffer source, int offset, int length) {
        int packet = posted[(int) postedHead++ & postedMask];
        buffers.place(packet, DATA_OFFSET, length);
        memory.putBytes(buffers.position(packet) + DATA_OFFSET, source, offset, length);
        return packet;
    }

    private void writeRest(int first, UnsafeBuffer source, int offset, int length) {
        int last = first;
        for (int at = dataCapacity; at < length; at += dataCapacity) {
            int packet = write(source, offset + at, Math.min(length - at, dataCapacity));
            buffers.continuation(last, packet);
            last = packet;
        }
    }

    private void addEvent(int event) {
        long tail = eventTail;
        events[(int) tail & eventMask] = event;
        EVENT_TAIL.setRelease(this, tail + 1);
        if (isArmed) {
            wakeIfArmed();
        }
    }

    // Transmitting.

    @Override
    public int transmit(int packet) {
        if (isClosed) {
            return CLOSED;
        }
        int length = buffers.length(packet);
        boolean isChain = buffers.continuation(packet) != PacketBuffers.NONE;
        if (isChain) {
            length = chainLength(packet);
        }
        if ((length > untaggedLength && isTooLong(packet, length)) || (isChain && !gathers)) {
            counters.increment(NicCounter.TRANSMIT_REFUSED_TOO_LONG);
            return TOO_LONG;
        }
        if (transmitsOut == queued.length) {
            counters.increment(NicCounter.TRANSMIT_REFUSED_RING_FULL);
            return RING_FULL;
        }
        transmitsOut++;
        queued[queuedCount] = packet;
        queuedLengths[queuedCount++] = length;
        return 0;
    }

    private boolean isTooLong(int packet, int length) {
        return FrameLength.exceeds(
                memory, buffers.data(packet), buffers.length(packet), length, capabilities.mtu());
    }

    /** What has more parts than are gathered is as if it were too long; a chain that ends nowhere is such a one. */
    private int chainLength(int packet) {
        int length = 0;
        int parts = 0;
        int part = packet;
        while (part != PacketBuffers.NONE) {
            length += buffers.length(part);
            part = buffers.continuation(part);
            if (++parts > MAX_PARTS) {
                return Integer.MAX_VALUE;
            }
        }
        return length;
    }

    @Override
    public void ring(long nowNs) {
        if (queuedCount == 0) {
            return;
        }
        counters.increment(NicCounter.DOORBELLS);
        network.lock();
        try {
            network.pump(nowNs);
            send(nowNs);
            network.pump(nowNs);
        } finally {
            network.unlock();
        }
    }

    private void send(long nowNs) {
        EmulatedLink link = nic.link();
        boolean isUp = link != null && link.isUp();
        int count = queuedCount;
        queuedCount = 0;
        int sent = 0;
        long sentBytes = 0;
        for (int i = 0; i < count; i++) {
            int packet = queued[i];
            int length = queuedLengths[i];
            if (link == null || !isUp) {
                counters.increment(NicCounter.TRANSMIT_DROPPED_LINK_DOWN);
            } else if (send(link, nowNs, packet, length)) {
                sent++;
                sentBytes += length;
            } else {
                counters.increment(NicCounter.TRANSMIT_DROPPED_NO_ROOM);
            }
            addEvent(~packet);
        }
        counters.add(NicCounter.TRANSMITTED_FRAMES, sent);
        counters.add(NicCounter.TRANSMITTED_BYTES, sentBytes);
    }

    /** {@return whether the network had room for the frame} */
    private boolean send(EmulatedLink link, long nowNs, int packet, int length) {
        if (link.isImmediate(nowNs) && isAsItGoesOut(packet, length)) {
            link.pass(nowNs, memory, buffers.data(packet), length);
            return true;
        }
        FrameStore store = network.store();
        int frame = store.allocate(length);
        if (frame == FrameStore.NONE) {
            return false;
        }
        UnsafeBuffer target = store.memory(frame);
        int offset = store.offset(frame);
        read(packet, target, offset, length);
        if (insertsChecksums && (buffers.flags(packet) & PacketBuffers.CHECKSUM_NEEDED) != 0) {
            insertChecksum(packet, target, offset, length);
        }
        link.enter(nowNs, frame, length);
        return true;
    }

    /** {@return whether the frame stands in one piece, and nothing of it is to be filled in} */
    private boolean isAsItGoesOut(int packet, int length) {
        return buffers.length(packet) == length
                && !(insertsChecksums
                        && (buffers.flags(packet) & PacketBuffers.CHECKSUM_NEEDED) != 0);
    }

    /** Never reads more than was accepted, nor writes more than there is room, whatever became of the packet since. */
    private void read(int packet, UnsafeBuffer target, int offset, int length) {
        int part = packet;
        int done = Math.min(length, buffers.length(part));
        target.putBytes(offset, memory, buffers.data(part), done);
        while (done < length && (part = buffers.continuation(part)) != PacketBuffers.NONE) {
            int more = Math.min(length - done, buffers.length(part));
            target.putBytes(offset + done, memory, buffers.data(part), more);
            done += more;
        }
    }

    private void insertChecksum(int packet, UnsafeBuffer target, int offset, int length) {
        int start = buffers.checksumStart(packet);
        int field = start + buffers.checksumField(packet);
        // A field outside of the frame is an error of the sender: the frame goes out as it is.
        if (start >= 0 && field >= start && field <= length - Short.BYTES) {
            long sum = InternetChecksum.sum(target, offset + start, length - start, 0);
            short checksum = (short) UdpHeader.checksumOf(sum);
            target.putShort(offset + field, checksum, ByteOrder.BIG_ENDIAN);
        }
    }

    // Sleeping.

    @Override
    public boolean prime() {
        network.lock();
        try {
            network.pumpByClock();
            isArmed = !isClosed && eventTail == eventHead && nic.linkChanges() == linkChangesSeen;
            return isArmed;
        } finally {
            network.unlock();
        }
    }

    /** Gives the signal for which the wake-up was armed. For the holder of the lock. */
    void wakeIfArmed() {
        if (isArmed) {
            isArmed = false;
            counters.increment(NicCounter.WAKE_UPS);
            wakeUp.signalHeld();
        }
    }

    // Filters.

    @Override
    public int addFilter(Filter filter) {
        if (isClosed) {
            return CLOSED;
        }
        network.lock();
        try {
            int refusal = nic.addFilter(filter, queue);
            if (refusal < 0) {
                return refusal;
            }
        } finally {
            network.unlock();
        }
        filters.put(nextFilter, filter);
        return nextFilter++;
    }

    @Override
    public boolean removeFilter(int filter) {
        Filter removed = filters.remove(filter);
        if (removed == null) {
            return false;
        }
        network.lock();
        try {
            nic.removeFilter(removed);
        } finally {
            network.unlock();
        }
        return true;
    }

    // What is in the rings.

    /** {@return the frames that are received and not polled} For the owner, under the lock. */
    int framesWaiting() {
        int count = 0;
        for (long at = eventHead; at < eventTail; at++) {
            count += events[(int) at & eventMask] >= 0 ? 1 : 0;
        }
        return count;
    }

    /** {@return the buffers that are posted and free} For the holder of the lock. */
    int buffersPosted() {
        return (int) ((long) POSTED_TAIL.getAcquire(this) - postedHead);
    }

    /** {@return the frames that are accepted and wait for the doorbell} */
    int framesQueued() {
        return queuedCount;
    }

    // Closing.

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        Runnable then = detach();
        // Nothing writes to the rings any more, so that they are the owner's.
        while (postedHead < postedTail) {
            pool.release(posted[(int) postedHead++ & postedMask]);
        }
        while (eventHead < eventTail) {
            int event = events[(int) eventHead++ & eventMask];
            pool.release(event < 0 ? ~event : event);
        }
        for (int i = 0; i < queuedCount; i++) {
            pool.release(queued[i]);
        }
        queuedCount = 0;
        wakeUp.signal();
        if (then != null) {
            then.run();
        }
    }

    private @Nullable Runnable detach() {
        network.lock();
        try {
            isArmed = false;
            filters.values().forEach(nic::removeFilter);
            filters.clear();
            counters.add(NicCounter.RECEIVE_DROPPED_NO_QUEUE, framesWaiting());
            counters.add(NicCounter.TRANSMIT_DROPPED_CLOSED, queuedCount);
            nic.detach(queue, counters);
            return nic.nowThatOneIsClosed();
        } finally {
            network.unlock();
        }
    }
}
