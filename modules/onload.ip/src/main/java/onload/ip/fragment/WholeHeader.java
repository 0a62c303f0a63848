package onload.ip.fragment;

import onload.nic.packet.PacketBuffers;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6FragmentHeader;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

/** Rewrites the header of a first fragment as if the datagram had come whole. */
final class WholeHeader {
    /** Among the ECN codepoints seen, as bits: congestion was met. */
    static final int CE_SEEN = 1 << 3;

    private static final int CONGESTION_EXPERIENCED = 3;

    private WholeHeader() {}

    static void ipv4(PacketBuffers buffers, int packet, int headerLength, int total, int ecn) {
        UnsafeBuffer memory = buffers.memory();
        int header = buffers.data(packet);
        Ipv4Header.totalLength(memory, header, headerLength + total);
        Ipv4Header.fragment(memory, header, 0, 0);
        int trafficClass = Ipv4Header.trafficClass(memory, header);
        Ipv4Header.trafficClass(memory, header, trafficClass(trafficClass, ecn));
        Ipv4Header.updateChecksum(memory, header);
        buffers.frameLength(packet, headerLength + total);
    }

    /** RFC 8200, section 4.5: the fragment header goes, and what was before it names what was after it. */
    static void ipv6(
            PacketBuffers buffers,
            int packet,
            int headerLength,
            int nextHeaderOffset,
            int total,
            int ecn) {
        UnsafeBuffer memory = buffers.memory();
        int header = buffers.data(packet);
        int perFragment = headerLength - Ipv6FragmentHeader.LENGTH;
        int nextHeader = Ipv6FragmentHeader.nextHeader(memory, header + perFragment);
        memory.putByte(header + nextHeaderOffset, (byte) nextHeader);
        // All headers are multiples of 4 bytes.
        for (int at = header + perFragment - 4; at >= header; at -= 4) {
            memory.putInt(at + Ipv6FragmentHeader.LENGTH, memory.getInt(at));
        }
        buffers.trimFront(packet, Ipv6FragmentHeader.LENGTH);
        header = buffers.data(packet);
        Ipv6Header.payloadLength(memory, header, perFragment - Ipv6Header.LENGTH + total);
        Ipv6Header.trafficClassAndFlowLabel(
                memory,
                header,
                trafficClass(Ipv6Header.trafficClass(memory, header), ecn),
                Ipv6Header.flowLabel(memory, header));
        buffers.frameLength(packet, perFragment + total);
    }

    private static int trafficClass(int ofFirst, int ecnSeen) {
        return (ecnSeen & CE_SEEN) == 0 ? ofFirst : ofFirst | CONGESTION_EXPERIENCED;
    }
}
