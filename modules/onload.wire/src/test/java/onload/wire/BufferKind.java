package onload.wire;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The kinds of memory that an {@link UnsafeBuffer} may lie over. */
enum BufferKind {
    /** An array of its own. */
    ARRAY {
        @Override
        UnsafeBuffer of(byte[] content) {
            return new UnsafeBuffer(content.clone());
        }
    },

    /** A part of an array, behind an odd number of bytes of something else. */
    PART_OF_ARRAY {
        @Override
        UnsafeBuffer of(byte[] content) {
            byte[] larger = new byte[content.length + 20];
            Arrays.fill(larger, (byte) 0xA5);
            System.arraycopy(content, 0, larger, 13, content.length);
            return new UnsafeBuffer(larger, 13, content.length);
        }
    },

    /** A byte buffer outside the heap. */
    DIRECT {
        @Override
        UnsafeBuffer of(byte[] content) {
            return new UnsafeBuffer(ByteBuffer.allocateDirect(content.length).put(content));
        }
    },

    /** A bare address. */
    ADDRESS {
        @Override
        UnsafeBuffer of(byte[] content) {
            return new AtAddress(ByteBuffer.allocateDirect(content.length).put(content));
        }
    };

    /** {@return a buffer of this kind with some content} */
    abstract UnsafeBuffer of(byte[] content);

    /** Keeps the memory that it knows by address only from being freed. */
    private static final class AtAddress extends UnsafeBuffer {
        @SuppressWarnings("unused")
        private final ByteBuffer memory;

        AtAddress(ByteBuffer memory) {
            super(BufferUtil.address(memory), memory.capacity());
            this.memory = memory;
        }
    }
}
