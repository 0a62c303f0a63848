package onload.tcp;

import onload.ip.fragment.TransportChecksum;
import onload.ip.spi.IpDatagram;
import onload.ip.support.PacketChain;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.tcp.counter.TcpCounter;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The segment at hand: SEG.SEQ, SEG.ACK, SEG.LEN, SEG.WND and SEG.UP of RFC 9293, section 3.3.1, with what its options
 * say. One exists in an engine and is filled for each segment. What has the packet, and whether somebody has taken it,
 * is told by {@link #packet}.
 */
final class ArrivingSegment {
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;

    final TcpOptions options = new TcpOptions();

    /** Its buffer, whose data is the payload; NONE if somebody has taken it. */
    int packet;

    long localHigh;
    long localLow;
    int localPort;
    long remoteHigh;
    long remoteLow;
    int remotePort;
    int interfaceIndex;
    boolean isIpv4;
    int sequence;
    int acknowledgment;
    int flags;

    /** The ECN codepoint of its IP header (RFC 3168, section 5). */
    int ecn;

    /** The window field, as it is on the wire. */
    int window;

    /** Bytes of payload; SYN and FIN are not in it. */
    int length;

    int urgentPointer;

    /** Index of the header in packet memory. */
    int headerIndex;

    ArrivingSegment(PacketPool pool) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
    }

    /**
     * Reads a segment and takes its header off the packet.
     *
     * @return null; or why it is to be dropped, untouched
     */
    @Nullable TcpCounter read(int packet, IpDatagram datagram) {
        this.packet = packet;
        int bytes = datagram.payloadLength();
        int at = buffers.data(packet);
        // What the IP layer hands over begins with CONTIGUOUS bytes in one buffer, or all of it.
        int headerLength = TcpHeader.check(memory, at, bytes);
        if (headerLength < 0) {
            return TcpCounter.RECEIVE_DROPPED_MALFORMED;
        }
        if (!datagram.checksumVerified() && !isSumRight(packet, at, bytes, datagram)) {
            return isUnfilled(at, bytes, datagram)
                    ? TcpCounter.RECEIVE_DROPPED_CHECKSUM_UNFILLED
                    : TcpCounter.RECEIVE_DROPPED_CHECKSUM;
        }
        if (datagram.cast() != IpDatagram.UNICAST) {
            // RFC 9293, MUST-57.
            return TcpCounter.RECEIVE_DROPPED_NOT_UNICAST;
        }
        headerIndex = at;
        localHigh = datagram.destinationHigh();
        localLow = datagram.destinationLow();
        remoteHigh = datagram.sourceHigh();
        remoteLow = datagram.sourceLow();
        interfaceIndex = datagram.interfaceIndex();
        isIpv4 = datagram.isIpv4();
        remotePort = TcpHeader.sourcePort(memory, at);
        localPort = TcpHeader.destinationPort(memory, at);
        sequence = TcpHeader.sequenceNumber(memory, at);
        acknowledgment = TcpHeader.acknowledgmentNumber(memory, at);
        flags = TcpHeader.flags(memory, at);
        ecn = datagram.trafficClass() & ExplicitCongestion.CODEPOINT_MASK;
        window = TcpHeader.window(memory, at);
        urgentPointer = TcpHeader.urgentPointer(memory, at);
        length = bytes - headerLength;
        // A malformed option ends the list; what stood before it counts (RFC 9293, MUST-7).
        options.parse(memory, at, headerLength);
        if (options.hasMd5Signature()) {
            // RFC 2385: nobody here has a key, so that it is not for whom it seems to be.
            return TcpCounter.RECEIVE_DROPPED_MD5_UNEXPECTED;
        }
        buffers.trimFront(packet, headerLength);
        buffers.frameLength(packet, length);
        return null;
    }

    private static long pseudo(int bytes, IpDatagram datagram) {
        return datagram.isIpv4()
                ? InternetChecksum.pseudoHeader(
                        datagram.sourceIpv4(), datagram.destinationIpv4(), IpProtocol.TCP, bytes)
                : InternetChecksum.pseudoHeader(
                        datagram.sourceHigh(),
                        datagram.sourceLow(),
                        datagram.destinationHigh(),
                        datagram.destinationLow(),
                        IpProtocol.TCP,
                        bytes);
    }

    /** {@return whether the field holds what is left to a NIC to go on from} */
    private boolean isUnfilled(int at, int bytes, IpDatagram datagram) {
        int left = ~InternetChecksum.fold(pseudo(bytes, datagram)) & 0xFFFF;
        return TcpHeader.checksum(memory, at) == left;
    }

    private boolean isSumRight(int packet, int at, int bytes, IpDatagram datagram) {
        long pseudo = pseudo(bytes, datagram);
        long sum =
                buffers.continuation(packet) == PacketBuffers.NONE
                        ? InternetChecksum.sum(memory, at, bytes, pseudo)
                        : TransportChecksum.sum(buffers, packet, 0, bytes, pseudo);
        return InternetChecksum.fold(sum) == 0;
    }

    boolean is(int flag) {
        return (flags & flag) != 0;
    }

    /** {@return SEG.LEN: the sequence numbers that it takes, SYN and FIN counted} */
    int span() {
        return length + (is(TcpHeader.SYN) ? 1 : 0) + (is(TcpHeader.FIN) ? 1 : 0);
    }

    /** {@return the sequence number after its payload} */
    int end() {
        return sequence + length;
    }

    /** Takes bytes off the front of the payload, which were received before. */
    void trimFront(int bytes) {
        int left = bytes;
        while (left > 0 && buffers.length(packet) <= left) {
            int next = buffers.continuation(packet);
            if (next == PacketBuffers.NONE) {
                break;
            }
            // The first buffer of a chain goes home alone.
            left -= buffers.length(packet);
            buffers.continuation(packet, PacketBuffers.NONE);
            pool.release(packet);
            packet = next;
        }
        buffers.trimFront(packet, left);
        sequence += bytes;
        length -= bytes;
        buffers.frameLength(packet, length);
    }

    /** Cuts the payload to a length; FIN goes with the end. */
    void trimTo(int bytes) {
        PacketChain.trimTo(pool, packet, bytes);
        length = bytes;
        flags &= ~TcpHeader.FIN;
    }

    /** {@return the packet, which is the caller's from now on} */
    int take() {
        int taken = packet;
        packet = PacketBuffers.NONE;
        return taken;
    }

    /** Sends home what nobody has taken. */
    void release() {
        if (packet != PacketBuffers.NONE) {
            pool.release(packet);
            packet = PacketBuffers.NONE;
        }
    }
}
