package onload.nic.plugin;

import onload.nic.packet.PacketPool;
import onload.nic.spi.Availability;
import onload.nic.spi.NicOptions;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;

/**
 * A provider that can be loaded and has no NICs; the others of this package differ in one point.
 */
public class SoundProvider implements NicProvider {
    /** For {@code ServiceLoader}. */
    public SoundProvider() {}

    @Override
    public String name() {
        return "sound";
    }

    @Override
    public String description() {
        return "nothing, properly";
    }

    @Override
    public Availability probe() {
        return Availability.available();
    }

    @Override
    public VirtualInterface open(NicOptions options, PacketPool pool) {
        throw new NicUnavailableException("opened with " + options);
    }
}
