package onload.nic.emulated.wire;

/** What one direction of a wire counts at its two ends; what happens in between is in {@code LinkCounter}. */
public enum WireCounter {
    /** Frames that the NIC at the near end received, all of which enter the path. */
    RECEIVED_FRAMES,

    /** Bytes of these. */
    RECEIVED_BYTES,

    /** Frames that the NIC at the far end took to send. */
    TRANSMITTED_FRAMES,

    /** Bytes of these. */
    TRANSMITTED_BYTES,

    /** How often the far end was not ready, and began to be waited for. */
    WAITS,

    /** Frames dropped because the far NIC's transmit ring stayed full for longer than the wire is patient. */
    DROPPED_RING_FULL,

    /** Frames dropped because the far NIC's pool had no buffers for longer than the wire is patient. */
    DROPPED_NO_BUFFER,

    /** Frames dropped because the far NIC refused their length or the number of their buffers. */
    DROPPED_TOO_LONG,

    /** Frames dropped because the far NIC was closed, or the wire while they waited. */
    DROPPED_CLOSED
}
