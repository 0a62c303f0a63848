package onload.nic.emulated;

/**
 * What a switch counts. Each frame that comes in is forwarded, flooded, or in exactly one of the drop counters.
 */
public enum SwitchCounter {
    /** Frames sent to the one port at which their destination was seen. */
    FORWARDED_FRAMES,

    /** Frames sent to all other ports: broadcast, multicast, or to a station not seen yet. */
    FLOODED_FRAMES,

    /** Frames that were sent for these, one for each port. */
    FLOODED_COPIES,

    /** Frames dropped because they were shorter than an Ethernet header. */
    DROPPED_TOO_SHORT,

    /** Frames dropped because their destination is at the port from which they came. */
    DROPPED_SAME_PORT,

    /** Frames dropped because there was no other port with its link up. */
    DROPPED_NO_PORT,

    /** Stations seen for the first time, or again after they were forgotten. */
    STATIONS_LEARNED,

    /** Stations seen at another port than before. */
    STATIONS_MOVED,

    /** Frames from stations that were not learned because the table was full. */
    STATIONS_NOT_LEARNED
}
