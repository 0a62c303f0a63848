package onload.tcp;

import static onload.tcp.Segment.ack;
import static onload.tcp.Segment.data;
import static onload.tcp.Segment.rst;
import static onload.tcp.Segment.syn;
import static onload.tcp.Segment.synAck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.tcp.counter.TcpCounter;

import org.junit.jupiter.api.Test;

/** TCP-MD5 (RFC 2385) is not supported: nobody has a key, and what comes with a signature is dropped by that name. */
class Md5SignatureTest {
    /** Kind 19, 18 bytes, and two to align. */
    private static final int[] SIGNATURE = {
        19, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1, 1
    };

    private static void dropped(TcpScene scene, Segment segment) {
        long before = scene.count(TcpCounter.RECEIVE_DROPPED_MD5_UNEXPECTED);
        scene.receives(segment.options(SIGNATURE)).sendsNothing();
        assertEquals(before + 1, scene.count(TcpCounter.RECEIVE_DROPPED_MD5_UNEXPECTED));
    }

    @Test
    void synWithASignatureIsDroppedByAListener() {
        try (TcpScene scene = new TcpScene().listening(5)) {
            dropped(scene, syn().seq(0));
            assertEquals(0, scene.tcp.flows());
        }
    }

    @Test
    void segmentsWithASignatureAreDroppedByAConnectionAndItGoesOn() {
        try (TcpScene scene = new TcpScene().established()) {
            dropped(scene, data("hello").seq(1).ack(1));
            dropped(scene, ack().seq(1).ack(77));
            dropped(scene, rst().seq(1));
            dropped(scene, syn().seq(1));
            assertEquals(0, scene.connection.available());
            scene.is(TcpState.ESTABLISHED);
            scene.receives(data("hello").seq(1).ack(1)).sends(ack().seq(1).ack(6));
            assertEquals("hello", scene.reads());
        }
    }

    @Test
    void synAckWithASignatureIsDroppedInSynSent() {
        try (TcpScene scene = new TcpScene().inState(TcpState.SYN_SENT)) {
            dropped(scene, synAck().seq(0).ack(1));
            scene.is(TcpState.SYN_SENT);
        }
    }

    @Test
    void confirmationWithASignatureIsDroppedBesideAHalfOpenConnection() {
        try (TcpScene scene = new TcpScene().inState(TcpState.LISTEN)) {
            scene.receives(syn().seq(0)).sends(synAck().seq(0).ack(1));
            dropped(scene, ack().seq(1).ack(1));
            assertEquals(0, scene.listener.waiting());
        }
    }

    @Test
    void segmentWithASignatureForNobodyIsNotAnswered() {
        try (TcpScene scene = new TcpScene()) {
            dropped(scene, syn().seq(0));
            dropped(scene, ack().seq(1).rawAck(1));
        }
    }

    @Test
    void signatureOfAnotherLengthIsASignatureAllTheSame() {
        try (TcpScene scene = new TcpScene().listening(5)) {
            scene.receives(syn().seq(0).options(19, 4, 0, 0)).sendsNothing();
            assertEquals(1, scene.count(TcpCounter.RECEIVE_DROPPED_MD5_UNEXPECTED));
        }
    }
}
