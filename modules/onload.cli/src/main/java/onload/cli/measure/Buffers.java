package onload.cli.measure;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Buffers for messages: outside the heap, over a ByteBuffer, so that both a stack and a channel take them. */
final class Buffers {
    private static final int CACHE_LINE = 64;

    private Buffers() {}

    static UnsafeBuffer of(int length) {
        return new UnsafeBuffer(BufferUtil.allocateDirectAligned(length, CACHE_LINE));
    }
}
