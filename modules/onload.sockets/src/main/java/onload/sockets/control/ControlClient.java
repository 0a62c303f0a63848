package onload.sockets.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The side of who asks. */
public final class ControlClient {
    private ControlClient() {}

    /**
     * Asks.
     *
     * @param path of the process, by {@link ControlServer#path}
     * @param request name of a command and its argument, in one line
     * @return where the rest of the answer is read; the caller's to close
     * @throws IllegalStateException if the process refuses; the message says why
     * @throws IOException if there is no such process, or it has gone
     */
    public static SocketChannel ask(Path path, String request) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            ControlServer.write(channel, request + "\n");
            String answer = ControlServer.readLine(channel);
            if (answer.startsWith("error ")) {
                throw new IllegalStateException(answer.substring("error ".length()));
            }
            if (!answer.equals("ok")) {
                throw new IOException("the process has ended");
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
