package onload.ip.address;

/** Sums of times. */
final class Deadlines {
    private Deadlines() {}

    /** {@return the time after a delay ≥ 0; {@link InterfaceAddress#FOREVER_NS} if it is beyond what a long holds} */
    static long after(long nowNs, long delayNs) {
        long sum = nowNs + delayNs;
        return delayNs == InterfaceAddress.FOREVER_NS || sum < nowNs
                ? InterfaceAddress.FOREVER_NS
                : sum;
    }
}
