/**
 * The IP layer: Ethernet, ARP and NDP, IPv4 and IPv6 side by side, ICMP, IGMP and MLD, routes, fragments; and the
 * seam that transport protocols implement.
 */
module onload.ip {
    requires transitive onload.nic;

    exports onload.ip;
    exports onload.ip.address;
    exports onload.ip.claim;
    exports onload.ip.counter;
    exports onload.ip.fragment;
    exports onload.ip.icmp;
    exports onload.ip.multicast;
    exports onload.ip.neighbor;
    exports onload.ip.port;
    exports onload.ip.route;
    exports onload.ip.router;
    exports onload.ip.spi;
    exports onload.ip.support;
}
