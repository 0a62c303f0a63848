package onload.testkit.tcp;

import onload.tcp.TcpEngine;

/** When all connections are closed, the tables of all engines become empty: by TIME-WAIT at the latest. */
final class Emptiness {
    private static final long BOUND_NS = 48L * 3600 * 1_000_000_000L;

    private final SimulatedNetwork network;

    Emptiness(SimulatedNetwork network) {
        this.network = network;
    }

    void await() {
        long endNs = network.nowNs() + BOUND_NS;
        for (SimulatedHost host : network.hosts()) {
            while (host.tcp().flows() > 0) {
                if (!network.step(endNs)) {
                    TcpEngine tcp = host.tcp();
                    throw new Violation(
                            "tables are empty when all is closed",
                            "host %d has %d flows, of which %d are in TIME-WAIT and %d orphans"
                                    .formatted(
                                            host.number(),
                                            tcp.flows(),
                                            tcp.timeWaits(),
                                            tcp.orphans()),
                            network.nowNs());
                }
            }
        }
    }
}
