package onload.ip.icmp;

/** Whether an ICMP error may be sent about a packet, and if not, why (RFC 1122, section 3.2.2; RFC 4443, 2.4 e). */
public enum IcmpErrorVerdict {
    /** It may. */
    ALLOWED,

    /** The packet is an ICMP error itself, or an ICMP message of which it is not certain that it is none. */
    ICMP_ERROR,

    /** The packet is a redirect of ICMPv6. */
    REDIRECT,

    /** The packet is an IPv4 fragment other than the first. */
    LATER_FRAGMENT,

    /** The packet was for many, by its IP address. */
    GROUP_DESTINATION,

    /** The packet was for many, by its frame. */
    GROUP_FRAME,

    /** The source of the packet is not the address of one host. */
    BAD_SOURCE,

    /** The packet is cut off before it can be told what it is. */
    UNREADABLE;

    /** {@return whether the error may be sent} */
    public boolean isAllowed() {
        return this == ALLOWED;
    }
}
