package onload.ip;

import onload.ip.neighbor.Neighbor;
import onload.wire.IpAddress;
import onload.wire.Ipv6Address;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a sender sends: the peer and what the sender wants of the way there, and, once found, the way itself: the
 * interface, the source address, the next hop, the MTU, and the Ethernet and IP headers ready-made.
 *
 * <p>A sender keeps one for each peer. Whether the way is still right is one comparison for each packet: everything
 * that it depends on (routes, addresses, the state and Ethernet address of the next hop, the path MTU) bumps the
 * version of the next hop's {@link Neighbor} when it changes, and the way is found anew by the next packet.
 *
 * <p>Made by {@link IpLayer#destination}; belongs to that layer's thread. Needs no closing.
 */
public final class Destination {
    /** The hop limit is the default one. */
    public static final int DEFAULT_HOP_LIMIT = -1;

    /** Bytes of the ready-made header, which stands at their end. */
    static final int TEMPLATE_LENGTH = 64;

    private static final int MAX_BYTE = 255;

    /** Nobody: a way that was not found yet. Its version never equals that of a destination. */
    private static final Neighbor NOBODY = Neighbor.fixed(0, 0);

    // What is wanted.

    private long high;
    private long low;
    private int protocol;
    private long wantedSourceHigh;
    private long wantedSourceLow;
    private boolean isSourceWanted;
    private int boundInterface;
    private FragmentPolicy fragmentPolicy = FragmentPolicy.WANT;
    private boolean groupLoopback = true;
    private int trafficClass;
    private int wantedHopLimit = DEFAULT_HOP_LIMIT;
    private int flowLabel;

    // What was found. The first lines are what each packet reads.

    Neighbor neighbor = NOBODY;
    int neighborVersion = NOBODY.version() - 1;
    @Nullable EthernetPort port;
    int mtu;
    int linkHeaderLength;
    int ipHeaderLength;
    boolean isLocal;
    boolean isGroup;
    int hopLimit;

    /** IPv4: the sum of the header without what differs from packet to packet. IPv6: its first word, likewise. */
    long base;

    /** IPv4: flags of the fragment field. */
    boolean dontFragment;

    // The header in words of the machine, right-aligned: eight stores write it.
    long word0;
    long word1;
    long word2;
    long word3;
    long word4;
    long word5;
    long word6;
    long word7;

    // What only the slow path reads.

    @Nullable IpInterface egress;
    long sourceHigh;
    long sourceLow;
    long nextHopHigh;
    long nextHopLow;

    Destination(long high, long low, int protocol, int flowLabel) {
        this.high = high;
        this.low = low;
        this.protocol = protocol;
        this.flowLabel = flowLabel;
    }

    /** One with the same wishes, for the same peer, by the same way as far as it is found. */
    Destination(Destination like, int flowLabel) {
        this(like.high, like.low, like.protocol, flowLabel);
        wantedSourceHigh = like.wantedSourceHigh;
        wantedSourceLow = like.wantedSourceLow;
        isSourceWanted = like.isSourceWanted;
        boundInterface = like.boundInterface;
        fragmentPolicy = like.fragmentPolicy;
        groupLoopback = like.groupLoopback;
        trafficClass = like.trafficClass;
        wantedHopLimit = like.wantedHopLimit;
        takeWay(like);
        if (!isIpv4()) {
            base = firstWord(flowLabel);
        }
    }

    /** The first word of an IPv6 header without the traffic class. */
    static long firstWord(int flowLabel) {
        return 6L << 28 | flowLabel;
    }

    private void takeWay(Destination like) {
        neighbor = like.neighbor;
        neighborVersion = like.neighborVersion;
        port = like.port;
        mtu = like.mtu;
        linkHeaderLength = like.linkHeaderLength;
        ipHeaderLength = like.ipHeaderLength;
        isLocal = like.isLocal;
        isGroup = like.isGroup;
        hopLimit = like.hopLimit;
        base = like.base;
        dontFragment = like.dontFragment;
        word0 = like.word0;
        word1 = like.word1;
        word2 = like.word2;
        word3 = like.word3;
        word4 = like.word4;
        word5 = like.word5;
        word6 = like.word6;
        word7 = like.word7;
        egress = like.egress;
        sourceHigh = like.sourceHigh;
        sourceLow = like.sourceLow;
        nextHopHigh = like.nextHopHigh;
        nextHopLow = like.nextHopLow;
    }

    /** {@return the peer's high half, IPv4 as IPv4-mapped} */
    public long high() {
        return high;
    }

    /** {@return the peer's low half} */
    public long low() {
        return low;
    }

    /** {@return the peer} */
    public IpAddress address() {
        return IpAddress.of(high, low);
    }

    /** {@return whether the peer has an IPv4 address} */
    public boolean isIpv4() {
        return Ipv6Address.isIpv4Mapped(high, low);
    }

    /** {@return the number of the upper-layer protocol} */
    public int protocol() {
        return protocol;
    }

    /**
     * Turns to another peer; all other wishes stay. For those who answer whoever asks, and keep no destination
     * for each.
     *
     * @param high high half of the peer's address, IPv4 as IPv4-mapped
     * @param low its low half
     * @param protocol the upper layer, 0 to 255
     */
    public void turnTo(long high, long low, int protocol) {
        if (this.high != high || this.low != low || this.protocol != protocol) {
            this.high = high;
            this.low = low;
            this.protocol = protocol;
            forget();
        }
    }

    /**
     * Sends from an address of this host rather than one that is selected.
     *
     * @param high its high half, IPv4 as IPv4-mapped; it has the IP version of the peer
     * @param low its low half
     */
    public void source(long high, long low) {
        if (!isSourceWanted || wantedSourceHigh != high || wantedSourceLow != low) {
            isSourceWanted = true;
            wantedSourceHigh = high;
            wantedSourceLow = low;
            forget();
        }
    }

    /** Sends from an address that is selected (RFC 6724), which is the default. */
    public void selectSource() {
        if (isSourceWanted) {
            isSourceWanted = false;
            forget();
        }
    }

    /**
     * Sends by one interface only.
     *
     * @param interfaceIndex its number, or 0 for any, which is the default; link-local peers need one
     */
    public void bindTo(int interfaceIndex) {
        if (boundInterface != interfaceIndex) {
            boundInterface = interfaceIndex;
            forget();
        }
    }

    /** Says what becomes of packets that are too long; {@link FragmentPolicy#WANT} is the default. */
    public void fragmentPolicy(FragmentPolicy policy) {
        if (fragmentPolicy != policy) {
            fragmentPolicy = policy;
            forget();
        }
    }

    /** Says whether packets to a group or broadcast are delivered to this host as well; they are by default. */
    public void groupLoopback(boolean loopback) {
        groupLoopback = loopback;
    }

    /**
     * Sets the traffic class of packets that do not say one: DSCP and ECN; 0 is the default.
     *
     * @param trafficClass 0 to 255
     * @throws IllegalArgumentException if it is not
     */
    public void trafficClass(int trafficClass) {
        if (trafficClass < 0 || trafficClass > MAX_BYTE) {
            throw new IllegalArgumentException(
                    "packets cannot have the traffic class %d; expected 0 to 255"
                            .formatted(trafficClass));
        }
        this.trafficClass = trafficClass;
    }

    /** {@return the traffic class of packets that do not say one} */
    public int trafficClass() {
        return trafficClass;
    }

    /**
     * Sets the hop limit of packets that do not say one: by default 64, or what routers advertise, and 1 for groups
     * (RFC 1112, section 6.1).
     *
     * @param hopLimit 1 to 255, or {@link #DEFAULT_HOP_LIMIT}; 0 keeps the packet in this host
     * @throws IllegalArgumentException if it is none of these
     */
    public void hopLimit(int hopLimit) {
        if (hopLimit < DEFAULT_HOP_LIMIT || hopLimit > MAX_BYTE) {
            throw new IllegalArgumentException(
                    "packets cannot have the hop limit %d; expected 0 to 255, or -1 for the default"
                            .formatted(hopLimit));
        }
        if (wantedHopLimit != hopLimit) {
            wantedHopLimit = hopLimit;
            forget();
        }
    }

    /** {@return the hop limit of packets that do not say one, valid once the way is found} */
    public int hopLimit() {
        return hopLimit;
    }

    /** {@return the longest packet on the way in bytes, valid once it is found} */
    public int mtu() {
        return mtu;
    }

    /** {@return the bytes of the IP header, 20 or 40, valid once the way is found} */
    public int ipHeaderLength() {
        return ipHeaderLength;
    }

    /** {@return the high half of the source address, valid once the way is found} */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** {@return the low half of the source address, valid once the way is found} */
    public long sourceLow() {
        return sourceLow;
    }

    /** {@return whether packets stay within the stack, valid once the way is found} */
    public boolean isLocal() {
        return isLocal;
    }

    /** {@return whether packets go over a router, valid once the way is found} */
    public boolean isRouted() {
        return !isLocal && !isGroup && (nextHopHigh != high || nextHopLow != low);
    }

    /** {@return whether the peer is a group or a broadcast, valid once the way is found} */
    public boolean isGroup() {
        return isGroup;
    }

    /** {@return the number of the interface that packets go by, valid once the way is found; 0 before} */
    public int interfaceIndex() {
        return egress == null ? 0 : egress.index();
    }

    /**
     * {@return whether the NIC fills in transport checksums, so that the transport may leave them to it by {@code
     * PacketBuffers.needChecksum}} Valid once the way is found. Within the stack nobody checks them.
     */
    public boolean offloadsChecksum() {
        return isLocal || (port != null && port.checksums());
    }

    boolean isReady() {
        return neighborVersion == neighbor.version();
    }

    /** The way is to be found anew. */
    void forget() {
        neighbor = NOBODY;
        neighborVersion = NOBODY.version() - 1;
    }

    boolean isSourceWanted() {
        return isSourceWanted;
    }

    long wantedSourceHigh() {
        return wantedSourceHigh;
    }

    long wantedSourceLow() {
        return wantedSourceLow;
    }

    int boundInterface() {
        return boundInterface;
    }

    FragmentPolicy fragmentPolicy() {
        return fragmentPolicy;
    }

    boolean groupLoopback() {
        return groupLoopback;
    }

    int wantedHopLimit() {
        return wantedHopLimit;
    }

    int flowLabel() {
        return flowLabel;
    }

    /** Takes the header over, which stands at the end of {@link #TEMPLATE_LENGTH} bytes. */
    void loadWords(UnsafeBuffer template) {
        word0 = template.getLong(0);
        word1 = template.getLong(8);
        word2 = template.getLong(16);
        word3 = template.getLong(24);
        word4 = template.getLong(32);
        word5 = template.getLong(40);
        word6 = template.getLong(48);
        word7 = template.getLong(56);
    }

    /** Writes the header out, so that it stands at the end of {@link #TEMPLATE_LENGTH} bytes. */
    void storeWords(UnsafeBuffer template) {
        template.putLong(0, word0);
        template.putLong(8, word1);
        template.putLong(16, word2);
        template.putLong(24, word3);
        template.putLong(32, word4);
        template.putLong(40, word5);
        template.putLong(48, word6);
        template.putLong(56, word7);
    }

    @Override
    public String toString() {
        return address() + (egress == null ? "" : " by " + egress.name());
    }
}
