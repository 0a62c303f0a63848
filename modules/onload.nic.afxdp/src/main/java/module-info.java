import onload.nic.afxdp.AfxdpProvider;
import onload.nic.spi.NicProvider;

/** Queues of the kernel's network devices by AF_XDP: whole interfaces, or chosen flows beside the kernel. */
module onload.nic.afxdp {
    requires transitive onload.nic;
    requires onload.linux;

    exports onload.nic.afxdp;

    provides NicProvider with
            AfxdpProvider;
}
