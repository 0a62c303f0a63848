package onload.ip.fragment;

/**
 * How much of what arrives in pieces is kept, and for how long.
 *
 * <p>The lists of fragments take {@code maxDatagrams × maxFragmentsPerDatagram × 8} bytes, 256 KiB by default, from
 * construction on.
 *
 * @param maxDatagrams most datagrams in pieces at a time, those that are condemned and wait for their time to end
 *     among them: 1 to 65,536
 * @param maxBuffers most packet buffers that their fragments hold together, ≥ 1. Half as many while the pool is
 *     {@code LOW}, none while it is {@code CRITICAL}: what nobody can read yet is the first to go
 * @param maxFragmentsPerDatagram most fragments of one datagram, 2 to 8192. Of an MTU of 576, below which no link of
 *     today is, the longest datagram makes 119; of 1280, 54; so that 128 serves all, and a thousand fragments of 8
 *     bytes are nobody's but an attacker's
 * @param maxDatagramsPerSource most datagrams in pieces from one source, 1 to {@code maxDatagrams}
 * @param maxBuffersPerSource most buffers that fragments from one source hold, 1 to {@code maxBuffers}
 * @param ipv4TimeoutNs how long after its first fragment an IPv4 datagram is given up. RFC 1122, section 3.3.2, asks
 *     for 60 to 120 s; Linux waits 30
 * @param ipv6TimeoutNs how long after its first fragment an IPv6 datagram is given up: 60 s by RFC 8200, section 4.5
 */
public record ReassemblyOptions(
        int maxDatagrams,
        int maxBuffers,
        int maxFragmentsPerDatagram,
        int maxDatagramsPerSource,
        int maxBuffersPerSource,
        long ipv4TimeoutNs,
        long ipv6TimeoutNs) {

    /** 256 datagrams in 1024 buffers, a quarter and a half of it for one source at most, 60 s for both versions. */
    public static final ReassemblyOptions DEFAULT =
            new ReassemblyOptions(256, 1024, 128, 64, 512, 60_000_000_000L, 60_000_000_000L);

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public ReassemblyOptions {
        within("maxDatagrams", maxDatagrams, 1, 1 << 16);
        within("maxBuffers", maxBuffers, 1, Integer.MAX_VALUE);
        within("maxFragmentsPerDatagram", maxFragmentsPerDatagram, 2, 8192);
        within("maxDatagramsPerSource", maxDatagramsPerSource, 1, maxDatagrams);
        within("maxBuffersPerSource", maxBuffersPerSource, 1, maxBuffers);
        within("ipv4TimeoutNs", ipv4TimeoutNs, 1, Long.MAX_VALUE / 4);
        within("ipv6TimeoutNs", ipv6TimeoutNs, 1, Long.MAX_VALUE / 4);
        within("entries", (long) maxDatagrams * maxFragmentsPerDatagram, 1, 1 << 27);
    }

    private static void within(String name, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    "%s of a reassembly cannot be %d; expected %d to %d"
                            .formatted(name, value, lowest, highest));
        }
    }
}
