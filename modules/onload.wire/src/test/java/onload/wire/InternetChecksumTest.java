package onload.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

class InternetChecksumTest {
    private static final int CASES = 500;

    /** The words of the example of RFC 1071, section 3; their sum is ddf2. */
    private static final byte[] EXAMPLE = HexFormat.of().parseHex("0001f203f4f5f6f7");

    private static long sink;

    @Test
    void theExampleOfRfc1071HasTheSumThatIsPrintedThere() {
        UnsafeBuffer buffer = new UnsafeBuffer(EXAMPLE);
        assertEquals(~0xDDF2 & 0xFFFF, InternetChecksum.checksum(buffer, 0, 8));
        assertEquals(
                0xDDF2, ~InternetChecksum.fold(InternetChecksum.sum(buffer, 0, 8, 0)) & 0xFFFF);
    }

    @Test
    void aRealIpv4HeaderFoldsToZeroAndToItsFieldWithoutIt() {
        byte[] header = HexFormat.of().parseHex("45000073000040004011b861c0a80001c0a800c7");
        assertEquals(0, InternetChecksum.checksum(new UnsafeBuffer(header), 0, 20));
        header[10] = 0;
        header[11] = 0;
        assertEquals(0xB861, InternetChecksum.checksum(new UnsafeBuffer(header), 0, 20));
    }

    @ParameterizedTest
    @EnumSource
    void everyLengthTo300AtEveryAlignmentIsAsTheReferenceHasIt(BufferKind kind) {
        byte[] bytes = new Randomness(1).bytes(16 + 300);
        UnsafeBuffer buffer = kind.of(bytes);
        for (int offset = 0; offset < 16; offset++) {
            for (int length = 0; length <= 300; length++) {
                int expected = reference(bytes, offset, length, 0);
                int actual = InternetChecksum.checksum(buffer, offset, length);
                if (expected != actual) {
                    assertEquals(expected, actual, "offset " + offset + ", length " + length);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void lengthsTo9000AreAsTheReferenceHasThem(BufferKind kind) {
        Property.forAll(
                CASES,
                random -> {
                    byte[] bytes = random.bytes(9000 + 16);
                    if (random.flip()) {
                        Arrays.fill(bytes, random.oneOf((byte) 0, (byte) 0xFF, (byte) 0x80));
                    }
                    int offset = random.between(0, 16);
                    int length = random.between(0, 9000);
                    assertEquals(
                            reference(bytes, offset, length, 0),
                            InternetChecksum.checksum(kind.of(bytes), offset, length));
                });
    }

    @ParameterizedTest
    @EnumSource
    void bytesOutsideTheRangeDoNotCount(BufferKind kind) {
        Property.forAll(
                CASES,
                random -> {
                    byte[] bytes = random.bytes(200);
                    int offset = random.between(1, 64);
                    int length = random.between(0, 100);
                    int before = InternetChecksum.checksum(kind.of(bytes), offset, length);
                    bytes[offset - 1] ^= (byte) 0xFF;
                    bytes[offset + length] ^= (byte) 0xFF;
                    int after = InternetChecksum.checksum(kind.of(bytes), offset, length);
                    assertEquals(before, after);
                });
    }

    @ParameterizedTest
    @EnumSource
    void noCarryIsLostIn64KibibytesOfOnes(BufferKind kind) {
        byte[] ones = new byte[1 << 16];
        Arrays.fill(ones, (byte) 0xFF);
        UnsafeBuffer buffer = kind.of(ones);
        assertEquals(0, InternetChecksum.checksum(buffer, 0, 1 << 16));
        assertEquals(0xFF, InternetChecksum.checksum(buffer, 1, (1 << 16) - 1));
        assertEquals(0, InternetChecksum.checksum(buffer, 3, 65_000));
    }

    @Test
    void noCarryIsLostIn16MebibytesOfOnes() {
        byte[] ones = new byte[1 << 24];
        Arrays.fill(ones, (byte) 0xFF);
        UnsafeBuffer buffer = new UnsafeBuffer(ones);
        assertEquals(0, InternetChecksum.checksum(buffer, 0, ones.length));
        ones[ones.length - 1] = (byte) 0xFE;
        assertEquals(1, InternetChecksum.checksum(buffer, 0, ones.length));
    }

    @Test
    void nothingHasTheSumZeroAndTheChecksumOfAllOnes() {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[8]);
        assertEquals(0, InternetChecksum.sum(buffer, 0, 0, 0));
        assertEquals(0xFFFF, InternetChecksum.checksum(buffer, 0, 0));
        assertEquals(0xFFFF, InternetChecksum.checksum(buffer, 8, 0));
        assertEquals(0xFFFF, InternetChecksum.checksum(buffer, 0, 8));
    }

    @Test
    void anOddLastByteIsTheUpperHalfOfItsWord() {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[] {0x12, 0x34, 0x56, 0x78});
        assertEquals(~0x1200 & 0xFFFF, InternetChecksum.checksum(buffer, 0, 1));
        assertEquals(~(0x1234 + 0x5600) & 0xFFFF, InternetChecksum.checksum(buffer, 0, 3));
    }

    @Test
    void sumsChainOverAnySplitAtAnEvenPlace() {
        Property.forAll(
                CASES,
                random -> {
                    byte[] bytes = random.bytes(random.between(0, 2000));
                    UnsafeBuffer buffer = random.oneOf(BufferKind.values()).of(bytes);
                    long sum = 0;
                    int at = 0;
                    while (at < bytes.length) {
                        int even = 2 * random.between(0, 100);
                        int length = Math.min(even, bytes.length - at);
                        sum = InternetChecksum.sum(buffer, at, length, sum);
                        at += length;
                    }
                    assertEquals(
                            InternetChecksum.checksum(buffer, 0, bytes.length),
                            InternetChecksum.fold(sum));
                });
    }

    @Test
    void anyInitialSumCountsModulo65535() {
        Property.forAll(
                CASES,
                random -> {
                    byte[] bytes = random.bytes(random.between(0, 64));
                    long initial = random.anyLong() >>> random.between(1, 63);
                    assertEquals(
                            reference(bytes, 0, bytes.length, initial),
                            InternetChecksum.fold(
                                    InternetChecksum.sum(
                                            new UnsafeBuffer(bytes), 0, bytes.length, initial)));
                });
    }

    @Test
    void theLargestSumFoldsRight() {
        assertEquals(~0x7FFF & 0xFFFF, InternetChecksum.fold(Long.MAX_VALUE));
        assertEquals(0, InternetChecksum.fold(0xFFFF));
        assertEquals(0, InternetChecksum.fold(0xFFFF_FFFFL));
        assertEquals(~1 & 0xFFFF, InternetChecksum.fold(0x1_0000));
        assertEquals(0xFFFF, InternetChecksum.fold(0));
    }

    @Test
    void everySumOfFourWordsOverTheEdgesFoldsAsTheReferenceHasIt() {
        long[] edges = {0, 1, 0x7FFF, 0xFFFE, 0xFFFF};
        for (long first : new long[] {0, 1, 0x7FFE, 0x7FFF}) {
            for (long second : edges) {
                for (long third : edges) {
                    for (long fourth : edges) {
                        long sum = first << 48 | second << 32 | third << 16 | fourth;
                        assertEquals(reference(new byte[0], 0, 0, sum), InternetChecksum.fold(sum));
                    }
                }
            }
        }
    }

    @Test
    void dataAreAddedToTheLargestSumWithoutOverflow() {
        byte[] bytes = {(byte) 0xFF, (byte) 0xFE};
        assertEquals(
                reference(bytes, 0, 2, Long.MAX_VALUE),
                InternetChecksum.fold(
                        InternetChecksum.sum(new UnsafeBuffer(bytes), 0, 2, Long.MAX_VALUE)));
    }

    @Test
    void aWordThatIsAddedIsAsIfItStoodInTheData() {
        Property.forAll(
                CASES,
                random -> {
                    byte[] bytes = random.bytes(2 * random.between(1, 20));
                    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
                    int last = BigEndian.uint16(buffer, bytes.length - 2);
                    long sum = InternetChecksum.sum(buffer, 0, bytes.length - 2, 0);
                    assertEquals(
                            InternetChecksum.checksum(buffer, 0, bytes.length),
                            InternetChecksum.fold(InternetChecksum.add(sum, last)));
                });
    }

    @Test
    void dataWithItsChecksumInPlaceFoldsToZeroAndOneChangedBitIsSeen() {
        Property.forAll(
                CASES,
                random -> {
                    byte[] bytes = random.bytes(random.between(3, 1500));
                    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
                    int field = 2 * random.between(0, (bytes.length - 2) / 2);
                    BigEndian.uint16(buffer, field, 0);
                    int checksum = InternetChecksum.checksum(buffer, 0, bytes.length);
                    BigEndian.uint16(buffer, field, checksum);
                    assertEquals(0, InternetChecksum.checksum(buffer, 0, bytes.length));
                    bytes[random.between(0, bytes.length - 1)] ^= (byte) 0x10;
                    assertTrue(InternetChecksum.checksum(buffer, 0, bytes.length) != 0);
                });
    }

    @Test
    void aRangeOutsideTheBufferIsRefused() {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[16]);
        assertOutside(buffer, 1, 16);
        assertOutside(buffer, -1, 4);
        assertOutside(buffer, 0, -1);
        assertOutside(buffer, 17, 0);
        assertOutside(buffer, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    private static void assertOutside(UnsafeBuffer buffer, int offset, int length) {
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> InternetChecksum.sum(buffer, offset, length, 0));
    }

    @Test
    void theIpv4PseudoHeaderIsTheSumOfItsBytes() {
        Property.forAll(
                CASES,
                random -> {
                    int source = random.anyInt();
                    int destination = random.anyInt();
                    int protocol = random.between(0, 255);
                    int length = random.between(0, 65_535);
                    byte[] layout =
                            ByteBuffer.allocate(12)
                                    .putInt(source)
                                    .putInt(destination)
                                    .put((byte) 0)
                                    .put((byte) protocol)
                                    .putShort((short) length)
                                    .array();
                    assertEquals(
                            reference(layout, 0, 12, 0),
                            InternetChecksum.fold(
                                    InternetChecksum.pseudoHeader(
                                            source, destination, protocol, length)));
                });
    }

    @Test
    void theIpv6PseudoHeaderIsTheSumOfItsBytes() {
        Property.forAll(
                CASES,
                random -> {
                    long[] halves = new long[4];
                    for (int i = 0; i < 4; i++) {
                        halves[i] = random.chance(0.2) ? -1 : random.anyLong();
                    }
                    int nextHeader = random.between(0, 255);
                    long length = random.anyInt() & 0xFFFF_FFFFL;
                    byte[] layout =
                            ByteBuffer.allocate(40)
                                    .putLong(halves[0])
                                    .putLong(halves[1])
                                    .putLong(halves[2])
                                    .putLong(halves[3])
                                    .putInt((int) length)
                                    .putInt(nextHeader)
                                    .array();
                    assertEquals(
                            reference(layout, 0, 40, 0),
                            InternetChecksum.fold(
                                    InternetChecksum.pseudoHeader(
                                            halves[0],
                                            halves[1],
                                            halves[2],
                                            halves[3],
                                            nextHeader,
                                            length)));
                });
    }

    @Test
    void theExampleOfRfc1624Section4ComesOutRight() {
        assertEquals(0x0000, InternetChecksum.update(0xDD2F, 0x5555, 0x3285));
    }

    @Test
    void anUpdateEqualsARecomputation() {
        Property.forAll(
                4 * CASES,
                random -> {
                    byte[] bytes = random.bytes(2 * random.between(2, 40));
                    bytes[0] = 0x45;
                    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
                    int checksum = InternetChecksum.checksum(buffer, 0, bytes.length);
                    int at = 2 * random.between(1, bytes.length / 2 - 1);
                    int before = BigEndian.uint16(buffer, at);
                    int after = random.between(0, 0xFFFF);
                    BigEndian.uint16(buffer, at, after);
                    assertEquals(
                            InternetChecksum.checksum(buffer, 0, bytes.length),
                            InternetChecksum.update(checksum, before, after));
                });
    }

    @Test
    void everyUpdateOfATwoWordHeaderOverTheEdgesEqualsARecomputation() {
        int[] edges = {0, 1, 2, 0x7FFF, 0x8000, 0xFFFD, 0xFFFE, 0xFFFF};
        for (int fixed : edges) {
            for (int before : edges) {
                for (int after : edges) {
                    if (fixed != 0) {
                        assertEquals(
                                InternetChecksum.fold((long) fixed + after),
                                InternetChecksum.update(
                                        InternetChecksum.fold((long) fixed + before),
                                        before,
                                        after));
                    }
                }
            }
        }
    }

    @Test
    void aChecksumThatUdpSentAsAllOnesInPlaceOfZeroIsUpdatedLikeZero() {
        assertEquals(
                InternetChecksum.update(0x0000, 0x1234, 0x4321),
                InternetChecksum.update(0xFFFF, 0x1234, 0x4321));
    }

    @Test
    void onlyDataThatBecomeAllZeroAreUpdatedToZeroInPlaceOfAllOnes() {
        assertEquals(0xFFFF, InternetChecksum.fold(0));
        assertEquals(0, InternetChecksum.update(InternetChecksum.fold(1), 1, 0));
    }

    @Test
    void anUpdateThatIsTakenBackRestoresTheField() {
        Property.forAll(
                CASES,
                random -> {
                    int checksum = random.between(0, 0xFFFE);
                    int before = random.between(0, 0xFFFF);
                    int after = random.between(0, 0xFFFF);
                    int there = InternetChecksum.update(checksum, before, after);
                    assertEquals(checksum, InternetChecksum.update(there, after, before));
                });
    }

    @Test
    void anUpdateOf32BitsEqualsARecomputation() {
        Property.forAll(
                4 * CASES,
                random -> {
                    byte[] bytes = random.bytes(2 * random.between(3, 40));
                    bytes[0] = 0x45;
                    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
                    int checksum = InternetChecksum.checksum(buffer, 0, bytes.length);
                    int at = 2 * random.between(1, bytes.length / 2 - 2);
                    int before = BigEndian.int32(buffer, at);
                    int after = random.anyInt();
                    BigEndian.int32(buffer, at, after);
                    assertEquals(
                            InternetChecksum.checksum(buffer, 0, bytes.length),
                            InternetChecksum.update32(checksum, before, after));
                });
    }

    @Test
    void anUpdateOf32BitsIsTwoOf16() {
        Property.forAll(
                CASES,
                random -> {
                    int checksum = random.between(0, 0xFFFE);
                    int before = random.anyInt();
                    int after = random.anyInt();
                    int upper = InternetChecksum.update(checksum, before >>> 16, after >>> 16);
                    assertEquals(
                            InternetChecksum.update(upper, before & 0xFFFF, after & 0xFFFF),
                            InternetChecksum.update32(checksum, before, after));
                });
    }

    @Test
    void summingAndUpdatingDoNotAllocate() {
        UnsafeBuffer buffer = BufferKind.DIRECT.of(new byte[1460]);
        long bytes =
                AllocatedBytes.perRun(
                        20_000,
                        20_000,
                        () -> {
                            long sum = InternetChecksum.pseudoHeader(1, 2, 6, 1460);
                            int checksum =
                                    InternetChecksum.fold(
                                            InternetChecksum.sum(buffer, 0, 1460, sum));
                            sink += InternetChecksum.update32(checksum, 3, 4);
                        });
        assertEquals(0, bytes);
    }

    /** The definition: 16-bit words in network order, end-around carry, complement. */
    private static int reference(byte[] bytes, int offset, int length, long initial) {
        int sum = 0;
        for (int i = 0; i < length; i += 2) {
            int word = (bytes[offset + i] & 0xFF) << 8;
            if (i + 1 < length) {
                word |= bytes[offset + i + 1] & 0xFF;
            }
            sum += word;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        BigInteger modulus = BigInteger.valueOf(0xFFFF);
        BigInteger whole = BigInteger.valueOf(sum).add(BigInteger.valueOf(initial));
        int remainder = whole.mod(modulus).intValue();
        boolean zero = whole.signum() == 0;
        return ~(remainder == 0 && !zero ? 0xFFFF : remainder) & 0xFFFF;
    }
}
