/**
 * Header layouts, checksums, sequence arithmetic and addresses of the Internet protocols. It knows
 * no other onload module.
 */
module onload.wire {
    requires transitive org.agrona;
    requires transitive org.jspecify;

    exports onload.wire;
    exports onload.wire.text;
}
