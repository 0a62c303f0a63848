package onload.testkit;

import org.agrona.concurrent.UnsafeBuffer;

/** Builds a frame whose IP payload is given whole. {@link Frames#ip} begins one. */
public final class IpPacketBuilder extends FrameBuilder<IpPacketBuilder> {
    private final int protocol;

    IpPacketBuilder(int protocol) {
        this.protocol = protocol;
    }

    @Override
    IpPacketBuilder self() {
        return this;
    }

    @Override
    int protocol() {
        return protocol;
    }

    @Override
    int headerLength() {
        return 0;
    }

    @Override
    void writeHeader(UnsafeBuffer frame, int at, int payloadLength) {}

    @Override
    void writeChecksum(UnsafeBuffer frame, int at, int length, long pseudoHeader) {}
}
