package onload.nic.emulated;

import java.util.Arrays;

/**
 * The sending end of a link with a rate: one frame after the other, each for the time that its bits take, with a queue
 * of those that wait. An algorithm of times and lengths; the frames themselves are elsewhere.
 *
 * <p>The time of each frame is not rounded by itself: what is below a nanosecond is carried to the next, so that a busy
 * link sends at its exact rate however short its frames are.
 */
final class Transmitter {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final int FIRST_CAPACITY = 16;

    private long bitsPerSecond;
    private int overheadBytes;
    private int maxFrames;
    private int maxBytes;

    /** Somebody asks how many frames there are. */
    private boolean isCounted;

    private long idleFromNs = Long.MIN_VALUE;

    /** What of {@link #idleFromNs} is below a nanosecond, in units of one nanosecond divided by the rate. */
    private long carried;

    // The frames that are not sent yet, oldest first: a ring of a power of two of places.
    private long[] departures = new long[FIRST_CAPACITY];
    private int[] lengths = new int[FIRST_CAPACITY];
    private int head;
    private int frames;
    private long bytes;

    Transmitter(LinkSettings settings) {
        settings(settings);
    }

    /**
     * Goes on with other settings, which have a rate; frames that were accepted leave when they would have.
     */
    void settings(LinkSettings settings) {
        bitsPerSecond = settings.bitsPerSecond();
        overheadBytes = settings.overheadBytes();
        maxFrames = settings.queueFrames() == 0 ? Integer.MAX_VALUE : settings.queueFrames();
        maxBytes = settings.queueBytes() == 0 ? Integer.MAX_VALUE : settings.queueBytes();
        isCounted =
                settings.queueFrames() != 0
                        || settings.queueBytes() != 0
                        || settings.markAboveFrames() != 0;
        carried = 0;
    }

    /** Forgets all frames, as when the link is cut. */
    void reset() {
        idleFromNs = Long.MIN_VALUE;
        carried = 0;
        frames = 0;
        bytes = 0;
    }

    /**
     * Queues a frame if there is room.
     *
     * @param nowNs the time
     * @param length bytes of the frame
     * @return whether there was; {@link #departureNs} then is the time at which its last bit has left
     */
    boolean accept(long nowNs, int length) {
        int taken = length + overheadBytes;
        if (isCounted) {
            expire(nowNs);
            if (frames >= maxFrames || bytes + taken > maxBytes) {
                return false;
            }
        }
        if (nowNs > idleFromNs) {
            idleFromNs = nowNs;
            carried = 0;
        }
        // At most 66 600 bytes, so that the product is below 2⁶³.
        long work = taken * 8L * NS_PER_SECOND + carried;
        idleFromNs += work / bitsPerSecond;
        carried = work % bitsPerSecond;
        if (isCounted) {
            add(taken);
        }
        return true;
    }

    /** {@return the bytes, overhead included, that are still to be sent at a time} */
    long queuedBytes(long nowNs) {
        if (idleFromNs <= nowNs) {
            return 0;
        }
        return (long) ((double) (idleFromNs - nowNs) * bitsPerSecond / (8.0 * NS_PER_SECOND));
    }

    /** {@return frames in the queue, that accepted last included; 0 if the settings do not ask for it} */
    int frames() {
        return frames;
    }

    /** {@return when the frame accepted last has left, rounded down to a nanosecond} */
    long departureNs() {
        return idleFromNs;
    }

    private void expire(long nowNs) {
        while (frames > 0 && departures[head] <= nowNs) {
            bytes -= lengths[head];
            frames--;
            head = (head + 1) & (departures.length - 1);
        }
    }

    private void add(int length) {
        if (frames == departures.length) {
            grow();
        }
        int tail = (head + frames) & (departures.length - 1);
        departures[tail] = idleFromNs;
        lengths[tail] = length;
        frames++;
        bytes += length;
    }

    private void grow() {
        int capacity = departures.length;
        long[] moreDepartures = Arrays.copyOf(departures, capacity * 2);
        int[] moreLengths = Arrays.copyOf(lengths, capacity * 2);
        // What had wrapped around goes behind the rest.
        System.arraycopy(departures, 0, moreDepartures, capacity, head);
        System.arraycopy(lengths, 0, moreLengths, capacity, head);
        departures = moreDepartures;
        lengths = moreLengths;
    }
}
