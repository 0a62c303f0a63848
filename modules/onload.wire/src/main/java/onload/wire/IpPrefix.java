package onload.wire;

import org.jspecify.annotations.Nullable;

/**
 * A prefix: the addresses whose first bits are the same (RFC 4632, section 3.1; RFC 4291, section
 * 2.3), such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}.
 *
 * <p>A prefix is of one version of IP as an address is ({@link IpAddress}). So {@code ::/0}
 * contains no IPv4 address: a default route of IPv6 is none of IPv4, though an IPv4 address in its
 * IPv4-mapped form begins with those no bits.
 *
 * <p>Immutable; the questions that a route look-up asks do not allocate.
 */
public final class IpPrefix {
    /** Every IPv4 address, 0.0.0.0/0. */
    public static final IpPrefix IPV4_ALL = of(IpAddress.IPV4_ANY, 0);

    /** Every IPv6 address, {@code ::/0}. */
    public static final IpPrefix IPV6_ALL = of(IpAddress.IPV6_ANY, 0);

    private static final int MAPPED_BITS = 96;
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    /** The longest IPv4 prefix that has a broadcast address (RFC 3021, section 2.1). */
    private static final int LONGEST_WITH_BROADCAST = 30;

    private final IpAddress network;
    private final int length;
    private final boolean ipv4;
    private final long high;
    private final long low;
    private final long maskHigh;
    private final long maskLow;

    private IpPrefix(IpAddress network, int length) {
        this.network = network;
        this.length = length;
        this.ipv4 = network.isIpv4();
        this.high = network.high();
        this.low = network.low();
        this.maskHigh = Ipv6Address.maskHigh(mappedLength());
        this.maskLow = Ipv6Address.maskLow(mappedLength());
    }

    /**
     * {@return a prefix}
     *
     * @param network the address whose first bits count; the others must be 0
     * @param length how many bits count, 0 to 32 for IPv4 and 0 to 128 for IPv6
     * @throws IllegalArgumentException if the length is outside that, or another bit is not 0
     */
    public static IpPrefix of(IpAddress network, int length) {
        IpPrefix prefix = containing(network, length);
        if (!prefix.network.equals(network)) {
            throw new IllegalArgumentException(
                    network
                            + "/"
                            + length
                            + " is not a prefix: "
                            + hostBits(network, prefix)
                            + "; expected "
                            + prefix);
        }
        return prefix;
    }

    /**
     * {@return the prefix of some length that contains an address}
     *
     * @param address the address
     * @param length how many of its bits count, 0 to 32 for IPv4 and 0 to 128 for IPv6
     * @throws IllegalArgumentException if the length is outside that
     */
    public static IpPrefix containing(IpAddress address, int length) {
        int bits = address.isIpv4() ? IPV4_BITS : IPV6_BITS;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    length + " is not a prefix length for " + address + "; expected 0 to " + bits);
        }
        int mappedLength = length + IPV6_BITS - bits;
        return new IpPrefix(
                IpAddress.of(
                        address.high() & Ipv6Address.maskHigh(mappedLength),
                        address.low() & Ipv6Address.maskLow(mappedLength)),
                length);
    }

    /**
     * {@return the prefix that a text names}
     *
     * @param text an address as for {@link IpAddress#parse}, a slash and a length in decimal, such
     *     as {@code "10.0.0.0/8"}. The length goes with the form of the address: {@code
     *     "::ffff:10.0.0.0/104"} is the same as that
     * @throws IllegalArgumentException if it is anything else, or a bit after the first {@code
     *     length} ones is set; the message says what is wrong, and in the latter case names the
     *     prefix that was perhaps meant
     */
    public static IpPrefix parse(String text) {
        AddressReader reader =
                new AddressReader(
                        text,
                        "a prefix",
                        "an address, a slash and a length, such as 10.0.0.0/8 or 2001:db8::/32");
        reader.addressAndLength();
        IpAddress address = IpAddress.of(reader.high(), reader.low());
        IpPrefix prefix = containing(address, reader.length());
        if (!prefix.network.equals(address)) {
            throw reader.wrong(hostBits(address, prefix), prefix.toString());
        }
        return prefix;
    }

    private static String hostBits(IpAddress address, IpPrefix prefix) {
        return address + " has bits set after the first " + prefix.length;
    }

    /** {@return whether this is a prefix of IPv4} */
    public boolean isIpv4() {
        return ipv4;
    }

    /** {@return the first address: the bits of the prefix, and zeros} */
    public IpAddress network() {
        return network;
    }

    /** {@return how many bits count: 0 to 32 for IPv4, 0 to 128 for IPv6} */
    public int length() {
        return length;
    }

    /**
     * {@return how many bits count of an address of two longs}: 96 + {@link #length} for IPv4,
     * whose addresses are IPv4-mapped then, and {@link #length} for IPv6.
     */
    public int mappedLength() {
        return ipv4 ? MAPPED_BITS + length : length;
    }

    /**
     * {@return the mask, whose first {@link #length} bits are 1, such as 255.0.0.0 for 10.0.0.0/8}
     */
    public IpAddress mask() {
        return ipv4
                ? IpAddress.of(Ipv4Address.mask(length))
                : IpAddress.of(Ipv6Address.maskHigh(length), Ipv6Address.maskLow(length));
    }

    /**
     * {@return whether an address is in this prefix}
     *
     * @param high upper half of an IPv6 address, or of an IPv4 address in its IPv4-mapped form
     * @param low lower half
     */
    public boolean contains(long high, long low) {
        return (((high ^ this.high) & maskHigh) | ((low ^ this.low) & maskLow)) == 0
                && (ipv4 || !Ipv6Address.isIpv4Mapped(high, low));
    }

    /**
     * {@return whether an IPv4 address is in this prefix}; false, if this is one of IPv6.
     *
     * @param address an IPv4 address, as {@link Ipv4Address} has it
     */
    public boolean contains(int address) {
        return ipv4 && ((address ^ (int) low) & (int) maskLow) == 0;
    }

    /** {@return whether an address is in this prefix, and of the same version} */
    public boolean contains(IpAddress address) {
        return contains(address.high(), address.low());
    }

    /**
     * {@return whether the prefix has a broadcast address}: one of IPv4 of up to 30 bits has (RFC
     * 919; RFC 3021, section 2.1).
     */
    public boolean hasBroadcast() {
        return ipv4 && length <= LONGEST_WITH_BROADCAST;
    }

    /**
     * {@return the IPv4 broadcast address: the bits of the prefix, and ones}
     *
     * @throws IllegalStateException if there is none; see {@link #hasBroadcast}
     */
    public int broadcast() {
        if (!hasBroadcast()) {
            throw new IllegalStateException(
                    this
                            + " has no broadcast address; expected an IPv4 prefix of up to "
                            + LONGEST_WITH_BROADCAST
                            + " bits, ask hasBroadcast() before");
        }
        return (int) (low | ~maskLow);
    }

    /**
     * {@return whether an address is the broadcast address of this prefix}
     *
     * @param address an IPv4 address, as {@link Ipv4Address} has it
     */
    public boolean isBroadcast(int address) {
        return hasBroadcast() && address == (int) (low | ~maskLow);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpPrefix prefix
                && length == prefix.length
                && network.equals(prefix.network);
    }

    @Override
    public int hashCode() {
        return 31 * network.hashCode() + length;
    }

    /** {@return the network address, a slash and the length, as {@link #parse} reads it} */
    @Override
    public String toString() {
        return network + "/" + length;
    }
}
