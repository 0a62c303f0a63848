package onload.tcp.recovery;

/**
 * How much may be sent for each acknowledgment during recovery, so that the bytes in the network go down to ssthresh in
 * one round trip, evenly, and are brought back to it if more was lost (RFC 6937, section 3; the bound is PRR-CRB, and
 * PRR-SSRB while no further loss shows, as the RFC's successor has it).
 */
public final class ProportionalRateReduction {
    private ProportionalRateReduction() {}

    /**
     * {@return bytes that may be sent now, ≥ 0}
     *
     * @param delivered prr_delivered: bytes delivered since recovery began, this acknowledgment's included
     * @param out prr_out: bytes sent since recovery began
     * @param news DeliveredData: bytes that this acknowledgment says have arrived
     * @param pipe bytes in the network
     * @param ssthresh what is aimed at
     * @param recoverFlight RecoverFS: bytes in the network when recovery began
     * @param isSafe SND.UNA went on, and nothing more is lost
     */
    public static int allowance(
            int delivered,
            int out,
            int news,
            int pipe,
            int ssthresh,
            int recoverFlight,
            int mss,
            boolean isSafe) {
        long send;
        if (pipe > ssthresh) {
            long flight = Math.max(recoverFlight, 1);
            send = ((long) delivered * ssthresh + flight - 1) / flight - out;
        } else {
            long bound = Math.max(delivered - out, news);
            send = Math.min(ssthresh - pipe, isSafe ? bound + mss : bound);
        }
        if (out == 0) {
            // The first retransmission goes at once.
            send = Math.max(send, mss);
        }
        return Math.clamp(send, 0, Integer.MAX_VALUE);
    }
}
