package onload.ip;

import onload.ip.address.AddressTable;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.fragment.TransportChecksum;
import onload.ip.icmp.EchoReplies;
import onload.ip.icmp.IcmpOptions;
import onload.ip.icmp.IcmpQuotes;
import onload.ip.icmp.IcmpRateLimit;
import onload.ip.route.PathMtuCache;
import onload.ip.router.RouterDiscovery;
import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * ICMP of both versions that comes in: answers echoes, and tells transports what others report of their packets (RFC
 * 792; RFC 1122, section 3.2.2; RFC 4443).
 */
final class IcmpAgent {
    /** The two bits of the traffic class that are the path's, not the asker's (RFC 3168, section 5). */
    private static final int ECN_MASK = 3;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;
    private final IcmpOptions options;
    private final IcmpRateLimit limit;
    private final WayBack wayBack;
    private final EchoReplies echoes;
    private final Parts parts;
    private final IcmpError error = new IcmpError();
    private final Destination path = new Destination(0, 0, 0, 0);

    /** The parts of the layer that ICMP works with; they know it too, so that they come later. */
    record Parts(
            Interfaces interfaces,
            AddressTable addresses,
            NextHopDetermination nextHops,
            TransportTable transports,
            PathMtuCache pathMtus,
            RouterDiscovery routers,
            NdpAgent ndp,
            GroupAgent groups) {}

    IcmpAgent(
            PacketPool pool,
            IpCounters counters,
            IcmpOptions options,
            IcmpRateLimit limit,
            WayBack wayBack,
            Parts parts) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
        this.options = options;
        this.limit = limit;
        this.wayBack = wayBack;
        this.echoes = new EchoReplies(pool);
        this.parts = parts;
    }

    /** Takes a message with its reference; the packet's data is the message. */
    void received(int packet, IpDatagram datagram, long nowNs) {
        int at = buffers.data(packet);
        int length = buffers.length(packet);
        boolean isIpv4 = datagram.isIpv4();
        int header =
                isIpv4
                        ? Icmpv4Message.check(memory, at, length)
                        : Icmpv6Message.check(memory, at, length);
        if (header < 0) {
            drop(packet, IpCounter.ICMP_DROPPED_MALFORMED);
        } else if (!datagram.checksumVerified() && !isChecksumCorrect(packet, datagram)) {
            drop(packet, IpCounter.ICMP_DROPPED_CHECKSUM);
        } else {
            counters.increment(IpCounter.ICMP_RECEIVED);
            if (isIpv4) {
                receivedIpv4(packet, at, length, datagram, nowNs);
            } else {
                receivedIpv6(packet, at, length, datagram, nowNs);
            }
        }
    }

    private boolean isChecksumCorrect(int packet, IpDatagram datagram) {
        long initial =
                datagram.isIpv4()
                        ? 0
                        : InternetChecksum.pseudoHeader(
                                datagram.sourceHigh(),
                                datagram.sourceLow(),
                                datagram.destinationHigh(),
                                datagram.destinationLow(),
                                IpProtocol.ICMPV6,
                                datagram.payloadLength());
        long sum = TransportChecksum.sum(buffers, packet, 0, datagram.payloadLength(), initial);
        return InternetChecksum.fold(sum) == 0;
    }

    private void drop(int packet, IpCounter reason) {
        counters.increment(reason);
        pool.release(packet);
    }

    private void receivedIpv4(int packet, int at, int length, IpDatagram datagram, long nowNs) {
        int type = Icmpv4Message.type(memory, at);
        switch (type) {
            case Icmpv4Message.ECHO -> {
                echo(packet, datagram, options.answerIpv4GroupEcho(), nowNs);
                return;
            }
            // For raw receivers, who have seen it.
            case Icmpv4Message.ECHO_REPLY -> {}
            case Icmpv4Message.REDIRECT -> redirect(at, length, datagram, nowNs);
            default -> {
                if (Icmpv4Message.isError(type)) {
                    reported(
                            IcmpQuotes.ipv4(memory, at, length, datagram, error),
                            at + Icmpv4Message.DATA_OFFSET,
                            nowNs);
                } else {
                    counters.increment(IpCounter.ICMP_DROPPED_UNKNOWN_TYPE);
                }
            }
        }
        pool.release(packet);
    }

    private void receivedIpv6(int packet, int at, int length, IpDatagram datagram, long nowNs) {
        int type = Icmpv6Message.type(memory, at);
        if (type == Icmpv6Message.ECHO_REQUEST) {
            echo(packet, datagram, options.answerIpv6GroupEcho(), nowNs);
            return;
        }
        if (NdpAgent.isNdp(type)) {
            IpInterface arrival = parts.interfaces.byIndex(datagram.interfaceIndex());
            if (arrival != null && !arrival.isLoopback()) {
                parts.ndp.received(arrival, packet, datagram, nowNs);
            }
        } else if (GroupAgent.isMld(type)) {
            parts.groups.mldReceived(packet, datagram, nowNs);
        } else if (Icmpv6Message.isError(type)) {
            reported(
                    IcmpQuotes.ipv6(memory, at, length, datagram, error),
                    at + Icmpv6Message.DATA_OFFSET,
                    nowNs);
        } else if (type != Icmpv6Message.ECHO_REPLY) {
            counters.increment(IpCounter.ICMP_DROPPED_UNKNOWN_TYPE);
        }
        pool.release(packet);
    }

    // Echo.

    private void echo(int packet, IpDatagram datagram, boolean answerGroups, long nowNs) {
        boolean isForGroup = datagram.cast() != IpDatagram.UNICAST;
        if ((isForGroup && !answerGroups) || !limit.mayEcho(nowNs)) {
            drop(packet, IpCounter.ICMP_DROPPED_ECHO_LIMIT);
            return;
        }
        if (!wayBack.find(datagram, nowNs)) {
            drop(packet, IpCounter.ICMP_DROPPED_NOT_SENT);
            return;
        }
        int reply =
                datagram.isIpv4()
                        ? echoes.ipv4(packet)
                        : echoes.ipv6(packet, datagram, wayBack.sourceHigh(), wayBack.sourceLow());
        if (reply == PacketBuffers.NONE) {
            counters.increment(IpCounter.ICMP_DROPPED_NOT_SENT);
        } else if (wayBack.send(reply, datagram.trafficClass() & ~ECN_MASK, nowNs)) {
            counters.increment(IpCounter.ICMP_ECHO_REPLIES_SENT);
        }
    }

    // What others report.

    private void redirect(int at, int length, IpDatagram datagram, long nowNs) {
        int quote = at + Icmpv4Message.DATA_OFFSET;
        if (length < Icmpv4Message.DATA_OFFSET + Ipv4Header.MIN_LENGTH
                || !isOurs(Ipv4Header.source(memory, quote))) {
            counters.increment(IpCounter.REDIRECTS_IGNORED);
            return;
        }
        parts.routers.ipv4Redirect(
                datagram.interfaceIndex(),
                datagram.sourceIpv4(),
                Ipv4Header.destination(memory, quote),
                Icmpv4Message.gateway(memory, at),
                nowNs);
    }

    /** Nobody redirects what this host has not sent. */
    private boolean isOurs(int ipv4) {
        return parts.addresses.isOurs(
                Ipv6Address.MAPPED_HIGH, Ipv6Address.mappedLow(ipv4), AddressTable.ANY_INTERFACE);
    }

    /**
     * Hands an error on whose quotation could be read.
     *
     * @param read what reading it answered
     * @param quote index of the quoted packet
     */
    private void reported(int read, int quote, long nowNs) {
        if (read == IcmpQuotes.NOT_REPORTED) {
            counters.increment(IpCounter.ICMP_DROPPED_UNKNOWN_TYPE);
            return;
        }
        if (read < 0 || !isFromHere()) {
            counters.increment(IpCounter.ICMP_DROPPED_BAD_QUOTE);
            return;
        }
        if (!parts.transports.failed(error, nowNs)) {
            counters.increment(IpCounter.ICMP_DROPPED_NO_OWNER);
            return;
        }
        counters.increment(IpCounter.ICMP_ERRORS_DELIVERED);
        if (error.kind() == IcmpError.PACKET_TOO_BIG) {
            tooBig(quote, nowNs);
        }
    }

    /** Whether an error quotes an address of this host as the source, to which all of 127/8 belongs. */
    private boolean isFromHere() {
        long high = error.sourceHigh();
        long low = error.sourceLow();
        boolean isLoopback =
                error.interfaceIndex() == Interfaces.LOOPBACK
                        && Ipv6Address.isIpv4Mapped(high, low)
                        && Ipv4Address.isLoopback((int) low);
        return isLoopback || parts.addresses.isOurs(high, low, zone(high, low));
    }

    /** A link-local address is one of the interface that the error came in by, any other one of the host. */
    private int zone(long high, long low) {
        return Ipv6Address.isLinkLocal(high, low)
                ? error.interfaceIndex()
                : AddressTable.ANY_INTERFACE;
    }

    /** RFC 1191, section 3; RFC 8201, section 4: only what a transport has owned to having sent. */
    private void tooBig(int quote, long nowNs) {
        path.turnTo(error.destinationHigh(), error.destinationLow(), error.protocol());
        path.source(error.sourceHigh(), error.sourceLow());
        path.bindTo(zone(error.destinationHigh(), error.destinationLow()));
        if (parts.nextHops.find(path, nowNs) < 0 || path.isLocal()) {
            counters.increment(IpCounter.PATH_MTU_IGNORED);
            return;
        }
        int length =
                error.isIpv4()
                        ? Ipv4Header.totalLength(memory, quote)
                        : Ipv6Header.LENGTH + Ipv6Header.payloadLength(memory, quote);
        parts.pathMtus.report(
                error.destinationHigh(),
                error.destinationLow(),
                error.mtu(),
                path.mtu(),
                length,
                nowNs);
    }

    /** A packet that waited for a neighbour cannot go: its sender is told as a router would have told it. */
    void unreachable(int packet, int interfaceIndex, long nowNs) {
        int read =
                IcmpQuotes.local(
                        memory,
                        buffers.data(packet),
                        buffers.length(packet),
                        IcmpError.HOST_UNREACHABLE,
                        0,
                        interfaceIndex,
                        error);
        if (read >= 0 && parts.transports.failed(error, nowNs)) {
            counters.increment(IpCounter.ICMP_ERRORS_DELIVERED);
        }
    }
}
