package onload.ip;

import onload.ip.address.AddressOptions;
import onload.ip.fragment.ReassemblyOptions;
import onload.ip.icmp.IcmpOptions;
import onload.ip.multicast.MulticastOptions;
import onload.ip.neighbor.NeighborOptions;
import onload.ip.route.PathMtuOptions;
import onload.ip.router.RouterOptions;

/**
 * How an IP layer behaves and what it has room for.
 *
 * @param neighbors the neighbour cache
 * @param addresses this host's addresses
 * @param routers router discovery
 * @param reassembly fragments that come in
 * @param icmp what ICMP sends
 * @param pathMtus what is remembered of paths
 * @param multicast group memberships
 * @param routes routes that there is room for, 1 or more
 * @param waitingFrames frames that wait for room in the ring of one NIC, 1 or more
 * @param loopbackPackets packets on their way within the stack, 1 or more
 * @param hopLimit hop limit, or time to live, of packets that do not say another, 1 to 255
 * @param arpRepliesPerSecond ARP replies that are sent in a second, 1 or more
 * @param ipv6 whether interfaces have IPv6
 */
public record IpOptions(
        NeighborOptions neighbors,
        AddressOptions addresses,
        RouterOptions routers,
        ReassemblyOptions reassembly,
        IcmpOptions icmp,
        PathMtuOptions pathMtus,
        MulticastOptions multicast,
        int routes,
        int waitingFrames,
        int loopbackPackets,
        int hopLimit,
        int arpRepliesPerSecond,
        boolean ipv6) {
    private static final int MAX_HOP_LIMIT = 255;

    /** The defaults of all parts; 1024 routes, 1024 waiting frames, 256 packets within the stack, hop limit 64. */
    public static final IpOptions DEFAULT =
            new IpOptions(
                    NeighborOptions.DEFAULT,
                    AddressOptions.DEFAULT,
                    RouterOptions.DEFAULT,
                    ReassemblyOptions.DEFAULT,
                    IcmpOptions.DEFAULT,
                    PathMtuOptions.DEFAULT,
                    MulticastOptions.DEFAULT,
                    1024,
                    1024,
                    256,
                    64,
                    1000,
                    true);

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public IpOptions {
        within("routes", routes, Integer.MAX_VALUE);
        within("waitingFrames", waitingFrames, Integer.MAX_VALUE);
        within("loopbackPackets", loopbackPackets, Integer.MAX_VALUE);
        within("hopLimit", hopLimit, MAX_HOP_LIMIT);
        within("arpRepliesPerSecond", arpRepliesPerSecond, Integer.MAX_VALUE);
    }

    private static void within(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "%s cannot be %d; expected 1 to %d".formatted(name, value, most));
        }
    }

    /** {@return these options with others for the neighbour cache} */
    public IpOptions withNeighbors(NeighborOptions other) {
        return new IpOptions(
                other,
                addresses,
                routers,
                reassembly,
                icmp,
                pathMtus,
                multicast,
                routes,
                waitingFrames,
                loopbackPackets,
                hopLimit,
                arpRepliesPerSecond,
                ipv6);
    }

    /** {@return these options with others for this host's addresses} */
    public IpOptions withAddresses(AddressOptions other) {
        return new IpOptions(
                neighbors,
                other,
                routers,
                reassembly,
                icmp,
                pathMtus,
                multicast,
                routes,
                waitingFrames,
                loopbackPackets,
                hopLimit,
                arpRepliesPerSecond,
                ipv6);
    }

    /** {@return these options with others for router discovery} */
    public IpOptions withRouters(RouterOptions other) {
        return new IpOptions(
                neighbors,
                addresses,
                other,
                reassembly,
                icmp,
                pathMtus,
                multicast,
                routes,
                waitingFrames,
                loopbackPackets,
                hopLimit,
                arpRepliesPerSecond,
                ipv6);
    }

    /** {@return these options with others for reassembly} */
    public IpOptions withReassembly(ReassemblyOptions other) {
        return new IpOptions(
                neighbors,
                addresses,
                routers,
                other,
                icmp,
                pathMtus,
                multicast,
                routes,
                waitingFrames,
                loopbackPackets,
                hopLimit,
                arpRepliesPerSecond,
                ipv6);
    }

    /** {@return these options with others for ICMP} */
    public IpOptions withIcmp(IcmpOptions other) {
        return new IpOptions(
                neighbors,
                addresses,
                routers,
                reassembly,
                other,
                pathMtus,
                multicast,
                routes,
                waitingFrames,
                loopbackPackets,
                hopLimit,
                arpRepliesPerSecond,
                ipv6);
    }

    /** {@return these options with others for multicast} */
    public IpOptions withMulticast(MulticastOptions other) {
        return new IpOptions(
                neighbors,
                addresses,
                routers,
                reassembly,
                icmp,
                pathMtus,
                other,
                routes,
                waitingFrames,
                loopbackPackets,
                hopLimit,
                arpRepliesPerSecond,
                ipv6);
    }

    /** {@return these options with IPv6 or without} */
    public IpOptions withIpv6(boolean other) {
        return new IpOptions(
                neighbors,
                addresses,
                routers,
                reassembly,
                icmp,
                pathMtus,
                multicast,
                routes,
                waitingFrames,
                loopbackPackets,
                hopLimit,
                arpRepliesPerSecond,
                other);
    }

    /** {@return these options with room for another number of waiting frames} */
    public IpOptions withWaitingFrames(int other) {
        return new IpOptions(
                neighbors,
                addresses,
                routers,
                reassembly,
                icmp,
                pathMtus,
                multicast,
                routes,
                other,
                loopbackPackets,
                hopLimit,
                arpRepliesPerSecond,
                ipv6);
    }
}
