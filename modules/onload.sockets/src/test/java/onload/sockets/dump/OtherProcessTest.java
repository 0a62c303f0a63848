package onload.sockets.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One process writes, this one reads: while it writes, and what is left when it was killed or has ended. */
class OtherProcessTest {
    private static final int READS = 2_000;

    @TempDir Path folder = Path.of("");

    @Test
    void aRunningStackIsReadAndThenADeadOne() throws Exception {
        try (StackProcess writer = StackProcess.start(folder);
                StackView view = StackView.open(writer.file())) {
            assertEquals(writer.pid(), view.pid());
            assertNotEquals(ProcessHandle.current().pid(), view.pid());
            assertTrue(view.isAlive());
            readWhileItWrites(view);
            writer.kill();
            assertFalse(view.isAlive());
            readWhatIsLeft(writer);
            assertEquals(List.of(writer.file()), StackFiles.removeDead(folder));
            assertFalse(Files.exists(writer.file()));
        }
    }

    private static void readWhileItWrites(StackView view) throws IOException {
        long before = StackFixture.counter(view, "first", "one");
        int whole = 0;
        for (int i = 0; i < READS; i++) {
            for (SocketEntry entry : view.sockets()) {
                if (entry.isWhole()) {
                    whole++;
                    assertTrue(Agreeing.isOne(entry), entry::toString);
                }
            }
            String text = view.text();
            assertTrue(
                    text.startsWith(StackView.BEING_WRITTEN)
                            || text.chars().distinct().count() <= 1,
                    text);
            long now = StackFixture.counter(view, "first", "one");
            assertTrue(now >= before, () -> "counters never go back");
            before = now;
        }
        assertEquals("running", view.state());
        assertTrue(whole > READS, "entries are whole nearly always, but were " + whole + " times");
        assertTrue(before > 0, "the other process has written in the meantime");
    }

    /** One entry at most was being written. */
    private static void readWhatIsLeft(StackProcess writer) throws IOException {
        try (StackView view = StackView.open(writer.file())) {
            assertEquals("running", view.state());
            assertTrue(StackFixture.counter(view, "first", "one") > 0);
            List<SocketEntry> sockets = view.sockets();
            assertFalse(sockets.isEmpty());
            long torn = sockets.stream().filter(entry -> !entry.isWhole()).count();
            assertTrue(torn <= 1, sockets::toString);
            assertTrue(
                    sockets.stream().filter(SocketEntry::isWhole).allMatch(Agreeing::isOne),
                    sockets::toString);
            assertEquals(sockets, view.sockets());
        }
    }

    @Test
    void aStackThatIsClosedLeavesNothing() throws Exception {
        try (StackProcess writer = StackProcess.start(folder);
                StackView view = StackView.open(writer.file())) {
            assertEquals(0, writer.end());
            assertFalse(Files.exists(writer.file()));
            assertEquals("closing", view.state());
            assertFalse(view.isAlive());
        }
    }

    @Test
    void removingTheDeadLeavesTheLiving() throws Exception {
        try (StackProcess living = StackProcess.start(folder);
                StackProcess dead = StackProcess.start(folder);
                StackFile own = StackFixture.create(folder)) {
            dead.kill();
            Path other = Files.writeString(folder.resolve("1-other.stack"), "not a stack");
            assertEquals(List.of(dead.file()), StackFiles.removeDead(folder));
            assertTrue(Files.exists(living.file()));
            assertTrue(Files.exists(own.path()));
            assertTrue(Files.exists(other));
            assertEquals(List.of(), StackFiles.removeDead(folder));
        }
    }
}
