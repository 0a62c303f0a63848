package onload.testkit;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.IpAddress;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.MacAddress;
import onload.wire.VlanTag;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;

/**
 * Builds an Ethernet frame with an IP packet, field by field, in the words of the RFCs. What is not said has a usual
 * value; lengths and checksums are made right, unless the test asks for a wrong one. {@link Frames} begins one.
 *
 * @param <B> the builder itself
 */
public abstract class FrameBuilder<B extends FrameBuilder<B>> {
    /** The source address of a frame unless said otherwise. */
    public static final long DEFAULT_SOURCE = MacAddress.parse("02:00:00:00:00:01");

    /** The destination address of a frame unless said otherwise. */
    public static final long DEFAULT_DESTINATION = MacAddress.parse("02:00:00:00:00:02");

    private static final int NO_VLAN = -1;

    private long sourceMac = DEFAULT_SOURCE;
    private long destinationMac = DEFAULT_DESTINATION;
    private int vlan = NO_VLAN;
    private IpAddress source = IpAddress.parse("192.0.2.1");
    private IpAddress destination = IpAddress.parse("192.0.2.2");
    private int hopLimit = 64;
    private int trafficClass;
    private int identification;
    private int fragmentFlags = Ipv4Header.DONT_FRAGMENT;
    private int fragmentOffset;
    private byte[] payload = new byte[0];
    private boolean wrongIpChecksum;
    private boolean wrongTransportChecksum;
    private int padding;

    FrameBuilder() {}

    /** {@return this, as the type that it is} */
    abstract B self();

    /** {@return the protocol of the IP payload} */
    abstract int protocol();

    /** {@return the bytes of the transport header} */
    abstract int headerLength();

    /**
     * Writes the transport header, its checksum field 0.
     *
     * @param at index of its first byte
     * @param payloadLength bytes that follow it
     */
    abstract void writeHeader(UnsafeBuffer frame, int at, int payloadLength);

    /** Sets the checksum of the transport header, if it has one, from the sum of everything that it covers. */
    abstract void writeChecksum(UnsafeBuffer frame, int at, int length, long pseudoHeader);

    /** Ethernet addresses, as in {@code "02:00:00:00:00:01"}. */
    public B ethernet(String from, String to) {
        return ethernet(MacAddress.parse(from), MacAddress.parse(to));
    }

    /** Ethernet addresses, 48 bits each. */
    public B ethernet(long from, long to) {
        sourceMac = from;
        destinationMac = to;
        return self();
    }

    /** An 802.1Q tag with an identifier, 0 to 4095. */
    public B vlan(int identifier) {
        vlan = identifier;
        return self();
    }

    /** The source address, IPv4 or IPv6. */
    public B from(String address) {
        source = IpAddress.parse(address);
        return self();
    }

    /** The destination address, of the version of the source. */
    public B to(String address) {
        destination = IpAddress.parse(address);
        return self();
    }

    /** Time to live or hop limit; 64 unless said. */
    public B hopLimit(int hops) {
        hopLimit = hops;
        return self();
    }

    /** DSCP and ECN, 8 bits; 0 unless said. */
    public B trafficClass(int value) {
        trafficClass = value;
        return self();
    }

    /** Makes an IPv4 fragment of the payload; offset in bytes, a multiple of 8. The transport checksum stays 0. */
    public B fragment(int identifier, int offset, boolean more) {
        identification = identifier;
        fragmentOffset = offset;
        fragmentFlags = more ? Ipv4Header.MORE_FRAGMENTS : 0;
        return self();
    }

    /** What follows the transport header. */
    public B payload(byte[] bytes) {
        payload = bytes.clone();
        return self();
    }

    /** What follows the transport header, as ASCII. */
    public B payload(String text) {
        return payload(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Zero bytes after the packet, as a link pads a short frame. */
    public B padding(int bytes) {
        padding = bytes;
        return self();
    }

    /** Makes the checksum of the IPv4 header wrong. */
    public B wrongIpChecksum() {
        wrongIpChecksum = true;
        return self();
    }

    /** Makes the checksum of the transport header wrong. */
    public B wrongTransportChecksum() {
        wrongTransportChecksum = true;
        return self();
    }

    /** {@return the frame} */
    public byte[] build() {
        boolean ipv4 = source.isIpv4();
        int ethernetLength = EthernetHeader.LENGTH + (vlan == NO_VLAN ? 0 : VlanTag.LENGTH);
        int ipLength = ipv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
        int transportLength = headerLength() + payload.length;
        int transport = ethernetLength + ipLength;
        UnsafeBuffer frame = new UnsafeBuffer(new byte[transport + transportLength + padding]);
        writeEthernet(frame, ethernetLength, ipv4 ? EtherType.IPV4 : EtherType.IPV6);
        if (ipv4) {
            writeIpv4(frame, ethernetLength, transportLength);
        } else {
            writeIpv6(frame, ethernetLength, transportLength);
        }
        writeHeader(frame, transport, payload.length);
        frame.putBytes(transport + headerLength(), payload);
        if (fragmentOffset == 0 && (fragmentFlags & Ipv4Header.MORE_FRAGMENTS) == 0) {
            long pseudoHeader =
                    ipv4
                            ? Ipv4Header.pseudoHeader(frame, ethernetLength)
                            : Ipv6Header.pseudoHeader(
                                    frame, ethernetLength, protocol(), transportLength);
            writeChecksum(
                    frame,
                    transport,
                    transportLength,
                    wrongTransportChecksum ? pseudoHeader + 1 : pseudoHeader);
        }
        return frame.byteArray();
    }

    private void writeEthernet(UnsafeBuffer frame, int headerLength, int type) {
        EthernetHeader.write(frame, 0, destinationMac, sourceMac, type);
        if (vlan != NO_VLAN) {
            VlanTag.write(frame, VlanTag.FIRST_OFFSET, EtherType.VLAN, 0, false, vlan);
            EthernetHeader.etherType(frame, 0, headerLength, type);
        }
    }

    private void writeIpv4(UnsafeBuffer frame, int at, int payloadLength) {
        Ipv4Header.write(
                frame, at, source.ipv4(), destination.ipv4(), protocol(), hopLimit, payloadLength);
        Ipv4Header.trafficClass(frame, at, trafficClass);
        Ipv4Header.identification(frame, at, identification);
        Ipv4Header.fragment(frame, at, fragmentFlags, fragmentOffset);
        Ipv4Header.updateChecksum(frame, at);
        if (wrongIpChecksum) {
            Ipv4Header.checksum(frame, at, Ipv4Header.checksum(frame, at) ^ 1);
        }
    }

    private void writeIpv6(UnsafeBuffer frame, int at, int payloadLength) {
        Ipv6Header.write(
                frame,
                at,
                source.high(),
                source.low(),
                destination.high(),
                destination.low(),
                protocol(),
                hopLimit,
                payloadLength);
        Ipv6Header.trafficClassAndFlowLabel(frame, at, trafficClass, 0);
    }
}
