package onload.wire;

/**
 * Values of the protocol field of IPv4 and of the next-header fields of IPv6: one number space, kept by the
 * IANA.
 */
public final class IpProtocol {
    /** IPv6 hop-by-hop options (RFC 8200, section 4.3). */
    public static final int HOP_BY_HOP = 0;

    /** ICMP for IPv4 (RFC 792). */
    public static final int ICMP = 1;

    /** Internet Group Management Protocol (RFC 3376). */
    public static final int IGMP = 2;

    /** Transmission Control Protocol (RFC 9293). */
    public static final int TCP = 6;

    /** User Datagram Protocol (RFC 768). */
    public static final int UDP = 17;

    /** IPv6 routing header (RFC 8200, section 4.4). */
    public static final int ROUTING = 43;

    /** IPv6 fragment header (RFC 8200, section 4.5). */
    public static final int FRAGMENT = 44;

    /** Encapsulating Security Payload (RFC 4303). */
    public static final int ESP = 50;

    /** Authentication Header (RFC 4302). */
    public static final int AUTHENTICATION = 51;

    /** ICMP for IPv6 (RFC 4443). */
    public static final int ICMPV6 = 58;

    /** No next header (RFC 8200, section 4.7). */
    public static final int NO_NEXT_HEADER = 59;

    /** IPv6 destination options (RFC 8200, section 4.6). */
    public static final int DESTINATION_OPTIONS = 60;

    /** Reserved for experiments (RFC 3692). */
    public static final int EXPERIMENTAL = 253;

    private IpProtocol() {}
}
