import onload.nic.spi.NicProvider;
import onload.nic.tap.TapProvider;

/** TAP devices of the kernel: the stack at one end of a cable, the kernel at the other. */
module onload.nic.tap {
    requires transitive onload.nic;
    requires onload.linux;

    exports onload.nic.tap;

    provides NicProvider with
            TapProvider;
}
