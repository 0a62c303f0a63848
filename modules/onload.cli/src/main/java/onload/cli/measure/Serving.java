package onload.cli.measure;

import onload.cli.console.Console;
import onload.cli.console.ExitCodes;

import java.io.IOException;

/** A server that serves until the process is interrupted. */
final class Serving {
    private Serving() {}

    static int untilInterrupted(
            Console console, Ground ground, EndArguments ends, Service.Task task)
            throws IOException, InterruptedException {
        try (Ground.Server server = ground.listen(ends.listenAt());
                Service service = new Service(server, task).start()) {
            console.err()
                    .println("onload: waiting at %s; Ctrl-C ends it".formatted(server.address()));
            service.join();
            return ExitCodes.FINE;
        }
    }
}
