package onload.ip.spi;

import onload.wire.Ipv6Address;

/**
 * The datagram at hand: where it came from and to, and what its IP header says. The IP layer fills it before each
 * hand-over; receivers only read, and keep nothing of it but values.
 *
 * <p>Addresses are 128 bits in two longs, IPv4 as IPv4-mapped ones, so that one look-up serves both versions.
 */
public final class IpDatagram {
    /**
     * Bytes of a datagram's payload that are together in its first buffer, if it has as many: the longest TCP header
     * and more, so that a transport never reads its header over the seam of two buffers.
     */
    public static final int CONTIGUOUS = 128;

    /** Cast: for one address of this host. */
    public static final int UNICAST = 0;

    /** Cast: for a group that somebody here has joined. */
    public static final int MULTICAST = 1;

    /** Cast: for all hosts of the link or the prefix. */
    public static final int BROADCAST = 2;

    /** There is no router alert option. */
    public static final int NO_ROUTER_ALERT = -1;

    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int interfaceIndex;
    private int headerIndex;
    private int headerLength;
    private int payloadLength;
    private int protocol;
    private int trafficClass;
    private int hopLimit;
    private int cast;
    private int nextHeaderPointer;
    private int routerAlert = NO_ROUTER_ALERT;
    private boolean isIpv4;
    private boolean checksumVerified;
    private boolean hadFragmentHeader;

    /** Makes one that holds nothing. */
    public IpDatagram() {}

    /** Fills in the addresses of an IPv4 datagram. For the IP layer, as all methods that set. */
    public void ipv4Addresses(int source, int destination) {
        isIpv4 = true;
        sourceHigh = 0;
        sourceLow = Ipv6Address.mappedLow(source);
        destinationHigh = 0;
        destinationLow = Ipv6Address.mappedLow(destination);
    }

    /** Fills in the addresses of an IPv6 datagram. */
    public void ipv6Addresses(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        isIpv4 = false;
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.destinationHigh = destinationHigh;
        this.destinationLow = destinationLow;
    }

    /**
     * Fills in how it came.
     *
     * @param interfaceIndex the interface, ≥ 1
     * @param cast {@link #UNICAST}, {@link #MULTICAST} or {@link #BROADCAST}
     * @param checksumVerified whether the transport checksum is known to be right
     */
    public void arrival(int interfaceIndex, int cast, boolean checksumVerified) {
        this.interfaceIndex = interfaceIndex;
        this.cast = cast;
        this.checksumVerified = checksumVerified;
    }

    /**
     * Fills in what the header says.
     *
     * @param headerIndex index of its first byte in packet memory
     * @param headerLength its bytes, options and extension headers included
     * @param payloadLength bytes that follow it
     * @param protocol the upper layer
     * @param trafficClass DSCP and ECN
     * @param hopLimit hops that were left
     */
    public void header(
            int headerIndex,
            int headerLength,
            int payloadLength,
            int protocol,
            int trafficClass,
            int hopLimit) {
        this.headerIndex = headerIndex;
        this.headerLength = headerLength;
        this.payloadLength = payloadLength;
        this.protocol = protocol;
        this.trafficClass = trafficClass;
        this.hopLimit = hopLimit;
    }

    /**
     * Fills in what the extension headers of IPv6 say.
     *
     * @param nextHeaderPointer offset in the packet of the field that names the upper layer
     * @param routerAlert the value of the router alert option, or {@link #NO_ROUTER_ALERT}
     */
    public void extensions(int nextHeaderPointer, int routerAlert) {
        this.nextHeaderPointer = nextHeaderPointer;
        this.routerAlert = routerAlert;
    }

    /**
     * Fills in whether an IPv6 datagram came with a fragment header.
     *
     * @param had also if that was of an atomic fragment, or is gone since the datagram is whole again
     */
    public void fragmentHeader(boolean had) {
        hadFragmentHeader = had;
    }

    /** {@return whether it is IPv4; IPv6 otherwise} */
    public boolean isIpv4() {
        return isIpv4;
    }

    /** {@return the high half of the source} */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** {@return the low half of the source} */
    public long sourceLow() {
        return sourceLow;
    }

    /** {@return the high half of the destination} */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** {@return the low half of the destination} */
    public long destinationLow() {
        return destinationLow;
    }

    /** {@return the source of an IPv4 datagram} */
    public int sourceIpv4() {
        return (int) sourceLow;
    }

    /** {@return the destination of an IPv4 datagram} */
    public int destinationIpv4() {
        return (int) destinationLow;
    }

    /** {@return the number of the interface that it came in by, ≥ 1} */
    public int interfaceIndex() {
        return interfaceIndex;
    }

    /** {@return {@link #UNICAST}, {@link #MULTICAST} or {@link #BROADCAST}} */
    public int cast() {
        return cast;
    }

    /** {@return whether the NIC, or the way within the stack, vouches for the transport checksum} */
    public boolean checksumVerified() {
        return checksumVerified;
    }

    /** {@return the index in packet memory of the first byte of the IP header} */
    public int headerIndex() {
        return headerIndex;
    }

    /** {@return the bytes of the IP header, with options and extension headers} */
    public int headerLength() {
        return headerLength;
    }

    /** {@return the bytes after the IP header, over all buffers of a chain: 0 to 65535} */
    public int payloadLength() {
        return payloadLength;
    }

    /** {@return the number of the upper-layer protocol} */
    public int protocol() {
        return protocol;
    }

    /** {@return DSCP in the upper six bits, ECN in the lower two} */
    public int trafficClass() {
        return trafficClass;
    }

    /** {@return the hops that were left, 0 to 255} */
    public int hopLimit() {
        return hopLimit;
    }

    /** {@return the offset in an IPv6 packet of the field that names the upper layer} */
    public int nextHeaderPointer() {
        return nextHeaderPointer;
    }

    /** {@return the value of an IPv6 packet's router alert option (RFC 2711), or {@link #NO_ROUTER_ALERT}} */
    public int routerAlert() {
        return routerAlert;
    }

    /** {@return whether an IPv6 datagram came with a fragment header, which RFC 6980 forbids to neighbor discovery} */
    public boolean hadFragmentHeader() {
        return hadFragmentHeader;
    }
}
