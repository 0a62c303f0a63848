package onload.testkit;

import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import org.agrona.concurrent.UnsafeBuffer;

/** Builds a frame with a TCP segment (RFC 9293). {@link Frames#tcp} begins one. */
public final class TcpSegmentBuilder extends FrameBuilder<TcpSegmentBuilder> {
    private static final int MAX_OPTIONS = TcpHeader.MAX_LENGTH - TcpHeader.MIN_LENGTH;

    private final int sourcePort;
    private final int destinationPort;
    private final UnsafeBuffer options = new UnsafeBuffer(new byte[MAX_OPTIONS]);
    private int optionsLength;
    private int sequenceNumber;
    private int acknowledgmentNumber;
    private int flags;
    private int window = 65535;
    private int urgentPointer;

    TcpSegmentBuilder(int sourcePort, int destinationPort) {
        this.sourcePort = sourcePort;
        this.destinationPort = destinationPort;
    }

    /** The sequence number. */
    public TcpSegmentBuilder sequenceNumber(int number) {
        sequenceNumber = number;
        return this;
    }

    /** The acknowledgment number, and with it the ACK bit. */
    public TcpSegmentBuilder ack(int number) {
        acknowledgmentNumber = number;
        return flags(flags | TcpHeader.ACK);
    }

    /** All control bits: constants of {@link TcpHeader}, or-ed. */
    public TcpSegmentBuilder flags(int bits) {
        flags = bits;
        return this;
    }

    /** The SYN bit. */
    public TcpSegmentBuilder syn() {
        return flags(flags | TcpHeader.SYN);
    }

    /** The FIN bit. */
    public TcpSegmentBuilder fin() {
        return flags(flags | TcpHeader.FIN);
    }

    /** The RST bit. */
    public TcpSegmentBuilder rst() {
        return flags(flags | TcpHeader.RST);
    }

    /** The PSH bit. */
    public TcpSegmentBuilder psh() {
        return flags(flags | TcpHeader.PSH);
    }

    /** The URG bit and the urgent pointer. */
    public TcpSegmentBuilder urgent(int pointer) {
        urgentPointer = pointer;
        return flags(flags | TcpHeader.URG);
    }

    /** The window field, not scaled; 65535 unless said. */
    public TcpSegmentBuilder window(int value) {
        window = value;
        return this;
    }

    /** A maximum-segment-size option. */
    public TcpSegmentBuilder maximumSegmentSize(int bytes) {
        optionsLength = TcpOptions.writeMaximumSegmentSize(options, optionsLength, bytes);
        return this;
    }

    /** A NOP and a window-scale option. */
    public TcpSegmentBuilder windowScale(int shift) {
        optionsLength = TcpOptions.writeWindowScale(options, optionsLength, shift);
        return this;
    }

    /** A SACK-permitted option. */
    public TcpSegmentBuilder sackPermitted() {
        optionsLength = TcpOptions.writeSackPermitted(options, optionsLength);
        return this;
    }

    /** A timestamps option, after as many NOPs as align its values to four bytes. */
    public TcpSegmentBuilder timestamps(int value, int echoReply) {
        while (optionsLength % 4 != 2) {
            options.putByte(optionsLength++, (byte) TcpOptions.NO_OPERATION);
        }
        optionsLength = TcpOptions.writeTimestamps(options, optionsLength, value, echoReply);
        return this;
    }

    /**
     * A SACK option, after as many NOPs as align its blocks to four bytes.
     *
     * @param edges left and right edge of each block in turn
     */
    public TcpSegmentBuilder sack(int... edges) {
        while (optionsLength % 4 != 2) {
            options.putByte(optionsLength++, (byte) TcpOptions.NO_OPERATION);
        }
        optionsLength = TcpOptions.writeSack(options, optionsLength, edges.length / 2);
        for (int i = 0; i < edges.length; i += 2) {
            optionsLength =
                    TcpOptions.writeSackBlock(options, optionsLength, edges[i], edges[i + 1]);
        }
        return this;
    }

    /**
     * A Fast Open option (RFC 7413), padded by what is added at the end.
     *
     * @param cookie 4 to 16 bytes, an even number; or none, for a request
     */
    public TcpSegmentBuilder fastOpen(byte... cookie) {
        optionsLength =
                TcpOptions.writeFastOpen(
                        options, optionsLength, new UnsafeBuffer(cookie), 0, cookie.length);
        return this;
    }

    /** Bytes of options as they are, right or wrong. */
    public TcpSegmentBuilder options(byte[] bytes) {
        options.putBytes(optionsLength, bytes);
        optionsLength += bytes.length;
        return this;
    }

    @Override
    TcpSegmentBuilder self() {
        return this;
    }

    @Override
    int protocol() {
        return IpProtocol.TCP;
    }

    @Override
    int headerLength() {
        return TcpHeader.MIN_LENGTH + ((optionsLength + 3) & ~3);
    }

    @Override
    void writeHeader(UnsafeBuffer frame, int at, int payloadLength) {
        TcpHeader.write(
                frame,
                at,
                sourcePort,
                destinationPort,
                sequenceNumber,
                acknowledgmentNumber,
                headerLength(),
                flags,
                window);
        TcpHeader.urgentPointer(frame, at, urgentPointer);
        int start = at + TcpHeader.OPTIONS_OFFSET;
        frame.putBytes(start, options, 0, optionsLength);
        TcpOptions.writePadding(frame, start, start + optionsLength);
    }

    @Override
    void writeChecksum(UnsafeBuffer frame, int at, int bytes, long pseudoHeader) {
        long sum = InternetChecksum.sum(frame, at, bytes, pseudoHeader);
        TcpHeader.checksum(frame, at, InternetChecksum.fold(sum));
    }
}
