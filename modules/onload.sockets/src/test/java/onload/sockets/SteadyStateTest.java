package onload.sockets;

import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.sockets.TwoStacks.MovedClock;
import onload.testkit.base.AllocatedBytes;
import onload.udp.UdpMessage;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Objects;

/** Messages allocate nothing. */
@Timeout(60)
class SteadyStateTest {
    private static final int ROUNDS = 20_000;

    private final MovedClock clock = new MovedClock();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);

    private void drive(TwoStacks stacks) {
        clock.nowNs += 20_000;
        stacks.one.poll();
        stacks.other.poll();
    }

    @Test
    void aTcpConversationWithAPoller() {
        try (TwoStacks stacks = TwoStacks.onVirtualTime(clock, b -> b)) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 80), 4);
            TcpSocket client = stacks.one.tcp();
            client.connect(at(OTHER, 80));
            stacks.run(clock, 10_000_000);
            TcpSocket peer = Objects.requireNonNull(server.accept());
            Poller poller = stacks.other.poller();
            poller.addEdge(peer, Readiness.READABLE, peer);
            Poller.Ready echo =
                    (key, bits) -> {
                        int bytes = peer.receive(buffer, 0, 4096);
                        peer.send(buffer, 0, Math.max(0, bytes));
                    };
            Runnable round =
                    () -> {
                        client.send(buffer, 0, 64);
                        for (int got = 0; got < 64; ) {
                            drive(stacks);
                            poller.poll(echo, 8, 0);
                            got += Math.max(0, client.receive(buffer, 0, 4096));
                        }
                    };
            assertEquals(0, allocated(round));
            stacks.one.close(0);
            stacks.other.close(0);
        }
    }

    @Test
    void longMessagesOverPreparedPackets() {
        try (TwoStacks stacks = TwoStacks.onVirtualTime(clock, b -> b)) {
            TcpServerSocket server = stacks.other.listen(at(OTHER, 80), 4);
            TcpSocket client = stacks.one.tcp();
            client.connect(at(OTHER, 80));
            stacks.run(clock, 10_000_000);
            TcpSocket peer = Objects.requireNonNull(server.accept());
            Runnable round =
                    () -> {
                        client.send(buffer, 0, 4096);
                        for (int got = 0; got < 4096; ) {
                            drive(stacks);
                            got += Math.max(0, peer.receive(buffer, 0, 4096));
                        }
                    };
            assertEquals(0, allocated(round));
            stacks.one.close(0);
            stacks.other.close(0);
        }
    }

    @Test
    void datagrams() {
        try (TwoStacks stacks = TwoStacks.onVirtualTime(clock, b -> b)) {
            UdpSocket receiver = stacks.other.udp();
            receiver.bind(at(OTHER, 53));
            UdpSocket sender = stacks.one.udp();
            sender.connect(at(OTHER, 53));
            UdpMessage message = new UdpMessage();
            Runnable round =
                    () -> {
                        sender.send(buffer, 0, 64);
                        do {
                            drive(stacks);
                        } while (receiver.receive(buffer, 0, 64, message) != 64);
                    };
            assertEquals(0, allocated(round));
            stacks.one.close(0);
            stacks.other.close(0);
        }
    }

    private static long allocated(Runnable round) {
        return AllocatedBytes.perRun(ROUNDS, ROUNDS, round);
    }
}
