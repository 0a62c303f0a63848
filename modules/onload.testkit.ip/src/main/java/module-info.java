/**
 * Hosts, a ping and a router that the test plays, on emulated links and virtual time: networks of IP layers for
 * onload's own tests and for those of programs that stand on it.
 */
module onload.testkit.ip {
    requires transitive onload.ip;
    requires transitive onload.nic.emulated;
    requires transitive onload.testkit;

    exports onload.testkit.ip;
}
