/** Small tools that the tests of every layer use. It knows no other onload module. */
module onload.testkit.base {
    requires transitive org.jspecify;
    requires transitive org.junit.jupiter.api;
    requires jdk.management;

    exports onload.testkit.base;
}
