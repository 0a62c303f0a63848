package onload.nic.emulated;

import onload.nic.spi.NicFeature;
import onload.nic.spi.NicOptions;
import onload.wire.MacAddress;

import java.util.EnumSet;
import java.util.Set;

/**
 * What an emulated NIC is like.
 *
 * <p>By default it does nothing to checksums, so that what is tested with it makes and checks its own.
 *
 * @param macAddress Ethernet address of one station, 48 bits; 0 for the next free one of the network
 * @param mtu largest IP datagram in bytes, {@value LinkSettings#MIN_MTU} to {@value LinkSettings#MAX_MTU}
 * @param queues receive queues, 1 to {@value #MAX_QUEUES}
 * @param receiveRing buffers that may be posted at once, 1 to {@value #MAX_RING}
 * @param transmitRing frames that may be on their way at once, 1 to {@value #MAX_RING}
 * @param filters flow filters that there is room for, 0 to {@value #MAX_FILTERS}; 0 for a NIC without
 * @param features of {@link #POSSIBLE_FEATURES}; a hash is handed up too if there are several queues
 * @param promiscuous whether it takes frames for other stations too
 */
public record NicSettings(
        long macAddress,
        int mtu,
        int queues,
        int receiveRing,
        int transmitRing,
        int filters,
        Set<NicFeature> features,
        boolean promiscuous) {

    /** Most queues of a NIC. */
    public static final int MAX_QUEUES = 128;

    /** Most places in a ring. */
    public static final int MAX_RING = 1 << 16;

    /** Most filters of a NIC. */
    public static final int MAX_FILTERS = 1 << 20;

    /** What {@code features} may name. */
    public static final Set<NicFeature> POSSIBLE_FEATURES =
            Set.of(
                    NicFeature.RECEIVE_CHECKSUM,
                    NicFeature.TRANSMIT_CHECKSUM,
                    NicFeature.RECEIVE_SCATTER,
                    NicFeature.TRANSMIT_GATHER,
                    NicFeature.RECEIVE_HASH,
                    NicFeature.RECEIVE_TIMESTAMPS);

    /** An MTU of 1500, one queue, rings of 512, 1024 filters; scatter, gather and time stamps. */
    public static final NicSettings DEFAULT = builder().build();

    /**
     * Checks the settings and keeps a copy of the features.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public NicSettings {
        if (macAddress >>> 48 != 0 || MacAddress.isMulticast(macAddress)) {
            throw new IllegalArgumentException(
                    "macAddress of a NIC cannot be 0x%x; expected 48 bits, and not a group address"
                            .formatted(macAddress));
        }
        Limits.within("mtu of a NIC", mtu, LinkSettings.MIN_MTU, LinkSettings.MAX_MTU);
        Limits.within("queues of a NIC", queues, 1, MAX_QUEUES);
        Limits.within("receiveRing of a NIC", receiveRing, 1, MAX_RING);
        Limits.within("transmitRing of a NIC", transmitRing, 1, MAX_RING);
        Limits.within("filters of a NIC", filters, 0, MAX_FILTERS);
        features = Set.copyOf(features);
        if (!POSSIBLE_FEATURES.containsAll(features)) {
            throw new IllegalArgumentException(
                    "features of a NIC cannot be %s; expected some of %s"
                            .formatted(features, EnumSet.copyOf(POSSIBLE_FEATURES)));
        }
    }

    /** {@return a builder that begins with the default} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return a builder that begins with these settings} */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.macAddress = macAddress;
        builder.mtu = mtu;
        builder.queues = queues;
        builder.receiveRing = receiveRing;
        builder.transmitRing = transmitRing;
        builder.filters = filters;
        builder.features.clear();
        builder.features.addAll(features);
        builder.promiscuous = promiscuous;
        return builder;
    }

    /**
     * {@return the settings of a NIC as a specification has them} See {@link EmulatedNicProvider} for their names.
     *
     * @throws IllegalArgumentException if a value is not allowed; the message says what was expected
     */
    public static NicSettings from(NicOptions options) {
        return SettingsText.nic(options);
    }

    /** {@return the names that {@link #from} reads} */
    public static Set<String> names() {
        return SettingsText.NIC_NAMES;
    }

    /** Collects settings; each method is named after the one that it sets, and answers the builder itself. */
    public static final class Builder {
        private static final int DEFAULT_MTU = 1500;
        private static final int DEFAULT_RING = 512;
        private static final int DEFAULT_FILTERS = 1024;

        private long macAddress;
        private int mtu = DEFAULT_MTU;
        private int queues = 1;
        private int receiveRing = DEFAULT_RING;
        private int transmitRing = DEFAULT_RING;
        private int filters = DEFAULT_FILTERS;
        private final Set<NicFeature> features =
                EnumSet.of(
                        NicFeature.RECEIVE_SCATTER,
                        NicFeature.TRANSMIT_GATHER,
                        NicFeature.RECEIVE_TIMESTAMPS);
        private boolean promiscuous;

        private Builder() {}

        /** Ethernet address of one station, 48 bits; 0 for the next free one of the network. */
        public Builder macAddress(long value) {
            macAddress = value;
            return this;
        }

        /** Largest IP datagram in bytes. */
        public Builder mtu(int value) {
            mtu = value;
            return this;
        }

        /** Receive queues. */
        public Builder queues(int value) {
            queues = value;
            return this;
        }

        /** Places in the receive ring and in the transmit ring of each queue. */
        public Builder rings(int receive, int transmit) {
            receiveRing = receive;
            transmitRing = transmit;
            return this;
        }

        /** Flow filters that there is room for; 0 for a NIC without. */
        public Builder filters(int value) {
            filters = value;
            return this;
        }

        /** Gives the NIC a feature, or takes it away. */
        public Builder feature(NicFeature feature, boolean present) {
            if (present) {
                features.add(feature);
            } else {
                features.remove(feature);
            }
            return this;
        }

        /** Whether it takes frames for other stations too. */
        public Builder promiscuous(boolean value) {
            promiscuous = value;
            return this;
        }

        /**
         * {@return the settings}
         *
         * @throws IllegalArgumentException if one is out of its range; the message names it
         */
        public NicSettings build() {
            return new NicSettings(
                    macAddress,
                    mtu,
                    queues,
                    receiveRing,
                    transmitRing,
                    filters,
                    features,
                    promiscuous);
        }
    }
}
