package onload.ip.fragment;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv4Options;
import onload.wire.Ipv6FragmentHeader;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Cuts a datagram that is longer than its path takes (RFC 791, section 3.2; RFC 8200, section 4.5).
 *
 * <p>The datagram is a packet whose data begins at its IP header, complete as it would go out whole, over one buffer
 * or several, the header in the first; it stays the caller's. The fragments are fresh packets, copies, linked by
 * {@link PacketBuffers#next} in their order. The data of each begins at its IP header, with the usual head-room
 * before it, and its frame length is set. They are as long as they may be, all but the last.
 *
 * <p>Counts nothing: the caller knows whether they went out. Allocates nothing. Belongs to the thread that owns the
 * pool.
 */
public final class FragmentCutter {
    /**
     * The datagram cannot be cut: its header, or what of it goes into each fragment, leaves no room for 8 bytes of
     * payload, or in IPv6 for the upper layer's header in the first one (RFC 7112, section 5); or the header is not
     * in the first buffer, or is malformed; or there are fewer bytes than it says.
     */
    public static final int UNCUTTABLE = -2;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;

    private int limit;
    private int bufferData;
    private int share;

    /** The buffer of the datagram that is copied from, and the bytes of it that are copied. */
    private int from;

    private int fromOffset;

    private int first;
    private int last;

    /**
     * Makes one.
     *
     * @param pool whose packets are cut, and of which fragments are made
     */
    public FragmentCutter(PacketPool pool) {
        this.pool = pool;
        buffers = pool.buffers();
        memory = buffers.memory();
    }

    /**
     * Cuts an IPv4 datagram that is not a fragment itself. Options go into all fragments or the first alone as their
     * copied flag says; Don't Fragment is cleared. A transport checksum that is left to the NIC is computed first,
     * in the datagram itself.
     *
     * @param packet the datagram
     * @param mtu most bytes of a fragment, its header included
     * @param identification what the fragments share, 0 to 65535
     * @param maxBufferData most bytes that a fragment may have in one buffer
     * @param gather whether a fragment may be longer than that and then be a chain; otherwise fragments are as short
     * @param share the share of the pool that fragments count for, such as {@link PacketPool#SEND}
     * @return the first fragment; or {@link PacketBuffers#NONE} if there are not enough buffers, none is taken then;
     *     or {@link #UNCUTTABLE}
     */
    public int ipv4(
            int packet, int mtu, int identification, int maxBufferData, boolean gather, int share) {
        int header = buffers.data(packet);
        int headerLength = Ipv4Header.headerLength(memory, header);
        int optionsLength = headerLength - Ipv4Header.MIN_LENGTH;
        int payload = Ipv4Header.totalLength(memory, header) - headerLength;
        begin(packet, headerLength, mtu, maxBufferData, gather, share);
        if (!fits(packet, headerLength, payload)
                || Ipv4Options.check(memory, header + Ipv4Header.OPTIONS_OFFSET, optionsLength)
                        < 0) {
            return UNCUTTABLE;
        }
        TransportChecksum.complete(pool, packet);
        int bytesBefore = 0;
        while (bytesBefore < payload) {
            int fragment = pool.allocate(share);
            if (fragment == PacketBuffers.NONE) {
                return abandoned();
            }
            enqueue(fragment);
            int length = ipv4Header(fragment, header, headerLength, bytesBefore == 0);
            int bytes = bytes(payload - bytesBefore, length);
            int more = bytesBefore + bytes < payload ? Ipv4Header.MORE_FRAGMENTS : 0;
            int at = buffers.data(fragment);
            Ipv4Header.totalLength(memory, at, length + bytes);
            Ipv4Header.identification(memory, at, identification);
            Ipv4Header.fragment(memory, at, more, bytesBefore);
            Ipv4Header.updateChecksum(memory, at);
            if (!copy(fragment, bytes)) {
                return abandoned();
            }
            bytesBefore += bytes;
        }
        return first;
    }

    /** Writes the header of a fragment, all but what is its own, and answers its length. */
    private int ipv4Header(int fragment, int header, int headerLength, boolean isFirst) {
        int at = buffers.append(fragment, Ipv4Header.MIN_LENGTH);
        memory.putBytes(at, memory, header, Ipv4Header.MIN_LENGTH);
        int options = header + Ipv4Header.OPTIONS_OFFSET;
        int optionsEnd = header + headerLength;
        int length;
        if (isFirst) {
            length = headerLength;
            memory.putBytes(at + Ipv4Header.OPTIONS_OFFSET, memory, options, optionsEnd - options);
        } else {
            length = copiedOptions(at, options, optionsEnd);
        }
        buffers.append(fragment, length - Ipv4Header.MIN_LENGTH);
        Ipv4Header.headerLength(memory, at, length);
        return length;
    }

    /** Copies the options that go into every fragment, and answers the length of the header with them. */
    private int copiedOptions(int header, int options, int optionsEnd) {
        int start = header + Ipv4Header.OPTIONS_OFFSET;
        int at = start;
        int option = Ipv4Options.first(memory, options, optionsEnd);
        while (option < optionsEnd) {
            if (Ipv4Options.isCopied(memory, option)) {
                int length = Ipv4Options.length(memory, option);
                memory.putBytes(at, memory, option, length);
                at += length;
            }
            option = Ipv4Options.next(memory, option, optionsEnd);
        }
        return Ipv4Options.writePadding(memory, start, at) - header;
    }

    /**
     * Cuts an IPv6 packet that has no fragment header. Hop-by-hop options and a routing header, with destination
     * options before it, go into every fragment. A transport checksum that is left to the NIC is computed first, in
     * the datagram itself.
     *
     * @param packet the datagram
     * @param mtu most bytes of a fragment, its headers included
     * @param identification what the fragments share
     * @param maxBufferData most bytes that a fragment may have in one buffer
     * @param gather whether a fragment may be longer than that and then be a chain; otherwise fragments are as short
     * @param share the share of the pool that fragments count for, such as {@link PacketPool#SEND}
     * @return the first fragment; or {@link PacketBuffers#NONE} if there are not enough buffers, none is taken then;
     *     or {@link #UNCUTTABLE}
     */
    public int ipv6(
            int packet, int mtu, int identification, int maxBufferData, boolean gather, int share) {
        int header = buffers.data(packet);
        int nextHeaderOffset = lastPerFragmentHeader(header, buffers.length(packet));
        int perFragment = perFragmentLength(header, nextHeaderOffset);
        int payload = Ipv6Header.LENGTH + Ipv6Header.payloadLength(memory, header) - perFragment;
        int headerLength = perFragment + Ipv6FragmentHeader.LENGTH;
        begin(packet, perFragment, mtu, maxBufferData, gather, share);
        if (!fits(packet, headerLength, payload)
                || chainLength(header, packet) - perFragment > bytes(payload, headerLength)) {
            return UNCUTTABLE;
        }
        TransportChecksum.complete(pool, packet);
        int bytesBefore = 0;
        while (bytesBefore < payload) {
            int fragment = pool.allocate(share);
            if (fragment == PacketBuffers.NONE) {
                return abandoned();
            }
            enqueue(fragment);
            int bytes = bytes(payload - bytesBefore, headerLength);
            int at = ipv6Header(fragment, header, perFragment, nextHeaderOffset, bytes);
            boolean more = bytesBefore + bytes < payload;
            int type = memory.getByte(header + nextHeaderOffset) & 0xFF;
            Ipv6FragmentHeader.write(
                    memory, at + perFragment, type, bytesBefore, more, identification);
            if (!copy(fragment, bytes)) {
                return abandoned();
            }
            bytesBefore += bytes;
        }
        return first;
    }

    /** Writes the headers of a fragment before its fragment header, and answers where they are. */
    private int ipv6Header(
            int fragment, int header, int perFragment, int nextHeaderOffset, int bytes) {
        int length = perFragment + Ipv6FragmentHeader.LENGTH;
        int at = buffers.append(fragment, length);
        memory.putBytes(at, memory, header, perFragment);
        Ipv6Header.payloadLength(memory, at, length - Ipv6Header.LENGTH + bytes);
        memory.putByte(at + nextHeaderOffset, (byte) IpProtocol.FRAGMENT);
        return at;
    }

    /**
     * {@return the offset of the next-header field of the last header that goes into every fragment} RFC 8200,
     * section 4.5: all up to the routing header if there is one, else the hop-by-hop options, else the IPv6 header
     * alone.
     */
    private int lastPerFragmentHeader(int header, int available) {
        int last = Ipv6Header.NEXT_HEADER_OFFSET;
        int at = Ipv6Header.LENGTH;
        int type = Ipv6Header.nextHeader(memory, header);
        while (at + 2 <= available && FragmentHeaders.isExtension(type)) {
            if (type == IpProtocol.HOP_BY_HOP || type == IpProtocol.ROUTING) {
                last = at;
            }
            int length = FragmentHeaders.extensionLength(memory, header + at, type);
            type = memory.getByte(header + at) & 0xFF;
            at += length;
        }
        return last;
    }

    /** RFC 7112, section 5: the bytes of all headers, through the upper layer's, which go into the first fragment. */
    private int chainLength(int header, int packet) {
        int at = Ipv6Header.LENGTH;
        int type = Ipv6Header.nextHeader(memory, header);
        while (at + 2 <= buffers.length(packet) && FragmentHeaders.isExtension(type)) {
            int length = FragmentHeaders.extensionLength(memory, header + at, type);
            type = memory.getByte(header + at) & 0xFF;
            at += length;
        }
        return at + FragmentHeaders.minUpperLayerLength(type);
    }

    private int perFragmentLength(int header, int lastHeader) {
        // The last one is never an authentication header.
        return lastHeader == Ipv6Header.NEXT_HEADER_OFFSET
                ? Ipv6Header.LENGTH
                : lastHeader
                        + FragmentHeaders.extensionLength(
                                memory, header + lastHeader, IpProtocol.ROUTING);
    }

    private void begin(
            int packet, int header, int mtu, int maxBufferData, boolean gather, int share) {
        bufferData = Math.min(maxBufferData, buffers.dataCapacity());
        limit = gather ? mtu : Math.min(mtu, bufferData);
        this.share = share;
        from = packet;
        fromOffset = header;
        first = PacketBuffers.NONE;
        last = PacketBuffers.NONE;
    }

    /**
     * Whether the longest header of a fragment is in one buffer, of the datagram and of the fragment, with 8 bytes.
     */
    private boolean fits(int packet, int header, int payload) {
        return payload > 0
                && fromOffset <= buffers.length(packet)
                && BufferChain.holds(buffers, packet, fromOffset + payload)
                && header + 8 <= Math.min(limit, bufferData);
    }

    /**
     * {@return the payload of the next fragment} RFC 791, section 3.2: a multiple of 8 bytes in all but the last.
     */
    private int bytes(int left, int header) {
        int room = limit - header;
        return left <= room ? left : room & ~7;
    }

    private void enqueue(int fragment) {
        if (first == PacketBuffers.NONE) {
            first = fragment;
        } else {
            buffers.next(last, fragment);
        }
        last = fragment;
    }

    /** Copies the next bytes of the datagram to the end of a fragment; false if there were no buffers for them. */
    private boolean copy(int fragment, int bytes) {
        int to = fragment;
        int left = bytes;
        while (left > 0) {
            int room = bufferData - buffers.length(to);
            if (room <= 0) {
                int continuation = pool.allocate(share);
                if (continuation == PacketBuffers.NONE) {
                    return false;
                }
                buffers.continuation(to, continuation);
                to = continuation;
                room = bufferData;
            }
            int piece = Math.min(left, Math.min(room, source()));
            memory.putBytes(
                    buffers.append(to, piece), memory, buffers.data(from) + fromOffset, piece);
            fromOffset += piece;
            left -= piece;
        }
        int header = buffers.data(fragment);
        buffers.frameLength(fragment, frameLength(header));
        return true;
    }

    private int frameLength(int header) {
        return Ipv4Header.version(memory, header) == 4
                ? Ipv4Header.totalLength(memory, header)
                : Ipv6Header.LENGTH + Ipv6Header.payloadLength(memory, header);
    }

    /** {@return the bytes that are left in the buffer that is copied from}, the next one if that is used up. */
    private int source() {
        while (fromOffset == buffers.length(from)) {
            from = buffers.continuation(from);
            fromOffset = 0;
        }
        return buffers.length(from) - fromOffset;
    }

    private int abandoned() {
        int fragment = first;
        while (fragment != PacketBuffers.NONE) {
            int next = buffers.next(fragment);
            pool.release(fragment);
            fragment = next;
        }
        return PacketBuffers.NONE;
    }
}
