package onload.testkit.tcp;

import onload.tcp.congestion.CongestionControls;

import java.util.List;
import java.util.SplittableRandom;

/** Draws scenarios from seeds: every topology, workload, congestion control and impairment. */
public final class Scenarios {
    private static final List<Topology> TOPOLOGIES = List.of(Topology.values());
    private static final List<Workload> WORKLOADS = List.of(Workload.values());
    private static final List<String> CONTROLS = List.copyOf(CongestionControls.names());

    private static final int[] MTUS = {576, 1280, 1400, 1500};

    private Scenarios() {}

    private static <T> T oneOf(List<T> values, SplittableRandom random) {
        return values.get(random.nextInt(values.size()));
    }

    /** {@return the names of the congestion controls that there are} */
    public static List<String> controls() {
        return CONTROLS;
    }

    /**
     * {@return a scenario of a seed}
     *
     * @param connections that it has
     */
    public static Scenario draw(long seed, int connections) {
        SplittableRandom random = new SplittableRandom(seed);
        Scenario scenario =
                Scenario.of(seed)
                        .with(oneOf(TOPOLOGIES, random))
                        .with(oneOf(WORKLOADS, random))
                        .withControl(oneOf(CONTROLS, random))
                        .with(Parameter.PAIRS, 1 + random.nextInt(6))
                        .with(Parameter.CONNECTIONS, connections)
                        .with(Parameter.CONCURRENT, 1 + random.nextInt(connections))
                        .with(
                                Parameter.BYTES,
                                1 + random.nextInt(random.nextBoolean() ? 3000 : 60_000))
                        .with(
                                Parameter.PAUSE_US,
                                random.nextInt(3) * (1L + random.nextInt(1_000_000)))
                        .with(Parameter.IPV6, random.nextInt(2))
                        .with(Parameter.MTU, MTUS[random.nextInt(MTUS.length)]);
        return hosts(impaired(scenario, random), random);
    }

    /** {@return a scenario of a seed with short connections only} */
    public static Scenario drawShort(long seed, int connections) {
        return draw(seed, connections)
                .with(Workload.SHORT)
                .with(Parameter.BYTES, 4000)
                .with(Parameter.CONCURRENT, Math.min(connections, 64));
    }

    private static Scenario impaired(Scenario clean, SplittableRandom random) {
        Scenario link = clean.with(Parameter.DELAY_US, random.nextInt(40_000));
        if (random.nextInt(3) == 0) {
            link =
                    link.with(Parameter.JITTER_US, random.nextInt(10_000))
                            .with(Parameter.UNORDERED, random.nextInt(2));
        }
        if (random.nextInt(2) == 0) {
            link =
                    link.with(Parameter.KILOBITS, 1000 + random.nextInt(100_000))
                            .with(Parameter.QUEUE, 2 + random.nextInt(100));
        }
        if (random.nextInt(4) == 0) {
            link = link.with(Parameter.MARK_BYTES, 3000 + random.nextInt(60_000));
        }
        if (random.nextInt(3) != 0) {
            link =
                    link.with(
                            Parameter.LOSS_PPM,
                            random.nextInt(random.nextBoolean() ? 20_000 : 200_000));
        }
        if (random.nextInt(4) == 0) {
            link = link.with(Parameter.BURST_PPM, random.nextInt(20_000));
        }
        if (random.nextInt(4) == 0) {
            link = link.with(Parameter.DUPLICATE_PPM, random.nextInt(300_000));
        }
        if (random.nextInt(4) == 0) {
            link =
                    link.with(Parameter.REORDER_PPM, random.nextInt(500_000))
                            .with(Parameter.REORDER_US, 1 + random.nextInt(30_000));
        }
        if (random.nextInt(4) == 0) {
            link = link.with(Parameter.CORRUPT_PPM, random.nextInt(100_000));
        }
        return link;
    }

    private static Scenario hosts(Scenario scenario, SplittableRandom random) {
        Scenario hosts =
                scenario.with(Parameter.TIMESTAMPS, random.nextInt(4) == 0 ? 0 : 1)
                        .with(Parameter.SACK, random.nextInt(4) == 0 ? 0 : 1)
                        .with(Parameter.SCALING, random.nextInt(4) == 0 ? 0 : 1)
                        .with(Parameter.ECN, random.nextInt(3))
                        .with(Parameter.PACING, random.nextInt(4) == 0 ? 1 : 0)
                        .with(Parameter.CLIENTS_ASLEEP_US, asleepUs(random))
                        .with(Parameter.SERVERS_ASLEEP_US, asleepUs(random));
        return random.nextInt(3) != 0
                ? hosts
                : hosts.with(Parameter.RECEIVE_BUFFER, 300 + random.nextInt(100_000))
                        .with(Parameter.SEND_BUFFER, 1024 + random.nextInt(100_000));
    }

    private static int asleepUs(SplittableRandom random) {
        return random.nextInt(4) == 0 ? random.nextInt(5000) : 0;
    }
}
