package onload.udp;

import onload.ip.spi.IpDatagram;
import onload.ip.spi.TransportProtocol;
import onload.ip.support.KeyedHash;
import onload.ip.support.PacketChain;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.udp.counter.UdpCounter;
import onload.wire.UdpHeader;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;

/** The way of datagrams from the IP layer into receive queues, and out of these. */
final class UdpInput {
    /** Places for each buffer of the pool: a packet for a group stands in several queues. */
    private static final int PLACES_PER_BUFFER = 4;

    private final UdpEngine engine;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final ReceiveQueues queues;
    private final KeyedHash flowHash;
    private final int bufferLength;
    private final long mostQueuedBytes;
    private long queuedBytes;

    UdpInput(UdpEngine engine, long key) {
        this.engine = engine;
        pool = engine.ip.pool();
        buffers = pool.buffers();
        memory = buffers.memory();
        bufferLength = buffers.bufferLength();
        queues = new ReceiveQueues(pool.capacity() * PLACES_PER_BUFFER);
        flowHash = new KeyedHash(key);
        int most = engine.settings.queuedBuffers();
        mostQueuedBytes = (long) (most == 0 ? pool.capacity() / 2 : most) * bufferLength;
    }

    // In.

    int received(int packet, IpDatagram datagram, long nowNs) {
        engine.counters.increment(UdpCounter.RECEIVED);
        int at = buffers.data(packet);
        if (UdpHeader.check(memory, at, datagram.payloadLength()) < 0) {
            return dropped(packet, UdpCounter.DROPPED_MALFORMED);
        }
        long header = memory.getLong(at, ByteOrder.BIG_ENDIAN);
        int ports = (int) (header >>> 32);
        int length = (int) (header >>> 16) & 0xFFFF;
        boolean hasChecksum = (header & 0xFFFF) != 0;
        if (hasChecksum
                && !datagram.checksumVerified()
                && !UdpSum.isRight(buffers, packet, datagram, length)) {
            return dropped(
                    packet,
                    UdpSum.isUnfilled((int) header & 0xFFFF, datagram, length)
                            ? UdpCounter.DROPPED_CHECKSUM_UNFILLED
                            : UdpCounter.DROPPED_CHECKSUM);
        }
        boolean isUnsummed = !hasChecksum && !datagram.isIpv4();
        return datagram.cast() == IpDatagram.UNICAST
                ? forOne(packet, datagram, ports, length, isUnsummed, nowNs)
                : forMany(packet, datagram, ports, length, isUnsummed, nowNs);
    }

    private int dropped(int packet, UdpCounter reason) {
        engine.counters.increment(reason);
        pool.release(packet);
        return TransportProtocol.ACCEPTED;
    }

    private int forOne(
            int packet,
            IpDatagram datagram,
            int ports,
            int length,
            boolean isUnsummed,
            long nowNs) {
        UdpSocket socket = find(datagram, ports);
        if (isUnsummed && (socket == null || !socket.zeroChecksum)) {
            return dropped(packet, UdpCounter.DROPPED_NO_CHECKSUM);
        }
        if (socket == null) {
            engine.counters.increment(UdpCounter.DROPPED_NO_PORT);
            return TransportProtocol.NO_PORT;
        }
        prepare(packet, datagram, ports, length, nowNs);
        if (!enqueue(socket, packet)) {
            pool.release(packet);
        }
        return TransportProtocol.ACCEPTED;
    }

    private @Nullable UdpSocket find(IpDatagram datagram, int ports) {
        long high = datagram.destinationHigh();
        long low = datagram.destinationLow();
        int port = ports & 0xFFFF;
        int index = datagram.interfaceIndex();
        UdpSocket found =
                engine.bindings.findConnected(
                        high,
                        low,
                        port,
                        datagram.sourceHigh(),
                        datagram.sourceLow(),
                        ports >>> 16,
                        index);
        if (found != null) {
            return found;
        }
        long hash = flowHash.of(datagram.sourceHigh() ^ high, datagram.sourceLow() ^ low, ports);
        return engine.bindings.findBound(high, low, port, datagram.isIpv4(), index, hash);
    }

    /** Takes the header off, and notes with the packet what its receivers want to know. */
    private void prepare(int packet, IpDatagram datagram, int ports, int length, long nowNs) {
        if (length < datagram.payloadLength()) {
            PacketChain.trimTo(pool, packet, length);
        }
        buffers.trimFront(packet, UdpHeader.LENGTH);
        buffers.frameLength(packet, length - UdpHeader.LENGTH);
        int charge = 0;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            charge += bufferLength;
        }
        UdpMessage.write(
                buffers, packet, datagram, ports, length - UdpHeader.LENGTH, charge, nowNs);
    }

    /** Every socket that is to have it gets a reference, and the packet stays one. */
    private int forMany(
            int packet,
            IpDatagram datagram,
            int ports,
            int length,
            boolean isUnsummed,
            long nowNs) {
        boolean isPrepared = false;
        boolean isRefused = false;
        int port = ports & 0xFFFF;
        UdpSocket each = engine.bindings.onPort(port);
        while (each != null) {
            if (each.localPort == port && wants(each, datagram, ports)) {
                if (isUnsummed && !each.zeroChecksum) {
                    isRefused = true;
                } else {
                    if (!isPrepared) {
                        prepare(packet, datagram, ports, length, nowNs);
                        isPrepared = true;
                    }
                    if (enqueue(each, packet)) {
                        pool.retain(packet);
                    }
                }
            }
            each = each.nextOnPort;
        }
        if (isPrepared) {
            pool.release(packet);
            return TransportProtocol.ACCEPTED;
        }
        if (isRefused) {
            return dropped(packet, UdpCounter.DROPPED_NO_CHECKSUM);
        }
        engine.counters.increment(UdpCounter.DROPPED_NO_PORT);
        return TransportProtocol.NO_PORT;
    }

    private boolean wants(UdpSocket socket, IpDatagram datagram, int ports) {
        int index = datagram.interfaceIndex();
        long high = datagram.destinationHigh();
        long low = datagram.destinationLow();
        if (!socket.takesVersion(datagram.isIpv4())
                || (socket.boundInterface != 0 && socket.boundInterface != index)
                || (!socket.isWildcard() && (socket.keyHigh != high || socket.keyLow != low))) {
            return false;
        }
        if (socket.isConnected
                && (socket.remotePort != ports >>> 16
                        || socket.remoteHigh != datagram.sourceHigh()
                        || socket.remoteLow != datagram.sourceLow())) {
            return false;
        }
        return datagram.cast() == IpDatagram.BROADCAST
                || engine.ip
                        .groups()
                        .accepts(
                                socket.id,
                                index,
                                high,
                                low,
                                datagram.sourceHigh(),
                                datagram.sourceLow(),
                                socket.multicastAll);
    }

    private boolean enqueue(UdpSocket socket, int packet) {
        int charge = UdpMessage.charge(buffers, packet);
        UdpCounter refusal = refusal(socket, charge);
        if (refusal != null) {
            engine.counters.increment(refusal);
            socket.dropped++;
            return false;
        }
        queues.add(socket, packet);
        socket.queuedBytes += charge;
        socket.queuedDatagrams++;
        queuedBytes += charge;
        engine.counters.increment(UdpCounter.QUEUED);
        engine.touch(socket, UdpEvents.READABLE);
        return true;
    }

    private @Nullable UdpCounter refusal(UdpSocket socket, int charge) {
        boolean isEmpty = socket.queuedDatagrams == 0;
        if (!isEmpty && socket.queuedBytes + (long) charge > socket.queueLimitBytes) {
            return UdpCounter.DROPPED_SOCKET_FULL;
        }
        if (queuedBytes + charge > mostQueuedBytes || queues.isFull()) {
            return UdpCounter.DROPPED_ALL_FULL;
        }
        return !isEmpty && pool.pressure() == PacketPool.CRITICAL
                ? UdpCounter.DROPPED_PRESSURE
                : null;
    }

    // Out.

    private int dequeue(UdpSocket socket) {
        int packet = queues.remove(socket);
        int charge = UdpMessage.charge(buffers, packet);
        socket.queuedBytes -= charge;
        socket.queuedDatagrams--;
        queuedBytes -= charge;
        return packet;
    }

    /** What is answered in place of a datagram, or 0. An error that is pending comes before datagrams, as on Linux. */
    private static int obstacle(UdpSocket socket) {
        if (socket.isClosed) {
            return UdpSocket.CLOSED;
        }
        if (socket.pendingError != 0) {
            return socket.takeError();
        }
        return socket.queueHead == ReceiveQueues.NONE ? UdpSocket.WOULD_BLOCK : 0;
    }

    int handOver(UdpSocket socket) {
        while (!socket.isClosed && socket.queueHead != ReceiveQueues.NONE) {
            int packet = queues.remove(socket);
            if (buffers.references(packet) == 1) {
                return packet;
            }
            int own = copyOf(packet);
            pool.release(packet);
            if (own != PacketBuffers.NONE) {
                return own;
            }
            handedConsumed(socket, UdpMessage.charge(buffers, packet), 1);
            socket.dropped++;
            engine.counters.increment(UdpCounter.DROPPED_PRESSURE);
        }
        return PacketBuffers.NONE;
    }

    void handedConsumed(UdpSocket socket, int charge, int datagrams) {
        socket.queuedBytes -= charge;
        socket.queuedDatagrams -= datagrams;
        queuedBytes -= charge;
    }

    /** A datagram for several receivers: each but the last has a copy, which it may write to. */
    private int copyOf(int packet) {
        int first = PacketBuffers.NONE;
        int last = PacketBuffers.NONE;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            int copy = pool.allocate(PacketPool.RECEIVE);
            if (copy == PacketBuffers.NONE) {
                if (first != PacketBuffers.NONE) {
                    pool.release(first);
                }
                return PacketBuffers.NONE;
            }
            int from = buffers.position(part);
            memory.putBytes(
                    buffers.position(copy) + PacketBuffers.DATA_OFFSET_OFFSET,
                    memory,
                    from + PacketBuffers.DATA_OFFSET_OFFSET,
                    buffers.data(part)
                            + buffers.length(part)
                            - from
                            - PacketBuffers.DATA_OFFSET_OFFSET);
            buffers.next(copy, PacketBuffers.NONE);
            buffers.continuation(copy, PacketBuffers.NONE);
            if (first == PacketBuffers.NONE) {
                first = copy;
            } else {
                buffers.continuation(last, copy);
            }
            last = copy;
        }
        return first;
    }

    int receivePacket(UdpSocket socket) {
        int obstacle = obstacle(socket);
        return obstacle < 0 ? obstacle : dequeue(socket);
    }

    int receive(
            UdpSocket socket,
            MutableDirectBuffer to,
            int offset,
            int length,
            @Nullable UdpMessage message,
            boolean isTaken) {
        int obstacle = obstacle(socket);
        if (obstacle < 0) {
            return obstacle;
        }
        int packet = queues.first(socket);
        int whole = UdpMessage.length(buffers, packet);
        int count = Math.min(whole, length);
        copy(packet, to, offset, count);
        if (message != null) {
            message.read(buffers, packet);
            message.truncated(count < whole);
        }
        if (isTaken) {
            if (count < whole) {
                engine.counters.increment(UdpCounter.TRUNCATED);
            }
            pool.release(dequeue(socket));
        }
        return count;
    }

    private void copy(int packet, MutableDirectBuffer to, int offset, int count) {
        int done = 0;
        int part = packet;
        while (done < count) {
            int step = Math.min(count - done, buffers.length(part));
            memory.getBytes(buffers.data(part), to, offset + done, step);
            done += step;
            part = buffers.continuation(part);
        }
    }

    void clear(UdpSocket socket) {
        while (socket.queueHead != ReceiveQueues.NONE) {
            engine.counters.increment(UdpCounter.DROPPED_CLOSED);
            pool.release(dequeue(socket));
        }
    }
}
