package onload.ip.spi;

/**
 * The ICMP error at hand, of either IP version, in one vocabulary: what is wrong, and which datagram of this host it
 * is about. The IP layer fills it before each hand-over; receivers only read, and keep nothing of it but values.
 */
public final class IcmpError {
    /** No route to the network, or to the destination. */
    public static final int NETWORK_UNREACHABLE = 1;

    /** The destination, or the last hop before it, does not answer. */
    public static final int HOST_UNREACHABLE = 2;

    /** The destination does not have the protocol. */
    public static final int PROTOCOL_UNREACHABLE = 3;

    /** Nobody has the port at the destination. */
    public static final int PORT_UNREACHABLE = 4;

    /** The datagram is longer than a link on its way takes; {@link #mtu} says what would fit. */
    public static final int PACKET_TOO_BIG = 5;

    /** A source route failed. */
    public static final int SOURCE_ROUTE_FAILED = 6;

    /** Somebody forbids it. */
    public static final int PROHIBITED = 7;

    /** The hops ran out on the way. */
    public static final int HOP_LIMIT_EXCEEDED = 8;

    /** The destination did not get all fragments in time. */
    public static final int REASSEMBLY_TIME_EXCEEDED = 9;

    /** A field of the header was not understood; {@link #pointer} says which. */
    public static final int PARAMETER_PROBLEM = 10;

    /** Something else. */
    public static final int OTHER = 11;

    private int kind;
    private int type;
    private int code;
    private long mtu;
    private long pointer;
    private boolean isLocal;
    private boolean isIpv4;
    private int interfaceIndex;
    private long reporterHigh;
    private long reporterLow;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int protocol;
    private int payloadIndex;
    private int payloadLength;

    /** Makes one that holds nothing. */
    public IcmpError() {}

    /**
     * Fills in what is wrong. For the IP layer, as all methods that set.
     *
     * @param isIpv4 the version
     * @param kind a constant of this class
     * @param type ICMP type
     * @param code ICMP code
     * @param mtu the MTU that it reports, in bytes; 0 if none
     * @param pointer the byte that is the problem, counted from that of the quoted header; −1 if none
     */
    public void problem(boolean isIpv4, int kind, int type, int code, long mtu, long pointer) {
        this.isIpv4 = isIpv4;
        this.kind = kind;
        this.type = type;
        this.code = code;
        this.mtu = mtu;
        this.pointer = pointer;
    }

    /**
     * Fills in who says so.
     *
     * @param isLocal whether this host found it by itself
     * @param interfaceIndex the interface that it came in by, or that the datagram would have gone by; 0 if none
     */
    public void reporter(boolean isLocal, int interfaceIndex, long high, long low) {
        this.isLocal = isLocal;
        this.interfaceIndex = interfaceIndex;
        reporterHigh = high;
        reporterLow = low;
    }

    /** Fills in the addresses of the datagram that it is about. */
    public void addresses(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.destinationHigh = destinationHigh;
        this.destinationLow = destinationLow;
    }

    /**
     * Fills in what is quoted of the datagram after its IP header.
     *
     * @param protocol the upper layer
     * @param payloadIndex index in packet memory of the first byte of its header
     * @param payloadLength bytes that are quoted, ≥ 8
     */
    public void payload(int protocol, int payloadIndex, int payloadLength) {
        this.protocol = protocol;
        this.payloadIndex = payloadIndex;
        this.payloadLength = payloadLength;
    }

    /** {@return what is wrong: a constant of this class} */
    public int kind() {
        return kind;
    }

    /**
     * {@return whether trying again will not help, as Linux sees it for sockets that ask for errors: protocol, port,
     * source route, prohibition, parameter problem} TCP takes none for hard once it is connected (RFC 5927).
     */
    public boolean isHard() {
        return kind == PROTOCOL_UNREACHABLE
                || kind == PORT_UNREACHABLE
                || kind == SOURCE_ROUTE_FAILED
                || kind == PROHIBITED
                || kind == PARAMETER_PROBLEM;
    }

    /** {@return the type field of the message, of ICMPv4 or ICMPv6} */
    public int type() {
        return type;
    }

    /** {@return the code field of the message} */
    public int code() {
        return code;
    }

    /** {@return the MTU that is reported, in bytes, as far as it is one; 0 if none is} */
    public long mtu() {
        return mtu;
    }

    /** {@return the byte of the quoted packet that is the problem; −1 if none is named} */
    public long pointer() {
        return pointer;
    }

    /** {@return whether this host found it by itself, such as that a neighbour does not answer} */
    public boolean isLocal() {
        return isLocal;
    }

    /** {@return whether it is about an IPv4 datagram} */
    public boolean isIpv4() {
        return isIpv4;
    }

    /** {@return the number of the interface, or 0} */
    public int interfaceIndex() {
        return interfaceIndex;
    }

    /** {@return the high half of the address of who reports} */
    public long reporterHigh() {
        return reporterHigh;
    }

    /** {@return the low half of the address of who reports} */
    public long reporterLow() {
        return reporterLow;
    }

    /** {@return the high half of the source of the datagram, an address of this host} */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** {@return the low half of the source of the datagram} */
    public long sourceLow() {
        return sourceLow;
    }

    /** {@return the high half of the destination of the datagram} */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** {@return the low half of the destination of the datagram} */
    public long destinationLow() {
        return destinationLow;
    }

    /** {@return the protocol of the datagram} */
    public int protocol() {
        return protocol;
    }

    /** {@return the index in packet memory of the first byte of the datagram's transport header} */
    public int payloadIndex() {
        return payloadIndex;
    }

    /** {@return the bytes that are quoted from there, ≥ 8} */
    public int payloadLength() {
        return payloadLength;
    }
}
