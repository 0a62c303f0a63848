package onload.testkit.tcp;

import java.util.List;

/**
 * What was measured of flows that share a bottleneck.
 *
 * @param goodputs of each flow in bits of payload per second, while all were there
 * @param windows of each flow: congestion windows in bytes, one after each interval
 * @param intervalNs between two of these
 * @param drops frames that the bottleneck's queue had no room for
 * @param marks frames that it marked
 * @param resent segments that were sent again
 */
public record Measured(
        List<Double> goodputs,
        List<List<Integer>> windows,
        long intervalNs,
        long drops,
        long marks,
        long resent) {

    /** {@return the goodputs of all flows together in bits per second} */
    public double goodput() {
        return goodputs.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** {@return Jain's index of fairness: 1 if all have the same, 1/n if one of n has all} */
    public double fairness() {
        double sum = goodput();
        double squares = goodputs.stream().mapToDouble(each -> each * each).sum();
        return squares == 0 ? 1 : sum * sum / (goodputs.size() * squares);
    }

    /** {@return how far the flows are from equal shares: the largest deviation as a part of such a share} */
    public double deviation() {
        double share = goodput() / goodputs.size();
        return goodputs.stream()
                .mapToDouble(each -> Math.abs(each - share) / share)
                .max()
                .orElse(0);
    }
}
