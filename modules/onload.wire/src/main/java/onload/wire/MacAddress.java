package onload.wire;

/**
 * Ethernet addresses (IEEE 802, clause 8): 48 bits in a {@code long}, the first byte on the wire
 * uppermost. The upper 16 bits of the {@code long} are 0, as {@link EthernetHeader} reads it.
 */
public final class MacAddress {
    /** The address of all stations, ff:ff:ff:ff:ff:ff. */
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    private static final long GROUP_BIT = 0x0100_0000_0000L;
    private static final long LOCAL_BIT = 0x0200_0000_0000L;
    private static final long IPV4_MULTICAST = 0x0100_5E00_0000L;
    private static final long IPV6_MULTICAST = 0x3333_0000_0000L;

    private MacAddress() {}

    /**
     * {@return the address that a text names}
     *
     * @param text six bytes of two hexadecimal digits each, with colons between them or with
     *     hyphens, such as {@code "02:00:00:00:00:01"}
     * @throws IllegalArgumentException if it is anything else; the message says what and where
     */
    public static long parse(String text) {
        AddressReader reader =
                new AddressReader(
                        text,
                        "an Ethernet address",
                        "six bytes of two hexadecimal digits, such as 02:00:00:00:00:01");
        long address = reader.hexPair();
        char separator = reader.either(':', '-');
        address = address << 8 | reader.hexPair();
        for (int i = 2; i < 6; i++) {
            reader.either(separator, separator);
            address = address << 8 | reader.hexPair();
        }
        reader.end();
        return address;
    }

    /** {@return an address as text, such as {@code "02:00:00:00:00:01"}} */
    public static String toString(long address) {
        StringBuilder text = new StringBuilder(17);
        append(text, address);
        return text.toString();
    }

    /**
     * Appends an address as text, with colons and in lower case.
     *
     * @param text what to append to
     * @param address the address
     */
    public static void append(StringBuilder text, long address) {
        for (int shift = 40; shift >= 0; shift -= 8) {
            int value = (int) (address >>> shift);
            text.append(Character.forDigit(value >>> 4 & 0xF, 16));
            text.append(Character.forDigit(value & 0xF, 16));
            if (shift > 0) {
                text.append(':');
            }
        }
    }

    /** {@return whether an address is of a group of stations; that of all stations is one too} */
    public static boolean isMulticast(long address) {
        return (address & GROUP_BIT) != 0;
    }

    /** {@return whether an address is that of all stations} */
    public static boolean isBroadcast(long address) {
        return address == BROADCAST;
    }

    /** {@return whether an address is administered locally and not assigned by a manufacturer} */
    public static boolean isLocal(long address) {
        return (address & LOCAL_BIT) != 0;
    }

    /**
     * {@return the Ethernet address of an IPv4 multicast group} (RFC 1112, section 6.4). It has 23
     * of the group's 28 bits, so that 32 groups share it.
     *
     * @param group an address for which {@link Ipv4Address#isMulticast} holds
     */
    public static long ofIpv4Multicast(int group) {
        return IPV4_MULTICAST | (group & 0x7F_FFFF);
    }

    /**
     * {@return the Ethernet address of an IPv6 multicast group} (RFC 2464, section 7). It has the
     * last 32 of the group's bits, so that many groups share it.
     *
     * @param high upper half of an address for which {@link Ipv6Address#isMulticast} holds
     * @param low its lower half
     */
    public static long ofIpv6Multicast(long high, long low) {
        return IPV6_MULTICAST | (low & 0xFFFF_FFFFL);
    }
}
