package onload.nic.capture;

import org.agrona.BitUtil;

import java.nio.file.Path;

/**
 * What a {@link Capture} writes, and how much.
 *
 * @param file the file to make, or to overwrite if it exists; a named pipe serves too
 * @param snapLength most bytes kept of each frame, 1 to {@value #MAX_SNAP_LENGTH}
 * @param ringBytes bytes of the ring between each interface and the file, a power of two from
 *     {@value #MIN_RING_BYTES} to {@value #MAX_RING_BYTES}; a frame takes at most an eighth of it
 * @param fileBytes the capture ends before the file is longer than this, {@value #MIN_FILE_BYTES}
 *     or more
 * @param frames the capture ends when the file has so many frames, 1 or more
 * @param epochOffsetNs what to add to the clock of the polls to get nanoseconds since 1970
 */
public record CaptureOptions(
        Path file, int snapLength, int ringBytes, long fileBytes, long frames, long epochOffsetNs) {

    /** The longest snap length in bytes, more than any frame has. */
    public static final int MAX_SNAP_LENGTH = 262_144;

    /** The smallest ring in bytes. */
    public static final int MIN_RING_BYTES = 4096;

    /** The largest ring in bytes. */
    public static final int MAX_RING_BYTES = 1 << 30;

    /** The smallest bound of a file in bytes: what describes the capture fits, and little more. */
    public static final int MIN_FILE_BYTES = 1024;

    /** No bound. */
    public static final long UNBOUNDED = Long.MAX_VALUE;

    /** Bytes of a ring unless told otherwise. */
    public static final int DEFAULT_RING_BYTES = 4 << 20;

    /** Bound of a file in bytes unless told otherwise. */
    public static final long DEFAULT_FILE_BYTES = 1 << 30;

    /** What the ring adds to a frame at most: its own header, ours and padding. */
    private static final int RECORD_OVERHEAD = 8 + FrameRecord.DATA_OFFSET + 8;

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public CaptureOptions {
        within("snapLength", snapLength, 1, MAX_SNAP_LENGTH);
        within("ringBytes", ringBytes, MIN_RING_BYTES, MAX_RING_BYTES);
        if (!BitUtil.isPowerOfTwo(ringBytes)) {
            throw new IllegalArgumentException(
                    "ringBytes of a capture cannot be %d; expected a power of two, such as %d"
                            .formatted(ringBytes, Integer.highestOneBit(ringBytes)));
        }
        within("fileBytes", fileBytes, MIN_FILE_BYTES, UNBOUNDED);
        within("frames", frames, 1, UNBOUNDED);
    }

    /**
     * {@return the usual options}: whole frames, a ring of 4 MiB, at most 1 GiB, any number of
     * frames, times as they are on the clock of the polls.
     *
     * @param file the file to make or to overwrite
     */
    public static CaptureOptions to(Path file) {
        return new CaptureOptions(
                file, MAX_SNAP_LENGTH, DEFAULT_RING_BYTES, DEFAULT_FILE_BYTES, UNBOUNDED, 0);
    }

    /** {@return these options with another length of what is kept of a frame} */
    public CaptureOptions withSnapLength(int bytes) {
        return new CaptureOptions(file, bytes, ringBytes, fileBytes, frames, epochOffsetNs);
    }

    /** {@return these options with another size of the ring} */
    public CaptureOptions withRingBytes(int bytes) {
        return new CaptureOptions(file, snapLength, bytes, fileBytes, frames, epochOffsetNs);
    }

    /** {@return these options with another bound of the file in bytes} */
    public CaptureOptions withFileBytes(long bytes) {
        return new CaptureOptions(file, snapLength, ringBytes, bytes, frames, epochOffsetNs);
    }

    /** {@return these options with another bound in frames} */
    public CaptureOptions withFrames(long count) {
        return new CaptureOptions(file, snapLength, ringBytes, fileBytes, count, epochOffsetNs);
    }

    /** {@return these options with another distance of the clock of the polls from 1970} */
    public CaptureOptions withEpochOffsetNs(long offsetNs) {
        return new CaptureOptions(file, snapLength, ringBytes, fileBytes, frames, offsetNs);
    }

    /**
     * Refuses a ring that a frame does not fit. Not in the constructor, where the order in which
     * options are set would matter.
     */
    void checkRing() {
        int longest = ringBytes / 8 - RECORD_OVERHEAD;
        if (snapLength > longest) {
            throw new IllegalArgumentException(
                    ("a ring of %d bytes does not take %d bytes of a frame; expected ringBytes"
                                    + " of at least %d or a snapLength of at most %d")
                            .formatted(
                                    ringBytes,
                                    snapLength,
                                    BitUtil.findNextPositivePowerOfTwo(
                                            (snapLength + RECORD_OVERHEAD) * 8),
                                    longest));
        }
    }

    private static void within(String name, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    "%s of a capture cannot be %d; expected %s"
                            .formatted(
                                    name,
                                    value,
                                    highest == UNBOUNDED
                                            ? lowest + " or more"
                                            : lowest + " to " + highest));
        }
    }
}
