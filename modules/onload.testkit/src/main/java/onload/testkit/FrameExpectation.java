package onload.testkit;

import onload.wire.ArpPacket;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.InternetChecksum;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.MacAddress;
import onload.wire.Malformed;
import onload.wire.TcpHeader;
import onload.wire.UdpHeader;
import onload.wire.VlanTag;
import onload.wire.text.FrameText;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * What a test expects of a frame. Headers, lengths and checksums are verified on the way; a failure shows
 * the whole frame as tcpdump would, and its bytes.
 *
 * <pre>
 * FrameExpectation.expect(frame).isTcp(80, 1234).sequenceNumber(5000).ack(1001).flags(SYN | ACK);
 * </pre>
 *
 * <p>A packet of IPv6 is expected without extension headers.
 */
public final class FrameExpectation {
    private final UnsafeBuffer frame;
    private final int length;
    private final int ethernetLength;

    private FrameExpectation(byte[] bytes) {
        frame = new UnsafeBuffer(bytes);
        length = bytes.length;
        ethernetLength = EthernetHeader.check(frame, 0, length);
        if (ethernetLength < 0) {
            throw failure("expected an Ethernet frame, which is " + Malformed.name(ethernetLength));
        }
    }

    /**
     * Begins with a frame.
     *
     * @param frame the frame, or null, which is a failure: a frame was expected
     */
    public static FrameExpectation expect(byte @Nullable [] frame) {
        if (frame == null) {
            throw new AssertionError("expected a frame; there was none");
        }
        return new FrameExpectation(frame);
    }

    /** Expects Ethernet addresses, as in {@code "02:00:00:00:00:01"}. */
    public FrameExpectation ethernet(String from, String to) {
        equal("Ethernet source", from, MacAddress.toString(EthernetHeader.source(frame, 0)));
        equal(
                "Ethernet destination",
                to,
                MacAddress.toString(EthernetHeader.destination(frame, 0)));
        return this;
    }

    /** Expects one 802.1Q tag with an identifier. */
    public FrameExpectation vlan(int identifier) {
        equal("bytes of the Ethernet header", EthernetHeader.LENGTH + 4, ethernetLength);
        equal("VLAN", identifier, VlanTag.identifier(frame, VlanTag.FIRST_OFFSET));
        return this;
    }

    /** Expects IP addresses. */
    public FrameExpectation ip(String from, String to) {
        equal("source address", IpAddress.parse(from), source());
        equal("destination address", IpAddress.parse(to), destination());
        return this;
    }

    /** Expects a time to live or hop limit. */
    public FrameExpectation hopLimit(int hops) {
        int ip = ethernetLength;
        int actual = isIpv4() ? Ipv4Header.timeToLive(frame, ip) : Ipv6Header.hopLimit(frame, ip);
        equal("hop limit", hops, actual);
        return this;
    }

    /** Expects DSCP and ECN. */
    public FrameExpectation trafficClass(int value) {
        int ip = ethernetLength;
        int actual =
                isIpv4() ? Ipv4Header.trafficClass(frame, ip) : Ipv6Header.trafficClass(frame, ip);
        equal("traffic class", value, actual);
        return this;
    }

    /** Expects a TCP segment between ports. */
    public TcpExpectation isTcp(int sourcePort, int destinationPort) {
        int segment = transport(IpProtocol.TCP);
        int segmentLength = transportLength();
        int headerLength = TcpHeader.check(frame, segment, segmentLength);
        if (headerLength < 0) {
            throw failure("the TCP header is " + Malformed.name(headerLength));
        }
        equal("source port", sourcePort, TcpHeader.sourcePort(frame, segment));
        equal("destination port", destinationPort, TcpHeader.destinationPort(frame, segment));
        checksum("TCP", segment, segmentLength);
        return new TcpExpectation(this, frame, segment, headerLength, segmentLength);
    }

    /** Expects a UDP datagram between ports, with a checksum, and this payload. */
    public FrameExpectation isUdp(int sourcePort, int destinationPort, byte[] payload) {
        int datagram = transport(IpProtocol.UDP);
        int check = UdpHeader.check(frame, datagram, transportLength());
        if (check < 0) {
            throw failure("the UDP header is " + Malformed.name(check));
        }
        equal("source port", sourcePort, UdpHeader.sourcePort(frame, datagram));
        equal("destination port", destinationPort, UdpHeader.destinationPort(frame, datagram));
        if (UdpHeader.checksum(frame, datagram) == 0) {
            throw failure("expected a checksum of UDP; it has none");
        }
        checksum("UDP", datagram, UdpHeader.length(frame, datagram));
        payload(payload, datagram + UdpHeader.LENGTH, datagram + UdpHeader.length(frame, datagram));
        return this;
    }

    /** Expects an ARP request for an address (RFC 826). */
    public FrameExpectation isArpRequest(String sender, String target) {
        return arp(ArpPacket.REQUEST, sender, target);
    }

    /** Expects an ARP reply (RFC 826). */
    public FrameExpectation isArpReply(String sender, String target) {
        return arp(ArpPacket.REPLY, sender, target);
    }

    private FrameExpectation arp(int operation, String sender, String target) {
        equal("EtherType", EtherType.ARP, EthernetHeader.etherType(frame, 0, ethernetLength));
        int arp = ethernetLength;
        int check = ArpPacket.check(frame, arp, length - arp);
        if (check < 0) {
            throw failure("the ARP packet is " + Malformed.name(check));
        }
        equal("operation", operation, ArpPacket.operation(frame, arp));
        String from = Ipv4Address.toString(ArpPacket.senderProtocolAddress(frame, arp));
        equal("sender protocol address", sender, from);
        String to = Ipv4Address.toString(ArpPacket.targetProtocolAddress(frame, arp));
        equal("target protocol address", target, to);
        return this;
    }

    /** {@return whether it is IPv4; a failure if it is not IP at all, or its header is malformed} */
    private boolean isIpv4() {
        int type = EthernetHeader.etherType(frame, 0, ethernetLength);
        int check =
                switch (type) {
                    case EtherType.IPV4 ->
                            Ipv4Header.check(frame, ethernetLength, length - ethernetLength);
                    case EtherType.IPV6 ->
                            Ipv6Header.check(frame, ethernetLength, length - ethernetLength);
                    default -> throw failure("expected an IP packet");
                };
        if (check < 0) {
            throw failure("the IP header is " + Malformed.name(check));
        }
        if (type == EtherType.IPV4 && !Ipv4Header.isChecksumCorrect(frame, ethernetLength)) {
            throw failure("the checksum of the IPv4 header is wrong");
        }
        return type == EtherType.IPV4;
    }

    private IpAddress source() {
        return isIpv4()
                ? IpAddress.of(Ipv4Header.source(frame, ethernetLength))
                : IpAddress.of(
                        Ipv6Header.sourceHigh(frame, ethernetLength),
                        Ipv6Header.sourceLow(frame, ethernetLength));
    }

    private IpAddress destination() {
        return isIpv4()
                ? IpAddress.of(Ipv4Header.destination(frame, ethernetLength))
                : IpAddress.of(
                        Ipv6Header.destinationHigh(frame, ethernetLength),
                        Ipv6Header.destinationLow(frame, ethernetLength));
    }

    private int transport(int protocol) {
        int ip = ethernetLength;
        boolean ipv4 = isIpv4();
        int actual = ipv4 ? Ipv4Header.protocol(frame, ip) : Ipv6Header.nextHeader(frame, ip);
        equal("protocol", protocol, actual);
        return ip + (ipv4 ? Ipv4Header.headerLength(frame, ip) : Ipv6Header.LENGTH);
    }

    private int transportLength() {
        int ip = ethernetLength;
        return isIpv4()
                ? Ipv4Header.totalLength(frame, ip) - Ipv4Header.headerLength(frame, ip)
                : Ipv6Header.payloadLength(frame, ip);
    }

    private void checksum(String name, int at, int bytes) {
        int ip = ethernetLength;
        long pseudoHeader =
                isIpv4()
                        ? Ipv4Header.pseudoHeader(frame, ip)
                        : Ipv6Header.pseudoHeader(
                                frame, ip, Ipv6Header.nextHeader(frame, ip), bytes);
        if (InternetChecksum.fold(InternetChecksum.sum(frame, at, bytes, pseudoHeader)) != 0) {
            throw failure("the checksum of " + name + " is wrong");
        }
    }

    void payload(byte[] expected, int from, int to) {
        byte[] actual = Arrays.copyOfRange(frame.byteArray(), from, to);
        if (!Arrays.equals(expected, actual)) {
            throw failure(
                    "expected a payload of %d bytes, %s; it has %d, %s"
                            .formatted(
                                    expected.length,
                                    Arrays.toString(expected),
                                    actual.length,
                                    Arrays.toString(actual)));
        }
    }

    void equal(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw failure("expected %s %s; it is %s".formatted(what, expected, actual));
        }
    }

    AssertionError failure(String message) {
        StringBuilder text = new StringBuilder(message);
        text.append("\n  ").append(FrameText.of(frame, 0, length)).append("\n  ");
        for (int i = 0; i < length; i++) {
            text.append("%02x".formatted(frame.getByte(i)));
        }
        return new AssertionError(text.toString());
    }
}
