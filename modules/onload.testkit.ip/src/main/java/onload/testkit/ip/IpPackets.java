package onload.testkit.ip;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes IP packets as arrays of bytes, true or forged, for those that a test plays. What they say of themselves is
 * right: lengths, and checksums of IPv4 and ICMP.
 */
public final class IpPackets {
    private IpPackets() {}

    /**
     * {@return an IP packet}
     *
     * @param from source address
     * @param to destination address, of the same version
     * @param protocol what the payload is, 0 to 255
     * @param hopLimit hop limit or time to live, 0 to 255
     * @param payload what follows the header
     */
    public static byte[] ip(
            IpAddress from, IpAddress to, int protocol, int hopLimit, byte[] payload) {
        int headerLength = from.isIpv4() ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
        UnsafeBuffer packet = new UnsafeBuffer(new byte[headerLength + payload.length]);
        if (from.isIpv4()) {
            Ipv4Header.write(packet, 0, from.ipv4(), to.ipv4(), protocol, hopLimit, payload.length);
            Ipv4Header.updateChecksum(packet, 0);
        } else {
            Ipv6Header.write(
                    packet,
                    0,
                    from.high(),
                    from.low(),
                    to.high(),
                    to.low(),
                    protocol,
                    hopLimit,
                    payload.length);
        }
        packet.putBytes(headerLength, payload);
        return packet.byteArray();
    }

    /**
     * {@return an IP packet with an ICMP message of its version}
     *
     * @param from source address
     * @param to destination address, of the same version
     * @param hopLimit hop limit or time to live; 255 for messages of NDP
     * @param message whose checksum is filled in; see {@link IcmpMessages}
     */
    public static byte[] icmp(IpAddress from, IpAddress to, int hopLimit, byte[] message) {
        int protocol = from.isIpv4() ? IpProtocol.ICMP : IpProtocol.ICMPV6;
        byte[] bytes = ip(from, to, protocol, hopLimit, message);
        UnsafeBuffer packet = new UnsafeBuffer(bytes);
        if (from.isIpv4()) {
            Icmpv4Message.updateChecksum(packet, Ipv4Header.MIN_LENGTH, message.length);
        } else {
            long pseudoHeader =
                    Ipv6Header.pseudoHeader(packet, 0, IpProtocol.ICMPV6, message.length);
            Icmpv6Message.updateChecksum(packet, Ipv6Header.LENGTH, message.length, pseudoHeader);
        }
        return bytes;
    }

    /** {@return the same, with addresses as text} */
    public static byte[] icmp(String from, String to, int hopLimit, byte[] message) {
        return icmp(IpAddress.parse(from), IpAddress.parse(to), hopLimit, message);
    }

    /**
     * {@return a frame with an IP packet}
     *
     * @param fromMac Ethernet address of the sender, 48 bits
     * @param toMac Ethernet address of the receiver, 48 bits
     * @param packet of either version
     */
    public static byte[] frame(long fromMac, long toMac, byte[] packet) {
        UnsafeBuffer frame = new UnsafeBuffer(new byte[EthernetHeader.LENGTH + packet.length]);
        int type = packet[0] >>> 4 == 4 ? EtherType.IPV4 : EtherType.IPV6;
        EthernetHeader.write(frame, 0, toMac, fromMac, type);
        frame.putBytes(EthernetHeader.LENGTH, packet);
        return frame.byteArray();
    }
}
