package onload.jdk.channel;

import onload.sockets.Socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;

/** A pipe of the kernel, before which our channels stand, so that one of our selectors can have it. */
final class OnloadPipe extends Pipe {
    private final Source source;
    private final Sink sink;

    OnloadPipe(SelectorProvider provider, Pipe kernel) {
        source = new Source(provider, kernel.source());
        sink = new Sink(provider, kernel.sink());
    }

    @Override
    public SourceChannel source() {
        return source;
    }

    @Override
    public SinkChannel sink() {
        return sink;
    }

    /** The end that is read. */
    private static final class Source extends SourceChannel implements Front {
        private final Behind behind = new Behind();
        private final SourceChannel kernel;

        Source(SelectorProvider provider, SourceChannel kernel) {
            super(provider);
            this.kernel = kernel;
            behind.add(kernel);
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            try {
                return kernel.read(to);
            } catch (ClosedChannelException e) {
                closeWith(this, kernel);
                throw e;
            }
        }

        @Override
        public long read(ByteBuffer[] to, int offset, int length) throws IOException {
            return kernel.read(to, offset, length);
        }

        @Override
        public long read(ByteBuffer[] to) throws IOException {
            return kernel.read(to);
        }

        @Override
        protected void implCloseSelectableChannel() throws IOException {
            kernel.close();
        }

        @Override
        protected void implConfigureBlocking(boolean isBlocking) throws IOException {
            behind.dropCancelled(kernel);
            kernel.configureBlocking(isBlocking);
        }

        @Override
        public Behind behind() {
            return behind;
        }

        @Override
        public int readinessFor(int interestOps) {
            return 0;
        }

        @Override
        public int readyOps(Socket socket, int readiness, int interestOps) {
            return 0;
        }
    }

    /** The end that is written. */
    private static final class Sink extends SinkChannel implements Front {
        private final Behind behind = new Behind();
        private final SinkChannel kernel;

        Sink(SelectorProvider provider, SinkChannel kernel) {
            super(provider);
            this.kernel = kernel;
            behind.add(kernel);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            try {
                return kernel.write(from);
            } catch (ClosedChannelException e) {
                closeWith(this, kernel);
                throw e;
            }
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            return kernel.write(from, offset, length);
        }

        @Override
        public long write(ByteBuffer[] from) throws IOException {
            return kernel.write(from);
        }

        @Override
        protected void implCloseSelectableChannel() throws IOException {
            kernel.close();
        }

        @Override
        protected void implConfigureBlocking(boolean isBlocking) throws IOException {
            behind.dropCancelled(kernel);
            kernel.configureBlocking(isBlocking);
        }

        @Override
        public Behind behind() {
            return behind;
        }

        @Override
        public int readinessFor(int interestOps) {
            return 0;
        }

        @Override
        public int readyOps(Socket socket, int readiness, int interestOps) {
            return 0;
        }
    }

    private static void closeWith(SelectableChannel ours, SelectableChannel kernel)
            throws IOException {
        if (!kernel.isOpen()) {
            ours.close();
        }
    }
}
