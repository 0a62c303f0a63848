package onload.sockets;

import static onload.sockets.TwoStacks.ONE;
import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.sockets.TwoStacks.MovedClock;
import onload.udp.UdpMessage;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.net.UnknownHostException;

@Timeout(60)
class UdpSocketOnVirtualTimeTest {
    private static final long MILLISECOND = 1_000_000;

    private final MovedClock clock = new MovedClock();
    private final TwoStacks stacks = TwoStacks.onVirtualTime(clock, b -> b);
    private final UnsafeBuffer out = new UnsafeBuffer(new byte[65_536]);
    private final UnsafeBuffer in = new UnsafeBuffer(new byte[65_536]);
    private final UdpMessage message = new UdpMessage();
    private final UdpSocket sender = stacks.one.udp();
    private final UdpSocket receiver = stacks.other.udp();

    @AfterEach
    void close() {
        stacks.one.close(0);
        stacks.other.close(0);
        stacks.close();
    }

    private void run(long durationNs) {
        stacks.run(clock, durationNs);
    }

    private void connect() {
        assertEquals(0, receiver.bind(at(OTHER, 53)));
        assertEquals(0, sender.connect(at(OTHER, 53)));
        run(MILLISECOND);
    }

    @Test
    void aDatagramSaysWhereItIsFrom() {
        connect();
        assertEquals(100, sender.send(out, 0, 100));
        run(10 * MILLISECOND);
        assertEquals(100, receiver.receive(in, 0, 1000, message));
        assertEquals(IpAddress.parse(ONE), IpAddress.of(message.sourceHigh(), message.sourceLow()));
        assertEquals(100, message.datagramLength());
        assertFalse(message.isTruncated());
        assertEquals(Status.WOULD_BLOCK, receiver.receive(in, 0, 1000, message));
        assertEquals(
                64,
                receiver.sendTo(
                        out,
                        0,
                        64,
                        message.sourceHigh(),
                        message.sourceLow(),
                        message.sourcePort()));
        run(10 * MILLISECOND);
        assertEquals(64, sender.receive(in, 0, 1000, null));
    }

    @Test
    void whatDoesNotFitIsGoneAndSaidSo() {
        connect();
        sender.send(out, 0, 100);
        sender.send(out, 0, 50);
        run(10 * MILLISECOND);
        assertEquals(10, receiver.peek(in, 0, 10, message));
        assertEquals(10, receiver.receive(in, 0, 10, message));
        assertTrue(message.isTruncated());
        assertEquals(50, receiver.receive(in, 0, 100, message));
    }

    @Test
    void aLongDatagramGoesInFragments() {
        connect();
        for (int i = 0; i < 5000; i++) {
            out.putByte(i, (byte) i);
        }
        assertEquals(5000, sender.send(out, 0, 5000));
        run(10 * MILLISECOND);
        assertEquals(5000, receiver.receive(in, 0, 10_000, message));
        for (int i = 0; i < 5000; i++) {
            assertEquals((byte) i, in.getByte(i));
        }
    }

    @Test
    void withoutAPeerThereIsNobodyToSendTo() {
        assertEquals(Status.NOT_CONNECTED, sender.send(out, 0, 1));
        assertEquals(Status.INVALID_ARGUMENT, sender.sendTo(out, 0, 1, 0, 1, 0));
    }

    @Test
    void anErrorOfThePeerComesBeforeDatagrams() {
        assertEquals(0, sender.connect(at(OTHER, 99)));
        sender.send(out, 0, 10);
        run(10 * MILLISECOND);
        assertTrue((sender.readiness() & Readiness.ERROR) != 0);
        assertEquals(Status.REFUSED, sender.receive(in, 0, 10, null));
        assertEquals(Status.WOULD_BLOCK, sender.receive(in, 0, 10, null));
    }

    @Test
    void unreadDatagramsAreLimitedAndReadingMakesRoom() {
        connect();
        receiver.set(SocketOption.SO_RCVBUF, 8 * 2048);
        for (int i = 0; i < 20; i++) {
            out.putInt(0, i);
            sender.send(out, 0, 100);
            run(MILLISECOND);
        }
        assertEquals(12, receiver.dropped());
        for (int i = 0; i < 8; i++) {
            assertEquals(100, receiver.receive(in, 0, 100, null));
            assertEquals(i, in.getInt(0));
        }
        for (int i = 0; i < 8; i++) {
            sender.send(out, 0, 100);
            run(MILLISECOND);
        }
        assertEquals(12, receiver.dropped());
    }

    @Test
    void socketsOfAGroupHaveCopiesOfTheirOwn() throws UnknownHostException {
        UdpSocket second = stacks.other.udp();
        InetAddress group = InetAddress.getByName("239.1.2.3");
        for (UdpSocket each : new UdpSocket[] {receiver, second}) {
            each.set(SocketOption.SO_REUSEADDR, 1);
            assertEquals(0, each.bind(at("0.0.0.0", 5000)));
            assertEquals(0, each.join(group, "cable"));
        }
        run(MILLISECOND);
        out.putInt(0, 42);
        sender.set(SocketOption.IP_MULTICAST_IF, stacks.one.interfaceNumber("cable"));
        assertEquals(100, sender.sendTo(out, 0, 100, new java.net.InetSocketAddress(group, 5000)));
        run(10 * MILLISECOND);
        PacketBuffers buffers = stacks.other.buffers();
        int first = receiver.receivePacket();
        int other = second.receivePacket();
        assertTrue(first >= 0 && other >= 0 && first != other, first + " " + other);
        buffers.memory().putInt(buffers.data(first), 0);
        assertEquals(42, buffers.memory().getInt(buffers.data(other)));
        stacks.other.release(first);
        stacks.other.release(other);
        assertEquals(0, receiver.leave(group, "cable"));
        assertEquals(Status.ADDRESS_NOT_AVAILABLE, receiver.leave(group, "cable"));
    }

    @Test
    void aGroupCanBeJoinedForOneSource() throws UnknownHostException {
        InetAddress group = InetAddress.getByName("232.1.2.3");
        assertEquals(0, receiver.bind(at("0.0.0.0", 5000)));
        receiver.set(SocketOption.IP_MULTICAST_ALL, 0);
        assertEquals(0, receiver.join(group, InetAddress.getByName("192.0.2.77"), "cable"));
        run(MILLISECOND);
        sender.set(SocketOption.IP_MULTICAST_IF, stacks.one.interfaceNumber("cable"));
        sender.sendTo(out, 0, 100, new java.net.InetSocketAddress(group, 5000));
        run(10 * MILLISECOND);
        assertEquals(Status.WOULD_BLOCK, receiver.receive(in, 0, 1000, null));
        InetAddress one = InetAddress.getByName(ONE);
        assertEquals(0, receiver.join(group, one, "cable"));
        assertEquals(Status.ADDRESS_NOT_AVAILABLE, receiver.join(group, one, "cable"));
        sender.sendTo(out, 0, 100, new java.net.InetSocketAddress(group, 5000));
        run(10 * MILLISECOND);
        assertEquals(100, receiver.receive(in, 0, 1000, null));
        assertEquals(0, receiver.leave(group, one, "cable"));
    }

    @Test
    void packetsGoInBatchesWithoutCopying() {
        connect();
        int[] packets = new int[4];
        PacketBuffers buffers = stacks.one.buffers();
        for (int i = 0; i < 4; i++) {
            packets[i] = stacks.one.packet();
            buffers.memory().putInt(buffers.append(packets[i], 10), i);
        }
        assertEquals(4, sender.sendPackets(packets, 0, 4));
        run(10 * MILLISECOND);
        assertEquals(4, receiver.receivePackets(packets, 0, 4));
        PacketBuffers theirs = stacks.other.buffers();
        for (int i = 0; i < 4; i++) {
            assertEquals(i, theirs.memory().getInt(theirs.data(packets[i])));
            message.read(theirs, packets[i]);
            assertEquals(10, message.datagramLength());
            stacks.other.release(packets[i]);
        }
    }

    @Test
    void closingDropsWhatIsThere() {
        connect();
        sender.send(out, 0, 10);
        run(10 * MILLISECOND);
        receiver.close();
        assertEquals(Status.CLOSED, receiver.receive(in, 0, 10, null));
        assertEquals(Status.CLOSED, receiver.send(out, 0, 10));
    }

    @Test
    void whatIsTooLongIsRefused() {
        connect();
        assertEquals(Status.TOO_LONG, sender.send(out, 0, 65_530));
    }

    @Test
    void everyHonouredOptionCanBeSetAndAsked() {
        for (SocketOption option : SocketOption.honoured()) {
            if (option.isOf(SocketOption.Kind.DATAGRAM) && !option.isReadOnly()) {
                long value = Math.clamp(1, option.least(), option.most());
                assertEquals(0, sender.set(option, value), option.name());
                assertEquals(value, sender.get(option), option.name());
            }
        }
    }
}
