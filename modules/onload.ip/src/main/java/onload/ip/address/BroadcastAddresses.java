package onload.ip.address;

import onload.ip.support.AddressMap;
import onload.wire.IpPrefix;
import onload.wire.Ipv6Address;

/**
 * The directed broadcast addresses of the links of this host, and the first addresses of their prefixes, which once
 * were broadcast addresses (RFC 1122, section 3.3.6). The former are odd and the latter even, as a prefix with a
 * broadcast address leaves two bits or more for hosts.
 */
final class BroadcastAddresses {
    private final AddressMap map;
    private final int[] uses;
    private final int[] free;
    private int freeCount;

    BroadcastAddresses(int prefixes, long hashKey) {
        int capacity = 2 * prefixes;
        map = new AddressMap(capacity, hashKey);
        uses = new int[capacity];
        free = new int[capacity];
        while (freeCount < capacity) {
            free[freeCount] = freeCount++;
        }
    }

    void add(IpPrefix prefix, int interfaceIndex) {
        if (prefix.hasBroadcast()) {
            use(prefix.broadcast(), interfaceIndex);
            use(prefix.network().ipv4(), interfaceIndex);
        }
    }

    void remove(IpPrefix prefix, int interfaceIndex) {
        if (prefix.hasBroadcast()) {
            release(prefix.broadcast(), interfaceIndex);
            release(prefix.network().ipv4(), interfaceIndex);
        }
    }

    boolean contains(int ipv4, int interfaceIndex) {
        return map.find(Ipv6Address.MAPPED_HIGH, Ipv6Address.mappedLow(ipv4), interfaceIndex)
                != AddressMap.NONE;
    }

    private void use(int ipv4, int interfaceIndex) {
        long low = Ipv6Address.mappedLow(ipv4);
        int slot = map.find(Ipv6Address.MAPPED_HIGH, low, interfaceIndex);
        if (slot == AddressMap.NONE) {
            slot = free[--freeCount];
            map.add(Ipv6Address.MAPPED_HIGH, low, interfaceIndex, slot);
        }
        uses[slot]++;
    }

    private void release(int ipv4, int interfaceIndex) {
        long low = Ipv6Address.mappedLow(ipv4);
        int slot = map.find(Ipv6Address.MAPPED_HIGH, low, interfaceIndex);
        if (--uses[slot] == 0) {
            map.remove(Ipv6Address.MAPPED_HIGH, low, interfaceIndex);
            free[freeCount++] = slot;
        }
    }
}
