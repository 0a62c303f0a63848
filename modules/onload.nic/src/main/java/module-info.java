import onload.nic.spi.NicProvider;

/**
 * Packet memory, the virtual interface that a NIC gives to a stack, the look-up of NIC providers, and capture
 * of frames to a file.
 */
module onload.nic {
    requires transitive onload.wire;

    exports onload.nic;
    exports onload.nic.capture;
    exports onload.nic.counter;
    exports onload.nic.packet;
    exports onload.nic.spi;
    exports onload.nic.text;

    uses NicProvider;
}
