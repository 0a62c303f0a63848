package onload.ip.address;

/** Who configured an address. */
public enum AddressOrigin {
    /** A person or a program. */
    MANUAL,

    /** This host itself, for its link (RFC 4862, section 5.3). */
    LINK_LOCAL,

    /** A router's advertisement (RFC 4862, section 5.5). */
    AUTOCONFIGURED,

    /** A mirror of another stack's addresses, such as the kernel's, which has done all detection. */
    MIRRORED
}
