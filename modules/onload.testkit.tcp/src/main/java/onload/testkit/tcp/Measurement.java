package onload.testkit.tcp;

import onload.nic.emulated.EmulatedLink;
import onload.nic.emulated.LinkCounter;
import onload.tcp.TcpConnection;

import java.util.ArrayList;
import java.util.List;

/**
 * Measures flows without an end over the network of a scenario on virtual time. The first packets of each flow,
 * and the time before all are there, do not count.
 */
public final class Measurement {
    private static final int PORT = 80;
    private static final long STARTING_NS = 5_000_000_000L;
    private static final int ETHERNET_BYTES = 14;
    private static final int HEADERS_BYTES = 40;
    private static final int TIMESTAMPS_BYTES = 12;

    /** For delayed acknowledgments that there are not: the square root of 3/2. */
    private static final double MATHIS = Math.sqrt(1.5);

    private final Scenario scenario;
    private final Stage stage;
    private final SimulatedNetwork network;
    private final Pattern pattern = new Pattern();
    private final List<BulkFlow> flows = new ArrayList<>();
    private final List<List<Integer>> windows = new ArrayList<>();
    private long intervalNs;

    private Measurement(Scenario scenario) {
        this.scenario = scenario;
        stage = new Stage(scenario);
        network = stage.network();
    }

    /**
     * Runs as many flows as the scenario has pairs, each between hosts of its own where the topology has them.
     *
     * @param controls the congestion controls of the flows, in turn
     * @param apartNs how long after each other the flows begin
     * @param settlingNs how long after the last one it is measured
     * @param durationNs how long it is measured
     * @param intervals how many windows are noted, over all of that time
     */
    public static Measured run(
            Scenario scenario,
            List<String> controls,
            long apartNs,
            long settlingNs,
            long durationNs,
            int intervals) {
        Measurement measurement = new Measurement(scenario);
        try (SimulatedNetwork network = measurement.network) {
            return measurement.run(network, controls, apartNs, settlingNs, durationNs, intervals);
        }
    }

    private Measured run(
            SimulatedNetwork network,
            List<String> controls,
            long apartNs,
            long settlingNs,
            long durationNs,
            int intervals) {
        for (SimulatedHost server : stage.serverHosts()) {
            server.listen(PORT, scenario.control(), c -> accepted(server, c));
        }
        network.run(STARTING_NS);
        int count = scenario.number(Parameter.PAIRS);
        for (int i = 0; i < count; i++) {
            int number = i;
            String control = controls.get(i % controls.size());
            network.after(apartNs * i, nowNs -> open(number, control, nowNs));
        }
        long beginNs = apartNs * (count - 1) + settlingNs;
        intervalNs = (beginNs + durationNs) / intervals;
        note(0);
        network.run(beginNs);
        List<Long> before = flows.stream().map(BulkFlow::received).toList();
        long dropsBefore = count(LinkCounter.DROPPED_QUEUE_FULL);
        long resentBefore = resent();
        network.run(durationNs);
        List<Double> goodputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            goodputs.add((flows.get(i).received() - before.get(i)) * 8e9 / durationNs);
        }
        return new Measured(
                goodputs,
                windows,
                intervalNs,
                count(LinkCounter.DROPPED_QUEUE_FULL) - dropsBefore,
                count(LinkCounter.MARKED_FRAMES),
                resent() - resentBefore);
    }

    private long resent() {
        return flows.stream()
                .mapToLong(each -> each.sending().info(network.nowNs()).totalRetransmissions())
                .sum();
    }

    private long count(LinkCounter counter) {
        long sum = 0;
        for (EmulatedLink link : stage.bottlenecks()) {
            sum += link.counters().get(counter);
        }
        return sum;
    }

    private void open(int number, String control, long nowNs) {
        SimulatedHost client = stage.clientHosts().get(number % stage.clientHosts().size());
        SimulatedHost server = stage.serverHosts().get(number % stage.serverHosts().size());
        TcpConnection connection = client.tcp().open();
        connection.congestionControl(control);
        flows.add(new BulkFlow(pattern, connection));
        int answer =
                connection.connect(server.address().high(), server.address().low(), PORT, nowNs);
        if (answer != 0) {
            throw new Violation("a flow can be opened", "it answers " + answer, nowNs);
        }
        network.wake(client);
    }

    private void accepted(SimulatedHost server, TcpConnection connection) {
        for (BulkFlow flow : flows) {
            TcpConnection sending = flow.sending();
            if (sending.localPort() == connection.remotePort()
                    && sending.localLow() == connection.remoteLow()) {
                flow.accepted(connection, server);
            }
        }
    }

    /** Notes the windows of all flows, and does so again after an interval. */
    private void note(long nowNs) {
        for (int i = 0; i < scenario.number(Parameter.PAIRS); i++) {
            if (windows.size() == i) {
                windows.add(new ArrayList<>());
            }
            windows.get(i).add(i < flows.size() ? flows.get(i).sending().congestionWindow() : 0);
        }
        network.after(intervalNs, this::note);
    }

    // What can be expected.

    /** {@return the payload of a full segment in bytes} */
    public static int segmentBytes(Scenario scenario) {
        return scenario.number(Parameter.MTU)
                - HEADERS_BYTES
                - (scenario.isOn(Parameter.IPV6) ? HEADERS_BYTES / 2 : 0)
                - (scenario.isOn(Parameter.TIMESTAMPS) ? TIMESTAMPS_BYTES : 0);
    }

    /** {@return the most that all flows can have, in bits of payload per second: the rate less all headers} */
    public static double bound(Scenario scenario) {
        double frame = scenario.get(Parameter.MTU) + ETHERNET_BYTES;
        return scenario.get(Parameter.KILOBITS) * 1000.0 * segmentBytes(scenario) / frame;
    }

    /**
     * {@return what one flow of standard TCP has over a long way with random loss, in bits per second} M. Mathis et
     * al., "The Macroscopic Behavior of the TCP Congestion Avoidance Algorithm", 1997: MSS / RTT · sqrt(3/2) /
     * sqrt(p). Without loss it is infinite.
     */
    public static double mathis(Scenario scenario) {
        double rtt = 2 * scenario.nanoseconds(Parameter.DELAY_US) / 1e9;
        double loss = scenario.probability(Parameter.LOSS_PPM);
        return segmentBytes(scenario) * 8 * MATHIS / (rtt * Math.sqrt(loss));
    }

    /** {@return the bytes that fill the way there and back} */
    public static double bandwidthDelayBytes(Scenario scenario) {
        return scenario.get(Parameter.KILOBITS)
                * 1000.0
                / 8
                * 2
                * scenario.nanoseconds(Parameter.DELAY_US)
                / 1e9;
    }

    /** {@return a scenario for measurements: buffers that never are the limit, and a clean bottleneck} */
    public static Scenario scenario(int flows, long kilobits, long roundTripUs, int queueFrames) {
        return Scenario.of(1)
                .with(Topology.DUMBBELL)
                .with(Workload.BULK)
                .with(Parameter.PAIRS, flows)
                .with(Parameter.BYTES, 1 << 30)
                .with(Parameter.KILOBITS, kilobits)
                .with(Parameter.DELAY_US, roundTripUs / 2)
                .with(Parameter.QUEUE, queueFrames)
                .with(Parameter.RECEIVE_BUFFER, 8 << 20)
                .with(Parameter.SEND_BUFFER, 8 << 20);
    }
}
