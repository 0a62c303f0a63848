package onload.wire.text;

import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

/**
 * The options of TCP. They are walked here and not by {@link TcpOptions}, since each one is written in
 * its place, known or not.
 */
final class TcpOptionsText {
    private static final String PROTOCOL = "tcp";

    /** Kind: MD5 signature (RFC 2385). */
    private static final int MD5_SIGNATURE = 19;

    private static final int MD5_SIGNATURE_LENGTH = 18;

    private TcpOptionsText() {}

    /**
     * {@return whether the options could be read to their end}
     *
     * @param offset index of the first byte of the TCP header
     * @param headerLength bytes of the header, more than 20; they need not be there
     */
    static boolean append(Line line, int offset, int headerLength) {
        line.append(", options [");
        int at = offset + TcpHeader.OPTIONS_OFFSET;
        int end = offset + headerLength;
        while (at < end) {
            int length = appendOption(line, at, end);
            if (length < 0) {
                return false;
            }
            at += length;
            line.append(at < end ? "," : "]");
        }
        return true;
    }

    /** {@return the bytes of the option; to {@code end} for the last one; -1 if it cannot be read} */
    private static int appendOption(Line line, int at, int end) {
        if (line.lacks(at, 1, PROTOCOL)) {
            return -1;
        }
        int kind = line.uint8(at);
        if (kind == TcpOptions.END || kind == TcpOptions.NO_OPERATION) {
            line.append(kind == TcpOptions.END ? "eol" : "nop");
            return kind == TcpOptions.END ? end - at : 1;
        }
        if (line.lacks(at, 2, PROTOCOL)) {
            return -1;
        }
        int length = line.uint8(at + 1);
        if (length < 2 || length > end - at) {
            line.append("[bad opt]]");
            return -1;
        }
        line.append(name(kind));
        if (line.lacks(at, length, PROTOCOL)) {
            return -1;
        }
        if (length == fixedLength(kind, length)) {
            appendValue(line, kind, at + 2, length - 2);
        } else {
            line.append("[len ").append(length).append(']');
        }
        return length;
    }

    private static String name(int kind) {
        return switch (kind) {
            case TcpOptions.MAXIMUM_SEGMENT_SIZE -> "mss";
            case TcpOptions.WINDOW_SCALE -> "wscale";
            case TcpOptions.SACK_PERMITTED -> "sackOK";
            case TcpOptions.SACK -> "sack";
            case TcpOptions.TIMESTAMPS -> "TS";
            case MD5_SIGNATURE -> "md5";
            case TcpOptions.FAST_OPEN -> "tfo";
            default -> "unknown-" + kind;
        };
    }

    private static void appendValue(Line line, int kind, int at, int length) {
        switch (kind) {
            case TcpOptions.MAXIMUM_SEGMENT_SIZE -> line.append(' ').append(line.uint16(at));
            case TcpOptions.WINDOW_SCALE -> line.append(' ').append(line.uint8(at));
            case TcpOptions.SACK_PERMITTED -> {}
            case TcpOptions.SACK -> appendSack(line, at, length);
            case TcpOptions.TIMESTAMPS -> {
                line.append(" val ").append(line.uint32(at));
                line.append(" ecr ").append(line.uint32(at + 4));
            }
            case MD5_SIGNATURE -> {
                line.append(" shared secret not supplied with -M, can't check - ");
                line.hex(at, length);
            }
            case TcpOptions.FAST_OPEN -> appendFastOpen(line, at, length);
            default -> line.append(length == 0 ? "" : " 0x").hex(at, length);
        }
    }

    /** {@return the only length that a kind of option may have, or {@code length} if it varies} */
    private static int fixedLength(int kind, int length) {
        return switch (kind) {
            case TcpOptions.MAXIMUM_SEGMENT_SIZE -> TcpOptions.MAXIMUM_SEGMENT_SIZE_LENGTH;
            case TcpOptions.WINDOW_SCALE -> TcpOptions.WINDOW_SCALE_LENGTH;
            case TcpOptions.SACK_PERMITTED -> TcpOptions.SACK_PERMITTED_LENGTH;
            case TcpOptions.TIMESTAMPS -> TcpOptions.TIMESTAMPS_LENGTH;
            case MD5_SIGNATURE -> MD5_SIGNATURE_LENGTH;
            default -> length;
        };
    }

    private static void appendSack(Line line, int at, int length) {
        if (length % TcpOptions.SACK_BLOCK_LENGTH != 0) {
            line.append(" invalid sack");
            return;
        }
        line.append(' ').append(length / TcpOptions.SACK_BLOCK_LENGTH).append(' ');
        for (int i = at; i < at + length; i += TcpOptions.SACK_BLOCK_LENGTH) {
            line.append('{').append(line.uint32(i)).append(':');
            line.append(line.uint32(i + 4)).append('}');
        }
    }

    private static void appendFastOpen(Line line, int at, int length) {
        if (length == 0) {
            line.append("  cookiereq");
        } else if (length < TcpOptions.MIN_COOKIE_LENGTH
                || length > TcpOptions.MAX_COOKIE_LENGTH
                || length % 2 != 0) {
            line.append("  (invalid)");
        } else {
            line.append("  cookie ").hex(at, length);
        }
    }
}
