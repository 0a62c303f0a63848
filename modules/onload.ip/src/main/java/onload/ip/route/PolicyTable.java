package onload.ip.route;

import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv6Address;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The policy table of address selection (RFC 6724, section 2.1): which kinds of addresses belong together, by label,
 * and which are to be preferred as destinations, by precedence.
 *
 * <p>The entry with the longest prefix counts. IPv4 addresses are looked up in their IPv4-mapped form, and so {@code
 * ::/0} stands for them, too, where there is no entry for IPv4. Immutable; another policy is another table. Asking
 * allocates nothing.
 */
public final class PolicyTable {
    /** The default policy table of RFC 6724, section 2.1. */
    public static final PolicyTable DEFAULT =
            new PolicyTable(
                    List.of(
                            entry("::1/128", 50, 0),
                            entry("::/0", 40, 1),
                            entry("::ffff:0:0/96", 35, 4),
                            entry("2002::/16", 30, 2),
                            entry("2001::/32", 5, 5),
                            entry("fc00::/7", 3, 13),
                            entry("::/96", 1, 3),
                            entry("fec0::/10", 1, 11),
                            entry("3ffe::/16", 1, 12)));

    private final List<Entry> entries;

    /**
     * The policy for the addresses of a prefix.
     *
     * @param prefix whose policy it is, 0.0.0.0/0 for the {@code ::ffff:0:0/96} of the RFC
     * @param precedence higher ones are preferred as destinations, ≥ 0
     * @param label addresses with equal labels are preferred as source and destination of one packet, ≥ 0
     */
    public record Entry(IpPrefix prefix, int precedence, int label) {
        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException if a number is negative
         */
        public Entry {
            if (precedence < 0 || label < 0) {
                throw new IllegalArgumentException(
                        "the policy for %s cannot have precedence %d and label %d; expected 0 or more"
                                .formatted(prefix, precedence, label));
            }
        }

        private boolean contains(long high, long low) {
            int length = prefix.mappedLength();
            IpAddress network = prefix.network();
            return (((high ^ network.high()) & Ipv6Address.maskHigh(length))
                            | ((low ^ network.low()) & Ipv6Address.maskLow(length)))
                    == 0;
        }
    }

    /**
     * Makes a table.
     *
     * @param entries in any order, {@code ::/0} among them, so that there is a policy for every address
     * @throws IllegalArgumentException if {@code ::/0} is missing, or a prefix is there twice
     */
    public PolicyTable(List<Entry> entries) {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(
                Comparator.comparingInt((Entry entry) -> entry.prefix().mappedLength())
                        .reversed()
                        .thenComparing(entry -> entry.prefix().network()));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).prefix().equals(sorted.get(i - 1).prefix())) {
                throw new IllegalArgumentException(
                        "a policy table cannot have %s twice; expected each prefix once"
                                .formatted(sorted.get(i).prefix()));
            }
        }
        if (sorted.isEmpty() || !sorted.getLast().prefix().equals(IpPrefix.IPV6_ALL)) {
            throw new IllegalArgumentException(
                    "a policy table without ::/0 says nothing about some addresses; expected an entry for it");
        }
        this.entries = List.copyOf(sorted);
    }

    private static Entry entry(String prefix, int precedence, int label) {
        return new Entry(IpPrefix.parse(prefix), precedence, label);
    }

    /** {@return the entries, longer prefixes first} */
    public List<Entry> entries() {
        return entries;
    }

    /**
     * {@return the label of an address}
     *
     * @param high upper half, of an IPv4 address as IPv4-mapped
     * @param low lower half
     */
    public int label(long high, long low) {
        return find(high, low).label();
    }

    /**
     * {@return the precedence of an address}
     *
     * @param high upper half, of an IPv4 address as IPv4-mapped
     * @param low lower half
     */
    public int precedence(long high, long low) {
        return find(high, low).precedence();
    }

    private Entry find(long high, long low) {
        int last = entries.size() - 1;
        for (int i = 0; i < last; i++) {
            if (entries.get(i).contains(high, low)) {
                return entries.get(i);
            }
        }
        return entries.get(last);
    }
}
