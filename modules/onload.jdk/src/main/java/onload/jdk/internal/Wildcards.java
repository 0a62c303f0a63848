package onload.jdk.internal;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** The wildcard addresses of both versions, whichever the JDK prefers. */
public final class Wildcards {
    private static final int IPV4_LENGTH = 4;
    private static final int IPV6_LENGTH = 16;

    private Wildcards() {}

    /** {@return 0.0.0.0} */
    public static InetAddress ipv4() {
        return of(IPV4_LENGTH);
    }

    /** {@return ::, which is for both versions} */
    public static InetAddress ipv6() {
        return of(IPV6_LENGTH);
    }

    /** {@return the wildcard of the version that an address has} */
    public static InetAddress like(InetAddress address) {
        return address instanceof Inet6Address ? ipv6() : ipv4();
    }

    private static InetAddress of(int length) {
        try {
            return InetAddress.getByAddress(new byte[length]);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are addresses", e);
        }
    }
}
