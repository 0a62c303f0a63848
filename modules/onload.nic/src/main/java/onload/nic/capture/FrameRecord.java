package onload.nic.capture;

import org.agrona.MutableDirectBuffer;

/**
 * The layout of a frame in a tap's ring, in the machine's byte order. The type of the ring's
 * message is the direction.
 *
 * <pre>
 *   0        time in nanoseconds, on the clock of the polls
 *   8        frames that found no room in the ring since the record before
 *  16        bytes of the whole frame
 *  20        unused
 *  24        the first bytes of the frame, as many as the message has
 * </pre>
 */
final class FrameRecord {
    /** Direction: the NIC received the frame. The value is that of {@code epb_flags}. */
    static final int RECEIVED = 1;

    /** Direction: the stack transmitted the frame. The value is that of {@code epb_flags}. */
    static final int TRANSMITTED = 2;

    private static final int TIME_OFFSET = 0;
    private static final int DROPPED_OFFSET = 8;
    private static final int FRAME_LENGTH_OFFSET = 16;

    /** Offset of the bytes of the frame. */
    static final int DATA_OFFSET = 24;

    private FrameRecord() {}

    static void write(
            MutableDirectBuffer buffer, int offset, long timeNs, long dropped, int frameLength) {
        buffer.putLong(offset + TIME_OFFSET, timeNs);
        buffer.putLong(offset + DROPPED_OFFSET, dropped);
        buffer.putInt(offset + FRAME_LENGTH_OFFSET, frameLength);
    }

    static long timeNs(MutableDirectBuffer buffer, int offset) {
        return buffer.getLong(offset + TIME_OFFSET);
    }

    static long dropped(MutableDirectBuffer buffer, int offset) {
        return buffer.getLong(offset + DROPPED_OFFSET);
    }

    static int frameLength(MutableDirectBuffer buffer, int offset) {
        return buffer.getInt(offset + FRAME_LENGTH_OFFSET);
    }
}
