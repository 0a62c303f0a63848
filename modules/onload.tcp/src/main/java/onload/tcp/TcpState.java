package onload.tcp;

/** The states of a connection (RFC 9293, section 3.3.2). */
public enum TcpState {
    /** There is no connection. */
    CLOSED,

    /** Waiting for a connection request from any peer. */
    LISTEN,

    /** Waiting for an answer to the connection request that was sent. */
    SYN_SENT,

    /** Waiting for the confirmation of a connection request, with one received and one sent. */
    SYN_RECEIVED,

    /** Open: data goes both ways. */
    ESTABLISHED,

    /** This side has closed; its FIN is not acknowledged, and none of the peer has come. */
    FIN_WAIT_1,

    /** This side has closed and its FIN is acknowledged; the peer may still send. */
    FIN_WAIT_2,

    /** The peer has closed; this side may still send. */
    CLOSE_WAIT,

    /** Both have closed at once; the FIN of this side is not acknowledged. */
    CLOSING,

    /** Both have closed, the peer first; the FIN of this side is not acknowledged. */
    LAST_ACK,

    /** Both have closed; what is still under way is given time to die out. */
    TIME_WAIT;

    /** {@return whether both sides know each other's sequence numbers, which is so from ESTABLISHED on} */
    public boolean isSynchronized() {
        return switch (this) {
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED -> false;
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT ->
                    true;
        };
    }

    /** {@return whether the user may send, or what was sent before is still on its way out} */
    boolean canSend() {
        return this == ESTABLISHED || this == CLOSE_WAIT;
    }

    /** {@return whether the peer may still send} */
    boolean canReceive() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }
}
