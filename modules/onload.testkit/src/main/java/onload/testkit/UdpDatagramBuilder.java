package onload.testkit;

import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;

/** Builds a frame with a UDP datagram (RFC 768). {@link Frames#udp} begins one. */
public final class UdpDatagramBuilder extends FrameBuilder<UdpDatagramBuilder> {
    private static final int RIGHT = -1;

    private final int sourcePort;
    private final int destinationPort;
    private int length = RIGHT;
    private boolean checksum = true;

    UdpDatagramBuilder(int sourcePort, int destinationPort) {
        this.sourcePort = sourcePort;
        this.destinationPort = destinationPort;
    }

    /** A length field that is not the right one. */
    public UdpDatagramBuilder length(int bytes) {
        length = bytes;
        return this;
    }

    /** A checksum field of 0: the sender made none. */
    public UdpDatagramBuilder withoutChecksum() {
        checksum = false;
        return this;
    }

    @Override
    UdpDatagramBuilder self() {
        return this;
    }

    @Override
    int protocol() {
        return IpProtocol.UDP;
    }

    @Override
    int headerLength() {
        return UdpHeader.LENGTH;
    }

    @Override
    void writeHeader(UnsafeBuffer frame, int at, int payloadLength) {
        UdpHeader.write(frame, at, sourcePort, destinationPort, payloadLength);
        if (length != RIGHT) {
            UdpHeader.length(frame, at, length);
        }
    }

    @Override
    void writeChecksum(UnsafeBuffer frame, int at, int bytes, long pseudoHeader) {
        if (checksum) {
            long sum = InternetChecksum.sum(frame, at, bytes, pseudoHeader);
            UdpHeader.checksum(frame, at, UdpHeader.checksumOf(sum));
        }
    }
}
