package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

class ImpairmentsTest {
    private static final int FRAMES = 200_000;
    private static final int LENGTH = 64;

    private static LinkSettings.Builder settings() {
        return LinkSettings.builder();
    }

    private static int[] verdicts(LinkSettings settings, long seed, int count) {
        Impairments impairments = new Impairments(settings, seed);
        int[] verdicts = new int[count];
        for (int i = 0; i < count; i++) {
            verdicts[i] = impairments.decide(LENGTH);
        }
        return verdicts;
    }

    private static double share(int[] verdicts, int flag) {
        return Arrays.stream(verdicts).filter(verdict -> (verdict & flag) != 0).count()
                / (double) verdicts.length;
    }

    /** Six standard deviations of a share of so many independent draws. */
    private static double tolerance(double probability) {
        return 6 * Math.sqrt(probability * (1 - probability) / FRAMES);
    }

    @Test
    void aPerfectLinkDoesNothing() {
        Impairments impairments = new Impairments(LinkSettings.PERFECT, 1);
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, impairments.decide(LENGTH));
            assertEquals(0, impairments.extraDelayNs());
        }
    }

    @Test
    void eachHappensAsOftenAsItsProbability() {
        Property.forAll(
                10,
                random -> {
                    double p = random.between(1, 999) / 1000.0;
                    long seed = random.anyLong();
                    int[] verdicts =
                            verdicts(
                                    settings()
                                            .loss(p)
                                            .duplicate(p / 2)
                                            .reorder(p / 3, 1)
                                            .corrupt(p / 4)
                                            .mark(p / 5)
                                            .build(),
                                    seed,
                                    FRAMES);
                    assertEquals(p, share(verdicts, Impairments.LOST), tolerance(p));
                    assertEquals(p / 2, share(verdicts, Impairments.DUPLICATED), tolerance(p / 2));
                    assertEquals(p / 3, share(verdicts, Impairments.HELD_BACK), tolerance(p / 3));
                    assertEquals(p / 4, share(verdicts, Impairments.CORRUPTED), tolerance(p / 4));
                    assertEquals(p / 5, share(verdicts, Impairments.MARKED), tolerance(p / 5));
                });
    }

    @Test
    void whatIsCertainAlwaysHappens() {
        int all =
                Impairments.LOST
                        | Impairments.LOST_IN_BURST
                        | Impairments.DUPLICATED
                        | Impairments.HELD_BACK
                        | Impairments.CORRUPTED
                        | Impairments.MARKED;
        LinkSettings certain =
                settings()
                        .loss(1)
                        .burstLoss(new BurstLoss(1, 0, 1, 1))
                        .duplicate(1)
                        .reorder(1, 1)
                        .corrupt(1)
                        .mark(1)
                        .build();
        for (int verdict : verdicts(certain, 3, 1000)) {
            assertEquals(all, verdict);
        }
    }

    @Test
    void aSeedReplaysAndAnotherOneDiffers() {
        LinkSettings settings = settings().loss(0.5).duplicate(0.5).build();
        assertArrayEquals(verdicts(settings, 7, 1000), verdicts(settings, 7, 1000));
        assertFalse(Arrays.equals(verdicts(settings, 7, 1000), verdicts(settings, 8, 1000)));
    }

    @Test
    void addingOneImpairmentDoesNotMoveTheOthers() {
        int[] alone = verdicts(settings().loss(0.1).build(), 5, 10_000);
        int[] among =
                verdicts(
                        settings()
                                .loss(0.1)
                                .burstLoss(BurstLoss.of(0.1, 0.5))
                                .jitterNs(1000)
                                .duplicate(0.3)
                                .reorder(0.3, 1)
                                .corrupt(0.3)
                                .build(),
                        5,
                        10_000);
        for (int i = 0; i < alone.length; i++) {
            assertEquals(alone[i], among[i] & Impairments.LOST);
        }
    }

    @Test
    void impairmentsAreIndependentOfEachOther() {
        int[] verdicts = verdicts(settings().loss(0.5).duplicate(0.5).build(), 11, FRAMES);
        double both =
                Arrays.stream(verdicts)
                                .filter(v -> v == (Impairments.LOST | Impairments.DUPLICATED))
                                .count()
                        / (double) FRAMES;
        assertEquals(0.25, both, tolerance(0.25));
    }

    @Test
    void jitterIsEvenFromNothingToItsLimit() {
        Impairments impairments = new Impairments(settings().jitterNs(9).build(), 1);
        int[] counts = new int[10];
        for (int i = 0; i < FRAMES; i++) {
            impairments.decide(LENGTH);
            counts[(int) impairments.extraDelayNs()]++;
        }
        for (int count : counts) {
            assertEquals(0.1, count / (double) FRAMES, tolerance(0.1));
        }
    }

    @Test
    void everyBitOfAFrameCanBeCorruptedAndNoneBeyondIt() {
        Impairments impairments = new Impairments(settings().corrupt(1).build(), 1);
        boolean[] seen = new boolean[LENGTH * 8];
        for (int i = 0; i < FRAMES; i++) {
            impairments.decide(LENGTH);
            seen[impairments.corruptedBit()] = true;
        }
        for (boolean bit : seen) {
            assertTrue(bit);
        }
    }

    @Test
    void burstsHaveTheShareAndTheLengthThatTheirProbabilitiesGive() {
        double begin = 0.02;
        double end = 0.25;
        int[] verdicts =
                verdicts(settings().burstLoss(BurstLoss.of(begin, end)).build(), 1, FRAMES);
        int lost = 0;
        int bursts = 0;
        for (int i = 0; i < FRAMES; i++) {
            if (verdicts[i] != 0) {
                lost++;
                bursts += i == 0 || verdicts[i - 1] == 0 ? 1 : 0;
            }
        }
        assertEquals(begin / (begin + end), lost / (double) FRAMES, 0.01);
        assertEquals(1 / end, lost / (double) bursts, 0.2);
    }

    @Test
    void randomLossOfTheSameShareHasNoBursts() {
        double share = 0.02 / 0.27;
        int[] verdicts = verdicts(settings().loss(share).build(), 1, FRAMES);
        int lost = 0;
        int bursts = 0;
        for (int i = 0; i < FRAMES; i++) {
            if (verdicts[i] != 0) {
                lost++;
                bursts += i == 0 || verdicts[i - 1] == 0 ? 1 : 0;
            }
        }
        assertEquals(1 / (1 - share), lost / (double) bursts, 0.05);
    }

    @Test
    void betweenBurstsAndInThemFramesAreLostByTheirOwnProbabilities() {
        BurstLoss burst = new BurstLoss(0.1, 0.1, 0.8, 0.2);
        int[] verdicts = verdicts(settings().burstLoss(burst).build(), 1, FRAMES);
        assertEquals(0.5, share(verdicts, Impairments.LOST_IN_BURST), 0.02);
    }

    @Test
    void newSettingsTakeEffectWithTheNextFrame() {
        Impairments impairments = new Impairments(settings().loss(1).build(), 1);
        assertEquals(Impairments.LOST, impairments.decide(LENGTH));
        impairments.settings(LinkSettings.PERFECT);
        assertEquals(0, impairments.decide(LENGTH));
    }

    @Test
    void aLinkThatIsBadAndGetsNoBurstsAnyMoreIsGoodAgain() {
        Impairments impairments =
                new Impairments(settings().burstLoss(new BurstLoss(1, 0, 1, 0)).build(), 1);
        assertEquals(Impairments.LOST_IN_BURST, impairments.decide(LENGTH));
        impairments.settings(LinkSettings.PERFECT);
        impairments.settings(settings().burstLoss(new BurstLoss(1e-15, 0, 1, 0)).build());
        assertEquals(0, impairments.decide(LENGTH));
    }

    @Test
    void aFrameWithoutBytesIsDecidedToo() {
        Impairments impairments = new Impairments(settings().corrupt(1).build(), 1);
        assertEquals(Impairments.CORRUPTED, impairments.decide(0));
        assertEquals(0, impairments.corruptedBit());
    }
}
