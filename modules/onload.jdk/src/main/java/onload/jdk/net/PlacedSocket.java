package onload.jdk.net;

import onload.jdk.internal.Failures;
import onload.jdk.internal.FreePorts;
import onload.jdk.internal.OptionBridge;
import onload.jdk.internal.Wildcards;
import onload.jdk.placement.Acceleration;
import onload.jdk.placement.Placement;
import onload.sockets.Stack;
import onload.sockets.TcpSocket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.UnknownHostException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What stands behind a {@code java.net.Socket}: a connection of a stack, or a socket of the kernel's, from the
 * time when it is bound to an address of one, or connected. Bound to the wildcard it is the kernel's, which
 * gives it its port, until it connects.
 *
 * <p>For any thread.
 */
public final class PlacedSocket extends PlacedSocketImpl {
    private enum State {
        NEW,
        UNCONNECTED,
        CONNECTING,
        CONNECTED,
        CLOSED
    }

    private final ReentrantLock connectLock = new ReentrantLock();

    // Written under the state's lock. At most one of the two is there once it is connected.
    private volatile State state = State.NEW;
    private volatile @Nullable TcpSocket tcp;
    private volatile @Nullable StackStreams streams;
    private volatile @Nullable Socket kernel;
    private volatile String reason = "it is not connected yet";
    private @Nullable InetAddress bound;
    private boolean isOutOfBandInline;

    /** Makes one that is not created yet, as {@code java.net.Socket} wants it. */
    public PlacedSocket(Acceleration acceleration) {
        super(acceleration, false);
    }

    @Override
    public boolean isAccelerated() {
        return tcp != null;
    }

    @Override
    public String whyNotAccelerated() {
        return isAccelerated() ? "" : reason;
    }

    @Override
    protected void create(boolean isStream) throws IOException {
        if (!isStream) {
            throw new IOException("Datagram socket creation not supported");
        }
        synchronized (stateLock) {
            if (state != State.NEW) {
                throw new IOException("Already created");
            }
            state = State.UNCONNECTED;
        }
    }

    // Becoming a stack's or the kernel's, under the state's lock.

    private Socket becomeKernels(String why) throws IOException {
        KernelSocket socket = new KernelSocket();
        try {
            options.apply(socket::setOption);
            socket.setSoTimeout(timeoutMs);
            socket.setOOBInline(isOutOfBandInline);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
        kernel = socket;
        reason = why;
        return socket;
    }

    private void becomeStacks(TcpSocket socket) {
        socket.outlastInterrupts(true);
        options.apply(socket);
        streams = new StackStreams(this, socket);
        tcp = socket;
        reason = "";
    }

    /** {@return a socket of a stack, bound if an address is given} */
    private static TcpSocket open(Stack stack, @Nullable InetSocketAddress local)
            throws IOException {
        TcpSocket socket;
        try {
            socket = stack.tcp();
        } catch (IllegalStateException e) {
            throw socketException(e);
        }
        int answer = local == null ? 0 : FreePorts.bind(socket, local);
        if (answer != 0) {
            socket.close();
            throw Failures.ofBind(answer);
        }
        return socket;
    }

    @Override
    protected void bind(InetAddress host, int port) throws IOException {
        synchronized (stateLock) {
            checkOpen();
            if (localport != 0) {
                throw new SocketException("Already bound");
            }
            Placement placement =
                    host.isAnyLocalAddress()
                            ? Placement.kernel("it is bound to the wildcard and not connected yet")
                            : acceleration.toBind(host);
            Stack stack = placement.stack();
            InetSocketAddress local = new InetSocketAddress(host, port);
            if (stack == null) {
                Socket known = kernel;
                Socket socket = known == null ? becomeKernels(placement.reason()) : known;
                socket.bind(local);
                localport = socket.getLocalPort();
            } else {
                TcpSocket socket = open(stack, local);
                becomeStacks(socket);
                localport = portOf(socket);
            }
            address = host;
            bound = host;
        }
    }

    private static int portOf(TcpSocket socket) {
        InetSocketAddress local = socket.localAddress();
        return local == null ? 0 : local.getPort();
    }

    /** Chooses between stack and kernel, unless being bound has done so. */
    private void place(InetSocketAddress to) throws IOException {
        InetAddress at = bound;
        if (at != null && !at.isAnyLocalAddress()) {
            return;
        }
        Placement placement = acceleration.toConnect(to.getAddress());
        Stack stack = placement.stack();
        if (stack == null) {
            reason = placement.reason();
            if (kernel == null) {
                becomeKernels(placement.reason());
            }
            return;
        }
        Socket left = kernel;
        kernel = null;
        int port = localport;
        if (left != null) {
            left.close();
        }
        InetAddress any = Wildcards.like(to.getAddress());
        becomeStacks(open(stack, port == 0 ? null : new InetSocketAddress(any, port)));
    }

    // Connecting.

    @Override
    protected void connect(String host, int port) throws IOException {
        connect(new InetSocketAddress(host, port), 0);
    }

    @Override
    protected void connect(InetAddress host, int port) throws IOException {
        connect(new InetSocketAddress(host, port), 0);
    }

    @Override
    protected void connect(SocketAddress remote, int timeout) throws IOException {
        if (!(remote instanceof InetSocketAddress address)) {
            throw new IOException("Unsupported address type");
        }
        if (address.isUnresolved()) {
            throw new UnknownHostException(address.getHostName());
        }
        try {
            connectLock.lock();
            try {
                connectLocked(address, timeout);
            } finally {
                connectLock.unlock();
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void connectLocked(InetSocketAddress remote, int timeout) throws IOException {
        InetAddress host = remote.getAddress();
        InetSocketAddress to =
                host.isAnyLocalAddress()
                        ? new InetSocketAddress(InetAddress.getLocalHost(), remote.getPort())
                        : remote;
        TcpSocket socket;
        Socket inside;
        synchronized (stateLock) {
            beginConnect(to);
            socket = tcp;
            inside = kernel;
        }
        if (socket != null) {
            int begun = socket.connect(to);
            if (begun != 0) {
                throw isOpen() ? Failures.ofConnect(begun) : new SocketException(CLOSED);
            }
            streams().awaitConnected(timeout);
        } else if (inside != null) {
            inside.connect(to, timeout);
        }
        synchronized (stateLock) {
            if (state != State.CONNECTING) {
                throw new SocketException(CLOSED);
            }
            localport = socket == null ? kernel().getLocalPort() : portOf(socket);
            state = State.CONNECTED;
        }
    }

    private void beginConnect(InetSocketAddress to) throws IOException {
        switch (state) {
            case NEW -> throw new SocketException("Not created");
            case CONNECTING -> throw new SocketException("Connection in progress");
            case CONNECTED -> throw new SocketException("Already connected");
            case CLOSED -> throw new SocketException(CLOSED);
            case UNCONNECTED -> {
                state = State.CONNECTING;
                address = to.getAddress();
                port = to.getPort();
                place(to);
            }
        }
    }

    // Being accepted.

    @Override
    protected void listen(int backlog) throws IOException {
        throw new SocketException("A client's socket does not listen");
    }

    @Override
    protected void accept(SocketImpl accepted) throws IOException {
        throw new SocketException("A client's socket does not accept");
    }

    /** Becomes a connection that a stack's listener has accepted, or closes it. */
    void adopt(TcpSocket accepted) throws IOException {
        InetSocketAddress local = accepted.localAddress();
        InetSocketAddress remote = accepted.remoteAddress();
        synchronized (stateLock) {
            if (!isFresh() || local == null || remote == null) {
                accepted.close();
                throw new SocketException(
                        isFresh() ? "Connection reset" : "Not a newly created SocketImpl");
            }
            becomeStacks(accepted);
            adopted(remote, local.getPort());
        }
    }

    /** Becomes a connection that the kernel has accepted, or closes it. */
    void adopt(Socket accepted, String why) throws IOException {
        synchronized (stateLock) {
            if (!isFresh()) {
                accepted.close();
                throw new SocketException("Not a newly created SocketImpl");
            }
            if (timeoutMs != 0) {
                accepted.setSoTimeout(timeoutMs);
            }
            kernel = accepted;
            reason = why;
            adopted((InetSocketAddress) accepted.getRemoteSocketAddress(), accepted.getLocalPort());
        }
    }

    private boolean isFresh() {
        return (state == State.NEW || state == State.UNCONNECTED) && tcp == null && kernel == null;
    }

    private void adopted(InetSocketAddress remote, int local) {
        address = remote.getAddress();
        port = remote.getPort();
        localport = local;
        state = State.CONNECTED;
    }

    // Streams.

    @Override
    protected InputStream getInputStream() throws IOException {
        checkConnected();
        StackStreams ours = streams;
        return ours == null ? new KernelInput(kernel()) : new StackInput(ours);
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        checkConnected();
        StackStreams ours = streams;
        return ours == null ? new KernelOutput(kernel()) : new StackOutput(ours);
    }

    private abstract class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) > 0 ? one[0] & 0xff : -1;
        }

        @Override
        public abstract int read(byte[] to, int offset, int length) throws IOException;

        @Override
        public int available() throws IOException {
            return PlacedSocket.this.available();
        }

        @Override
        public void close() throws IOException {
            PlacedSocket.this.close();
        }
    }

    private final class StackInput extends Input {
        private final StackStreams from;

        StackInput(StackStreams from) {
            this.from = from;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            return from.read(to, offset, length);
        }
    }

    private final class KernelInput extends Input {
        private final Socket inside;
        private final InputStream from;

        KernelInput(Socket inside) throws IOException {
            this.inside = inside;
            from = inside.getInputStream();
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            return KernelStreams.read(inside, from, to, offset, length);
        }
    }

    private abstract class Output extends OutputStream {
        @Override
        public void write(int data) throws IOException {
            write(new byte[] {(byte) data}, 0, 1);
        }

        @Override
        public abstract void write(byte[] from, int offset, int length) throws IOException;

        @Override
        public void close() throws IOException {
            PlacedSocket.this.close();
        }
    }

    private final class StackOutput extends Output {
        private final StackStreams to;

        StackOutput(StackStreams to) {
            this.to = to;
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            to.write(from, offset, length);
        }
    }

    private final class KernelOutput extends Output {
        private final Socket inside;
        private final OutputStream to;

        KernelOutput(Socket inside) throws IOException {
            this.inside = inside;
            to = inside.getOutputStream();
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            KernelStreams.write(inside, to, from, offset, length);
        }
    }

    @Override
    protected int available() throws IOException {
        checkConnected();
        StackStreams ours = streams;
        if (ours != null) {
            return ours.available();
        }
        Socket inside = kernel();
        return inside.isInputShutdown() ? 0 : inside.getInputStream().available();
    }

    @Override
    protected boolean supportsUrgentData() {
        return true;
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        checkConnected();
        StackStreams ours = streams;
        if (ours == null) {
            kernel().sendUrgentData(data);
        } else {
            ours.write(new byte[] {(byte) data}, 0, 1);
        }
    }

    // Ending.

    @Override
    protected void shutdownInput() throws IOException {
        synchronized (stateLock) {
            checkConnected();
            StackStreams ours = streams;
            if (ours != null) {
                ours.shutdownInput();
            } else if (!kernel().isInputShutdown()) {
                kernel().shutdownInput();
            }
        }
    }

    @Override
    protected void shutdownOutput() throws IOException {
        synchronized (stateLock) {
            checkConnected();
            StackStreams ours = streams;
            if (ours != null) {
                ours.shutdownOutput();
            } else if (!kernel().isOutputShutdown()) {
                kernel().shutdownOutput();
            }
        }
    }

    @Override
    protected void close() throws IOException {
        StackStreams ours;
        Socket inside;
        synchronized (stateLock) {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            ours = streams;
            inside = kernel;
        }
        if (ours != null) {
            ours.close();
        }
        if (inside != null) {
            KernelStreams.close(inside);
        }
    }

    // States.

    boolean isOpen() {
        return state != State.CLOSED;
    }

    @Override
    void checkOpen() throws SocketException {
        switch (state) {
            case NEW -> throw new SocketException("Socket not created");
            case CLOSED -> throw new SocketException(CLOSED);
            default -> {
                // It is open.
            }
        }
    }

    void checkConnected() throws SocketException {
        State seen = state;
        if (seen != State.CONNECTED) {
            throw new SocketException(seen == State.CLOSED ? CLOSED : "Not connected");
        }
    }

    private StackStreams streams() throws SocketException {
        StackStreams ours = streams;
        if (ours == null) {
            throw new SocketException(CLOSED);
        }
        return ours;
    }

    private Socket kernel() throws SocketException {
        Socket inside = kernel;
        if (inside == null) {
            throw new SocketException("Not connected");
        }
        return inside;
    }

    @Override
    InetAddress localAddress() {
        Socket inside = kernel;
        TcpSocket socket = tcp;
        InetSocketAddress local = socket == null ? null : socket.localAddress();
        if (local != null) {
            return local.getAddress();
        }
        return inside == null ? Wildcards.ipv4() : inside.getLocalAddress();
    }

    // Options.

    @Override
    <T> void set(SocketOption<T> option, T value) throws IOException {
        Socket inside = kernel;
        if (inside != null) {
            inside.setOption(option, value);
        }
        options.keep(option, value);
        TcpSocket socket = tcp;
        if (socket != null) {
            OptionBridge.set(socket, option, value);
        }
    }

    @Override
    <T> T get(SocketOption<T> option) throws IOException {
        Socket inside = kernel;
        if (inside != null) {
            return inside.getOption(option);
        }
        TcpSocket socket = tcp;
        return socket == null ? options.get(option) : options.get(socket, option);
    }

    @Override
    void timeout(int milliseconds) throws SocketException {
        Socket inside = kernel;
        if (inside != null) {
            inside.setSoTimeout(milliseconds);
        }
    }

    @Override
    void outOfBandInline(boolean isInline) throws SocketException {
        Socket inside = kernel;
        if (inside != null) {
            inside.setOOBInline(isInline);
        }
        isOutOfBandInline = isInline;
    }

    @Override
    boolean outOfBandInline() throws SocketException {
        Socket inside = kernel;
        return inside == null ? isOutOfBandInline : inside.getOOBInline();
    }
}
