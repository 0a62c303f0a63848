package onload.tcp;

import onload.tcp.flow.Flow;
import onload.wire.TcpHeader;

/**
 * A connection in TIME-WAIT, in compact form: what is needed to acknowledge a FIN that comes again, and to tell a new
 * connection from the remains of the old one.
 */
final class TimeWait extends Flow {
    final int sndNxt;
    final int rcvNxt;
    final int window;
    final boolean hasTimestamps;
    final int timestampOffset;
    final int interfaceIndex;
    final long sinceNs;
    int tsRecent;
    long expiresNs;
    long answeredNs = Long.MIN_VALUE;

    TimeWait(TcpConnection c, long nowNs, long expiresNs) {
        tuple(
                c.localHigh(),
                c.localLow(),
                c.localPort(),
                c.remoteHigh(),
                c.remoteLow(),
                c.remotePort());
        sndNxt = c.sndMax;
        rcvNxt = c.rcvNxt;
        window = Math.min(c.rcvWnd() >>> c.rcvScale, 0xFFFF);
        hasTimestamps = c.hasTimestamps;
        timestampOffset = c.timestampOffset;
        tsRecent = c.tsRecent;
        interfaceIndex = c.boundInterface;
        sinceNs = nowNs;
        this.expiresNs = expiresNs;
    }

    TcpState state() {
        return isInTable() ? TcpState.TIME_WAIT : TcpState.CLOSED;
    }

    /**
     * {@return whether a SYN is for a new connection} It is if it cannot be an old one: its sequence number is beyond
     * the old connection's, or its timestamp is (RFC 9293, MAY-2; RFC 6191).
     */
    boolean isSucceededBy(ArrivingSegment s) {
        if (!s.is(TcpHeader.SYN) || s.is(TcpHeader.ACK | TcpHeader.RST | TcpHeader.FIN)) {
            return false;
        }
        if (hasTimestamps && s.options.hasTimestamps()) {
            int newer = s.options.timestampValue() - tsRecent;
            return newer > 0 || (newer == 0 && s.sequence - rcvNxt > 0);
        }
        return s.sequence - rcvNxt > 0;
    }
}
