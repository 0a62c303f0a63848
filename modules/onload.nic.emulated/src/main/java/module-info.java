import onload.nic.emulated.EmulatedNicProvider;
import onload.nic.spi.NicProvider;

/**
 * NICs on virtual cables and learning switches inside the process, on a virtual or the real clock; and a wire with the
 * impairments of such a cable between any two NICs.
 */
module onload.nic.emulated {
    requires transitive onload.nic;

    exports onload.nic.emulated;
    exports onload.nic.emulated.wire;

    provides NicProvider with
            EmulatedNicProvider;
}
