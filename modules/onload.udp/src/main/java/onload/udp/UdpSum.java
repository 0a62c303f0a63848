package onload.udp;

import onload.ip.spi.IpDatagram;
import onload.nic.packet.PacketBuffers;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;

/** Sums of datagrams that may stand in several buffers. */
final class UdpSum {
    private UdpSum() {}

    /**
     * {@return the sum of the first bytes of a packet, added to another} A part that begins at an odd place counts with
     * its bytes swapped (RFC 1071, section 2(B)).
     */
    static long of(PacketBuffers buffers, int packet, int length, long initial) {
        long sum = initial;
        int left = length;
        int done = 0;
        for (int part = packet;
                part != PacketBuffers.NONE && left > 0;
                part = buffers.continuation(part)) {
            int count = Math.min(left, buffers.length(part));
            long own = InternetChecksum.sum(buffers.memory(), buffers.data(part), count, 0);
            sum += (done & 1) == 0 ? own : swapped(own);
            done += count;
            left -= count;
        }
        return sum;
    }

    private static long swapped(long sum) {
        int folded = ~InternetChecksum.fold(sum) & 0xFFFF;
        return Short.reverseBytes((short) folded) & 0xFFFF;
    }

    /** {@return whether the checksum of a received datagram is right} */
    static boolean isRight(PacketBuffers buffers, int packet, IpDatagram datagram, int length) {
        return InternetChecksum.fold(of(buffers, packet, length, pseudo(datagram, length))) == 0;
    }

    /** {@return whether a wrong checksum is what is left to a NIC to go on from} */
    static boolean isUnfilled(int checksum, IpDatagram datagram, int length) {
        return checksum == (~InternetChecksum.fold(pseudo(datagram, length)) & 0xFFFF);
    }

    private static long pseudo(IpDatagram datagram, int length) {
        return datagram.isIpv4()
                ? InternetChecksum.pseudoHeader(
                        datagram.sourceIpv4(), datagram.destinationIpv4(), IpProtocol.UDP, length)
                : InternetChecksum.pseudoHeader(
                        datagram.sourceHigh(),
                        datagram.sourceLow(),
                        datagram.destinationHigh(),
                        datagram.destinationLow(),
                        IpProtocol.UDP,
                        length);
    }
}
