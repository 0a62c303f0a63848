package onload.wire;

/**
 * IPv4 addresses: an {@code int}, the first byte on the wire uppermost, as {@link Ipv4Header} reads
 * it. They are compared for equality, by prefix, or by {@link Integer#compareUnsigned}.
 *
 * <p>Which addresses are special is in the IANA's registry (RFC 6890).
 */
public final class Ipv4Address {
    /** No address, or any address of this host: 0.0.0.0. */
    public static final int ANY = 0;

    /** This host: 127.0.0.1. */
    public static final int LOOPBACK = 0x7F00_0001;

    /** Limited broadcast, all hosts of this link: 255.255.255.255. */
    public static final int BROADCAST = 0xFFFF_FFFF;

    /** Multicast group of all systems on this link: 224.0.0.1 (RFC 1112, section 4). */
    public static final int ALL_HOSTS = 0xE000_0001;

    /** Multicast group of all routers on this link: 224.0.0.2. */
    public static final int ALL_ROUTERS = 0xE000_0002;

    /** Multicast group of all routers that know IGMPv3: 224.0.0.22 (RFC 3376, section 4.2.14). */
    public static final int ALL_IGMPV3_ROUTERS = 0xE000_0016;

    private Ipv4Address() {}

    /**
     * {@return the address of four numbers, as in {@code of(192, 0, 2, 1)}}
     *
     * @param a the first number, 0 to 255
     * @param b the second
     * @param c the third
     * @param d the last
     * @throws IllegalArgumentException if one is not from 0 to 255
     */
    public static int of(int a, int b, int c, int d) {
        if ((a | b | c | d) >>> 8 != 0) {
            throw new IllegalArgumentException(
                    a
                            + "."
                            + b
                            + "."
                            + c
                            + "."
                            + d
                            + " is not "
                            + AddressReader.IPV4
                            + ": a number is outside 0 to 255; expected "
                            + AddressReader.IPV4_FORM);
        }
        return a << 24 | b << 16 | c << 8 | d;
    }

    /**
     * {@return the address that a text names}
     *
     * @param text four numbers from 0 to 255 in decimal with dots between them, such as {@code
     *     "192.0.2.1"}. A number with a leading zero is refused, since some programs take it for
     *     octal, and so are forms of less than four numbers (RFC 6943, section 3.1.1)
     * @throws IllegalArgumentException if it is anything else; the message says what and where
     */
    public static int parse(String text) {
        AddressReader reader = new AddressReader(text, AddressReader.IPV4, AddressReader.IPV4_FORM);
        int address = reader.ipv4();
        reader.end();
        return address;
    }

    /** {@return an address as text, such as {@code "192.0.2.1"}} */
    public static String toString(int address) {
        StringBuilder text = new StringBuilder(15);
        append(text, address);
        return text.toString();
    }

    /**
     * Appends an address as text.
     *
     * @param text what to append to
     * @param address the address
     */
    public static void append(StringBuilder text, int address) {
        text.append(address >>> 24)
                .append('.')
                .append(address >>> 16 & 0xFF)
                .append('.')
                .append(address >>> 8 & 0xFF)
                .append('.')
                .append(address & 0xFF);
    }

    /** {@return whether an address is 0.0.0.0} */
    public static boolean isUnspecified(int address) {
        return address == ANY;
    }

    /** {@return whether an address is in 0.0.0.0/8, "this network" (RFC 1122, section 3.2.1.3)} */
    public static boolean isThisNetwork(int address) {
        return address >>> 24 == 0;
    }

    /** {@return whether an address is in 127.0.0.0/8 (RFC 1122, section 3.2.1.3)} */
    public static boolean isLoopback(int address) {
        return address >>> 24 == 127;
    }

    /** {@return whether an address is in 169.254.0.0/16 (RFC 3927)} */
    public static boolean isLinkLocal(int address) {
        return address >>> 16 == 0xA9FE;
    }

    /** {@return whether an address is in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918)} */
    public static boolean isPrivate(int address) {
        return address >>> 24 == 10 || address >>> 20 == 0xAC1 || address >>> 16 == 0xC0A8;
    }

    /** {@return whether an address is in 224.0.0.0/4 (RFC 1112, section 4)} */
    public static boolean isMulticast(int address) {
        return address >>> 28 == 0xE;
    }

    /**
     * {@return whether an address is in 240.0.0.0/4 (RFC 1112, section 4)}; {@link #BROADCAST} is,
     * too.
     */
    public static boolean isReserved(int address) {
        return address >>> 28 == 0xF;
    }

    /** {@return whether an address is 255.255.255.255 (RFC 919, section 7)} */
    public static boolean isLimitedBroadcast(int address) {
        return address == BROADCAST;
    }

    /**
     * {@return the mask of a prefix, such as 255.255.255.0 for 24}
     *
     * @param length bits of the prefix, 0 to 32
     */
    public static int mask(int length) {
        // A shift by 32 bits would be one by none.
        return length == 0 ? 0 : -1 << -length;
    }
}
