package onload.ip.neighbor;

/** The states of a neighbour (RFC 4861, section 7.3.2), used for ARP too, and one for entries that do not change. */
public enum NeighborState {
    /** It is being asked for; its Ethernet address is not known. */
    INCOMPLETE,

    /** It was heard of within the reachable time. */
    REACHABLE,

    /** It was not heard of lately; the next packet begins to find out. */
    STALE,

    /** A packet was sent to it lately, and a layer above may still confirm that it arrived. */
    DELAY,

    /** It is being asked whether it is still there. */
    PROBE,

    /** It was fixed from outside: by a person, or by a mirror of another stack's cache. */
    PERMANENT,

    /** It did not answer; for a while it is not asked again. */
    FAILED;

    /** {@return whether its Ethernet address is known, so that packets can go} */
    public boolean isUsable() {
        return this != INCOMPLETE && this != FAILED;
    }

    /** {@return whether packets can go, and a first one has nothing to begin: it is usable and not {@link #STALE}} */
    public boolean isInUse() {
        return isUsable() && this != STALE;
    }
}
