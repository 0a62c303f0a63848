package onload.nic.emulated;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;
import onload.wire.TcpHeader;
import onload.wire.ToeplitzHash;
import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * Reads of a frame what a NIC looks at: addresses and ports, for hash and filters, and the checksums. One is read at a
 * time. As in real NICs, IPv6 extension headers are not followed: such a packet has addresses and no ports.
 */
final class FlowReader {
    private static final long MAPPED = 0x0000_FFFF_0000_0000L;
    private static final int NOT_IP = 0;
    private static final int IPV4 = 4;
    private static final int IPV6 = 6;

    private int version;
    private int protocol;
    private boolean isFragment;
    private boolean hasPorts;
    private int ipOffset;
    private int payloadOffset;
    private int payloadLength;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int sourcePort;
    private int destinationPort;

    /** Reads a frame. Whatever its bytes are, the accessors are valid then. */
    void read(UnsafeBuffer buffer, int offset, int length) {
        version = NOT_IP;
        hasPorts = false;
        int headerLength = EthernetHeader.check(buffer, offset, length);
        if (headerLength < 0) {
            return;
        }
        ipOffset = offset + headerLength;
        switch (EthernetHeader.etherType(buffer, offset, headerLength)) {
            case EtherType.IPV4 -> readIpv4(buffer, length - headerLength);
            case EtherType.IPV6 -> readIpv6(buffer, length - headerLength);
            default -> {}
        }
        if (version != NOT_IP && !isFragment) {
            readPorts(buffer);
        }
    }

    private void readIpv4(UnsafeBuffer buffer, int length) {
        int headerLength = Ipv4Header.check(buffer, ipOffset, length);
        if (headerLength < 0) {
            return;
        }
        version = IPV4;
        protocol = Ipv4Header.protocol(buffer, ipOffset);
        isFragment =
                (Ipv4Header.flags(buffer, ipOffset) & Ipv4Header.MORE_FRAGMENTS) != 0
                        || Ipv4Header.fragmentOffset(buffer, ipOffset) != 0;
        payloadOffset = ipOffset + headerLength;
        payloadLength = Ipv4Header.totalLength(buffer, ipOffset) - headerLength;
        sourceHigh = 0;
        sourceLow = MAPPED | Integer.toUnsignedLong(Ipv4Header.source(buffer, ipOffset));
        destinationHigh = 0;
        destinationLow = MAPPED | Integer.toUnsignedLong(Ipv4Header.destination(buffer, ipOffset));
    }

    private void readIpv6(UnsafeBuffer buffer, int length) {
        if (Ipv6Header.check(buffer, ipOffset, length) < 0) {
            return;
        }
        version = IPV6;
        protocol = Ipv6Header.nextHeader(buffer, ipOffset);
        isFragment = protocol == IpProtocol.FRAGMENT;
        payloadOffset = ipOffset + Ipv6Header.LENGTH;
        payloadLength = Ipv6Header.payloadLength(buffer, ipOffset);
        sourceHigh = Ipv6Header.sourceHigh(buffer, ipOffset);
        sourceLow = Ipv6Header.sourceLow(buffer, ipOffset);
        destinationHigh = Ipv6Header.destinationHigh(buffer, ipOffset);
        destinationLow = Ipv6Header.destinationLow(buffer, ipOffset);
    }

    private void readPorts(UnsafeBuffer buffer) {
        if (protocol == IpProtocol.TCP) {
            hasPorts = TcpHeader.check(buffer, payloadOffset, payloadLength) > 0;
        } else if (protocol == IpProtocol.UDP) {
            hasPorts = UdpHeader.check(buffer, payloadOffset, payloadLength) > 0;
        }
        if (hasPorts) {
            // At the same place in both.
            sourcePort = UdpHeader.sourcePort(buffer, payloadOffset);
            destinationPort = UdpHeader.destinationPort(buffer, payloadOffset);
        }
    }

    /** {@return whether there are TCP or UDP ports, and all that a filter asks for} */
    boolean hasPorts() {
        return hasPorts;
    }

    /** {@return whether there are IP addresses, and so a hash} */
    boolean isHashed() {
        return version != NOT_IP;
    }

    int protocol() {
        return protocol;
    }

    long sourceHigh() {
        return sourceHigh;
    }

    long sourceLow() {
        return sourceLow;
    }

    long destinationHigh() {
        return destinationHigh;
    }

    long destinationLow() {
        return destinationLow;
    }

    int sourcePort() {
        return sourcePort;
    }

    int destinationPort() {
        return destinationPort;
    }

    /** {@return the hash of addresses and, if there are, ports; 0 without addresses} */
    int hash(ToeplitzHash hash) {
        if (version == IPV4) {
            int source = (int) sourceLow;
            int destination = (int) destinationLow;
            return hasPorts
                    ? hash.ipv4(source, destination, sourcePort, destinationPort)
                    : hash.ipv4(source, destination);
        }
        if (version == IPV6) {
            return hasPorts
                    ? hash.ipv6(
                            sourceHigh,
                            sourceLow,
                            destinationHigh,
                            destinationLow,
                            sourcePort,
                            destinationPort)
                    : hash.ipv6(sourceHigh, sourceLow, destinationHigh, destinationLow);
        }
        return 0;
    }

    /**
     * {@return whether the checksums of IP header and transport are there and right} A UDP datagram without a
     * checksum is not verified, nor is anything that this does not know.
     */
    boolean isVerified(UnsafeBuffer buffer) {
        if (version == NOT_IP || isFragment) {
            return false;
        }
        if (version == IPV4
                && InternetChecksum.checksum(buffer, ipOffset, payloadOffset - ipOffset) != 0) {
            return false;
        }
        return switch (protocol) {
            case IpProtocol.TCP -> hasPorts && isRight(buffer, payloadLength, true);
            case IpProtocol.UDP ->
                    hasPorts
                            && UdpHeader.checksum(buffer, payloadOffset) != 0
                            && isRight(buffer, UdpHeader.length(buffer, payloadOffset), true);
            case IpProtocol.ICMP -> version == IPV4 && isRight(buffer, payloadLength, false);
            case IpProtocol.ICMPV6 -> version == IPV6 && isRight(buffer, payloadLength, true);
            default -> false;
        };
    }

    /**
     * Fills in the TCP or UDP checksum of a frame whose sender left it to a NIC; one that is right stays as it is. A
     * UDP datagram that says that it has none keeps none (RFC 768).
     *
     * @return whether this knows where the checksum is
     */
    boolean fillChecksum(UnsafeBuffer buffer) {
        if (!hasPorts) {
            return false;
        }
        boolean isTcp = protocol == IpProtocol.TCP;
        if (!isTcp && UdpHeader.checksum(buffer, payloadOffset) == 0) {
            return false;
        }
        int length = isTcp ? payloadLength : UdpHeader.length(buffer, payloadOffset);
        if (isRight(buffer, length, true)) {
            return true;
        }
        int field = payloadOffset + (isTcp ? TcpHeader.CHECKSUM_OFFSET : UdpHeader.CHECKSUM_OFFSET);
        buffer.putShort(field, (short) 0);
        long sum = InternetChecksum.sum(buffer, payloadOffset, length, pseudoHeader(length));
        int checksum = isTcp ? InternetChecksum.fold(sum) : UdpHeader.checksumOf(sum);
        buffer.putShort(field, (short) checksum, ByteOrder.BIG_ENDIAN);
        return true;
    }

    private boolean isRight(UnsafeBuffer buffer, int length, boolean withPseudoHeader) {
        long sum = withPseudoHeader ? pseudoHeader(length) : 0;
        return length > 0
                && InternetChecksum.fold(InternetChecksum.sum(buffer, payloadOffset, length, sum))
                        == 0;
    }

    private long pseudoHeader(int length) {
        return version == IPV4
                ? InternetChecksum.pseudoHeader(
                        (int) sourceLow, (int) destinationLow, protocol, length)
                : InternetChecksum.pseudoHeader(
                        sourceHigh, sourceLow, destinationHigh, destinationLow, protocol, length);
    }
}
