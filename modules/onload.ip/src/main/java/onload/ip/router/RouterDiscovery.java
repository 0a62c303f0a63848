package onload.ip.router;

import onload.ip.address.AddressOrigin;
import onload.ip.address.AddressTable;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.route.Route;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv6Address;
import onload.wire.NdpMessage;
import onload.wire.NdpOptions;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The routers, prefixes and parameters of the links of this host, as routers advertise them, and redirects.
 *
 * <p>When an interface comes up, its link-local address is made and routers are asked until one answers. From what they
 * say default routes follow, routes to the prefixes on the link, addresses, and parameters, each for as long as its
 * lifetime. All lists are bounded for each interface; what comes when one is full is counted and refused.
 *
 * <p>Single-threaded under the stack's lock. Nothing allocates but what adds a route or an address, and the lists for
 * people.
 */
public final class RouterDiscovery {
    /** The hop limit of a packet that no router has passed on (RFC 4861, section 6.1.2). */
    private static final int HOP_LIMIT = 255;

    private final RouterOptions options;
    private final AddressTable addresses;
    private final RandomGenerator random;
    private final RouterLink link;
    private final IpCounters counters;
    private final Redirects redirects;
    private final Advertisements advertisements;
    private final List<RouterInterface> interfaces = new ArrayList<>();

    /**
     * Makes it without interfaces.
     *
     * @param options what is taken, and how much
     * @param addresses where addresses are made
     * @param random for delays
     * @param link what sends and holds routes and parameters
     * @param counters what to count in
     */
    public RouterDiscovery(
            RouterOptions options,
            AddressTable addresses,
            RandomGenerator random,
            RouterLink link,
            IpCounters counters) {
        this.options = options;
        this.addresses = addresses;
        this.random = random;
        this.link = link;
        this.counters = counters;
        this.redirects = new Redirects(options, addresses, link, counters);
        this.advertisements = new Advertisements(options, addresses, link, counters, redirects);
    }

    /** An interface has come up, with the switches of the options; as the method with them. */
    public void interfaceUp(int interfaceIndex, long macAddress, int mtu, long nowNs) {
        interfaceUp(
                interfaceIndex,
                macAddress,
                mtu,
                options.acceptAdvertisements(),
                options.autoconfigure(),
                nowNs);
    }

    /**
     * An interface has come up for IPv6: its link-local address is added (RFC 4862, section 5.3), and routers are asked
     * soon. The address table must know it to be up before. For an interface that has another Ethernet address than
     * before, the addresses that were made from that are removed.
     *
     * @param interfaceIndex the interface, ≥ 1
     * @param macAddress its Ethernet address, 48 bits
     * @param mtu the longest packet of its link in bytes
     * @param acceptAdvertisements whether routers are asked and listened to
     * @param autoconfigure whether addresses are made of prefixes
     */
    public void interfaceUp(
            int interfaceIndex,
            long macAddress,
            int mtu,
            boolean acceptAdvertisements,
            boolean autoconfigure,
            long nowNs) {
        RouterInterface on = find(interfaceIndex);
        if (on == null) {
            on = new RouterInterface(interfaceIndex, options, random);
            on.macAddress = macAddress;
            interfaces.add(on);
        } else if (on.up) {
            return;
        }
        if (on.macAddress != macAddress) {
            removeAddressesOf(on, nowNs);
        }
        on.up = true;
        on.macAddress = macAddress;
        on.linkMtu = mtu;
        on.acceptAdvertisements = acceptAdvertisements;
        on.autoconfigure = autoconfigure;
        addLinkLocal(on, nowNs);
        if (acceptAdvertisements) {
            on.solicitation.begin(nowNs);
        }
    }

    private void addLinkLocal(RouterInterface on, long nowNs) {
        if (addresses.isFull()) {
            counters.increment(IpCounter.ADDRESS_AUTOCONFIGURATION_REFUSED);
        } else {
            addresses.addLinkLocal(on.interfaceIndex, on.macAddress, nowNs);
        }
    }

    private void removeAddressesOf(RouterInterface on, long nowNs) {
        long low = Ipv6Address.interfaceIdentifier(on.macAddress);
        for (int i = addresses.size() - 1; i >= 0; i--) {
            InterfaceAddress address = addresses.get(i);
            boolean made =
                    address.origin() == AddressOrigin.LINK_LOCAL
                            || address.origin() == AddressOrigin.AUTOCONFIGURED;
            if (made && address.interfaceIndex() == on.interfaceIndex && address.low() == low) {
                addresses.remove(address, nowNs);
            }
        }
    }

    /**
     * An interface has gone down, or IPv6 ceases on it: all that routers said there is forgotten, and the routes are
     * withdrawn. Autoconfigured addresses stay for their lifetimes, so that connections live through it.
     */
    public void interfaceDown(int interfaceIndex) {
        redirects.withdrawAll(interfaceIndex);
        RouterInterface on = find(interfaceIndex);
        if (on == null || !on.up) {
            return;
        }
        on.up = false;
        on.solicitation.end();
        on.forgetParameters();
        for (int i = on.routers.size() - 1; i >= 0; i--) {
            advertisements.withdrawRouter(on, i);
        }
        for (int i = on.prefixes.size() - 1; i >= 0; i--) {
            advertisements.withdrawPrefix(on, i);
        }
        while (on.servers.size() > 0) {
            on.servers.remove(0);
        }
    }

    /**
     * A router advertisement has come whose checksum is right. It is dropped if it is not valid (RFC 4861, section
     * 6.1.2), or not listened to.
     *
     * @param sourceHigh the upper half of its source address
     * @param sourceLow the lower half
     * @param hopLimit the hop limit of its packet
     * @param memory holds the message
     * @param index index of its first byte
     * @param length bytes of the message
     */
    public void advertisementReceived(
            int interfaceIndex,
            long sourceHigh,
            long sourceLow,
            int hopLimit,
            UnsafeBuffer memory,
            int index,
            int length,
            long nowNs) {
        int header = check(sourceHigh, sourceLow, hopLimit, memory, index, length);
        if (header != NdpMessage.ROUTER_ADVERTISEMENT_LENGTH) {
            counters.increment(IpCounter.NDP_DROPPED_INVALID);
            return;
        }
        RouterInterface on = find(interfaceIndex);
        if (on == null || !isHeard(on, sourceHigh, sourceLow)) {
            counters.increment(IpCounter.NDP_DROPPED_NOT_ACCEPTED);
            return;
        }
        counters.increment(IpCounter.NDP_ROUTER_ADVERTISEMENTS);
        advertisements.take(
                on, sourceHigh, sourceLow, memory, index, index + header, index + length, nowNs);
    }

    /** A router with an address of this host would be this host itself. */
    private boolean isHeard(RouterInterface on, long sourceHigh, long sourceLow) {
        return on.up
                && on.acceptAdvertisements
                && !addresses.isIpv6Disabled(on.interfaceIndex)
                && addresses.exact(sourceHigh, sourceLow, on.interfaceIndex) == null;
    }

    /** {@return the bytes before the options; negative if a message is not one of a router on this link} */
    private static int check(
            long sourceHigh,
            long sourceLow,
            int hopLimit,
            UnsafeBuffer memory,
            int index,
            int length) {
        if (hopLimit != HOP_LIMIT || !Ipv6Address.isLinkLocal(sourceHigh, sourceLow)) {
            return -1;
        }
        int header = NdpMessage.check(memory, index, length);
        if (header < 0) {
            return header;
        }
        int optionsLength = NdpOptions.check(memory, index + header, length - header);
        return optionsLength < 0 ? optionsLength : header;
    }

    /**
     * A neighbour that was a router says that it is none any more (RFC 4861, section 7.2.5). Nothing happens if it was
     * none.
     */
    public void routerLost(int interfaceIndex, long high, long low) {
        RouterInterface on = find(interfaceIndex);
        if (on != null) {
            int at = on.routers.find(high, low, 0);
            if (at != ExpiringList.NONE) {
                advertisements.withdrawRouter(on, at);
            }
        }
        redirects.withdrawVia(interfaceIndex, high, low);
    }

    /** A neighbour does not answer: redirects that lead over it are forgotten (RFC 4861, section 7.3.3). */
    public void neighborUnreachable(int interfaceIndex, long high, long low) {
        redirects.withdrawVia(interfaceIndex, high, low);
    }

    /**
     * An IPv6 redirect has come whose checksum is right. It is dropped if it is not valid (RFC 4861, section 8.1), and
     * not followed if its sender is not the first hop of the destination, or it would lead to this host itself.
     *
     * @param sourceHigh the upper half of its source address
     * @param sourceLow the lower half
     * @param hopLimit the hop limit of its packet
     * @param memory holds the message
     * @param index index of its first byte
     * @param length bytes of the message
     */
    public void redirectReceived(
            int interfaceIndex,
            long sourceHigh,
            long sourceLow,
            int hopLimit,
            UnsafeBuffer memory,
            int index,
            int length,
            long nowNs) {
        int header = check(sourceHigh, sourceLow, hopLimit, memory, index, length);
        if (header != NdpMessage.REDIRECT_LENGTH || !isSensible(memory, index)) {
            counters.increment(IpCounter.NDP_DROPPED_INVALID);
            return;
        }
        long targetHigh = NdpMessage.targetHigh(memory, index);
        long targetLow = NdpMessage.targetLow(memory, index);
        long high = NdpMessage.destinationHigh(memory, index);
        long low = NdpMessage.destinationLow(memory, index);
        if (!redirects.ipv6(
                interfaceIndex, sourceHigh, sourceLow, high, low, targetHigh, targetLow, nowNs)) {
            return;
        }
        boolean isRouter = targetHigh != high || targetLow != low;
        int end = index + length;
        int at = NdpOptions.first(memory, index + header, end);
        while (at < end) {
            if (NdpOptions.type(memory, at) == NdpOptions.TARGET_LINK_LAYER_ADDRESS) {
                long macAddress = NdpOptions.linkLayerAddress(memory, at);
                if (Advertisements.isStation(macAddress)) {
                    link.linkLayerAddressHeard(
                            interfaceIndex, targetHigh, targetLow, macAddress, isRouter, nowNs);
                }
            }
            at = NdpOptions.next(memory, at, end);
        }
    }

    /** RFC 4861, section 8.1: no group is redirected, and either to a router or to a neighbour. */
    private static boolean isSensible(UnsafeBuffer memory, int index) {
        long targetHigh = NdpMessage.targetHigh(memory, index);
        long targetLow = NdpMessage.targetLow(memory, index);
        long high = NdpMessage.destinationHigh(memory, index);
        long low = NdpMessage.destinationLow(memory, index);
        return !Ipv6Address.isMulticast(high, low)
                && (Ipv6Address.isLinkLocal(targetHigh, targetLow)
                        || (targetHigh == high && targetLow == low));
    }

    /**
     * An IPv4 redirect has come that is well-formed; one for a network counts as one for the host (RFC 1122, section
     * 3.2.2.2). It is ignored unless its sender is the first hop of the destination, and the new gateway is on the
     * link.
     *
     * @param source the router that sent it
     * @param destination whose packets are to go elsewhere
     * @param gateway where to
     */
    public void ipv4Redirect(
            int interfaceIndex, int source, int destination, int gateway, long nowNs) {
        redirects.ipv4(interfaceIndex, source, destination, gateway, nowNs);
    }

    /** {@return when {@link #advance} has something to do, or {@link Long#MAX_VALUE}} */
    public long nextDeadlineNs() {
        long nextNs = redirects.nextDeadlineNs();
        for (int i = 0; i < interfaces.size(); i++) {
            nextNs = Math.min(nextNs, interfaces.get(i).nextDeadlineNs());
        }
        return nextNs;
    }

    /** Does what is due: solicitations, and the ends of lifetimes. */
    public void advance(long nowNs) {
        redirects.advance(nowNs);
        for (int i = 0; i < interfaces.size(); i++) {
            advance(interfaces.get(i), nowNs);
        }
    }

    private void advance(RouterInterface on, long nowNs) {
        int at;
        while ((at = on.routers.expired(nowNs)) != ExpiringList.NONE) {
            advertisements.withdrawRouter(on, at);
        }
        while ((at = on.prefixes.expired(nowNs)) != ExpiringList.NONE) {
            advertisements.withdrawPrefix(on, at);
        }
        while ((at = on.servers.expired(nowNs)) != ExpiringList.NONE) {
            on.servers.remove(at);
        }
        if (on.solicitation.advance(nowNs)) {
            counters.increment(IpCounter.NDP_ROUTER_SOLICITATIONS_SENT);
            link.solicitRouters(on.interfaceIndex, nowNs);
        }
    }

    /** {@return the default routers as they are now} */
    public List<AdvertisedAddress> routers() {
        List<AdvertisedAddress> list = new ArrayList<>();
        for (RouterInterface on : interfaces) {
            addAll(list, on, on.routers);
        }
        return list;
    }

    /** {@return the DNS servers that routers have said, as they are now (RFC 8106)} */
    public List<AdvertisedAddress> servers() {
        List<AdvertisedAddress> list = new ArrayList<>();
        for (RouterInterface on : interfaces) {
            addAll(list, on, on.servers);
        }
        return list;
    }

    private static void addAll(
            List<AdvertisedAddress> list, RouterInterface on, ExpiringList entries) {
        for (int i = 0; i < entries.size(); i++) {
            IpAddress address = IpAddress.of(entries.high(i), entries.low(i));
            list.add(new AdvertisedAddress(on.interfaceIndex, address, entries.untilNs(i)));
        }
    }

    /** {@return the prefixes on the links as they are now} */
    public List<AdvertisedPrefix> prefixes() {
        List<AdvertisedPrefix> list = new ArrayList<>();
        for (RouterInterface on : interfaces) {
            ExpiringList entries = on.prefixes;
            for (int i = 0; i < entries.size(); i++) {
                IpAddress network = IpAddress.of(entries.high(i), entries.low(i));
                IpPrefix prefix = IpPrefix.of(network, entries.number(i));
                list.add(new AdvertisedPrefix(on.interfaceIndex, prefix, entries.untilNs(i)));
            }
        }
        return list;
    }

    /** {@return the routes of redirects as they are now} */
    public List<Route> redirects() {
        return redirects.list();
    }

    /** There are few interfaces, so that they are found by looking at each. */
    private @Nullable RouterInterface find(int interfaceIndex) {
        for (int i = 0; i < interfaces.size(); i++) {
            if (interfaces.get(i).interfaceIndex == interfaceIndex) {
                return interfaces.get(i);
            }
        }
        return null;
    }
}
