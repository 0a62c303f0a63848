package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.segment;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** What SYNs agree on of ECN (RFC 3168, section 6.1.1), of both sides and with each setting. */
class EcnSetupTest {
    private static final int OFF = 0;
    private static final int ASK = 1;
    private static final int TAKE = 2;
    private static final int ECT_0 = 2;
    private static final int CE = 3;

    private static TcpScene scene(int setting) {
        return new TcpScene(TcpSettings.DEFAULT.with(TcpSetting.ECN, setting));
    }

    private static void assertEcn(boolean expected, TcpScene scene) {
        assertEquals(expected, scene.connection.info(scene.nowNs()).hasEcn(), scene::describe);
        assertEquals(expected ? 1 : 0, scene.count(TcpCounter.ECN_NEGOTIATED));
        scene.writes("x").sends(data("x").trafficClass(expected ? ECT_0 : 0));
        scene.receives(ack().ack(2));
    }

    // This side opens.

    @Test
    void synAsksIfThatIsSet() {
        try (TcpScene scene = scene(ASK).connects()) {
            scene.sends(segment("SEW").seq(0).trafficClass(0));
        }
    }

    @Test
    void synDoesNotAskUnlessThatIsSet() {
        for (int setting : new int[] {OFF, TAKE}) {
            try (TcpScene scene = scene(setting).connects()) {
                scene.sends(syn().seq(0).trafficClass(0));
            }
        }
    }

    @Test
    void synAckWithEceAgrees() {
        try (TcpScene scene = scene(ASK).connected(segment("S.E").mss(1460))) {
            assertEcn(true, scene);
        }
    }

    @Test
    void synAckWithoutEceRefuses() {
        try (TcpScene scene = scene(ASK).connected(synAck().mss(1460))) {
            assertEcn(false, scene);
        }
    }

    @Test
    void synAckThatReflectsBothBitsRefuses() {
        try (TcpScene scene = scene(ASK).connected(segment("S.EW").mss(1460))) {
            assertEcn(false, scene);
        }
    }

    @Test
    void synAckWithCwrAloneRefuses() {
        try (TcpScene scene = scene(ASK).connected(segment("S.W").mss(1460))) {
            assertEcn(false, scene);
        }
    }

    @Test
    void synAckWithEceIsNothingToWhoHasNotAsked() {
        for (int setting : new int[] {OFF, TAKE}) {
            try (TcpScene scene = scene(setting).connected(segment("S.E").mss(1460))) {
                assertEcn(false, scene);
                scene.receives(data("a").trafficClass(CE)).after(40).sends(ack().ack(2));
            }
        }
    }

    @Test
    void synThatIsNotAnsweredDoesNotAskAgain() {
        try (TcpScene scene = scene(ASK).connects()) {
            scene.sends(segment("SEW").seq(0));
            scene.sendsAt(1000, syn().seq(0)).sendsAt(3000, syn().seq(0));
        }
    }

    @Test
    void afterASynThatDidNotAskNothingSentMayBeMarkedThoughThePeerSawTheFirst() {
        try (TcpScene scene = scene(ASK).connects()) {
            scene.sends(segment("SEW").seq(0)).sendsAt(1000, syn().seq(0));
            scene.receives(segment("S.E").seq(0).ack(1).mss(1460)).sends(ack().seq(1).ack(1));
            assertEcn(false, scene);
            // The peer was asked and has never refused: what it sends is echoed.
            scene.receives(data("a").trafficClass(CE)).sends(segment(".E").ack(2));
        }
    }

    @Test
    void afterASynThatDidNotAskAPlainSynAckEchoesNothing() {
        try (TcpScene scene = scene(ASK).connects()) {
            scene.sends(segment("SEW").seq(0)).sendsAt(1000, syn().seq(0));
            scene.receives(synAck().seq(0).ack(1).mss(1460)).sends(ack().seq(1).ack(1));
            assertEcn(false, scene);
            scene.receives(data("a").trafficClass(CE)).after(40).sends(ack().ack(2));
        }
    }

    // The peer opens.

    @Test
    void synThatAsksIsAgreedTo() {
        for (int setting : new int[] {ASK, TAKE}) {
            try (TcpScene scene = scene(setting).listening(5)) {
                scene.receives(segment("SEW").seq(0).mss(1460));
                scene.sends(segment("S.E").seq(0).ack(1).trafficClass(0));
                scene.receives(ack().seq(1).ack(1)).accepts();
                assertEcn(true, scene);
            }
        }
    }

    @Test
    void synThatAsksIsRefusedIfEcnIsOff() {
        try (TcpScene scene = scene(OFF).listening(5)) {
            scene.receives(segment("SEW").seq(0).mss(1460)).sends(synAck().seq(0).ack(1));
            scene.receives(ack().seq(1).ack(1)).accepts();
            assertEcn(false, scene);
        }
    }

    @Test
    void synThatDoesNotAskIsAnsweredPlainly() {
        for (int setting : new int[] {OFF, ASK, TAKE}) {
            try (TcpScene scene = scene(setting).accepted(syn().mss(1460))) {
                assertEcn(false, scene);
            }
        }
    }

    @Test
    void synWithOneOfTheBitsDoesNotAsk() {
        for (String flags : new String[] {"SE", "SW"}) {
            try (TcpScene scene = scene(ASK).listening(5)) {
                scene.receives(segment(flags).seq(0).mss(1460)).sends(synAck().seq(0).ack(1));
            }
        }
    }

    @Test
    void synThatAsksAndCameWithACodepointIsRefused() {
        try (TcpScene scene = scene(ASK).listening(5)) {
            scene.receives(segment("SEW").seq(0).mss(1460).trafficClass(ECT_0));
            scene.sends(synAck().seq(0).ack(1));
        }
    }

    @Test
    void synAckThatGoesAgainAgreesAgain() {
        try (TcpScene scene = scene(TAKE).listening(5)) {
            scene.receives(segment("SEW").seq(0).mss(1460)).sends(segment("S.E"));
            scene.sendsAt(1000, segment("S.E").seq(0).ack(1).trafficClass(0));
        }
    }

    @Test
    void synThatComesAgainWithoutAskingIsAnsweredPlainlyAndNothingMayBeMarked() {
        try (TcpScene scene = scene(TAKE).listening(5)) {
            scene.receives(segment("SEW").seq(0).mss(1460)).sends(segment("S.E").seq(0).ack(1));
            scene.receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(1));
            scene.receives(ack().seq(1).ack(1)).accepts();
            assertEcn(false, scene);
            // The peer may have seen the first answer: what it sends is echoed.
            scene.receives(data("a").trafficClass(CE)).sends(segment(".E").ack(2));
        }
    }

    @Test
    void synThatComesAgainAskingIsAgreedToAgain() {
        try (TcpScene scene = scene(TAKE).listening(5)) {
            scene.receives(segment("SEW").seq(0).mss(1460)).sends(segment("S.E").seq(0).ack(1));
            scene.receives(segment("SEW").seq(0).mss(1460)).sends(segment("S.E").seq(0).ack(1));
            scene.receives(ack().seq(1).ack(1)).accepts();
            assertEcn(true, scene);
        }
    }

    @Test
    void itIsAgreedOnOverIpv6() {
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, true)) {
            scene.accepted(segment("SEW").mss(1440));
            assertEcn(true, scene);
        }
    }

    // Cookies.

    private static TcpScene flooded(int setting) {
        TcpSettings settings =
                TcpSettings.DEFAULT
                        .with(TcpSetting.ECN, setting)
                        .with(TcpSetting.MAX_SYN_BACKLOG, 1);
        TcpScene scene = new TcpScene(settings).listening(5);
        scene.receives(syn().seq(0).port(4000)).takeSent("SYN-ACK");
        return scene;
    }

    @Test
    void cookieCarriesTheAgreementInTheTimestamp() {
        try (TcpScene scene = flooded(TAKE)) {
            scene.receives(segment("SEW").seq(0).mss(1460).timestamps());
            scene.sends(segment("S.E").seq(0).ack(1).timestamps());
            scene.receives(ack().seq(1).ack(1)).accepts();
            assertEquals(1, scene.count(TcpCounter.COOKIES_ACCEPTED));
            assertEcn(true, scene.ignoreRest());
        }
    }

    @Test
    void cookieOfASynThatDoesNotAskCarriesNone() {
        try (TcpScene scene = flooded(TAKE)) {
            scene.receives(syn().seq(0).mss(1460).timestamps()).sends(synAck().timestamps());
            scene.receives(ack().seq(1).ack(1)).accepts();
            assertEcn(false, scene.ignoreRest());
        }
    }

    @Test
    void cookieWithoutTimestampsRefuses() {
        try (TcpScene scene = flooded(TAKE)) {
            scene.receives(segment("SEW").seq(0).mss(1460)).sends(synAck().seq(0).ack(1));
            scene.receives(ack().seq(1).ack(1)).accepts();
            assertEcn(false, scene.ignoreRest());
        }
    }

    @Test
    void cookieRefusesIfEcnIsOff() {
        try (TcpScene scene = flooded(OFF)) {
            scene.receives(segment("SEW").seq(0).mss(1460).timestamps());
            scene.sends(synAck().seq(0).ack(1).timestamps());
            scene.receives(ack().seq(1).ack(1)).accepts();
            assertEcn(false, scene.ignoreRest());
        }
    }

    // Simultaneous open.

    @Test
    void synsThatCrossAndBothAskAgree() {
        try (TcpScene scene = scene(ASK).connects()) {
            scene.sends(segment("SEW").seq(0));
            scene.receives(segment("SEW").seq(0).mss(1460)).sends(segment("S.E").seq(0).ack(1));
            scene.receives(segment("S.E").seq(0).ack(1).mss(1460)).sends(ack().seq(1).ack(1));
            assertEcn(true, scene);
        }
    }

    @Test
    void synThatCrossesAndDoesNotAskRefuses() {
        try (TcpScene scene = scene(ASK).connects()) {
            scene.sends(segment("SEW").seq(0));
            scene.receives(syn().seq(0).mss(1460)).sends(synAck().seq(0).ack(1));
            scene.receives(synAck().seq(0).ack(1).mss(1460)).sends(ack().seq(1).ack(1));
            assertEcn(false, scene);
        }
    }

    @Test
    void synThatAsksAndCrossesOneThatDoesNotIsRefused() {
        try (TcpScene scene = scene(TAKE).connects()) {
            scene.sends(syn().seq(0));
            scene.receives(segment("SEW").seq(0).mss(1460)).sends(synAck().seq(0).ack(1));
        }
    }

    @Test
    void plainSynAckAfterSynsThatHaveCrossedRefuses() {
        try (TcpScene scene = scene(ASK).connects()) {
            scene.sends(segment("SEW").seq(0));
            scene.receives(segment("SEW").seq(0).mss(1460)).sends(segment("S.E").seq(0).ack(1));
            scene.receives(synAck().seq(0).ack(1).mss(1460)).sends(ack().seq(1).ack(1));
            assertFalse(scene.connection.info(scene.nowNs()).hasEcn());
        }
    }

    // Traffic classes of users.

    @Test
    void trafficClassOfTheUserLeavesTheCodepointAlone() {
        try (TcpScene scene = scene(TAKE).accepted(syn().mss(1460))) {
            scene.connection.trafficClass(0xFF);
            scene.writes("x").sends(data("x").trafficClass(0xFC));
            scene.receives(ack().ack(2));
            assertThrows(
                    IllegalArgumentException.class, () -> scene.connection.trafficClass(0x100));
        }
        try (TcpScene scene = scene(TAKE).accepted(segment("SEW").mss(1460))) {
            scene.connection.trafficClass(0xB9);
            scene.writes("x").sends(data("x").trafficClass(0xB8 | ECT_0));
            scene.receives(data("y").trafficClass(0xB8 | CE))
                    .sends(segment(".E").trafficClass(0xB8));
            scene.receives(ack().ack(2));
        }
    }

    @Test
    void infoTellsWhetherSomethingThatMayBeMarkedHasCome() {
        try (TcpScene scene = scene(TAKE).accepted(segment("SEW").mss(1460))) {
            scene.receives(data("a")).sends(ack().ack(2));
            assertFalse(scene.connection.info(scene.nowNs()).hasEcnSeen());
            scene.receives(data("b").trafficClass(ECT_0)).sends(ack().ack(3));
            assertTrue(scene.connection.info(scene.nowNs()).hasEcnSeen());
        }
    }
}
