package onload.testkit;

import onload.nic.packet.PacketPool;
import onload.nic.spi.VirtualInterface;

import org.jspecify.annotations.Nullable;

/**
 * A NIC under test with somebody at the other end of its cable, and the time of both. A provider's tests make one
 * for {@link VirtualInterfaceConformance}; closing it takes the cable and the far end away.
 */
public interface NicFixture extends AutoCloseable {
    /**
     * {@return queue 0 of the NIC under test, opened anew}
     *
     * @param pool the memory to register
     */
    VirtualInterface open(PacketPool pool);

    /**
     * Sends a frame from the far end.
     *
     * @param frame a whole Ethernet frame
     */
    void sendFromPeer(byte[] frame);

    /** {@return the next frame that arrived at the far end from the NIC under test, or null} */
    byte @Nullable [] receiveAtPeer();

    /** {@return the time to pass to the NIC, in nanoseconds} */
    long nowNs();

    /**
     * Lets time pass until what was sent before has arrived, at either end; bounded: on a real link a little longer
     * than that ever takes. Nothing is polled meanwhile.
     */
    void settle();

    @Override
    void close();
}
