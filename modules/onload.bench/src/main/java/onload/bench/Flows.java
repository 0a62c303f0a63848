package onload.bench;

import onload.sockets.Poller;
import onload.sockets.PollerKey;
import onload.sockets.Readiness;
import onload.sockets.Socket;
import onload.sockets.Status;
import onload.sockets.TcpServerSocket;
import onload.sockets.TcpSocket;
import onload.sockets.UdpSocket;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Sockets of one stack, each connected to one of the other, where a thread reads all that comes and gives it
 * back at once.
 */
final class Flows implements AutoCloseable {
    private static final int PORT = 1000;
    private static final int MOST_READY = 64;
    private static final long TIMEOUT_NS = 5_000_000_000L;

    private final StackPair pair;
    private final List<Socket> senders = new ArrayList<>();
    private final Poller poller;
    private final Thread drain;
    private final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(End.LENGTH));

    private Flows(StackPair pair) {
        this.pair = pair;
        poller = pair.other.poller();
        drain = Thread.ofPlatform().name("drain").unstarted(this::drain);
    }

    /** {@return flows that are connected} */
    static Flows open(StackPair pair, boolean isTcp, int count) throws IOException {
        Flows flows = new Flows(pair);
        for (int i = 0; i < count; i++) {
            if (isTcp) {
                flows.addTcp(PORT + i);
            } else {
                flows.addUdp(PORT + i);
            }
        }
        flows.drain.start();
        return flows;
    }

    private void addTcp(int port) throws IOException {
        try (TcpServerSocket server = pair.other.listen(StackPair.atOther(port), 1)) {
            TcpSocket sender = pair.one.tcp();
            Status.check(sender.connect(StackPair.atOther(port), TIMEOUT_NS), "connecting");
            TcpSocket accepted = server.accept(TIMEOUT_NS);
            if (accepted == null) {
                throw new IOException("a connection was not accepted");
            }
            senders.add(sender);
            poller.add(accepted, Readiness.READABLE, null);
        }
    }

    private void addUdp(int port) throws IOException {
        UdpSocket receiver = pair.other.udp();
        Status.check(receiver.bind(StackPair.atOther(port)), "binding");
        UdpSocket sender = pair.one.udp();
        Status.check(sender.connect(StackPair.atOther(port)), "connecting");
        senders.add(sender);
        poller.add(receiver, Readiness.READABLE, null);
        // The first datagram waits until it is known who has the address.
        Status.check(sender.send(message, 0, End.LENGTH), "sending");
    }

    int count() {
        return senders.size();
    }

    /** Sends one message, and waits for room if there is none. */
    void send(int index) {
        switch (senders.get(index)) {
            case TcpSocket tcp -> check(tcp.send(message, 0, End.LENGTH, Socket.FOREVER));
            case UdpSocket udp -> send(udp);
            default -> throw new IllegalStateException("nothing is sent by a listener");
        }
    }

    private void send(UdpSocket udp) {
        int answer = udp.send(message, 0, End.LENGTH);
        while (answer == Status.WOULD_BLOCK) {
            udp.awaitRoom(TIMEOUT_NS);
            answer = udp.send(message, 0, End.LENGTH);
        }
        check(answer);
    }

    private static void check(int answer) {
        if (answer != End.LENGTH) {
            throw new IllegalStateException("a send has answered " + answer);
        }
    }

    private void drain() {
        int told = 0;
        while (told >= 0) {
            told = poller.poll(this::drain, MOST_READY, Socket.FOREVER);
        }
    }

    private void drain(PollerKey key, int readiness) {
        int packet = 0;
        while (packet >= 0) {
            packet =
                    switch (key.socket()) {
                        case TcpSocket tcp -> tcp.receivePacket();
                        case UdpSocket udp -> udp.receivePacket();
                        default -> Status.INVALID_STATE;
                    };
            if (packet >= 0) {
                pair.other.release(packet);
            }
        }
    }

    @Override
    public void close() {
        poller.close();
        try {
            drain.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("a benchmark was interrupted", e);
        }
    }
}
