package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.fin;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.rstAck;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.tcp.counter.TcpCounter;
import onload.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

/** Fast Open of connections that this side opens (RFC 7413, sections 4.1.3 and 4.2). */
class FastOpenClientTest {
    private static final byte[] COOKIE = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final byte[] OTHER = {9, 8, 7, 6};

    /** As long as after the first failure Fast Open is not tried. */
    private static final double MINUTE_MS = 60_000;

    private static TcpScene scene() {
        return scene(TcpSettings.DEFAULT, false);
    }

    private static TcpScene scene(TcpSettings settings, boolean isIpv6) {
        TcpScene scene = new TcpScene(settings, isIpv6);
        scene.opensFast = true;
        return scene;
    }

    /** The peer has given a cookie, and the connection that asked for it is over. */
    private static TcpScene known() {
        return known(scene(), synAck().mss(1460));
    }

    private static TcpScene known(TcpScene scene, Segment synAck) {
        scene.connects().sends(syn().seq(0).fastOpen());
        scene.receives(synAck.seq(0).ack(1).fastOpen(COOKIE)).sends(ack().seq(1).ack(1));
        return over(scene);
    }

    private static TcpScene over(TcpScene scene) {
        scene.receives(rst()).sendsNothing();
        assertEquals(0, scene.tcp.flows());
        return scene;
    }

    /** As {@link #known}, and a connection whose SYN has gone with "hello". */
    private static TcpScene asked() {
        TcpScene scene = known().connects();
        scene.writes("hello").sends(syn().seq(0).fastOpen(COOKIE).payload("hello"));
        return scene.mark();
    }

    // Asking for a cookie.

    @Test
    void withoutACookieTheSynAsksForOneAndHasNoData() {
        try (TcpScene scene = scene()) {
            scene.connects().sends(syn().seq(0).fastOpen());
            assertEquals(TcpConnection.WOULD_BLOCK, scene.tryWrite(new byte[1]));
            scene.receives(synAck().seq(0).ack(1).mss(1460).fastOpen(COOKIE))
                    .sends(ack().seq(1).ack(1).noFastOpen());
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_COOKIES_REQUESTED));
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_COOKIES_RECEIVED));
        }
    }

    @Test
    void connectionWhoseUserHasNotAskedForFastOpenHasNoOption() {
        try (TcpScene scene = known()) {
            scene.opensFast = false;
            scene.connects().sends(syn().seq(0).noFastOpen());
        }
    }

    @Test
    void engineWithFastOpenForListenersOnlyHasNoOption() {
        try (TcpScene scene = scene(TcpSettings.DEFAULT.with(TcpSetting.FAST_OPEN, 2), false)) {
            scene.connects().sends(syn().seq(0).noFastOpen());
        }
    }

    @Test
    void cookieThatNobodyHasAskedForIsIgnored() {
        try (TcpScene scene = new TcpScene()) {
            scene.connects().sends(syn().seq(0));
            scene.receives(synAck().seq(0).ack(1).fastOpen(COOKIE)).sends(ack().seq(1).ack(1));
            over(scene).opensFast = true;
            scene.connects().sends(syn().seq(0).fastOpen());
        }
    }

    @Test
    void requestThatIsNotAnsweredGoesAgainWithoutTheOption() {
        try (TcpScene scene = scene()) {
            scene.connects().sends(syn().seq(0).fastOpen());
            scene.sendsAt(1000, syn().seq(0).noFastOpen());
            scene.sendsAt(3000, syn().seq(0).noFastOpen());
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_FALLBACKS));
            scene.receives(synAck().seq(0).ack(1)).sends(ack().seq(1).ack(1));
            over(scene).connectsNow().sends(syn().seq(0).noFastOpen());
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_AVOIDED));
        }
    }

    @Test
    void serverThatGivesNoCookieIsAskedAgainAfterAWhile() {
        try (TcpScene scene = scene()) {
            scene.connectsNow().sends(syn().seq(0).fastOpen());
            scene.receives(synAck().seq(0).ack(1)).sends(ack().seq(1).ack(1));
            over(scene).connectsNow().sends(syn().seq(0).noFastOpen());
            scene.receives(rstAck().seq(0).ack(1));
            scene.after(MINUTE_MS).connectsNow().sends(syn().seq(0).fastOpen());
        }
    }

    // Sending data with the SYN.

    @Test
    void withACookieTheSynWaitsForDataAndTakesItAlong() {
        try (TcpScene scene = known()) {
            scene.connects().sendsNothing();
            assertEquals(0, scene.connection.sendState());
            scene.is(TcpState.SYN_SENT);
            scene.writes("hello").sends(syn().seq(0).mss(1460).fastOpen(COOKIE).payload("hello"));
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_SYNS_SENT));
        }
    }

    @Test
    void dataThatTheSynAckAcknowledgesIsDone() {
        try (TcpScene scene = asked()) {
            scene.receives(synAck().seq(0).ack(6).mss(1460)).sends(ack().seq(1).seq(6).ack(1));
            scene.is(TcpState.ESTABLISHED);
            assertEquals(0, scene.connection.unacknowledged());
            assertEquals(5, scene.connection.bytesAcknowledged());
            assertTrue(scene.connection.info(scene.nowNs()).hasSynData());
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_ACKNOWLEDGED));
            scene.writes("world").sends(data("world").seq(6).ack(1));
            scene.receives(ack().ack(11)).after(5000).sendsNothing();
        }
    }

    @Test
    void dataThatTheSynAckDoesNotAcknowledgeGoesAgainAtOnce() {
        try (TcpScene scene = asked()) {
            scene.receives(synAck().seq(0).ack(1).mss(1460))
                    .sendsAt(0, data("hello").seq(1).ack(1))
                    .sendsNothing();
            assertFalse(scene.connection.info(scene.nowNs()).hasSynData());
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_NOT_ACKNOWLEDGED));
            scene.receives(ack().ack(6));
            assertEquals(0, scene.connection.unacknowledged());
        }
    }

    @Test
    void dataThatTheSynAckAcknowledgesInPartGoesAgainFromThere() {
        try (TcpScene scene = asked()) {
            scene.receives(synAck().seq(0).ack(4).mss(1460))
                    .sendsAt(0, data("lo").seq(4).ack(1))
                    .sendsNothing();
            scene.receives(ack().ack(6));
            assertEquals(0, scene.connection.unacknowledged());
            assertEquals(5, scene.connection.bytesAcknowledged());
        }
    }

    @Test
    void synAckThatAcknowledgesMoreThanTheDataIsReset() {
        try (TcpScene scene = asked()) {
            scene.receives(synAck().seq(0).ack(7)).sends(rst().seq(7));
            scene.receives(synAck().seq(0).ack(0)).sends(rst().seq(0));
            scene.is(TcpState.SYN_SENT);
        }
    }

    @Test
    void answerThatFollowsTheSynAckIsRead() {
        try (TcpScene scene = asked()) {
            scene.receives(synAck().seq(0).ack(6), data("world").seq(1).ack(6))
                    .sends(ack().seq(6).ack(6));
            assertEquals("world", scene.reads());
        }
    }

    @Test
    void answerInTheSynAckIsRead() {
        try (TcpScene scene = asked()) {
            scene.receives(synAck().seq(0).ack(6).payload("world")).sends(ack().seq(6).ack(6));
            assertEquals("world", scene.reads());
        }
    }

    @Test
    void whatDoesNotFitTheSynFollowsTheHandshake() {
        try (TcpScene scene = known().connects()) {
            // 1460 bytes less the options: MSS, SACK and timestamps, window scale, Fast Open.
            int first = 1460 - 4 - 12 - 4 - 12;
            scene.writes(Segment.numbered(1, 3000));
            scene.sends(syn().seq(0).fastOpen(COOKIE).payload(Segment.numbered(1, first)));
            scene.receives(synAck().seq(0).ack(1 + first).mss(1460));
            int rest = 3000 - first;
            int at = 1 + first;
            for (int bytes : new int[] {1448 - first, 1448}) {
                scene.sends(segment(".").seq(at).payload(Segment.numbered(at, bytes)));
                at += bytes;
                rest -= bytes;
            }
            // The piece that was left of the first packet is a small segment to Nagle's algorithm.
            scene.sendsNothing().receives(ack().ack(at)).sends(data(at, rest));
        }
    }

    @Test
    void synIsNoLongerThanTheSegmentSizeThatTheServerHasSaid() {
        try (TcpScene scene = known(scene(), synAck().mss(700)).connects()) {
            scene.writes(new byte[2000]);
            scene.sends(syn().seq(0).fastOpen(COOKIE).payload(new byte[700 - 32]));
        }
    }

    @Test
    void synIsNoLongerThan536BytesWithOptionsIfTheServerHasSaidNoSegmentSize() {
        try (TcpScene scene = known(scene(), synAck()).connects()) {
            scene.writes(new byte[2000]);
            scene.sends(syn().seq(0).fastOpen(COOKIE).payload(new byte[536 - 32]));
        }
    }

    @Test
    void synIsNoLongerThan1440BytesWithOptionsOverIpv6() {
        TcpScene ipv6 = scene(TcpSettings.DEFAULT, true);
        try (TcpScene scene = known(ipv6, synAck().mss(9000)).connects()) {
            scene.writes(new byte[2000]);
            scene.sends(syn().seq(0).fastOpen(COOKIE).payload(new byte[1440 - 32]));
        }
    }

    @Test
    void synAckWithAnotherCookieReplacesTheFirst() {
        try (TcpScene scene = asked()) {
            scene.receives(synAck().seq(0).ack(1).mss(1460).fastOpen(OTHER))
                    .sends(data("hello").seq(1).ack(1));
            over(scene).connects();
            scene.writes("again").sends(syn().seq(0).fastOpen(OTHER).payload("again"));
        }
    }

    @Test
    void cookieOfSixteenBytesFitsBesideAllOptions() {
        byte[] longest = new byte[16];
        longest[15] = 99;
        try (TcpScene scene = scene()) {
            scene.connects().sends(syn().seq(0).fastOpen());
            scene.receives(synAck().seq(0).ack(1).mss(1460).fastOpen(longest))
                    .sends(ack().seq(1).ack(1));
            over(scene).connects();
            scene.writes(new byte[2000])
                    .sends(
                            syn().seq(0)
                                    .mss(1460)
                                    .sackPermitted()
                                    .timestamps()
                                    .fastOpen(longest)
                                    .payload(new byte[1460 - 40]));
        }
    }

    @Test
    void cookieIsForAllPortsOfTheServer() {
        try (TcpScene scene = known()) {
            TcpConnection c = scene.tcp.open();
            c.fastOpen(true);
            IpAddress to = IpAddress.parse(scene.peer);
            assertEquals(0, c.connect(to.high(), to.low(), 5001, scene.nowNs()));
            assertEquals(0, c.sendState());
            c.abort(scene.nowNs());
            scene.settle().sendsNothing();
        }
    }

    @Test
    void preparedPacketsGoWithTheSyn() {
        try (TcpScene scene = known().connects()) {
            int packet = scene.pool.allocate(PacketPool.SEND);
            byte[] text = "hello".getBytes(StandardCharsets.US_ASCII);
            PacketBuffers buffers = scene.pool.buffers();
            buffers.memory().putBytes(buffers.append(packet, text.length), text);
            assertEquals(0, scene.connection.sendPrepared(packet, scene.nowNs()));
            scene.settle().sends(syn().seq(0).fastOpen(COOKIE).payload("hello"));
            scene.receives(synAck().seq(0).ack(6)).sends(ack().seq(6).ack(1));
        }
    }

    @Test
    void dataAfterTheSynWaitsForTheHandshake() {
        try (TcpScene scene = asked()) {
            scene.writes(" world").sendsNothing();
            scene.receives(synAck().seq(0).ack(6).mss(1460)).sends(data(" world").seq(6).ack(1));
            scene.receives(ack().ack(12));
            assertEquals(0, scene.connection.unacknowledged());
        }
    }

    @Test
    void dataAfterTheSynFollowsWhatTheSynAckHasNotAcknowledged() {
        try (TcpScene scene = asked()) {
            scene.writes(" world").sendsNothing();
            scene.receives(synAck().seq(0).ack(1).mss(1460));
            scene.sends(data("hello world").seq(1).ack(1));
            scene.receives(ack().ack(12));
            assertEquals(0, scene.connection.unacknowledged());
        }
    }

    @Test
    void dataAfterTheSynIsTakenAsFarAsTheSendBufferHasRoom() {
        try (TcpScene scene = asked()) {
            int all = scene.connection.sendBuffer();
            int taken = scene.tryWrite(new byte[2 * all]);
            assertTrue(taken > 0 && taken <= all, taken + " bytes");
            assertEquals(TcpConnection.WOULD_BLOCK, scene.tryWrite(new byte[all]));
            scene.receives(synAck().seq(0).ack(6).mss(1460));
            assertTrue((scene.events() & TcpEvents.WRITABLE) != 0);
            scene.ignoreRest();
        }
    }

    // A SYN that waits.

    @Test
    void synThatNoDataComesForGoesAloneAfterAWhile() {
        try (TcpScene scene = known().connects()) {
            scene.sendsAt(200, syn().seq(0).fastOpen(COOKIE)).mark();
            scene.receives(synAck().seq(0).ack(1)).sends(ack().seq(1).ack(1));
            scene.is(TcpState.ESTABLISHED);
            scene.writes("hello").sends(data("hello").seq(1));
        }
    }

    @Test
    void closeBeforeTheSynSendsNothing() {
        try (TcpScene scene = known().connects()) {
            scene.closes().after(5000).sendsNothing();
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void abortedConnectionTakesNoData() {
        try (TcpScene scene = known().connects()) {
            scene.aborts();
            assertEquals(TcpConnection.ABORTED, scene.tryWrite(new byte[1]));
        }
    }

    @Test
    void closeAfterTheSynStillSendsTheDataAndAFin() {
        try (TcpScene scene = asked()) {
            scene.closes().sendsNothing();
            assertEquals(1, scene.tcp.orphans());
            scene.receives(synAck().seq(0).ack(1).mss(1460))
                    .sends(segment("FP.").payload("hello").seq(1).ack(1));
            scene.receives(fin().seq(1).ack(7)).sends(ack().seq(7).ack(2));
            assertEquals(1, scene.tcp.timeWaits());
        }
    }

    @Test
    void closeAfterTheSynEndsIfNobodyAnswers() {
        try (TcpScene scene = asked()) {
            scene.closes().after(200_000).takeAllSent();
            assertEquals(0, scene.tcp.flows());
            assertEquals(0, scene.tcp.orphans());
        }
    }

    @Test
    void closeWithLingerZeroAfterTheSynLetsTheDataGo() {
        try (TcpScene scene = asked()) {
            scene.connection.linger(0);
            scene.closes().after(5000).sendsNothing();
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void endOfOutputAfterTheSynFollowsTheHandshake() {
        try (TcpScene scene = asked()) {
            scene.shutsDown().sendsNothing();
            assertEquals(TcpConnection.CLOSED, scene.tryWrite(new byte[1]));
            scene.receives(synAck().seq(0).ack(6)).sends(fin().seq(6).ack(1)).sendsNothing();
            scene.is(TcpState.FIN_WAIT_1);
            scene.receives(data("world").seq(1).ack(7)).sends(ack().seq(7).ack(6));
            assertEquals("world", scene.reads());
        }
    }

    @Test
    void endOfOutputInPlaceOfDataSendsTheSynAlone() {
        try (TcpScene scene = known().connects()) {
            scene.shutsDown().sends(syn().seq(0).fastOpen(COOKIE));
            scene.receives(synAck().seq(0).ack(1));
            scene.ignoreRest().is(TcpState.FIN_WAIT_1);
        }
    }

    // Failures.

    @Test
    void synThatIsNotAnsweredGoesAgainWithNeitherDataNorOption() {
        try (TcpScene scene = asked()) {
            scene.sendsAt(1000, syn().seq(0).mss(1460).noFastOpen());
            scene.sendsAt(3000, syn().seq(0).noFastOpen());
            scene.receives(synAck().seq(0).ack(1).mss(1460))
                    .sendsAt(3000, data("hello").seq(1).ack(1));
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_FALLBACKS));
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_NOT_ACKNOWLEDGED));
        }
    }

    @Test
    void synAckThatWasLostMayStillAcknowledgeTheData() {
        try (TcpScene scene = asked()) {
            scene.sendsAt(1000, syn().seq(0).noFastOpen());
            scene.receives(synAck().seq(0).ack(6)).sends(ack().seq(6).ack(1));
            assertEquals(0, scene.connection.unacknowledged());
            // It was the answer that was lost: Fast Open works there.
            over(scene).connectsNow().sendsNothing();
            assertEquals(0, scene.count(TcpCounter.FAST_OPEN_AVOIDED));
        }
    }

    @Test
    void afterALostSynFastOpenIsNotTriedForAMinuteAndThenForTwo() {
        try (TcpScene scene = asked()) {
            scene.sendsAt(1000, syn().seq(0).noFastOpen());
            scene.receives(synAck().seq(0).ack(1)).sends(data("hello").seq(1));
            over(scene).after(MINUTE_MS - 100);
            scene.connectsNow().sends(syn().seq(0).noFastOpen());
            scene.receives(rstAck().seq(0).ack(1)).after(200);
            scene.connectsNow().sendsNothing();
            scene.writes("x").sends(syn().seq(0).fastOpen(COOKIE).payload("x")).mark();
            scene.sendsAt(1000, syn().seq(0).noFastOpen());
            scene.receives(rstAck().seq(0).ack(1)).after(2 * MINUTE_MS - 100);
            scene.connectsNow().sends(syn().seq(0).noFastOpen());
            scene.receives(rstAck().seq(0).ack(1)).after(200);
            scene.connectsNow().sendsNothing();
        }
    }

    @Test
    void dataThatIsNotAcknowledgedWithoutANewCookieIsAFailure() {
        try (TcpScene scene = asked()) {
            scene.receives(synAck().seq(0).ack(1)).sends(data("hello").seq(1));
            over(scene).connectsNow().sends(syn().seq(0).noFastOpen());
        }
    }

    @Test
    void failureIsOfThePortNotOfTheServer() {
        try (TcpScene scene = asked()) {
            scene.receives(synAck().seq(0).ack(1)).sends(data("hello").seq(1));
            over(scene);
            TcpConnection c = scene.tcp.open();
            c.fastOpen(true);
            IpAddress to = IpAddress.parse(scene.peer);
            assertEquals(0, c.connect(to.high(), to.low(), 5001, scene.nowNs()));
            assertEquals(0, c.sendState(), "the SYN waits for data");
            c.abort(scene.nowNs());
        }
    }

    @Test
    void resetOfTheSynIsAFailure() {
        try (TcpScene scene = asked()) {
            scene.receives(rstAck().seq(0).ack(6));
            assertEquals(TcpConnection.REFUSED, scene.connection.error());
            scene.connectsNow().sends(syn().seq(0).noFastOpen());
        }
    }

    @Test
    void icmpErrorIsAFailure() {
        try (TcpScene scene = asked()) {
            scene.receivesIcmp(3, 10, syn().seq(0));
            assertEquals(TcpState.CLOSED, scene.connection.state());
            scene.connectsNow().sends(syn().seq(0).noFastOpen());
        }
    }

    @Test
    void noAnswerAtAllIsAFailureAndBuffersComeHome() {
        try (TcpScene scene = asked()) {
            scene.after(200_000).takeAllSent();
            assertEquals(TcpConnection.TIMED_OUT, scene.connection.error());
            assertEquals(1, scene.count(TcpCounter.FAST_OPEN_FALLBACKS));
        }
    }

    @Test
    void simultaneousOpenSendsTheDataWhenItIsEstablished() {
        try (TcpScene scene = asked()) {
            scene.receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(1).noFastOpen());
            scene.receives(ack().seq(1).ack(1)).sends(data("hello").seq(1).ack(1));
            scene.receives(ack().ack(6));
            assertEquals(0, scene.connection.unacknowledged());
        }
    }

    @Test
    void simultaneousOpenWhosePeerTookTheDataGoesOnAfterIt() {
        try (TcpScene scene = asked()) {
            scene.receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(1));
            scene.receives(ack().seq(1).ack(6)).sendsNothing();
            assertEquals(0, scene.connection.unacknowledged());
            scene.shutsDown().sends(fin().seq(6).ack(1));
        }
    }

    @Test
    void acceptedConnectionsDoNotInheritIt() {
        try (TcpScene scene = new TcpScene()) {
            scene.connection.fastOpen(true);
            assertTrue(scene.connection.fastOpen());
            assertFalse(scene.tcp.open().fastOpen());
        }
    }
}
