package onload.ip;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.fragment.TransportChecksum;
import onload.ip.spi.IpDatagram;
import onload.ip.support.PacketChain;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.MacAddress;
import onload.wire.VlanTag;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * A NIC as the IP layer drives it: frames in are sorted by VLAN and type, frames out that find the ring full wait
 * here in order. Its duty cycle is {@link #poll}, then, at the end of the batch, {@link #finish}.
 *
 * <p>What waits is kept in an array, not linked: a transport that keeps a packet until it is acknowledged has uses for
 * its links.
 */
final class EthernetPort implements NicEvents {
    /** Told what is in a frame. */
    interface Upward {
        /**
         * A packet from the network.
         *
         * @param packet its buffer, beginning after the Ethernet header; the receiver owns the reference
         * @param etherType what it is
         * @param linkCast how the frame was addressed: {@link IpDatagram#UNICAST}, {@code MULTICAST} or {@code
         *     BROADCAST}
         */
        void received(IpInterface arrival, int packet, int etherType, int linkCast, long nowNs);

        /** The NIC's link went up or down. */
        void linkChanged(EthernetPort port, boolean up, long nowNs);
    }

    private static final int IDENTIFIERS = 4096;

    private final VirtualInterface nic;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;
    private final Upward upward;
    private final long macAddress;
    private final int receiveRing;
    private final boolean gathers;
    private final boolean checksums;

    private final @Nullable IpInterface[] interfaces = new IpInterface[IDENTIFIERS];
    private final int[] waiting;
    private int waitingHead;
    private int waitingCount;
    private boolean needsDoorbell;
    private long nowNs;

    EthernetPort(VirtualInterface nic, int waitingFrames, IpCounters counters, Upward upward) {
        this.nic = nic;
        this.pool = nic.pool();
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
        this.upward = upward;
        this.macAddress = nic.macAddress();
        this.receiveRing = nic.capabilities().receiveRing();
        this.gathers = nic.capabilities().has(NicFeature.TRANSMIT_GATHER);
        this.checksums = nic.capabilities().has(NicFeature.TRANSMIT_CHECKSUM);
        this.waiting = new int[waitingFrames];
    }

    VirtualInterface nic() {
        return nic;
    }

    boolean gathers() {
        return gathers;
    }

    boolean checksums() {
        return checksums;
    }

    int waitingFrames() {
        return waitingCount;
    }

    /** Frames without a tag, or of a VLAN, are an interface's from now on, or nobody's. */
    void assign(int vlan, @Nullable IpInterface arrival) {
        interfaces[vlan] = arrival;
    }

    @Nullable IpInterface assigned(int vlan) {
        return interfaces[vlan];
    }

    boolean isUnassigned() {
        return Arrays.stream(interfaces).allMatch(arrival -> arrival == null);
    }

    /** Delivers what has come in; answers the number of events. */
    int poll(long nowNs, int limit) {
        this.nowNs = nowNs;
        return nic.poll(nowNs, this, limit);
    }

    /** The end of a batch: what waits goes as far as the ring takes it, buffers are posted, the doorbell rings. */
    void finish(long nowNs) {
        nic.post(receiveRing);
        flush(nowNs);
    }

    /** Sends what was queued. */
    void flush(long nowNs) {
        this.nowNs = nowNs;
        if (waitingCount > 0) {
            drain();
        }
        if (needsDoorbell) {
            needsDoorbell = false;
            nic.ring(nowNs);
        }
    }

    /**
     * Queues a frame; its reference is the port's if the answer is 0.
     *
     * @return 0, or {@link IpLayer#QUEUE_FULL}, {@link IpLayer#TOO_LONG}, {@link IpLayer#NO_BUFFER} or {@link
     *     IpLayer#INTERFACE_DOWN}
     */
    int transmit(int packet) {
        if (!checksums) {
            // It was made for another way, by which the checksum would have been filled in.
            TransportChecksum.complete(pool, packet);
        }
        if (!gathers && buffers.continuation(packet) != PacketBuffers.NONE) {
            return transmitInOneBuffer(packet);
        }
        if (waitingCount == 0) {
            int result = nic.transmit(packet);
            if (result == 0) {
                needsDoorbell = true;
                return 0;
            }
            if (result == VirtualInterface.TOO_LONG) {
                return IpLayer.TOO_LONG;
            }
            if (result == VirtualInterface.CLOSED) {
                return IpLayer.INTERFACE_DOWN;
            }
        }
        if (waitingCount == waiting.length) {
            return IpLayer.QUEUE_FULL;
        }
        int at = waitingHead + waitingCount++;
        waiting[at < waiting.length ? at : at - waiting.length] = packet;
        // What is in the ring has to leave it before this can go.
        needsDoorbell = true;
        return 0;
    }

    /** A frame of several buffers is copied for a NIC that gathers none. */
    private int transmitInOneBuffer(int packet) {
        int length = PacketChain.length(buffers, packet);
        if (length > buffers.dataCapacity()) {
            return IpLayer.TOO_LONG;
        }
        int copy = PacketChain.copyOf(pool, packet, PacketPool.SEND);
        if (copy == PacketBuffers.NONE) {
            return IpLayer.NO_BUFFER;
        }
        if ((buffers.flags(packet) & PacketBuffers.CHECKSUM_NEEDED) != 0) {
            buffers.needChecksum(
                    copy, buffers.checksumStart(packet), buffers.checksumField(packet));
        }
        int result = transmit(copy);
        pool.release(result == 0 ? packet : copy);
        return result;
    }

    private void drain() {
        while (waitingCount > 0) {
            int packet = waiting[waitingHead];
            int result = nic.transmit(packet);
            if (result == VirtualInterface.RING_FULL) {
                return;
            }
            waitingHead = waitingHead + 1 == waiting.length ? 0 : waitingHead + 1;
            waitingCount--;
            if (result == 0) {
                needsDoorbell = true;
            } else {
                counters.increment(IpCounter.SEND_DROPPED_INTERFACE_DOWN);
                pool.release(packet);
            }
        }
    }

    /** Releases what waits. */
    void dropWaiting() {
        while (waitingCount > 0) {
            counters.increment(IpCounter.SEND_DROPPED_INTERFACE_DOWN);
            pool.release(waiting[waitingHead]);
            waitingHead = waitingHead + 1 == waiting.length ? 0 : waitingHead + 1;
            waitingCount--;
        }
    }

    @Override
    public void received(int packet) {
        int at = buffers.data(packet);
        int headerLength = EthernetHeader.check(memory, at, buffers.length(packet));
        if (headerLength < 0) {
            drop(packet, IpCounter.FRAME_DROPPED_MALFORMED);
            return;
        }
        long destination = EthernetHeader.destination(memory, at);
        int linkCast = destination == macAddress ? IpDatagram.UNICAST : cast(destination);
        if (linkCast < 0) {
            drop(packet, IpCounter.FRAME_DROPPED_OTHER_STATION);
            return;
        }
        if (MacAddress.isMulticast(EthernetHeader.source(memory, at))) {
            drop(packet, IpCounter.FRAME_DROPPED_GROUP_SOURCE);
            return;
        }
        IpInterface arrival = arrival(at, headerLength);
        if (arrival == null || !arrival.isAdministrativelyUp()) {
            drop(
                    packet,
                    arrival == null
                            ? IpCounter.FRAME_DROPPED_UNKNOWN_VLAN
                            : IpCounter.FRAME_DROPPED_INTERFACE_DOWN);
            return;
        }
        int type = EthernetHeader.etherType(memory, at, headerLength);
        buffers.trimFront(packet, headerLength);
        upward.received(arrival, packet, type, linkCast, nowNs);
    }

    private static int cast(long destination) {
        if (MacAddress.isBroadcast(destination)) {
            return IpDatagram.BROADCAST;
        }
        return MacAddress.isMulticast(destination) ? IpDatagram.MULTICAST : -1;
    }

    /** A tag with the identifier 0 says a priority only (IEEE 802.1Q, clause 9); two tags are nobody's here. */
    private @Nullable IpInterface arrival(int at, int headerLength) {
        if (headerLength == EthernetHeader.LENGTH) {
            return interfaces[IpInterface.NO_VLAN];
        }
        int tag = at + VlanTag.FIRST_OFFSET;
        if (headerLength != EthernetHeader.LENGTH + VlanTag.LENGTH
                || EthernetHeader.etherType(memory, at, EthernetHeader.LENGTH) != EtherType.VLAN) {
            return null;
        }
        return interfaces[VlanTag.identifier(memory, tag)];
    }

    private void drop(int packet, IpCounter reason) {
        counters.increment(reason);
        pool.release(packet);
    }

    @Override
    public void transmitted(int packet) {
        pool.release(packet);
    }

    @Override
    public void linkChanged(boolean up) {
        upward.linkChanged(this, up, nowNs);
    }
}
