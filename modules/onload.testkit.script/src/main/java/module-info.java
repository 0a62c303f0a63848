/** Scripts in the packetdrill language, run against onload's TCP on virtual time. */
module onload.testkit.script {
    requires transitive onload.tcp;
    requires transitive onload.testkit.ip;

    exports onload.testkit.script;
    exports onload.testkit.script.language;
    exports onload.testkit.script.run;
}
