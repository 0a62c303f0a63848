package onload.ip.address;

/** What this host does when another one uses an IPv4 address that it uses itself (RFC 5227, section 2.4). */
public enum DefendPolicy {
    /** It gives the address up at the first sign: (a) of section 2.4. */
    RETREAT,

    /** It says once that the address is its own, and gives it up at the next sign soon after: (b). */
    DEFEND_ONCE,

    /** It says so again and again, but no more than once in an interval, and never gives the address up: (c). */
    DEFEND_ALWAYS
}
