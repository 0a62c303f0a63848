package onload.ip;

import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.TransportProtocol;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;

/** A transport that takes datagrams to one port and counts, and owns to what it is told to have sent. */
final class CountingTransport implements TransportProtocol {
    private final PacketPool pool;
    private final int protocol;
    private final int port;
    private long received;
    private long taken;
    private long errors;
    private boolean ownsErrors;
    private long lastMtu;
    private int lastLength;

    CountingTransport(PacketPool pool, int protocol, int port) {
        this.pool = pool;
        this.protocol = protocol;
        this.port = port;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public int received(int packet, IpDatagram datagram, long nowNs) {
        received++;
        PacketBuffers buffers = pool.buffers();
        int at = buffers.data(packet);
        int length = buffers.length(packet);
        int together = Math.min(IpDatagram.CONTIGUOUS, datagram.payloadLength());
        if (length < together) {
            throw new AssertionError(
                    "%d bytes are together of %d".formatted(length, datagram.payloadLength()));
        }
        requireLength(packet, datagram.payloadLength());
        boolean isForPort =
                length >= 4
                        && (buffers.memory().getShort(at + 2, java.nio.ByteOrder.BIG_ENDIAN)
                                        & 0xFFFF)
                                == port;
        if (!isForPort) {
            return NO_PORT;
        }
        taken++;
        lastLength = datagram.payloadLength();
        pool.release(packet);
        return ACCEPTED;
    }

    /** A chain has as many bytes as its datagram says, and its frame length too. */
    private void requireLength(int packet, int expected) {
        PacketBuffers buffers = pool.buffers();
        int length = 0;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            length += buffers.length(part);
        }
        if (length != expected || buffers.frameLength(packet) != expected) {
            throw new AssertionError(
                    "a datagram of %d bytes has %d, and %d by its frame length"
                            .formatted(expected, length, buffers.frameLength(packet)));
        }
    }

    @Override
    public boolean failed(IcmpError error, long nowNs) {
        errors++;
        lastMtu = error.mtu();
        return ownsErrors;
    }

    /** Says whether it has sent whatever an error quotes. */
    void ownErrors(boolean owns) {
        ownsErrors = owns;
    }

    long received() {
        return received;
    }

    long taken() {
        return taken;
    }

    long errors() {
        return errors;
    }

    long lastMtu() {
        return lastMtu;
    }

    int lastLength() {
        return lastLength;
    }
}
