package onload.testkit.tcp;

import onload.tcp.TcpConnection;

import org.agrona.collections.Long2ObjectHashMap;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Runs a scenario: opens its connections, so many at once, has each hold its conversation, and checks all along what
 * must be so; see the package. For one thread.
 */
public final class Simulation {
    private static final int PORT = 80;
    private static final long SECOND_NS = 1_000_000_000L;

    /** Addresses of IPv6 are looked for on the link first. */
    private static final long STARTING_NS = 10 * SECOND_NS;

    private final Scenario scenario;
    private final Stage stage;
    private final SimulatedNetwork network;
    private final SplittableRandom random;
    private final Pattern pattern = new Pattern();
    private final StateBounds bounds;
    private final Progress progress;
    private final Long2ObjectHashMap<Conversation> expected = new Long2ObjectHashMap<>();
    private long started;
    private long sidesFinished;
    private long payloadBytes;

    private Simulation(Scenario scenario) {
        this.scenario = scenario;
        stage = new Stage(scenario);
        network = stage.network();
        random = new SplittableRandom(scenario.seed());
        bounds = new StateBounds(Stage.tcp(scenario));
        progress = new Progress(scenario, network);
    }

    /**
     * Runs a scenario.
     *
     * @return what came of it
     * @throws AssertionError if an invariant does not hold; its message says which, and the scenario to replay
     */
    public static Outcome run(Scenario scenario) {
        return run(scenario, stage -> {});
    }

    /** Runs a scenario after somebody has seen its stage. */
    static Outcome run(Scenario scenario, Consumer<Stage> observer) {
        try {
            Simulation simulation = new Simulation(scenario);
            observer.accept(simulation.stage);
            return simulation.run();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "%s; replay with: %s"
                            .formatted(
                                    failure instanceof Violation
                                            ? String.valueOf(failure.getMessage())
                                            : failure.toString(),
                                    scenario),
                    failure);
        }
    }

    private Outcome run() {
        long connections = scenario.get(Parameter.CONNECTIONS);
        try (network) {
            for (SimulatedHost server : stage.serverHosts()) {
                server.listen(PORT, scenario.control(), c -> accepted(server, c));
            }
            network.run(STARTING_NS);
            long atOnce = Math.min(connections, scenario.get(Parameter.CONCURRENT));
            for (long i = 0; i < atOnce; i++) {
                startLater();
            }
            while (sidesFinished < 2 * connections) {
                progress.check();
                network.step(Long.MAX_VALUE);
            }
            new Emptiness(network).await();
        }
        return outcome();
    }

    private Outcome outcome() {
        long wire = stage.watches().stream().mapToLong(HostWatch::payloadBytes).sum();
        long segments = stage.watches().stream().mapToLong(HostWatch::segments).sum();
        Outcome outcome =
                new Outcome(
                        started,
                        payloadBytes,
                        wire,
                        segments,
                        network.nowNs(),
                        network.events(),
                        bounds.inspections());
        Economy.check(scenario, outcome);
        return outcome;
    }

    private void startLater() {
        long pauseNs = scenario.nanoseconds(Parameter.PAUSE_US);
        long number = started++;
        network.after(pauseNs == 0 ? 0 : random.nextLong(pauseNs), nowNs -> start(number, nowNs));
    }

    private void start(long number, long nowNs) {
        List<SimulatedHost> clients = stage.clientHosts();
        List<SimulatedHost> servers = stage.serverHosts();
        int pair = (int) (number % clients.size());
        SimulatedHost client = clients.get(pair);
        SimulatedHost server = servers.get(pair % servers.size());
        Conversation conversation = Conversation.draw(scenario, number, random);
        TcpConnection connection = client.tcp().open();
        connection.congestionControl(scenario.control());
        connection.noDelay(conversation.isNoDelay(), nowNs);
        Side side = new Side(this, conversation, true, connection, client);
        connection.attachment(side);
        int answer =
                connection.connect(server.address().high(), server.address().low(), PORT, nowNs);
        if (answer != 0) {
            throw new Violation(
                    "a connection can be opened",
                    "connecting %s answers %d".formatted(side, answer),
                    nowNs);
        }
        expected.put(key(client.number(), connection.localPort()), conversation);
        progress.add(side);
        network.wake(client);
    }

    private static long key(long client, int port) {
        return client << 16 | port;
    }

    private void accepted(SimulatedHost server, TcpConnection connection) {
        long key = key(connection.remoteLow() & 0xFFFF, connection.remotePort());
        Conversation conversation = expected.remove(key);
        if (conversation == null) {
            throw new Violation(
                    "each connection is accepted once",
                    "%s was accepted that nobody waits for".formatted(connection),
                    network.nowNs());
        }
        connection.noDelay(conversation.isNoDelay(), network.nowNs());
        Side side = new Side(this, conversation, false, connection, server);
        connection.attachment(side);
        progress.add(side);
        server.ready(side);
    }

    // For the sides.

    Pattern pattern() {
        return pattern;
    }

    StateBounds bounds() {
        return bounds;
    }

    void finished(Side side, long nowNs) {
        sidesFinished++;
        payloadBytes += side.bytes();
        if (!side.isClient && started < scenario.get(Parameter.CONNECTIONS)) {
            startLater();
        }
    }
}
