package onload.cli.measure;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The server's side: a thread that takes conversations, and one for each of them. Closing ends all. */
final class Service implements AutoCloseable {
    /** What is done with a conversation. */
    interface Task {
        void serve(Conversation with) throws IOException;
    }

    /** A message with this number in the beginning asks how many came, and what they had. */
    static final long END_MARK = -1;

    static final int MOST_BYTES = 1 << 20;

    private final Ground.Server server;
    private final Task task;
    private final Thread thread;
    private final List<Conversation> open = new CopyOnWriteArrayList<>();
    private volatile boolean isClosed;

    Service(Ground.Server server, Task task) {
        this.server = server;
        this.task = task;
        thread = Thread.ofPlatform().name("onload measure server").daemon().unstarted(this::take);
    }

    Service start() {
        thread.start();
        return this;
    }

    /** Waits until the server is closed. */
    void join() throws InterruptedException {
        thread.join();
    }

    private void take() {
        try {
            for (Conversation next = server.next(); next != null; next = server.next()) {
                Conversation with = next;
                open.add(with);
                Thread.ofPlatform().name("onload measure").daemon().start(() -> serve(with));
            }
        } catch (IOException e) {
            if (!isClosed) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private void serve(Conversation with) {
        try (with) {
            task.serve(with);
        } catch (IOException e) {
            // The client has gone, and tells what it saw itself.
        } finally {
            open.remove(with);
        }
    }

    /** Sends back whatever comes. */
    static void echo(Conversation with) throws IOException {
        UnsafeBuffer bytes = Buffers.of(MOST_BYTES);
        for (int count = with.receive(bytes, 0, MOST_BYTES);
                count != Conversation.END;
                count = with.receive(bytes, 0, MOST_BYTES)) {
            if (count >= 0) {
                with.send(bytes, count);
            }
        }
    }

    /** Takes a stream of bytes to its end, and then ends its own. */
    static void take(Conversation with) throws IOException {
        UnsafeBuffer bytes = Buffers.of(MOST_BYTES);
        while (with.receive(bytes, 0, MOST_BYTES) != Conversation.END) {
            // That is all that is to be done with them.
        }
        with.end();
    }

    /**
     * Counts datagrams, and tells how many when it is asked: their number and their bytes since it was asked before.
     */
    static void count(Conversation with) throws IOException {
        UnsafeBuffer bytes = Buffers.of(MOST_BYTES);
        UnsafeBuffer answer = Buffers.of(Stream.ANSWER_LENGTH);
        long messages = 0;
        long total = 0;
        for (int count = with.receive(bytes, 0, MOST_BYTES);
                count != Conversation.END;
                count = with.receive(bytes, 0, MOST_BYTES)) {
            if (count < Long.BYTES || bytes.getLong(0) != END_MARK) {
                messages += count >= 0 ? 1 : 0;
                total += Math.max(0, count);
                continue;
            }
            answer.putLong(0, messages);
            answer.putLong(Long.BYTES, total);
            // Whoever asks again, since the answer was lost, has its own number behind the mark.
            answer.putLong(2 * Long.BYTES, bytes.getLong(Long.BYTES));
            with.send(answer, Stream.ANSWER_LENGTH);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            server.close();
            for (Conversation each : open) {
                each.close();
            }
        } catch (IOException e) {
            // What is left ends with the process.
        }
    }
}
