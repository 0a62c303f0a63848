package onload.sockets;

import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.TwoStacks.MovedClock;
import onload.tcp.TcpState;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fast Open through sockets: what the first connection learns, the next ones use. */
@Timeout(60)
class FastOpenOnVirtualTimeTest {
    private static final long MILLISECOND = 1_000_000;

    private final MovedClock clock = new MovedClock();
    private final TwoStacks stacks =
            TwoStacks.onVirtualTime(clock, b -> b.option("tcp.fast-open", "3"));
    private final UnsafeBuffer out = new UnsafeBuffer(new byte[100]);
    private final UnsafeBuffer in = new UnsafeBuffer(new byte[100]);
    private final TcpServerSocket server = stacks.other.listen(at(OTHER, 80), 4);

    @AfterEach
    void close() {
        stacks.one.close(0);
        stacks.other.close(0);
        stacks.close();
    }

    private void run(long durationNs) {
        stacks.run(clock, durationNs);
    }

    /** A cookie is there. */
    private void know() {
        server.fastOpen(16);
        TcpSocket first = stacks.one.tcp();
        first.fastOpen(true);
        assertEquals(0, first.connect(at(OTHER, 80)));
        assertEquals(Status.WOULD_BLOCK, first.connected());
        run(10 * MILLISECOND);
        assertEquals(0, first.connected());
        TcpSocket peer = server.accept();
        assertNotNull(peer);
        first.close();
        peer.close();
        run(10 * MILLISECOND);
    }

    private TcpSocket connected() {
        TcpSocket client = stacks.one.tcp();
        client.set(SocketOption.TCP_FASTOPEN_CONNECT, 1);
        assertEquals(1, client.get(SocketOption.TCP_FASTOPEN_CONNECT));
        assertEquals(0, client.connect(at(OTHER, 80)));
        return client;
    }

    @Test
    void withACookieConnectingIsDoneAtOnceAndTheFirstDataGoesWithTheSyn() {
        know();
        try (TcpSocket client = connected()) {
            assertEquals(0, client.connected());
            assertEquals(Readiness.WRITABLE, client.readiness());
            assertNull(server.accept());
            out.putStringWithoutLengthAscii(0, "hello");
            assertEquals(5, client.send(out, 0, 5));
            run(10 * MILLISECOND);
            TcpSocket peer = server.accept();
            assertNotNull(peer);
            assertEquals(5, peer.receive(in, 0, 100));
            assertEquals("hello", in.getStringWithoutLengthAscii(0, 5));
            assertTrue(peer.info().hasSynData());
            assertEquals(5, peer.send(in, 0, 5));
            run(10 * MILLISECOND);
            assertEquals(5, client.receive(in, 0, 100));
            assertTrue(client.info().hasSynData());
            peer.close();
        }
    }

    @Test
    void manySendsBeforeTheAnswerAreAllReadInOrder() {
        know();
        try (TcpSocket client = connected()) {
            for (int i = 0; i < 100; i++) {
                out.putByte(0, (byte) i);
                assertEquals(1, client.send(out, 0, 1));
            }
            assertEquals(0, client.shutdownOutput());
            run(1000 * MILLISECOND);
            TcpSocket peer = server.accept();
            assertNotNull(peer);
            assertEquals(100, peer.receive(in, 0, 100));
            for (int i = 0; i < 100; i++) {
                assertEquals(i, in.getByte(i));
            }
            assertEquals(Status.END_OF_STREAM, peer.receive(in, 0, 1));
            assertEquals(Status.CLOSED, client.send(out, 0, 1));
            peer.close();
        }
    }

    @Test
    void closingAfterTheFirstSendDelivers() {
        know();
        TcpSocket client = connected();
        assertEquals(7, client.send(out, 0, 7));
        client.close();
        run(10 * MILLISECOND);
        TcpSocket peer = server.accept();
        assertNotNull(peer);
        assertEquals(7, peer.receive(in, 0, 100));
        assertEquals(Status.END_OF_STREAM, peer.receive(in, 0, 1));
        peer.close();
    }

    @Test
    void socketThatOnlyReadsIsConnectedAfterAWhile() {
        know();
        try (TcpSocket client = connected()) {
            assertEquals(Status.WOULD_BLOCK, client.receive(in, 0, 1));
            run(300 * MILLISECOND);
            TcpSocket peer = server.accept();
            assertNotNull(peer);
            assertEquals(3, peer.send(out, 0, 3));
            run(10 * MILLISECOND);
            assertEquals(3, client.receive(in, 0, 100));
            peer.close();
        }
    }

    @Test
    void portWithoutListenerIsToldAfterTheFirstSend() {
        know();
        TcpSocket client = stacks.one.tcp();
        client.fastOpen(true);
        assertEquals(0, client.connect(at(OTHER, 81)));
        assertEquals(0, client.connected());
        assertEquals(1, client.send(out, 0, 1));
        run(10 * MILLISECOND);
        assertEquals(Status.REFUSED, client.send(out, 0, 1));
        assertEquals(Status.REFUSED, client.receive(in, 0, 1));
        client.close();
    }

    @Test
    void socketsThatDoNotAskForItConnectAsEver() {
        know();
        try (TcpSocket client = stacks.one.tcp()) {
            assertEquals(0, client.connect(at(OTHER, 80)));
            assertEquals(Status.WOULD_BLOCK, client.connected());
            run(10 * MILLISECOND);
            assertEquals(TcpState.ESTABLISHED, client.info().state());
            assertFalse(client.info().hasSynData());
        }
    }
}
