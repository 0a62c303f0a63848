package onload.nic.emulated;

import org.jspecify.annotations.Nullable;

/**
 * Decides what chance does to each frame of one direction of a cable: an algorithm that knows settings and a seed, and
 * neither frames nor NICs. The decisions about the n-th frame depend on the seed, the settings and n only.
 */
final class Impairments {
    /** The frame is lost by itself. */
    static final int LOST = 1;

    /** The frame is lost in a burst. */
    static final int LOST_IN_BURST = 2;

    /** The frame is held back for the reordering delay. */
    static final int HELD_BACK = 4;

    /** A bit of the frame is flipped: {@link #corruptedBit} says which. */
    static final int CORRUPTED = 8;

    /** The frame arrives twice. */
    static final int DUPLICATED = 16;

    /** The frame is marked, if it may be. */
    static final int MARKED = 32;

    // A sequence for each, so that none moves the others. Corruption draws a second number for the
    // bit, which may
    // not depend on how often it struck either.
    private final RandomStream lossDraws;
    private final RandomStream burstDraws;
    private final RandomStream jitterDraws;
    private final RandomStream reorderDraws;
    private final RandomStream corruptDraws;
    private final RandomStream bitDraws;
    private final RandomStream duplicateDraws;
    private final RandomStream markDraws;
    private final RandomStream chanceMarkDraws;

    private long mark;
    private long loss;
    private boolean bursts;
    private long goodToBad;
    private long badToGood;
    private long lossInBad;
    private long lossInGood;
    private long jitterNs;
    private long reorder;
    private long corrupt;
    private long duplicate;

    private @Nullable EcnMarking marking;

    private boolean isBad;
    private long extraDelayNs;
    private int corruptedBit;

    Impairments(LinkSettings settings, long seed) {
        lossDraws = new RandomStream(RandomStream.derive(seed, 0));
        burstDraws = new RandomStream(RandomStream.derive(seed, 1));
        jitterDraws = new RandomStream(RandomStream.derive(seed, 2));
        reorderDraws = new RandomStream(RandomStream.derive(seed, 3));
        corruptDraws = new RandomStream(RandomStream.derive(seed, 4));
        bitDraws = new RandomStream(RandomStream.derive(seed, 5));
        duplicateDraws = new RandomStream(RandomStream.derive(seed, 6));
        markDraws = new RandomStream(RandomStream.derive(seed, 7));
        chanceMarkDraws = new RandomStream(RandomStream.derive(seed, 8));
        settings(settings);
    }

    /** Goes on with other settings; the sequences go on too. */
    void settings(LinkSettings settings) {
        BurstLoss burst = settings.burstLoss();
        mark = RandomStream.threshold(settings.mark());
        loss = RandomStream.threshold(settings.loss());
        bursts = !burst.isNone();
        goodToBad = RandomStream.threshold(burst.goodToBad());
        badToGood = RandomStream.threshold(burst.badToGood());
        lossInBad = RandomStream.threshold(burst.lossInBad());
        lossInGood = RandomStream.threshold(burst.lossInGood());
        isBad &= bursts;
        jitterNs = settings.jitterNs();
        reorder = RandomStream.threshold(settings.reorder());
        corrupt = RandomStream.threshold(settings.corrupt());
        duplicate = RandomStream.threshold(settings.duplicate());
    }

    /** Goes on with another marking; null for none. */
    void marking(@Nullable EcnMarking other) {
        marking = other;
    }

    /** {@return whether a frame that finds so many bytes in the queue is to be marked} */
    boolean isMarked(long queuedBytes) {
        if (marking == null) {
            return false;
        }
        double probability = marking.probability(queuedBytes);
        return probability > 0 && markDraws.chance(RandomStream.threshold(probability));
    }

    /**
     * Decides about the next frame.
     *
     * @param length bytes of the frame
     * @return the constants of this class that are true of it, or-ed; 0 if it goes through untouched
     */
    int decide(int length) {
        int verdict = 0;
        if (loss != 0 && lossDraws.chance(loss)) {
            verdict |= LOST;
        }
        if (bursts && isLostInBurst()) {
            verdict |= LOST_IN_BURST;
        }
        extraDelayNs = jitterNs == 0 ? 0 : jitterDraws.upTo(jitterNs);
        if (reorder != 0 && reorderDraws.chance(reorder)) {
            verdict |= HELD_BACK;
        }
        if (corrupt != 0) {
            corruptedBit = (int) bitDraws.upTo(Math.max(0, length * 8L - 1));
            if (corruptDraws.chance(corrupt)) {
                verdict |= CORRUPTED;
            }
        }
        if (duplicate != 0 && duplicateDraws.chance(duplicate)) {
            verdict |= DUPLICATED;
        }
        if (mark != 0 && chanceMarkDraws.chance(mark)) {
            verdict |= MARKED;
        }
        return verdict;
    }

    private boolean isLostInBurst() {
        if (burstDraws.chance(isBad ? badToGood : goodToBad)) {
            isBad = !isBad;
        }
        return burstDraws.chance(isBad ? lossInBad : lossInGood);
    }

    /** {@return the jitter of the frame decided last, 0 to the setting} */
    long extraDelayNs() {
        return extraDelayNs;
    }

    /** {@return the bit to flip, counted from the first of the frame; valid with {@link #CORRUPTED}} */
    int corruptedBit() {
        return corruptedBit;
    }
}
