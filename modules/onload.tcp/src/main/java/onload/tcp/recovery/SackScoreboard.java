package onload.tcp.recovery;

import onload.wire.SequenceNumber;

/**
 * What a sender knows of the sequence numbers between SND.UNA and what it has sent: which the peer has, by its
 * selective acknowledgments, which are lost, and which were sent again (RFC 6675). Kept in ranges, not segments.
 *
 * <p>A scoreboard is attached to a connection while there is something on it, and reused. Belongs to the thread of its
 * connection; allocates nothing after it was made.
 */
public final class SackScoreboard {
    /** Answer of {@link #next}: nothing is to be sent again. */
    public static final int NOTHING = 0;

    /** Answer of {@link #next}: something that is lost (NextSeg, rule 1). */
    public static final int RULE_1 = 1;

    /** Answer of {@link #next}: something that may be lost, if there is no new data to send (NextSeg, rule 3). */
    public static final int RULE_3 = 3;

    /** Answer of {@link #sacked}: the block is none that can be. */
    public static final int INVALID = -1;

    private static final int MAX_RANGES = 128;
    private static final int DUPLICATE_THRESHOLD = 3;

    private final int[] left = new int[MAX_RANGES];
    private final int[] right = new int[MAX_RANGES];
    private int ranges;
    private int sackedBytes;

    /** All below that was sent again since recovery began: HighRxt and one. */
    private int highRxt;

    private boolean hasHighRxt;

    /** After a timeout: all below that is not acknowledged is lost. */
    private int lostBelow;

    private boolean hasLostBelow;
    private int nextSequence;
    private int nextLength;

    /** Makes an empty one. */
    public SackScoreboard() {}

    /** Forgets everything. */
    public void reset() {
        ranges = 0;
        sackedBytes = 0;
        hasHighRxt = false;
        hasLostBelow = false;
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
     * @return the bytes that were not known before; or {@link #INVALID} if it is not within what is under way
     */
    public int sacked(int blockLeft, int blockRight, int sndUna, int sndMax) {
        int flight = sndMax - sndUna;
        int from = blockLeft - sndUna;
        int to = blockRight - sndUna;
        if (from < 0 || to <= from || to > flight) {
            return INVALID;
        }
        int first = 0;
        while (first < ranges && right[first] - blockLeft < 0) {
            first++;
        }
        int last = first;
        int newLeft = blockLeft;
        int newRight = blockRight;
        int known = 0;
        while (last < ranges && left[last] - blockRight <= 0) {
            newLeft = SequenceNumber.min(newLeft, left[last]);
            newRight = SequenceNumber.max(newRight, right[last]);
            known += right[last] - left[last];
            last++;
        }
        if (!replace(first, last, newLeft, newRight)) {
            return 0;
        }
        int news = newRight - newLeft - known;
        sackedBytes += news;
        return news;
    }

    /** Puts one range in the place of those from first to before last. */
    private boolean replace(int first, int last, int newLeft, int newRight) {
        if (first == last && ranges == MAX_RANGES) {
            // What the peer has said is advice: forgetting some of it costs retransmissions only.
            return false;
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

    /** Recovery by acknowledgments begins: nothing was sent again yet. */
    public void recoveryStarted(int sndUna, int sndMax) {
        highRxt = sndUna;
        hasHighRxt = true;
        hasLostBelow = false;
    }

    /** Recovery is over. */
    public void recoveryEnded() {
        hasHighRxt = false;
        hasLostBelow = false;
    }

    /** After a timeout: all that was sent and is not acknowledged is lost (RFC 6675, section 5.1). */
    public void markAllLost(int sndUna, int sndMax) {
        if (ranges > 0 && left[0] == sndUna) {
            // What it had and does not acknowledge, the peer has thrown away (RFC 2018, section 8).
            ranges = 0;
            sackedBytes = 0;
        }
        highRxt = sndUna;
        hasHighRxt = true;
        lostBelow = sndMax;
        hasLostBelow = true;
    }

    /**
     * {@return whether a number is lost} IsLost of RFC 6675, section 4: three ranges, or more than two segments, above
     * it are with the peer.
     */
    public boolean isLost(int sequence, int mss) {
        if (hasLostBelow && sequence - lostBelow < 0) {
            return true;
        }
        int count = 0;
        int bytes = 0;
        for (int i = ranges - 1; i >= 0 && left[i] - sequence > 0; i--) {
            count++;
            bytes += right[i] - left[i];
            if (count >= DUPLICATE_THRESHOLD || bytes > (DUPLICATE_THRESHOLD - 1) * mss) {
                return true;
            }
        }
        return false;
    }

    /** {@return the bytes that are in the network: SetPipe of RFC 6675, section 4} */
    public int pipe(int sndUna, int sndMax, int mss) {
        int pipe = 0;
        int from = sndUna;
        int above = sackedBytes;
        for (int i = 0; i <= ranges; i++) {
            int to = i == ranges ? sndMax : left[i];
            if (to - from > 0) {
                boolean isLost =
                        ranges - i >= DUPLICATE_THRESHOLD
                                || above > (DUPLICATE_THRESHOLD - 1) * mss;
                pipe += isLost ? 0 : notLost(from, to);
                pipe += resent(from, to);
            }
            if (i < ranges) {
                from = right[i];
                above -= right[i] - left[i];
            }
        }
        return pipe;
    }

    private int notLost(int from, int to) {
        return hasLostBelow && lostBelow - from > 0 ? Math.max(0, to - lostBelow) : to - from;
    }

    private int resent(int from, int to) {
        return hasHighRxt && highRxt - from > 0 ? Math.min(highRxt - from, to - from) : 0;
    }

    /**
     * Looks for what to send again: NextSeg of RFC 6675, section 4. Rule 2, new data, is the caller's.
     *
     * @return {@link #RULE_1}, {@link #RULE_3} or {@link #NOTHING}
     */
    public int next(int sndUna, int sndMax, int mss) {
        int from = hasHighRxt ? SequenceNumber.max(sndUna, highRxt) : sndUna;
        for (int i = 0; i <= ranges; i++) {
            int to = i == ranges ? sndMax : left[i];
            if (to - from > 0) {
                nextSequence = from;
                nextLength = to - from;
                if (isLost(from, mss)) {
                    nextLength = i == ranges ? lostBelow - from : nextLength;
                    return RULE_1;
                }
                return i < ranges ? RULE_3 : NOTHING;
            }
            if (i < ranges) {
                from = SequenceNumber.max(from, right[i]);
            }
        }
        return NOTHING;
    }

    /** {@return the first number of what {@link #next} found} */
    public int nextSequence() {
        return nextSequence;
    }

    /** {@return how many numbers it has} */
    public int nextLength() {
        return nextLength;
    }

    /** Something was sent again. */
    public void retransmitted(int from, int to) {
        if (!hasHighRxt || to - highRxt > 0) {
            highRxt = to;
            hasHighRxt = true;
        }
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
