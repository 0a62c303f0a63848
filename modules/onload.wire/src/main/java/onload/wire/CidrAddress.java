package onload.wire;

import org.jspecify.annotations.Nullable;

/**
 * An address of an interface and the length of the prefix that is on its link (RFC 4632, section
 * 3.1; RFC 4291, section 2.3), such as {@code 10.0.0.5/24}.
 *
 * <p>Immutable.
 */
public final class CidrAddress {
    private final IpAddress address;
    private final IpPrefix prefix;

    private CidrAddress(IpAddress address, int length) {
        this.address = address;
        this.prefix = IpPrefix.containing(address, length);
    }

    /**
     * {@return an address with the length of its prefix}
     *
     * @param address the interface's address
     * @param length bits of the prefix, 0 to 32 for IPv4 and 0 to 128 for IPv6
     * @throws IllegalArgumentException if the length is outside that
     */
    public static CidrAddress of(IpAddress address, int length) {
        return new CidrAddress(address, length);
    }

    /**
     * {@return the address and length that a text names}
     *
     * @param text an address as for {@link IpAddress#parse}, a slash and a length in decimal, such
     *     as {@code "10.0.0.5/24"} or {@code "2001:db8::5/64"}
     * @throws IllegalArgumentException if it is anything else; the message says what and where
     */
    public static CidrAddress parse(String text) {
        AddressReader reader =
                new AddressReader(
                        text,
                        "an address with a prefix length",
                        "one such as 10.0.0.5/24 or 2001:db8::5/64");
        reader.addressAndLength();
        return of(IpAddress.of(reader.high(), reader.low()), reader.length());
    }

    /** {@return the interface's address} */
    public IpAddress address() {
        return address;
    }

    /** {@return the prefix that is on the link of the interface, such as 10.0.0.0/24} */
    public IpPrefix prefix() {
        return prefix;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CidrAddress cidr
                && address.equals(cidr.address)
                && prefix.equals(cidr.prefix);
    }

    @Override
    public int hashCode() {
        return 31 * address.hashCode() + prefix.length();
    }

    /** {@return the address, a slash and the length, as {@link #parse} reads it} */
    @Override
    public String toString() {
        return address + "/" + prefix.length();
    }
}
