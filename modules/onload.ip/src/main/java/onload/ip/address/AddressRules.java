package onload.ip.address;

import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv4Address;

import org.jspecify.annotations.Nullable;

/** Which addresses an interface may have. */
final class AddressRules {
    private AddressRules() {}

    /** Checks what a person or a router wants an interface to have. */
    static void check(
            int interfaceIndex, CidrAddress cidr, long preferredLifetimeNs, long validLifetimeNs) {
        if (interfaceIndex < 1) {
            throw new IllegalArgumentException(
                    "there is no interface %d to have %s; expected 1 or more"
                            .formatted(interfaceIndex, cidr));
        }
        String why = objection(cidr);
        if (why != null) {
            throw new IllegalArgumentException(
                    "no interface can have the address %s: it is %s; expected the address of one host"
                            .formatted(cidr, why));
        }
        lifetimes(cidr, preferredLifetimeNs, validLifetimeNs);
    }

    /** Checks lifetimes. */
    static void lifetimes(Object address, long preferredLifetimeNs, long validLifetimeNs) {
        if (preferredLifetimeNs < 0
                || validLifetimeNs < 1
                || preferredLifetimeNs > validLifetimeNs) {
            throw new IllegalArgumentException(
                    "%s cannot be preferred for %d ns and valid for %d ns; expected 0 or more, and 1 or more and that"
                            .formatted(address, preferredLifetimeNs, validLifetimeNs));
        }
    }

    private static @Nullable String objection(CidrAddress cidr) {
        IpAddress address = cidr.address();
        if (address.isUnspecified()) {
            return "the unspecified address";
        }
        if (address.isMulticast()) {
            return "a multicast address";
        }
        return address.isIpv4() ? ipv4Objection(address.ipv4(), cidr.prefix()) : null;
    }

    /** RFC 1122, section 3.2.1.3. */
    private static @Nullable String ipv4Objection(int address, IpPrefix prefix) {
        if (Ipv4Address.isLimitedBroadcast(address) || prefix.isBroadcast(address)) {
            return "a broadcast address";
        }
        if (Ipv4Address.isThisNetwork(address)) {
            return "in 0.0.0.0/8, which is no network";
        }
        if (prefix.hasBroadcast() && address == prefix.network().ipv4()) {
            return "the address of a whole network";
        }
        return null;
    }
}
