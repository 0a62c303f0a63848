package onload.tcp.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

/** RFC 6937, section 3. */
class ProportionalRateReductionTest {
    private static final int MSS = 1000;

    private static int allowance(int delivered, int out, int news, int pipe, int ssthresh) {
        return ProportionalRateReduction.allowance(
                delivered, out, news, pipe, ssthresh, 20 * MSS, MSS, false);
    }

    @Test
    void theFirstRetransmissionGoesAtOnce() {
        assertEquals(MSS, allowance(0, 0, 0, 19 * MSS, 10 * MSS));
    }

    @Test
    void aboveTheThresholdAsMuchGoesAsArrivesInProportion() {
        assertEquals(MSS, allowance(4 * MSS, MSS, MSS, 16 * MSS, 10 * MSS));
        assertEquals(0, allowance(4 * MSS, 2 * MSS, MSS, 16 * MSS, 10 * MSS));
    }

    @Test
    void belowTheThresholdNoMoreGoesThanArrives() {
        assertEquals(2 * MSS, allowance(4 * MSS, 2 * MSS, MSS, 5 * MSS, 10 * MSS));
        assertEquals(MSS, allowance(4 * MSS, 4 * MSS, MSS, 5 * MSS, 10 * MSS));
    }

    @Test
    void belowTheThresholdASegmentMoreGoesWhileNothingElseIsLost() {
        assertEquals(
                2 * MSS,
                ProportionalRateReduction.allowance(
                        4 * MSS, 4 * MSS, MSS, 5 * MSS, 10 * MSS, 20 * MSS, MSS, true));
    }

    @Test
    void theThresholdIsNotPassed() {
        assertEquals(500, allowance(9 * MSS, 2 * MSS, MSS, 10 * MSS - 500, 10 * MSS));
    }

    @Test
    void overOneRoundTripWhatIsSentIsTheThresholdsPartOfWhatArrives() {
        Property.forAll(
                200,
                random -> {
                    int flight = MSS * random.between(4, 200);
                    int ssthresh = flight * random.between(30, 90) / 100;
                    int delivered = 0;
                    int out = 0;
                    int pipe = flight - MSS;
                    while (pipe > ssthresh && delivered < flight) {
                        delivered += MSS;
                        pipe -= MSS;
                        int may =
                                ProportionalRateReduction.allowance(
                                        delivered, out, MSS, pipe, ssthresh, flight, MSS, false);
                        int sent = may / MSS * MSS;
                        out += sent;
                        pipe += sent;
                        assertTrue(out <= delivered + MSS, "never faster than before");
                    }
                    assertTrue(Math.abs(pipe - ssthresh) <= 2 * MSS, pipe + " of " + ssthresh);
                });
    }
}
