package onload.ip;

/** What becomes of a packet that is longer than the path takes: the values of Linux's {@code IP_MTU_DISCOVER}. */
public enum FragmentPolicy {
    /**
     * Fragments are made here as the path needs them; IPv4 packets that fit go out as ones that nobody on the
     * way may cut,
     * so that the path MTU is found out (RFC 1191).
     */
    WANT,

    /** Nobody may cut it; one that is too long is refused. */
    FORBID,

    /** Fragments are made here to the MTU of the link, and IPv4 routers on the way may make more. */
    ALLOW,

    /** Nobody may cut it, and what was learnt of the path is not looked at: only the link's MTU limits it. */
    PROBE
}
