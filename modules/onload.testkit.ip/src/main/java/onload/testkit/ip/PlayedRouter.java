package onload.testkit.ip;

import onload.nic.emulated.NicSettings;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.IpProtocol;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A router that the test plays: it forwards IPv4 and IPv6 between its links, says what is wrong with packets that it
 * cannot forward, advertises itself, and misbehaves as it is told.
 *
 * <pre>
 * PlayedRouter router = network.addRouter();
 * PlayedLink here = router.addLink().address("192.0.2.254/24").address("2001:db8:1::ffff/64");
 * PlayedLink there = router.addLink().address("198.51.100.254/24").mtu(1400);
 * network.connect(here.nic(), host.nic(), LinkSettings.PERFECT);
 * </pre>
 *
 * <p>It shares no code with the IP layer beyond the formats, so that the two do not agree on the same mistakes. Its
 * errors are not limited in their rate.
 */
public final class PlayedRouter implements IpNetwork.Station {
    private static final int HOP_LIMIT = 64;

    private final IpNetwork network;
    private final List<PlayedLink> links = new ArrayList<>();
    private final List<Static> routes = new ArrayList<>();
    private boolean cuts = true;
    private boolean redirects;
    private int forwarded;

    private record Static(IpPrefix prefix, PlayedLink link, IpAddress gateway) {}

    private record Way(PlayedLink link, IpAddress nextHop) {}

    PlayedRouter(IpNetwork network) {
        this.network = network;
    }

    /** {@return another link, whose NIC takes packets up to 1500 bytes} */
    public PlayedLink addLink() {
        return addLink(NicSettings.DEFAULT);
    }

    /** {@return another link with a NIC of these settings, but for its rings} */
    public PlayedLink addLink(NicSettings settings) {
        PlayedLink link = new PlayedLink(this, network, settings);
        links.add(link);
        return link;
    }

    /**
     * Adds a route over another router.
     *
     * @param prefix such as {@code 203.0.113.0/24}
     * @param link where that router is
     * @param gateway its address there
     */
    public PlayedRouter route(String prefix, PlayedLink link, String gateway) {
        routes.add(new Static(IpPrefix.parse(prefix), link, IpAddress.parse(gateway)));
        return this;
    }

    /** Says whether it cuts IPv4 packets that may be cut, which it does at first, or drops them silently. */
    public PlayedRouter cuts(boolean other) {
        cuts = other;
        return this;
    }

    /** Says whether it redirects hosts whose packets go back by the link they came by, which it does not at first. */
    public PlayedRouter redirects(boolean other) {
        redirects = other;
        return this;
    }

    /** {@return the packets that it has forwarded, before they were cut} */
    public int forwarded() {
        return forwarded;
    }

    @Override
    public boolean poll(long nowNs) {
        boolean busy = false;
        for (PlayedLink link : links) {
            busy |= link.poll(nowNs);
        }
        return busy;
    }

    @Override
    public long nextDeadlineNs() {
        long next = Long.MAX_VALUE;
        for (PlayedLink link : links) {
            next = Math.min(next, link.nextHops().nextDeadlineNs());
        }
        return next;
    }

    @Override
    public String close() {
        StringBuilder amiss = new StringBuilder();
        links.forEach(link -> amiss.append(link.close()));
        return amiss.toString();
    }

    // Forwarding.

    void received(PlayedLink arrival, IpPacket packet, long nowNs) {
        IpAddress destination = packet.destination();
        if (links.stream().anyMatch(link -> link.has(destination))) {
            echo(arrival, packet, nowNs);
        } else if (isForwarded(packet)) {
            forward(arrival, packet, nowNs);
        }
    }

    private static boolean isForwarded(IpPacket packet) {
        IpAddress destination = packet.destination();
        boolean isLimitedBroadcast = destination.isIpv4() && destination.ipv4() == -1;
        return !destination.isMulticast()
                && !destination.isLinkLocal()
                && !packet.source().isLinkLocal()
                && !packet.source().isUnspecified()
                && !isLimitedBroadcast;
    }

    private void forward(PlayedLink arrival, IpPacket packet, long nowNs) {
        if (packet.hopLimit() <= 1) {
            report(arrival, packet, IcmpMessages.hopLimitExceeded(packet.bytes()), nowNs);
            return;
        }
        Way way = way(packet.destination());
        if (way == null) {
            report(arrival, packet, IcmpMessages.networkUnreachable(packet.bytes()), nowNs);
            return;
        }
        if (redirects && way.link == arrival) {
            redirect(arrival, packet, way.nextHop, nowNs);
        }
        if (packet.length() > way.link.mtu()) {
            tooLong(arrival, packet, way, nowNs);
            return;
        }
        packet.takeHop();
        forwarded++;
        way.link.nextHops().send(way.nextHop, packet.bytes(), nowNs);
    }

    private void tooLong(PlayedLink arrival, IpPacket packet, Way way, long nowNs) {
        if (packet.mayBeCut()) {
            if (cuts) {
                packet.takeHop();
                forwarded++;
                for (byte[] fragment : packet.cut(way.link.mtu())) {
                    way.link.nextHops().send(way.nextHop, fragment, nowNs);
                }
            }
            return;
        }
        TooLong policy = way.link.tooLong();
        if (policy == TooLong.DROPPED) {
            return;
        }
        boolean hidesMtu = packet.isIpv4() && policy == TooLong.REPORTED_WITHOUT_MTU;
        int mtu = hidesMtu ? 0 : way.link.mtu();
        report(arrival, packet, IcmpMessages.tooBig(mtu, packet.bytes()), nowNs);
    }

    private @Nullable Way way(IpAddress destination) {
        Way best = null;
        int longest = -1;
        for (PlayedLink link : links) {
            int length = link.match(destination);
            if (length > longest) {
                longest = length;
                best = new Way(link, destination);
            }
        }
        for (Static each : routes) {
            int length = each.prefix.mappedLength();
            if (each.prefix.contains(destination) && length > longest) {
                longest = length;
                best = new Way(each.link, each.gateway);
            }
        }
        return best;
    }

    // What it says.

    /** Nobody answers for a packet's next hop. */
    void undeliverable(IpPacket packet, long nowNs) {
        IpAddress source = packet.source();
        Way back = way(source);
        boolean isOwn = links.stream().anyMatch(link -> link.has(source));
        if (back != null && !isOwn) {
            report(back.link, packet, IcmpMessages.hostUnreachable(packet.bytes()), nowNs);
        }
    }

    private void report(PlayedLink arrival, IpPacket about, byte[] message, long nowNs) {
        IpAddress to = about.source();
        reply(arrival, arrival.addressFor(to), to, message, nowNs);
    }

    private void reply(
            PlayedLink arrival, IpAddress from, IpAddress to, byte[] message, long nowNs) {
        Way way = to.isLinkLocal() ? new Way(arrival, to) : way(to);
        if (way != null) {
            byte[] packet = IpPackets.icmp(from, to, HOP_LIMIT, message);
            way.link.nextHops().send(way.nextHop, packet, nowNs);
        }
    }

    private static void redirect(PlayedLink link, IpPacket packet, IpAddress nextHop, long nowNs) {
        IpAddress to = packet.source();
        if (packet.isIpv4()) {
            byte[] message = IcmpMessages.ipv4Redirect(nextHop, packet.bytes());
            byte[] redirect = IpPackets.icmp(link.addressFor(to), to, HOP_LIMIT, message);
            link.nextHops().send(to, redirect, nowNs);
            return;
        }
        Long mac = link.nextHops().macOf(nextHop);
        byte[] message =
                IcmpMessages.ipv6Redirect(nextHop, packet.destination(), mac == null ? 0 : mac);
        byte[] redirect = IpPackets.icmp(link.linkLocal(), to, PlayedLink.LINK_HOP_LIMIT, message);
        link.nextHops().send(to, redirect, nowNs);
    }

    /** Answers an echo request to itself; other packets for it, and fragments, it does not care for. */
    private void echo(PlayedLink arrival, IpPacket packet, long nowNs) {
        int at = packet.headerLength();
        boolean isIpv4 = packet.isIpv4();
        int request = isIpv4 ? Icmpv4Message.ECHO : Icmpv6Message.ECHO_REQUEST;
        int protocol = isIpv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
        if (packet.protocol() != protocol
                || packet.length() < at + Icmpv4Message.LENGTH
                || Icmpv4Message.type(packet.buffer(), at) != request) {
            return;
        }
        byte[] message = Arrays.copyOfRange(packet.bytes(), at, packet.length());
        message[0] = (byte) (isIpv4 ? Icmpv4Message.ECHO_REPLY : Icmpv6Message.ECHO_REPLY);
        reply(arrival, packet.destination(), packet.source(), message, nowNs);
    }
}
