package onload.nic.tap;

import onload.linux.Struct;
import onload.linux.device.NetworkDevice;
import onload.linux.event.ArmedWait;
import onload.linux.tun.TapDevice;
import onload.linux.tun.VirtioNetHeader;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;
import onload.wire.EthernetHeader;
import onload.wire.MacAddress;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * One queue of a TAP device. State machine; all of it belongs to the owner of the pool, but for the wake-up.
 *
 * <p>A frame is read when it is polled, into the oldest posted buffer, its virtio header into the head-room
 * before it. What is sent is written by the doorbell, and told as sent by the next poll.
 */
final class TapInterface implements VirtualInterface {
    /** How often the link is looked at while frames are polled, in nanoseconds. */
    private static final long LINK_NS = 10_000_000;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final TapDevice tap;
    private final NetworkDevice device;
    private final NicCapabilities capabilities;
    private final long macAddress;
    private final boolean isPromiscuous;
    private final int longestFrame;
    private final long memoryAddress;
    private final NicCounters counters = new NicCounters();
    private final ArmedWait armed;
    private final WakeUp wakeUp;
    private final FrameParts parts;

    private final PacketRing posted;
    private final PacketRing queued;
    private final PacketRing sent;

    private boolean isLinkUp;
    private boolean hasLinkTime;
    private long nextLinkNs;
    private boolean isClosed;

    TapInterface(
            PacketPool pool,
            TapDevice tap,
            NetworkDevice device,
            NicCapabilities capabilities,
            long macAddress,
            boolean isPromiscuous) {
        this.pool = pool;
        this.tap = tap;
        this.device = device;
        this.capabilities = capabilities;
        this.macAddress = macAddress;
        this.isPromiscuous = isPromiscuous;
        buffers = pool.buffers();
        memory = buffers.memory();
        memoryAddress = pool.memory().address();
        longestFrame = capabilities.mtu() + EthernetHeader.MAX_LENGTH;
        posted = new PacketRing(capabilities.receiveRing());
        queued = new PacketRing(capabilities.transmitRing());
        sent = new PacketRing(capabilities.transmitRing());
        parts = new FrameParts(buffers, memoryAddress);
        armed = new ArmedWait(tap.descriptor());
        wakeUp = new TapWakeUp(armed);
        isLinkUp = device.isRunning();
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
        int count = Math.min(limit, posted.room());
        for (int done = 0; done < count; done++) {
            int packet = pool.allocate(PacketPool.RECEIVE);
            if (packet == PacketBuffers.NONE) {
                counters.increment(NicCounter.POST_REFUSED_NO_BUFFER);
                return done;
            }
            posted.add(packet);
        }
        return Math.max(0, count);
    }

    @Override
    public int poll(long nowNs, NicEvents events, int limit) {
        if (isClosed) {
            return 0;
        }
        int done = 0;
        while (done < limit && !isClosed && sent.count() > 0) {
            done++;
            events.transmitted(sent.remove());
        }
        while (done < limit && !isClosed && posted.count() > 0) {
            int length = read();
            if (length < 0) {
                break;
            }
            int packet = taken(length - VirtioNetHeader.LENGTH);
            if (packet != PacketBuffers.NONE) {
                done++;
                buffers.timestampNs(packet, nowNs);
                counters.increment(NicCounter.RECEIVED_FRAMES);
                counters.add(NicCounter.RECEIVED_BYTES, buffers.frameLength(packet));
                events.received(packet);
            }
        }
        if (!isClosed && (!hasLinkTime || nowNs - nextLinkNs >= 0)) {
            lookAtLink(nowNs, events);
        }
        return done;
    }

    /** A byte is left over, so that a frame that the kernel has cut is longer than any is. */
    private boolean fitsOneBuffer() {
        return longestFrame < buffers.dataCapacity();
    }

    /** Reads a frame into the oldest posted buffers, which stay posted; −1 if there is none. */
    private int read() {
        if (fitsOneBuffer()) {
            int at = buffers.data(posted.first()) - VirtioNetHeader.LENGTH;
            return tap.read(memoryAddress + at, buffers.dataCapacity() + VirtioNetHeader.LENGTH);
        }
        int wanted = Math.min(posted.count(), longestFrame / buffers.dataCapacity() + 1);
        parts.begin();
        for (int i = 0; i < wanted; i++) {
            parts.addRoom(posted.at(i));
        }
        return tap.readParts(parts.address(), parts.count());
    }

    /** Makes a packet of what was read; {@link PacketBuffers#NONE} if it is dropped. */
    private int taken(int length) {
        if (length < EthernetHeader.LENGTH) {
            return dropped(NicCounter.RECEIVE_DROPPED_TOO_SHORT);
        }
        // A frame that did not fit was cut by the kernel, which does not say so.
        if (length > longestFrame) {
            return dropped(NicCounter.RECEIVE_DROPPED_TOO_LONG);
        }
        if (!fitsOneBuffer() && length + VirtioNetHeader.LENGTH == parts.room()) {
            // As much as there was room for: there were fewer buffers than the longest frame needs.
            return dropped(NicCounter.RECEIVE_DROPPED_NO_BUFFER);
        }
        int first = posted.first();
        long destination = EthernetHeader.destination(memory, buffers.data(first));
        if (!isPromiscuous && destination != macAddress && !MacAddress.isMulticast(destination)) {
            return dropped(NicCounter.RECEIVE_DROPPED_OTHER_ADDRESS);
        }
        int flags =
                fitsOneBuffer()
                        ? VirtioNetHeader.flags(
                                memory, buffers.data(first) - VirtioNetHeader.LENGTH)
                        : parts.headerFlags();
        posted.remove();
        chain(first, length);
        buffers.frameLength(first, length);
        // What the kernel leaves to be filled in never was on a wire.
        int verified = VirtioNetHeader.NEEDS_CHECKSUM | VirtioNetHeader.CHECKSUM_VALID;
        if ((flags & verified) != 0) {
            buffers.flags(first, PacketBuffers.CHECKSUM_VERIFIED);
        }
        return first;
    }

    private void chain(int first, int length) {
        int left = length;
        int last = first;
        while (true) {
            int here = Math.min(left, buffers.tailroom(last));
            buffers.append(last, here);
            left -= here;
            if (left == 0) {
                return;
            }
            int next = posted.remove();
            buffers.continuation(last, next);
            last = next;
        }
    }

    /** The buffers stay posted, as they were. */
    private int dropped(NicCounter why) {
        counters.increment(why);
        return PacketBuffers.NONE;
    }

    // Sending.

    @Override
    public int transmit(int packet) {
        if (isClosed) {
            return CLOSED;
        }
        if (length(packet) > longestFrame) {
            counters.increment(NicCounter.TRANSMIT_REFUSED_TOO_LONG);
            return TOO_LONG;
        }
        if (queued.count() + sent.count() >= capabilities.transmitRing()) {
            counters.increment(NicCounter.TRANSMIT_REFUSED_RING_FULL);
            return RING_FULL;
        }
        queued.add(packet);
        return 0;
    }

    private int length(int packet) {
        int length = 0;
        int count = 1;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            length += buffers.length(part);
            if (++count > FrameParts.MOST) {
                return Integer.MAX_VALUE;
            }
        }
        return length;
    }

    @Override
    public void ring(long nowNs) {
        if (queued.count() == 0) {
            return;
        }
        counters.increment(NicCounter.DOORBELLS);
        while (queued.count() > 0) {
            int packet = queued.remove();
            int written =
                    buffers.continuation(packet) == PacketBuffers.NONE
                                    && buffers.headroom(packet) >= VirtioNetHeader.LENGTH
                            ? writeWhole(packet)
                            : writeParts(packet);
            if (written > 0) {
                counters.increment(NicCounter.TRANSMITTED_FRAMES);
                counters.add(NicCounter.TRANSMITTED_BYTES, written - (long) VirtioNetHeader.LENGTH);
            } else if (device.isRunningNow()) {
                counters.increment(NicCounter.TRANSMIT_DROPPED_NO_ROOM);
            } else {
                counters.increment(NicCounter.TRANSMIT_DROPPED_LINK_DOWN);
            }
            sent.add(packet);
        }
    }

    /** The head-room before a packet is the NIC's, whoever else has a reference to it. */
    private int writeWhole(int packet) {
        int at = buffers.data(packet) - VirtioNetHeader.LENGTH;
        header(packet, memory, at);
        return tap.write(memoryAddress + at, buffers.length(packet) + VirtioNetHeader.LENGTH);
    }

    private int writeParts(int packet) {
        Struct header = parts.begin();
        header(packet, header.bytes(), 0);
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            parts.addData(part);
        }
        return tap.writeParts(parts.address(), parts.count());
    }

    private void header(int packet, UnsafeBuffer target, int at) {
        if ((buffers.flags(packet) & PacketBuffers.CHECKSUM_NEEDED) != 0) {
            VirtioNetHeader.needsChecksum(
                    target, at, buffers.checksumStart(packet), buffers.checksumField(packet));
        } else {
            VirtioNetHeader.plain(target, at);
        }
    }

    private void lookAtLink(long nowNs, NicEvents events) {
        hasLinkTime = true;
        nextLinkNs = nowNs + LINK_NS;
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
        armed.arm();
        if (sent.count() == 0 && (posted.count() == 0 || !armed.isReadable())) {
            return true;
        }
        armed.disarm();
        return false;
    }

    // Filters.

    @Override
    public int addFilter(Filter filter) {
        return isClosed ? CLOSED : FILTER_UNSUPPORTED;
    }

    @Override
    public boolean removeFilter(int filter) {
        return false;
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        counters.add(NicCounter.TRANSMIT_DROPPED_CLOSED, queued.count());
        armed.close();
        tap.close();
        device.close();
        releaseAll(posted);
        releaseAll(queued);
        releaseAll(sent);
    }

    private void releaseAll(PacketRing ring) {
        while (ring.count() > 0) {
            pool.release(ring.remove());
        }
    }
}
