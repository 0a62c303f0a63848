package onload.tcp.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/** RFC 6298, section 2. */
class RoundTripTimeTest {
    private static final long MS = 1_000_000;
    private static final long LEAST = 200 * MS;
    private static final long MOST = 120_000 * MS;

    @Test
    void firstSampleIsTheEstimateAndHalfOfItTheVariation() {
        assertEquals(80 * MS, RoundTripTime.smoothed(0, 0, 80 * MS));
        assertEquals(40 * MS, RoundTripTime.variation(0, 0, 80 * MS));
        assertEquals(280 * MS, RoundTripTime.timeout(80 * MS, 40 * MS, LEAST, MOST));
        assertEquals(320 * MS, RoundTripTime.timeout(80 * MS, 60 * MS, LEAST, MOST));
    }

    @Test
    void laterSamplesCountAnEighthAndAQuarter() {
        assertEquals(90 * MS, RoundTripTime.smoothed(80 * MS, 40 * MS, 160 * MS));
        assertEquals(50 * MS, RoundTripTime.variation(80 * MS, 40 * MS, 160 * MS));
        long shrunk = RoundTripTime.smoothed(80 * MS, 40 * MS, 0);
        assertTrue(Math.abs(70 * MS - shrunk) <= 1, () -> "SRTT " + shrunk);
    }

    @Test
    void variationCountsAsAMillisecondAtLeast() {
        assertEquals(301 * MS, RoundTripTime.timeout(300 * MS, 0, 0, MOST));
    }

    @Test
    void leastIsAddedToTheEstimateAndTheMostIsNotPassed() {
        assertEquals(MS + LEAST, RoundTripTime.timeout(MS, MS, LEAST, MOST));
        assertEquals(MOST, RoundTripTime.timeout(MOST, MOST, LEAST, MOST));
    }

    @Test
    void anySamplesGiveAnEstimateWithinThemAndATimeoutAboveIt() {
        Property.forAll(
                200,
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed.anyLong());
                    long srtt = 0;
                    long rttvar = 0;
                    for (int i = 0; i < 100; i++) {
                        long sample = random.nextLong() >>> random.nextInt(1, 64);
                        long variation = RoundTripTime.variation(srtt, rttvar, sample);
                        srtt = RoundTripTime.smoothed(srtt, rttvar, sample);
                        rttvar = variation;
                        assertTrue(srtt > 0 && srtt <= 3_600_000 * MS);
                        assertTrue(rttvar >= 0 && rttvar <= 3_600_000 * MS);
                        long rto = RoundTripTime.timeout(srtt, rttvar, LEAST, MOST);
                        assertTrue(rto >= LEAST && rto <= MOST);
                        assertTrue(rto == MOST || rto > srtt);
                    }
                });
    }
}
