package onload.testkit;

import onload.wire.ArpPacket;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.Ipv4Address;
import onload.wire.MacAddress;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where a test begins a frame:
 *
 * <pre>
 * byte[] syn = Frames.tcp("192.0.2.1", 1234, "192.0.2.2", 80)
 *         .sequenceNumber(1000).syn().window(65535)
 *         .maximumSegmentSize(1460).sackPermitted().timestamps(1, 0).windowScale(7)
 *         .build();
 * </pre>
 */
public final class Frames {
    private Frames() {}

    /** {@return a TCP segment between two addresses of one IP version} */
    public static TcpSegmentBuilder tcp(
            String from, int sourcePort, String to, int destinationPort) {
        return new TcpSegmentBuilder(sourcePort, destinationPort).from(from).to(to);
    }

    /** {@return a UDP datagram between two addresses of one IP version} */
    public static UdpDatagramBuilder udp(
            String from, int sourcePort, String to, int destinationPort) {
        return new UdpDatagramBuilder(sourcePort, destinationPort).from(from).to(to);
    }

    /**
     * {@return an IP packet whose payload the test gives whole, transport header included}
     *
     * @param protocol 0 to 255
     */
    public static IpPacketBuilder ip(String from, String to, int protocol) {
        return new IpPacketBuilder(protocol).from(from).to(to);
    }

    /**
     * {@return an ARP request that asks who has an address (RFC 826), broadcast}
     *
     * @param senderMac Ethernet address of the sender
     * @param sender IPv4 address of the sender
     * @param target IPv4 address that is asked for
     */
    public static byte[] arpRequest(String senderMac, String sender, String target) {
        return arp(
                ArpPacket.REQUEST,
                MacAddress.BROADCAST,
                MacAddress.parse(senderMac),
                sender,
                0,
                target);
    }

    /**
     * {@return an ARP reply (RFC 826)}
     *
     * @param senderMac Ethernet address of the sender
     * @param sender IPv4 address of the sender, which it says it has
     * @param targetMac Ethernet address of who asked
     * @param target IPv4 address of who asked
     */
    public static byte[] arpReply(
            String senderMac, String sender, String targetMac, String target) {
        long to = MacAddress.parse(targetMac);
        return arp(ArpPacket.REPLY, to, MacAddress.parse(senderMac), sender, to, target);
    }

    private static byte[] arp(
            int operation,
            long destination,
            long senderMac,
            String sender,
            long targetMac,
            String target) {
        UnsafeBuffer frame = new UnsafeBuffer(new byte[EthernetHeader.LENGTH + ArpPacket.LENGTH]);
        EthernetHeader.write(frame, 0, destination, senderMac, EtherType.ARP);
        ArpPacket.write(
                frame,
                EthernetHeader.LENGTH,
                operation,
                senderMac,
                Ipv4Address.parse(sender),
                targetMac,
                Ipv4Address.parse(target));
        return frame.byteArray();
    }
}
