/** Unmodified Java programs on stacks: providers of java.nio.channels and java.net. */
module onload.jdk {
    requires transitive onload.sockets;
    requires org.slf4j;

    exports onload.jdk;
    exports onload.jdk.async;
    exports onload.jdk.channel;
    exports onload.jdk.net;
    exports onload.jdk.placement;

    provides java.nio.channels.spi.SelectorProvider with
            onload.jdk.OnloadSelectorProvider;
}
