package onload.tcp;

import onload.ip.Destination;
import onload.nic.packet.PacketBuffers;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.Ipv6Address;
import onload.wire.TcpHeader;

import org.agrona.concurrent.UnsafeBuffer;

/** The checksum of segments that are sent (RFC 9293, section 3.1). Algorithm. */
final class SegmentChecksum {
    private SegmentChecksum() {}

    /** {@return the sum of the pseudo-header of a flow without the length, in 16 bits} */
    static int pseudoSum(long localHigh, long localLow, long remoteHigh, long remoteLow) {
        long sum =
                Ipv6Address.isIpv4Mapped(remoteHigh, remoteLow)
                        ? InternetChecksum.pseudoHeader(
                                (int) localLow, (int) remoteLow, IpProtocol.TCP, 0)
                        : InternetChecksum.pseudoHeader(
                                localHigh, localLow, remoteHigh, remoteLow, IpProtocol.TCP, 0);
        return ~InternetChecksum.fold(sum) & 0xFFFF;
    }

    /**
     * Fills the checksum in, or leaves it to the NIC.
     *
     * @param packet a buffer without a continuation whose data is the segment; its checksum field is 0
     * @param at index of its first byte in packet memory
     * @param length bytes of header and payload
     * @param pseudoSum from {@link #pseudoSum}
     */
    static void fill(
            PacketBuffers buffers, Destination to, int packet, int at, int length, int pseudoSum) {
        UnsafeBuffer memory = buffers.memory();
        long pseudo = (long) pseudoSum + length;
        if (to.offloadsChecksum()) {
            // The field holds the sum of the pseudo-header, not its complement.
            TcpHeader.checksum(memory, at, ~InternetChecksum.fold(pseudo) & 0xFFFF);
            buffers.needChecksum(packet, 0, TcpHeader.CHECKSUM_OFFSET);
        } else {
            long sum = InternetChecksum.sum(memory, at, length, pseudo);
            TcpHeader.checksum(memory, at, InternetChecksum.fold(sum));
        }
    }
}
