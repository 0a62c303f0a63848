package onload.udp;

/** What one datagram is sent with that differs from its socket: zero or unset means as the socket says. */
public final class UdpSendOptions {
    /** As the socket says. */
    public static final int UNSET = -1;

    long sourceHigh;
    long sourceLow;
    int interfaceIndex;
    int hopLimit = UNSET;
    int trafficClass = UNSET;

    /** Makes one that sets nothing. */
    public UdpSendOptions() {}

    /** Unsets all. */
    public UdpSendOptions clear() {
        sourceHigh = 0;
        sourceLow = 0;
        interfaceIndex = 0;
        hopLimit = UNSET;
        trafficClass = UNSET;
        return this;
    }

    /** Sends from an address of this host, as RFC 1122, section 4.1.4 asks for; two zeros unset it. */
    public UdpSendOptions source(long high, long low) {
        sourceHigh = high;
        sourceLow = low;
        return this;
    }

    /** Sends by one interface; 0 unsets it. */
    public UdpSendOptions interfaceIndex(int index) {
        interfaceIndex = index;
        return this;
    }

    /** Sets the hop limit: 0 (stays in this host) to 255, or {@link #UNSET}. */
    public UdpSendOptions hopLimit(int hops) {
        hopLimit = UdpSocket.requireByte(hops, "hop limit");
        return this;
    }

    /** Sets DSCP and ECN: 0 to 255, or {@link #UNSET}. */
    public UdpSendOptions trafficClass(int trafficClass) {
        this.trafficClass = UdpSocket.requireByte(trafficClass, "traffic class");
        return this;
    }
}
