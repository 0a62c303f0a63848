/** UDP: sockets of the User Datagram Protocol on the IP layer. */
module onload.udp {
    requires transitive onload.ip;

    exports onload.udp;
    exports onload.udp.counter;
}
