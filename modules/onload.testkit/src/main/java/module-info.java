/**
 * Virtual time, packets that read like the RFCs, and the conformance suite that every NIC provider passes: for
 * onload's own tests and for those of programs and providers that stand on it.
 */
module onload.testkit {
    requires transitive onload.nic;
    requires transitive onload.testkit.base;

    exports onload.testkit;
}
