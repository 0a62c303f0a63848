package onload.wire;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.HexFormat;
import java.util.List;

/**
 * Damaged copies of what a Linux kernel sent, for every parser: ten thousand in every build, and by
 * {@code onload.scale} as many as wanted. {@code docs/fuzzing.md} has the commands.
 */
class FuzzCampaignTest {
    private static final int INPUTS = 10_000;

    /** The input begins at one of eight indexes, so that alignment varies. */
    private static final int MAX_OFFSET = 7;

    private final byte[] memory = new byte[4096];
    private final UnsafeBuffer buffer = new UnsafeBuffer(memory);

    @ParameterizedTest
    @MethodSource("onload.wire.FuzzTarget#all")
    void noInputMakesAParserFail(FuzzTarget target) {
        List<byte[]> seeds = target.seeds();
        assertFalse(seeds.isEmpty());
        Property.forAll(
                INPUTS,
                random -> {
                    byte[] input = input(seeds, random);
                    int offset = place(input, random.between(0, MAX_OFFSET));
                    try {
                        target.run(buffer, offset);
                    } catch (RuntimeException | AssertionError failure) {
                        throw new AssertionError(
                                "%s fails with %s"
                                        .formatted(target, HexFormat.of().formatHex(input)),
                                failure);
                    }
                });
    }

    private static byte[] input(List<byte[]> seeds, Randomness random) {
        byte[] seed = seeds.get(random.between(0, seeds.size() - 1));
        return random.chance(0.05) ? random.bytes(random.between(0, 128)) : random.damaged(seed);
    }

    /** Puts an input at the end of the buffer, which has nothing behind it. */
    private int place(byte[] input, int offset) {
        System.arraycopy(input, 0, memory, offset, input.length);
        buffer.wrap(memory, 0, offset + input.length);
        return offset;
    }

    @ParameterizedTest
    @MethodSource("onload.wire.FuzzTarget#all")
    void everySeedIsAnInputThatSucceeds(FuzzTarget target) {
        for (byte[] seed : target.seeds()) {
            target.run(buffer, place(seed, 0));
        }
        assertTrue(UnsafeBuffer.SHOULD_BOUNDS_CHECK);
        int end = buffer.capacity();
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.getByte(end));
    }
}
