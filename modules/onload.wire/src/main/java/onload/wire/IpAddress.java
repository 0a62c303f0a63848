package onload.wire;

/** Stub. */
public record IpAddress(long high, long low) {
    /** Stub. */
    public boolean isIpv4() {
        return high == 0;
    }
}
