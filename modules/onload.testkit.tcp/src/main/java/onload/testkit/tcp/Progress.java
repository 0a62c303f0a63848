package onload.testkit.tcp;

import java.util.ArrayList;
import java.util.List;

/**
 * No connection is stuck: each does something within a bound of virtual time, which is long enough for every
 * retransmission to be lost some forty times in a row.
 */
final class Progress {
    private static final long BOUND_NS = 6L * 3600 * 1_000_000_000L;
    private static final int LOOKS = 4;

    private final SimulatedNetwork network;
    private final long boundNs;
    private final List<Side> sides = new ArrayList<>();
    private long nextLookNs;
    private int sweptAt = 1024;

    Progress(Scenario scenario, SimulatedNetwork network) {
        this.network = network;
        // In a burst each frame is one more chance for it to end.
        boundNs = scenario.isOn(Parameter.BURST_PPM) ? 2 * BOUND_NS : BOUND_NS;
        nextLookNs = network.nowNs() + boundNs / LOOKS;
    }

    void add(Side side) {
        if (sides.size() >= sweptAt) {
            sides.removeIf(Side::isClosed);
            sweptAt = Math.max(1024, 2 * sides.size());
        }
        sides.add(side);
    }

    /** Looks whether anything happens at all, and from time to time at all connections. */
    void check() {
        boolean isOver = network.nextEventNs() == Long.MAX_VALUE;
        if (!isOver && network.nowNs() < nextLookNs) {
            return;
        }
        nextLookNs = network.nowNs() + boundNs / LOOKS;
        sides.removeIf(Side::isClosed);
        for (Side side : sides) {
            long progressNs = side.progressNs(network.nowNs());
            if (isOver || network.nowNs() - progressNs > boundNs) {
                throw new Violation(
                        "no connection is stuck",
                        "nothing has happened since %.6f s to %s, of which is known: %s"
                                .formatted(
                                        progressNs / 1e9,
                                        side,
                                        side.connection.info(network.nowNs())),
                        network.nowNs());
            }
        }
        if (isOver) {
            throw new Violation(
                    "no connection is stuck", "nothing happens any more", network.nowNs());
        }
    }
}
