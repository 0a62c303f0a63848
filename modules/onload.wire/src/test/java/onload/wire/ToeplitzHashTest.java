package onload.wire;

import static onload.wire.Refusal.assertRefused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;

class ToeplitzHashTest {
    private static final ToeplitzHash MICROSOFT = new ToeplitzHash(ToeplitzHash.microsoftKey());

    private static int sink;

    /** The vectors of "Verifying the RSS hash calculation" in Microsoft's driver documentation. */
    @ParameterizedTest
    @CsvSource({
        "66.9.149.187, 2794, 161.142.100.80, 1766, 323e8fc2, 51ccc178",
        "199.92.111.2, 14230, 65.69.140.83, 4739, d718262a, c626b0ea",
        "24.19.198.95, 12898, 12.22.207.184, 38024, d2d0a5de, 5c2b394a",
        "38.27.205.30, 48228, 209.142.163.6, 2217, 82989176, afc7327f",
        "153.39.163.191, 44251, 202.188.127.2, 1303, 5d1809c5, 10e828a2"
    })
    void theVectorsOfTheSpecificationForIpv4(
            String source,
            int sourcePort,
            String destination,
            int destinationPort,
            String ofAddresses,
            String withPorts) {
        int from = Ipv4Address.parse(source);
        int to = Ipv4Address.parse(destination);
        assertHash(ofAddresses, MICROSOFT.ipv4(from, to));
        assertHash(withPorts, MICROSOFT.ipv4(from, to, sourcePort, destinationPort));
    }

    /** The same for IPv6. */
    @ParameterizedTest
    @CsvSource({
        "3ffe:2501:200:1fff::7, 2794, 3ffe:2501:200:3::1, 1766, 2cc18cd5, 40207d3d",
        "3ffe:501:8::260:97ff:fe40:efab, 14230, ff02::1, 4739, 0f0c461c, dde51bbf",
        "3ffe:1900:4545:3:200:f8ff:fe21:67cf, 44251, fe80::200:f8ff:fe21:67cf, 38024, 4b61e985,"
                + " 02d1feef"
    })
    void theVectorsOfTheSpecificationForIpv6(
            String source,
            int sourcePort,
            String destination,
            int destinationPort,
            String ofAddresses,
            String withPorts) {
        IpAddress from = IpAddress.parse(source);
        IpAddress to = IpAddress.parse(destination);
        assertHash(ofAddresses, MICROSOFT.ipv6(from.high(), from.low(), to.high(), to.low()));
        assertHash(
                withPorts,
                MICROSOFT.ipv6(
                        from.high(), from.low(), to.high(), to.low(), sourcePort, destinationPort));
    }

    @Test
    void withAnyKeyAnyInputIsHashedAsBitByBit() {
        Property.forAll(
                500,
                random -> {
                    byte[] key = random.bytes(ToeplitzHash.KEY_LENGTH);
                    ToeplitzHash hash = new ToeplitzHash(key);
                    byte[] input = input(random);
                    ByteBuffer ipv6 = ByteBuffer.wrap(input);
                    long sourceHigh = ipv6.getLong();
                    long sourceLow = ipv6.getLong();
                    long destinationHigh = ipv6.getLong();
                    long destinationLow = ipv6.getLong();
                    int sourcePort = ipv6.getShort() & 0xFFFF;
                    int destinationPort = ipv6.getShort() & 0xFFFF;
                    assertEquals(
                            bitByBit(key, input, 32),
                            hash.ipv6(sourceHigh, sourceLow, destinationHigh, destinationLow));
                    assertEquals(
                            bitByBit(key, input, 36),
                            hash.ipv6(
                                    sourceHigh,
                                    sourceLow,
                                    destinationHigh,
                                    destinationLow,
                                    sourcePort,
                                    destinationPort));
                    assertEquals(
                            bitByBit(key, input, 8),
                            hash.ipv4((int) (sourceHigh >>> 32), (int) sourceHigh));
                    assertEquals(
                            bitByBit(key, input, 12),
                            hash.ipv4(
                                    (int) (sourceHigh >>> 32),
                                    (int) sourceHigh,
                                    (int) (sourceLow >>> 48),
                                    (int) (sourceLow >>> 32) & 0xFFFF));
                });
    }

    @Test
    void theSymmetricKeyHashesBothDirectionsAlike() {
        ToeplitzHash hash = new ToeplitzHash(ToeplitzHash.symmetricKey());
        Property.forAll(
                500,
                random -> {
                    int a = random.anyInt();
                    int b = random.anyInt();
                    long high = random.anyLong();
                    long low = random.anyLong();
                    int p = random.between(0, 65_535);
                    int q = random.between(0, 65_535);
                    assertEquals(hash.ipv4(a, b), hash.ipv4(b, a));
                    assertEquals(hash.ipv4(a, b, p, q), hash.ipv4(b, a, q, p));
                    assertEquals(hash.ipv6(high, low, a, b), hash.ipv6(a, b, high, low));
                    assertEquals(
                            hash.ipv6(high, low, a, b, p, q), hash.ipv6(a, b, high, low, q, p));
                });
    }

    @Test
    void theSymmetricKeyStillTellsFlowsApart() {
        ToeplitzHash hash = new ToeplitzHash(ToeplitzHash.symmetricKey());
        int a = Ipv4Address.of(10, 0, 0, 1);
        int b = Ipv4Address.of(10, 0, 0, 2);
        assertNotEquals(hash.ipv4(a, b, 1024, 80), hash.ipv4(a, b, 1025, 80));
        assertNotEquals(hash.ipv4(a, b, 1024, 80), hash.ipv4(a, b + 1, 1024, 80));
    }

    @Test
    void theMicrosoftKeyTellsTheDirectionsApart() {
        int a = Ipv4Address.of(10, 0, 0, 1);
        int b = Ipv4Address.of(10, 0, 0, 2);
        assertNotEquals(MICROSOFT.ipv4(a, b), MICROSOFT.ipv4(b, a));
    }

    @Test
    void changingAKeyAfterwardsChangesNoHash() {
        byte[] key = ToeplitzHash.microsoftKey();
        ToeplitzHash hash = new ToeplitzHash(key);
        Arrays.fill(key, (byte) 0);
        assertEquals(MICROSOFT.ipv4(1, 2), hash.ipv4(1, 2));
        assertEquals(0x6D, ToeplitzHash.microsoftKey()[0]);
    }

    @Test
    void aKeyOfAnotherLengthIsRefused() {
        assertRefused("the key has 39 bytes; expected 40", () -> new ToeplitzHash(new byte[39]));
        assertRefused("the key has 52 bytes; expected 40", () -> new ToeplitzHash(new byte[52]));
    }

    @Test
    void hashingDoesNotAllocate() {
        long bytes =
                AllocatedBytes.perRun(
                        20_000,
                        20_000,
                        () -> {
                            sink += MICROSOFT.ipv4(sink, 2, 3, 4);
                            sink += MICROSOFT.ipv6(sink, 2, 3, 4, 5, 6);
                        });
        assertEquals(0, bytes);
    }

    private static byte[] input(Randomness random) {
        byte[] input = random.bytes(36);
        if (random.flip()) {
            Arrays.fill(input, random.oneOf((byte) 0, (byte) 0xFF, (byte) 1, (byte) 0x80));
        }
        return input;
    }

    /** The definition, word for word: a key that is shifted left past an input of bits. */
    private static int bitByBit(byte[] key, byte[] input, int length) {
        BigInteger bits = new BigInteger(1, key);
        int result = 0;
        for (int i = 0; i < length * 8; i++) {
            if ((input[i / 8] & (0x80 >>> (i % 8))) != 0) {
                result ^= bits.shiftRight(8 * ToeplitzHash.KEY_LENGTH - 32).intValue();
            }
            bits = bits.shiftLeft(1);
        }
        return result;
    }

    private static void assertHash(String expected, int actual) {
        assertEquals(Integer.parseUnsignedInt(expected, 16), actual);
    }
}
