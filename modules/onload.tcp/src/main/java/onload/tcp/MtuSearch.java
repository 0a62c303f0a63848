package onload.tcp;

/**
 * What a connection knows of the MTU of its path from its own probes (RFC 4821, section 7): sizes of IP packets,
 * headers included, in bytes. Layout only: see {@link MtuProbing}.
 */
final class MtuSearch {
    /** What arrives: search_low. */
    int low;

    /** What may arrive: search_high. */
    int high;

    /** The size of the packet that is under way to find out; 0 if none is. */
    int probe;

    /** The sequence numbers of that probe. */
    int probeStart;

    int probeEnd;

    /** When the search began, or began again. */
    long sinceNs;
}
