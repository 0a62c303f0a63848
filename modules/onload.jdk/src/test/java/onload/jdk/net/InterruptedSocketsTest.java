package onload.jdk.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.Ground;
import onload.jdk.World;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** Interrupts of threads that wait in sockets of java.net, on every ground. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterruptedSocketsTest {
    private static final Worlds WORLDS = new Worlds();

    @AfterAll
    static void closeWorlds() {
        WORLDS.close();
    }

    /** What a call gave or threw, and whether the thread was interrupted at its end. */
    private record Outcome(Object result, boolean isInterrupted) {
        static FutureTask<Outcome> of(Callable<?> call) {
            return new FutureTask<>(() -> {
                Object result;
                try {
                    result = call.call();
                } catch (Exception e) {
                    result = e;
                }
                return new Outcome(result, Thread.currentThread().isInterrupted());
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptDoesNotEndAPlatformThreadsRead(Ground ground) throws Exception {
        try (Connected pair = new Connected(WORLDS.of(ground), Maker.SOCKET)) {
            for (int timeout : new int[] {0, 10_000}) {
                pair.client.setSoTimeout(timeout);
                InputStream in = pair.client.getInputStream();
                FutureTask<Outcome> reading = Outcome.of(in::read);
                Thread reader = Thread.ofPlatform().start(reading);
                for (int i = 0; i < 5; i++) {
                    reader.interrupt();
                    Thread.sleep(2);
                }
                assertFalse(reading.isDone());
                pair.accepted.getOutputStream().write(1);
                assertEquals(new Outcome(1, true), reading.get());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptDoesNotShortenATimeOut(Ground ground) throws Exception {
        try (Connected pair = new Connected(WORLDS.of(ground), Maker.SOCKET)) {
            pair.client.setSoTimeout(40);
            pair.server.setSoTimeout(40);
            InputStream in = pair.client.getInputStream();
            for (Callable<?> each : new Callable<?>[] {in::read, pair.server::accept}) {
                FutureTask<Outcome> waiting =
                        Outcome.of(() -> {
                            Thread.currentThread().interrupt();
                            return each.call();
                        });
                long startNs = System.nanoTime();
                Thread.ofPlatform().start(waiting);
                assertInstanceOf(SocketTimeoutException.class, waiting.get().result);
                assertTrue(waiting.get().isInterrupted);
                assertTrue(System.nanoTime() - startNs >= 39_000_000);
            }
            assertFalse(pair.client.isClosed());
            assertFalse(pair.server.isClosed());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptDoesNotEndAPlatformThreadsAcceptAtAnyAddress(Ground ground) throws Exception {
        World world = WORLDS.of(ground);
        for (InetSocketAddress at :
                new InetSocketAddress[] {world.at(0), new InetSocketAddress(0)}) {
            for (InetAddress from :
                    new InetAddress[] {world.host(), InetAddress.ofLiteral("127.0.0.1")}) {
                if (!at.getAddress().isAnyLocalAddress() && !from.equals(world.host())) {
                    continue;
                }
                try (ServerSocket server = Maker.SOCKET.serverSocket(world);
                        Socket client = Maker.SOCKET.socket(world)) {
                    server.bind(at);
                    FutureTask<Outcome> accepting = Outcome.of(server::accept);
                    Thread accepter = Thread.ofPlatform().start(accepting);
                    for (int i = 0; i < 5; i++) {
                        accepter.interrupt();
                        Thread.sleep(2);
                    }
                    assertFalse(accepting.isDone());
                    client.connect(new InetSocketAddress(from, server.getLocalPort()));
                    assertTrue(accepting.get().isInterrupted);
                    assertInstanceOf(Socket.class, accepting.get().result).close();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptedPlatformThreadConnectsReadsAndWrites(Ground ground) throws Exception {
        World world = WORLDS.of(ground);
        FutureTask<Outcome> all =
                Outcome.of(() -> {
                    Thread.currentThread().interrupt();
                    try (Connected pair = new Connected(world, Maker.SOCKET)) {
                        pair.client.getOutputStream().write(9);
                        return pair.accepted.getInputStream().read();
                    }
                });
        Thread.ofPlatform().start(all);
        assertEquals(new Outcome(9, true), all.get());
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfAVirtualThreadClosesWhatItReads(Ground ground) throws Exception {
        try (Connected pair = new Connected(WORLDS.of(ground), Maker.SOCKET)) {
            InputStream in = pair.client.getInputStream();
            FutureTask<Outcome> reading = Outcome.of(in::read);
            Thread reader = Thread.ofVirtual().start(reading);
            reader.interrupt();
            Exception end = assertInstanceOf(SocketException.class, reading.get().result);
            assertEquals("Closed by interrupt", end.getMessage());
            assertTrue(reading.get().isInterrupted);
            assertTrue(pair.client.isClosed());
            assertEquals(-1, pair.accepted.getInputStream().read());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfAVirtualThreadClosesWhereItAccepts(Ground ground) throws Exception {
        World world = WORLDS.of(ground);
        for (InetSocketAddress at :
                new InetSocketAddress[] {world.at(0), new InetSocketAddress(0)}) {
            try (ServerSocket server = Maker.SOCKET.serverSocket(world)) {
                server.bind(at);
                FutureTask<Outcome> accepting = Outcome.of(server::accept);
                Thread accepter = Thread.ofVirtual().start(accepting);
                accepter.interrupt();
                Exception end = assertInstanceOf(SocketException.class, accepting.get().result);
                assertEquals("Closed by interrupt", end.getMessage());
                assertTrue(server.isClosed());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyVirtualThreadsTalkOverSocketsOfTheirOwn(Ground ground) throws Exception {
        World world = WORLDS.of(ground);
        try (ServerSocket server = Maker.SOCKET.serverSocket(world);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.bind(world.at(0), 200);
            InetSocketAddress to = new InetSocketAddress(world.host(), server.getLocalPort());
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Future<?> _ =
                        threads.submit(() -> {
                            try (Socket accepted = server.accept()) {
                                accepted.getInputStream().transferTo(accepted.getOutputStream());
                            }
                            return null;
                        });
                clients.add(
                        threads.submit(() -> {
                            try (Socket client = Maker.SOCKET.socket(world)) {
                                client.connect(to);
                                client.getOutputStream().write(new byte[100]);
                                client.shutdownOutput();
                                return client.getInputStream().readAllBytes().length;
                            }
                        }));
            }
            for (Future<Integer> each : clients) {
                assertEquals(100, each.get());
            }
        }
    }
}
