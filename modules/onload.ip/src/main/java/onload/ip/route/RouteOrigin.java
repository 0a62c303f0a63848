package onload.ip.route;

/** Who made a route. */
public enum RouteOrigin {
    /** An address of this host: the prefix of its link. */
    CONNECTED,

    /** A person or a program. */
    MANUAL,

    /** A router's advertisement. */
    ADVERTISED,

    /** A redirect. */
    REDIRECTED,

    /** A mirror of another stack's routes, such as the kernel's. */
    MIRRORED
}
