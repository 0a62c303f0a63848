package onload.sockets.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A thread writes as fast as it can, another reads: nobody ever sees the halves of two writes as one. */
class TornEntriesTest {
    private static final int WRITES = 1_000_000;

    @TempDir Path folder = Path.of("");

    @Test
    void anEntryIsSeenAsItWasWrittenOrMarked() throws Exception {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            Agreeing agreeing = new Agreeing(file);
            Thread writer =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (long n = 1; n <= WRITES; n++) {
                                    agreeing.write(n);
                                }
                            });
            try {
                while (writer.isAlive()) {
                    check(view.sockets());
                }
            } finally {
                writer.join();
            }
            List<SocketEntry> last = view.sockets();
            assertTrue(last.stream().allMatch(Agreeing::isOne), last::toString);
            assertTrue(last.stream().anyMatch(entry -> entry.inBytes() == WRITES), last::toString);
        }
    }

    private static void check(List<SocketEntry> entries) {
        for (SocketEntry entry : entries) {
            assertTrue(!entry.isWhole() || Agreeing.isOne(entry), entry::toString);
        }
    }

    @Test
    void anEntryThatIsWrittenAllTheTimeIsSeenWholeInTheEnd() throws Exception {
        try (StackFile file = StackFile.create(folder, "busy", List.of(), 1);
                StackView view = StackView.open(file.path())) {
            Thread writer = Thread.ofPlatform().start(() -> writeUntilInterrupted(file));
            try {
                boolean isWhole = false;
                for (int i = 0; i < 1_000_000 && !isWhole; i++) {
                    isWhole = view.sockets().stream().anyMatch(SocketEntry::isWhole);
                }
                assertTrue(isWhole);
            } finally {
                writer.interrupt();
                writer.join();
            }
        }
    }

    private static void writeUntilInterrupted(StackFile file) {
        SocketRecord record = new SocketRecord();
        while (!Thread.currentThread().isInterrupted()) {
            file.socket(0, record.reset(SocketKind.UDP));
            Thread.onSpinWait();
        }
    }

    @Test
    void aTextIsSeenAsItWasWrittenOrMarked() throws Exception {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            Thread writer = Thread.ofPlatform().start(() -> writeTexts(file));
            try {
                while (writer.isAlive()) {
                    checkText(view);
                }
            } finally {
                writer.join();
            }
            assertEquals("9".repeat(1_009), view.text());
        }
    }

    private static void writeTexts(StackFile file) {
        for (int n = 0; n < 20_000; n++) {
            file.values(String.valueOf(n % 10).repeat(1_000 + n % 10));
            // The reader needs three calls of the system while it is at rest.
            for (int i = 0; i < 500; i++) {
                Thread.onSpinWait();
            }
        }
    }

    private static void checkText(StackView view) throws IOException {
        String text = view.text();
        if (!text.isEmpty() && !text.startsWith(StackView.BEING_WRITTEN)) {
            int digit = text.charAt(0) - '0';
            assertEquals(String.valueOf(digit).repeat(1_000 + digit), text);
        }
    }
}
