package onload.ip.icmp;

import static onload.ip.icmp.IcmpErrorVerdict.ALLOWED;
import static onload.ip.icmp.IcmpErrorVerdict.BAD_SOURCE;
import static onload.ip.icmp.IcmpErrorVerdict.GROUP_DESTINATION;
import static onload.ip.icmp.IcmpErrorVerdict.GROUP_FRAME;
import static onload.ip.icmp.IcmpErrorVerdict.ICMP_ERROR;
import static onload.ip.icmp.IcmpErrorVerdict.LATER_FRAGMENT;
import static onload.ip.icmp.IcmpErrorVerdict.REDIRECT;
import static onload.ip.icmp.IcmpErrorVerdict.UNREADABLE;

import onload.ip.spi.IpDatagram;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6Header;
import onload.wire.Ipv6Options;
import onload.wire.NdpMessage;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Whether an ICMP error may be sent about a packet (RFC 1122, section 3.2.2; RFC 4443, section 2.4 e): errors about
 * errors would go round for ever, and those about packets for many would come from all of them at once.
 *
 * <p>What is not certain is forbidden: an ICMP message whose type cannot be read, or an IPv6 packet whose chain of
 * headers is cut off before it says that no ICMP message follows.
 *
 * <p>What only the IP layer knows it says itself: by the cast, that the destination is the broadcast address of a
 * prefix; and a packet from such an address, or from one of this host that came over a link, it has dropped before it
 * asks. How often errors are sent is up to {@link IcmpRateLimit}.
 */
public final class IcmpErrorRules {
    /** Arrival: in a frame for this station. */
    public static final int STATION_FRAME = 0;

    /** Arrival: in a frame for a group or for all. */
    public static final int GROUP_FRAME_ARRIVAL = 1;

    /** Arrival: from this host itself, by no link, where loopback addresses are as good as others. */
    public static final int FROM_THIS_HOST = 2;

    /** The types that are queries and replies, all below 64, as bits: timestamps to address masks, and RFC 8335. */
    private static final long QUERIES =
            1L << Icmpv4Message.ECHO_REPLY
                    | 1L << Icmpv4Message.ECHO
                    | 1L << Icmpv4Message.ROUTER_ADVERTISEMENT
                    | 1L << Icmpv4Message.ROUTER_SOLICITATION
                    | 0x3FL << Icmpv4Message.TIMESTAMP
                    | 0x3L << 42;

    private static final int ACTION_MASK = 0xC0;
    private static final int ACTION_SHIFT = 6;

    private IcmpErrorRules() {}

    /**
     * {@return whether an error may be sent about an IPv4 packet}
     *
     * @param memory holds the packet
     * @param header index of its IP header
     * @param available bytes that are together from there on
     * @param cast that of its {@link IpDatagram}
     * @param arrival {@link #STATION_FRAME}, {@link #GROUP_FRAME_ARRIVAL} or {@link #FROM_THIS_HOST}
     */
    public static IcmpErrorVerdict ipv4(
            UnsafeBuffer memory, int header, int available, int cast, int arrival) {
        if (available < Ipv4Header.MIN_LENGTH) {
            return UNREADABLE;
        }
        int destination = Ipv4Header.destination(memory, header);
        if (cast != IpDatagram.UNICAST || isGroup(destination)) {
            return GROUP_DESTINATION;
        }
        if (arrival == GROUP_FRAME_ARRIVAL) {
            return GROUP_FRAME;
        }
        if (!isOneHost(Ipv4Header.source(memory, header), arrival == FROM_THIS_HOST)) {
            return BAD_SOURCE;
        }
        if (Ipv4Header.fragmentOffset(memory, header) != 0) {
            return LATER_FRAGMENT;
        }
        return Ipv4Header.protocol(memory, header) == IpProtocol.ICMP
                ? icmpv4(memory, header, available)
                : ALLOWED;
    }

    private static IcmpErrorVerdict icmpv4(UnsafeBuffer memory, int header, int available) {
        int headerLength = Ipv4Header.headerLength(memory, header);
        if (headerLength < Ipv4Header.MIN_LENGTH || available <= headerLength) {
            return UNREADABLE;
        }
        int type = Icmpv4Message.type(memory, header + headerLength);
        // A type that is not known may be an error one day.
        return type < Long.SIZE && ((QUERIES >>> type) & 1) != 0 ? ALLOWED : ICMP_ERROR;
    }

    /** RFC 1122, section 3.3.6: an address of zeros is the broadcast address of old. */
    private static boolean isGroup(int destination) {
        return Ipv4Address.isMulticast(destination)
                || Ipv4Address.isLimitedBroadcast(destination)
                || Ipv4Address.isUnspecified(destination);
    }

    private static boolean isOneHost(int source, boolean isFromThisHost) {
        return !Ipv4Address.isThisNetwork(source)
                && !Ipv4Address.isMulticast(source)
                && !Ipv4Address.isReserved(source)
                && (isFromThisHost || !Ipv4Address.isLoopback(source));
    }

    /**
     * {@return whether a given error may be sent about an IPv6 packet}
     *
     * @param memory holds the packet
     * @param header index of its IP header
     * @param available bytes that are together from there on
     * @param cast that of its {@link IpDatagram}
     * @param arrival {@link #STATION_FRAME}, {@link #GROUP_FRAME_ARRIVAL} or {@link #FROM_THIS_HOST}
     * @param type type of the error
     * @param code its code
     * @param pointer its pointer, if it has one
     */
    public static IcmpErrorVerdict ipv6(
            UnsafeBuffer memory,
            int header,
            int available,
            int cast,
            int arrival,
            int type,
            int code,
            long pointer) {
        if (available < Ipv6Header.LENGTH) {
            return UNREADABLE;
        }
        boolean isForGroup =
                cast != IpDatagram.UNICAST
                        || Ipv6Address.isMulticast(
                                Ipv6Header.destinationHigh(memory, header),
                                Ipv6Header.destinationLow(memory, header));
        if ((isForGroup || arrival == GROUP_FRAME_ARRIVAL)
                && !isAllowedForGroups(memory, header, available, type, code, pointer)) {
            return isForGroup ? GROUP_DESTINATION : GROUP_FRAME;
        }
        long high = Ipv6Header.sourceHigh(memory, header);
        long low = Ipv6Header.sourceLow(memory, header);
        return isOneHost(high, low, arrival == FROM_THIS_HOST)
                ? upperLayer(memory, header, available, type, code)
                : BAD_SOURCE;
    }

    /** RFC 4443, section 2.4 e.3: the path MTU of groups, and options that ask for it by the type's upper bits 10. */
    private static boolean isAllowedForGroups(
            UnsafeBuffer memory, int header, int available, int type, int code, long pointer) {
        if (type != Icmpv6Message.PARAMETER_PROBLEM) {
            return type == Icmpv6Message.PACKET_TOO_BIG;
        }
        return code == Icmpv6Message.UNRECOGNIZED_OPTION
                && pointer >= Ipv6Header.LENGTH
                && pointer < available
                && (memory.getByte(header + (int) pointer) & ACTION_MASK) >>> ACTION_SHIFT
                        == Ipv6Options.REPORT;
    }

    private static boolean isOneHost(long high, long low, boolean isFromThisHost) {
        return !Ipv6Address.isUnspecified(high, low)
                && !Ipv6Address.isMulticast(high, low)
                && !Ipv6Address.isIpv4Mapped(high, low)
                && (isFromThisHost || !Ipv6Address.isLoopback(high, low));
    }

    private static IcmpErrorVerdict upperLayer(
            UnsafeBuffer memory, int header, int available, int type, int code) {
        long found = Ipv6UpperLayer.find(memory, header, available);
        if (found == Ipv6UpperLayer.NONE) {
            // RFC 7112, section 5: just this error is about a chain that has no end.
            return type == Icmpv6Message.PARAMETER_PROBLEM
                            && code == Icmpv6Message.INCOMPLETE_HEADER_CHAIN
                    ? ALLOWED
                    : UNREADABLE;
        }
        int protocol = Ipv6UpperLayer.protocol(found);
        if (Ipv6UpperLayer.isLaterFragment(found)) {
            return laterFragment(protocol);
        }
        return protocol == IpProtocol.ICMPV6
                ? icmpv6(memory, Ipv6UpperLayer.index(found), header + available)
                : ALLOWED;
    }

    /** RFC 8200, section 4.5, reports later fragments, too; but here not those of what may be an ICMP message. */
    private static IcmpErrorVerdict laterFragment(int protocol) {
        if (protocol == IpProtocol.ICMPV6) {
            return ICMP_ERROR;
        }
        return Ipv6UpperLayer.isExtension(protocol) ? UNREADABLE : ALLOWED;
    }

    private static IcmpErrorVerdict icmpv6(UnsafeBuffer memory, int message, int end) {
        if (message >= end) {
            return UNREADABLE;
        }
        int type = Icmpv6Message.type(memory, message);
        if (Icmpv6Message.isError(type)) {
            return ICMP_ERROR;
        }
        return type == NdpMessage.REDIRECT ? REDIRECT : ALLOWED;
    }
}
