package onload.sockets;

/** How packets of a {@link Stack} get to an address. */
public enum Way {
    /** Not at all: there is no route. */
    NONE,

    /** Not out of the stack: the address is its own. */
    OWN,

    /** To a neighbor on the link, or to a group. */
    ON_LINK,

    /** Over a router. */
    ROUTED
}
