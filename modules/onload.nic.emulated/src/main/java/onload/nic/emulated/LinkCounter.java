package onload.nic.emulated;

/**
 * What one direction of a cable counts. A frame that went in comes out or is in exactly one of the drop counters:
 *
 * <pre>
 * entered + duplicated = delivered + dropped (three) + lost (three) + what is still on the way
 * </pre>
 */
public enum LinkCounter {
    /** Frames that a NIC, a switch or a path sent into the link. */
    ENTERED_FRAMES,

    /** Bytes of these. */
    ENTERED_BYTES,

    /** Frames that came out at the other end, whatever is done with them there. */
    DELIVERED_FRAMES,

    /** Bytes of these. */
    DELIVERED_BYTES,

    /** Frames that were made by duplication. */
    DUPLICATED_FRAMES,

    /** Frames that were held back so that others could overtake them. */
    HELD_BACK_FRAMES,

    /** Frames of which a bit was flipped. */
    CORRUPTED_FRAMES,

    /** Frames that were marked by chance, or because of the queue in front of the link ({@link EcnMarking}). */
    MARKED_FRAMES,

    /** Frames dropped because they were longer than the link's MTU allows. */
    DROPPED_TOO_LONG,

    /** Frames dropped because the queue in front of the link was full. */
    DROPPED_QUEUE_FULL,

    /** Frames that a switch or a path sent into the link dropped because there was no memory left for them. */
    DROPPED_NO_ROOM,

    /** Frames lost by chance, each by itself. */
    LOST_AT_RANDOM,

    /** Frames lost by chance, in bursts. */
    LOST_IN_BURST,

    /** Frames lost because the cable was cut while they were on it. */
    LOST_LINK_DOWN
}
