import onload.nic.emulated.EmulatedNicProvider;
import onload.nic.spi.NicProvider;

/** NICs on virtual cables and learning switches inside the process, on a virtual or the real clock. */
module onload.nic.emulated {
    requires transitive onload.nic;

    exports onload.nic.emulated;

    provides NicProvider with
            EmulatedNicProvider;
}
