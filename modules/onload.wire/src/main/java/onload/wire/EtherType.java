package onload.wire;

/** Values of the type field of an Ethernet II frame, as the IANA registry of 802 numbers has them. */
public final class EtherType {
    /** Internet Protocol version 4 (RFC 894). */
    public static final int IPV4 = 0x0800;

    /** Address Resolution Protocol (RFC 826). */
    public static final int ARP = 0x0806;

    /** Customer VLAN tag (IEEE 802.1Q). */
    public static final int VLAN = 0x8100;

    /** Internet Protocol version 6 (RFC 2464). */
    public static final int IPV6 = 0x86DD;

    /** Service VLAN tag (IEEE 802.1ad). */
    public static final int SERVICE_VLAN = 0x88A8;

    /** The smallest type; a smaller value of the field is a length (IEEE 802.3). */
    public static final int SMALLEST = 0x0600;

    private EtherType() {}
}
