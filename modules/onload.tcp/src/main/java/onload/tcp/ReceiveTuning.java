package onload.tcp;

/**
 * How large the receive buffer is: it grows as long as the user reads, within a round trip, as much as it holds,
 * so that the window is never what limits a peer. Algorithm.
 */
final class ReceiveTuning {
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
        int free = c.rcvBufferBytes - c.rcvQueuedBytes;
        return known <= free >>> 1
                && free - known >= Math.min(c.rcvMss, c.rcvBufferBytes >>> 1)
                && known < 0xFFFF << c.rcvScale >>> 1;
    }
}
