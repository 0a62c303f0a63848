package onload.nic.spi;

/** What the kernel knows of a neighbour; its states of RFC 4861, section 7.3.2, as far as they matter to others. */
public enum KernelNeighborState {
    /** It is there, and was not long ago. */
    REACHABLE,

    /** Its address is known, and whether it is still there is not; STALE, DELAY and PROBE. */
    STALE,

    /** A person has said its address. */
    PERMANENT,

    /** It did not answer, or is forgotten. */
    GONE
}
