package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.syn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Congestion controls by name: of an engine, of a listener, of a connection, before and after it opens. */
class CongestionChoiceTest {
    private static final int MSS = 1000;

    private static String used(TcpScene scene) {
        return scene.connection.info(scene.nowNs()).congestionControl();
    }

    @Test
    void cubicIsTheDefault() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(MSS))) {
            assertEquals("cubic", used(scene));
            assertEquals("cubic", scene.connection.congestionControl());
        }
    }

    @Test
    void engineHasADefaultOfItsOwn() {
        TcpSettings settings = TcpSettings.DEFAULT.withCongestionControl("dctcp");
        assertEquals("dctcp", settings.congestionControl());
        assertEquals("congestion_control=dctcp", settings.toString());
        try (TcpScene scene = new TcpScene(settings).accepted(syn().mss(MSS))) {
            assertEquals("dctcp", used(scene));
        }
    }

    @Test
    void otherSettingsKeepIt() {
        TcpSettings settings =
                TcpSettings.DEFAULT.withCongestionControl("reno").with(TcpSetting.PACING, 1);
        assertEquals("newreno", settings.congestionControl());
    }

    @Test
    void unknownNameIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> TcpSettings.DEFAULT.withCongestionControl("vegas"));
    }

    @Test
    void acceptedConnectionHasThatOfTheListener() {
        try (TcpScene scene = LongWay.accepted(TcpSettings.DEFAULT, syn().mss(MSS), "bbr")) {
            assertEquals("bbr", used(scene));
        }
    }

    @Test
    void anotherOneOfAnOpenConnectionStartsFromItsWindow() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(MSS))) {
            scene.writes(new byte[10 * MSS]).takeAllSent();
            scene.receives(ack().seq(1).ack(1 + 10 * MSS));
            int cwnd = scene.connection.congestionWindow();
            assertTrue(cwnd > 10 * MSS);
            for (String name : new String[] {"newreno", "bbr", "dctcp", "cubic"}) {
                scene.connection.congestionControl(name);
                assertEquals(name, used(scene));
                assertEquals(cwnd, scene.connection.congestionWindow(), name);
            }
            scene.writes(new byte[10 * MSS]).takeAllSent();
            scene.receives(ack().seq(1).ack(1 + 20 * MSS)).ignoreRest();
        }
    }

    @Test
    void anotherOneDuringRecoveryEndsItAsAnyOther() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(MSS).sackPermitted())) {
            scene.writes(new byte[10 * MSS]).takeAllSent();
            scene.receives(ack().seq(1).ack(1).sack(5001, 10_001));
            assertEquals("recovery", scene.connection.info(scene.nowNs()).recovery());
            scene.connection.congestionControl("bbr");
            scene.receives(ack().seq(1).ack(10_001));
            assertEquals("open", scene.connection.info(scene.nowNs()).recovery());
            scene.connection.congestionControl("newreno");
            scene.writes(new byte[2 * MSS]).takeAllSent();
            scene.receives(ack().seq(1).ack(12_001)).ignoreRest();
        }
    }

    @Test
    void windowSurvivesIdleTimesWhereItIsToldTo() {
        TcpSettings settings = TcpSettings.DEFAULT.with(TcpSetting.SLOW_START_AFTER_IDLE, 0);
        try (TcpScene scene = new TcpScene(settings).accepted(syn().mss(MSS))) {
            scene.writes(new byte[10 * MSS]).takeAllSent();
            scene.receives(ack().seq(1).ack(1 + 10 * MSS));
            int cwnd = scene.connection.congestionWindow();
            scene.after(10_000).writes("x").takeAllSent();
            assertEquals(cwnd, scene.connection.congestionWindow());
            scene.ignoreRest();
        }
    }
}
