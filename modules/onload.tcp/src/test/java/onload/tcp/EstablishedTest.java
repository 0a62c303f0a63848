package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** ESTABLISHED. */
class EstablishedTest {
    @Test
    void dataIsAcknowledgedAndRead() {
        try (TcpScene scene = new TcpScene().established()) {
            scene.receives(data("hello").seq(1).ack(1)).sends(ack().seq(1).ack(6));
            assertEquals("hello", scene.reads());
        }
    }

    @Test
    void dataIsAcknowledgedAndReadOverIpv6WithAllOptions() {
        try (TcpScene scene = new TcpScene(TcpSettings.DEFAULT, true)) {
            scene.connected(synAck().mss(1440).sackPermitted().timestamps().windowScale(7));
            scene.receives(data("hello").seq(1).ack(1)).sends(ack().seq(1).ack(6).timestamps());
            assertEquals("hello", scene.reads());
        }
    }

    @Test
    void everyStateIsReached() {
        for (TcpState state : TcpState.values()) {
            try (TcpScene scene = new TcpScene().inState(state)) {
                scene.sendsNothing();
            }
        }
    }

    @Test
    void retransmits() {
        try (TcpScene scene = new TcpScene().accepted(syn().mss(1000))) {
            scene.writes("abc").sendsAt(0, data("abc").seq(1).ack(1));
            scene.sendsAt(200, data("abc").seq(1).ack(1));
        }
    }
}
