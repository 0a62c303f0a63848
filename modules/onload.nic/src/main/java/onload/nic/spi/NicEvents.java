package onload.nic.spi;

/**
 * What a poll tells: implemented by the layer above the NIC.
 *
 * <p>Called within {@link VirtualInterface#poll}, on its thread. It must not throw: an exception leaves the rest of
 * the batch for the next poll.
 */
public interface NicEvents {
    /**
     * A frame has come in.
     *
     * @param packet its first buffer, with one reference that is now the receiver's
     */
    void received(int packet);

    /**
     * A frame has been sent, or dropped by the NIC: its memory is not read any more.
     *
     * @param packet what was given to {@link VirtualInterface#transmit}, with the reference that was handed over then
     */
    void transmitted(int packet);

    /**
     * The link went up or down. It signals an armed wake-up as an event does, but is not counted among those of a
     * poll.
     *
     * @param up whether it is up now
     */
    default void linkChanged(boolean up) {}
}
