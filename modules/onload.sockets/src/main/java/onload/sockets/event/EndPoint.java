package onload.sockets.event;

import onload.wire.IpAddress;
import onload.wire.Ipv6Address;

/** An address with a port, as events show it. */
final class EndPoint {
    private EndPoint() {}

    /** {@return such as {@code 192.0.2.1:80} or {@code [2001:db8::1]:80} (RFC 5952, section 6)} */
    static String text(long high, long low, int port) {
        String address = IpAddress.of(high, low).toString();
        return (Ipv6Address.isIpv4Mapped(high, low) ? address : "[" + address + "]") + ":" + port;
    }
}
