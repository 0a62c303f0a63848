package onload.testkit.ip;

import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.IpAddress;
import onload.wire.NdpMessage;
import onload.wire.NdpOptions;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes ICMP messages as arrays of bytes, true or forged, of which {@link IpPackets#icmp} makes packets. Their
 * checksums are still 0.
 */
public final class IcmpMessages {
    /** Bytes of a packet that an IPv4 router quotes, so that its message is no longer than 576 (RFC 1812, 4.3.2.3). */
    private static final int IPV4_QUOTE = 576 - 20 - Icmpv4Message.LENGTH;

    /** The same of IPv6, whose limit is 1280 (RFC 4443, section 2.4 c). */
    private static final int IPV6_QUOTE = 1280 - 40 - Icmpv6Message.LENGTH;

    private IcmpMessages() {}

    /**
     * {@return an error of the version of the packet that it quotes}
     *
     * @param type ICMP type
     * @param code ICMP code
     * @param packet what it is about, from the IP header on
     */
    public static byte[] error(int type, int code, byte[] packet) {
        boolean isIpv4 = packet[0] >>> 4 == 4;
        int quoted = Math.min(packet.length, isIpv4 ? IPV4_QUOTE : IPV6_QUOTE);
        UnsafeBuffer message = new UnsafeBuffer(new byte[Icmpv4Message.LENGTH + quoted]);
        Icmpv4Message.write(message, 0, type, code);
        message.putBytes(Icmpv4Message.DATA_OFFSET, packet, 0, quoted);
        return message.byteArray();
    }

    /**
     * {@return the report that a packet is too long: fragmentation needed, or packet too big}
     *
     * @param mtu bytes that would fit; for IPv4 0 as routers have it that are older than RFC 1191
     * @param packet what it is about
     */
    public static byte[] tooBig(long mtu, byte[] packet) {
        if (packet[0] >>> 4 == 4) {
            byte[] message =
                    error(
                            Icmpv4Message.DESTINATION_UNREACHABLE,
                            Icmpv4Message.FRAGMENTATION_NEEDED,
                            packet);
            Icmpv4Message.nextHopMtu(new UnsafeBuffer(message), 0, (int) mtu);
            return message;
        }
        byte[] message = error(Icmpv6Message.PACKET_TOO_BIG, 0, packet);
        Icmpv6Message.mtu(new UnsafeBuffer(message), 0, mtu);
        return message;
    }

    /** {@return the report that a packet's hops ran out} */
    public static byte[] hopLimitExceeded(byte[] packet) {
        boolean isIpv4 = packet[0] >>> 4 == 4;
        return error(isIpv4 ? Icmpv4Message.TIME_EXCEEDED : Icmpv6Message.TIME_EXCEEDED, 0, packet);
    }

    /** {@return the report that there is no route to a packet's destination} */
    public static byte[] networkUnreachable(byte[] packet) {
        boolean isIpv4 = packet[0] >>> 4 == 4;
        return error(
                isIpv4
                        ? Icmpv4Message.DESTINATION_UNREACHABLE
                        : Icmpv6Message.DESTINATION_UNREACHABLE,
                isIpv4 ? Icmpv4Message.NETWORK_UNREACHABLE : Icmpv6Message.NO_ROUTE,
                packet);
    }

    /** {@return the report that a packet's destination does not answer on the last link} */
    public static byte[] hostUnreachable(byte[] packet) {
        boolean isIpv4 = packet[0] >>> 4 == 4;
        return error(
                isIpv4
                        ? Icmpv4Message.DESTINATION_UNREACHABLE
                        : Icmpv6Message.DESTINATION_UNREACHABLE,
                isIpv4 ? Icmpv4Message.HOST_UNREACHABLE : Icmpv6Message.ADDRESS_UNREACHABLE,
                packet);
    }

    /**
     * {@return an IPv4 redirect for a host (RFC 792)}
     *
     * @param gateway the better first hop
     * @param packet what it is about
     */
    public static byte[] ipv4Redirect(IpAddress gateway, byte[] packet) {
        byte[] message = error(Icmpv4Message.REDIRECT, Icmpv4Message.REDIRECT_FOR_HOST, packet);
        Icmpv4Message.gateway(new UnsafeBuffer(message), 0, gateway.ipv4());
        return message;
    }

    /**
     * {@return an IPv6 redirect (RFC 4861, section 4.5)}
     *
     * @param target the better first hop: a link-local address, or the destination itself if it is on the link
     * @param destination of which packets
     * @param targetMac Ethernet address of the target, 48 bits; 0 to say none
     */
    public static byte[] ipv6Redirect(IpAddress target, IpAddress destination, long targetMac) {
        UnsafeBuffer message =
                new UnsafeBuffer(
                        new byte
                                [NdpMessage.REDIRECT_LENGTH
                                        + (targetMac == 0
                                                ? 0
                                                : NdpOptions.LINK_LAYER_ADDRESS_LENGTH)]);
        NdpMessage.writeRedirect(
                message, 0, target.high(), target.low(), destination.high(), destination.low());
        if (targetMac != 0) {
            NdpOptions.writeLinkLayerAddress(
                    message,
                    NdpMessage.REDIRECT_LENGTH,
                    NdpOptions.TARGET_LINK_LAYER_ADDRESS,
                    targetMac);
        }
        return message.byteArray();
    }

    /**
     * {@return an echo request of either version}
     *
     * @param isIpv4 the version
     * @param identifier 0 to 65535
     * @param sequenceNumber 0 to 65535
     * @param data what follows its header
     */
    public static byte[] echoRequest(
            boolean isIpv4, int identifier, int sequenceNumber, byte[] data) {
        UnsafeBuffer message = new UnsafeBuffer(new byte[Icmpv4Message.LENGTH + data.length]);
        if (isIpv4) {
            Icmpv4Message.writeEcho(message, 0, Icmpv4Message.ECHO, identifier, sequenceNumber);
        } else {
            Icmpv6Message.writeEcho(
                    message, 0, Icmpv6Message.ECHO_REQUEST, identifier, sequenceNumber);
        }
        message.putBytes(Icmpv4Message.DATA_OFFSET, data);
        return message.byteArray();
    }

    /**
     * {@return a neighbor solicitation (RFC 4861, section 4.3)}
     *
     * @param target who is asked for
     * @param sourceMac Ethernet address of who asks, 48 bits; 0 to say none, as duplicate address detection does
     */
    public static byte[] neighborSolicitation(IpAddress target, long sourceMac) {
        int options = sourceMac == 0 ? 0 : NdpOptions.LINK_LAYER_ADDRESS_LENGTH;
        UnsafeBuffer message =
                new UnsafeBuffer(new byte[NdpMessage.NEIGHBOR_SOLICITATION_LENGTH + options]);
        NdpMessage.writeNeighborSolicitation(message, 0, target.high(), target.low());
        if (sourceMac != 0) {
            NdpOptions.writeLinkLayerAddress(
                    message,
                    NdpMessage.NEIGHBOR_SOLICITATION_LENGTH,
                    NdpOptions.SOURCE_LINK_LAYER_ADDRESS,
                    sourceMac);
        }
        return message.byteArray();
    }

    /**
     * {@return a neighbor advertisement (RFC 4861, section 4.4)}
     *
     * @param target whose Ethernet address it says
     * @param targetMac that address, 48 bits
     * @param flags {@link NdpMessage#ROUTER}, {@link NdpMessage#SOLICITED} and {@link NdpMessage#OVERRIDE}, or-ed
     */
    public static byte[] neighborAdvertisement(IpAddress target, long targetMac, int flags) {
        UnsafeBuffer message =
                new UnsafeBuffer(
                        new byte
                                [NdpMessage.NEIGHBOR_ADVERTISEMENT_LENGTH
                                        + NdpOptions.LINK_LAYER_ADDRESS_LENGTH]);
        NdpMessage.writeNeighborAdvertisement(message, 0, flags, target.high(), target.low());
        NdpOptions.writeLinkLayerAddress(
                message,
                NdpMessage.NEIGHBOR_ADVERTISEMENT_LENGTH,
                NdpOptions.TARGET_LINK_LAYER_ADDRESS,
                targetMac);
        return message.byteArray();
    }
}
