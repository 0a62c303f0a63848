package onload.sockets;

import static onload.sockets.TwoStacks.ONE;
import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Objects;

/** What is received without copying counts as read, whatever becomes of the packets. */
@Timeout(60)
class ReadWithoutCopyingTest {
    private static final long LONG_NS = 10_000_000_000L;
    private static final int PIECE = 1000;

    @Test
    void theWindowOpensForWhatIsReceivedAsPackets() {
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b)) {
            TcpSocket client = stacks.one.tcp();
            TcpSocket peer = connect(stacks, client);
            // Ten times what fits into the receive buffer, and more than it may grow to.
            int total = 8 << 20;
            Thread sender = Thread.ofPlatform().start(() -> send(client, total));
            int received = 0;
            while (received < total) {
                int packet = receive(peer);
                received += stacks.other.buffers().length(packet);
                stacks.other.release(packet);
            }
            assertEquals(total, received);
            join(sender);
        }
    }

    @Test
    void theWindowOpensForPacketsThatAreSentOn() {
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b)) {
            TcpSocket client = stacks.one.tcp();
            TcpSocket peer = connect(stacks, client);
            int total = 4 << 20;
            Thread sender = Thread.ofPlatform().start(() -> send(client, total));
            Thread echo = Thread.ofPlatform().start(() -> echo(stacks.other, peer, total));
            UnsafeBuffer buffer = new UnsafeBuffer(new byte[64 << 10]);
            for (int received = 0; received < total; ) {
                int count = client.receive(buffer, 0, buffer.capacity(), LONG_NS);
                assertTrue(count > 0, () -> Status.text(count));
                received += count;
            }
            join(sender);
            join(echo);
        }
    }

    @Test
    void theQueueOfDatagramsIsNotFullOfWhatWasReceivedAsPackets() {
        try (TwoStacks stacks = TwoStacks.onRealTime(b -> b)) {
            UdpSocket one = stacks.one.udp();
            UdpSocket other = stacks.other.udp();
            assertEquals(0, one.bind(at(ONE, 7)));
            assertEquals(0, other.bind(at(OTHER, 7)));
            assertEquals(0, one.connect(at(OTHER, 7)));
            UnsafeBuffer message = new UnsafeBuffer(new byte[PIECE]);
            for (int i = 0; i < 2000; i++) {
                assertEquals(PIECE, one.send(message, 0, PIECE));
                int packet = other.receivePacket();
                while (packet == Status.WOULD_BLOCK) {
                    Thread.onSpinWait();
                    packet = other.receivePacket();
                }
                assertTrue(packet >= 0);
                stacks.other.release(packet);
            }
            assertEquals(0, other.dropped());
        }
    }

    private static TcpSocket connect(TwoStacks stacks, TcpSocket client) {
        TcpServerSocket server = stacks.other.listen(at(OTHER, 7), 1);
        assertEquals(0, client.connect(at(OTHER, 7), LONG_NS));
        return Objects.requireNonNull(server.accept(LONG_NS));
    }

    private static void send(TcpSocket socket, int total) {
        UnsafeBuffer piece = new UnsafeBuffer(new byte[PIECE]);
        for (int sent = 0; sent < total; ) {
            sent += socket.send(piece, 0, Math.min(PIECE, total - sent), LONG_NS);
        }
    }

    private static int receive(TcpSocket socket) {
        long startNs = System.nanoTime();
        int packet = socket.receivePacket();
        while (packet == Status.WOULD_BLOCK && System.nanoTime() - startNs < LONG_NS) {
            Thread.onSpinWait();
            packet = socket.receivePacket();
        }
        assertTrue(packet >= 0, "no packet comes any more");
        return packet;
    }

    private static void echo(Stack stack, TcpSocket socket, int total) {
        PacketBuffers buffers = stack.buffers();
        for (int done = 0; done < total; ) {
            int packet = receive(socket);
            int length = buffers.length(packet);
            if (length > socket.segmentBytes()) {
                // Short segments share a buffer, so that it has more than one takes.
                assertEquals(
                        length,
                        socket.send(buffers.memory(), buffers.data(packet), length, LONG_NS));
                stack.release(packet);
            } else {
                assertEquals(0, sendOn(socket, packet));
            }
            done += length;
        }
    }

    private static int sendOn(TcpSocket socket, int packet) {
        int answer = socket.sendPacket(packet);
        while (answer == Status.WOULD_BLOCK) {
            Thread.onSpinWait();
            answer = socket.sendPacket(packet);
        }
        return answer;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
