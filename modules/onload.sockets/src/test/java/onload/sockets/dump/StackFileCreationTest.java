package onload.sockets.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.dump.StackFixture.Count;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** Which files of stacks are made, where, for whom, and what happens to what is there already. */
class StackFileCreationTest {
    @TempDir Path folder = Path.of("");

    @Test
    void aSecondStackOfTheSameNameIsRefusedAndTheFirstStays() throws IOException {
        try (StackFile file = StackFixture.create(folder)) {
            file.state("running");
            IOException e = assertThrows(IOException.class, () -> StackFixture.create(folder));
            assertEquals(
                    file.path()
                            + " is in use: this process has a stack of that name; expected another name",
                    StackFixture.message(e));
            try (StackView view = StackView.open(file.path());
                    StackFile other = StackFile.create(folder, "other", List.of(), 1)) {
                assertEquals("running", view.state());
                assertFalse(other.path().equals(file.path()));
            }
        }
    }

    @Test
    void ofManyThreadsThatMakeAStackOfOneNameOneSucceeds() throws Exception {
        for (int round = 0; round < 20; round++) {
            List<StackFile> made = new CopyOnWriteArrayList<>();
            List<Thread> threads = new ArrayList<>();
            CountDownLatch start = new CountDownLatch(1);
            for (int i = 0; i < 4; i++) {
                threads.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    try {
                                        start.await();
                                        made.add(StackFixture.create(folder));
                                    } catch (IOException | InterruptedException e) {
                                        // All but one.
                                    }
                                }));
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(1, made.size());
            assertTrue(Files.exists(made.getFirst().path()));
            made.getFirst().close();
        }
    }

    @Test
    void whatADeadProcessOfTheSameNumberLeftIsReplaced() throws IOException {
        Path path;
        try (StackFile file = StackFixture.create(folder)) {
            path = file.path();
        }
        for (byte[] leftOver : leftOvers()) {
            Files.write(path, leftOver);
            try (StackFile file = StackFixture.create(folder);
                    StackView view = StackView.open(file.path())) {
                assertEquals(path, file.path());
                assertEquals("", view.state());
                assertTrue(view.isAlive());
            }
        }
    }

    /** Nothing, a file that was not finished, something else, and the file of a process that began earlier. */
    private List<byte[]> leftOvers() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        List<byte[]> found = new ArrayList<>(List.of(new byte[0], new byte[whole.length]));
        found.add("hello".getBytes(StandardCharsets.UTF_8));
        found.add(StackFixture.withLong(whole, StackLayout.PROCESS_START_MS_OFFSET, 1_000_000L));
        return found;
    }

    @Test
    void aLinkInThePlaceOfTheFileIsReplacedAndNotFollowed() throws IOException {
        Path target = Files.writeString(folder.resolve("precious"), "keep me");
        Path path = folder.resolve(StackFiles.fileName(ProcessHandle.current().pid(), "test"));
        Files.createSymbolicLink(path, target);
        try (StackFile file = StackFixture.create(folder)) {
            file.state("running");
            assertTrue(Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS));
        }
        assertEquals("keep me", Files.readString(target));
    }

    @Test
    void aFolderInThePlaceOfTheFileIsRefused() throws IOException {
        Path path = folder.resolve(StackFiles.fileName(ProcessHandle.current().pid(), "test"));
        Files.createDirectories(path.resolve("full"));
        IOException e = assertThrows(IOException.class, () -> StackFixture.create(folder));
        assertEquals(
                path + " cannot be made, since something is there; remove it",
                StackFixture.message(e));
        assertTrue(Files.exists(path.resolve("full")));
    }

    @Test
    void withoutItsFolderThereIsNoFile() {
        Path missing = folder.resolve("missing");
        IOException e = assertThrows(IOException.class, () -> StackFixture.create(missing));
        assertTrue(StackFixture.message(e).startsWith(missing.toString()), StackFixture.message(e));
        assertFalse(StackFixture.message(e).contains("\n"), StackFixture.message(e));
    }

    @Test
    void anInterruptedThreadMakesNoFile() throws IOException {
        Thread.currentThread().interrupt();
        IOException e = assertThrows(IOException.class, () -> StackFixture.create(folder));
        assertTrue(Thread.interrupted());
        assertTrue(StackFixture.message(e).contains("ClosedByInterruptException"), e::toString);
        try (StackView.Listing listing = StackView.list(folder)) {
            assertEquals(List.of(), listing.stacks());
            assertEquals(List.of(), listing.skipped());
        }
    }

    @Test
    void nobodyElseMayReadTheFile() throws IOException {
        try (StackFile file = StackFixture.create(folder)) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())));
        }
    }

    @Test
    void theNameOfAStackDoesNotLeadOutOfTheFolder() throws IOException {
        for (String name : List.of("../up", "/etc/x", "..", ".", "a b\\c:d*", "%s%n")) {
            try (StackFile file = StackFile.create(folder, name, List.of(), 1);
                    StackView view = StackView.open(file.path())) {
                assertEquals(folder, file.path().toAbsolutePath().normalize().getParent());
                assertEquals(name, view.name());
            }
        }
    }

    @Test
    void whatIsNoNameIsRefused() {
        for (String name : List.of("", "ä", "two\nlines", "\u001b[2J", "x".repeat(65))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> StackFile.create(folder, name, List.of(), 1));
            assertThrows(
                    IllegalArgumentException.class, () -> new CounterBlock(name, Count.values()));
        }
    }

    @Test
    void whatIsNoNameIsSaidInOneLine() {
        IllegalArgumentException block =
                assertThrows(
                        IllegalArgumentException.class, () -> new CounterBlock("ä", List.of()));
        assertEquals(
                "counters cannot be called 'ä'; expected 1 to 64 printable ASCII characters",
                block.getMessage());
        IllegalArgumentException stack =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> StackFile.create(folder, "", List.of(), 1));
        assertEquals(
                "a stack cannot be called ''; expected 1 to 64 printable ASCII characters",
                stack.getMessage());
    }

    @Test
    void twoBlocksOfOneNameAreRefused() {
        List<CounterBlock> twice =
                List.of(
                        new CounterBlock("a", Count.values()),
                        new CounterBlock("a", Count.values()));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> StackFile.create(folder, "test", twice, 1));
        assertEquals(
                "there are two blocks of counters called a; expected another name for each",
                StackFixture.message(e));
    }

    @Test
    void numbersOfSocketsAndBlocksBeyondTheLimitsAreRefused() {
        for (int sockets : new int[] {-1, StackLayout.MOST_SOCKETS + 1, Integer.MAX_VALUE}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> StackFile.create(folder, "test", List.of(), sockets));
        }
        List<CounterBlock> blocks =
                IntStream.rangeClosed(0, StackLayout.MOST_BLOCKS)
                        .mapToObj(i -> new CounterBlock("block " + i, List.of()))
                        .toList();
        assertThrows(
                IllegalArgumentException.class, () -> StackFile.create(folder, "test", blocks, 1));
        List<String> many = Collections.nCopies(StackLayout.MOST_COUNTERS + 1, "c");
        assertThrows(IllegalArgumentException.class, () -> new CounterBlock("many", many));
    }

    @Test
    void theLargestDirectoryIsRead() throws IOException {
        List<String> counters =
                IntStream.range(0, StackLayout.MOST_COUNTERS)
                        .mapToObj(i -> "%064d".formatted(i))
                        .toList();
        List<CounterBlock> blocks =
                IntStream.range(0, StackLayout.MOST_BLOCKS)
                        .mapToObj(i -> new CounterBlock("%064d".formatted(i), counters))
                        .toList();
        try (StackFile file = StackFile.create(folder, "x".repeat(64), blocks, 1);
                StackView view = StackView.open(file.path())) {
            assertEquals(StackLayout.MOST_BLOCKS, view.counters().size());
            assertEquals("x".repeat(64), view.name());
        }
    }
}
