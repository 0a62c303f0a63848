package onload.testkit.script.run;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.TcpHeader;
import onload.wire.text.FrameText;

import org.agrona.concurrent.UnsafeBuffer;

/** A segment that the host has sent. */
final class LiveSegment {
    final long timeNs;
    final int trafficClass;
    final int sourcePort;
    final int destinationPort;
    final int sequence;
    final int acknowledgment;
    final int flags;
    final int window;
    final int urgent;
    final int length;

    /** The frame, for its options. */
    final UnsafeBuffer frame;

    /** Where the TCP header begins. */
    final int at;

    final int headerLength;

    LiveSegment(byte[] bytes, long timeNs) {
        this.timeNs = timeNs;
        frame = new UnsafeBuffer(bytes);
        int ip = EthernetHeader.LENGTH;
        boolean isIpv4 = EthernetHeader.etherType(frame, 0, ip) == EtherType.IPV4;
        int ipHeader = isIpv4 ? Ipv4Header.headerLength(frame, ip) : Ipv6Header.LENGTH;
        int total =
                isIpv4
                        ? Ipv4Header.totalLength(frame, ip)
                        : Ipv6Header.LENGTH + Ipv6Header.payloadLength(frame, ip);
        trafficClass =
                isIpv4 ? Ipv4Header.trafficClass(frame, ip) : Ipv6Header.trafficClass(frame, ip);
        at = ip + ipHeader;
        sourcePort = TcpHeader.sourcePort(frame, at);
        destinationPort = TcpHeader.destinationPort(frame, at);
        sequence = TcpHeader.sequenceNumber(frame, at);
        acknowledgment = TcpHeader.acknowledgmentNumber(frame, at);
        flags = TcpHeader.flags(frame, at);
        window = TcpHeader.window(frame, at);
        urgent = TcpHeader.urgentPointer(frame, at);
        headerLength = TcpHeader.headerLength(frame, at);
        length = total - ipHeader - headerLength;
    }

    boolean is(int flag) {
        return (flags & flag) != 0;
    }

    /** {@return the packet without the Ethernet header, to be quoted} */
    byte[] packet() {
        byte[] packet = new byte[frame.capacity() - EthernetHeader.LENGTH];
        frame.getBytes(EthernetHeader.LENGTH, packet);
        return packet;
    }

    @Override
    public String toString() {
        return FrameText.of(frame, 0, frame.capacity());
    }
}
