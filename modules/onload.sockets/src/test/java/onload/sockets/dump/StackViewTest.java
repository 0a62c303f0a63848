package onload.sockets.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/** What the reader makes of files that somebody has spoilt. */
class StackViewTest {
    @TempDir Path folder = Path.of("");

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("1-spoilt.stack"), bytes);
    }

    /** Reads everything; whatever the file is, that ends, and throws nothing but these, in one line. */
    private static String read(Path path) {
        try (StackView view = StackView.open(path)) {
            return view
                    + " "
                    + view.created()
                    + view.isAlive()
                    + view.heartbeat()
                    + view.state()
                    + view.text()
                    + view.counters()
                    + view.sockets();
        } catch (IOException | IllegalArgumentException e) {
            assertTrue(
                    StackFixture.message(e).startsWith(path.toString()), StackFixture.message(e));
            assertFalse(StackFixture.message(e).contains("\n"), StackFixture.message(e));
            return "";
        }
    }

    private String refused(byte[] bytes) throws IOException {
        Path path = write(bytes);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> StackView.open(path).close());
        return StackFixture.message(e).substring(path.toString().length());
    }

    @Test
    void aFileThatIsCutOffAnywhereIsRefused() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        Path path = write(whole);
        assertFalse(read(path).isEmpty());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            for (int length = whole.length - 1; length >= 0; length--) {
                channel.truncate(length);
                assertThrows(IllegalArgumentException.class, () -> StackView.open(path).close());
                read(path);
            }
        }
    }

    @Test
    void aFileThatIsCutOffWhileItIsReadIsAnException() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        Path path = write(whole);
        try (StackView view = StackView.open(path);
                FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(StackLayout.HEADER_LENGTH + 1);
            assertEquals(view.created(), view.heartbeat());
            IOException e = assertThrows(IOException.class, view::text);
            assertTrue(StackFixture.message(e).endsWith("it was cut off"), StackFixture.message(e));
            assertThrows(IOException.class, view::state);
            assertThrows(IOException.class, view::counters);
            assertThrows(IOException.class, view::sockets);
            channel.truncate(0);
            assertThrows(IOException.class, view::heartbeat);
            assertEquals("test", view.name());
        }
    }

    @Test
    void aFileWithDamagedBytesIsReadOrRefused() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        Property.forAll(
                2_000,
                random -> {
                    byte[] spoilt = whole.clone();
                    for (int i = random.between(1, 20); i > 0; i--) {
                        spoilt[random.between(0, spoilt.length - 1)] = (byte) random.anyInt();
                    }
                    read(write(spoilt));
                });
    }

    @Test
    void aFileWithADamagedHeaderOrDirectoryIsReadOrRefused() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        Property.forAll(5_000, random -> read(write(withDamagedHeader(whole, random))));
    }

    /** Numbers at the limits are worse than random ones. */
    private static byte[] withDamagedHeader(byte[] whole, Randomness random) {
        byte[] spoilt = whole.clone();
        for (int i = random.between(1, 4); i > 0; i--) {
            int at = random.between(2, 180) * Integer.BYTES;
            int value =
                    random.oneOf(
                            0,
                            1,
                            -1,
                            -128,
                            Integer.MAX_VALUE,
                            Integer.MIN_VALUE,
                            whole.length - random.between(0, 300),
                            StackLayout.MOST_SOCKETS,
                            random.anyInt());
            StackFixture.buffer(spoilt).putInt(at, value);
        }
        return spoilt;
    }

    @Test
    void garbageBehindTheMagicNumberIsReadOrRefused() throws IOException {
        Property.forAll(
                2_000,
                random -> {
                    byte[] garbage = random.bytes(random.between(16, 4_000));
                    StackFixture.buffer(garbage).putLong(0, StackLayout.MAGIC);
                    StackFixture.buffer(garbage).putInt(8, StackLayout.LAYOUT);
                    read(write(garbage));
                });
    }

    @Test
    void everyValueOfEveryByteOfAnEntryIsRead() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        int table = StackFixture.buffer(whole).getInt(StackLayout.SOCKETS_OFFSET_OFFSET);
        Property.forAll(
                500,
                random -> {
                    byte[] spoilt = whole.clone();
                    byte[] entries = random.bytes(StackFixture.SOCKETS * SocketLayout.LENGTH);
                    System.arraycopy(entries, 0, spoilt, table, entries.length);
                    assertFalse(read(write(spoilt)).isEmpty());
                });
    }

    @Test
    void whatIsNoStackIsSaidToBeNone() throws IOException {
        assertEquals(
                " is not the file of a stack, or not yet: it has 0 bytes; expected 256 or more",
                refused(new byte[0]));
        assertEquals(
                " is not the file of a stack, or not yet: it begins with 0x0000000000000000; expected"
                        + " 0x6f6e6c6f6164f11e",
                refused(new byte[1_000]));
    }

    @Test
    void aFileOfAnotherLayoutIsSaidToBeOfAnotherVersion() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        assertEquals(
                " is of layout 2; expected 1: it is of another version",
                refused(StackFixture.withInt(whole, StackLayout.LAYOUT_OFFSET, 2)));
    }

    @Test
    void noLengthInTheFileIsBelieved() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        for (int value : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 28}) {
            assertTrue(
                    refused(StackFixture.withInt(whole, StackLayout.DIRECTORY_LENGTH_OFFSET, value))
                            .startsWith(" is damaged: its directory has"));
            assertTrue(
                    refused(StackFixture.withInt(whole, StackLayout.SOCKETS_OFFSET, value))
                            .startsWith(" is damaged: its table has"));
            for (int offset :
                    new int[] {
                        StackLayout.SOCKETS_OFFSET_OFFSET,
                        StackLayout.TEXT_OFFSET_OFFSET,
                        StackLayout.STATE_OFFSET_OFFSET
                    }) {
                assertTrue(
                        refused(StackFixture.withInt(whole, offset, value))
                                .contains("are not a part of it"));
            }
        }
        for (long value : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, whole.length + 1L, 0}) {
            assertTrue(
                    refused(StackFixture.withLong(whole, StackLayout.FILE_LENGTH_OFFSET, value))
                            .startsWith(" is damaged: it has"));
        }
    }

    @Test
    void aFileOfATerabyteIsReadAsTheLittleThatItIs() throws IOException {
        Path path = write(StackFixture.bytes(folder));
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(1L << 40);
        } catch (IOException e) {
            // A file system that has no holes has no such files either.
            return;
        }
        assertFalse(read(path).isEmpty());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(8);
            StackFixture.buffer(length.array()).putLong(0, 1L << 40);
            channel.write(length, StackLayout.FILE_LENGTH_OFFSET);
        }
        assertFalse(read(path).isEmpty());
    }

    @Test
    void aSocketThatWasBeingWrittenWhenTheStackDiedIsMarked() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        int table = StackFixture.buffer(whole).getInt(StackLayout.SOCKETS_OFFSET_OFFSET);
        Path path = write(StackFixture.withLong(whole, table + 3 * SocketLayout.LENGTH, 7));
        try (StackView view = StackView.open(path)) {
            List<SocketEntry> sockets = view.sockets();
            assertEquals(List.of(3, 9), sockets.stream().map(SocketEntry::slot).toList());
            assertEquals(List.of(false, true), sockets.stream().map(SocketEntry::isWhole).toList());
        }
    }

    @Test
    void aTextThatWasBeingWrittenWhenTheStackDiedIsWhatStandsThere() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        int text = StackFixture.buffer(whole).getInt(StackLayout.TEXT_OFFSET_OFFSET);
        byte[] spoilt = StackFixture.withLong(whole, text, 7);
        try (StackView view = StackView.open(write(spoilt))) {
            assertEquals("(being written) an option=7\n", view.text());
        }
        for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 100_000}) {
            byte[] longer =
                    StackFixture.withInt(spoilt, text + StackLayout.TEXT_LENGTH_OFFSET, length);
            try (StackView view = StackView.open(write(longer))) {
                assertTrue(view.text().length() <= StackLayout.TEXT_BYTES + 16);
            }
        }
    }

    @Test
    void noTextCommandsTheTerminal() throws IOException {
        try (StackFile file = StackFixture.create(folder);
                StackView view = StackView.open(file.path())) {
            file.values("a\u001b[2Jb\r\tc\u009b1md\u202ee\n");
            assertEquals("a?[2Jb?\tc?1md?e\n", view.text());
        }
        byte[] whole = StackFixture.bytes(folder);
        whole[StackLayout.NAME_OFFSET + 1] = 0x1B;
        assertEquals(
                " is damaged: a name has characters that are not printable ASCII", refused(whole));
    }

    @Test
    void theFileOfAMachineOfTheOtherByteOrderIsRead() throws IOException {
        byte[] swapped = SwappedFile.of(StackFixture.bytes(folder));
        try (StackView view = StackView.open(write(swapped))) {
            assertEquals("running", view.state());
            assertEquals("an option=7\n", view.text());
            assertEquals(ProcessHandle.current().pid(), view.pid());
            assertEquals(
                    "{one=1, two_words=2, last=3}",
                    StackFixture.counters(view, "first").toString());
            assertEquals(SocketKind.UDP, view.sockets().get(1).kind());
            assertEquals(2, view.sockets().get(1).outBytes());
        }
    }

    @Test
    void aProcessThatHasOnlyGotTheNumberIsAnother() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        long start = StackFixture.buffer(whole).getLong(StackLayout.PROCESS_START_MS_OFFSET);
        assertTrue(isAlive(whole));
        for (long other :
                new long[] {start - 10_000, start + 10_000, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertFalse(
                    isAlive(
                            StackFixture.withLong(
                                    whole, StackLayout.PROCESS_START_MS_OFFSET, other)),
                    () -> "began at " + other);
        }
        // The clock may have been set by a little.
        assertTrue(
                isAlive(
                        StackFixture.withLong(
                                whole, StackLayout.PROCESS_START_MS_OFFSET, start - 1_000)));
    }

    @Test
    void aNumberThatNoProcessHasIsDead() throws IOException {
        byte[] whole = StackFixture.bytes(folder);
        for (long pid : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 1L << 22}) {
            assertFalse(
                    isAlive(StackFixture.withLong(whole, StackLayout.PID_OFFSET, pid)),
                    () -> "number " + pid);
        }
    }

    @Test
    void aProcessThatHasEndedIsDeadAlsoWhenNobodyAskedHow() throws Exception {
        byte[] whole = StackFixture.bytes(folder);
        Process parent = new ProcessBuilder("sh", "-c", "true & echo $!; exec sleep 600").start();
        try (BufferedReader output = parent.inputReader()) {
            long pid = Long.parseLong(String.valueOf(output.readLine()));
            byte[] zombies = StackFixture.withLong(whole, StackLayout.PID_OFFSET, pid);
            long startMs = ProcessHandle.of(pid).map(StackFiles::startMs).orElse(0L);
            byte[] bytes =
                    StackFixture.withLong(zombies, StackLayout.PROCESS_START_MS_OFFSET, startMs);
            assertTrue(isAlive(StackFixture.withLong(bytes, StackLayout.PID_OFFSET, parent.pid())));
            // It ends in its own time; that it has, the system says at some moment.
            assertTimeoutPreemptively(
                    Duration.ofMinutes(1),
                    () -> {
                        while (isAlive(bytes)) {
                            Thread.onSpinWait();
                        }
                    });
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void anInterruptedThreadListsNothingAndStaysInterrupted() throws IOException {
        try (StackFile file = StackFixture.create(folder)) {
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, () -> StackView.list(folder).close());
            assertTrue(Thread.interrupted());
            try (StackView view = StackView.open(file.path())) {
                assertEquals("test", view.name());
            }
        }
    }

    private boolean isAlive(byte[] bytes) throws IOException {
        try (StackView view = StackView.open(write(bytes))) {
            return view.isAlive();
        }
    }

    @Test
    void aPipeIsRefusedAtOnce() throws Exception {
        Path pipe = folder.resolve("1-pipe.stack");
        if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() != 0) {
            return;
        }
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> StackView.open(pipe).close());
        assertEquals(
                pipe + " is not a file; expected the file of a stack", StackFixture.message(e));
        try (StackView.Listing listing = StackView.list(folder)) {
            assertEquals(List.of(StackFixture.message(e)), listing.skipped());
        }
    }

    @Test
    void aFileThatIsNotThereIsAnIoException() {
        assertThrows(
                NoSuchFileException.class,
                () -> StackView.open(folder.resolve("1-none.stack")).close());
    }

    @Test
    void aListSaysWhatItSkips() throws IOException {
        Files.write(folder.resolve("2-short.stack"), new byte[3]);
        Files.writeString(folder.resolve("notes.txt"), "hello", StandardCharsets.UTF_8);
        Files.createDirectory(folder.resolve("3-folder.stack"));
        Files.createSymbolicLink(folder.resolve("4-loop.stack"), Path.of("4-loop.stack"));
        try (StackFile a = StackFile.create(folder, "a", List.of(), 1);
                StackFile b = StackFile.create(folder, "b", List.of(), 1);
                StackView.Listing listing = StackView.list(folder)) {
            assertEquals(
                    List.of("a", "b"), listing.stacks().stream().map(StackView::name).toList());
            assertEquals(
                    List.of(a.path(), b.path()),
                    listing.stacks().stream().map(StackView::path).toList());
            assertEquals(4, listing.skipped().size());
            for (String name : List.of("2-short", "notes.txt", "3-folder", "4-loop")) {
                assertTrue(
                        listing.skipped().stream()
                                .anyMatch(line -> line.startsWith(folder.resolve(name).toString())),
                        () -> name + " in " + listing.skipped());
            }
        }
    }

    @Test
    void aFolderThatIsNotThereHasNoStacks() throws IOException {
        try (StackView.Listing listing = StackView.list(folder.resolve("none"))) {
            assertEquals(List.of(), listing.stacks());
            assertEquals(List.of(), listing.skipped());
        }
    }
}
