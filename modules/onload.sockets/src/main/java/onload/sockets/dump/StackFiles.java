package onload.sockets.dump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Where the files of stacks are, and which of them nobody needs any more. */
public final class StackFiles {
    private static final String SUFFIX = ".stack";

    /** In memory, so that writing never waits for a disk. */
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** Zeros for new files, written in pieces of this length. */
    private static final int PIECE_BYTES = 64 << 10;

    /** What stands in the folder too: where processes are asked, which is named by their number and this. */
    public static final String CONTROL_SUFFIX = ".control";

    private StackFiles() {}

    /**
     * {@return the folder of this user's stacks} {@code /dev/shm/onload-USER} where there is shared memory, else
     * {@code onload-USER} in {@code java.io.tmpdir}. It is made if it is not there, open to nobody else.
     *
     * @throws IOException if it cannot be made, or is not a folder of this user that is closed to all others
     */
    public static Path folder() throws IOException {
        boolean isThere = Files.isDirectory(SHARED_MEMORY) && Files.isWritable(SHARED_MEMORY);
        Path parent = isThere ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        return PrivateFolder.in(parent);
    }

    /**
     * Removes the files of stacks whose processes have died, from {@link #folder()}. Files that are not those of stacks
     * stay.
     *
     * @return what was removed
     * @throws IOException if the folder cannot be used, or a file cannot be removed
     */
    public static List<Path> removeDead() throws IOException {
        return removeDead(folder());
    }

    /**
     * Removes the files of stacks whose processes have died. Files that are not those of stacks stay. Processes are
     * looked for where this one can see them: in a container, those of other containers are not.
     *
     * @param folder where to look
     * @return what was removed
     * @throws IOException if the folder cannot be read, a file cannot be removed, or the thread is interrupted
     */
    public static List<Path> removeDead(Path folder) throws IOException {
        List<Path> removed = new ArrayList<>();
        for (Path path : StackView.files(folder)) {
            if (isOfTheDead(path) && Files.deleteIfExists(path)) {
                removed.add(path);
            }
        }
        return removed;
    }

    private static boolean isOfTheDead(Path path) throws IOException {
        try (StackView stack = StackView.listed(path)) {
            return !stack.isAlive();
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            // Gone in the meantime, or not the file of a stack.
            return false;
        }
    }

    static boolean isStack(Path path) {
        return path.getFileName().toString().endsWith(SUFFIX);
    }

    /** What has no place in the name of a file, such as a slash or a leading point, becomes an underscore. */
    static String fileName(long pid, String stackName) {
        return pid + "-" + stackName.replaceAll("[^A-Za-z0-9._-]", "_") + SUFFIX;
    }

    /** When a process began, in milliseconds since 1970; 0 if the system does not say. */
    static long startMs(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /**
     * Makes a file of zeros and maps it. All zeros are written before, so that a file system that is full is an
     * exception now and not a crash later. For one thread at a time.
     */
    static MappedByteBuffer create(Path path, long length) throws IOException {
        removeLeftOver(path);
        try (FileChannel channel = FileChannel.open(path, options(), ownerOnly("rw-------"))) {
            return mapped(channel, length);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(
                    "%s cannot be made, since something is there; remove it".formatted(path), e);
        } catch (IOException e) {
            Files.deleteIfExists(path);
            throw new IOException(
                    "%s cannot be made: %s; expected a folder to write to, with %d bytes of space"
                            .formatted(path, e, length),
                    e);
        }
    }

    private static Set<StandardOpenOption> options() {
        return Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static MappedByteBuffer mapped(FileChannel channel, long length) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
        for (long at = 0; at < length; at += zeros.position()) {
            zeros.clear().limit((int) Math.min(PIECE_BYTES, length - at));
            while (zeros.hasRemaining()) {
                channel.write(zeros, at + zeros.position());
            }
        }
        return channel.map(MapMode.READ_WRITE, 0, length);
    }

    /** The name has the process's own number in it: who had it before is another stack of this process, or is dead. */
    private static void removeLeftOver(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        boolean isOfThisProcess = false;
        try (StackView view = StackView.open(path)) {
            isOfThisProcess = view.isAlive();
        } catch (IOException | IllegalArgumentException e) {
            // Not complete or not a stack: nobody can be using it.
        }
        if (isOfThisProcess) {
            throw new IOException(
                    "%s is in use: this process has a stack of that name; expected another name"
                            .formatted(path));
        }
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(path);
        }
    }

    /** What only its owner may use, where the file system knows owners. */
    static FileAttribute<?>[] ownerOnly(String permissions) {
        return isPosix()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }
}
