package onload.programs;

import static onload.programs.Ground.HERE;
import static onload.programs.Ground.PORT;
import static onload.programs.Ground.START;
import static onload.programs.Ground.THERE;

import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.linux.Program;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A server and a client of the same making: once the server is under test and the client is on the kernel's sockets,
 * and once the other way round.
 */
@Timeout(180)
class PairsTest {
    // Blocking sockets.

    @ParameterizedTest
    @CsvSource({"tap", "afxdp"})
    void blockingServerEchoes(String kind) {
        serverIsTested(kind, "BlockingServer platform", "BlockingClient");
    }

    @ParameterizedTest
    @CsvSource({"tap", "afxdp"})
    void blockingClientIsEchoed(String kind) {
        clientIsTested(kind, "BlockingServer platform", "BlockingClient");
    }

    // Datagrams.

    @ParameterizedTest
    @CsvSource({"socket, tap", "channel, afxdp"})
    void datagramServerEchoes(String api, String kind) {
        serverIsTested(kind, "DatagramServer " + api, "DatagramClient socket");
    }

    @ParameterizedTest
    @CsvSource({"channel, tap", "socket, afxdp"})
    void datagramClientIsEchoed(String api, String kind) {
        clientIsTested(kind, "DatagramServer socket", "DatagramClient " + api);
    }

    // All.

    static Stream<Arguments> pairs() {
        return Stream.of(
                        "BlockingServer platform, BlockingClient",
                        "BlockingServer virtual, BlockingClient",
                        "BlockingServer platform KEY, BlockingClient KEY",
                        "AsynchronousServer, BlockingClient",
                        "DatagramServer socket, DatagramClient socket",
                        "DatagramServer channel, DatagramClient channel",
                        "H2Server, H2Client",
                        "ArtemisBroker, ArtemisClient",
                        "GrpcServer, GrpcClient")
                .map(pair -> pair.split(", "))
                .flatMap(pair ->
                        Stream.of("kernel", "tap", "afxdp")
                                .map(kind -> Arguments.of(kind, pair[0], pair[1])));
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("pairs")
    void serversServeTheirClients(String kind, String server, String client) {
        serverIsTested(kind, server, client);
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("pairs")
    void clientsAreServedByTheirServers(String kind, String server, String client) {
        clientIsTested(kind, server, client);
    }

    private static void serverIsTested(String kind, String server, String client) {
        try (Ground ground = Ground.of(kind);
                Program program = ground.serve(name(server), arguments(HERE, server))) {
            String said;
            try {
                said = ground.startFar(name(client), arguments(HERE, client)).awaitSuccess(START);
            } catch (AssertionError e) {
                throw told(kind, program, e);
            }
            assertTrue(said.contains("done"), said);
            assertTrue(program.isAlive(), program::output);
        }
    }

    private static void clientIsTested(String kind, String server, String client) {
        try (Ground ground = Ground.of(kind);
                Program peer = ground.serveFar(name(server), arguments(THERE, server))) {
            String said;
            try {
                said = ground.start(name(client), arguments(THERE, client)).awaitSuccess(START);
            } catch (AssertionError e) {
                throw told(kind, peer, e);
            }
            assertTrue(said.contains("done"), said);
            assertTrue(peer.isAlive(), peer::output);
        }
    }

    private static AssertionError told(String kind, Program server, AssertionError e) {
        return new AssertionError(
                "over %s: %s; the server says: %s".formatted(kind, e.getMessage(), server.output()),
                e);
    }

    private static String name(String program) {
        return program.split(" ", 2)[0];
    }

    private static String[] arguments(String address, String program) {
        List<String> arguments = new ArrayList<>(List.of(program.split(" ")));
        arguments.removeFirst();
        arguments.replaceAll(word -> word.equals("KEY") ? Key.pkcs12().toString() : word);
        arguments.addAll(0, List.of(address, String.valueOf(PORT)));
        return arguments.toArray(String[]::new);
    }

    // What does not fit into that.

    @ParameterizedTest
    @Tag("long")
    @CsvSource({"kernel, false", "tap, false", "tap, true", "afxdp, false", "afxdp, true"})
    void aeronSendsAndReceives(String kind, boolean isPong) {
        String port = String.valueOf(PORT);
        try (Ground ground = Ground.of(kind)) {
            String[] here = {isPong ? "pong" : "ping", HERE, port, THERE, port};
            String[] there = {isPong ? "ping" : "pong", THERE, port, HERE, port};
            Program program = ground.start("AeronProgram", here);
            program.awaitOutput("ready ", START);
            Program peer = ground.startFar("AeronProgram", there);
            try {
                assertTrue((isPong ? peer : program).awaitSuccess(START).contains("done"));
            } catch (AssertionError e) {
                throw told(kind, isPong ? program : peer, e);
            }
        }
    }

    @ParameterizedTest
    @Tag("long")
    @CsvSource({
        "kernel, true, 10000",
        "tap, true, 10000",
        "tap, false, 10000",
        "afxdp, true, 10000",
        "afxdp, false, 10000"
    })
    void tenThousandVirtualThreadsHaveAConnectionEach(String kind, boolean isServer, int count) {
        String[] server = {isServer ? HERE : THERE, String.valueOf(PORT), "virtual"};
        String[] client = {server[0], server[1], String.valueOf(count)};
        try (Ground ground = Ground.of(kind)) {
            ground.near.sysctl("net.ipv4.tcp_max_syn_backlog", "16384");
            ground.far.sysctl("net.ipv4.tcp_max_syn_backlog", "16384");
            Program listening =
                    isServer
                            ? ground.serve("BlockingServer", server)
                            : ground.serveFar("BlockingServer", server);
            Program clients =
                    isServer
                            ? ground.startFar("VirtualClients", client)
                            : ground.start("VirtualClients", client);
            try {
                String said = clients.awaitSuccess(120);
                assertTrue(said.contains("good " + count), said);
            } catch (AssertionError e) {
                throw told(kind, listening, e);
            }
        }
    }

    @ParameterizedTest
    @Tag("long")
    @CsvSource({"kernel", "tap", "afxdp"})
    void aMulticastGroupIsJoined(String kind) {
        String group = "239.1.2.3";
        String port = String.valueOf(PORT);
        try (Ground ground = Ground.of(kind)) {
            if (!ground.isAccelerated()) {
                ground.near.run("ip", "route", "add", "default", "dev", "veth0");
            }
            ground.far.run("ip", "route", "add", "default", "dev", ground.farDevice());
            Program member = ground.serve("DatagramServer", "0.0.0.0", port, "multicast", group);
            try {
                ground.startFar("DatagramClient", group, port, "multicast").awaitSuccess(START);
            } catch (AssertionError e) {
                throw told(kind, member, e);
            }
        }
    }
}
