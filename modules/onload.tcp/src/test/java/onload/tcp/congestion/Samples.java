package onload.tcp.congestion;

/** Samples for algorithms, as the engine would fill them. */
final class Samples {
    /** One serves all, as in the engine. */
    private static final DeliverySample SAMPLE = new DeliverySample();

    private Samples() {}

    /** {@return an acknowledgment of new data without measurements} */
    static DeliverySample acknowledged(int bytes, int mss, boolean isLimited, long srttNs) {
        DeliverySample sample = SAMPLE;
        sample.clear();
        sample.mss = mss;
        sample.acknowledgedBytes = bytes;
        sample.deliveredBytes = bytes;
        sample.isLimited = isLimited;
        sample.srttNs = srttNs;
        return sample;
    }
}
