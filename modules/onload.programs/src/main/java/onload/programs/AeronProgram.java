package onload.programs;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Aeron over UDP with a media driver of its own: ping or pong, LOCAL-ADDRESS LOCAL-PORT REMOTE-ADDRESS REMOTE-PORT.
 * Messages go to the remote and come back, some of them fragmented.
 */
public final class AeronProgram {
    private static final int STREAM = 7;
    private static final int COUNT = 500;
    private static final long PAUSE_NS = 20_000;
    private static final int LONGEST = 5000;

    private AeronProgram() {}

    public static void main(String[] arguments) throws Exception {
        String local = "aeron:udp?endpoint=%s:%s".formatted(arguments[1], arguments[2]);
        String remote = "aeron:udp?endpoint=%s:%s".formatted(arguments[3], arguments[4]);
        Path folder = Files.createTempDirectory("onload-aeron");
        MediaDriver.Context context =
                new MediaDriver.Context()
                        .aeronDirectoryName(folder.resolve("driver").toString())
                        .threadingMode(ThreadingMode.SHARED)
                        .termBufferSparseFile(true)
                        .publicationTermBufferLength(1 << 20)
                        .dirDeleteOnShutdown(true);
        try (MediaDriver driver = MediaDriver.launch(context);
                Aeron aeron =
                        Aeron.connect(
                                new Aeron.Context()
                                        .aeronDirectoryName(driver.aeronDirectoryName()));
                Subscription in = aeron.addSubscription(local, STREAM);
                Publication out = aeron.addPublication(remote, STREAM)) {
            Say.ready(Integer.parseInt(arguments[2]));
            if (arguments[0].equals("ping")) {
                ping(in, out);
            } else {
                pong(in, out);
            }
        }
        Files.delete(folder);
        Say.done();
    }

    private static void ping(Subscription in, Publication out) {
        byte[] bytes = Pages.bytes(LONGEST);
        UnsafeBuffer message = new UnsafeBuffer(bytes);
        Answers answers = new Answers();
        var assembler = new io.aeron.FragmentAssembler(answers);
        IdleStrategy idle = new SleepingIdleStrategy(PAUSE_NS);
        for (int i = 0; i < COUNT; i++) {
            int length = 8 + i * 10 % (LONGEST - 8);
            send(out, message, length);
            long endNs = end();
            while (answers.count == i) {
                idle.idle(in.poll(assembler, 10));
                Say.check(System.nanoTime() - endNs < 0, "an answer comes to message " + i);
            }
            Say.check(answers.length == length, "the answer is as long as the message");
        }
    }

    private static void pong(Subscription in, Publication out) {
        var assembler =
                new io.aeron.FragmentAssembler((buffer, offset, length, header) ->
                        send(out, new UnsafeBuffer(buffer, offset, length), length));
        IdleStrategy idle = new SleepingIdleStrategy(PAUSE_NS);
        while (!Thread.currentThread().isInterrupted()) {
            idle.idle(in.poll(assembler, 10));
        }
    }

    private static void send(Publication out, DirectBuffer message, int length) {
        IdleStrategy idle = new SleepingIdleStrategy(PAUSE_NS);
        long endNs = end();
        while (out.offer(message, 0, length) < 0) {
            Say.check(System.nanoTime() - endNs < 0, "a message can be sent");
            idle.idle();
        }
    }

    private static long end() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    }

    /** Counts answers, and remembers how long the last was. */
    private static final class Answers implements FragmentHandler {
        private int count;
        private int length;

        @Override
        public void onFragment(
                DirectBuffer buffer, int offset, int length, io.aeron.logbuffer.Header header) {
            byte[] expected = Pages.bytes(length);
            for (int i = 0; i < length; i++) {
                Say.check(buffer.getByte(offset + i) == expected[i], "byte " + i + " is right");
            }
            this.length = length;
            count++;
        }
    }
}
