package onload.sockets.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;

/**
 * An answer whose beginning is kept back until it is known that there will be one, so that a refusal can still be told
 * instead. Used by one thread until {@link #begin}; whoever is started afterwards may go on.
 */
final class HeldAnswer implements WritableByteChannel {
    private final SocketChannel client;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private boolean hasBegun;

    HeldAnswer(SocketChannel client) {
        this.client = client;
    }

    /** Says that all is well, and what was kept back; from now on everything goes to the client. */
    void begin() throws IOException {
        ControlServer.begin(client);
        ByteBuffer bytes = ByteBuffer.wrap(held.toByteArray());
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
        hasBegun = true;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (hasBegun) {
            return client.write(bytes);
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        held.writeBytes(copy);
        return copy.length;
    }

    @Override
    public boolean isOpen() {
        return client.isOpen();
    }

    /** Before the answer has begun the client is still to be told why there is none. */
    @Override
    public void close() throws IOException {
        if (hasBegun) {
            client.close();
        }
    }
}
