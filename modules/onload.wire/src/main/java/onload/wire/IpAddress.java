package onload.wire;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An address of either version of IP, for control paths: options, routes, the socket API. On data
 * paths an address is an {@code int} or two {@code long}s, for {@link Ipv4Address} and {@link
 * Ipv6Address}.
 *
 * <p>Both versions have one shape: an IPv4 address is kept in its IPv4-mapped form (RFC 4291,
 * section 2.5.5.2). So the IPv4-mapped form of an address <em>is</em> that IPv4 address, wherever
 * it comes from: {@code parse("::ffff:192.0.2.1")} equals {@code parse("192.0.2.1")} and is printed
 * as the latter. That loses nothing, since an IPv4-mapped address stands for traffic of IPv4 and
 * has no place on the wire, and {@link InetAddress} does the same.
 *
 * <p>A zone (RFC 4007), as in {@code fe80::1%eth0}, is not part of an address: whoever needs one
 * keeps the interface beside it.
 *
 * <p>Immutable.
 */
public final class IpAddress implements Comparable<IpAddress> {
    /** No address, or any IPv4 address of this host: 0.0.0.0. */
    public static final IpAddress IPV4_ANY = of(Ipv4Address.ANY);

    /** This host by IPv4: 127.0.0.1. */
    public static final IpAddress IPV4_LOOPBACK = of(Ipv4Address.LOOPBACK);

    /** No address, or any address of this host: {@code ::}. */
    public static final IpAddress IPV6_ANY = of(Ipv6Address.ANY_HIGH, Ipv6Address.ANY_LOW);

    /** This host by IPv6: {@code ::1}. */
    public static final IpAddress IPV6_LOOPBACK =
            of(Ipv6Address.LOOPBACK_HIGH, Ipv6Address.LOOPBACK_LOW);

    private final long high;
    private final long low;

    private IpAddress(long high, long low) {
        this.high = high;
        this.low = low;
    }

    /**
     * {@return an IPv4 address}
     *
     * @param ipv4 the address, as {@link Ipv4Address} has it
     */
    public static IpAddress of(int ipv4) {
        return new IpAddress(Ipv6Address.MAPPED_HIGH, Ipv6Address.mappedLow(ipv4));
    }

    /**
     * {@return an IPv6 address, or an IPv4 address if it is IPv4-mapped}
     *
     * @param high upper half
     * @param low lower half
     */
    public static IpAddress of(long high, long low) {
        return new IpAddress(high, low);
    }

    /**
     * {@return an address that Java's network classes have}
     *
     * @param address the address; a zone is ignored where it means nothing, as in {@code ::1%lo}
     * @throws IllegalArgumentException if the address is one of several zones (link-local, or
     *     multicast within a link) and names one of them
     */
    public static IpAddress of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return of((int) bigEndian(bytes, 0, 4));
        }
        IpAddress result = of(bigEndian(bytes, 0, 8), bigEndian(bytes, 8, 8));
        if (address instanceof Inet6Address scoped
                && scoped.getScopeId() != 0
                && result.isZoned()) {
            throw new IllegalArgumentException(
                    address.getHostAddress()
                            + " has a zone, which is not part of an address; expected "
                            + result
                            + " with the interface named apart");
        }
        return result;
    }

    private static long bigEndian(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            value = value << 8 | (bytes[i] & 0xFF);
        }
        return value;
    }

    /**
     * {@return the address that a text names}
     *
     * @param text an IPv4 address as for {@link Ipv4Address#parse}, or an IPv6 address in any form
     *     of RFC 4291, section 2.2: {@code "2001:db8:0:0:0:0:0:1"}, {@code "2001:DB8::1"}, {@code
     *     "64:ff9b::192.0.2.1"}
     * @throws IllegalArgumentException if it is anything else, or has a zone; the message says what
     *     is wrong and where
     */
    public static IpAddress parse(String text) {
        AddressReader reader = reader(text);
        reader.address();
        return of(reader.high(), reader.low());
    }

    /** Guesses from the first look at a text which version was meant, for errors. */
    private static AddressReader reader(String text) {
        if (text.indexOf(':') >= 0) {
            return new AddressReader(text, AddressReader.IPV6, AddressReader.IPV6_FORM);
        }
        if (!text.isEmpty() && text.charAt(0) >= '0' && text.charAt(0) <= '9') {
            return new AddressReader(text, AddressReader.IPV4, AddressReader.IPV4_FORM);
        }
        return new AddressReader(
                text, "an IP address", "one such as 192.0.2.1 or one such as 2001:db8::1");
    }

    /** {@return whether this is an IPv4 address} */
    public boolean isIpv4() {
        return Ipv6Address.isIpv4Mapped(high, low);
    }

    /**
     * {@return this IPv4 address, as {@link Ipv4Address} has it}
     *
     * @throws IllegalStateException if it is an IPv6 address
     */
    public int ipv4() {
        if (!isIpv4()) {
            throw new IllegalStateException(
                    this + " is an IPv6 address; expected an IPv4 address, ask isIpv4() before");
        }
        return Ipv6Address.ipv4(high, low);
    }

    /**
     * {@return the upper half of the IPv6 address, or of the IPv4-mapped form of the IPv4 address}
     */
    public long high() {
        return high;
    }

    /**
     * {@return the lower half of the IPv6 address, or of the IPv4-mapped form of the IPv4 address}
     */
    public long low() {
        return low;
    }

    /** {@return whether this is 0.0.0.0 or {@code ::}} */
    public boolean isUnspecified() {
        return isIpv4() ? Ipv4Address.isUnspecified(ipv4()) : Ipv6Address.isUnspecified(high, low);
    }

    /** {@return whether this is in 127.0.0.0/8, or is {@code ::1}} */
    public boolean isLoopback() {
        return isIpv4() ? Ipv4Address.isLoopback(ipv4()) : Ipv6Address.isLoopback(high, low);
    }

    /** {@return whether this is in 169.254.0.0/16 or {@code fe80::/10}} */
    public boolean isLinkLocal() {
        return isIpv4() ? Ipv4Address.isLinkLocal(ipv4()) : Ipv6Address.isLinkLocal(high, low);
    }

    /** {@return whether this is in 224.0.0.0/4 or {@code ff00::/8}} */
    public boolean isMulticast() {
        return isIpv4() ? Ipv4Address.isMulticast(ipv4()) : Ipv6Address.isMulticast(high, low);
    }

    /** Whether the same address may be in two zones of one host (RFC 4007, section 5). */
    private boolean isZoned() {
        return Ipv6Address.isLinkLocal(high, low)
                || (Ipv6Address.isMulticast(high, low)
                        && Ipv6Address.multicastScope(high, low) <= Ipv6Address.SCOPE_LINK_LOCAL);
    }

    /** {@return this address as Java's network classes have it, without a name and a zone} */
    public InetAddress toInetAddress() {
        byte[] bytes = new byte[isIpv4() ? 4 : 16];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            bytes[i] = (byte) ((fromEnd < 8 ? low : high) >>> (fromEnd << 3));
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("it is thrown for other lengths than 4 and 16 only", e);
        }
    }

    /** Orders by the 128 bits, unsigned; an IPv4 address is where its IPv4-mapped form is. */
    @Override
    public int compareTo(IpAddress other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress address && high == address.high && low == address.low;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(high) + Long.hashCode(low);
    }

    /** {@return the address in the form of RFC 5952, or as four numbers} */
    @Override
    public String toString() {
        return isIpv4() ? Ipv4Address.toString(ipv4()) : Ipv6Address.toString(high, low);
    }
}
