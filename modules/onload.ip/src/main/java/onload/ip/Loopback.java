package onload.ip;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.spi.IpDatagram;
import onload.ip.support.PacketChain;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.EtherType;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * The way from the stack to itself. Packets are copied, since the sender may keep its buffer and the receiver will trim
 * its own; they wait here until the next batch, so that no receiver runs within its sender.
 */
final class Loopback {
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final IpCounters counters;
    private final int[] packets;
    private final @Nullable IpInterface[] arrivals;
    private int head;
    private int count;

    Loopback(PacketPool pool, int capacity, IpCounters counters) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.counters = counters;
        this.packets = new int[capacity];
        this.arrivals = new IpInterface[capacity];
    }

    boolean isEmpty() {
        return count == 0;
    }

    /**
     * Queues a copy of a packet, which stays the caller's.
     *
     * @param packet whose data begins at the IP header
     * @param arrival the interface that it will come in by
     * @return whether it was queued; a packet that was not is counted
     */
    boolean copy(int packet, IpInterface arrival) {
        if (count == packets.length) {
            counters.increment(IpCounter.LOOPBACK_DROPPED_NO_BUFFER);
            return false;
        }
        int copy = PacketChain.copyOf(pool, packet, PacketPool.RECEIVE);
        if (copy == PacketBuffers.NONE) {
            counters.increment(IpCounter.LOOPBACK_DROPPED_NO_BUFFER);
            return false;
        }
        // Memory does not damage it: RFC 1122 asks for checksums on the wire.
        buffers.flags(copy, PacketBuffers.CHECKSUM_VERIFIED);
        int at = head + count++;
        at = at < packets.length ? at : at - packets.length;
        packets[at] = copy;
        arrivals[at] = arrival;
        counters.increment(IpCounter.LOOPED_BACK);
        return true;
    }

    /** Delivers what was there when it began, no more than {@code limit}; answers how many. */
    int drain(EthernetPort.Upward upward, int limit, long nowNs) {
        int due = Math.min(count, limit);
        for (int i = 0; i < due; i++) {
            int packet = packets[head];
            IpInterface arrival = arrivals[head];
            head = head + 1 == packets.length ? 0 : head + 1;
            count--;
            buffers.timestampNs(packet, nowNs);
            int version = buffers.memory().getByte(buffers.data(packet)) >>> 4;
            upward.received(
                    Objects.requireNonNull(arrival),
                    packet,
                    version == 4 ? EtherType.IPV4 : EtherType.IPV6,
                    LOCAL,
                    nowNs);
        }
        return due;
    }

    /** How a packet that never was on a link is addressed there: see {@link IpDatagram#UNICAST} for others. */
    static final int LOCAL = -1;

    void close() {
        while (count > 0) {
            pool.release(packets[head]);
            head = head + 1 == packets.length ? 0 : head + 1;
            count--;
        }
    }
}
