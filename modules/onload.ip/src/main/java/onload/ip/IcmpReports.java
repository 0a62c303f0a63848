package onload.ip;

import onload.ip.address.AddressTable;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.fragment.ReassemblyEvents;
import onload.ip.icmp.IcmpErrorBuilder;
import onload.ip.icmp.IcmpErrorRules;
import onload.ip.icmp.IcmpErrorVerdict;
import onload.ip.icmp.IcmpRateLimit;
import onload.ip.spi.IpDatagram;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reports to others what is wrong with their packets, where that is allowed and as often as it is (RFC 1122, section
 * 3.2.2; RFC 4443, section 2.4). The packets stay their owner's.
 */
final class IcmpReports implements ReassemblyEvents {
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;
    private final AddressTable addresses;
    private final IcmpRateLimit limit;
    private final WayBack wayBack;
    private final IcmpErrorBuilder builder;
    private final IpDatagram timedOut = new IpDatagram();

    IcmpReports(
            PacketPool pool,
            IpCounters counters,
            AddressTable addresses,
            IcmpRateLimit limit,
            WayBack wayBack) {
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
        this.addresses = addresses;
        this.limit = limit;
        this.wayBack = wayBack;
        this.builder = new IcmpErrorBuilder(pool);
    }

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
                addresses.isOurs(
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
            long high = wayBack.sourceHigh();
            long low = wayBack.sourceLow();
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
        if (!wayBack.find(datagram, nowNs)) {
            counters.increment(IpCounter.ICMP_DROPPED_NOT_SENT);
            return false;
        }
        return true;
    }

    private void sendReport(int message, long nowNs) {
        if (message == PacketBuffers.NONE) {
            counters.increment(IpCounter.ICMP_DROPPED_NOT_SENT);
        } else if (wayBack.send(message, 0, nowNs)) {
            counters.increment(IpCounter.ICMP_ERRORS_SENT);
        }
    }
}
