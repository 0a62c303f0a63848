package onload.sockets.control;

import onload.nic.capture.Capture;
import onload.nic.capture.CaptureOptions;
import onload.sockets.Stack;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * The command {@code capture [stack=NAME] [snap=BYTES]}: frames of a stack's interfaces as pcapng, until the client
 * closes. A client that reads slowly costs the stack nothing: what does not fit the ring between them is dropped and
 * counted in the capture.
 */
public final class CaptureCommand implements ControlCommand {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureCommand.class);
    private static final long NS_PER_S = 1_000_000_000L;
    private static final Path NO_FILE = Path.of("control");

    private final Supplier<List<Stack>> stacks;

    /** Makes it for the stacks that there are when it is asked. */
    public CaptureCommand(Supplier<List<Stack>> stacks) {
        this.stacks = stacks;
    }

    @Override
    public String name() {
        return "capture";
    }

    @Override
    public void answer(String argument, SocketChannel client) throws IOException {
        String wanted = "";
        CaptureOptions options =
                CaptureOptions.to(NO_FILE)
                        .withFileBytes(CaptureOptions.UNBOUNDED)
                        .withEpochOffsetNs(epochOffsetNs());
        for (String word : argument.isEmpty() ? List.<String>of() : List.of(argument.split(" "))) {
            if (word.startsWith("stack=")) {
                wanted = word.substring("stack=".length());
            } else if (word.startsWith("snap=")) {
                options = options.withSnapLength(number(word.substring("snap=".length())));
            } else {
                throw new IllegalArgumentException(
                        "\"%s\" is no word of a capture; expected stack=NAME or snap=BYTES"
                                .formatted(word));
            }
        }
        capture(stack(wanted), options, client);
    }

    /** Stacks read the clock of the JVM, which begins anywhere; who reads frames wants the time of day. */
    private static long epochOffsetNs() {
        Instant now = Instant.now();
        return now.getEpochSecond() * NS_PER_S + now.getNano() - System.nanoTime();
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the snap length \"%s\" is no number; expected 1 or more".formatted(text), e);
        }
    }

    private Stack stack(String wanted) {
        List<Stack> all = stacks.get();
        for (Stack stack : all) {
            if (wanted.isEmpty() || stack.name().equals(wanted)) {
                return stack;
            }
        }
        throw new IllegalStateException(
                wanted.isEmpty()
                        ? "the process has no stack now"
                        : "the process has no stack %s; it has %s".formatted(wanted, all));
    }

    private static void capture(Stack stack, CaptureOptions options, SocketChannel client)
            throws IOException {
        HeldAnswer answer = new HeldAnswer(client);
        try (Capture capture =
                Capture.start(
                        options,
                        answer,
                        fault -> LOG.debug("a capture has ended: {}", fault.getMessage()))) {
            stack.captureTo(capture);
            answer.begin();
            capture.startThread("onload capture");
            // Nothing is to come but the end.
            ByteBuffer nothing = ByteBuffer.allocate(1);
            while (capture.isRunning() && client.read(nothing.clear()) >= 0) {
                LOG.debug("a client says more than its request");
            }
        }
    }
}
