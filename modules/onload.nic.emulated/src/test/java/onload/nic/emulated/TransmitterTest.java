package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;

class TransmitterTest {
    private static LinkSettings.Builder rate(long bitsPerSecond) {
        return LinkSettings.builder().bitsPerSecond(bitsPerSecond);
    }

    @Test
    void aFrameTakesTheTimeOfItsBits() {
        Transmitter transmitter = new Transmitter(rate(1_000_000_000).build());
        assertTrue(transmitter.accept(1000, 125));
        assertEquals(2000, transmitter.departureNs());
    }

    @Test
    void theNextFrameWaitsForTheOneBefore() {
        Transmitter transmitter = new Transmitter(rate(8_000_000).build());
        transmitter.accept(0, 100);
        transmitter.accept(50, 100);
        assertEquals(200_000, transmitter.departureNs());
    }

    @Test
    void afterAPauseAFrameBeginsAtOnce() {
        Transmitter transmitter = new Transmitter(rate(8_000_000).build());
        transmitter.accept(0, 100);
        transmitter.accept(1_000_000, 100);
        assertEquals(1_100_000, transmitter.departureNs());
    }

    @Test
    void overheadTakesTimeAndRoom() {
        Transmitter transmitter =
                new Transmitter(rate(8_000_000).overheadBytes(24).queueBytes(200).build());
        assertTrue(transmitter.accept(0, 76));
        assertEquals(100_000, transmitter.departureNs());
        assertTrue(transmitter.accept(0, 76));
        assertFalse(transmitter.accept(0, 0));
    }

    @Test
    void aBusyLinkSendsAtItsExactRateHoweverShortItsFramesAre() {
        Property.forAll(
                50,
                random -> {
                    long rate = Math.max(1, Math.abs(random.anyLong()) % 400_000_000_000L);
                    int length = random.between(1, 100);
                    Transmitter transmitter = new Transmitter(rate(rate).queueFrames(0).build());
                    int frames = random.between(1, 2000);
                    for (int i = 0; i < frames; i++) {
                        transmitter.accept(0, length);
                    }
                    BigInteger exact =
                            BigInteger.valueOf(frames * 8L * length)
                                    .multiply(BigInteger.valueOf(1_000_000_000))
                                    .divide(BigInteger.valueOf(rate));
                    assertEquals(exact.longValueExact(), transmitter.departureNs());
                });
    }

    @Test
    void theQueueHoldsSoManyFramesWithTheOneThatIsBeingSent() {
        Transmitter transmitter = new Transmitter(rate(8_000_000).queueFrames(3).build());
        for (int i = 0; i < 3; i++) {
            assertTrue(transmitter.accept(0, 100));
        }
        assertFalse(transmitter.accept(99_999, 100));
        assertTrue(transmitter.accept(100_000, 100), "the first has left");
        assertFalse(transmitter.accept(100_000, 100));
    }

    @Test
    void theQueueHoldsSoManyBytes() {
        Transmitter transmitter =
                new Transmitter(rate(8_000_000).queueFrames(0).queueBytes(1000).build());
        assertTrue(transmitter.accept(0, 600));
        assertTrue(transmitter.accept(0, 400));
        assertFalse(transmitter.accept(0, 1));
        assertTrue(transmitter.accept(600_000, 600));
        assertFalse(transmitter.accept(600_000, 1));
    }

    @Test
    void aFrameThatIsRefusedTakesNoTime() {
        Transmitter transmitter = new Transmitter(rate(8_000_000).queueFrames(1).build());
        transmitter.accept(0, 100);
        transmitter.accept(0, 60_000);
        assertEquals(100_000, transmitter.departureNs());
    }

    @Test
    void withoutLimitsEverythingWaits() {
        Transmitter transmitter = new Transmitter(rate(1).queueFrames(0).build());
        for (int i = 0; i < 10_000; i++) {
            assertTrue(transmitter.accept(0, 1000));
        }
    }

    @Test
    void whatWasAcceptedStillCountsAfterAChangeOfTheLimits() {
        Transmitter transmitter = new Transmitter(rate(8_000_000).queueFrames(10).build());
        for (int i = 0; i < 10; i++) {
            transmitter.accept(0, 100);
        }
        transmitter.settings(rate(8_000_000).queueFrames(5).build());
        assertFalse(transmitter.accept(0, 100));
        assertTrue(transmitter.accept(600_000, 100));
        assertFalse(transmitter.accept(600_000, 100));
    }

    @Test
    void afterACutItIsIdle() {
        Transmitter transmitter = new Transmitter(rate(8_000_000).queueFrames(1).build());
        transmitter.accept(0, 100);
        transmitter.reset();
        assertTrue(transmitter.accept(10, 100));
        assertEquals(100_010, transmitter.departureNs());
    }

    @Test
    void itsQueueIsThatOfASimpleModel() {
        Property.forAll(
                100,
                random -> {
                    int maxFrames = random.between(1, 100);
                    int maxBytes = random.between(1, 20_000);
                    Transmitter transmitter =
                            new Transmitter(
                                    rate(8_000_000)
                                            .queueFrames(maxFrames)
                                            .queueBytes(maxBytes)
                                            .build());
                    Deque<long[]> model = new ArrayDeque<>();
                    long nowNs = 0;
                    long idleNs = 0;
                    for (int i = 0; i < 1000; i++) {
                        nowNs += random.between(0, 300_000);
                        int length = random.between(0, 500);
                        long at = nowNs;
                        model.removeIf(entry -> entry[0] <= at);
                        long bytes = model.stream().mapToLong(entry -> entry[1]).sum();
                        boolean fits = model.size() < maxFrames && bytes + length <= maxBytes;
                        assertEquals(fits, transmitter.accept(nowNs, length));
                        if (fits) {
                            idleNs = Math.max(idleNs, nowNs) + length * 1000L;
                            assertEquals(idleNs, transmitter.departureNs());
                            model.add(new long[] {idleNs, length});
                        }
                    }
                });
    }
}
