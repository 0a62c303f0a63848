package onload.jdk.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketImpl;

/**
 * What stands behind the constructor of a socket that overrides all of its methods: nothing. Without it the
 * constructor would make one of the process's own kind.
 */
final class NoSocketImpl extends SocketImpl {
    private static AssertionError never() {
        return new AssertionError(
                "a method of java.net that the socket of a channel does not have");
    }

    @Override
    protected void create(boolean isStream) {
        throw never();
    }

    @Override
    protected void connect(String host, int port) {
        throw never();
    }

    @Override
    protected void connect(InetAddress address, int port) {
        throw never();
    }

    @Override
    protected void connect(SocketAddress address, int timeoutMs) {
        throw never();
    }

    @Override
    protected void bind(InetAddress host, int port) {
        throw never();
    }

    @Override
    protected void listen(int backlog) {
        throw never();
    }

    @Override
    protected void accept(SocketImpl accepted) {
        throw never();
    }

    @Override
    protected InputStream getInputStream() {
        throw never();
    }

    @Override
    protected OutputStream getOutputStream() {
        throw never();
    }

    @Override
    protected int available() {
        throw never();
    }

    @Override
    protected void close() throws IOException {
        throw never();
    }

    @Override
    protected void sendUrgentData(int data) {
        throw never();
    }

    @Override
    public void setOption(int option, Object value) {
        throw never();
    }

    @Override
    public Object getOption(int option) {
        throw never();
    }
}
