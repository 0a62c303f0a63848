package onload.nic.capture;

import org.agrona.ErrorHandler;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes frames out of the rings of a {@link Capture} and appends them to its file, a duty cycle at
 * a time.
 *
 * <p>Any thread may drive it, by {@link #doWork}, an Agrona {@code AgentRunner} or {@link
 * Capture#startThread}; the methods exclude one another. They wait for the file and for nothing
 * else, and no stack waits for them.
 *
 * <p>It ends, for good, when it is stopped, when the file reaches a bound, or when the file cannot
 * be written. Then the interfaces are let go, their statistics are written as the last blocks, and
 * the file is closed. A fault is told to the {@link ErrorHandler}; what had been written in whole
 * blocks stays readable.
 */
public final class CaptureWriter implements Agent {
    private static final int BATCH_BYTES = 256 * 1024;
    private static final byte[] APPLICATION = "onload".getBytes(StandardCharsets.UTF_8);

    private final CaptureOptions options;
    private final CaptureFile file;
    private final ErrorHandler errors;

    /** By number in the file. Read by any thread for reports. */
    private final List<Source> sources = new CopyOnWriteArrayList<>();

    /**
     * The last thing that is written when the capture ends, so that who reads it finds the file
     * whole.
     */
    private volatile CaptureState state = CaptureState.RUNNING;

    private volatile String fault = "";
    private volatile long writtenBytes;

    private long appended;
    private CaptureState bound = CaptureState.RUNNING;
    private boolean batchIsFull;

    /**
     * Opens the section of the file.
     *
     * @param channel blocks until it has taken at least a byte
     * @throws IOException if it cannot be written
     */
    CaptureWriter(CaptureOptions options, WritableByteChannel channel, ErrorHandler errors)
            throws IOException {
        this.options = options;
        this.errors = errors;
        int longest = PcapNg.enhancedPacketLength(options.snapLength(), 1);
        this.file = new CaptureFile(channel, Math.max(BATCH_BYTES, longest));
        file.append(PcapNg.sectionHeader(file.batch(), file.end(), APPLICATION));
        flush();
    }

    @Override
    public String roleName() {
        return "capture to " + options.file();
    }

    /** {@return whether the capture goes on} From any thread. */
    public boolean isRunning() {
        return state == CaptureState.RUNNING;
    }

    /**
     * Writes what is in the rings, if anything is. It does not throw on a fault of the file, which
     * ends the capture and is told to the error handler.
     *
     * @return frames that were taken from the rings, or 0 if the capture has ended
     */
    @Override
    public synchronized int doWork() {
        if (!isRunning()) {
            return 0;
        }
        long before = appended;
        try {
            for (Source source : sources) {
                drain(source);
            }
            if (bound == CaptureState.RUNNING) {
                flush();
            } else {
                end(bound);
            }
        } catch (IOException e) {
            fail(e);
        }
        return (int) (appended - before);
    }

    /** Ends the capture; see {@link Capture#close}. */
    @Override
    public void onClose() {
        stop();
    }

    /**
     * Lets the interfaces go, writes what they had put into the rings until then, and ends the
     * capture.
     */
    synchronized void stop() {
        letGo();
        doWork();
        if (isRunning()) {
            try {
                end(CaptureState.STOPPED);
            } catch (IOException e) {
                fail(e);
            }
        }
    }

    /**
     * Captures an interface from now on.
     *
     * @throws IllegalStateException if it is being captured already, or the capture has ended
     */
    synchronized void add(CapturingInterface nic) {
        if (!isRunning()) {
            throw new IllegalStateException(
                    "the capture to %s has %s; start another one for %s"
                            .formatted(options.file(), state.text(), nic.name()));
        }
        Source source = new Source(sources.size(), nic, nic.newTap(options));
        try {
            addDescribed(source);
        } catch (IOException e) {
            fail(e);
        }
    }

    private void addDescribed(Source source) throws IOException {
        if (!file.fitsBatch(PcapNg.MAX_DESCRIPTION_LENGTH)) {
            flush();
        }
        int length = describe(source.nic);
        if (file.size() + length + statisticsLength(sources.size() + 1) > options.fileBytes()) {
            end(CaptureState.FILE_FULL);
            return;
        }
        // The ring may fill from here on, but is drained only by who has this monitor: the
        // description
        // of the interface comes before its frames.
        if (!source.nic.attach(source.tap)) {
            throw new IllegalStateException(
                    "the interface %s is being captured already; stop that capture first"
                            .formatted(source.nic.name()));
        }
        file.append(length);
        try {
            flush();
        } catch (IOException e) {
            // Not among the sources yet: its statistics would be of an interface that nothing
            // describes.
            source.nic.detach(source.tap);
            throw e;
        }
        sources.add(source);
    }

    private int describe(CapturingInterface nic) {
        return PcapNg.interfaceDescription(
                file.batch(),
                file.end(),
                nic.name().getBytes(StandardCharsets.UTF_8),
                nic.capturedMacAddress(),
                nic.capturedBitsPerSecond(),
                options.snapLength());
    }

    /** {@return what has become of the frames} From any thread; it does not wait for the file. */
    CaptureReport report() {
        // Later stages first, so that no frame is counted in one and not yet in the one before.
        CaptureState now = state;
        long bytes = writtenBytes;
        long written = 0;
        long dropped = 0;
        long seen = 0;
        for (Source source : sources) {
            written += source.written;
            dropped += source.tap.dropped();
            seen += source.tap.seen();
        }
        return new CaptureReport(now, fault, seen, written, dropped, bytes);
    }

    /** Takes the frames that are in a ring now, but not those that come meanwhile. */
    private void drain(Source source) throws IOException {
        OneToOneRingBuffer ring = source.tap.ring();
        long end = ring.producerPosition();
        while (bound == CaptureState.RUNNING && ring.consumerPosition() < end) {
            long before = ring.consumerPosition();
            batchIsFull = false;
            ring.controlledRead(source);
            if (batchIsFull) {
                flush();
            } else if (ring.consumerPosition() == before) {
                // The next frame is being copied at this moment, or its thread was descheduled
                // while it
                // did: not worth waiting for.
                return;
            }
        }
    }

    private void flush() throws IOException {
        file.flush();
        for (Source source : sources) {
            source.written = source.appended;
        }
        writtenBytes = file.flushed();
    }

    private void letGo() {
        for (Source source : sources) {
            source.nic.detach(source.tap);
        }
    }

    private void end(CaptureState how) throws IOException {
        letGo();
        flush();
        appendStatistics();
        flush();
        file.close();
        state = how;
    }

    /**
     * Keeps the blocks that are whole, and tries to tell in the file too how many frames were lost.
     */
    private void fail(IOException e) {
        letGo();
        discard();
        try {
            appendStatistics();
            flush();
        } catch (IOException again) {
            discard();
        }
        try {
            file.close();
        } catch (IOException again) {
            e.addSuppressed(again);
        }
        fault = reason(e);
        state = CaptureState.FAILED;
        errors.onError(
                new UncheckedIOException(
                        "the capture to %s has ended: %s; of %d frames %d are in the file"
                                .formatted(
                                        options.file(), fault, report().seen(), report().written()),
                        e));
    }

    private void discard() {
        file.discard();
        for (Source source : sources) {
            source.appended = source.written;
        }
    }

    private void appendStatistics() throws IOException {
        for (Source source : sources) {
            if (!file.fitsBatch(PcapNg.STATISTICS_LENGTH)) {
                flush();
            }
            Tap tap = source.tap;
            long dropped = tap.dropped();
            file.append(
                    PcapNg.interfaceStatistics(
                            file.batch(),
                            file.end(),
                            source.id,
                            epochNs(tap.firstNs()),
                            epochNs(tap.lastNs()),
                            tap.seen(),
                            dropped,
                            source.written));
        }
    }

    /** An interface that was never polled has no time. */
    private long epochNs(long timeNs) {
        return timeNs == Tap.NO_TIME ? 0 : timeNs + options.epochOffsetNs();
    }

    private static int statisticsLength(int interfaces) {
        return interfaces * PcapNg.STATISTICS_LENGTH;
    }

    /** {@return why a file cannot be written, in a few words} */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "its folder does not exist";
            case AccessDeniedException denied -> "permission denied";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    /** One interface: where its frames come from, and how many there were. */
    private final class Source implements ControlledMessageHandler {
        private final int id;
        private final CapturingInterface nic;
        private final Tap tap;

        /** Frames in the file or in the batch. */
        private long appended;

        /** Frames in the file. */
        private volatile long written;

        Source(int id, CapturingInterface nic, Tap tap) {
            this.id = id;
            this.nic = nic;
            this.tap = tap;
        }

        @Override
        public Action onMessage(int direction, MutableDirectBuffer record, int index, int length) {
            int captured = length - FrameRecord.DATA_OFFSET;
            long dropped = FrameRecord.dropped(record, index);
            int blockLength = PcapNg.enhancedPacketLength(captured, dropped);
            long end = file.size() + blockLength + statisticsLength(sources.size());
            if (end > options.fileBytes()) {
                bound = CaptureState.FILE_FULL;
                return Action.ABORT;
            }
            if (!file.fitsBatch(blockLength)) {
                batchIsFull = true;
                return Action.ABORT;
            }
            append(direction, record, index, captured);
            if (CaptureWriter.this.appended == options.frames()) {
                bound = CaptureState.ENOUGH_FRAMES;
                return Action.BREAK;
            }
            return Action.CONTINUE;
        }

        private void append(int direction, MutableDirectBuffer record, int index, int captured) {
            int at = file.end();
            PcapNg.packetData(file.batch(), at, record, index + FrameRecord.DATA_OFFSET, captured);
            file.append(
                    PcapNg.enhancedPacket(
                            file.batch(),
                            at,
                            id,
                            FrameRecord.timeNs(record, index) + options.epochOffsetNs(),
                            captured,
                            FrameRecord.frameLength(record, index),
                            direction,
                            FrameRecord.dropped(record, index)));
            appended++;
            CaptureWriter.this.appended++;
        }
    }
}
