package onload.testkit.tcp;

import onload.tcp.congestion.CongestionControl;
import onload.wire.SequenceNumber;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

/**
 * One direction of one connection as the cable of its sender shows it: no data is sent beyond what the peer has let it,
 * but a byte to ask a closed window (RFC 9293, sections 3.8.6 and 3.8.6.1), and no more than the initial
 * window before there is an answer (RFC 6928), and a segment to find out a loss at the end of it (RFC 8985,
 * section 7.3).
 */
final class WindowWatch {
    private static final int DEFAULT_MSS = 536;

    private int iss;
    private int sndMax;
    private int edge;
    private int peerScale;
    private int peerMss = DEFAULT_MSS;
    private int synWindow = -1;
    private boolean isKnown;
    private boolean hasEdge;
    private boolean scales;
    private boolean isUnanswered;

    /** The sender has sent a segment. */
    void sent(SegmentReader segment, TcpOptions options, SimulatedHost sender, long nowNs) {
        if (segment.has(TcpHeader.RST)) {
            return;
        }
        if (segment.has(TcpHeader.SYN)) {
            synSent(segment, options);
            return;
        }
        int end = segment.sequence + segment.payload;
        if (segment.payload > 0) {
            checkWindow(segment, end, sender, nowNs);
            checkInitialWindow(end, sender, nowNs);
        }
        end += segment.has(TcpHeader.FIN) ? 1 : 0;
        if (isKnown && SequenceNumber.greaterThan(end, sndMax)) {
            sndMax = end;
        }
    }

    private void synSent(SegmentReader segment, TcpOptions options) {
        options.parse(segment.memory(), segment.offset(), segment.headerLength);
        if (!isKnown || segment.sequence != iss) {
            isKnown = true;
            iss = segment.sequence;
            sndMax = iss + 1 + segment.payload;
            scales = false;
            isUnanswered = true;
            hasEdge = synWindow >= 0 && segment.has(TcpHeader.ACK);
            edge = iss + 1 + synWindow;
        }
        scales |= options.hasWindowScale();
    }

    private void checkWindow(SegmentReader segment, int end, SimulatedHost sender, long nowNs) {
        if (!isKnown) {
            throw violation("data comes after a SYN", "there was none", sender, nowNs);
        }
        boolean isProbe = segment.payload == 1 && segment.sequence == edge;
        if (hasEdge && SequenceNumber.greaterThan(end, edge) && !isProbe) {
            throw violation(
                    "no sequence number is sent beyond the peer's window",
                    "%d bytes from %d end %d bytes beyond"
                            .formatted(segment.payload, segment.sequence - iss, end - edge),
                    sender,
                    nowNs);
        }
    }

    private void checkInitialWindow(int end, SimulatedHost sender, long nowNs) {
        int sent = end - iss - 1;
        if (isUnanswered && sent > CongestionControl.initialWindow(peerMss) + peerMss) {
            throw violation(
                    "no more than the initial window is sent before there is an answer",
                    "%d bytes were sent with a maximum segment size of %d".formatted(sent, peerMss),
                    sender,
                    nowNs);
        }
    }

    /** A segment of the peer has come to the sender. */
    void arrived(SegmentReader segment, TcpOptions options) {
        if (segment.has(TcpHeader.RST)) {
            return;
        }
        boolean isSyn = segment.has(TcpHeader.SYN);
        if (isSyn) {
            options.parse(segment.memory(), segment.offset(), segment.headerLength);
            peerScale = options.hasWindowScale() ? options.windowScale() : 0;
            peerMss = options.hasMaximumSegmentSize() ? options.maximumSegmentSize() : DEFAULT_MSS;
            synWindow = segment.window();
        }
        if (!isKnown || !segment.has(TcpHeader.ACK)) {
            return;
        }
        int acknowledgment = segment.acknowledgment();
        int acknowledged = acknowledgment - iss;
        if (Integer.compareUnsigned(acknowledged - 1, sndMax - iss) < 0) {
            int scale = isSyn || !scales ? 0 : Math.min(peerScale, TcpOptions.MAX_WINDOW_SCALE);
            int allowed = acknowledgment + (segment.window() << scale);
            if (!hasEdge || SequenceNumber.greaterThan(allowed, edge)) {
                hasEdge = true;
                edge = allowed;
            }
            // The acknowledgment of a SYN is no answer to data, unless data was there before it.
            isUnanswered &= acknowledged == 1 && sndMax == iss + 1;
        }
    }

    private static Violation violation(
            String invariant, String found, SimulatedHost sender, long nowNs) {
        return new Violation(invariant, "%s by host %d".formatted(found, sender.number()), nowNs);
    }
}
