/** Stacks and their sockets: what programs use. */
module onload.sockets {
    requires transitive onload.tcp;
    requires transitive onload.udp;
    requires transitive jdk.jfr;
    requires org.slf4j;

    exports onload.sockets;
    exports onload.sockets.control;
    exports onload.sockets.counter;
    exports onload.sockets.dump;
    exports onload.sockets.event;
    exports onload.sockets.lock;
    exports onload.sockets.option;
    exports onload.sockets.progress;
}
