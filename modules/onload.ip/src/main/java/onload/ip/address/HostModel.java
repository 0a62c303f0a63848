package onload.ip.address;

/**
 * Whether an address belongs to the host or to its interface (RFC 1122, section 3.3.4.2). Link-local addresses belong
 * to their interface in either model.
 */
public enum HostModel {
    /** A packet for any address of this host is taken from any interface. */
    WEAK,

    /** A packet is taken only from the interface that has the address. */
    STRONG
}
