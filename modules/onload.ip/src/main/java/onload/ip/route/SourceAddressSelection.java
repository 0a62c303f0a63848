package onload.ip.route;

import onload.ip.address.AddressState;
import onload.ip.address.InterfaceAddress;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.IntFunction;

/**
 * Chooses the address that a packet is sent from, where its sender has not chosen one (RFC 6724, section 5; RFC 1122,
 * section 3.3.4.3).
 *
 * <p>Candidates are the addresses of this host that may be used at all ({@link AddressState#isUsable}), are of the
 * destination's version, are unicast, and are not of another link where that would matter: for multicast and
 * link-local destinations only those of the outgoing interface (RFC 6724, section 4), and link-local ones of other
 * interfaces never. A loopback address is one only for a loopback destination.
 *
 * <p>Of the candidates the best is taken by these rules, each of which decides only where those before leave a tie:
 *
 * <ol>
 *   <li value="1">it is the destination itself;
 *   <li value="2">its scope is the smallest that is not smaller than that of the destination;
 *   <li value="3">it is preferred, not deprecated;
 *   <li value="5">it is of the outgoing interface;
 *   <li value="6">its label is that of the destination in the {@link PolicyTable};
 *   <li value="8">it has the most leading bits in common with the destination, of those in its prefix.
 * </ol>
 *
 * <p>If all that leaves several, the first of them is taken. Rule 4 is for mobile hosts, rule 5.5 needs to be told
 * which router advertised a prefix, rule 7 is for temporary addresses: there are none of these here. For IPv4 (section
 * 3.2) one rule comes before rule 8: an address on the subnet of the next hop is taken, since routers expect no other
 * on that link; of several such the one with the longest prefix.
 *
 * <p>Single-threaded: used under the stack's lock. Allocates nothing after construction.
 */
public final class SourceAddressSelection {
    /** Of who is no candidate; every other score is larger. */
    private static final int NOT_A_CANDIDATE = -1;

    // A score has the rules from its highest bits downwards.
    private static final int SAME_ADDRESS = 1 << 24;
    private static final int SCOPE_SHIFT = 19;
    private static final int PREFERRED = 1 << 18;
    private static final int OUTGOING_INTERFACE = 1 << 17;
    private static final int MATCHING_LABEL = 1 << 16;
    private static final int SUBNET_SHIFT = 8;

    /** Scopes are 0 to 15; 16 more put those that suffice above those that do not. */
    private static final int SUFFICIENT = 16;

    private static final int LARGEST_SCOPE = 15;

    private PolicyTable policy;

    /**
     * Selects by a policy.
     *
     * @param policy the labels of addresses, such as {@link PolicyTable#DEFAULT}
     */
    public SourceAddressSelection(PolicyTable policy) {
        this.policy = policy;
    }

    /** {@return the policy} */
    public PolicyTable policy() {
        return policy;
    }

    /** Selects by another policy from now on. */
    public void policy(PolicyTable policy) {
        this.policy = policy;
    }

    /**
     * {@return the address to send from, or null if there is none}
     *
     * @param addresses of this host, of all interfaces or of one
     * @param high upper half of the destination, an IPv4 address as IPv4-mapped
     * @param low lower half
     * @param nextHopHigh upper half of the address of the router that it goes to; that of the destination, if that
     *     itself is on the link
     * @param nextHopLow lower half
     * @param interfaceIndex the outgoing interface, ≥ 1
     */
    public @Nullable InterfaceAddress select(
            List<InterfaceAddress> addresses,
            long high,
            long low,
            long nextHopHigh,
            long nextHopLow,
            int interfaceIndex) {
        InterfaceAddress best = null;
        int bestScore = NOT_A_CANDIDATE;
        for (int i = 0; i < addresses.size(); i++) {
            InterfaceAddress address = addresses.get(i);
            int score = score(address, high, low, nextHopHigh, nextHopLow, interfaceIndex);
            if (score > bestScore) {
                best = address;
                bestScore = score;
            }
        }
        return best;
    }

    /**
     * {@return the address to send from, or null if there is none}
     *
     * @param addresses gives the address of each index from 0 to {@code count - 1}, such as a table's {@code get}
     * @param count how many there are
     * @param high upper half of the destination, an IPv4 address as IPv4-mapped
     * @param low lower half
     * @param nextHopHigh upper half of the address of the router that it goes to; that of the destination, if that
     *     itself is on the link
     * @param nextHopLow lower half
     * @param interfaceIndex the outgoing interface, ≥ 1
     */
    public @Nullable InterfaceAddress select(
            IntFunction<InterfaceAddress> addresses,
            int count,
            long high,
            long low,
            long nextHopHigh,
            long nextHopLow,
            int interfaceIndex) {
        InterfaceAddress best = null;
        int bestScore = NOT_A_CANDIDATE;
        for (int i = 0; i < count; i++) {
            InterfaceAddress address = addresses.apply(i);
            int score = score(address, high, low, nextHopHigh, nextHopLow, interfaceIndex);
            if (score > bestScore) {
                best = address;
                bestScore = score;
            }
        }
        return best;
    }

    private int score(
            InterfaceAddress address,
            long high,
            long low,
            long nextHopHigh,
            long nextHopLow,
            int interfaceIndex) {
        if (!isCandidate(address, high, low, interfaceIndex)) {
            return NOT_A_CANDIDATE;
        }
        int score =
                scopeRank(scope(address.high(), address.low()), scope(high, low)) << SCOPE_SHIFT;
        if (address.high() == high && address.low() == low) {
            score |= SAME_ADDRESS;
        }
        if (address.state() == AddressState.PREFERRED) {
            score |= PREFERRED;
        }
        if (address.interfaceIndex() == interfaceIndex) {
            score |= OUTGOING_INTERFACE;
        }
        if (policy.label(address.high(), address.low()) == policy.label(high, low)) {
            score |= MATCHING_LABEL;
        }
        if (address.isIpv4() && address.prefix().contains(nextHopHigh, nextHopLow)) {
            score |= (address.prefix().length() + 1) << SUBNET_SHIFT;
        }
        return score | commonPrefixLength(address, high, low);
    }

    /** RFC 6724, section 4. */
    private static boolean isCandidate(
            InterfaceAddress address, long high, long low, int interfaceIndex) {
        if (!address.state().isUsable()
                || address.isIpv4() != Ipv6Address.isIpv4Mapped(high, low)
                || isUnspecified(address.high(), address.low())
                || isGroup(address.high(), address.low())) {
            return false;
        }
        if (isLoopback(address.high(), address.low())) {
            return isLoopback(high, low);
        }
        return address.interfaceIndex() == interfaceIndex
                || !(isOfOneLink(high, low) || isOfOneLink(address.high(), address.low()));
    }

    /** Rule 2: of the scopes that suffice the smallest is the best, and of the others the largest. */
    private static int scopeRank(int scope, int destinationScope) {
        return scope >= destinationScope ? SUFFICIENT + LARGEST_SCOPE - scope : scope;
    }

    /**
     * RFC 6724, sections 3.1 and 3.2. IPv4 groups count as global, so that a host which has both sends to them from a
     * routable address and not from a link-local one (RFC 3927, section 2.6.1).
     */
    private static int scope(long high, long low) {
        if (Ipv6Address.isIpv4Mapped(high, low)) {
            int ipv4 = Ipv6Address.ipv4(high, low);
            return Ipv4Address.isLinkLocal(ipv4) || Ipv4Address.isLoopback(ipv4)
                    ? Ipv6Address.SCOPE_LINK_LOCAL
                    : Ipv6Address.SCOPE_GLOBAL;
        }
        if (Ipv6Address.isMulticast(high, low)) {
            return Ipv6Address.multicastScope(high, low);
        }
        if (Ipv6Address.isLinkLocal(high, low) || Ipv6Address.isLoopback(high, low)) {
            return Ipv6Address.SCOPE_LINK_LOCAL;
        }
        return isSiteLocal(high) ? Ipv6Address.SCOPE_SITE_LOCAL : Ipv6Address.SCOPE_GLOBAL;
    }

    /** Rule 8: bits in common, no more than the address's prefix has. */
    private static int commonPrefixLength(InterfaceAddress address, long high, long low) {
        int common =
                address.high() == high
                        ? Long.SIZE + Long.numberOfLeadingZeros(address.low() ^ low)
                        : Long.numberOfLeadingZeros(address.high() ^ high);
        return Math.min(common, address.prefix().mappedLength());
    }

    /** Whether an address means something on the link only that a packet leaves by. */
    private static boolean isOfOneLink(long high, long low) {
        if (!Ipv6Address.isIpv4Mapped(high, low)) {
            return Ipv6Address.isLinkLocal(high, low) || Ipv6Address.isMulticast(high, low);
        }
        int ipv4 = Ipv6Address.ipv4(high, low);
        return Ipv4Address.isLinkLocal(ipv4)
                || Ipv4Address.isMulticast(ipv4)
                || Ipv4Address.isLimitedBroadcast(ipv4);
    }

    private static boolean isGroup(long high, long low) {
        return Ipv6Address.isIpv4Mapped(high, low)
                ? Ipv4Address.isMulticast(Ipv6Address.ipv4(high, low))
                : Ipv6Address.isMulticast(high, low);
    }

    private static boolean isLoopback(long high, long low) {
        return Ipv6Address.isIpv4Mapped(high, low)
                ? Ipv4Address.isLoopback(Ipv6Address.ipv4(high, low))
                : Ipv6Address.isLoopback(high, low);
    }

    private static boolean isUnspecified(long high, long low) {
        return Ipv6Address.isIpv4Mapped(high, low)
                ? Ipv4Address.isUnspecified(Ipv6Address.ipv4(high, low))
                : Ipv6Address.isUnspecified(high, low);
    }

    /** {@code fec0::/10}, which is deprecated and has its scope still (RFC 6724, section 3.1). */
    private static boolean isSiteLocal(long high) {
        return high >>> 54 == 0xFEC0 >>> 6;
    }
}
