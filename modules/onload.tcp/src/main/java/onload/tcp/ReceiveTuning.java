package onload.tcp;

/**
 * How large the receive buffer is: it grows as long as the user reads, within a round trip, as much as it holds,
 * so that the window is never what limits a peer. Algorithm.
 */
final class ReceiveTuning {
    private static final int LARGEST_WINDOW_FIELD = 0xFFFF;

    private final int maxBuffer;

    ReceiveTuning(TcpContext context) {
        maxBuffer = context.settings.number(TcpSetting.MAX_RECEIVE_BUFFER_BYTES);
    }

    /** The user has read so many bytes. */
    void consumed(TcpConnection c, int bytes, long nowNs) {
        if (!c.tunesReceiveBuffer || c.rcvBufferBytes >= maxBuffer) {
            return;
        }
        if (c.tuningNs == Long.MIN_VALUE) {
            c.tuningNs = nowNs;
            c.tuningRead = bytes;
            c.tuningSequence = c.rcvAdv;
            return;
        }
        c.tuningRead += bytes;
        // A window's worth has come since: a round trip has passed, whatever a timer would say.
        if (c.rcvNxt - c.tuningSequence < 0) {
            return;
        }
        if (2L * c.tuningRead > c.rcvBufferBytes) {
            c.rcvBufferBytes = (int) Math.min(maxBuffer, 2L * c.rcvBufferBytes);
        }
        c.tuningNs = nowNs;
        c.tuningRead = 0;
        c.tuningSequence = c.rcvAdv;
    }

    /**
     * {@return whether the peer is to be told at once that there is room again} Only when what it knows of is
     * used up to less than half of what is free, so that small reads do not send small windows (RFC 9293,
     * section 3.8.6.2.2).
     */
    boolean isUpdateDue(TcpConnection c) {
        int known = c.rcvAdv - c.rcvNxt;
        int offered = offered(c);
        return known <= offered >>> 1
                && offered - known >= step(c)
                && known < LARGEST_WINDOW_FIELD << c.rcvScale >>> 1;
    }

    /**
     * {@return the room that the window field can say, in bytes} A buffer smaller than one part of a scaled
     * field counts as that, or its window could never open.
     */
    static int offered(TransmissionControlBlock c) {
        int free = Math.max(c.rcvBufferBytes, 1 << c.rcvScale) - c.rcvQueuedBytes;
        int most = LARGEST_WINDOW_FIELD << c.rcvScale;
        return Math.min(Math.max(0, free), most) >>> c.rcvScale << c.rcvScale;
    }

    /** {@return by how much the window opens at least (RFC 9293, section 3.8.6.2.2)} */
    static int step(TransmissionControlBlock c) {
        return Math.min(c.rcvMss, c.rcvBufferBytes >>> 1);
    }
}
