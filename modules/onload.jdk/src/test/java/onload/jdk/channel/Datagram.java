package onload.jdk.channel;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What tests of datagram channels do again and again. */
final class Datagram {
    private static final int ROOM = 2000;

    /** Something that a thread does and may fail in. */
    interface Doing {
        @Nullable Object run() throws Exception;
    }

    private Datagram() {}

    static ByteBuffer of(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** {@return what the next datagram says, waiting for it in the channel's mode} */
    static String text(DatagramChannel channel) throws IOException {
        ByteBuffer room = ByteBuffer.allocate(ROOM);
        assertNotNull(channel.receive(room));
        return text(room);
    }

    static String text(ByteBuffer filled) {
        return StandardCharsets.UTF_8.decode(filled.flip()).toString();
    }

    static int port(DatagramChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    /** A thread that waits, and what comes of it: what it answers, or throws. */
    record Waiting(Thread thread, CompletableFuture<@Nullable Object> outcome) {
        @Nullable Object end() throws Exception {
            return outcome.get(10, TimeUnit.SECONDS);
        }
    }

    /** {@return a thread that does something, and waits in it by now} */
    static Waiting waiting(Thread.Builder builder, Doing doing) {
        CompletableFuture<@Nullable Object> outcome = new CompletableFuture<>();
        Thread thread =
                builder.start(() -> {
                    try {
                        outcome.complete(doing.run());
                    } catch (Throwable e) {
                        outcome.complete(e);
                    }
                });
        awaitWaiting(thread, outcome);
        return new Waiting(thread, outcome);
    }

    private static void awaitWaiting(Thread thread, CompletableFuture<?> outcome) {
        long startNs = System.nanoTime();
        while (!outcome.isDone() && !isWaiting(thread)) {
            assertTrue(System.nanoTime() - startNs < 10_000_000_000L, "it does not wait");
            Thread.onSpinWait();
        }
    }

    /** Parked, or in a call of the kernel. */
    private static boolean isWaiting(Thread thread) {
        StackTraceElement[] trace = thread.getStackTrace();
        boolean isReceiving = false;
        for (StackTraceElement each : trace) {
            isReceiving |= each.getClassName().contains("DatagramChannel");
        }
        return isReceiving
                && (thread.getState() == Thread.State.WAITING
                        || thread.getState() == Thread.State.TIMED_WAITING
                        || trace[0].isNativeMethod());
    }
}
