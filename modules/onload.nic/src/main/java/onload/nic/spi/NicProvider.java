package onload.nic.spi;

import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;

/**
 * A kind of NIC, found by {@code ServiceLoader}: it says whether this machine has such NICs, and opens them.
 *
 * <p>It has a public constructor without parameters that does nothing, since every program that looks for any NIC
 * makes one. All methods belong to control paths, may be called from any thread and may block.
 */
public interface NicProvider {
    /** Packet buffers with which a NIC is tried. */
    int PROBE_BUFFERS = 64;

    /** {@return the name by which people choose it: lower-case letters, digits and hyphens, such as {@code tap}} */
    String name();

    /** {@return one line for people about what it is} */
    String description();

    /** {@return whether it can be used here and now, and if not, why not and what would make it so} */
    Availability probe();

    /**
     * {@return whether one queue of a NIC can be used here and now, and if not, why not and what would make it
     * so} It is opened for a moment, with a pool of its own, and closed again.
     *
     * @param options which device and queue, and the provider's own settings
     */
    default Availability probe(NicOptions options) {
        Availability provider = probe();
        if (!provider.isAvailable()) {
            return provider;
        }
        try (PacketPool pool = PacketPool.open(PoolOptions.of(PROBE_BUFFERS));
                VirtualInterface _ = open(options, pool)) {
            return Availability.available();
        } catch (IllegalArgumentException | NicUnavailableException e) {
            String message = String.valueOf(e.getMessage());
            int mend = message.indexOf("; ");
            return mend < 0
                    ? Availability.unavailable(message, "choose another device or setting")
                    : Availability.unavailable(
                            message.substring(0, mend), message.substring(mend + 2));
        }
    }

    /**
     * Opens one queue of a NIC.
     *
     * @param options which device and queue, and the provider's own settings
     * @param pool its memory is registered with the NIC; it stays open longer than the interface
     * @throws IllegalArgumentException if an option is unknown or its value is not allowed; the message says what was
     *     expected
     * @throws NicUnavailableException if the NIC is not there or cannot be used; the message says what to do
     */
    VirtualInterface open(NicOptions options, PacketPool pool);
}
