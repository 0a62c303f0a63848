package onload.sockets.dump;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a stack shows, read from its {@link StackFile} by another process or after its own has died. Each call
 * reads what stands there now; the stack does not notice.
 *
 * <p>Whoever wrote the file is not trusted: it is copied piece by piece, never mapped, so that one that is cut off
 * while it is read is an exception; no length in it is believed beyond the limits that a stack keeps itself.
 *
 * <p>May be used by one thread at a time. A file that is removed can be read until {@link #close}, or
 * until a thread that reads it is interrupted.
 */
public final class StackView implements Closeable {
    /** What a text begins with that was being written whenever the reader looked, or when the process died. */
    public static final String BEING_WRITTEN = "(being written) ";

    private static final int MOST_STACKS = 512;

    private final Path path;
    private final Pieces file;
    private final StackHeader header;
    private final StackDirectory directory;

    private StackView(Path path, Pieces file) throws IOException {
        this.path = path;
        this.file = file;
        header = StackHeader.read(file);
        directory = StackDirectory.read(file, header);
    }

    /**
     * Opens the file of a stack.
     *
     * @param path where it is
     * @return what it shows
     * @throws IllegalArgumentException if it is not the file of a stack, is one of a layout that this reader does not
     *     know, or is damaged; in one line
     * @throws IOException if it cannot be read
     */
    public static StackView open(Path path) throws IOException {
        // Opening a pipe would wait for somebody to write.
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new IllegalArgumentException(
                    "%s is not a file; expected the file of a stack".formatted(path));
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new StackView(path, new Pieces(path, channel));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * The files of stacks in a folder.
     *
     * @param stacks those that could be opened, by the names of their files; to be closed
     * @param skipped the others, a line each that says which and why
     */
    public record Listing(List<StackView> stacks, List<String> skipped) implements Closeable {
        /** Closes all. */
        @Override
        public void close() throws IOException {
            for (StackView stack : stacks) {
                stack.close();
            }
        }
    }

    /**
     * {@return the stacks in a folder} What is not the file of a stack, or is damaged, is skipped; so is what comes
     * after the first {@value #MOST_STACKS}.
     *
     * @param folder where to look; none there means no stacks
     * @throws IOException if the folder cannot be read, or the thread is interrupted
     */
    public static Listing list(Path folder) throws IOException {
        Listing listing = new Listing(new ArrayList<>(), new ArrayList<>());
        try {
            for (Path path : files(folder)) {
                if (!path.toString().endsWith(StackFiles.CONTROL_SUFFIX)) {
                    add(path, listing);
                }
            }
        } catch (IOException | RuntimeException e) {
            listing.close();
            throw e;
        }
        return listing;
    }

    private static void add(Path path, Listing listing) throws IOException {
        if (listing.stacks.size() == MOST_STACKS) {
            listing.skipped.add(
                    "%s comes after %d others; expected no more".formatted(path, MOST_STACKS));
            return;
        }
        try {
            listing.stacks.add(listed(path));
        } catch (IllegalArgumentException e) {
            listing.skipped.add(e.getMessage());
        } catch (ClosedByInterruptException e) {
            // The file is in order: it is the thread that is to stop.
            throw e;
        } catch (IOException e) {
            listing.skipped.add("%s cannot be read: %s".formatted(path, e));
        }
    }

    static List<Path> files(Path folder) throws IOException {
        List<Path> paths = new ArrayList<>();
        if (!Files.exists(folder)) {
            return paths;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(paths::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(paths);
        return paths;
    }

    /** Opens what was found in a folder, where a link is none of ours. */
    static StackView listed(Path path) throws IOException {
        if (!StackFiles.isStack(path)) {
            throw new IllegalArgumentException(
                    "%s is not named as the file of a stack".formatted(path));
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(
                    "%s is not a file; expected the file of a stack".formatted(path));
        }
        return open(path);
    }

    /** {@return where the file is} */
    public Path path() {
        return path;
    }

    /** {@return what the stack is called} */
    public String name() {
        return header.name();
    }

    /** {@return the number of the process that has or had the stack} */
    public long pid() {
        return header.pid();
    }

    /** {@return when the file was made} */
    public Instant created() {
        return Instant.ofEpochMilli(header.createdMs());
    }

    /**
     * {@return whether the process that made the file runs} A process that has only got its number is another one: it
     * began at another time. One that has ended, and whose parent has not asked how, does not run.
     */
    public boolean isAlive() {
        return Writer.isAlive(header.pid(), header.processStartMs());
    }

    /**
     * {@return when the stack last said that it was at work}
     *
     * @throws IOException if the file cannot be read any more, as in all that follows
     */
    public Instant heartbeat() throws IOException {
        return Instant.ofEpochMilli(
                file.read(StackLayout.HEARTBEAT_MS_OFFSET, Long.BYTES).getLong(0));
    }

    /**
     * {@return what the stack is doing} Empty if it has not said so; {@link #BEING_WRITTEN} as in {@link #text}.
     *
     * @throws IOException if the file cannot be read any more
     */
    public String state() throws IOException {
        return TextReading.text(file, header.stateOffset(), StackLayout.STATE_BYTES);
    }

    /**
     * {@return the options and interfaces of the stack, lines as it wrote them} What a terminal would take for a
     * command is a question mark. If it was being written whenever the reader looked, or when the process died, what
     * stands there follows on {@link #BEING_WRITTEN}.
     *
     * @throws IOException if the file cannot be read any more
     */
    public String text() throws IOException {
        return TextReading.text(file, header.textOffset(), StackLayout.TEXT_BYTES);
    }

    /**
     * {@return the counters: for each block, in the order of the file, the value of each counter in its order}
     * Each value was true a moment ago; there is no order among them.
     *
     * @throws IOException if the file cannot be read any more
     */
    public Map<String, Map<String, Long>> counters() throws IOException {
        Map<String, Map<String, Long>> counters = new LinkedHashMap<>();
        for (StackDirectory.Block block : directory.blocks()) {
            counters.put(block.name(), block.values(file));
        }
        return counters;
    }

    /**
     * {@return the sockets, in the order of their slots} Each is as it was at one moment, not all at the same.
     *
     * @throws IOException if the file cannot be read any more
     */
    public List<SocketEntry> sockets() throws IOException {
        return SocketReading.sockets(file, header, directory.states());
    }

    /** Closes the file. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    /** {@return the name of the stack and its process} */
    @Override
    public String toString() {
        return "%s (process %d)".formatted(name(), pid());
    }
}
