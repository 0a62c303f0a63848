package onload.sockets.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** The side of who asks. */
public final class ControlClient {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private ControlClient() {}

    /**
     * Asks, and waits for some seconds until the process says whether it answers: one that is stopped does not.
     *
     * @param path of the process, by {@link ControlServer#path}
     * @param request name of a command and its argument, in one line
     * @return where the rest of the answer is read; the caller's to close
     * @throws IllegalStateException if the process refuses, or the request is too long; the message says why
     * @throws IOException if there is no such process, or it has gone, or it does not answer
     */
    public static SocketChannel ask(Path path, String request) throws IOException {
        return ask(path, request, PATIENCE);
    }

    static SocketChannel ask(Path path, String request, Duration patience) throws IOException {
        int length = request.getBytes(StandardCharsets.UTF_8).length;
        if (length >= ControlServer.MOST_REQUEST_BYTES) {
            throw new IllegalStateException(
                    "the request has %d bytes; expected fewer than %d"
                            .formatted(length, ControlServer.MOST_REQUEST_BYTES));
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Thread guard =
                Thread.ofPlatform()
                        .daemon()
                        .name("onload asking")
                        .start(() -> giveUp(channel, patience));
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            say(channel, request);
            String answer = ControlServer.readLine(channel);
            if (answer.startsWith("error ")) {
                throw new IllegalStateException(answer.substring("error ".length()));
            }
            if (!answer.equals("ok")) {
                throw new IOException("the process has ended");
            }
            return channel;
        } catch (ClosedChannelException e) {
            throw new IOException("the process does not answer; it is stopped, or very busy", e);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        } finally {
            guard.interrupt();
        }
    }

    /** A process that has too many clients does not listen; why it refuses is there to be read all the same. */
    private static void say(SocketChannel channel, String request) {
        try {
            ControlServer.write(channel, request + "\n");
        } catch (IOException e) {
            // Reading says what has become of it.
        }
    }

    private static void giveUp(SocketChannel channel, Duration patience) {
        try {
            Thread.sleep(patience);
            channel.close();
        } catch (InterruptedException | IOException e) {
            // It has answered, or there is nothing to give up.
        }
    }
}
