/**
 * Networks of TCP engines on emulated links and virtual time: thousands of connections from one seed, with invariants
 * that are checked all along, scenarios that shrink and replay, and measurements of goodput and fairness.
 */
module onload.testkit.tcp {
    requires transitive onload.nic.emulated;
    requires transitive onload.tcp;
    requires transitive onload.testkit;

    exports onload.testkit.tcp;
    exports onload.testkit.tcp.plot;
}
