package onload.ip.route;

import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv6Address;

import java.util.Comparator;

/** The order in which people are used to see routes. */
final class DisplayOrder implements Comparator<Route> {
    static final DisplayOrder INSTANCE = new DisplayOrder();

    private DisplayOrder() {}

    @Override
    public int compare(Route a, Route b) {
        IpPrefix first = a.destination();
        IpPrefix second = b.destination();
        if (first.isIpv4() != second.isIpv4()) {
            return first.isIpv4() ? -1 : 1;
        }
        // By its last address a prefix of IPv6 comes after those that it encloses.
        int order =
                first.isIpv4()
                        ? first.network().compareTo(second.network())
                        : last(first).compareTo(last(second));
        if (order == 0) {
            order = Integer.compare(second.length(), first.length());
        }
        if (order == 0) {
            order = Integer.compare(a.metric(), b.metric());
        }
        return order != 0 ? order : Integer.compare(a.interfaceIndex(), b.interfaceIndex());
    }

    private static IpAddress last(IpPrefix prefix) {
        return IpAddress.of(
                prefix.network().high() | ~Ipv6Address.maskHigh(prefix.mappedLength()),
                prefix.network().low() | ~Ipv6Address.maskLow(prefix.mappedLength()));
    }
}
