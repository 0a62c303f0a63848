/** TCP: the protocol of RFC 9293 on the IP layer, with its options, loss recovery and congestion control. */
module onload.tcp {
    requires transitive onload.ip;

    exports onload.tcp;
    exports onload.tcp.congestion;
    exports onload.tcp.counter;
    exports onload.tcp.flow;
    exports onload.tcp.handshake;
    exports onload.tcp.reassembly;
    exports onload.tcp.recovery;
    exports onload.tcp.timer;
}
