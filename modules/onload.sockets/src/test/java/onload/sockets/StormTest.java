package onload.sockets;

import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.progress.Spinning;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Threads that do to sockets what they like: everybody comes back, nothing is lost, all packets are home afterwards.
 */
@Timeout(180)
class StormTest {
    private static final long SECOND = 1_000_000_000;
    private static final int SCALE = Integer.getInteger("onload.scale", 1);

    /** What closes a socket under those who use it. */
    enum Ending {
        CLOSE,
        ABORT,
        SHUTDOWN,
        STACK
    }

    @ParameterizedTest
    @CsvSource({
        "shared, 0, CLOSE",
        "shared, 20us, ABORT",
        "dedicated, 0, CLOSE",
        "shared, 0, SHUTDOWN",
        "shared, 1ms, STACK"
    })
    void whoeverUsesASocketThatEndsComesBack(String drive, String spin, Ending ending)
            throws Exception {
        for (int round = 0; round < 10 * SCALE; round++) {
            try (TwoStacks stacks =
                            TwoStacks.onRealTime(
                                    b -> b.option("drive", drive).option("spin", spin));
                    ExecutorService pool = Executors.newCachedThreadPool()) {
                TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 16);
                TcpSocket client = stacks.one.tcp();
                assertEquals(0, client.connect(at(OTHER, 7), 5 * SECOND));
                TcpSocket peer = Objects.requireNonNull(server.accept(5 * SECOND));
                CountDownLatch busy = new CountDownLatch(8);
                List<Future<?>> users = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    users.add(pool.submit(() -> sendUntilOver(client, busy)));
                    users.add(pool.submit(() -> receiveUntilOver(client, busy)));
                    users.add(pool.submit(() -> sendUntilOver(peer, busy)));
                    users.add(pool.submit(() -> receiveUntilOver(peer, busy)));
                }
                users.add(pool.submit(() -> pollUntilClosed(stacks.one, client)));
                assertTrue(busy.await(10, TimeUnit.SECONDS));
                switch (ending) {
                    case CLOSE -> client.close();
                    case ABORT -> client.abort();
                    case SHUTDOWN -> {
                        client.shutdownOutput();
                        peer.shutdownOutput();
                        Thread.sleep(1);
                        client.close();
                    }
                    case STACK -> stacks.one.close();
                }
                if (ending != Ending.ABORT) {
                    Thread.sleep(2);
                }
                peer.close();
                for (Future<?> each : users) {
                    each.get(20, TimeUnit.SECONDS);
                }
            }
        }
    }

    private static void sendUntilOver(TcpSocket socket, CountDownLatch busy) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[5000]);
        int answer = 0;
        for (int i = 0; answer >= 0; i++) {
            answer = socket.send(buffer, 0, i % 2 == 0 ? 64 : 5000, 10 * SECOND);
            if (i == 3) {
                busy.countDown();
            }
        }
        assertTrue(
                answer == Status.CLOSED || answer == Status.RESET || answer == Status.ABORTED,
                Status.text(answer));
    }

    private static void receiveUntilOver(TcpSocket socket, CountDownLatch busy) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[5000]);
        busy.countDown();
        int answer = 0;
        while (answer >= 0) {
            answer = socket.receive(buffer, 0, 5000, 10 * SECOND);
        }
        assertTrue(
                answer == Status.CLOSED
                        || answer == Status.RESET
                        || answer == Status.ABORTED
                        || answer == Status.END_OF_STREAM,
                Status.text(answer));
    }

    private static void pollUntilClosed(Stack stack, TcpSocket socket) {
        try (Poller poller = stack.poller()) {
            PollerKey key = poller.addEdge(socket, Readiness.READABLE | Readiness.WRITABLE, null);
            while (key.isValid()) {
                poller.poll((ready, bits) -> {}, 4, 1_000_000);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anInterruptEndsWaitingAndClosesTheSocket(boolean isVirtual) throws Exception {
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b)) {
            UdpSocket socket = stacks.one.udp();
            CountDownLatch started = new CountDownLatch(1);
            int[] answer = new int[2];
            Runnable waits =
                    () -> {
                        started.countDown();
                        answer[0] =
                                socket.receive(
                                        new UnsafeBuffer(new byte[10]),
                                        0,
                                        10,
                                        null,
                                        Socket.FOREVER);
                        answer[1] = Thread.currentThread().isInterrupted() ? 1 : 0;
                    };
            Thread thread =
                    isVirtual ? Thread.ofVirtual().start(waits) : Thread.ofPlatform().start(waits);
            started.await();
            thread.interrupt();
            thread.join();
            assertEquals(Status.INTERRUPTED, answer[0]);
            assertEquals(1, answer[1]);
            assertFalse(socket.isOpen());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared", "dedicated", "polled"})
    void aThreadThatPollsForEverComesBackWhenTheStackCloses(String drive) throws Exception {
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b.option("drive", drive));
                ExecutorService pool = Executors.newCachedThreadPool()) {
            Poller poller = stacks.one.poller();
            poller.add(stacks.one.udp(), Readiness.READABLE, null);
            CountDownLatch started = new CountDownLatch(1);
            Future<Integer> polling =
                    pool.submit(() -> {
                        started.countDown();
                        return poller.poll((key, bits) -> {}, 8, Socket.FOREVER);
                    });
            started.await();
            Thread.sleep(5);
            stacks.one.close();
            assertEquals(Status.CLOSED, polling.get(20, TimeUnit.SECONDS));
            assertEquals(
                    Status.CLOSED, stacks.one.poller().poll((key, bits) -> {}, 8, Socket.FOREVER));
        }
    }

    @Test
    void virtualThreadsAloneDriveAPolledStack() throws Exception {
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b.option("drive", "polled"));
                ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 4);
            Future<?> echoing =
                    virtual.submit(() -> echo(Objects.requireNonNull(server.accept(20 * SECOND))));
            assertEquals(
                    5, virtual.submit(() -> converse(stacks.one, 5)).get(20, TimeUnit.SECONDS));
            echoing.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aStackClosesWhileConnectionsAreAccepted() throws Exception {
        for (int round = 0; round < 20 * SCALE; round++) {
            try (TwoStacks stacks = TwoStacks.onRealTime(b -> b);
                    ExecutorService pool = Executors.newCachedThreadPool()) {
                TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 64);
                Future<?> accepting =
                        pool.submit(() -> {
                            while (server.isOpen()) {
                                server.accept(SECOND);
                            }
                        });
                for (int i = 0; i < 20; i++) {
                    stacks.one.tcp().connect(at(OTHER, 7));
                }
                Thread.sleep(round % 4);
                stacks.other.close();
                accepting.get(20, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void waitingEndsWithItsTime() {
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b)) {
            UdpSocket socket = stacks.one.udp();
            TcpServerSocket server = stacks.one.listen(at(TwoStacks.ONE, 7), 1);
            long start = System.nanoTime();
            assertEquals(
                    Status.EXPIRED,
                    socket.receive(new UnsafeBuffer(new byte[10]), 0, 10, null, 5_000_000));
            assertNull(server.accept(5_000_000));
            assertTrue(System.nanoTime() - start >= 10_000_000);
        }
    }

    @Test
    void aThousandVirtualThreadsWaitEachForItsOwn() throws Exception {
        int count = 1000;
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b.option("packets", "16384"));
                ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), count);
            Future<?> accepting =
                    virtual.submit(() -> {
                        for (int i = 0; i < count; i++) {
                            TcpSocket peer = Objects.requireNonNull(server.accept(20 * SECOND));
                            virtual.execute(() -> echo(peer));
                        }
                    });
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int id = i;
                clients.add(virtual.submit(() -> converse(stacks.one, id)));
            }
            for (int i = 0; i < count; i++) {
                assertEquals(i, clients.get(i).get());
            }
            accepting.get();
        }
    }

    private static void echo(TcpSocket peer) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        while (true) {
            int bytes = peer.receive(buffer, 0, 64, 60 * SECOND);
            if (bytes < 0) {
                peer.close();
                return;
            }
            peer.send(buffer, 0, bytes, 60 * SECOND);
        }
    }

    private static int converse(Stack stack, int id) {
        try (TcpSocket socket = stack.tcp()) {
            assertEquals(0, socket.connect(at(OTHER, 7), 60 * SECOND));
            UnsafeBuffer buffer = new UnsafeBuffer(new byte[4]);
            for (int i = 0; i < 5; i++) {
                buffer.putInt(0, id);
                assertEquals(4, socket.send(buffer, 0, 4, 60 * SECOND));
                assertEquals(4, socket.receive(buffer, 0, 4, 60 * SECOND));
            }
            return buffer.getInt(0);
        }
    }

    @Test
    void severalThreadsWaitForOneSocketAndEachDatagramGoesToOne() throws Exception {
        int threads = 4;
        int datagrams = 2000;
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b);
                ExecutorService pool = Executors.newCachedThreadPool()) {
            UdpSocket receiver = stacks.other.udp();
            receiver.bind(at(OTHER, 53));
            AtomicIntegerArray seen = new AtomicIntegerArray(datagrams);
            List<Future<Integer>> readers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                readers.add(
                        pool.submit(() -> {
                            UnsafeBuffer in = new UnsafeBuffer(new byte[4]);
                            int count = 0;
                            while (receiver.receive(in, 0, 4, null, 20 * SECOND) == 4) {
                                seen.set(in.getInt(0), 1);
                                count++;
                            }
                            return count;
                        }));
            }
            UdpSocket sender = stacks.one.udp();
            sender.connect(at(OTHER, 53));
            UnsafeBuffer out = new UnsafeBuffer(new byte[4]);
            long deadline = System.nanoTime() + 20 * SECOND;
            for (int i = 0; i < datagrams; i++) {
                // Nothing holds UDP back: no more are under way than any queue between the two has
                // room for, and
                // the first goes alone, since few may wait for a neighbor's address.
                while (i > 0
                        && seen.get(i == 1 ? 0 : Math.max(0, i - 50)) == 0
                        && System.nanoTime() < deadline) {
                    Thread.sleep(0, 50_000);
                }
                out.putInt(0, i);
                assertEquals(4, sender.send(out, 0, 4));
            }
            while (!allSeen(seen) && System.nanoTime() < deadline) {
                Thread.sleep(1);
            }
            long dropped = receiver.dropped();
            receiver.close();
            int sum = 0;
            for (Future<Integer> each : readers) {
                sum += each.get();
            }
            assertEquals(datagrams - dropped, sum);
        }
    }

    private static boolean allSeen(AtomicIntegerArray seen) {
        for (int i = 0; i < seen.length(); i++) {
            if (seen.get(i) == 0) {
                return false;
            }
        }
        return true;
    }

    @Test
    void aThreadThatNeitherPollsNorWaitsStillAcknowledges() throws Exception {
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b)) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 1);
            TcpSocket client = stacks.one.tcp();
            assertEquals(0, client.connect(at(OTHER, 7), 5 * SECOND));
            Objects.requireNonNull(server.accept(5 * SECOND));
            UnsafeBuffer out = new UnsafeBuffer(new byte[1000]);
            assertEquals(1000, client.send(out, 0, 1000));
            long deadline = System.nanoTime() + 20 * SECOND;
            while (client.info().bytesAcked() < 1000 && System.nanoTime() < deadline) {
                Thread.sleep(1);
            }
            assertEquals(1000, client.info().bytesAcked());
        }
    }

    @ParameterizedTest
    @CsvSource({"shared, 1", "dedicated, 2", "shared, 3"})
    void anythingGoesAndAllPacketsComeHome(String drive, long seed) throws Exception {
        int threads = 4;
        int operations = 85_000 * SCALE;
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b.option("drive", drive));
                ExecutorService pool = Executors.newCachedThreadPool()) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 64);
            TcpSocket[] sockets = new TcpSocket[8];
            UdpSocket[] datagrams = new UdpSocket[4];
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                SplittableRandom random = new SplittableRandom(seed * 31 + t);
                all.add(
                        pool.submit(() -> {
                            Spinning.ofThisThread(random.nextInt(3) * 10_000L);
                            UnsafeBuffer buffer = new UnsafeBuffer(new byte[20_000]);
                            for (int i = 0; i < operations; i++) {
                                anything(stacks, server, sockets, datagrams, buffer, random);
                            }
                        }));
            }
            for (Future<?> each : all) {
                each.get(150, TimeUnit.SECONDS);
            }
        } catch (AssertionError | Exception e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private static void anything(
            TwoStacks stacks,
            TcpServerSocket server,
            TcpSocket[] sockets,
            UdpSocket[] datagrams,
            UnsafeBuffer buffer,
            SplittableRandom random) {
        int which = random.nextInt(sockets.length);
        TcpSocket socket = sockets[which];
        UdpSocket datagram = datagrams[which % datagrams.length];
        int length = random.nextInt(random.nextBoolean() ? 100 : 20_000);
        switch (random.nextInt(40)) {
            case 0 -> {
                TcpSocket old = sockets[which];
                TcpSocket fresh = stacks.one.tcp();
                fresh.connect(at(OTHER, random.nextInt(10) == 0 ? 8 : 7));
                sockets[which] = fresh;
                if (old != null) {
                    old.close();
                }
            }
            case 1, 2 -> {
                TcpSocket accepted = server.accept();
                if (accepted != null) {
                    TcpSocket old = sockets[which];
                    sockets[which] = accepted;
                    if (old != null) {
                        old.close();
                    }
                }
            }
            case 3 -> {
                if (socket != null && random.nextInt(10) == 0) {
                    socket.abort();
                }
            }
            case 4 -> {
                if (socket != null && random.nextInt(10) == 0) {
                    socket.shutdownOutput();
                }
            }
            case 5 -> {
                if (socket != null && random.nextInt(10) == 0) {
                    socket.shutdownInput();
                }
            }
            case 6 -> {
                UdpSocket fresh = random.nextBoolean() ? stacks.one.udp() : stacks.other.udp();
                fresh.bind(new java.net.InetSocketAddress("0.0.0.0", 2000 + which));
                UdpSocket old = datagrams[which % datagrams.length];
                datagrams[which % datagrams.length] = fresh;
                if (old != null) {
                    old.close();
                }
            }
            case 7, 8, 9, 10 -> {
                if (datagram != null) {
                    datagram.sendTo(
                            buffer,
                            0,
                            length,
                            at(
                                    random.nextBoolean() ? OTHER : TwoStacks.ONE,
                                    2000 + random.nextInt(8)));
                }
            }
            case 11, 12, 13, 14 -> {
                if (datagram != null) {
                    datagram.receive(buffer, 0, length, null);
                }
            }
            case 15 -> {
                if (socket != null) {
                    Stack stack = socket.core == stacks.one.core() ? stacks.one : stacks.other;
                    int packet = socket.receivePacket();
                    if (packet >= 0) {
                        stack.release(packet);
                    }
                }
            }
            case 16 -> {
                if (socket != null) {
                    socket.receive(buffer, 0, Math.max(1, length), 100_000);
                }
            }
            case 17 -> {
                if (socket != null) {
                    socket.send(buffer, 0, length, 100_000);
                }
            }
            case 18 -> {
                if (socket != null) {
                    socket.info();
                    socket.readiness();
                    socket.available();
                }
            }
            case 19 -> {
                if (socket != null) {
                    socket.peek(buffer, 0, length);
                }
            }
            default -> {
                if (socket != null) {
                    if (random.nextBoolean()) {
                        socket.send(buffer, 0, length);
                    } else {
                        socket.receive(buffer, 0, length);
                    }
                }
            }
        }
    }
}
