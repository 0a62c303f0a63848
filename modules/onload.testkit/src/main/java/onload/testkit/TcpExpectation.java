package onload.testkit;

import onload.wire.Malformed;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** What a test expects of a TCP segment; begun by {@link FrameExpectation#isTcp}. */
public final class TcpExpectation {
    private static final String FLAG_NAMES = "FSRPAUEWe";

    private final FrameExpectation whole;
    private final UnsafeBuffer frame;
    private final int segment;
    private final int headerLength;
    private final int segmentLength;
    private final TcpOptions options = new TcpOptions();

    TcpExpectation(
            FrameExpectation whole,
            UnsafeBuffer frame,
            int segment,
            int headerLength,
            int segmentLength) {
        this.whole = whole;
        this.frame = frame;
        this.segment = segment;
        this.headerLength = headerLength;
        this.segmentLength = segmentLength;
        int parsed = options.parse(frame, segment, headerLength);
        if (parsed < 0) {
            throw whole.failure("the TCP options are " + Malformed.name(parsed));
        }
    }

    /** Expects a sequence number. */
    public TcpExpectation sequenceNumber(int number) {
        whole.equal(
                "sequence number",
                Integer.toUnsignedString(number),
                Integer.toUnsignedString(TcpHeader.sequenceNumber(frame, segment)));
        return this;
    }

    /** Expects the ACK bit and an acknowledgment number. */
    public TcpExpectation ack(int number) {
        whole.equal("ACK bit", true, (TcpHeader.flags(frame, segment) & TcpHeader.ACK) != 0);
        whole.equal(
                "acknowledgment number",
                Integer.toUnsignedString(number),
                Integer.toUnsignedString(TcpHeader.acknowledgmentNumber(frame, segment)));
        return this;
    }

    /** Expects exactly these control bits: constants of {@link TcpHeader}, or-ed. */
    public TcpExpectation flags(int bits) {
        whole.equal("flags", names(bits), names(TcpHeader.flags(frame, segment)));
        return this;
    }

    private static String names(int bits) {
        StringBuilder names = new StringBuilder("[");
        for (int i = 0; i < FLAG_NAMES.length(); i++) {
            if ((bits >>> i & 1) != 0) {
                names.append(FLAG_NAMES.charAt(i));
            }
        }
        return names.append(']').toString();
    }

    /** Expects a window field, not scaled. */
    public TcpExpectation window(int value) {
        whole.equal("window", value, TcpHeader.window(frame, segment));
        return this;
    }

    /** Expects a maximum-segment-size option. */
    public TcpExpectation maximumSegmentSize(int bytes) {
        whole.equal("presence of a maximum segment size", true, options.hasMaximumSegmentSize());
        whole.equal("maximum segment size", bytes, options.maximumSegmentSize());
        return this;
    }

    /** Expects a window-scale option. */
    public TcpExpectation windowScale(int shift) {
        whole.equal("presence of a window scale", true, options.hasWindowScale());
        whole.equal("window scale", shift, options.windowScale());
        return this;
    }

    /** Expects a SACK-permitted option. */
    public TcpExpectation sackPermitted() {
        whole.equal("presence of SACK permitted", true, options.sackPermitted());
        return this;
    }

    /** Expects a timestamps option. */
    public TcpExpectation timestamps(int value, int echoReply) {
        whole.equal("presence of timestamps", true, options.hasTimestamps());
        whole.equal("timestamp value", value, options.timestampValue());
        whole.equal("timestamp echo reply", echoReply, options.timestampEchoReply());
        return this;
    }

    /**
     * Expects a SACK option with exactly these blocks.
     *
     * @param edges left and right edge of each block in turn; none for no SACK option
     */
    public TcpExpectation sack(int... edges) {
        whole.equal("number of SACK blocks", edges.length / 2, options.sackBlocks());
        for (int i = 0; i < edges.length / 2; i++) {
            whole.equal("left edge " + i, edges[2 * i], options.sackLeftEdge(frame, i));
            whole.equal("right edge " + i, edges[2 * i + 1], options.sackRightEdge(frame, i));
        }
        return this;
    }

    /** Expects a Fast Open option (RFC 7413) with this cookie; with none for a request. */
    public TcpExpectation fastOpen(byte... cookie) {
        whole.equal("presence of Fast Open", true, options.hasFastOpen());
        byte[] actual = new byte[options.cookieLength()];
        frame.getBytes(options.cookieOffset(), actual);
        HexFormat hex = HexFormat.of();
        whole.equal("Fast Open cookie", hex.formatHex(cookie), hex.formatHex(actual));
        return this;
    }

    /** Expects no options at all. */
    public TcpExpectation noOptions() {
        whole.equal("bytes of the header", TcpHeader.MIN_LENGTH, headerLength);
        return this;
    }

    /** Expects this payload. */
    public TcpExpectation payload(byte[] bytes) {
        whole.payload(bytes, segment + headerLength, segment + segmentLength);
        return this;
    }

    /** Expects this payload, as ASCII. */
    public TcpExpectation payload(String text) {
        return payload(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Expects no payload. */
    public TcpExpectation noPayload() {
        return payload(new byte[0]);
    }
}
