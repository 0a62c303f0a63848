package onload.testkit.ip;

import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.NicSettings;
import onload.testkit.Frames;
import onload.wire.ArpPacket;
import onload.wire.CidrAddress;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.Icmpv6Message;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6Header;
import onload.wire.MacAddress;
import onload.wire.NdpMessage;
import onload.wire.NdpOptions;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * A link of a {@link PlayedRouter}: a NIC with addresses, which answers ARP requests and neighbor solicitations for
 * them, and router solicitations if it has something to advertise.
 */
public final class PlayedLink {
    /** The hop limit of what does not leave the link (RFC 4861, section 11.2; RFC 5082). */
    public static final int LINK_HOP_LIMIT = 255;

    private static final IpAddress ALL_NODES =
            IpAddress.of(Ipv6Address.ALL_NODES_HIGH, Ipv6Address.ALL_NODES_LOW);

    private final PlayedRouter router;
    private final FramePort port;
    private final NextHops nextHops;
    private final IpAddress linkLocal;
    private final List<CidrAddress> addresses = new ArrayList<>();
    private @Nullable RouterAdvertisement advertisement;
    private int mtu;
    private TooLong tooLong = TooLong.REPORTED;
    private boolean isSilent;
    private long nowNs;

    PlayedLink(PlayedRouter router, IpNetwork network, NicSettings settings) {
        this.router = router;
        port = new FramePort(network, settings, this::received);
        nextHops = new NextHops(this);
        mtu = settings.mtu();
        linkLocal =
                IpAddress.of(
                        Ipv6Address.LINK_LOCAL_HIGH, Ipv6Address.interfaceIdentifier(macAddress()));
    }

    // What it is like.

    /** {@return the NIC, to be connected} */
    public EmulatedNic nic() {
        return port.nic();
    }

    /** {@return its Ethernet address, 48 bits} */
    public long macAddress() {
        return port.nic().macAddress();
    }

    /** {@return its link-local address, made of the Ethernet address} */
    public IpAddress linkLocal() {
        return linkLocal;
    }

    /**
     * Gives it an address, whose prefix is reached by this link.
     *
     * @param cidr such as {@code 192.0.2.254/24} or {@code 2001:db8:1::ffff/64}
     */
    public PlayedLink address(String cidr) {
        addresses.add(CidrAddress.parse(cidr));
        return this;
    }

    /** Sets the longest packet that is forwarded to this link, in bytes; at first that of the NIC. */
    public PlayedLink mtu(int bytes) {
        mtu = bytes;
        return this;
    }

    /** {@return the longest packet that is forwarded to this link, in bytes} */
    public int mtu() {
        return mtu;
    }

    /** Says what is done with packets for this link that are too long; at first they are reported. */
    public PlayedLink tooLong(TooLong policy) {
        tooLong = policy;
        return this;
    }

    TooLong tooLong() {
        return tooLong;
    }

    /** Neither answers nor forwards what comes by this link any more, as if the router had died; or does again. */
    public PlayedLink silent(boolean silent) {
        isSilent = silent;
        return this;
    }

    /** Answers router solicitations with an advertisement from now on, or does not with null. */
    public PlayedLink advertises(@Nullable RouterAdvertisement other) {
        advertisement = other;
        return this;
    }

    // What it does when told to.

    /**
     * Sends what it advertises to all nodes, unasked.
     *
     * @throws IllegalStateException if it advertises nothing
     */
    public PlayedLink advertise() {
        RouterAdvertisement present = advertisement;
        if (present == null) {
            throw new IllegalStateException("this link advertises nothing; call advertises first");
        }
        return advertise(present);
    }

    /** Sends an advertisement to all nodes, which is not the one that solicitations are answered with. */
    public PlayedLink advertise(RouterAdvertisement once) {
        return sendIp(
                MacAddress.ofIpv6Multicast(ALL_NODES.high(), ALL_NODES.low()),
                IpPackets.icmp(linkLocal, ALL_NODES, LINK_HOP_LIMIT, once.message(macAddress())));
    }

    /** Sends a frame as it is. */
    public PlayedLink send(byte[] frame) {
        port.send(frame);
        return this;
    }

    /**
     * Sends an IP packet as it is, true or forged.
     *
     * @param toMac Ethernet address that it goes to, 48 bits
     * @param packet from the IP header on; see {@link IpPackets}
     */
    public PlayedLink sendIp(long toMac, byte[] packet) {
        return send(IpPackets.frame(macAddress(), toMac, packet));
    }

    /** Forgets the Ethernet addresses that it has learnt. */
    public void forgetNeighbors() {
        nextHops.forget();
    }

    // For the router.

    /** Which of its addresses it uses towards another: the one with its prefix, the first of its version, none. */
    IpAddress addressFor(IpAddress other) {
        IpAddress found = null;
        for (CidrAddress each : addresses) {
            IpAddress own = each.address();
            boolean isFirst = found == null && own.isIpv4() == other.isIpv4();
            if (isFirst || each.prefix().contains(other)) {
                found = own;
            }
        }
        if (found != null && !other.isLinkLocal()) {
            return found;
        }
        return other.isIpv4() ? IpAddress.IPV4_ANY : linkLocal;
    }

    boolean has(IpAddress address) {
        return address.equals(linkLocal)
                || addresses.stream().anyMatch(each -> each.address().equals(address));
    }

    /** {@return the length of the longest prefix of this link that an address is in, or -1} */
    int match(IpAddress address) {
        int longest = -1;
        for (CidrAddress each : addresses) {
            IpPrefix prefix = each.prefix();
            if (prefix.contains(address)) {
                longest = Math.max(longest, prefix.mappedLength());
            }
        }
        return longest;
    }

    NextHops nextHops() {
        return nextHops;
    }

    boolean poll(long nowNs) {
        this.nowNs = nowNs;
        boolean busy = port.poll(nowNs);
        List<byte[]> undeliverable = nextHops.advance(nowNs);
        undeliverable.forEach(packet -> router.undeliverable(IpPacket.of(packet), nowNs));
        return busy || !undeliverable.isEmpty();
    }

    String close() {
        return port.close();
    }

    // What comes in.

    private void received(byte[] bytes) {
        UnsafeBuffer frame = new UnsafeBuffer(bytes);
        int at = EthernetHeader.check(frame, 0, bytes.length);
        if (isSilent || at != EthernetHeader.LENGTH) {
            return;
        }
        int type = EthernetHeader.etherType(frame, 0, at);
        if (type == EtherType.ARP) {
            arp(frame, at, bytes.length - at);
        } else if (type == EtherType.IPV4 || type == EtherType.IPV6) {
            boolean isIpv4 = type == EtherType.IPV4;
            IpPacket packet = IpPacket.read(frame, at, bytes.length - at, isIpv4);
            if (packet != null && !ndp(packet, EthernetHeader.source(frame, 0))) {
                router.received(this, packet, nowNs);
            }
        }
    }

    private void arp(UnsafeBuffer frame, int at, int length) {
        if (ArpPacket.check(frame, at, length) < 0) {
            return;
        }
        int sender = ArpPacket.senderProtocolAddress(frame, at);
        int target = ArpPacket.targetProtocolAddress(frame, at);
        long mac = ArpPacket.senderHardwareAddress(frame, at);
        boolean isForUs = has(IpAddress.of(target));
        if (sender != 0 && (isForUs || nextHops.macOf(IpAddress.of(sender)) != null)) {
            nextHops.learn(IpAddress.of(sender), mac);
        }
        if (isForUs && ArpPacket.operation(frame, at) == ArpPacket.REQUEST) {
            send(
                    Frames.arpReply(
                            MacAddress.toString(macAddress()),
                            Ipv4Address.toString(target),
                            MacAddress.toString(mac),
                            Ipv4Address.toString(sender)));
        }
    }

    /** Whether the packet is a message of NDP, which is seen to here. */
    private boolean ndp(IpPacket packet, long fromMac) {
        if (packet.isIpv4()
                || packet.protocol() != IpProtocol.ICMPV6
                || packet.hopLimit() != LINK_HOP_LIMIT) {
            return false;
        }
        int length = packet.length() - Ipv6Header.LENGTH;
        if (NdpMessage.check(packet.buffer(), Ipv6Header.LENGTH, length) < 0) {
            return false;
        }
        switch (Icmpv6Message.type(packet.buffer(), Ipv6Header.LENGTH)) {
            case NdpMessage.ROUTER_SOLICITATION -> {
                if (advertisement != null) {
                    advertise();
                }
            }
            case NdpMessage.NEIGHBOR_SOLICITATION -> solicited(packet, fromMac);
            case NdpMessage.NEIGHBOR_ADVERTISEMENT -> advertised(packet);
            default -> {
                // Of other routers.
            }
        }
        return true;
    }

    private void solicited(IpPacket packet, long fromMac) {
        IpAddress source = packet.source();
        IpAddress target = target(packet);
        if (!has(target)) {
            return;
        }
        boolean isProbe = source.isUnspecified();
        if (!isProbe) {
            nextHops.learn(source, fromMac);
        }
        int flags = NdpMessage.ROUTER | NdpMessage.OVERRIDE | (isProbe ? 0 : NdpMessage.SOLICITED);
        long allNodes = MacAddress.ofIpv6Multicast(ALL_NODES.high(), ALL_NODES.low());
        sendIp(
                isProbe ? allNodes : fromMac,
                IpPackets.icmp(
                        target,
                        isProbe ? ALL_NODES : source,
                        LINK_HOP_LIMIT,
                        IcmpMessages.neighborAdvertisement(target, macAddress(), flags)));
    }

    private void advertised(IpPacket packet) {
        UnsafeBuffer buffer = packet.buffer();
        int end = packet.length();
        int option = Ipv6Header.LENGTH + NdpMessage.NEIGHBOR_ADVERTISEMENT_LENGTH;
        if (NdpOptions.check(buffer, option, end - option) < 0) {
            return;
        }
        option = NdpOptions.first(buffer, option, end);
        while (option < end) {
            if (NdpOptions.type(buffer, option) == NdpOptions.TARGET_LINK_LAYER_ADDRESS) {
                nextHops.learn(target(packet), NdpOptions.linkLayerAddress(buffer, option));
            }
            option = NdpOptions.next(buffer, option, end);
        }
    }

    private static IpAddress target(IpPacket packet) {
        return IpAddress.of(
                NdpMessage.targetHigh(packet.buffer(), Ipv6Header.LENGTH),
                NdpMessage.targetLow(packet.buffer(), Ipv6Header.LENGTH));
    }
}
