/** The few calls of the Linux kernel that onload needs: the one place with java.lang.foreign. */
module onload.linux {
    requires transitive onload.wire;

    exports onload.linux;
    exports onload.linux.bpf;
    exports onload.linux.device;
    exports onload.linux.event;
    exports onload.linux.memory;
    exports onload.linux.netlink;
    exports onload.linux.process;
    exports onload.linux.thread;
    exports onload.linux.tun;
    exports onload.linux.xdp;
}
