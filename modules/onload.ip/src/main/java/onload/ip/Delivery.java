package onload.ip;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.TransportProtocol;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.IpProtocol;

/** Hands datagrams for this host to whoever has their protocol: ICMP and IGMP here, transports above. */
final class Delivery {
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final IpCounters counters;
    private final TransportTable transports;
    private final IcmpAgent icmp;
    private final IcmpReports reports;
    private final GroupAgent groups;

    Delivery(
            PacketPool pool,
            IpCounters counters,
            TransportTable transports,
            IcmpAgent icmp,
            IcmpReports reports,
            GroupAgent groups) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.counters = counters;
        this.transports = transports;
        this.icmp = icmp;
        this.reports = reports;
        this.groups = groups;
    }

    /**
     * Delivers a datagram and its reference.
     *
     * @param packet whose data begins at the IP header
     * @param linkCast how its frame was addressed, or {@link Loopback#LOCAL}
     */
    void deliver(int packet, IpDatagram datagram, int linkCast, long nowNs) {
        int headerLength = datagram.headerLength();
        if (isSplit(packet, datagram)) {
            counters.increment(IpCounter.RECEIVE_DROPPED_SPLIT_HEADER);
            pool.release(packet);
            return;
        }
        buffers.trimFront(packet, headerLength);
        buffers.frameLength(packet, datagram.payloadLength());
        int protocol = datagram.protocol();
        if (transports.hasOnlookers(protocol)) {
            transports.show(packet, datagram, nowNs);
        }
        TransportProtocol transport = transports.of(protocol);
        if (transport != null) {
            if (transport.received(packet, datagram, nowNs) == TransportProtocol.ACCEPTED) {
                counters.increment(IpCounter.DELIVERED);
            } else {
                counters.increment(IpCounter.RECEIVE_DROPPED_NO_PORT);
                reports.portUnreachable(packet, datagram, linkCast, nowNs);
                pool.release(packet);
            }
        } else {
            deliverHere(packet, datagram, linkCast, nowNs);
        }
    }

    /** A scattered frame whose first buffer has less than what transports read at once. */
    private boolean isSplit(int packet, IpDatagram datagram) {
        return buffers.continuation(packet) != PacketBuffers.NONE
                && buffers.length(packet) - datagram.headerLength()
                        < Math.min(IpDatagram.CONTIGUOUS, datagram.payloadLength());
    }

    private void deliverHere(int packet, IpDatagram datagram, int linkCast, long nowNs) {
        boolean isIpv4 = datagram.isIpv4();
        int protocol = datagram.protocol();
        if (protocol == (isIpv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6)) {
            counters.increment(IpCounter.DELIVERED);
            icmp.received(packet, datagram, nowNs);
        } else if (isIpv4 && protocol == IpProtocol.IGMP) {
            counters.increment(IpCounter.DELIVERED);
            groups.igmpReceived(packet, datagram, nowNs);
            pool.release(packet);
        } else {
            boolean isSeen = transports.hasOnlookers(protocol);
            counters.increment(
                    isSeen ? IpCounter.DELIVERED : IpCounter.RECEIVE_DROPPED_UNKNOWN_PROTOCOL);
            if (!isSeen) {
                reports.protocolUnreachable(packet, datagram, linkCast, nowNs);
            }
            pool.release(packet);
        }
    }
}
