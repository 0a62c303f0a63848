/**
 * Scripts in the packetdrill language, run against onload's own TCP on virtual time. A script says which calls a
 * program makes, which packets come in and which have to go out, and when; the runner plays both the program and the
 * network. Results are exact: they depend neither on the machine nor on its load.
 */
module onload.testkit.script {
    requires transitive onload.tcp;
    requires transitive onload.testkit.ip;

    exports onload.testkit.script.language;
    exports onload.testkit.script.run;
}
