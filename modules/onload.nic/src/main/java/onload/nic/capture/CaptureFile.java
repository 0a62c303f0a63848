package onload.nic.capture;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A file to which whole blocks are appended, gathered to batches in memory that the operating
 * system takes without another copy. For one thread at a time.
 */
final class CaptureFile {
    private final WritableByteChannel channel;
    private final ByteBuffer bytes;
    private final UnsafeBuffer batch;

    /** Bytes in the batch. */
    private int length;

    /** Bytes in the file. */
    private long flushed;

    /**
     * Begins at the place where the channel stands.
     *
     * @param channel blocks until it has taken at least a byte
     * @param batchBytes bytes of the batch, the largest block or more
     */
    CaptureFile(WritableByteChannel channel, int batchBytes) {
        this.channel = channel;
        this.bytes = BufferUtil.allocateDirectAligned(batchBytes, 64);
        this.batch = new UnsafeBuffer(bytes);
    }

    /** {@return where the next block is written, from index {@link #end} on} */
    UnsafeBuffer batch() {
        return batch;
    }

    int end() {
        return length;
    }

    /** {@return whether a block fits the batch; if not, it does after a flush} */
    boolean fitsBatch(int blockLength) {
        return length + blockLength <= batch.capacity();
    }

    /** Keeps the block that was written at {@link #end}. */
    void append(int blockLength) {
        length += blockLength;
    }

    /** {@return the bytes of the file once the batch is flushed} */
    long size() {
        return flushed + length;
    }

    /** {@return the bytes in the file} */
    long flushed() {
        return flushed;
    }

    /**
     * Writes the batch into the file.
     *
     * @throws IOException if it does not go in; {@link #discard} makes the file whole again
     */
    void flush() throws IOException {
        // A thread that was interrupted before would close the channel by writing to it.
        boolean interrupted = Thread.interrupted();
        try {
            bytes.limit(length).position(0);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            flushed += length;
            length = 0;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Gives the batch up, and takes what a failed flush wrote of it off the file again, where that
     * is possible: a file that ends within a block is called damaged by its readers.
     */
    void discard() {
        length = 0;
        if (channel instanceof FileChannel file) {
            try {
                file.truncate(flushed);
            } catch (IOException e) {
                // A pipe, or the disk has failed for good, which has been told already.
            }
        }
    }

    /** Closes the file, without the batch. */
    void close() throws IOException {
        channel.close();
    }
}
