package onload.ip.route;

import onload.ip.address.AddressState;
import onload.ip.address.InterfaceAddress;
import onload.wire.IpAddress;

import java.math.BigInteger;

/** The rules of RFC 6724, section 5, for IPv6 and interface 1, as the RFC has them: between two addresses. */
final class PairwiseRules {
    private PairwiseRules() {}

    static boolean isCandidate(InterfaceAddress address, IpAddress destination) {
        boolean sameLink = address.interfaceIndex() == 1;
        IpAddress own = address.address();
        if (!address.state().isUsable()
                || own.isUnspecified()
                || own.isIpv4()
                || own.isMulticast()) {
            return false;
        }
        if (own.isLoopback()) {
            return destination.isLoopback();
        }
        return sameLink
                || !(own.isLinkLocal() || destination.isLinkLocal() || destination.isMulticast());
    }

    /** Whether a rule prefers {@code a} to {@code b}. */
    static boolean isPreferred(InterfaceAddress a, InterfaceAddress b, IpAddress destination) {
        if (a.address().equals(b.address())
                && a.state() == b.state()
                && a.interfaceIndex() == b.interfaceIndex()
                && a.prefix().equals(b.prefix())) {
            return false;
        }
        if (a.address().equals(destination) != b.address().equals(destination)) {
            return a.address().equals(destination);
        }
        int scopeA = scope(a.address());
        int scopeB = scope(b.address());
        if (scopeA < scopeB) {
            return !(scopeA < scope(destination));
        }
        if (scopeB < scopeA) {
            return scopeB < scope(destination);
        }
        if (a.state() != b.state()) {
            return a.state() == AddressState.PREFERRED;
        }
        if ((a.interfaceIndex() == 1) != (b.interfaceIndex() == 1)) {
            return a.interfaceIndex() == 1;
        }
        boolean labelA = label(a.address()) == label(destination);
        boolean labelB = label(b.address()) == label(destination);
        if (labelA != labelB) {
            return labelA;
        }
        return common(a, destination) > common(b, destination);
    }

    private static int scope(IpAddress address) {
        if (address.isMulticast()) {
            return Integer.parseInt(address.toString().substring(3, 4), 16);
        }
        if (address.isLoopback() || address.isLinkLocal()) {
            return 2;
        }
        return address.toString().startsWith("fec0") ? 5 : 14;
    }

    private static int label(IpAddress address) {
        return PolicyTable.DEFAULT.label(address.high(), address.low());
    }

    private static int common(InterfaceAddress address, IpAddress destination) {
        BigInteger difference = number(address.address()).xor(number(destination));
        return Math.min(128 - difference.bitLength(), address.prefix().length());
    }

    private static BigInteger number(IpAddress address) {
        return new BigInteger("%016x%016x".formatted(address.high(), address.low()), 16);
    }
}
