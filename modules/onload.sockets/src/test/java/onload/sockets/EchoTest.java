package onload.sockets;

import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class EchoTest {
    @ParameterizedTest
    @CsvSource({
        "shared, 0",
        "shared, 10ms",
        "dedicated, 0",
        "dedicated, 1s",
        "polled, 0",
        "polled, 1s"
    })
    void messagesComeBack(String drive, String spin) throws Exception {
        try (TwoStacks stacks =
                TwoStacks.onRealTime(b -> b.option("drive", drive).option("spin", spin))) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 16);
            Thread echo = Thread.ofPlatform().start(() -> echo(server));
            TcpSocket client = stacks.one.tcp();
            assertEquals(0, client.connect(at(OTHER, 7), 5_000_000_000L));
            UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
            UnsafeBuffer answer = new UnsafeBuffer(new byte[64]);
            long start = System.nanoTime();
            int n = 2000;
            for (int i = 0; i < n; i++) {
                message.putInt(0, i);
                assertEquals(64, client.send(message, 0, 64, Socket.FOREVER));
                for (int done = 0; done < 64; ) {
                    int bytes = client.receive(answer, done, 64 - done, 5_000_000_000L);
                    if (bytes < 0) {
                        throw new AssertionError(
                                Status.text(bytes)
                                        + " "
                                        + i
                                        + "\n"
                                        + stacks.one.counters()
                                        + "\n"
                                        + stacks.other.counters()
                                        + "\n"
                                        + stacks.one.tcpCounters()
                                        + "\n"
                                        + client.info());
                    }
                    done += bytes;
                }
                assertEquals(i, answer.getInt(0));
            }
            System.out.println(drive + " " + spin + " " + (System.nanoTime() - start) / n + " ns");
            System.out.println(stacks.one.counters());
            System.out.println(stacks.other.counters());
            client.close();
            echo.join();
        }
    }

    private static void echo(TcpServerSocket server) {
        @Nullable TcpSocket socket = server.accept(Socket.FOREVER);
        assertNotNull(socket);
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[2048]);
        while (true) {
            int bytes = socket.receive(buffer, 0, 2048, Socket.FOREVER);
            if (bytes < 0) {
                assertEquals(Status.END_OF_STREAM, bytes);
                socket.close();
                return;
            }
            assertEquals(bytes, socket.send(buffer, 0, bytes, Socket.FOREVER));
        }
    }
}
