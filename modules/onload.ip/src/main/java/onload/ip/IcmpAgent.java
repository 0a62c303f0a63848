package onload.ip;

import onload.ip.address.AddressTable;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.fragment.ReassemblyEvents;
import onload.ip.fragment.TransportChecksum;
import onload.ip.icmp.EchoReplies;
import onload.ip.icmp.IcmpErrorBuilder;
import onload.ip.icmp.IcmpErrorRules;
import onload.ip.icmp.IcmpErrorVerdict;
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
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.random.RandomGenerator;

/**
 * ICMP of both versions: answers echoes, tells transports what others report of their packets, and reports to others
 * what is wrong with theirs (RFC 792; RFC 1122, section 3.2.2; RFC 4443).
 */
final class IcmpAgent implements ReassemblyEvents {
    /** The two bits of the traffic class that are the path's, not the asker's (RFC 3168, section 5). */
    private static final int ECN_MASK = 3;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;
    private final IcmpOptions options;
    private final IcmpRateLimit limit;
    private final IcmpErrorBuilder builder;
    private final EchoReplies echoes;
    private final Parts parts;
    private final IcmpError error = new IcmpError();
    private final IpDatagram timedOut = new IpDatagram();
    private final Destination replyTo = new Destination(0, 0, 0, 0);
    private final Destination path = new Destination(0, 0, 0, 0);

    /** The parts of the layer that ICMP works with; they know it too, so that they come later. */
    record Parts(
            Interfaces interfaces,
            AddressTable addresses,
            NextHopDetermination nextHops,
            IpOutput output,
            TransportTable transports,
            PathMtuCache pathMtus,
            RouterDiscovery routers,
            NdpAgent ndp,
            GroupAgent groups) {}

    IcmpAgent(
            PacketPool pool,
            IpCounters counters,
            IcmpOptions options,
            RandomGenerator random,
            Parts parts) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
        this.options = options;
        this.limit = new IcmpRateLimit(options, random.nextLong(), random);
        this.builder = new IcmpErrorBuilder(pool);
        this.echoes = new EchoReplies(pool);
        this.parts = parts;
        replyTo.groupLoopback(false);
    }

    // What comes in.

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
        if (!findWayBack(datagram, nowNs)) {
            drop(packet, IpCounter.ICMP_DROPPED_NOT_SENT);
            return;
        }
        int reply =
                datagram.isIpv4()
                        ? echoes.ipv4(packet)
                        : echoes.ipv6(packet, datagram, replyTo.sourceHigh(), replyTo.sourceLow());
        if (reply == PacketBuffers.NONE) {
            counters.increment(IpCounter.ICMP_DROPPED_NOT_SENT);
        } else if (send(reply, datagram.trafficClass() & ~ECN_MASK, nowNs)) {
            counters.increment(IpCounter.ICMP_ECHO_REPLIES_SENT);
        }
    }

    /**
     * From the address that was addressed; for a group by the interface that it came in by, from one that is selected
     * (RFC 1122, section 3.2.2.6; RFC 4443, section 4.2).
     */
    private boolean findWayBack(IpDatagram datagram, long nowNs) {
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
        return replyTo.isReady() || parts.nextHops.find(replyTo, nowNs) == 0;
    }

    private boolean send(int packet, int trafficClass, long nowNs) {
        int result = parts.output.send(packet, replyTo, trafficClass, replyTo.hopLimit(), nowNs);
        if (result < 0) {
            drop(packet, IpCounter.ICMP_DROPPED_NOT_SENT);
        }
        return result >= 0;
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
        if (read < 0
                || !parts.addresses.isOurs(
                        error.sourceHigh(),
                        error.sourceLow(),
                        zone(error.sourceHigh(), error.sourceLow()))) {
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

    // What is reported to others. The packet stays the caller's.

    void portUnreachable(int packet, IpDatagram datagram, int linkCast, long nowNs) {
        if (datagram.isIpv4()) {
            reportIpv4(
                    packet,
                    datagram,
                    Icmpv4Message.DESTINATION_UNREACHABLE,
                    Icmpv4Message.PORT_UNREACHABLE,
                    0,
                    linkCast,
                    nowNs);
        } else {
            reportIpv6(
                    packet,
                    datagram,
                    Icmpv6Message.DESTINATION_UNREACHABLE,
                    Icmpv6Message.PORT_UNREACHABLE,
                    0,
                    linkCast,
                    nowNs);
        }
    }

    void protocolUnreachable(int packet, IpDatagram datagram, int linkCast, long nowNs) {
        if (datagram.isIpv4()) {
            reportIpv4(
                    packet,
                    datagram,
                    Icmpv4Message.DESTINATION_UNREACHABLE,
                    Icmpv4Message.PROTOCOL_UNREACHABLE,
                    0,
                    linkCast,
                    nowNs);
        } else {
            reportIpv6(
                    packet,
                    datagram,
                    Icmpv6Message.PARAMETER_PROBLEM,
                    Icmpv6Message.UNRECOGNIZED_NEXT_HEADER,
                    datagram.nextHeaderPointer(),
                    linkCast,
                    nowNs);
        }
    }

    /** Reports an IPv4 header that is wrong at a byte. */
    void parameterProblem(int packet, IpDatagram datagram, int pointer, int linkCast, long nowNs) {
        reportIpv4(
                packet,
                datagram,
                Icmpv4Message.PARAMETER_PROBLEM,
                Icmpv4Message.POINTER_INDICATES_ERROR,
                pointer,
                linkCast,
                nowNs);
    }

    /** Reports an IPv6 header that is wrong at a byte. */
    void parameterProblem(
            int packet, IpDatagram datagram, int code, int pointer, int linkCast, long nowNs) {
        reportIpv6(
                packet, datagram, Icmpv6Message.PARAMETER_PROBLEM, code, pointer, linkCast, nowNs);
    }

    @Override
    public void timedOut(int packet, int interfaceIndex, long nowNs) {
        int at = buffers.data(packet);
        if (Ipv4Header.version(memory, at) == 4) {
            timedOut.ipv4Addresses(
                    Ipv4Header.source(memory, at), Ipv4Header.destination(memory, at));
            describeTimedOut(at, interfaceIndex);
            reportIpv4(
                    packet,
                    timedOut,
                    Icmpv4Message.TIME_EXCEEDED,
                    Icmpv4Message.REASSEMBLY_TIME_EXCEEDED,
                    0,
                    IpDatagram.UNICAST,
                    nowNs);
        } else {
            timedOut.ipv6Addresses(
                    Ipv6Header.sourceHigh(memory, at),
                    Ipv6Header.sourceLow(memory, at),
                    Ipv6Header.destinationHigh(memory, at),
                    Ipv6Header.destinationLow(memory, at));
            describeTimedOut(at, interfaceIndex);
            reportIpv6(
                    packet,
                    timedOut,
                    Icmpv6Message.TIME_EXCEEDED,
                    Icmpv6Message.REASSEMBLY_TIME_EXCEEDED,
                    0,
                    IpDatagram.UNICAST,
                    nowNs);
        }
    }

    private void describeTimedOut(int at, int interfaceIndex) {
        boolean isOurs =
                parts.addresses.isOurs(
                        timedOut.destinationHigh(), timedOut.destinationLow(), interfaceIndex);
        timedOut.arrival(interfaceIndex, isOurs ? IpDatagram.UNICAST : IpDatagram.MULTICAST, false);
        timedOut.header(at, 0, 0, 0, 0, 0);
    }

    private void reportIpv4(
            int packet,
            IpDatagram datagram,
            int type,
            int code,
            int detail,
            int linkCast,
            long nowNs) {
        int header = datagram.headerIndex();
        IcmpErrorVerdict verdict =
                IcmpErrorRules.ipv4(
                        memory,
                        header,
                        available(packet, header),
                        datagram.cast(),
                        arrival(linkCast));
        if (mayReport(verdict, datagram, nowNs)) {
            sendReport(builder.ipv4(packet, header, type, code, detail), nowNs);
        }
    }

    private void reportIpv6(
            int packet,
            IpDatagram datagram,
            int type,
            int code,
            int detail,
            int linkCast,
            long nowNs) {
        int header = datagram.headerIndex();
        IcmpErrorVerdict verdict =
                IcmpErrorRules.ipv6(
                        memory,
                        header,
                        available(packet, header),
                        datagram.cast(),
                        arrival(linkCast),
                        type,
                        code,
                        detail);
        if (mayReport(verdict, datagram, nowNs)) {
            long high = replyTo.sourceHigh();
            long low = replyTo.sourceLow();
            sendReport(builder.ipv6(packet, header, type, code, detail, high, low), nowNs);
        }
    }

    /** Bytes that are together from the IP header on, whatever of it was trimmed. */
    private int available(int packet, int header) {
        return buffers.data(packet) + buffers.length(packet) - header;
    }

    private static int arrival(int linkCast) {
        if (linkCast == Loopback.LOCAL) {
            return IcmpErrorRules.FROM_THIS_HOST;
        }
        return linkCast == IpDatagram.UNICAST
                ? IcmpErrorRules.STATION_FRAME
                : IcmpErrorRules.GROUP_FRAME_ARRIVAL;
    }

    private boolean mayReport(IcmpErrorVerdict verdict, IpDatagram datagram, long nowNs) {
        if (!verdict.isAllowed()) {
            counters.increment(IpCounter.ICMP_ERRORS_SUPPRESSED_FORBIDDEN);
            return false;
        }
        if (!limit.mayError(datagram.sourceHigh(), datagram.sourceLow(), nowNs)) {
            counters.increment(IpCounter.ICMP_ERRORS_SUPPRESSED_LIMIT);
            return false;
        }
        if (!findWayBack(datagram, nowNs)) {
            counters.increment(IpCounter.ICMP_DROPPED_NOT_SENT);
            return false;
        }
        return true;
    }

    private void sendReport(int message, long nowNs) {
        if (message == PacketBuffers.NONE) {
            counters.increment(IpCounter.ICMP_DROPPED_NOT_SENT);
        } else if (send(message, 0, nowNs)) {
            counters.increment(IpCounter.ICMP_ERRORS_SENT);
        }
    }
}
