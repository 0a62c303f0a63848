/** Network namespaces, devices and programs of Linux for tests. */
module onload.testkit.linux {
    requires transitive onload.linux;
    requires transitive onload.testkit.base;

    exports onload.testkit.linux;
}
