package onload.ip.icmp;

import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6Header;
import onload.wire.Malformed;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads what ICMP errors are about: their kind, and the packet that they quote (RFC 792; RFC 1122, section 3.2.2; RFC
 * 4443, sections 2.4 d and 3). The same for a packet that this host could not send, as if a router had quoted it
 * whole.
 *
 * <p>A quotation is what a stranger says that this host has sent. Here it is found to be an IP packet with the first
 * bytes of its upper layer; whether its source is an address of this host the caller asks, and whether it was sent at
 * all the transport (RFC 5927). A message that is refused leaves the {@link IcmpError} in no particular state.
 */
public final class IcmpQuotes {
    /** Answer: the message is no error that a transport is told of; see {@link IcmpKinds#NONE}. */
    public static final int NOT_REPORTED = Malformed.TYPE;

    /** Answer: a fragment other than the first is quoted, which has no header of the upper layer. */
    public static final int LATER_FRAGMENT = -Malformed.COUNT;

    /** Bytes of the upper layer that a quotation must have, the ports of a transport among them (RFC 792). */
    public static final int MIN_PAYLOAD = Icmpv4Message.QUOTED_DATA_LENGTH;

    /** Bytes that a quotation has at least before extensions may follow it (RFC 4884, section 4.4 to 4.6). */
    private static final int MIN_BEFORE_EXTENSIONS = 128;

    /** Offsets of the length of what is quoted, if extensions follow (RFC 4884, sections 4.1 to 4.5). */
    private static final int IPV4_QUOTED_WORDS_OFFSET = 5;

    private static final int IPV6_QUOTED_WORDS_OFFSET = 4;

    private IcmpQuotes() {}

    /**
     * Reads an ICMPv4 message.
     *
     * @param memory holds the message, whose checksum was found right
     * @param index its first byte
     * @param length bytes of it that are together
     * @param message the datagram that it came in, whose source is the reporter
     * @param into filled in if it is an error
     * @return 0; or {@link #NOT_REPORTED}, {@link #LATER_FRAGMENT} or a constant of {@link Malformed}
     */
    public static int ipv4(
            UnsafeBuffer memory, int index, int length, IpDatagram message, IcmpError into) {
        if (length < Icmpv4Message.LENGTH) {
            return Malformed.TRUNCATED;
        }
        int type = Icmpv4Message.type(memory, index);
        int code = Icmpv4Message.code(memory, index);
        int kind = IcmpKinds.ipv4(type, code);
        if (kind == IcmpKinds.NONE) {
            return NOT_REPORTED;
        }
        long mtu = kind == IcmpError.PACKET_TOO_BIG ? Icmpv4Message.nextHopMtu(memory, index) : 0;
        boolean hasPointer =
                type == Icmpv4Message.PARAMETER_PROBLEM
                        && code == Icmpv4Message.POINTER_INDICATES_ERROR;
        into.problem(
                true,
                kind,
                type,
                code,
                mtu,
                hasPointer ? Icmpv4Message.pointer(memory, index) : -1);
        reporter(message, into);
        int words = memory.getByte(index + IPV4_QUOTED_WORDS_OFFSET) & 0xFF;
        return readIpv4(
                memory,
                index + Icmpv4Message.DATA_OFFSET,
                quoted(length - Icmpv4Message.DATA_OFFSET, words << 2),
                into);
    }

    /**
     * Reads an ICMPv6 message.
     *
     * @param memory holds the message, whose checksum was found right
     * @param index its first byte
     * @param length bytes of it that are together
     * @param message the datagram that it came in, whose source is the reporter
     * @param into filled in if it is an error
     * @return 0; or {@link #NOT_REPORTED}, {@link #LATER_FRAGMENT} or a constant of {@link Malformed}
     */
    public static int ipv6(
            UnsafeBuffer memory, int index, int length, IpDatagram message, IcmpError into) {
        if (length < Icmpv6Message.LENGTH) {
            return Malformed.TRUNCATED;
        }
        int type = Icmpv6Message.type(memory, index);
        int code = Icmpv6Message.code(memory, index);
        int kind = IcmpKinds.ipv6(type, code);
        if (kind == IcmpKinds.NONE) {
            return NOT_REPORTED;
        }
        long mtu = kind == IcmpError.PACKET_TOO_BIG ? Icmpv6Message.mtu(memory, index) : 0;
        boolean hasPointer = type == Icmpv6Message.PARAMETER_PROBLEM;
        into.problem(
                false,
                kind,
                type,
                code,
                mtu,
                hasPointer ? Icmpv6Message.pointer(memory, index) : -1);
        reporter(message, into);
        boolean hasWords =
                type == Icmpv6Message.DESTINATION_UNREACHABLE
                        || type == Icmpv6Message.TIME_EXCEEDED;
        int words = hasWords ? memory.getByte(index + IPV6_QUOTED_WORDS_OFFSET) & 0xFF : 0;
        return readIpv6(
                memory,
                index + Icmpv6Message.DATA_OFFSET,
                quoted(length - Icmpv6Message.DATA_OFFSET, words << 3),
                into);
    }

    /**
     * Fills in what a router would have reported about a packet that this host could not send.
     *
     * @param memory holds the packet
     * @param header index of its IP header, which is complete
     * @param length bytes that are together from there on
     * @param kind what went wrong: a kind of {@link IcmpError} but {@link IcmpError#OTHER}
     * @param mtu the MTU that it was too long for, or 0
     * @param interfaceIndex the interface that it would have gone by, or 0
     * @param into filled in
     * @return 0; or {@link #LATER_FRAGMENT} or a constant of {@link Malformed}, if nobody can be told
     * @throws IllegalArgumentException if no message reports the kind
     */
    public static int local(
            UnsafeBuffer memory,
            int header,
            int length,
            int kind,
            long mtu,
            int interfaceIndex,
            IcmpError into) {
        boolean isIpv4 = length > 0 && Ipv4Header.version(memory, header) == 4;
        int reported = IcmpKinds.reported(isIpv4, kind);
        into.problem(isIpv4, kind, IcmpKinds.type(reported), IcmpKinds.code(reported), mtu, -1);
        int result =
                isIpv4
                        ? readIpv4(memory, header, length, into)
                        : readIpv6(memory, header, length, into);
        into.reporter(true, interfaceIndex, into.sourceHigh(), into.sourceLow());
        return result;
    }

    private static void reporter(IpDatagram message, IcmpError into) {
        into.reporter(false, message.interfaceIndex(), message.sourceHigh(), message.sourceLow());
    }

    /** What is quoted of the bytes that there are: less if extensions follow it, which the unused bytes then tell. */
    private static int quoted(int available, int lengthBytes) {
        return lengthBytes < MIN_BEFORE_EXTENSIONS ? available : Math.min(available, lengthBytes);
    }

    private static int readIpv4(UnsafeBuffer memory, int header, int available, IcmpError into) {
        if (available < Ipv4Header.MIN_LENGTH + MIN_PAYLOAD) {
            return Malformed.TRUNCATED;
        }
        if (Ipv4Header.version(memory, header) != 4) {
            return Malformed.VERSION;
        }
        int headerLength = Ipv4Header.headerLength(memory, header);
        if (headerLength < Ipv4Header.MIN_LENGTH) {
            return Malformed.HEADER_LENGTH;
        }
        int payload = Math.min(available, Ipv4Header.totalLength(memory, header)) - headerLength;
        if (payload < MIN_PAYLOAD) {
            return available < headerLength + MIN_PAYLOAD
                    ? Malformed.TRUNCATED
                    : Malformed.TOTAL_LENGTH;
        }
        if (Ipv4Header.fragmentOffset(memory, header) != 0) {
            return LATER_FRAGMENT;
        }
        into.addresses(
                Ipv6Address.MAPPED_HIGH,
                Ipv6Address.mappedLow(Ipv4Header.source(memory, header)),
                Ipv6Address.MAPPED_HIGH,
                Ipv6Address.mappedLow(Ipv4Header.destination(memory, header)));
        into.payload(Ipv4Header.protocol(memory, header), header + headerLength, payload);
        return 0;
    }

    private static int readIpv6(UnsafeBuffer memory, int header, int available, IcmpError into) {
        if (available < Ipv6Header.LENGTH + MIN_PAYLOAD) {
            return Malformed.TRUNCATED;
        }
        if (Ipv6Header.version(memory, header) != 6) {
            return Malformed.VERSION;
        }
        int packet = Ipv6Header.LENGTH + Ipv6Header.payloadLength(memory, header);
        int length = Math.min(available, packet);
        int tooShort = packet < available ? Malformed.TOTAL_LENGTH : Malformed.TRUNCATED;
        long found = Ipv6UpperLayer.find(memory, header, length);
        if (found == Ipv6UpperLayer.NONE) {
            return tooShort;
        }
        if (Ipv6UpperLayer.isLaterFragment(found)) {
            return LATER_FRAGMENT;
        }
        int payloadIndex = Ipv6UpperLayer.index(found);
        int payload = header + length - payloadIndex;
        if (payload < MIN_PAYLOAD) {
            return tooShort;
        }
        into.payload(Ipv6UpperLayer.protocol(found), payloadIndex, payload);
        return addresses(memory, header, into);
    }

    /** An IPv4-mapped address on the wire could be taken for that of an IPv4 packet. */
    private static int addresses(UnsafeBuffer memory, int header, IcmpError into) {
        long sourceHigh = Ipv6Header.sourceHigh(memory, header);
        long sourceLow = Ipv6Header.sourceLow(memory, header);
        long destinationHigh = Ipv6Header.destinationHigh(memory, header);
        long destinationLow = Ipv6Header.destinationLow(memory, header);
        if (Ipv6Address.isIpv4Mapped(sourceHigh, sourceLow)
                || Ipv6Address.isIpv4Mapped(destinationHigh, destinationLow)) {
            return Malformed.FIELD;
        }
        into.addresses(sourceHigh, sourceLow, destinationHigh, destinationLow);
        return 0;
    }
}
