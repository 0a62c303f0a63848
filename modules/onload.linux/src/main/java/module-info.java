/** The few calls of the Linux kernel that onload needs: the one place with java.lang.foreign. */
module onload.linux {
    requires transitive onload.wire;

    exports onload.linux;
    exports onload.linux.device;
}
