package onload.nic.emulated;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Looks at the frames of one direction of a cable ({@link EmulatedLink#tap}): for what a test or a simulation wants to
 * be sure of. It may change neither frames nor the network, and is called by whoever holds the network's lock.
 */
public interface FrameTap {
    /**
     * A frame goes into the link, whatever becomes of it there.
     *
     * @param nowNs when
     * @param memory where it stands during the call
     * @param offset its first byte
     * @param length its bytes
     */
    void entered(long nowNs, UnsafeBuffer memory, int offset, int length);

    /** A frame has come out of the link, as it is then; a NIC may have refused it. */
    void delivered(long nowNs, UnsafeBuffer memory, int offset, int length);
}
