package onload.ip.router;

import onload.ip.address.AddressLink;
import onload.ip.address.AddressOptions;
import onload.ip.address.AddressState;
import onload.ip.address.AddressTable;
import onload.ip.address.ChosenRandom;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.route.Route;
import onload.ip.route.RouteOrigin;
import onload.wire.IpAddress;
import onload.wire.Ipv4Address;
import onload.wire.MacAddress;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Router discovery on a virtual clock, whose every word is written down. */
final class RouterRig implements RouterLink, AddressLink {
    static final long SECOND = 1_000_000_000L;
    static final long HOUR = 3600 * SECOND;
    static final int ETH = 1;
    static final int MTU = 1500;
    static final long MAC = MacAddress.parse("02:00:00:00:00:01");
    static final long ROUTER_MAC = MacAddress.parse("02:00:00:00:00:fe");
    static final String ROUTER = "fe80::fe";

    final IpCounters counters = new IpCounters();
    final AddressTable addresses;
    final RouterDiscovery discovery;
    final List<String> events = new ArrayList<>();
    final Set<Route> routes = new HashSet<>();
    IpAddress firstHop = IpAddress.parse(ROUTER);
    long nowNs;
    private final long startNs;

    RouterRig(RouterOptions options, RandomGenerator random, long startNs) {
        this.startNs = startNs;
        this.nowNs = startNs;
        this.addresses = new AddressTable(AddressOptions.DEFAULT, random, this, counters, 99);
        this.discovery = new RouterDiscovery(options, addresses, random, this, counters);
    }

    RouterRig(RouterOptions options) {
        this(options, ChosenRandom.least(), 5000 * SECOND);
    }

    /** {@return a rig whose interface is up and has asked, and whose link-local address is in use} */
    static RouterRig ready(RouterOptions options) {
        RouterRig rig = new RouterRig(options);
        rig.up();
        rig.run(SECOND);
        rig.taken();
        return rig;
    }

    static RouterRig ready() {
        return ready(RouterOptions.DEFAULT);
    }

    void up() {
        addresses.interfaceUp(ETH, nowNs);
        discovery.interfaceUp(ETH, MAC, MTU, nowNs);
    }

    void down() {
        addresses.interfaceDown(ETH, nowNs);
        discovery.interfaceDown(ETH);
    }

    long nextDeadlineNs() {
        return Math.min(addresses.nextDeadlineNs(), discovery.nextDeadlineNs());
    }

    void run(long ns) {
        long endNs = nowNs + ns;
        while (nextDeadlineNs() <= endNs) {
            nowNs = Math.max(nowNs, nextDeadlineNs());
            addresses.advance(nowNs);
            discovery.advance(nowNs);
        }
        nowNs = endNs;
    }

    void receive(Advertisement advertisement) {
        receive(ROUTER, advertisement);
    }

    void receive(String router, Advertisement advertisement) {
        receive(router, 255, advertisement);
    }

    void receive(String router, int hopLimit, Advertisement message) {
        IpAddress source = IpAddress.parse(router);
        discovery.advertisementReceived(
                ETH,
                source.high(),
                source.low(),
                hopLimit,
                message.memory,
                Advertisement.INDEX,
                message.length(),
                nowNs);
    }

    void redirect(String router, int hopLimit, Advertisement message) {
        IpAddress source = IpAddress.parse(router);
        discovery.redirectReceived(
                ETH,
                source.high(),
                source.low(),
                hopLimit,
                message.memory,
                Advertisement.INDEX,
                message.length(),
                nowNs);
    }

    void ipv4Redirect(String router, String destination, String gateway) {
        discovery.ipv4Redirect(
                ETH,
                Ipv4Address.parse(router),
                Ipv4Address.parse(destination),
                Ipv4Address.parse(gateway),
                nowNs);
    }

    /** {@return an address that there is} */
    InterfaceAddress present(String text) {
        InterfaceAddress address = address(text);
        if (address == null) {
            throw new AssertionError("there is no " + text);
        }
        return address;
    }

    @Nullable InterfaceAddress address(String text) {
        IpAddress ip = IpAddress.parse(text);
        return addresses.exact(ip.high(), ip.low(), ETH);
    }

    long count(IpCounter counter) {
        return counters.get(counter);
    }

    List<String> taken() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    List<String> taken(String kind) {
        return taken().stream().filter(event -> event.startsWith(kind)).toList();
    }

    /** {@return the routes there are, as text, in order} */
    List<String> routes() {
        return routes.stream().map(RouterRig::text).sorted().toList();
    }

    private static String text(Route route) {
        String via = route.gateway() == null ? "" : " via " + route.gateway();
        String redirected = route.origin() == RouteOrigin.REDIRECTED ? " redirected" : "";
        return route.destination() + via + " metric " + route.metric() + redirected;
    }

    private void event(String what) {
        events.add(what);
    }

    @Override
    public void solicitRouters(int interfaceIndex, long atNs) {
        event("solicit @" + (atNs - startNs) / 1_000_000);
    }

    @Override
    public void routeAdvertised(Route route) {
        if (!routes.add(route)) {
            throw new AssertionError("advertised twice: " + route);
        }
        event("+" + text(route));
    }

    @Override
    public void routeWithdrawn(Route route) {
        if (!routes.remove(route)) {
            throw new AssertionError("withdrawn without having been there: " + route);
        }
        event("-" + text(route));
    }

    @Override
    public boolean isFirstHop(
            int interfaceIndex, long high, long low, long routerHigh, long routerLow) {
        return firstHop.equals(IpAddress.of(routerHigh, routerLow));
    }

    @Override
    public void hopLimitAdvertised(int interfaceIndex, int hopLimit) {
        event("hopLimit " + hopLimit);
    }

    @Override
    public void mtuAdvertised(int interfaceIndex, int mtu) {
        event("mtu " + mtu);
    }

    @Override
    public void reachableTimeAdvertised(int interfaceIndex, long reachableTimeNs) {
        event("reachable " + reachableTimeNs / 1_000_000);
    }

    @Override
    public void retransTimerAdvertised(int interfaceIndex, long retransTimerNs) {
        event("retrans " + retransTimerNs / 1_000_000);
    }

    @Override
    public void linkLayerAddressHeard(
            int interfaceIndex, long high, long low, long mac, boolean isRouter, long atNs) {
        event(
                "heard %s at %s%s"
                        .formatted(
                                IpAddress.of(high, low),
                                MacAddress.toString(mac),
                                isRouter ? " router" : ""));
    }

    @Override
    public void added(InterfaceAddress address, long atNs) {}

    @Override
    public void probe(InterfaceAddress address, long atNs) {}

    @Override
    public void announce(InterfaceAddress address, long atNs) {}

    @Override
    public void stateChanged(InterfaceAddress address, AddressState before, long atNs) {}

    @Override
    public void removed(InterfaceAddress address, long atNs) {}

    @Override
    public void ipv6Disabled(int interfaceIndex, long atNs) {}
}
