package onload.testkit.ip;

import onload.ip.Destination;
import onload.ip.FragmentPolicy;
import onload.ip.IpLayer;
import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.RawReceiver;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.InternetChecksum;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends ICMP echo requests from a host and checks what comes back, byte for byte. It is one of a host's tools, as
 * the program of that name is: it sees what the host's ICMP sees and sends as a transport would.
 */
public final class Ping implements RawReceiver, AutoCloseable {
    private static final int HEADER_LENGTH = 8;
    private static final long INTERVAL_NS = 1_000_000_000L;

    private final IpNetwork network;
    private final IpHost host;
    private final IpLayer ip;
    private final PacketPool pool;
    private final Destination destination;
    private final boolean isIpv4;
    private final int identifier;

    private int sent;
    private int replies;
    private int damaged;
    private int corrupted;
    private int errors;
    private int lastErrorKind;
    private long lastReportedMtu;
    private int lastResult;
    private int lastHopLimit;
    private long lastSentNs;
    private long lastRoundTripNs;

    Ping(IpNetwork network, IpHost host, IpAddress to) {
        this.network = network;
        this.host = host;
        this.ip = host.ip();
        this.pool = host.pool();
        this.isIpv4 = to.isIpv4();
        int protocol = isIpv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
        this.destination = ip.destination(to, protocol);
        this.identifier = network.nextIdentifier();
        ip.addRawReceiver(protocol, this);
        if (to.isLinkLocal() || to.isMulticast()) {
            destination.bindTo(host.nic0().index());
        }
    }

    /** {@return the destination, to say more about it} */
    public Destination destination() {
        return destination;
    }

    /** Forbids that packets be cut, which makes them find out the path MTU. */
    public Ping dontFragment() {
        destination.fragmentPolicy(FragmentPolicy.FORBID);
        return this;
    }

    /**
     * Sends a request.
     *
     * @param bytes of data after the header of 8, 0 to 65,507
     * @return what {@link IpLayer#send} answered; {@link IpLayer#NO_BUFFER} if the pool has too few buffers
     */
    public int send(int bytes) {
        int packet = build(bytes);
        if (packet == PacketBuffers.NONE) {
            lastResult = IpLayer.NO_BUFFER;
            return lastResult;
        }
        lastSentNs = network.nowNs();
        lastResult = ip.send(packet, destination, network.nowNs());
        if (lastResult < 0) {
            pool.release(packet);
        } else {
            sent++;
            ip.flush(network.nowNs());
        }
        return lastResult;
    }

    /**
     * Sends a request and runs the network until a reply or an error has come; if it cannot be sent, for the whole
     * time.
     *
     * @param bytes of data, as {@link #send} has them
     * @param limitNs the longest time to wait
     * @return whether a reply came
     */
    public boolean reaches(int bytes, long limitNs) {
        int before = replies;
        int errorsBefore = errors;
        if (send(bytes) < 0) {
            network.run(limitNs);
            return false;
        }
        network.runUntil(() -> replies > before || errors > errorsBefore, limitNs);
        return replies > before;
    }

    /**
     * Does the same as often as is needed, a second each, as people do on a lossy link or while addresses are being
     * detected.
     *
     * @param bytes of data, as {@link #send} has them
     * @param attempts most requests to send
     * @return whether a reply came
     */
    public boolean reachesWithin(int bytes, int attempts) {
        for (int i = 0; i < attempts; i++) {
            long nextNs = network.nowNs() + INTERVAL_NS;
            if (reaches(bytes, INTERVAL_NS)) {
                return true;
            }
            network.run(nextNs - network.nowNs());
        }
        return false;
    }

    private int build(int bytes) {
        PacketBuffers buffers = pool.buffers();
        int first = pool.allocate(PacketPool.SEND);
        int last = first;
        int done = 0;
        int total = HEADER_LENGTH + bytes;
        while (last != PacketBuffers.NONE && done < total) {
            int part = Math.min(total - done, buffers.tailroom(last));
            int at = buffers.append(last, part);
            for (int i = 0; i < part; i++) {
                buffers.memory().putByte(at + i, dataByte(done + i - HEADER_LENGTH, sent));
            }
            done += part;
            if (done < total) {
                int next = pool.allocate(PacketPool.SEND);
                if (next == PacketBuffers.NONE) {
                    pool.release(first);
                    return PacketBuffers.NONE;
                }
                buffers.continuation(last, next);
                last = next;
            }
        }
        if (first != PacketBuffers.NONE) {
            writeHeader(first, total);
        }
        return first;
    }

    private void writeHeader(int first, int total) {
        PacketBuffers buffers = pool.buffers();
        UnsafeBuffer memory = buffers.memory();
        int at = buffers.data(first);
        buffers.frameLength(first, total);
        if (isIpv4) {
            Icmpv4Message.writeEcho(memory, at, Icmpv4Message.ECHO, identifier, sent & 0xFFFF);
            Icmpv4Message.checksum(memory, at, 0);
            Icmpv4Message.checksum(memory, at, InternetChecksum.fold(sum(first, 0)));
        } else {
            Icmpv6Message.writeEcho(
                    memory, at, Icmpv6Message.ECHO_REQUEST, identifier, sent & 0xFFFF);
            Icmpv6Message.checksum(memory, at, 0);
            // Its pseudo-header has the source, which is chosen with the way.
            if (ip.prepare(destination, network.nowNs()) == 0) {
                long pseudoHeader =
                        InternetChecksum.pseudoHeader(
                                destination.sourceHigh(),
                                destination.sourceLow(),
                                destination.high(),
                                destination.low(),
                                IpProtocol.ICMPV6,
                                total);
                Icmpv6Message.checksum(memory, at, InternetChecksum.fold(sum(first, pseudoHeader)));
            }
        }
    }

    /** Buffers of a chain but the last have an even number of bytes here, so that sums simply add up. */
    private long sum(int first, long initial) {
        PacketBuffers buffers = pool.buffers();
        long sum = initial;
        for (int each = first; each != PacketBuffers.NONE; each = buffers.continuation(each)) {
            sum =
                    InternetChecksum.sum(
                            buffers.memory(), buffers.data(each), buffers.length(each), sum);
        }
        return sum;
    }

    private static byte dataByte(int index, int sequence) {
        return (byte) (index * 7 + (index >> 8) + sequence);
    }

    @Override
    public void seen(int packet, IpDatagram datagram, long nowNs) {
        PacketBuffers buffers = pool.buffers();
        int at = buffers.data(packet);
        if (buffers.length(packet) < HEADER_LENGTH || !isReply(at)) {
            return;
        }
        // Onlookers see what comes before its checksum is looked at.
        if (!datagram.checksumVerified() && !isChecksumCorrect(packet, datagram)) {
            corrupted++;
            return;
        }
        int sequence =
                isIpv4
                        ? Icmpv4Message.sequenceNumber(buffers.memory(), at)
                        : Icmpv6Message.sequenceNumber(buffers.memory(), at);
        if (isAsSent(packet, sequence)) {
            replies++;
            lastHopLimit = datagram.hopLimit();
            lastRoundTripNs = nowNs - lastSentNs;
        } else {
            damaged++;
        }
    }

    private boolean isChecksumCorrect(int packet, IpDatagram datagram) {
        PacketBuffers buffers = pool.buffers();
        byte[] message = new byte[datagram.payloadLength()];
        int done = 0;
        for (int each = packet; each != PacketBuffers.NONE; each = buffers.continuation(each)) {
            buffers.memory().getBytes(buffers.data(each), message, done, buffers.length(each));
            done += buffers.length(each);
        }
        long pseudoHeader =
                isIpv4
                        ? 0
                        : InternetChecksum.pseudoHeader(
                                datagram.sourceHigh(),
                                datagram.sourceLow(),
                                datagram.destinationHigh(),
                                datagram.destinationLow(),
                                IpProtocol.ICMPV6,
                                message.length);
        UnsafeBuffer whole = new UnsafeBuffer(message);
        return InternetChecksum.fold(InternetChecksum.sum(whole, 0, message.length, pseudoHeader))
                == 0;
    }

    private boolean isReply(int at) {
        UnsafeBuffer memory = pool.buffers().memory();
        return isIpv4
                ? Icmpv4Message.type(memory, at) == Icmpv4Message.ECHO_REPLY
                        && Icmpv4Message.identifier(memory, at) == identifier
                : Icmpv6Message.type(memory, at) == Icmpv6Message.ECHO_REPLY
                        && Icmpv6Message.identifier(memory, at) == identifier;
    }

    private boolean isAsSent(int packet, int sequence) {
        PacketBuffers buffers = pool.buffers();
        int index = -HEADER_LENGTH;
        for (int each = packet; each != PacketBuffers.NONE; each = buffers.continuation(each)) {
            int at = buffers.data(each);
            for (int i = 0; i < buffers.length(each); i++, index++) {
                if (index >= 0 && buffers.memory().getByte(at + i) != dataByte(index, sequence)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public boolean failed(IcmpError error, long nowNs) {
        UnsafeBuffer memory = pool.buffers().memory();
        boolean hasIdentifier =
                isIpv4
                        ? Icmpv4Message.identifier(memory, error.payloadIndex()) == identifier
                        : Icmpv6Message.identifier(memory, error.payloadIndex()) == identifier;
        boolean isOurs =
                hasIdentifier
                        && error.destinationHigh() == destination.high()
                        && error.destinationLow() == destination.low();
        if (isOurs) {
            errors++;
            lastErrorKind = error.kind();
            lastReportedMtu = error.mtu();
        }
        return isOurs;
    }

    /** {@return the identifier of its requests, 1 to 65535} */
    public int identifier() {
        return identifier;
    }

    /** {@return requests sent} */
    public int sent() {
        return sent;
    }

    /** {@return replies that came back byte for byte, duplicates each} */
    public int replies() {
        return replies;
    }

    /** {@return replies whose data was another though their checksum was right} */
    public int damaged() {
        return damaged;
    }

    /** {@return replies whose checksum was wrong, which are not otherwise counted} */
    public int corrupted() {
        return corrupted;
    }

    /** {@return ICMP errors about this ping's requests} */
    public int errors() {
        return errors;
    }

    /** {@return the kind of the last error: a constant of {@link IcmpError}; 0 before} */
    public int lastErrorKind() {
        return lastErrorKind;
    }

    /** {@return the MTU that the last error reported} */
    public long lastReportedMtu() {
        return lastReportedMtu;
    }

    /** {@return what the last {@link #send} answered} */
    public int lastResult() {
        return lastResult;
    }

    /** {@return the hop limit that the last reply had left} */
    public int lastHopLimit() {
        return lastHopLimit;
    }

    /** {@return the time from the last request to the last reply in nanoseconds} */
    public long lastRoundTripNs() {
        return lastRoundTripNs;
    }

    /** {@return the host that asks} */
    public IpHost host() {
        return host;
    }

    /** Looks on no more. */
    @Override
    public void close() {
        ip.removeRawReceiver(destination.protocol(), this);
    }
}
