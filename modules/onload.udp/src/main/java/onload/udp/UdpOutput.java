package onload.udp;

import onload.ip.Destination;
import onload.ip.IpLayer;
import onload.ip.support.PacketChain;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.udp.counter.UdpCounter;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;
import onload.wire.UdpHeader;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;

/** The way of datagrams from sockets to the IP layer. */
final class UdpOutput {
    private static final int MAX_DATA = 0xFFFF - UdpHeader.LENGTH;

    private final UdpEngine engine;
    private final IpLayer ip;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final UdpSocket[] waiting;
    private int waitingCount;

    UdpOutput(UdpEngine engine) {
        this.engine = engine;
        ip = engine.ip;
        pool = ip.pool();
        buffers = pool.buffers();
        memory = buffers.memory();
        waiting = new UdpSocket[engine.settings.sockets()];
    }

    // What sockets call.

    int send(
            UdpSocket socket,
            DirectBuffer from,
            int offset,
            int length,
            @Nullable UdpSendOptions options,
            long nowNs) {
        int obstacle = obstacle(socket, true);
        return obstacle < 0
                ? obstacle
                : copied(
                        socket,
                        peer(socket, options),
                        socket.remotePort,
                        from,
                        offset,
                        length,
                        options,
                        nowNs);
    }

    int sendTo(
            UdpSocket socket,
            DirectBuffer from,
            int offset,
            int length,
            long high,
            long low,
            int port,
            @Nullable UdpSendOptions options,
            long nowNs) {
        int obstacle = obstacle(socket, high, low, port);
        return obstacle < 0
                ? obstacle
                : copied(
                        socket,
                        peer(socket, high, low, options),
                        port,
                        from,
                        offset,
                        length,
                        options,
                        nowNs);
    }

    int sendPacket(UdpSocket socket, int packet, @Nullable UdpSendOptions options, long nowNs) {
        int obstacle = obstacle(socket, true);
        return obstacle < 0
                ? obstacle
                : transmit(
                        socket, peer(socket, options), socket.remotePort, packet, options, nowNs);
    }

    int sendPacketTo(
            UdpSocket socket,
            int packet,
            long high,
            long low,
            int port,
            @Nullable UdpSendOptions options,
            long nowNs) {
        int obstacle = obstacle(socket, high, low, port);
        return obstacle < 0
                ? obstacle
                : transmit(socket, peer(socket, high, low, options), port, packet, options, nowNs);
    }

    private static int obstacle(UdpSocket socket, boolean toPeer) {
        if (socket.isClosed) {
            return UdpSocket.CLOSED;
        }
        if (socket.pendingError != 0) {
            return socket.takeError();
        }
        return toPeer && !socket.isConnected ? UdpSocket.NOT_CONNECTED : 0;
    }

    private int obstacle(UdpSocket socket, long high, long low, int port) {
        int obstacle = obstacle(socket, false);
        if (obstacle < 0) {
            return obstacle;
        }
        if (port < 1 || port > 0xFFFF) {
            return UdpSocket.INVALID;
        }
        if (!UdpBindings.fits(socket, Ipv6Address.isIpv4Mapped(high, low))) {
            return UdpSocket.WRONG_VERSION;
        }
        return socket.isBound ? 0 : engine.bindings.bindToSend(socket, high, low, port);
    }

    // Peers.

    private Peer peer(UdpSocket socket, @Nullable UdpSendOptions options) {
        Peer peer = socket.connected;
        if (peer != null
                && peer.optionsVersion == socket.optionsVersion
                && (options == null
                        || (options.interfaceIndex == 0
                                && (options.sourceHigh | options.sourceLow) == 0))) {
            return peer;
        }
        return peer(socket, socket.remoteHigh, socket.remoteLow, options);
    }

    /** One of the few destinations that a socket keeps; another peer takes the place of one with the same index. */
    private Peer peer(UdpSocket socket, long high, long low, @Nullable UdpSendOptions options) {
        long sourceHigh = options == null ? 0 : options.sourceHigh;
        long sourceLow = options == null ? 0 : options.sourceLow;
        int index = options == null ? 0 : options.interfaceIndex;
        if ((sourceHigh | sourceLow) == 0 && !socket.isWildcard() && !isGroup(socket)) {
            sourceHigh = socket.localHigh;
            sourceLow = socket.localLow;
        }
        long hash = (low ^ high) * 0x9E37_79B9_7F4A_7C15L;
        int at = (int) (hash >>> 32) & (socket.peers.length - 1);
        Peer peer = socket.peers[at];
        if (peer == null) {
            peer = new Peer(ip.destination(high, low, IpProtocol.UDP));
            socket.peers[at] = peer;
        }
        if (!peer.isFor(high, low, sourceHigh, sourceLow, index, socket.optionsVersion)) {
            peer.destination.turnTo(high, low, IpProtocol.UDP);
            configure(socket, peer, sourceHigh, sourceLow, index);
        }
        return peer;
    }

    /** A socket may be bound to a group or broadcast address, which nothing is sent from. */
    private boolean isGroup(UdpSocket socket) {
        boolean isIpv4 = Ipv6Address.isIpv4Mapped(socket.localHigh, socket.localLow);
        int address = (int) socket.localLow;
        return isIpv4
                ? Ipv4Address.isMulticast(address)
                        || Ipv4Address.isLimitedBroadcast(address)
                        || ip.addresses().isBroadcast(address, socket.boundInterface)
                : Ipv6Address.isMulticast(socket.localHigh, socket.localLow);
    }

    void configure(UdpSocket socket, Peer peer, long sourceHigh, long sourceLow, int index) {
        Destination to = peer.destination;
        peer.wantedSourceHigh = sourceHigh;
        peer.wantedSourceLow = sourceLow;
        peer.wantedInterface = index;
        peer.optionsVersion = socket.optionsVersion;
        peer.changed();
        if ((sourceHigh | sourceLow) == 0) {
            to.selectSource();
        } else {
            to.source(sourceHigh, sourceLow);
        }
        boolean isMulticast =
                to.isIpv4()
                        ? Ipv4Address.isMulticast((int) to.low())
                        : Ipv6Address.isMulticast(to.high(), to.low());
        int wanted = isMulticast && index == 0 ? socket.multicastInterface : index;
        to.bindTo(wanted == 0 ? socket.boundInterface : wanted);
        to.groupLoopback(socket.multicastLoopback);
        to.fragmentPolicy(socket.fragmentPolicy);
    }

    static boolean hasSentTo(UdpSocket socket, long high, long low) {
        for (Peer peer : socket.peers) {
            if (peer != null && peer.destination.high() == high && peer.destination.low() == low) {
                return true;
            }
        }
        return false;
    }

    static boolean isBroadcast(Destination to) {
        return to.isGroup() && to.isIpv4() && !Ipv4Address.isMulticast((int) to.low());
    }

    // Sending.

    private int copied(
            UdpSocket socket,
            Peer peer,
            int port,
            DirectBuffer from,
            int offset,
            int length,
            @Nullable UdpSendOptions options,
            long nowNs) {
        if (length > MAX_DATA) {
            return refused(socket, UdpSocket.TOO_LONG);
        }
        int packet = pool.allocate(PacketPool.SEND);
        if (packet == PacketBuffers.NONE) {
            return refused(socket, UdpSocket.NO_BUFFER);
        }
        if (length <= buffers.tailroom(packet)) {
            memory.putBytes(buffers.append(packet, length), from, offset, length);
        } else if (!fill(packet, from, offset, length)) {
            pool.release(packet);
            return refused(socket, UdpSocket.NO_BUFFER);
        }
        int result = transmit(socket, peer, port, packet, options, nowNs);
        if (result < 0) {
            pool.release(packet);
            return result;
        }
        return length;
    }

    /** Spreads data over a chain; what is in the chain already is released with its first buffer. */
    private boolean fill(int first, DirectBuffer from, int offset, int length) {
        int done = 0;
        int part = first;
        while (true) {
            int step = Math.min(length - done, buffers.tailroom(part));
            memory.putBytes(buffers.append(part, step), from, offset + done, step);
            done += step;
            if (done == length) {
                buffers.frameLength(first, length);
                return true;
            }
            int next = pool.allocate(PacketPool.SEND);
            if (next == PacketBuffers.NONE) {
                return false;
            }
            buffers.continuation(part, next);
            part = next;
        }
    }

    private int transmit(
            UdpSocket socket,
            Peer peer,
            int port,
            int packet,
            @Nullable UdpSendOptions options,
            long nowNs) {
        Destination to = peer.destination;
        int found = ip.prepare(to, nowNs);
        if (found < 0) {
            return refused(socket, found);
        }
        if (to.isGroup() && !socket.broadcast && isBroadcast(to)) {
            return refused(socket, UdpSocket.NOT_PERMITTED);
        }
        int flags = buffers.flags(packet);
        int length = header(socket, peer, port, packet);
        if (length < 0) {
            return refused(socket, length);
        }
        int trafficClass =
                options == null || options.trafficClass < 0
                        ? socket.trafficClass
                        : options.trafficClass;
        int hops = options == null ? UdpSendOptions.UNSET : options.hopLimit;
        if (hops < 0) {
            hops = to.isGroup() ? socket.multicastHopLimit : socket.hopLimit;
        }
        int result = ip.send(packet, to, trafficClass, hops, nowNs);
        if (result < 0) {
            buffers.trimFront(packet, UdpHeader.LENGTH);
            buffers.frameLength(packet, length - UdpHeader.LENGTH);
            buffers.flags(packet, flags);
            return refused(socket, result);
        }
        engine.counters.increment(UdpCounter.SENT);
        return 0;
    }

    /** Writes the header with its checksum; answers the bytes of the datagram, or a negative constant. */
    private int header(UdpSocket socket, Peer peer, int port, int packet) {
        boolean isOne = buffers.continuation(packet) == PacketBuffers.NONE;
        int length =
                UdpHeader.LENGTH
                        + (isOne ? buffers.length(packet) : PacketChain.length(buffers, packet));
        if (length > 0xFFFF) {
            return UdpSocket.TOO_LONG;
        }
        int at = buffers.prepend(packet, UdpHeader.LENGTH);
        if (at == PacketBuffers.NONE) {
            return UdpSocket.NO_BUFFER;
        }
        buffers.frameLength(packet, length);
        long ports = (long) socket.localPort << 48 | (long) port << 32 | (long) length << 16;
        memory.putLong(at, ports, ByteOrder.BIG_ENDIAN);
        long pseudo = peer.pseudoSum() + length;
        if (peer.destination.offloadsChecksum()) {
            UdpHeader.checksum(memory, at, ~InternetChecksum.fold(pseudo) & 0xFFFF);
            buffers.needChecksum(packet, 0, UdpHeader.CHECKSUM_OFFSET);
        } else {
            long sum =
                    isOne
                            ? InternetChecksum.sum(memory, at, length, pseudo)
                            : UdpSum.of(buffers, packet, length, pseudo);
            UdpHeader.checksum(memory, at, UdpHeader.checksumOf(sum));
        }
        return length;
    }

    private int refused(UdpSocket socket, int result) {
        engine.counters.increment(
                switch (result) {
                    case UdpSocket.NO_BUFFER -> UdpCounter.REFUSED_NO_BUFFER;
                    case UdpSocket.TOO_LONG -> UdpCounter.REFUSED_TOO_LONG;
                    case UdpSocket.NOT_PERMITTED -> UdpCounter.REFUSED_BROADCAST;
                    default -> UdpCounter.REFUSED_BY_IP;
                });
        if (result == UdpSocket.WOULD_BLOCK && socket.waitingAt == UdpSocket.NOWHERE) {
            socket.waitingAt = waitingCount;
            waiting[waitingCount++] = socket;
        }
        return result;
    }

    /** A socket that is closed waits no more, so that there is a place for each that is open. */
    void forget(UdpSocket socket) {
        int at = socket.waitingAt;
        if (at != UdpSocket.NOWHERE) {
            UdpSocket last = waiting[--waitingCount];
            waiting[at] = last;
            last.waitingAt = at;
            socket.waitingAt = UdpSocket.NOWHERE;
        }
    }

    /** Those who were refused may try again now that the batch is over. */
    void wake() {
        for (int i = 0; i < waitingCount; i++) {
            waiting[i].waitingAt = UdpSocket.NOWHERE;
            engine.touch(waiting[i], UdpEvents.WRITABLE);
        }
        waitingCount = 0;
    }
}
