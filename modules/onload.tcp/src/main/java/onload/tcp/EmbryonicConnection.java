package onload.tcp;

import onload.tcp.flow.Flow;

/**
 * A connection of a listener in SYN-RECEIVED: a SYN has come and a SYN-ACK has gone. It becomes a {@link TcpConnection}
 * when the peer confirms; until then it has no buffers and no way of its own, so that a flood of SYNs is cheap.
 */
final class EmbryonicConnection extends Flow {
    final TcpListener listener;
    final int iss;
    final int irs;
    final int peerMss;
    final int ownMss;

    /** The shift of the peer's window, or {@link StatelessSegments#NONE} if there is no window scaling. */
    final int peerScale;

    /** The shift of this side's window, which the SYN-ACK says. */
    final byte rcvScale;

    final boolean hasTimestamps;
    final boolean hasSack;
    final int timestampOffset;
    final int interfaceIndex;
    final int peerWindow;

    /** The window that the SYN-ACK says, whatever becomes of the listener's options. */
    int rcvWindow;

    /** Bits of {@link ExplicitCongestion}. */
    byte ecn;

    int tsRecent;
    int retries;

    /** The first SYN-ACK brings a Fast Open cookie. */
    boolean givesCookie;

    long sentNs;
    long deadlineNs;
    long challengedNs = Long.MIN_VALUE;

    EmbryonicConnection(
            TcpListener listener,
            ArrivingSegment syn,
            int iss,
            int ownMss,
            int peerMss,
            boolean hasTimestamps,
            boolean hasSack,
            int peerScale,
            byte rcvScale,
            int timestampOffset) {
        tuple(
                syn.localHigh,
                syn.localLow,
                syn.localPort,
                syn.remoteHigh,
                syn.remoteLow,
                syn.remotePort);
        this.listener = listener;
        this.iss = iss;
        this.ownMss = ownMss;
        this.peerMss = peerMss;
        this.timestampOffset = timestampOffset;
        irs = syn.sequence;
        interfaceIndex = syn.interfaceIndex;
        peerWindow = syn.window;
        this.hasTimestamps = hasTimestamps;
        this.hasSack = hasSack;
        this.peerScale = peerScale;
        this.rcvScale = rcvScale;
        tsRecent = hasTimestamps ? syn.options.timestampValue() : 0;
    }
}
