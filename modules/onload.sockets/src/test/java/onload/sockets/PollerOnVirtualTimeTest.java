package onload.sockets;

import static onload.sockets.TwoStacks.OTHER;
import static onload.sockets.TwoStacks.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import onload.sockets.TwoStacks.MovedClock;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

@Timeout(60)
class PollerOnVirtualTimeTest {
    private static final long MILLISECOND = 1_000_000;

    private final MovedClock clock = new MovedClock();
    private final TwoStacks stacks = TwoStacks.onVirtualTime(clock, b -> b);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[100]);
    private final UdpSocket sender = stacks.one.udp();
    private final List<UdpSocket> receivers = new ArrayList<>();
    private final Poller poller = stacks.other.poller();
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void bind() {
        for (int i = 0; i < 3; i++) {
            UdpSocket receiver = stacks.other.udp();
            receiver.bind(at(OTHER, 1000 + i));
            receivers.add(receiver);
        }
    }

    @AfterEach
    void close() {
        poller.close();
        stacks.one.close(0);
        stacks.other.close(0);
        stacks.close();
    }

    private void send(int to) {
        assertEquals(4, sender.sendTo(buffer, 0, 4, at(OTHER, 1000 + to)));
        stacks.run(clock, MILLISECOND);
    }

    private String poll(int most) {
        told.clear();
        poller.poll((key, bits) -> told.add(key.attachment() + ":" + bits), most, 0);
        return String.join(" ", told);
    }

    @Test
    void aLevelIsToldUntilItIsGone() {
        poller.add(receivers.get(0), Readiness.READABLE, "a");
        assertEquals("", poll(8));
        send(0);
        assertEquals("a:1", poll(8));
        assertEquals("a:1", poll(8));
        receivers.get(0).receive(buffer, 0, 100, null);
        assertEquals("", poll(8));
        send(0);
        assertEquals("a:1", poll(8));
    }

    @Test
    void anEdgeIsToldOnce() {
        poller.addEdge(receivers.get(0), Readiness.READABLE, "a");
        send(0);
        assertEquals("a:1", poll(8));
        assertEquals("", poll(8));
        send(0);
        assertEquals("a:1", poll(8));
        assertEquals("", poll(8));
    }

    @Test
    void whatIsReadyAtRegistrationIsAnEdge() {
        send(0);
        poller.addEdge(receivers.get(0), Readiness.READABLE | Readiness.WRITABLE, "a");
        assertEquals("a:3", poll(8));
    }

    @Test
    void onlyWhatIsAskedForIsTold() {
        PollerKey key = poller.add(receivers.get(0), Readiness.WRITABLE, "a");
        send(0);
        assertEquals("a:2", poll(8));
        key.interest(Readiness.READABLE);
        assertEquals("a:1", poll(8));
        key.interest(0);
        assertEquals("", poll(8));
        key.interest(Readiness.READABLE);
        assertEquals("a:1", poll(8));
    }

    @Test
    void othersComeFirstTheNextTime() {
        for (int i = 0; i < 3; i++) {
            poller.add(receivers.get(i), Readiness.READABLE, i);
            send(i);
        }
        assertEquals("0:1 1:1", poll(2));
        assertEquals("2:1 0:1", poll(2));
        assertEquals("1:1 2:1", poll(2));
    }

    @Test
    void whatIsCancelledOrClosedIsNotTold() {
        PollerKey key = poller.add(receivers.get(0), Readiness.READABLE, "a");
        PollerKey closed = poller.add(receivers.get(1), Readiness.READABLE, "b");
        send(0);
        send(1);
        key.cancel();
        receivers.get(1).close();
        assertFalse(key.isValid());
        assertFalse(closed.isValid());
        assertEquals("", poll(8));
        assertEquals(0, poller.size());
    }

    @Test
    void aClosedSocketGetsAKeyThatIsNotValid() {
        receivers.get(0).close();
        assertFalse(poller.add(receivers.get(0), Readiness.READABLE, "a").isValid());
    }

    @Test
    void aSocketOfAnotherStackIsRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> poller.add(sender, Readiness.READABLE, "a"));
    }

    @Test
    void aWakeUpEndsOnePoll() {
        poller.wakeUp();
        assertEquals(0, poller.poll((key, bits) -> {}, 8, Socket.FOREVER));
    }

    @Test
    void aClosedPollerSaysSo() {
        poller.close();
        assertEquals(Status.CLOSED, poller.poll((key, bits) -> {}, 8, 0));
    }

    @Test
    void twoPollersMayHaveOneSocket() {
        Poller other = stacks.other.poller();
        poller.add(receivers.get(0), Readiness.READABLE, "a");
        List<Object> heard = new ArrayList<>();
        other.addEdge(receivers.get(0), Readiness.READABLE, "b");
        send(0);
        assertEquals("a:1", poll(8));
        assertEquals(1, other.poll((key, bits) -> heard.add(bits), 8, 0));
        other.close();
    }
}
