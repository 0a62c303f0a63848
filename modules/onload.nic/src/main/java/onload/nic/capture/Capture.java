package onload.nic.capture;

import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A capture of interfaces to a pcapng file, which tcpdump and Wireshark read: what an operator
 * starts and stops.
 *
 * <pre>
 * try (Capture capture = Capture.start(CaptureOptions.to(path).withFrames(1000), errors)) {
 *     capture.add(nic);
 *     capture.startThread("capture");
 *     …
 * }
 * </pre>
 *
 * <p>All methods may be called from any thread, while the stack that owns an interface runs; none
 * of them waits for that stack. They are for control paths: they allocate, and may wait for the
 * file.
 */
public final class Capture implements AutoCloseable {
    /**
     * How long the thread rests when there is nothing to write: the ring takes what comes
     * meanwhile.
     */
    private static final long REST_NS = 1_000_000;

    private final CaptureWriter writer;
    private volatile @Nullable Thread thread;

    private Capture(CaptureWriter writer) {
        this.writer = writer;
    }

    /**
     * Opens the file and begins it. It is readable by its owner only, unless it existed before:
     * frames are people's data.
     *
     * @param options what to write, and how much
     * @param errors told, by the thread that drives the writer, if the file cannot be written later
     *     on
     * @throws UncheckedIOException if the file cannot be written; the message says why
     * @throws IllegalArgumentException if a frame of the snap length does not fit the ring
     */
    public static Capture start(CaptureOptions options, ErrorHandler errors) {
        options.checkRing();
        try {
            FileChannel channel = open(options.file());
            try {
                return start(options, channel, errors);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "a capture cannot be written to %s: %s; name a file that can be written"
                            .formatted(options.file(), CaptureWriter.reason(e)),
                    e);
        }
    }

    /**
     * Begins a capture on a channel that is open and waits when it is full, such as a socket. It is the capture's, and
     * closed with it.
     *
     * @param options how much to write; its file is not touched
     * @param errors told, by the thread that drives the writer, if the channel cannot be written later on
     * @throws IOException if the channel cannot be written
     * @throws IllegalArgumentException if a frame of the snap length does not fit the ring
     */
    public static Capture start(
            CaptureOptions options, WritableByteChannel channel, ErrorHandler errors)
            throws IOException {
        options.checkRing();
        return new Capture(new CaptureWriter(options, channel, errors));
    }

    private static FileChannel open(Path file) throws IOException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownerOnly =
                posix
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        return FileChannel.open(
                file,
                Set.of(
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING),
                ownerOnly);
    }

    /**
     * Captures an interface from now on, in both directions. If its description alone would make
     * the file longer than its bound, the capture ends.
     *
     * @throws IllegalStateException if the interface is being captured already, or this capture has
     *     ended
     */
    public void add(CapturingInterface nic) {
        writer.add(nic);
    }

    /**
     * {@return what has to be driven for frames to reach the file, unless {@link #startThread}
     * does}
     */
    public CaptureWriter writer() {
        return writer;
    }

    /**
     * Starts a daemon thread that drives the writer until the capture ends.
     *
     * @param name name of the thread
     * @return the thread
     * @throws IllegalStateException if it was started already
     */
    public synchronized Thread startThread(String name) {
        if (thread != null) {
            throw new IllegalStateException(
                    "the %s has a thread already; expected one start of it"
                            .formatted(writer.roleName()));
        }
        Thread started = Thread.ofPlatform().daemon().name(name).start(this::drive);
        thread = started;
        return started;
    }

    private void drive() {
        while (writer.isRunning()) {
            if (writer.doWork() == 0) {
                // An interrupt would make the rest a spin, and says nothing that the state does
                // not.
                Thread.interrupted();
                LockSupport.parkNanos(this, REST_NS);
            }
        }
    }

    /** {@return whether the capture goes on; if not, {@link #report} says why} */
    public boolean isRunning() {
        return writer.isRunning();
    }

    /** {@return what has become of the frames so far, or in the end} */
    public CaptureReport report() {
        return writer.report();
    }

    /**
     * Ends the capture: the interfaces are let go, frames copied until then are written, the
     * statistics of each interface follow, and the file is closed. If the capture has ended by
     * itself, nothing happens.
     */
    @Override
    public void close() {
        writer.stop();
        LockSupport.unpark(thread);
    }
}
