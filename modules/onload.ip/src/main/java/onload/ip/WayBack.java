package onload.ip;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.spi.IpDatagram;
import onload.nic.packet.PacketPool;
import onload.wire.IpProtocol;
import onload.wire.Ipv6Address;

/**
 * The way that ICMP answers by: to the source of the datagram at hand. Found for the last one, it is kept for the next,
 * since questions come in rows.
 */
final class WayBack {
    private final PacketPool pool;
    private final IpCounters counters;
    private final NextHopDetermination nextHops;
    private final IpOutput output;
    private final Destination replyTo = new Destination(0, 0, 0, 0);

    WayBack(PacketPool pool, IpCounters counters, NextHopDetermination nextHops, IpOutput output) {
        this.pool = pool;
        this.counters = counters;
        this.nextHops = nextHops;
        this.output = output;
        replyTo.groupLoopback(false);
    }

    /**
     * Finds the way to the source of a datagram: from the address that was addressed; for a group by the
     * interface that it came in by, from one that is selected (RFC 1122, section 3.2.2.6; RFC 4443, section
     * 4.2). Answers whether there is one.
     */
    boolean find(IpDatagram datagram, long nowNs) {
        boolean isIpv4 = datagram.isIpv4();
        replyTo.turnTo(
                datagram.sourceHigh(),
                datagram.sourceLow(),
                isIpv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6);
        if (datagram.cast() == IpDatagram.UNICAST) {
            replyTo.source(datagram.destinationHigh(), datagram.destinationLow());
        } else {
            replyTo.selectSource();
        }
        boolean isLinkLocal = Ipv6Address.isLinkLocal(datagram.sourceHigh(), datagram.sourceLow());
        boolean isForGroup = datagram.cast() != IpDatagram.UNICAST;
        replyTo.bindTo(isLinkLocal || isForGroup ? datagram.interfaceIndex() : 0);
        return replyTo.isReady() || nextHops.find(replyTo, nowNs) == 0;
    }

    /** Sends a message, whose reference is taken; answers whether it went. One that did not is counted. */
    boolean send(int packet, int trafficClass, long nowNs) {
        int result = output.send(packet, replyTo, trafficClass, replyTo.hopLimit(), nowNs);
        if (result < 0) {
            counters.increment(IpCounter.ICMP_DROPPED_NOT_SENT);
            pool.release(packet);
        }
        return result >= 0;
    }

    /** {@return the high half of the address that is sent from} */
    long sourceHigh() {
        return replyTo.sourceHigh();
    }

    /** {@return the low half of the address that is sent from} */
    long sourceLow() {
        return replyTo.sourceLow();
    }
}
