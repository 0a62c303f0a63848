package onload.nic.spi;

import java.util.Locale;

/**
 * What an interface counts. Every frame that is not delivered or not sent is in exactly one of the drop counters.
 */
public enum NicCounter {
    /** Frames delivered to the stack. */
    RECEIVED_FRAMES,

    /** Bytes of these, without frame check sequence. */
    RECEIVED_BYTES,

    /** Frames sent to the link. */
    TRANSMITTED_FRAMES,

    /** Bytes of these, without frame check sequence. */
    TRANSMITTED_BYTES,

    /** Received frames dropped because no buffer was posted. */
    RECEIVE_DROPPED_NO_BUFFER,

    /** Received frames dropped because the ring of completed receives was full: nobody polled. */
    RECEIVE_DROPPED_RING_FULL,

    /** Received frames dropped because they were longer than the NIC takes, or than a buffer without scatter. */
    RECEIVE_DROPPED_TOO_LONG,

    /** Received frames dropped because they were shorter than an Ethernet header. */
    RECEIVE_DROPPED_TOO_SHORT,

    /** Received frames dropped because they were addressed to another station. */
    RECEIVE_DROPPED_OTHER_ADDRESS,

    /** Received frames dropped because the queue that they belong to is not open. */
    RECEIVE_DROPPED_NO_QUEUE,

    /** Received frames dropped by the NIC because of a damaged frame or checksum. */
    RECEIVE_DROPPED_DAMAGED,

    /** Frames not accepted because the transmit ring was full; the caller still has them. */
    TRANSMIT_REFUSED_RING_FULL,

    /** Frames not accepted because of their length; the caller still has them. */
    TRANSMIT_REFUSED_TOO_LONG,

    /** Frames accepted and dropped because the link was down. */
    TRANSMIT_DROPPED_LINK_DOWN,

    /** Frames accepted and dropped because the link had no room. */
    TRANSMIT_DROPPED_NO_ROOM,

    /** Frames accepted and dropped because the interface was closed before the doorbell. */
    TRANSMIT_DROPPED_CLOSED,

    /** Doorbells rung with something to send. */
    DOORBELLS,

    /** Wake-ups that the NIC gave: what would be interrupts. */
    WAKE_UPS,

    /** Buffers that could not be posted because the pool gave none. */
    POST_REFUSED_NO_BUFFER;

    /** {@return the name as people read it, such as {@code received_frames}} */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
