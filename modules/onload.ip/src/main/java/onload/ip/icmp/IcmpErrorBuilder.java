package onload.ip.icmp;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Builds ICMP errors: the message with its checksum in a fresh buffer, its IP header to be put before it.
 *
 * <p>As much is quoted of the offending packet as the message may hold: in IPv4 up to 576 bytes with an IP header
 * without options (RFC 1812, section 4.3.2.3; RFC 1122, section 3.2.2, asks for the IP header and eight bytes), in
 * IPv6 up to 1280 bytes with the IPv6 header, the least MTU (RFC 4443, section 2.4 c); and no more than a buffer
 * holds.
 *
 * <p>What may be reported at all {@link IcmpErrorRules} say, and how often {@link IcmpRateLimit}.
 *
 * <p>Single-threaded, under the lock of the stack. Nothing is allocated on the heap after construction.
 */
public final class IcmpErrorBuilder {
    /** Most bytes of an IPv4 datagram with an error. */
    public static final int MAX_IPV4_LENGTH = 576;

    /** Most bytes of an IPv6 packet with an error: the least MTU. */
    public static final int MAX_IPV6_LENGTH = 1280;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;

    /**
     * Makes a builder.
     *
     * @param pool where messages are built, and the offending packets are
     */
    public IcmpErrorBuilder(PacketPool pool) {
        this.pool = pool;
        buffers = pool.buffers();
        memory = buffers.memory();
    }

    /**
     * Builds an ICMPv4 error, for the source of the offending packet.
     *
     * @param packet the offending packet, which stays the caller's: what is after its IP header, or from there on, is
     *     its data; if that is a chain, it is quoted over its buffers
     * @param header index of its IP header in the first buffer
     * @param type {@link Icmpv4Message#DESTINATION_UNREACHABLE}, {@link Icmpv4Message#TIME_EXCEEDED} or {@link
     *     Icmpv4Message#PARAMETER_PROBLEM}
     * @param code a code of the type
     * @param detail the MTU of {@link Icmpv4Message#FRAGMENTATION_NEEDED}, 0 to 65535; the pointer of {@link
     *     Icmpv4Message#POINTER_INDICATES_ERROR}, 0 to 255; or 0
     * @return a new buffer, the caller's, whose data is the message; or {@link PacketBuffers#NONE} if there is none
     */
    public int ipv4(int packet, int header, int type, int code, int detail) {
        int most = MAX_IPV4_LENGTH - Ipv4Header.MIN_LENGTH - Icmpv4Message.LENGTH;
        int quoted = quotable(packet, header, Ipv4Header.totalLength(memory, header), most);
        int message = begin(packet, header, quoted);
        if (message == PacketBuffers.NONE) {
            return PacketBuffers.NONE;
        }
        int at = buffers.data(message);
        Icmpv4Message.write(memory, at, type, code);
        if (type == Icmpv4Message.PARAMETER_PROBLEM) {
            Icmpv4Message.pointer(memory, at, detail);
        } else if (type == Icmpv4Message.DESTINATION_UNREACHABLE) {
            Icmpv4Message.nextHopMtu(memory, at, detail);
        }
        Icmpv4Message.updateChecksum(memory, at, buffers.length(message));
        return message;
    }

    /**
     * Builds an ICMPv6 error, for the source of the offending packet (RFC 4443, section 3).
     *
     * @param packet the offending packet, as in {@link #ipv4}
     * @param header index of its IP header in the first buffer
     * @param type {@link Icmpv6Message#DESTINATION_UNREACHABLE}, {@link Icmpv6Message#PACKET_TOO_BIG}, {@link
     *     Icmpv6Message#TIME_EXCEEDED} or {@link Icmpv6Message#PARAMETER_PROBLEM}
     * @param code a code of the type
     * @param detail the MTU; the pointer, counted from the first byte of the offending packet; or 0
     * @param sourceHigh high half of the address that the error will be sent from
     * @param sourceLow low half
     * @return a new buffer, the caller's, whose data is the message; or {@link PacketBuffers#NONE} if there is none
     */
    public int ipv6(
            int packet,
            int header,
            int type,
            int code,
            long detail,
            long sourceHigh,
            long sourceLow) {
        int most = MAX_IPV6_LENGTH - Ipv6Header.LENGTH - Icmpv6Message.LENGTH;
        int length = Ipv6Header.LENGTH + Ipv6Header.payloadLength(memory, header);
        int message = begin(packet, header, quotable(packet, header, length, most));
        if (message == PacketBuffers.NONE) {
            return PacketBuffers.NONE;
        }
        int at = buffers.data(message);
        Icmpv6Message.write(memory, at, type, code);
        if (type == Icmpv6Message.PACKET_TOO_BIG) {
            Icmpv6Message.mtu(memory, at, detail);
        } else if (type == Icmpv6Message.PARAMETER_PROBLEM) {
            Icmpv6Message.pointer(memory, at, detail);
        }
        long pseudoHeader =
                InternetChecksum.pseudoHeader(
                        sourceHigh,
                        sourceLow,
                        Ipv6Header.sourceHigh(memory, header),
                        Ipv6Header.sourceLow(memory, header),
                        IpProtocol.ICMPV6,
                        buffers.length(message));
        Icmpv6Message.updateChecksum(memory, at, buffers.length(message), pseudoHeader);
        return message;
    }

    /**
     * How much is quoted: what there is from the IP header on, and no padding of the link; up to a limit.
     *
     * @param length what the IP header says; in the first fragment of what was being put together it may be less than
     *     there is by now
     */
    private int quotable(int packet, int header, int length, int limit) {
        int most = Math.min(limit, buffers.dataCapacity() - Icmpv4Message.LENGTH);
        most = Math.min(most, length);
        int there = inFirst(packet, header);
        int next = buffers.continuation(packet);
        while (there < most && next != PacketBuffers.NONE) {
            there += buffers.length(next);
            next = buffers.continuation(next);
        }
        return Math.min(there, most);
    }

    private int inFirst(int packet, int header) {
        return buffers.data(packet) + buffers.length(packet) - header;
    }

    /** A fresh buffer with room for the header of the message, and the quotation after it. */
    private int begin(int packet, int header, int quoted) {
        int message = pool.allocate(PacketPool.CONTROL);
        if (message == PacketBuffers.NONE) {
            return PacketBuffers.NONE;
        }
        int at = buffers.append(message, Icmpv4Message.LENGTH + quoted) + Icmpv4Message.LENGTH;
        int end = at + quoted;
        int bytes = Math.min(inFirst(packet, header), quoted);
        memory.putBytes(at, memory, header, bytes);
        at += bytes;
        int next = packet;
        while (at < end) {
            next = buffers.continuation(next);
            bytes = Math.min(buffers.length(next), end - at);
            memory.putBytes(at, memory, buffers.data(next), bytes);
            at += bytes;
        }
        return message;
    }
}
