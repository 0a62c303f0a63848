package onload.tcp.recovery;

import onload.wire.SequenceNumber;

import java.util.Arrays;

/**
 * What a peer has of the sequence numbers after SND.UNA, as its selective acknowledgments say (RFC 2018): ranges in
 * order, joined where they touch. A block is answered with those pieces of it that are news, so that each number is
 * looked at once, however often the peer says it.
 *
 * <p>Reused. Belongs to the thread of its connection; grows with the ranges, and allocates nothing else.
 */
public final class SackRanges {
    /** Answer of {@link #sacked}: the block is none that can be. */
    public static final int INVALID = -1;

    /**
     * The most ranges. As many as there are where every second segment of a window of 12 MB is lost; a peer that
     * acknowledges single bytes gets no further.
     */
    static final int MAX_RANGES = 4096;

    private static final int INITIAL_RANGES = 32;
    private static final int KEPT_RANGES = 512;

    private int[] left = new int[INITIAL_RANGES];
    private int[] right = new int[INITIAL_RANGES];
    private int ranges;
    private int sackedBytes;

    /** What the last block has brought that was not known. */
    private int[] pieceLeft = new int[INITIAL_RANGES + 1];

    private int[] pieceRight = new int[INITIAL_RANGES + 1];
    private int pieces;

    /** Makes an empty one. */
    public SackRanges() {}

    /** Forgets everything. */
    public void reset() {
        ranges = 0;
        sackedBytes = 0;
        pieces = 0;
        if (left.length > KEPT_RANGES) {
            // One that was large once is not kept so.
            capacity(INITIAL_RANGES);
        }
    }

    private void capacity(int count) {
        left = Arrays.copyOf(left, count);
        right = Arrays.copyOf(right, count);
        pieceLeft = Arrays.copyOf(pieceLeft, count + 1);
        pieceRight = Arrays.copyOf(pieceRight, count + 1);
    }

    /** {@return the bytes above SND.UNA that the peer has} */
    public int sackedBytes() {
        return sackedBytes;
    }

    /** {@return the ranges that the peer has} */
    public int ranges() {
        return ranges;
    }

    /**
     * Takes in a SACK block.
     *
     * @param blockLeft its first number, as the peer says
     * @param blockRight the number after its last
     * @param sndMax the number after the last that was sent
     * @return the pieces of it that were not known before, 0 if it is no news; or {@link #INVALID} if it is not
     *     within what is under way
     */
    public int sacked(int blockLeft, int blockRight, int sndUna, int sndMax) {
        pieces = 0;
        int flight = sndMax - sndUna;
        int from = blockLeft - sndUna;
        int to = blockRight - sndUna;
        if (from < 0 || to <= from || to > flight) {
            return INVALID;
        }
        int first = firstFrom(blockLeft);
        int last = first;
        int next = blockLeft;
        int newLeft = blockLeft;
        int newRight = blockRight;
        while (last < ranges && left[last] - blockRight <= 0) {
            newLeft = SequenceNumber.min(newLeft, left[last]);
            newRight = SequenceNumber.max(newRight, right[last]);
            piece(next, left[last]);
            next = SequenceNumber.max(next, right[last]);
            last++;
        }
        piece(next, blockRight);
        if (pieces > 0 && !replace(first, last, newLeft, newRight)) {
            pieces = 0;
        }
        for (int i = 0; i < pieces; i++) {
            sackedBytes += pieceRight[i] - pieceLeft[i];
        }
        return pieces;
    }

    /** {@return the first range that does not end before a number} */
    private int firstFrom(int sequence) {
        int low = 0;
        int high = ranges;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (right[middle] - sequence < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void piece(int from, int to) {
        if (to - from > 0) {
            pieceLeft[pieces] = from;
            pieceRight[pieces] = to;
            pieces++;
        }
    }

    /** {@return the first number of a piece of the last block that was news} */
    public int pieceLeft(int index) {
        return pieceLeft[index];
    }

    /** {@return the number after the last of such a piece} */
    public int pieceRight(int index) {
        return pieceRight[index];
    }

    /** Puts one range in the place of those from first to before last. */
    private boolean replace(int first, int last, int newLeft, int newRight) {
        if (first == last && ranges == MAX_RANGES) {
            // What the peer has said is advice: forgetting some of it costs retransmissions only.
            return false;
        }
        if (first == last && ranges == left.length) {
            capacity(Math.min(MAX_RANGES, 2 * ranges));
        }
        int tail = ranges - last;
        System.arraycopy(left, last, left, first + 1, tail);
        System.arraycopy(right, last, right, first + 1, tail);
        left[first] = newLeft;
        right[first] = newRight;
        ranges = first + 1 + tail;
        return true;
    }

    /** SND.UNA has gone on: what is below is forgotten. */
    public void acknowledged(int sndUna) {
        int gone = 0;
        while (gone < ranges && right[gone] - sndUna <= 0) {
            sackedBytes -= right[gone] - left[gone];
            gone++;
        }
        if (gone > 0) {
            System.arraycopy(left, gone, left, 0, ranges - gone);
            System.arraycopy(right, gone, right, 0, ranges - gone);
            ranges -= gone;
        }
        if (ranges > 0 && left[0] - sndUna < 0) {
            sackedBytes -= sndUna - left[0];
            left[0] = sndUna;
        }
    }

    /** {@return whether the peer has all of a range, which is not empty} */
    public boolean covers(int from, int to) {
        int low = 0;
        int high = ranges - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (right[middle] - from <= 0) {
                low = middle + 1;
            } else if (left[middle] - from > 0) {
                high = middle - 1;
            } else {
                return to - right[middle] <= 0;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("sacked");
        for (int i = 0; i < ranges; i++) {
            text.append(' ')
                    .append(Integer.toUnsignedString(left[i]))
                    .append(':')
                    .append(Integer.toUnsignedString(right[i]));
        }
        return text.toString();
    }
}
