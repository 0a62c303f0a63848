package onload.sockets;

import static onload.sockets.TwoStacks.ONE;
import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.sockets.TwoStacks.MovedClock;
import onload.tcp.TcpState;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.util.Objects;

@Timeout(60)
class TcpSocketOnVirtualTimeTest {
    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    private final MovedClock clock = new MovedClock();
    private final TwoStacks stacks = TwoStacks.onVirtualTime(clock, b -> b);
    private final UnsafeBuffer out = new UnsafeBuffer(new byte[1 << 20]);
    private final UnsafeBuffer in = new UnsafeBuffer(new byte[1 << 20]);
    private final TcpServerSocket server = stacks.other.listen(at(OTHER, 80), 4);
    private final TcpSocket client = stacks.one.tcp();

    @AfterEach
    void close() {
        stacks.one.close(0);
        stacks.other.close(0);
        stacks.close();
    }

    private void run(long durationNs) {
        stacks.run(clock, durationNs);
    }

    private TcpSocket connect() {
        assertEquals(0, client.connect(at(OTHER, 80)));
        run(10 * MILLISECOND);
        assertEquals(0, client.connected());
        return Objects.requireNonNull(server.accept());
    }

    @Test
    void connectingIsUnderWayUntilTheAnswerHasCome() {
        assertEquals(Status.NOT_CONNECTED, client.connected());
        assertEquals(0, client.connect(at(OTHER, 80)));
        assertEquals(Status.WOULD_BLOCK, client.connected());
        assertEquals(Status.WOULD_BLOCK, client.send(out, 0, 1));
        assertEquals(0, client.readiness());
        run(10 * MILLISECOND);
        assertEquals(0, client.connected());
        assertEquals(Readiness.WRITABLE, client.readiness());
        assertEquals(at(OTHER, 80), client.remoteAddress());
        assertEquals(
                ONE, Objects.requireNonNull(client.localAddress()).getAddress().getHostAddress());
    }

    @Test
    void connectingTwiceCannotBe() {
        connect();
        assertEquals(Status.INVALID_STATE, client.connect(at(OTHER, 80)));
    }

    @Test
    void aPortWithoutListenerRefuses() {
        assertEquals(0, client.connect(at(OTHER, 81)));
        run(10 * MILLISECOND);
        assertEquals(Status.REFUSED, client.connected());
        assertEquals(Status.REFUSED, client.send(out, 0, 1));
        assertEquals(Status.REFUSED, client.receive(in, 0, 1));
        assertTrue((client.readiness() & Readiness.ERROR) != 0);
    }

    @Test
    void anAddressWithoutRouteIsUnreachable() {
        assertEquals(Status.UNREACHABLE, client.connect(at("198.51.100.1", 80)));
    }

    @Test
    void anAddressOfNobodyCannotBeBound() {
        assertEquals(Status.ADDRESS_NOT_AVAILABLE, client.bind(at("192.0.2.9", 0)));
    }

    @Test
    void aBoundPortIsTheLocalOne() {
        assertEquals(0, client.bind(at(ONE, 4711)));
        TcpSocket peer = connect();
        assertEquals(at(ONE, 4711), peer.remoteAddress());
    }

    @Test
    void whatIsSentIsReceivedInOrderAndPeekingLeavesIt() {
        TcpSocket peer = connect();
        out.putStringWithoutLengthAscii(0, "hello world");
        assertEquals(5, client.send(out, 0, 5));
        assertEquals(6, client.send(out, 5, 6));
        run(MILLISECOND);
        assertEquals(Readiness.READABLE | Readiness.WRITABLE, peer.readiness());
        assertEquals(11, peer.available());
        assertEquals(11, peer.peek(in, 0, 100));
        assertEquals(4, peer.receive(in, 100, 4));
        assertEquals(7, peer.receive(in, 104, 100));
        assertEquals("hello world", in.getStringWithoutLengthAscii(0, 11));
        assertEquals("hello world", in.getStringWithoutLengthAscii(100, 11));
        assertEquals(Status.WOULD_BLOCK, peer.receive(in, 0, 100));
        assertEquals(0, peer.available());
    }

    @Test
    void lengthZeroIsZero() {
        TcpSocket peer = connect();
        assertEquals(0, client.send(out, 0, 0));
        assertEquals(0, peer.receive(in, 0, 0));
    }

    @Test
    void byteBuffersMoveTheirPositions() {
        TcpSocket peer = connect();
        ByteBuffer from =
                ByteBuffer.wrap("xhello".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        from.position(1);
        assertEquals(5, client.send(from, 0));
        assertFalse(from.hasRemaining());
        run(MILLISECOND);
        ByteBuffer to = ByteBuffer.allocateDirect(10);
        to.position(2);
        assertEquals(5, peer.receive(to, 0));
        assertEquals(7, to.position());
        assertEquals('o', to.get(6));
    }

    @Test
    void dataComesBeforeTheEndAndTheEndStays() {
        TcpSocket peer = connect();
        client.send(out, 0, 10);
        assertEquals(0, client.shutdownOutput());
        assertEquals(Status.CLOSED, client.send(out, 0, 1));
        run(MILLISECOND);
        assertEquals(10, peer.receive(in, 0, 100));
        assertEquals(Status.END_OF_STREAM, peer.receive(in, 0, 100));
        assertEquals(Status.END_OF_STREAM, peer.receive(in, 0, 100));
        assertTrue((peer.readiness() & Readiness.READ_HANG_UP) != 0);
        assertEquals(3, peer.send(out, 0, 3));
        run(MILLISECOND);
        assertEquals(3, client.receive(in, 0, 100));
    }

    @Test
    void dataThatCameBeforeAResetCanStillBeRead() {
        TcpSocket peer = connect();
        client.send(out, 0, 10);
        run(MILLISECOND);
        client.abort();
        run(MILLISECOND);
        assertEquals(10, peer.receive(in, 0, 100));
        assertEquals(Status.RESET, peer.receive(in, 0, 100));
        assertEquals(Status.RESET, peer.send(out, 0, 1));
        assertTrue((peer.readiness() & Readiness.ERROR) != 0);
    }

    @Test
    void closingWithUnreadDataResets() {
        TcpSocket peer = connect();
        client.send(out, 0, 10);
        run(MILLISECOND);
        peer.close();
        run(MILLISECOND);
        assertEquals(Status.RESET, client.receive(in, 0, 100));
    }

    @Test
    void closingAfterAllIsReadFinishesOrderly() {
        TcpSocket peer = connect();
        client.send(out, 0, 10);
        run(MILLISECOND);
        assertEquals(10, peer.receive(in, 0, 100));
        peer.close();
        run(MILLISECOND);
        assertEquals(Status.END_OF_STREAM, client.receive(in, 0, 100));
    }

    @Test
    void lingerZeroResets() {
        TcpSocket peer = connect();
        assertEquals(0, client.set(SocketOption.SO_LINGER, 0));
        client.close();
        run(MILLISECOND);
        assertEquals(Status.RESET, peer.receive(in, 0, 100));
    }

    @Test
    void aClosedSocketAnswersClosed() {
        TcpSocket peer = connect();
        client.send(out, 0, 10);
        run(MILLISECOND);
        peer.close();
        peer.close();
        assertFalse(peer.isOpen());
        assertEquals(Status.CLOSED, peer.receive(in, 0, 100));
        assertEquals(Status.CLOSED, peer.send(out, 0, 1));
        assertEquals(Status.CLOSED, peer.shutdownOutput());
        assertEquals(Status.CLOSED, peer.connect(at(ONE, 1)));
        assertEquals(Status.CLOSED, peer.set(SocketOption.TCP_NODELAY, 1));
        assertEquals(Status.CLOSED, peer.receive(in, 0, 100, SECOND));
    }

    @Test
    void sendingStopsAtTheBufferAndGoesOnWhenThePeerReads() {
        TcpSocket peer = connect();
        client.set(SocketOption.SO_SNDBUF, 20_000);
        peer.set(SocketOption.SO_RCVBUF, 20_000);
        long sent = 0;
        for (int i = 0; i < 100; i++) {
            int taken = client.send(out, 0, 10_000);
            sent += Math.max(0, taken);
            run(MILLISECOND);
        }
        assertEquals(Status.WOULD_BLOCK, client.send(out, 0, 10_000));
        assertEquals(0, client.readiness() & Readiness.WRITABLE);
        long received = 0;
        while (received < sent) {
            int bytes = peer.receive(in, 0, 1000);
            if (bytes > 0) {
                received += bytes;
            }
            run(MILLISECOND);
        }
        run(SECOND);
        assertEquals(sent, received);
        assertTrue((client.readiness() & Readiness.WRITABLE) != 0);
        assertTrue(client.send(out, 0, 10_000) > 0);
    }

    @Test
    void bytesOneByOneToAReaderThatSleepsStayWithinMemory() {
        TcpSocket peer = connect();
        client.set(SocketOption.TCP_NODELAY, 1);
        int sent = 0;
        for (int i = 0; i < 20_000; i++) {
            out.putByte(0, (byte) sent);
            sent += Math.max(0, client.send(out, 0, 1));
            run(20_000);
        }
        assertTrue(sent > 5_000, "sent " + sent);
        for (int received = 0; received < sent; ) {
            int bytes = peer.receive(in, 0, 100);
            if (bytes == Status.WOULD_BLOCK) {
                run(10 * MILLISECOND);
                continue;
            }
            assertTrue(bytes > 0, Integer.toString(bytes));
            for (int i = 0; i < bytes; i++) {
                assertEquals((byte) received++, in.getByte(i));
            }
        }
    }

    @Test
    void packetsGoBothWaysWithoutCopying() {
        TcpSocket peer = connect();
        PacketBuffers buffers = stacks.one.buffers();
        int packet = stacks.one.packet();
        assertNotEquals(PacketBuffers.NONE, packet);
        int at = buffers.append(packet, 100);
        buffers.memory().setMemory(at, 100, (byte) 7);
        assertEquals(0, client.sendPacket(packet));
        run(MILLISECOND);
        int received = peer.receivePacket();
        assertTrue(received >= 0);
        PacketBuffers theirs = stacks.other.buffers();
        assertEquals(100, theirs.length(received));
        assertEquals(7, theirs.memory().getByte(theirs.data(received) + 99));
        stacks.other.release(received);
        assertEquals(Status.WOULD_BLOCK, peer.receivePacket());
    }

    @Test
    void aPacketThatIsTooLongIsRefused() {
        connect();
        PacketBuffers buffers = stacks.one.buffers();
        int packet = stacks.one.packet();
        buffers.append(packet, 1700);
        assertThrows(IllegalArgumentException.class, () -> client.sendPacket(packet));
        stacks.one.release(packet);
    }

    @Test
    void whatIsShutDownForReadingIsDropped() {
        TcpSocket peer = connect();
        client.send(out, 0, 10);
        run(MILLISECOND);
        assertEquals(0, peer.shutdownInput());
        assertEquals(Status.END_OF_STREAM, peer.receive(in, 0, 10));
        client.send(out, 0, 10);
        run(MILLISECOND);
        assertEquals(Status.END_OF_STREAM, peer.receive(in, 0, 10));
    }

    @Test
    void aSynWithoutAnswerTimesOut() {
        stacks.network.cables().getFirst().up(false);
        stacks.network.cables().getFirst().up(true);
        stacks.network
                .cables()
                .getFirst()
                .settings(onload.nic.emulated.LinkSettings.builder().loss(1).build());
        assertEquals(0, client.connect(at(OTHER, 80)));
        run(200 * SECOND);
        assertTrue(
                client.connected() == Status.TIMED_OUT || client.connected() == Status.UNREACHABLE);
    }

    @Test
    void aListenerWithoutPortCannotListen() {
        TcpServerSocket unbound = stacks.other.tcpServer();
        assertEquals(Status.INVALID_STATE, unbound.listen(1));
        assertEquals(0, unbound.get(SocketOption.SO_ACCEPTCONN));
        assertEquals(1, server.get(SocketOption.SO_ACCEPTCONN));
    }

    @Test
    void onePortHasOneListener() {
        assertThrows(IllegalStateException.class, () -> stacks.other.listen(at(OTHER, 80), 1));
    }

    @Test
    void connectionsAreAcceptedInTheirOrder() {
        TcpSocket[] clients = new TcpSocket[3];
        for (int i = 0; i < 3; i++) {
            clients[i] = stacks.one.tcp();
            clients[i].connect(at(OTHER, 80));
            run(MILLISECOND);
        }
        assertEquals(3, server.waiting());
        assertEquals(Readiness.READABLE, server.readiness());
        for (TcpSocket each : clients) {
            TcpSocket accepted = Objects.requireNonNull(server.accept());
            assertEquals(each.localAddress(), accepted.remoteAddress());
        }
        assertNull(server.accept());
        assertEquals(0, server.readiness());
    }

    @Test
    void closingAListenerResetsWhoWaits() {
        client.connect(at(OTHER, 80));
        run(10 * MILLISECOND);
        server.close();
        run(10 * MILLISECOND);
        assertEquals(Status.RESET, client.receive(in, 0, 1));
        assertNull(server.accept(SECOND));
    }

    @Test
    void optionsOfAListenerAreThoseOfItsConnections() {
        server.set(SocketOption.TCP_NODELAY, 1);
        server.set(SocketOption.SO_RCVBUF, 50_000);
        server.set(SocketOption.SO_LINGER, 3);
        TcpSocket peer = connect();
        assertEquals(1, peer.get(SocketOption.TCP_NODELAY));
        assertEquals(50_000, peer.get(SocketOption.SO_RCVBUF));
        assertEquals(3, peer.get(SocketOption.SO_LINGER));
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() {
        assertEquals(
                "the socket option TCP_MD5SIG is not supported: TCP-MD5 is not supported; use TLS or IPsec",
                assertThrows(
                                UnsupportedOperationException.class,
                                () -> client.set(SocketOption.TCP_MD5SIG, 1))
                        .getMessage());
        assertThrows(
                UnsupportedOperationException.class,
                () -> client.set(SocketOption.SO_BROADCAST, 1));
        assertThrows(IllegalArgumentException.class, () -> client.set(SocketOption.TCP_NODELAY, 2));
        assertThrows(
                UnsupportedOperationException.class,
                () -> client.set(SocketOption.SO_ACCEPTCONN, 1));
    }

    @Test
    void everyHonouredOptionCanBeSetAndAsked() {
        connect();
        for (SocketOption option : SocketOption.honoured()) {
            if (option.isOf(SocketOption.Kind.CONNECTION) && !option.isReadOnly()) {
                long value = Math.clamp(100, option.least(), option.most());
                assertEquals(0, client.set(option, value), option.name());
                assertTrue(client.get(option) >= 0, option.name());
            }
        }
    }

    @Test
    void infoTellsTheState() {
        connect();
        assertEquals(TcpState.ESTABLISHED, client.info().state());
    }

    @Test
    void aStackThatClosesFinishesItsConnections() {
        TcpSocket peer = connect();
        client.send(out, 0, 1000);
        stacks.one.close(0);
        assertFalse(client.isOpen());
        run(MILLISECOND);
        int bytes = peer.receive(in, 0, 2000);
        // With no time left it is reset after what was sent has gone out.
        assertTrue(bytes == 1000 || bytes == Status.RESET, Integer.toString(bytes));
        assertThrows(IllegalStateException.class, stacks.one::tcp);
    }
}
