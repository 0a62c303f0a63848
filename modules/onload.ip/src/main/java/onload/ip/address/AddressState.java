package onload.ip.address;

/** The states of an address of this host (RFC 4862, section 2; for IPv4 RFC 5227, in the same words). */
public enum AddressState {
    /** It is being asked for on the link, and not used until nobody has answered. */
    TENTATIVE,

    /** It is used without restriction. */
    PREFERRED,

    /** It is used by who has it, and not chosen for anything new. */
    DEPRECATED,

    /** Another host has it; it is not used. */
    DUPLICATE;

    /** {@return whether packets to it are this host's, and packets may be sent from it} */
    public boolean isUsable() {
        return this == PREFERRED || this == DEPRECATED;
    }
}
