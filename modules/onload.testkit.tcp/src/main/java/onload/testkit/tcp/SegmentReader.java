package onload.testkit.tcp;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.TcpHeader;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/** Reads the TCP header of a frame between hosts of a simulation. Values are valid until the next frame. */
final class SegmentReader {
    private final boolean verifies;
    private UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    private int at;
    private int length;

    /** Low 16 bits of the addresses. */
    int source;

    int destination;
    int sourcePort;
    int destinationPort;
    int sequence;
    int flags;
    int headerLength;
    int payload;

    /**
     * Makes a reader.
     *
     * @param verifies whether it looks at checksums, since frames are corrupted
     */
    SegmentReader(boolean verifies) {
        this.verifies = verifies;
    }

    /** {@return whether the frame is a whole TCP segment} */
    boolean read(UnsafeBuffer frame, int offset, int frameLength) {
        if (frameLength < EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH + TcpHeader.MIN_LENGTH) {
            return false;
        }
        memory = frame;
        int ip = offset + EthernetHeader.LENGTH;
        int type = frame.getShort(ip - Short.BYTES, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        boolean isTcp =
                type == EtherType.IPV4
                        ? readIpv4(frame, ip, frameLength - EthernetHeader.LENGTH)
                        : type == EtherType.IPV6
                                && readIpv6(frame, ip, frameLength - EthernetHeader.LENGTH);
        if (!isTcp || length < TcpHeader.MIN_LENGTH) {
            return false;
        }
        headerLength = TcpHeader.headerLength(frame, at);
        if (headerLength < TcpHeader.MIN_LENGTH || headerLength > length) {
            return false;
        }
        sourcePort = TcpHeader.sourcePort(frame, at);
        destinationPort = TcpHeader.destinationPort(frame, at);
        sequence = TcpHeader.sequenceNumber(frame, at);
        flags = TcpHeader.flags(frame, at);
        payload = length - headerLength;
        return true;
    }

    private boolean readIpv4(UnsafeBuffer frame, int ip, int available) {
        int header = Ipv4Header.headerLength(frame, ip);
        int total = Ipv4Header.totalLength(frame, ip);
        if (Ipv4Header.protocol(frame, ip) != IpProtocol.TCP
                || header < Ipv4Header.MIN_LENGTH
                || total > available
                || total < header
                || Ipv4Header.isFragment(frame, ip)) {
            return false;
        }
        source = Ipv4Header.source(frame, ip) & 0xFFFF;
        destination = Ipv4Header.destination(frame, ip) & 0xFFFF;
        at = ip + header;
        length = total - header;
        return !verifies
                || (Ipv4Header.isChecksumCorrect(frame, ip)
                        && isCorrect(Ipv4Header.pseudoHeader(frame, ip)));
    }

    private boolean readIpv6(UnsafeBuffer frame, int ip, int available) {
        int payloadLength = Ipv6Header.payloadLength(frame, ip);
        if (available < Ipv6Header.LENGTH + payloadLength
                || Ipv6Header.nextHeader(frame, ip) != IpProtocol.TCP) {
            return false;
        }
        source = (int) Ipv6Header.sourceLow(frame, ip) & 0xFFFF;
        destination = (int) Ipv6Header.destinationLow(frame, ip) & 0xFFFF;
        at = ip + Ipv6Header.LENGTH;
        length = payloadLength;
        return !verifies
                || isCorrect(Ipv6Header.pseudoHeader(frame, ip, IpProtocol.TCP, payloadLength));
    }

    private boolean isCorrect(long pseudoHeader) {
        return InternetChecksum.fold(InternetChecksum.sum(memory, at, length, pseudoHeader)) == 0;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    int acknowledgment() {
        return TcpHeader.acknowledgmentNumber(memory, at);
    }

    int window() {
        return TcpHeader.window(memory, at);
    }

    UnsafeBuffer memory() {
        return memory;
    }

    int offset() {
        return at;
    }
}
