package onload.nic.spi;

import java.util.Set;

/**
 * What a NIC can do.
 *
 * @param mtu largest IP datagram of the link in bytes; the Ethernet header and up to two VLAN tags come on top, so that
 *     every NIC takes and delivers frames of {@code mtu} and the length of their Ethernet header
 * @param queues queues that share the NIC's address; this interface is one of them
 * @param receiveRing buffers that may be posted at once
 * @param transmitRing frames that may be on their way at once
 * @param filters flow filters that the NIC has room for; 0 if it has none
 * @param bitsPerSecond speed of the link; 0 if it is not known
 * @param features what else it does
 */
public record NicCapabilities(
        int mtu,
        int queues,
        int receiveRing,
        int transmitRing,
        int filters,
        long bitsPerSecond,
        Set<NicFeature> features) {

    /** Keeps a copy of the features. */
    public NicCapabilities {
        features = Set.copyOf(features);
    }

    /** {@return whether the NIC does something} */
    public boolean has(NicFeature feature) {
        return features.contains(feature);
    }
}
