package onload.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.wire.TcpHeader;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/**
 * Any segments, ICMP errors and calls in any state and order, most of them near the windows: nothing is thrown,
 * what the connection says of itself holds, and all buffers come home.
 */
class AnySegmentTest {
    private static final TcpState[] STATES = TcpState.values();
    private static final byte[] COOKIE = new byte[8];

    @Test
    void connectionsSurviveAnything() {
        Property.forAll(
                300,
                random -> {
                    SplittableRandom choice = new SplittableRandom(random.anyLong());
                    TcpSettings settings = settings(choice);
                    TcpState state =
                            choice.nextInt(3) == 0
                                    ? TcpState.ESTABLISHED
                                    : STATES[choice.nextInt(STATES.length)];
                    boolean isIpv6 = choice.nextInt(4) == 0;
                    try (TcpScene scene = new TcpScene(settings, isIpv6).ignoreRest()) {
                        if (choice.nextBoolean()) {
                            scene.isns(choice.nextInt(), choice.nextInt());
                        }
                        begin(scene, state, choice);
                        for (int i = 0; i < 60; i++) {
                            step(scene, choice);
                            check(scene);
                            scene.takeAllSent();
                        }
                    }
                });
    }

    @Test
    void connectionsThatOpenFastSurviveAnything() {
        Property.forAll(
                300,
                random -> {
                    SplittableRandom choice = new SplittableRandom(random.anyLong());
                    TcpSettings settings = settings(choice).with(TcpSetting.FAST_OPEN, 3);
                    try (TcpScene scene =
                            new TcpScene(settings, choice.nextInt(4) == 0).ignoreRest()) {
                        if (choice.nextBoolean()) {
                            scene.isns(choice.nextInt(), choice.nextInt());
                        }
                        if (choice.nextBoolean()) {
                            askFast(scene, choice);
                        } else {
                            openFast(scene, choice);
                        }
                        for (int i = 0; i < 60; i++) {
                            step(scene, choice);
                            check(scene);
                            assertTrue(scene.listener.fastOpens >= 0, scene::describe);
                            scene.takeAllSent();
                        }
                    }
                });
    }

    /** This side opens, with a cookie: the SYN waits, or has gone with data. */
    private static void askFast(TcpScene scene, SplittableRandom choice) {
        scene.opensFast = true;
        scene.connects().takeSent("SYN");
        scene.receives(Segment.synAck().seq(0).ack(1).mss(choice.nextInt(2000)).fastOpen(COOKIE));
        scene.receives(Segment.rst()).takeAllSent().connectsNow();
        if (choice.nextInt(4) != 0) {
            scene.tryWrite(new byte[choice.nextInt(4000)]);
        }
    }

    /** The peer opens, with a cookie: the connection is there, accepted or not. */
    private static void openFast(TcpScene scene, SplittableRandom choice) {
        scene.listening(5).listener.fastOpen(1 + choice.nextInt(2));
        scene.receives(Segment.syn().seq(0).fastOpen().port(4999));
        scene.receives(Segment.rst().seq(1).port(4999)).takeAllSent();
        Segment syn =
                Segment.syn()
                        .seq(0)
                        .fastOpen(scene.lastCookie)
                        .payload(new byte[choice.nextInt(1000)]);
        scene.receives(choice.nextBoolean() ? syn.mss(choice.nextInt(2000)) : syn);
        scene.accepts();
        assertEquals(TcpState.SYN_RECEIVED, scene.connection.state());
    }

    /** Half of the established ones have agreed on options. */
    private static void begin(TcpScene scene, TcpState state, SplittableRandom choice) {
        if (state != TcpState.ESTABLISHED || choice.nextBoolean()) {
            scene.inState(state);
            return;
        }
        Segment options = choice.nextBoolean() ? Segment.syn() : Segment.synAck();
        if (choice.nextInt(4) != 0) {
            options = options.mss(choice.nextInt(2000));
        }
        if (choice.nextBoolean()) {
            options = options.windowScale(choice.nextInt(16));
        }
        if (choice.nextBoolean()) {
            options = options.sackPermitted();
        }
        if (choice.nextBoolean()) {
            options = options.timestamps();
        }
        if (options.is(TcpHeader.ACK)) {
            scene.connected(options);
        } else {
            scene.accepted(options);
        }
    }

    private static TcpSettings settings(SplittableRandom choice) {
        int buffer = 256 << choice.nextInt(9);
        return TcpSettings.DEFAULT
                .with(TcpSetting.RECEIVE_BUFFER_BYTES, buffer)
                .with(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, (long) buffer << choice.nextInt(3))
                .with(TcpSetting.QUICK_ACKS, choice.nextInt(3))
                .with(TcpSetting.MAX_SYN_BACKLOG, 1 + choice.nextInt(3))
                .with(TcpSetting.MAX_OUT_OF_ORDER_PACKETS, 1 + choice.nextInt(20));
    }

    private static void step(TcpScene scene, SplittableRandom choice) {
        switch (choice.nextInt(20)) {
            case 0 -> scene.after(choice.nextInt(choice.nextBoolean() ? 300 : 70_000));
            case 1 -> scene.tryWrite(new byte[choice.nextInt(4000)]);
            case 2 -> scene.readsBytes(choice.nextInt(2000));
            case 3 -> call(scene, choice);
            case 4 -> icmp(scene, choice);
            default -> {
                Segment[] batch = new Segment[1 + choice.nextInt(3)];
                for (int i = 0; i < batch.length; i++) {
                    batch[i] = segment(scene, choice);
                }
                scene.receives(batch);
            }
        }
    }

    private static void call(TcpScene scene, SplittableRandom choice) {
        TcpConnection c = scene.connection;
        long now = scene.nowNs();
        switch (choice.nextInt(12)) {
            case 0 -> c.shutdownOutput(now);
            case 1 -> c.shutdownInput(now);
            case 2 -> c.sendUrgent((byte) 1, now);
            case 3 -> c.cork(choice.nextBoolean(), now);
            case 4 -> c.noDelay(choice.nextBoolean(), now);
            case 5 -> c.keepAlive(choice.nextBoolean(), 1_000_000_000L, 1_000_000_000L, 3, now);
            case 6 -> c.receiveBuffer(choice.nextInt(5000));
            case 7 -> c.quickAck(now);
            case 8 -> {
                if (choice.nextInt(3) == 0) {
                    c.close(now);
                }
            }
            case 9 -> {
                if (choice.nextInt(5) == 0) {
                    c.abort(now);
                }
            }
            case 10 -> {
                TcpConnection accepted = scene.listener.accept();
                if (accepted != null) {
                    c.abort(now);
                    c.close(now);
                    scene.connection = accepted;
                }
            }
            default -> c.sendBuffer(choice.nextInt(5000));
        }
        scene.settle();
    }

    private static void icmp(TcpScene scene, SplittableRandom choice) {
        TcpConnection c = scene.connection;
        Segment about = Segment.ack().rawSeq(c.sndUna + choice.nextInt(-2, 3));
        if (choice.nextBoolean()) {
            scene.receivesTooBig(choice.nextInt(1600), about);
        } else {
            scene.receivesIcmp(scene.isIpv6 ? 1 : 3, choice.nextInt(8), about);
        }
    }

    private static Segment segment(TcpScene scene, SplittableRandom choice) {
        TcpConnection c = scene.connection;
        int payload = choice.nextInt(3) == 0 ? choice.nextInt(1400) : choice.nextInt(3);
        Segment s =
                Segment.segment(flags(choice))
                        .rawSeq(near(choice, c.rcvNxt, c.rcvWnd()))
                        .rawAck(near(choice, c.sndUna, c.flightSize()))
                        .window(choice.nextInt(3) == 0 ? choice.nextInt(10) : choice.nextInt(65536))
                        .payload(new byte[payload]);
        if (choice.nextInt(8) == 0) {
            s = s.urgentPointer(choice.nextInt(2000));
        }
        if (choice.nextInt(8) == 0) {
            int[] edges = new int[2 + 2 * choice.nextInt(3)];
            for (int i = 0; i < edges.length; i++) {
                edges[i] = near(choice, c.sndUna - c.iss, c.flightSize());
            }
            s = edges.length <= 4 ? s.sack(edges) : s.sack(edges).noTimestamps();
        } else if (choice.nextInt(8) == 0) {
            s = s.timestamps(choice.nextInt(), choice.nextInt());
        } else if (choice.nextInt(8) == 0) {
            s = s.fastOpen(choice.nextBoolean() ? scene.lastCookie : new byte[4]);
        }
        return choice.nextInt(10) == 0 ? s.port(5001) : s;
    }

    private static String flags(SplittableRandom choice) {
        return switch (choice.nextInt(10)) {
            case 0 -> choice.nextInt(4) == 0 ? "R" : ".";
            case 1 -> "S";
            case 2 -> "S.";
            case 3 -> choice.nextInt(3) == 0 ? "F." : "P.";
            case 4 -> ".U";
            case 5 -> {
                StringBuilder any = new StringBuilder();
                for (char flag : "FSRP.UEW".toCharArray()) {
                    if (choice.nextInt(3) == 0) {
                        any.append(flag);
                    }
                }
                yield any.toString();
            }
            default -> ".";
        };
    }

    private static int near(SplittableRandom choice, int first, int size) {
        return switch (choice.nextInt(10)) {
            case 0 -> choice.nextInt();
            case 1 -> first + size + choice.nextInt(-2, 3);
            case 2 -> first + choice.nextInt(-1500, 1500);
            case 3 -> first + choice.nextInt(-2, 3);
            case 4 -> first + Math.max(0, size / 2);
            case 5 -> first + size;
            default -> first;
        };
    }

    private static void check(TcpScene scene) {
        TcpConnection c = scene.connection;
        assertTrue(c.sndNxt - c.sndUna >= 0, scene::describe);
        assertTrue(c.sndMax - c.sndNxt >= 0, scene::describe);
        assertTrue(c.rcvAdv - c.rcvNxt >= 0, scene::describe);
        assertTrue(c.rcvQueuedBytes >= 0 && c.sndQueuedBytes >= 0, scene::describe);
        assertTrue(scene.tcp.orphans() >= 0, scene::describe);
        assertTrue(scene.listener.halfOpen() >= 0, scene::describe);
        assertEquals(
                c.state != TcpState.CLOSED,
                c.isInTable(),
                () -> "in the table\n" + scene.describe());
        if (c.state == TcpState.CLOSED) {
            assertEquals(
                    Long.MAX_VALUE, Math.min(c.retransmitNs, c.acknowledgeNs), scene::describe);
            assertEquals(0, c.sndQueuedBytes, scene::describe);
        } else {
            assertEquals(0, c.error, scene::describe);
        }
        boolean isOpening = c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RECEIVED;
        if (c.flightSize() > 0 && (isOpening || c.state.isSynchronized())) {
            assertTrue(c.retransmitNs != Long.MAX_VALUE, () -> "no timer\n" + scene.describe());
        }
    }
}
