package onload.sockets;

import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.counter.StackCounter;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several threads send on one stack: what each has sent comes in its order, every byte once. */
@Timeout(120)
class ManySendersTest {
    private static final int RECORD = 16;

    @ParameterizedTest
    @CsvSource({"shared, 0", "shared, 50us", "dedicated, 0"})
    void threadsShareAConnection(String drive, String spin) throws Exception {
        int threads = 4;
        int records = 20_000;
        try (TwoStacks stacks =
                        TwoStacks.onRealTime(b -> b.option("drive", drive).option("spin", spin));
                ExecutorService pool = Executors.newCachedThreadPool()) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 16);
            TcpSocket client = stacks.one.tcp();
            assertEquals(0, client.connect(at(OTHER, 7), 5_000_000_000L));
            TcpSocket peer = Objects.requireNonNull(server.accept(Socket.FOREVER));
            List<Callable<Object>> senders = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int id = t;
                senders.add(() -> {
                    UnsafeBuffer record = new UnsafeBuffer(new byte[RECORD]);
                    for (int i = 0; i < records; i++) {
                        record.putInt(0, id);
                        record.putInt(4, i);
                        record.putLong(8, (long) id * i);
                        assertEquals(RECORD, client.send(record, 0, RECORD, Socket.FOREVER));
                    }
                    return id;
                });
            }
            Future<long[]> reader =
                    pool.submit(() -> read(peer, threads, (long) threads * records * RECORD));
            for (Future<Object> each : pool.invokeAll(senders)) {
                each.get();
            }
            for (long last : reader.get()) {
                assertEquals(records, last);
            }
            client.close();
        }
    }

    private static long[] read(TcpSocket from, int threads, long total) {
        long[] next = new long[threads];
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[8192]);
        int have = 0;
        long done = 0;
        while (done < total) {
            int bytes = from.receive(buffer, have, 8192 - have, 20_000_000_000L);
            if (bytes < 0) {
                throw new AssertionError(Status.text(bytes) + " after " + done + " of " + total);
            }
            have += bytes;
            done += bytes;
            int at = 0;
            for (; have - at >= RECORD; at += RECORD) {
                int id = buffer.getInt(at);
                assertEquals(next[id]++, buffer.getInt(at + 4));
                assertEquals((long) id * buffer.getInt(at + 4), buffer.getLong(at + 8));
            }
            have -= at;
            buffer.putBytes(0, buffer, at, have);
        }
        return next;
    }

    @ParameterizedTest
    @CsvSource({"shared, 0", "shared, 50us", "dedicated, 0"})
    void largeSendsOfSeveralThreadsComeWholeOverConnectionsOfTheirOwn(String drive, String spin)
            throws Exception {
        int threads = 3;
        long total = 20_000_000;
        try (TwoStacks stacks =
                        TwoStacks.onRealTime(b -> b.option("drive", drive).option("spin", spin));
                ExecutorService pool = Executors.newCachedThreadPool()) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 16);
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int seed = t;
                TcpSocket client = stacks.one.tcp();
                assertEquals(0, client.connect(at(OTHER, 7), 5_000_000_000L));
                TcpSocket peer = Objects.requireNonNull(server.accept(Socket.FOREVER));
                all.add(
                        pool.submit(() -> {
                            UnsafeBuffer out = new UnsafeBuffer(new byte[100_000]);
                            SplittableRandom sizes = new SplittableRandom(seed);
                            for (long done = 0; done < total; ) {
                                int length =
                                        (int) Math.min(total - done, sizes.nextInt(1, 100_000));
                                for (int i = 0; i < length; i++) {
                                    out.putByte(i, (byte) (((done + i) * 31) >> 3));
                                }
                                int sent = client.send(out, 0, length, 20_000_000_000L);
                                assertTrue(sent > 0, () -> Status.text(sent));
                                done += sent;
                            }
                            assertEquals(0, client.shutdownOutput());
                            return 0;
                        }));
                all.add(
                        pool.submit(() -> {
                            UnsafeBuffer in = new UnsafeBuffer(new byte[65_536]);
                            SplittableRandom sizes = new SplittableRandom(seed + 100);
                            long done = 0;
                            while (true) {
                                int bytes =
                                        peer.receive(
                                                in, 0, sizes.nextInt(1, 65_536), 20_000_000_000L);
                                if (bytes < 0) {
                                    assertEquals(Status.END_OF_STREAM, bytes);
                                    break;
                                }
                                for (int i = 0; i < bytes; i++) {
                                    if (in.getByte(i) != (byte) (((done + i) * 31) >> 3)) {
                                        throw new AssertionError("byte " + (done + i));
                                    }
                                }
                                done += bytes;
                            }
                            assertEquals(total, done);
                            peer.close();
                            return 0;
                        }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    @Test
    void aSenderBelowTheBoundDoesNotWaitForAHolderThatStalls() throws Exception {
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b.option("spin", "0"));
                ExecutorService pool = Executors.newCachedThreadPool()) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 16);
            TcpSocket client = stacks.one.tcp();
            assertEquals(0, client.connect(at(OTHER, 7), 5_000_000_000L));
            TcpSocket peer = Objects.requireNonNull(server.accept(Socket.FOREVER));
            StackCore core = client.core;
            long before = stacks.one.counters().get(StackCounter.DEFERRALS);
            core.enter();
            Future<Integer> below;
            Future<Integer> above;
            try {
                below = pool.submit(() -> send(client, 0, 32));
                assertEquals(32, below.get());
                above = pool.submit(() -> send(client, 32, 1));
                Thread.sleep(20);
                assertTrue(!above.isDone());
            } finally {
                core.leave();
            }
            assertEquals(1, above.get());
            UnsafeBuffer in = new UnsafeBuffer(new byte[33 * 4]);
            for (int done = 0; done < 33 * 4; ) {
                done += peer.receive(in, done, 33 * 4 - done, 5_000_000_000L);
            }
            for (int i = 0; i < 33; i++) {
                assertEquals(i, in.getInt(4 * i));
            }
            assertEquals(32, stacks.one.counters().get(StackCounter.DEFERRALS) - before);
        }
    }

    private static int send(TcpSocket socket, int first, int count) {
        UnsafeBuffer out = new UnsafeBuffer(new byte[4]);
        for (int i = 0; i < count; i++) {
            out.putInt(0, first + i);
            assertEquals(4, socket.send(out, 0, 4));
        }
        return count;
    }
}
