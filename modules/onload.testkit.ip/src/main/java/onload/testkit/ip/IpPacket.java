package onload.testkit.ip;

import onload.wire.IpAddress;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** An IP packet that a played router has at hand: its bytes, from the IP header to the end that it says. */
final class IpPacket {
    private final byte[] bytes;
    private final UnsafeBuffer buffer;
    private final boolean isIpv4;

    private IpPacket(byte[] bytes) {
        this.bytes = bytes;
        this.buffer = new UnsafeBuffer(bytes);
        this.isIpv4 = Ipv4Header.version(buffer, 0) == 4;
    }

    /** Reads the packet of a frame; answers null if its header is malformed or its checksum wrong. */
    static @Nullable IpPacket read(UnsafeBuffer frame, int at, int available, boolean isIpv4) {
        int header =
                isIpv4
                        ? Ipv4Header.check(frame, at, available)
                        : Ipv6Header.check(frame, at, available);
        if (header < 0 || (isIpv4 && !Ipv4Header.isChecksumCorrect(frame, at))) {
            return null;
        }
        int length =
                isIpv4
                        ? Ipv4Header.totalLength(frame, at)
                        : Ipv6Header.LENGTH + Ipv6Header.payloadLength(frame, at);
        return new IpPacket(Arrays.copyOfRange(frame.byteArray(), at, at + length));
    }

    /** A packet that was made here. */
    static IpPacket of(byte[] bytes) {
        return new IpPacket(bytes);
    }

    byte[] bytes() {
        return bytes;
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    boolean isIpv4() {
        return isIpv4;
    }

    int length() {
        return bytes.length;
    }

    int headerLength() {
        return isIpv4 ? Ipv4Header.headerLength(buffer, 0) : Ipv6Header.LENGTH;
    }

    int protocol() {
        return isIpv4 ? Ipv4Header.protocol(buffer, 0) : Ipv6Header.nextHeader(buffer, 0);
    }

    int hopLimit() {
        return isIpv4 ? Ipv4Header.timeToLive(buffer, 0) : Ipv6Header.hopLimit(buffer, 0);
    }

    void takeHop() {
        if (isIpv4) {
            Ipv4Header.timeToLive(buffer, 0, hopLimit() - 1);
            Ipv4Header.updateChecksum(buffer, 0);
        } else {
            Ipv6Header.hopLimit(buffer, 0, hopLimit() - 1);
        }
    }

    IpAddress source() {
        return isIpv4
                ? IpAddress.of(Ipv4Header.source(buffer, 0))
                : IpAddress.of(Ipv6Header.sourceHigh(buffer, 0), Ipv6Header.sourceLow(buffer, 0));
    }

    IpAddress destination() {
        return isIpv4
                ? IpAddress.of(Ipv4Header.destination(buffer, 0))
                : IpAddress.of(
                        Ipv6Header.destinationHigh(buffer, 0),
                        Ipv6Header.destinationLow(buffer, 0));
    }

    boolean mayBeCut() {
        return isIpv4 && (Ipv4Header.flags(buffer, 0) & Ipv4Header.DONT_FRAGMENT) == 0;
    }

    /** Cuts an IPv4 packet without options to an MTU (RFC 791, section 3.2). */
    byte[][] cut(int mtu) {
        int header = headerLength();
        int step = (mtu - header) & ~7;
        int payload = bytes.length - header;
        int offset = Ipv4Header.fragmentOffset(buffer, 0);
        boolean isFollowed = (Ipv4Header.flags(buffer, 0) & Ipv4Header.MORE_FRAGMENTS) != 0;
        byte[][] fragments = new byte[(payload + step - 1) / step][];
        for (int i = 0; i < fragments.length; i++) {
            int done = i * step;
            int part = Math.min(step, payload - done);
            UnsafeBuffer fragment = new UnsafeBuffer(new byte[header + part]);
            fragment.putBytes(0, bytes, 0, header);
            fragment.putBytes(header, bytes, header + done, part);
            boolean isLast = done + part == payload && !isFollowed;
            Ipv4Header.totalLength(fragment, 0, header + part);
            Ipv4Header.fragment(fragment, 0, isLast ? 0 : Ipv4Header.MORE_FRAGMENTS, offset + done);
            Ipv4Header.updateChecksum(fragment, 0);
            fragments[i] = fragment.byteArray();
        }
        return fragments;
    }
}
