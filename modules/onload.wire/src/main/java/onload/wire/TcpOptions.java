package onload.wire;

import static onload.wire.BigEndian.int32;
import static onload.wire.BigEndian.uint16;
import static onload.wire.BigEndian.uint8;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The options of a TCP segment: those in use are read, the others skipped (RFC 9293, section 3.1).
 *
 * <p>An instance holds the result of the last {@link #parse} and is reused from segment to segment; it
 * belongs to one thread. SACK blocks and a Fast Open cookie are not copied: they are read from the buffer
 * that was parsed, and are valid as long as that is unchanged. The static methods write options.
 */
public final class TcpOptions {
    /** Kind: end of the option list, 1 byte (RFC 9293). */
    public static final int END = 0;

    /** Kind: no operation, 1 byte (RFC 9293). */
    public static final int NO_OPERATION = 1;

    /** Kind: maximum segment size, 4 bytes (RFC 9293). */
    public static final int MAXIMUM_SEGMENT_SIZE = 2;

    /** Kind: window scale, 3 bytes (RFC 7323, section 2.2). */
    public static final int WINDOW_SCALE = 3;

    /** Kind: SACK permitted, 2 bytes (RFC 2018, section 2). */
    public static final int SACK_PERMITTED = 4;

    /** Kind: SACK, 2 + 8n bytes (RFC 2018, section 3). */
    public static final int SACK = 5;

    /** Kind: timestamps, 10 bytes (RFC 7323, section 3.2). */
    public static final int TIMESTAMPS = 8;

    /** Kind: MD5 signature, 18 bytes (RFC 2385, section 3). */
    public static final int MD5_SIGNATURE = 19;

    /** Kind: Fast Open cookie, 2 bytes as a request or 6 to 18 (RFC 7413, section 2). */
    public static final int FAST_OPEN = 34;

    /** Bytes of a maximum-segment-size option. */
    public static final int MAXIMUM_SEGMENT_SIZE_LENGTH = 4;

    /** Bytes of a window-scale option. */
    public static final int WINDOW_SCALE_LENGTH = 3;

    /** Bytes of a SACK-permitted option. */
    public static final int SACK_PERMITTED_LENGTH = 2;

    /** Bytes of a timestamps option. */
    public static final int TIMESTAMPS_LENGTH = 10;

    /** Bytes of one block in a SACK option. */
    public static final int SACK_BLOCK_LENGTH = 8;

    /** Blocks that fit one segment. */
    public static final int MAX_SACK_BLOCKS = 4;

    /** The largest shift count; a larger one is used as this (RFC 7323, section 2.3). */
    public static final int MAX_WINDOW_SCALE = 14;

    /** Smallest and largest Fast Open cookie in bytes (RFC 7413, section 2). */
    public static final int MIN_COOKIE_LENGTH = 4;

    /** Largest Fast Open cookie in bytes (RFC 7413, section 2). */
    public static final int MAX_COOKIE_LENGTH = 16;

    /** Two NOPs, the kind and the length: how most timestamps options begin, aligned (RFC 7323, A). */
    private static final int ALIGNED_TIMESTAMPS = 0x0101080A;

    private static final int HAS_MAXIMUM_SEGMENT_SIZE = 1;
    private static final int HAS_WINDOW_SCALE = 2;
    private static final int HAS_SACK_PERMITTED = 4;
    private static final int HAS_TIMESTAMPS = 8;
    private static final int HAS_FAST_OPEN = 16;
    private static final int HAS_MD5_SIGNATURE = 32;

    private int present;
    private int maximumSegmentSize;
    private int windowScale;
    private int timestampValue;
    private int timestampEchoReply;
    private int sackBlocks;
    private int sackOffset;
    private int cookieLength;
    private int cookieOffset;

    /** Makes a holder that has no options. */
    public TcpOptions() {}

    /**
     * Reads the options of a segment. When an option has a length that is impossible (RFC 9293, MUST-7), the
     * options before it count and those after it do not.
     *
     * @param buffer holds the segment
     * @param offset index of the first byte of its header, which {@link TcpHeader#check} has accepted
     * @param headerLength what that check answered
     * @return 0; or {@link Malformed#OPTION}
     */
    public int parse(UnsafeBuffer buffer, int offset, int headerLength) {
        present = 0;
        sackBlocks = 0;
        int at = offset + TcpHeader.OPTIONS_OFFSET;
        int end = offset + headerLength;
        if (headerLength == TcpHeader.MIN_LENGTH + 12 && int32(buffer, at) == ALIGNED_TIMESTAMPS) {
            timestamps(buffer, at + 2);
            return 0;
        }
        while (at < end) {
            int kind = uint8(buffer, at);
            if (kind == NO_OPERATION) {
                at++;
                continue;
            }
            if (kind == END) {
                return 0;
            }
            if (at + 1 == end) {
                return Malformed.OPTION;
            }
            int length = uint8(buffer, at + 1);
            if (length < 2 || length > end - at || !read(buffer, at, kind, length)) {
                return Malformed.OPTION;
            }
            at += length;
        }
        return 0;
    }

    private boolean read(UnsafeBuffer buffer, int at, int kind, int length) {
        switch (kind) {
            case MAXIMUM_SEGMENT_SIZE -> {
                if (length != MAXIMUM_SEGMENT_SIZE_LENGTH) {
                    return false;
                }
                maximumSegmentSize = uint16(buffer, at + 2);
                present |= HAS_MAXIMUM_SEGMENT_SIZE;
            }
            case WINDOW_SCALE -> {
                if (length != WINDOW_SCALE_LENGTH) {
                    return false;
                }
                windowScale = Math.min(uint8(buffer, at + 2), MAX_WINDOW_SCALE);
                present |= HAS_WINDOW_SCALE;
            }
            case SACK_PERMITTED -> {
                if (length != SACK_PERMITTED_LENGTH) {
                    return false;
                }
                present |= HAS_SACK_PERMITTED;
            }
            case SACK -> {
                if (length < 2 + SACK_BLOCK_LENGTH || (length - 2) % SACK_BLOCK_LENGTH != 0) {
                    return false;
                }
                sackBlocks = (length - 2) / SACK_BLOCK_LENGTH;
                sackOffset = at + 2;
            }
            case TIMESTAMPS -> {
                if (length != TIMESTAMPS_LENGTH) {
                    return false;
                }
                timestamps(buffer, at);
            }
            case FAST_OPEN -> fastOpen(at, length);
            case MD5_SIGNATURE -> present |= HAS_MD5_SIGNATURE;
            default -> {
                // RFC 9293, section 3.1: an option that is not known is skipped by its length.
            }
        }
        return true;
    }

    private void timestamps(UnsafeBuffer buffer, int at) {
        timestampValue = int32(buffer, at + 2);
        timestampEchoReply = int32(buffer, at + 6);
        present |= HAS_TIMESTAMPS;
    }

    /** A cookie of a length that RFC 7413 does not allow is as if it were not there (section 4.1.1). */
    private void fastOpen(int at, int length) {
        int bytes = length - 2;
        if (bytes == 0
                || (bytes >= MIN_COOKIE_LENGTH && bytes <= MAX_COOKIE_LENGTH && bytes % 2 == 0)) {
            cookieLength = bytes;
            cookieOffset = at + 2;
            present |= HAS_FAST_OPEN;
        }
    }

    /** {@return whether there is a maximum segment size} */
    public boolean hasMaximumSegmentSize() {
        return (present & HAS_MAXIMUM_SEGMENT_SIZE) != 0;
    }

    /** {@return the maximum segment size in bytes, 0 to 65535, if there is one} */
    public int maximumSegmentSize() {
        return maximumSegmentSize;
    }

    /** {@return whether there is a window scale} */
    public boolean hasWindowScale() {
        return (present & HAS_WINDOW_SCALE) != 0;
    }

    /** {@return the shift count, 0 to 14, if there is one; a larger one is reported as 14} */
    public int windowScale() {
        return windowScale;
    }

    /** {@return whether SACK is permitted} */
    public boolean sackPermitted() {
        return (present & HAS_SACK_PERMITTED) != 0;
    }

    /** {@return whether there are timestamps} */
    public boolean hasTimestamps() {
        return (present & HAS_TIMESTAMPS) != 0;
    }

    /** {@return the timestamp value (TSval), if there is one; modular as a {@link SequenceNumber}} */
    public int timestampValue() {
        return timestampValue;
    }

    /** {@return the timestamp echo reply (TSecr), if there is one} */
    public int timestampEchoReply() {
        return timestampEchoReply;
    }

    /** {@return the number of SACK blocks, 0 to 4} */
    public int sackBlocks() {
        return sackBlocks;
    }

    /**
     * {@return the first sequence number of a SACK block}
     *
     * @param buffer the buffer that was parsed
     * @param index 0 to {@link #sackBlocks} - 1
     */
    public int sackLeftEdge(UnsafeBuffer buffer, int index) {
        return int32(buffer, sackOffset + index * SACK_BLOCK_LENGTH);
    }

    /**
     * {@return the sequence number after the last one of a SACK block}
     *
     * @param buffer the buffer that was parsed
     * @param index 0 to {@link #sackBlocks} - 1
     */
    public int sackRightEdge(UnsafeBuffer buffer, int index) {
        return int32(buffer, sackOffset + index * SACK_BLOCK_LENGTH + 4);
    }

    /** {@return whether there is a Fast Open option, a request or a cookie} */
    public boolean hasFastOpen() {
        return (present & HAS_FAST_OPEN) != 0;
    }

    /** {@return whether there is an MD5 signature, whatever its length is} */
    public boolean hasMd5Signature() {
        return (present & HAS_MD5_SIGNATURE) != 0;
    }

    /** {@return the bytes of the Fast Open cookie, if there is that option; 0 for a request} */
    public int cookieLength() {
        return cookieLength;
    }

    /** {@return the index of the cookie's first byte in the buffer that was parsed} */
    public int cookieOffset() {
        return cookieOffset;
    }

    /**
     * Writes a maximum-segment-size option.
     *
     * @param at index of its first byte
     * @param bytes 0 to 65535
     * @return the index after it
     */
    public static int writeMaximumSegmentSize(UnsafeBuffer buffer, int at, int bytes) {
        int32(buffer, at, MAXIMUM_SEGMENT_SIZE << 24 | MAXIMUM_SEGMENT_SIZE_LENGTH << 16 | bytes);
        return at + MAXIMUM_SEGMENT_SIZE_LENGTH;
    }

    /**
     * Writes a NOP and a window-scale option, 4 bytes.
     *
     * @param at index of the NOP
     * @param shift 0 to 14
     * @return the index after it
     */
    public static int writeWindowScale(UnsafeBuffer buffer, int at, int shift) {
        int32(
                buffer,
                at,
                NO_OPERATION << 24 | WINDOW_SCALE << 16 | WINDOW_SCALE_LENGTH << 8 | shift);
        return at + 4;
    }

    /**
     * Writes a SACK-permitted option, 2 bytes.
     *
     * @param at index of its first byte
     * @return the index after it
     */
    public static int writeSackPermitted(UnsafeBuffer buffer, int at) {
        uint16(buffer, at, SACK_PERMITTED << 8 | SACK_PERMITTED_LENGTH);
        return at + SACK_PERMITTED_LENGTH;
    }

    /**
     * Writes a timestamps option without padding, 10 bytes.
     *
     * @param at index of its first byte
     * @param value TSval
     * @param echoReply TSecr
     * @return the index after it
     */
    public static int writeTimestamps(UnsafeBuffer buffer, int at, int value, int echoReply) {
        uint16(buffer, at, TIMESTAMPS << 8 | TIMESTAMPS_LENGTH);
        int32(buffer, at + 2, value);
        int32(buffer, at + 6, echoReply);
        return at + TIMESTAMPS_LENGTH;
    }

    /**
     * Writes the beginning of a SACK option; the blocks follow by {@link #writeSackBlock}.
     *
     * @param at index of its first byte
     * @param blocks number of blocks, 1 to 4
     * @return the index of the first block
     */
    public static int writeSack(UnsafeBuffer buffer, int at, int blocks) {
        uint16(buffer, at, SACK << 8 | 2 + blocks * SACK_BLOCK_LENGTH);
        return at + 2;
    }

    /**
     * Writes one block of a SACK option.
     *
     * @param at index of its first byte
     * @param leftEdge the first sequence number of the block
     * @param rightEdge the sequence number after the last one
     * @return the index after it
     */
    public static int writeSackBlock(UnsafeBuffer buffer, int at, int leftEdge, int rightEdge) {
        int32(buffer, at, leftEdge);
        int32(buffer, at + 4, rightEdge);
        return at + SACK_BLOCK_LENGTH;
    }

    /**
     * Writes a Fast Open option.
     *
     * @param at index of its first byte
     * @param cookie holds the cookie
     * @param cookieOffset index of its first byte
     * @param cookieLength its bytes: an even number from 4 to 16, or 0 for a request
     * @return the index after it
     */
    public static int writeFastOpen(
            UnsafeBuffer buffer, int at, UnsafeBuffer cookie, int cookieOffset, int cookieLength) {
        uint16(buffer, at, FAST_OPEN << 8 | 2 + cookieLength);
        buffer.putBytes(at + 2, cookie, cookieOffset, cookieLength);
        return at + 2 + cookieLength;
    }

    /**
     * Fills up with NOPs to a multiple of 4 bytes.
     *
     * @param optionsStart index of the first option
     * @param at index after the last option
     * @return the index after the padding
     */
    public static int writePadding(UnsafeBuffer buffer, int optionsStart, int at) {
        int padded = optionsStart + (at - optionsStart + 3 & ~3);
        for (int i = at; i < padded; i++) {
            uint8(buffer, i, NO_OPERATION);
        }
        return padded;
    }
}
