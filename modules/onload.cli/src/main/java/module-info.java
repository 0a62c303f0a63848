/** The command {@code onload}. It is started on the class path by the script of that name. */
module onload.cli {
    requires transitive onload.sockets;
    requires transitive onload.jdk;
    requires transitive info.picocli;
    requires onload.linux;
    requires HdrHistogram;
    requires onload.nic.emulated;
    requires onload.testkit.script;

    exports onload.cli;
    exports onload.cli.console;
    exports onload.cli.demo;
    exports onload.cli.doctor;
    exports onload.cli.inspect;
    exports onload.cli.measure;
    exports onload.cli.packetdrill;
    exports onload.cli.run;
    exports onload.cli.wire;
}
