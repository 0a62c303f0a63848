package onload.jdk.channel;

import java.nio.ByteBuffer;

/** A buffer for each thread, in which small pieces of one write meet. */
final class Gathering {
    private static final int LENGTH = 64 << 10;

    private static final ThreadLocal<ByteBuffer> OF_THREAD =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(LENGTH));

    private Gathering() {}

    /**
     * {@return an empty buffer with room for a number of bytes}
     *
     * <p>A virtual thread gets one of its own: there may be millions of them.
     */
    static ByteBuffer buffer(int bytes) {
        if (bytes > LENGTH || Thread.currentThread().isVirtual()) {
            return ByteBuffer.allocate(bytes);
        }
        return OF_THREAD.get().clear();
    }
}
