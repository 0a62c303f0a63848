package onload.ip.router;

import onload.ip.address.AddressOrigin;
import onload.ip.address.AddressTable;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.Ipv6Address;

/**
 * Makes addresses of prefixes, and lets them live as long as routers say (RFC 4862, section 5.5.3). The identifier is
 * that of the Ethernet address.
 */
final class Autoconfiguration {
    /** What an advertisement that nobody vouches for cannot shorten a lifetime below (section 5.5.3 e). */
    static final long TWO_HOURS_NS = 7_200_000_000_000L;

    /** Bits of a prefix whose addresses have an identifier of 64 bits (RFC 2464, section 4). */
    private static final int PREFIX_LENGTH = 64;

    private final AddressTable addresses;
    private final int maximumAddresses;
    private final IpCounters counters;

    Autoconfiguration(AddressTable addresses, int maximumAddresses, IpCounters counters) {
        this.addresses = addresses;
        this.maximumAddresses = maximumAddresses;
        this.counters = counters;
    }

    /**
     * A prefix for autoconfiguration was advertised that is neither link-local nor multicast.
     *
     * @param preferredNs how long addresses are preferred, {@link InterfaceAddress#FOREVER_NS} for ever
     * @param validNs how long they are valid
     */
    void prefixAdvertised(
            RouterInterface on,
            long prefixHigh,
            int prefixLength,
            long preferredNs,
            long validNs,
            long nowNs) {
        if (preferredNs > validNs) {
            return;
        }
        // The network of IPv4-mapped and other special addresses, of which a host cannot have one.
        if (prefixLength != PREFIX_LENGTH || prefixHigh == 0) {
            counters.increment(IpCounter.ADDRESS_AUTOCONFIGURATION_REFUSED);
            return;
        }
        long low = Ipv6Address.interfaceIdentifier(on.macAddress);
        InterfaceAddress present = addresses.exact(prefixHigh, low, on.interfaceIndex);
        if (present == null) {
            if (validNs > 0) {
                add(on, IpAddress.of(prefixHigh, low), preferredNs, validNs, nowNs);
            }
        } else if (present.origin() == AddressOrigin.AUTOCONFIGURED) {
            renew(present, preferredNs, validNs, nowNs);
        }
    }

    private void add(
            RouterInterface on, IpAddress address, long preferredNs, long validNs, long nowNs) {
        if (addresses.isFull() || count(on.interfaceIndex) >= maximumAddresses) {
            counters.increment(IpCounter.ADDRESS_AUTOCONFIGURATION_REFUSED);
            return;
        }
        counters.increment(IpCounter.ADDRESS_AUTOCONFIGURED);
        addresses.add(
                on.interfaceIndex,
                CidrAddress.of(address, PREFIX_LENGTH),
                AddressOrigin.AUTOCONFIGURED,
                preferredNs,
                validNs,
                nowNs);
    }

    private int count(int interfaceIndex) {
        int count = 0;
        for (int i = 0; i < addresses.size(); i++) {
            InterfaceAddress address = addresses.get(i);
            if (address.interfaceIndex() == interfaceIndex
                    && address.origin() == AddressOrigin.AUTOCONFIGURED) {
                count++;
            }
        }
        return count;
    }

    /** Section 5.5.3 e: the preferred lifetime is believed; the valid one is shortened to two hours at most. */
    private void renew(InterfaceAddress address, long preferredNs, long validNs, long nowNs) {
        long untilNs = address.validUntilNs();
        long remainingNs =
                untilNs == InterfaceAddress.FOREVER_NS ? untilNs : Math.max(1, untilNs - nowNs);
        long newNs;
        if (validNs > TWO_HOURS_NS || validNs > remainingNs) {
            newNs = validNs;
        } else if (remainingNs <= TWO_HOURS_NS) {
            newNs = remainingNs;
        } else {
            newNs = TWO_HOURS_NS;
        }
        addresses.lifetimes(address, preferredNs, newNs, nowNs);
    }
}
