package onload.sockets.dump;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A file that is read in copies of pieces, in the byte order of its writer. */
final class Pieces implements Closeable {
    private final Path path;
    private final FileChannel channel;
    private ByteOrder order = ByteOrder.nativeOrder();

    Pieces(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    void order(ByteOrder writers) {
        order = writers;
    }

    ByteOrder order() {
        return order;
    }

    long length() throws IOException {
        return channel.size();
    }

    /** {@return a copy of a piece} The caller has found its length to be within a limit. */
    ByteBuffer read(long offset, int length) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(length);
        read(offset, piece);
        return piece.order(order);
    }

    /** Fills a buffer from its beginning to its capacity. */
    void read(long offset, ByteBuffer piece) throws IOException {
        piece.clear().order(order);
        while (piece.hasRemaining()) {
            if (channel.read(piece, offset + piece.position()) <= 0) {
                throw new IOException(
                        "%s ends at byte %d; expected %d more: it was cut off"
                                .formatted(path, offset + piece.position(), piece.remaining()));
            }
        }
        piece.flip();
    }

    /** An exception for a file that is not what it should be. */
    IllegalArgumentException damaged(String found) {
        return new IllegalArgumentException("%s is %s".formatted(path, found));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
