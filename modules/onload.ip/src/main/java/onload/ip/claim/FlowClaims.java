package onload.ip.claim;

import onload.nic.spi.LocalFilter;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.wire.IpAddress;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Local addresses and ports that the kernel leaves to this stack. Control path, single-threaded, under the stack lock.
 */
public final class FlowClaims {
    private final List<VirtualInterface> shared = new ArrayList<>();
    private final Map<Key, FlowClaim> claims = new HashMap<>();

    record Key(int protocol, long high, long low, int port) {}

    /** Makes claims of a layer without interfaces. */
    public FlowClaims() {}

    /** Takes a NIC in; one that is not shared needs no claims. Before the first claim. */
    public void add(VirtualInterface nic) {
        if (nic.capabilities().has(NicFeature.SHARED_WITH_KERNEL)
                && nic.capabilities().has(NicFeature.FLOW_FILTERS)) {
            shared.add(nic);
        }
    }

    /** Forgets a NIC, which has been closed and has no filters any more. */
    public void remove(VirtualInterface nic) {
        int at = shared.indexOf(nic);
        if (at >= 0) {
            shared.remove(at);
            claims.values().forEach(claim -> claim.filters[at] = new int[0]);
        }
    }

    /**
     * Claims a local address and port.
     *
     * @param protocol TCP or UDP
     * @param high upper half of the address, IPv4 as IPv4-mapped; the unspecified addresses are all of this host's, ::
     *     those of both versions
     * @param low lower half of the address
     * @param port 1 to 65,535
     * @return the claim; null if the kernel, or another stack, has that port
     */
    public @Nullable FlowClaim claim(int protocol, long high, long low, int port) {
        if (shared.isEmpty() || IpAddress.of(high, low).isLoopback()) {
            return FlowClaim.NOTHING;
        }
        Key key = new Key(protocol, high, low, port);
        FlowClaim known = claims.get(key);
        if (known != null) {
            return known.retain();
        }
        int[] @Nullable [] filters = new int[shared.size()] @Nullable [];
        for (int i = 0; i < filters.length; i++) {
            int[] added = filters(shared.get(i), key);
            if (added == null) {
                removeFilters(filters);
                return null;
            }
            filters[i] = added;
        }
        FlowClaim claim = new FlowClaim(this, key, filters);
        claims.put(key, claim);
        return claim;
    }

    /** {@return the filters that were added to a NIC, or null, and then there are none} */
    private static int @Nullable [] filters(VirtualInterface nic, Key key) {
        IpAddress local = IpAddress.of(key.high(), key.low());
        int first = nic.addFilter(new LocalFilter(key.protocol(), local, key.port()));
        if (first < 0) {
            return null;
        }
        if (key.high() != 0 || key.low() != 0) {
            return new int[] {first};
        }
        IpAddress anyIpv4 = IpAddress.of(Ipv6Address.MAPPED_HIGH, Ipv6Address.mappedLow(0));
        int second = nic.addFilter(new LocalFilter(key.protocol(), anyIpv4, key.port()));
        if (second < 0) {
            nic.removeFilter(first);
            return null;
        }
        return new int[] {first, second};
    }

    private void removeFilters(int[] @Nullable [] filters) {
        for (int i = 0; i < filters.length; i++) {
            int[] added = filters[i];
            if (added != null && i < shared.size()) {
                for (int filter : added) {
                    shared.get(i).removeFilter(filter);
                }
            }
        }
    }

    void remove(Key key, FlowClaim claim) {
        claims.remove(key);
        removeFilters(claim.filters);
    }

    /** {@return how many addresses and ports are claimed} */
    public int size() {
        return claims.size();
    }
}
