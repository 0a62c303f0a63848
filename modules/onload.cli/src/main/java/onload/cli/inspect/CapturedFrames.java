package onload.cli.inspect;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads a capture while it is written: blocks of pcapng as a stack writes them, little-endian, Ethernet, times in
 * nanoseconds. Belongs to one thread.
 */
final class CapturedFrames {
    private static final int ENHANCED_PACKET = 6;
    private static final int BLOCK_HEADER = 8;
    private static final int FRAME_HEADER = 28;
    private static final int LEAST_BLOCK = 12;
    private static final int MOST_BLOCK = 1 << 20;

    private final DataInputStream in;
    private UnsafeBuffer block = new UnsafeBuffer(new byte[1 << 12]);
    private int length;

    CapturedFrames(InputStream in) {
        this.in = new DataInputStream(in);
    }

    /**
     * Reads the next block.
     *
     * @return whether there is one
     * @throws IOException if it is none, or breaks off
     */
    boolean next() throws IOException {
        byte[] header = in.readNBytes(BLOCK_HEADER);
        if (header.length < BLOCK_HEADER) {
            return false;
        }
        UnsafeBuffer start = new UnsafeBuffer(header);
        length = start.getInt(4, ByteOrder.LITTLE_ENDIAN);
        if (length < LEAST_BLOCK || length > MOST_BLOCK || length % 4 != 0) {
            throw new IOException("what the process sends is no capture");
        }
        if (block.capacity() < length) {
            block = new UnsafeBuffer(new byte[length]);
        }
        block.putBytes(0, header);
        byte[] rest = in.readNBytes(length - BLOCK_HEADER);
        if (rest.length < length - BLOCK_HEADER) {
            throw new EOFException("the capture breaks off");
        }
        block.putBytes(BLOCK_HEADER, rest);
        if (isFrame() && frameLength() > length - FRAME_HEADER) {
            throw new IOException("a frame of the capture is longer than its block");
        }
        return true;
    }

    /** {@return whether the block is a frame} */
    boolean isFrame() {
        return block.getInt(0, ByteOrder.LITTLE_ENDIAN) == ENHANCED_PACKET
                && length >= FRAME_HEADER;
    }

    /** {@return the block as it was read} */
    byte[] bytes() {
        byte[] copy = new byte[length];
        block.getBytes(0, copy);
        return copy;
    }

    /** {@return where frames are} */
    UnsafeBuffer buffer() {
        return block;
    }

    /** {@return where the frame begins} */
    int frameOffset() {
        return FRAME_HEADER;
    }

    /** {@return bytes of the frame that were captured} */
    int frameLength() {
        int captured = block.getInt(20, ByteOrder.LITTLE_ENDIAN);
        return captured < 0 ? Integer.MAX_VALUE : captured;
    }

    /** {@return when, in nanoseconds since 1970} */
    long timeNs() {
        long high = Integer.toUnsignedLong(block.getInt(12, ByteOrder.LITTLE_ENDIAN));
        return high << 32 | Integer.toUnsignedLong(block.getInt(16, ByteOrder.LITTLE_ENDIAN));
    }

    @Override
    public String toString() {
        return Arrays.toString(bytes());
    }
}
