package onload.ip.icmp;

import onload.ip.spi.IpDatagram;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.InternetChecksum;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Turns echo requests into replies (RFC 1122, section 3.2.2.6; RFC 4443, section 4.2): identifier, sequence number
 * and all of the data are as they came; type and code change, and the checksum by their difference alone.
 *
 * <p>The request's own buffers become the reply, be they one or a chain, if nobody else refers to them and there is
 * head-room for the headers of any interface: nothing is copied. Otherwise, such as when a request loops back within
 * the host, it is copied; a long one only while the pool is not under pressure, as {@link PacketPool#CONTROL} has no
 * limit of its own.
 *
 * <p>Whether to answer at all the caller decides: by {@link IcmpRateLimit#mayEcho}, and for groups by {@link
 * IcmpOptions}. The checksum of the request was found right before.
 *
 * <p>Single-threaded, under the lock of the stack. Nothing is allocated on the heap after construction.
 */
public final class EchoReplies {
    /** Head-room that a reply needs: Ethernet with two tags, and the header of IPv6. */
    private static final int LOWER_HEADERS = 62;

    private static final long LOW_HALF = 0xFFFF_FFFFL;
    private static final int WORD = 0xFFFF;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;

    /**
     * Makes it.
     *
     * @param pool where the requests are
     */
    public EchoReplies(PacketPool pool) {
        this.pool = pool;
        buffers = pool.buffers();
        memory = buffers.memory();
    }

    /**
     * Turns an ICMPv4 echo into its reply.
     *
     * @param request data from the ICMP header on, its first {@link Icmpv4Message#LENGTH} bytes together; the
     *     reference is taken, whatever the answer is
     * @return the reply, the caller's, whose data is the message and whose frame length its bytes; or {@link
     *     PacketBuffers#NONE} if there was no buffer
     */
    public int ipv4(int request) {
        int reply = own(request);
        if (reply == PacketBuffers.NONE) {
            return PacketBuffers.NONE;
        }
        int at = buffers.data(reply);
        int before = Icmpv4Message.type(memory, at) << 8 | Icmpv4Message.code(memory, at);
        int after = Icmpv4Message.ECHO_REPLY << 8;
        int checksum = InternetChecksum.update(Icmpv4Message.checksum(memory, at), before, after);
        Icmpv4Message.type(memory, at, Icmpv4Message.ECHO_REPLY);
        Icmpv4Message.code(memory, at, 0);
        // Of the two zeros of one's complement only this one is right where all other bytes are
        // zero, too.
        Icmpv4Message.checksum(memory, at, checksum == 0 ? WORD : checksum);
        return reply;
    }

    /**
     * Turns an ICMPv6 echo request into its reply, for the source of the request.
     *
     * @param request as in {@link #ipv4}
     * @param datagram the packet that it came in
     * @param sourceHigh high half of the address that the reply will be sent from: the request's destination, unless
     *     that is a group
     * @param sourceLow low half
     * @return as in {@link #ipv4}
     */
    public int ipv6(int request, IpDatagram datagram, long sourceHigh, long sourceLow) {
        int reply = own(request);
        if (reply == PacketBuffers.NONE) {
            return PacketBuffers.NONE;
        }
        int at = buffers.data(reply);
        int before = Icmpv6Message.type(memory, at) << 8 | Icmpv6Message.code(memory, at);
        int after = Icmpv6Message.ECHO_REPLY << 8;
        // RFC 1624, section 3. Of the pseudo-header's addresses one changes sides, and the other
        // may be exchanged.
        long sum = (long) (~Icmpv6Message.checksum(memory, at) & WORD) + (~before & WORD) + after;
        sum += halves(~datagram.destinationHigh()) + halves(~datagram.destinationLow());
        sum += halves(sourceHigh) + halves(sourceLow);
        Icmpv6Message.type(memory, at, Icmpv6Message.ECHO_REPLY);
        Icmpv6Message.code(memory, at, 0);
        Icmpv6Message.checksum(memory, at, InternetChecksum.fold(sum));
        return reply;
    }

    private static long halves(long word) {
        return (word >>> 32) + (word & LOW_HALF);
    }

    /** The same bytes in buffers that may be written to and sent: the request's own, or a copy. */
    private int own(int request) {
        if (isReusable(request)) {
            int length = 0;
            int packet = request;
            while (packet != PacketBuffers.NONE) {
                length += buffers.length(packet);
                buffers.flags(packet, 0);
                buffers.next(packet, PacketBuffers.NONE);
                packet = buffers.continuation(packet);
            }
            buffers.frameLength(request, length);
            return request;
        }
        int copy = copy(request);
        pool.release(request);
        return copy;
    }

    private boolean isReusable(int request) {
        if (buffers.headroom(request) < LOWER_HEADERS) {
            return false;
        }
        int packet = request;
        while (packet != PacketBuffers.NONE) {
            if (buffers.references(packet) != 1) {
                return false;
            }
            packet = buffers.continuation(packet);
        }
        return true;
    }

    private int copy(int request) {
        boolean isChain = buffers.continuation(request) != PacketBuffers.NONE;
        if (isChain && pool.pressure() != PacketPool.NORMAL) {
            return PacketBuffers.NONE;
        }
        int copy = pool.allocate(PacketPool.CONTROL);
        int last = copy;
        int length = 0;
        int packet = request;
        while (last != PacketBuffers.NONE && packet != PacketBuffers.NONE) {
            length += buffers.length(packet);
            last = append(last, packet);
            packet = buffers.continuation(packet);
        }
        if (last == PacketBuffers.NONE) {
            discard(copy);
            return PacketBuffers.NONE;
        }
        buffers.frameLength(copy, length);
        return copy;
    }

    private void discard(int copy) {
        if (copy != PacketBuffers.NONE) {
            pool.release(copy);
        }
    }

    /** {@return the last buffer of the copy after a buffer's bytes were added, or NONE if there is no other} */
    private int append(int last, int packet) {
        int tail = last;
        int from = buffers.data(packet);
        int left = buffers.length(packet);
        while (left > 0) {
            if (buffers.tailroom(tail) == 0) {
                int fresh = pool.allocate(PacketPool.CONTROL);
                if (fresh == PacketBuffers.NONE) {
                    return PacketBuffers.NONE;
                }
                buffers.continuation(tail, fresh);
                tail = fresh;
            }
            int bytes = Math.min(buffers.tailroom(tail), left);
            memory.putBytes(buffers.append(tail, bytes), memory, from, bytes);
            from += bytes;
            left -= bytes;
        }
        return tail;
    }
}
