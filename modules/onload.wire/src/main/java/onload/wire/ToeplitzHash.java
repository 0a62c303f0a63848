package onload.wire;

import java.util.HexFormat;

/**
 * The hash of receive-side scaling (RSS) by which a network interface spreads flows over its
 * receive queues: the Toeplitz hash of addresses and ports, as Microsoft's RSS specification
 * defines it and as interfaces compute it in hardware.
 *
 * <p>For each bit of the input that is 1, counted from the left, the 32 bits of the key that begin
 * at the same bit are exclusive-ored into the result. The input is source address, destination
 * address, and for the hashes of four parts source port and destination port, each in network
 * order. Here, a table per input byte holds what each value of it contributes, so that a hash is
 * one look-up per byte.
 *
 * <p>Immutable; an instance takes 36 KiB, of which IPv4 uses the first third.
 */
public final class ToeplitzHash {
    /** Bytes of a key: enough for the longest input, two IPv6 addresses and two ports. */
    public static final int KEY_LENGTH = 40;

    private static final byte[] MICROSOFT_KEY =
            HexFormat.of()
                    .parseHex(
                            "6d5a56da255b0ec24167253d43a38fb0d0ca2bcb"
                                    + "ae7b30b477cb2da38030f20c6a42b73bbeac01fa");

    private static final int INPUT_LENGTH = 36;
    private static final int VALUES = 256;

    private final int[] table = new int[INPUT_LENGTH * VALUES];

    /**
     * Prepares the tables of a key.
     *
     * @param key 40 bytes; they are copied. Who chooses the key at random keeps a sender from
     *     filling one queue at will
     * @throws IllegalArgumentException if it is not of 40 bytes
     */
    public ToeplitzHash(byte[] key) {
        if (key.length != KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "the key has " + key.length + " bytes; expected " + KEY_LENGTH);
        }
        for (int i = 0; i < INPUT_LENGTH; i++) {
            fill(i, keyBits(key, i));
        }
    }

    /** {@return the 40 bits of the key that begin at a byte, in the lower 40 bits of a long} */
    private static long keyBits(byte[] key, int from) {
        long bits = 0;
        for (int i = from; i < from + 5; i++) {
            bits = bits << 8 | (key[i] & 0xFF);
        }
        return bits;
    }

    /** A value contributes what it does without its highest bit, and what that bit does. */
    private void fill(int index, long keyBits) {
        int base = index * VALUES;
        for (int value = 1; value < VALUES; value++) {
            int bit = Integer.highestOneBit(value);
            int shift = 1 + Integer.numberOfTrailingZeros(bit);
            table[base + value] = table[base + (value ^ bit)] ^ (int) (keyBits >>> shift);
        }
    }

    /**
     * {@return a new copy of the key that Microsoft's specification verifies with}, which is the
     * default of many interfaces. Everybody knows it: see the constructor.
     */
    public static byte[] microsoftKey() {
        return MICROSOFT_KEY.clone();
    }

    /**
     * {@return a new key with which both directions of a flow have the same hash}: two bytes over
     * and over, so that places in the input that are a multiple of 16 bits apart count alike, and
     * source and destination may be exchanged. Its hashes differ in fewer bits than those of a
     * random key.
     */
    public static byte[] symmetricKey() {
        byte[] key = new byte[KEY_LENGTH];
        for (int i = 0; i < KEY_LENGTH; i += 2) {
            key[i] = 0x6D;
            key[i + 1] = 0x5A;
        }
        return key;
    }

    /**
     * {@return the hash of two IPv4 addresses}, as for a fragment or a protocol without ports.
     *
     * @param source source address
     * @param destination destination address
     */
    public int ipv4(int source, int destination) {
        return word(0, source) ^ word(4, destination);
    }

    /**
     * {@return the hash of two IPv4 addresses and two ports}
     *
     * @param source source address
     * @param destination destination address
     * @param sourcePort source port, 0 to 65535
     * @param destinationPort destination port, 0 to 65535
     */
    public int ipv4(int source, int destination, int sourcePort, int destinationPort) {
        return ipv4(source, destination) ^ word(8, ports(sourcePort, destinationPort));
    }

    /**
     * {@return the hash of two IPv6 addresses}, as for a fragment or a protocol without ports.
     *
     * @param sourceHigh upper half of the source address
     * @param sourceLow lower half of the source address
     * @param destinationHigh upper half of the destination address
     * @param destinationLow lower half of the destination address
     */
    public int ipv6(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        return twoWords(0, sourceHigh)
                ^ twoWords(8, sourceLow)
                ^ twoWords(16, destinationHigh)
                ^ twoWords(24, destinationLow);
    }

    /**
     * {@return the hash of two IPv6 addresses and two ports}
     *
     * @param sourceHigh upper half of the source address
     * @param sourceLow lower half of the source address
     * @param destinationHigh upper half of the destination address
     * @param destinationLow lower half of the destination address
     * @param sourcePort source port, 0 to 65535
     * @param destinationPort destination port, 0 to 65535
     */
    public int ipv6(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int sourcePort,
            int destinationPort) {
        return ipv6(sourceHigh, sourceLow, destinationHigh, destinationLow)
                ^ word(32, ports(sourcePort, destinationPort));
    }

    private static int ports(int sourcePort, int destinationPort) {
        return sourcePort << 16 | (destinationPort & 0xFFFF);
    }

    private int twoWords(int index, long value) {
        return word(index, (int) (value >>> 32)) ^ word(index + 4, (int) value);
    }

    /** What four bytes contribute that begin at an index of the input. */
    private int word(int index, int value) {
        int base = index * VALUES;
        return table[base + (value >>> 24)]
                ^ table[base + VALUES + (value >>> 16 & 0xFF)]
                ^ table[base + 2 * VALUES + (value >>> 8 & 0xFF)]
                ^ table[base + 3 * VALUES + (value & 0xFF)];
    }
}
