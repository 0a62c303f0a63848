package onload.nic.emulated;

/**
 * Loss in bursts, after Gilbert and Elliott: a link is in a good or in a bad state, changes between them at random
 * with each frame, and loses frames with a probability of the state that it is in then. All values are
 * probabilities from 0 to 1.
 *
 * <p>The mean number of frames of a bad spell is {@code 1 / badToGood}; the share of frames that meet it is {@code
 * goodToBad / (goodToBad + badToGood)}. With {@code lossInBad} 1 and {@code lossInGood} 0 it is Gilbert's model.
 *
 * @param goodToBad that a frame turns a good link bad; 0 for no bursts at all
 * @param badToGood that a frame turns a bad link good
 * @param lossInBad that a frame is lost on a bad link
 * @param lossInGood that a frame is lost on a good link
 */
public record BurstLoss(double goodToBad, double badToGood, double lossInBad, double lossInGood) {
    /** No bursts. */
    public static final BurstLoss NONE = new BurstLoss(0, 1, 0, 0);

    /**
     * Checks the probabilities.
     *
     * @throws IllegalArgumentException if one is not from 0 to 1; the message names it
     */
    public BurstLoss {
        Limits.probability("goodToBad of a burst loss", goodToBad);
        Limits.probability("badToGood of a burst loss", badToGood);
        Limits.probability("lossInBad of a burst loss", lossInBad);
        Limits.probability("lossInGood of a burst loss", lossInGood);
    }

    /**
     * {@return bursts in which every frame is lost, and nothing lost between them}
     *
     * @param goodToBad that a frame begins a burst
     * @param badToGood that a frame ends it
     */
    public static BurstLoss of(double goodToBad, double badToGood) {
        return new BurstLoss(goodToBad, badToGood, 1, 0);
    }

    /** {@return whether nothing is ever lost by this} */
    public boolean isNone() {
        return lossInGood == 0 && (lossInBad == 0 || goodToBad == 0);
    }
}
