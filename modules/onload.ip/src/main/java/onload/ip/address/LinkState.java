package onload.ip.address;

/** What the address table knows about the link of an interface. */
final class LinkState {
    final int interfaceIndex;

    /** Whether the interface is up, and detection runs. */
    boolean up;

    /** Whether other hosts may be on the link. */
    boolean shared = true;

    /** Whether IPv6 has ceased because of a duplicate Ethernet address. */
    boolean ipv6Disabled;

    long retransTimerNs;

    /** Conflicts while IPv4 addresses were probed for. */
    int conflicts;

    /** When probing for an IPv4 address began last, or will. */
    long probingBeganNs;

    LinkState(int interfaceIndex, long retransTimerNs) {
        this.interfaceIndex = interfaceIndex;
        this.retransTimerNs = retransTimerNs;
    }
}
