package onload.udp;

import onload.ip.Destination;
import onload.ip.claim.FlowClaim;
import onload.ip.port.EphemeralPorts;
import onload.ip.port.FreePort;
import onload.ip.spi.IcmpError;
import onload.ip.support.KeyedHash;
import onload.udp.counter.UdpCounter;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;
import onload.wire.UdpHeader;

import org.jspecify.annotations.Nullable;

import java.util.random.RandomGenerator;

/** Who has which address, port and peer. */
final class UdpBindings {
    private static final int BUCKETS = 4096;
    private static final int MAX_PORT = 65535;

    /** How many ports are tried that the kernel may have. */
    private static final int CLAIMS = 64;

    private final UdpEngine engine;
    private final SocketTable connected;
    private final SocketTable bound;
    private final @Nullable UdpSocket[] ports = new @Nullable UdpSocket[BUCKETS];
    private final EphemeralPorts ephemeral;
    private final KeyedHash portHash;
    private final RandomGenerator random;
    private final FreePort isFree = this::isFree;
    private @Nullable UdpSocket asking;

    UdpBindings(UdpEngine engine, RandomGenerator random) {
        this.engine = engine;
        this.random = random;
        connected = new SocketTable(random.nextLong());
        bound = new SocketTable(random.nextLong());
        portHash = new KeyedHash(random.nextLong());
        ephemeral = new EphemeralPorts(random);
        ephemeral.range(engine.settings.firstEphemeralPort(), engine.settings.lastEphemeralPort());
    }

    // Binding.

    int bind(UdpSocket socket, long high, long low, int port) {
        if (socket.isBound || socket.isConnected || port < 0 || port > MAX_PORT) {
            return UdpSocket.INVALID;
        }
        boolean isIpv4 = Ipv6Address.isIpv4Mapped(high, low);
        if (socket.v6Only && isIpv4) {
            return UdpSocket.WRONG_VERSION;
        }
        if (!mayBind(high, low, isIpv4, socket.boundInterface)) {
            return UdpSocket.NO_SOURCE;
        }
        int result = take(socket, high, low, port, random.nextLong());
        if (result == 0) {
            socket.isPortExplicit = true;
            socket.boundHigh = high;
            socket.boundLow = low;
        }
        return result;
    }

    private boolean mayBind(long high, long low, boolean isIpv4, int interfaceIndex) {
        if (isIpv4) {
            int address = (int) low;
            return address == 0
                    || Ipv4Address.isMulticast(address)
                    || Ipv4Address.isLimitedBroadcast(address)
                    || engine.ip.addresses().isBroadcast(address, interfaceIndex)
                    || engine.ip.addresses().isOurs(high, low, interfaceIndex);
        }
        return (high | low) == 0
                || Ipv6Address.isMulticast(high, low)
                || engine.ip.addresses().isOurs(high, low, interfaceIndex);
    }

    /** Takes address and port, an ephemeral one for 0, and enters the tables. */
    private int take(UdpSocket socket, long high, long low, int port, long hash) {
        local(socket, high, low);
        asking = socket;
        int taken = port == 0 ? ephemeral(socket, hash) : mayShare(socket, port) ? port : -1;
        asking = null;
        if (taken >= 0 && port != 0 && !claims(socket, taken)) {
            taken = -1;
        }
        if (taken < 0) {
            local(socket, 0, 0);
            return port == 0 ? UdpSocket.NO_FREE_PORT : UdpSocket.IN_USE;
        }
        socket.localPort = taken;
        socket.isBound = true;
        int bucket = taken & (BUCKETS - 1);
        socket.nextOnPort = ports[bucket];
        ports[bucket] = socket;
        bound.add(socket);
        return 0;
    }

    /** {@return a free port, claimed; or a negative number} */
    private int ephemeral(UdpSocket socket, long hash) {
        for (int attempt = 0; attempt < CLAIMS; attempt++) {
            int next = ephemeral.next(hash, isFree);
            if (next < 0) {
                break;
            }
            if (claims(socket, next)) {
                return next;
            }
        }
        engine.counters.increment(UdpCounter.NO_EPHEMERAL_PORT);
        return -1;
    }

    /** {@return whether the kernel leaves the address and port to this stack} */
    private boolean claims(UdpSocket socket, int port) {
        socket.claim =
                engine.ip.claims().claim(IpProtocol.UDP, socket.localHigh, socket.localLow, port);
        return socket.claim != null;
    }

    /** Both wildcards have one key, so that a look-up finds either. */
    private static void local(UdpSocket socket, long high, long low) {
        boolean isIpv4Wildcard = high == 0 && low == Ipv6Address.mappedLow(0);
        socket.localHigh = high;
        socket.localLow = low;
        socket.keyHigh = isIpv4Wildcard ? 0 : high;
        socket.keyLow = isIpv4Wildcard ? 0 : low;
    }

    /** An ephemeral port is shared with nobody, whatever both want. */
    private boolean isFree(int port) {
        for (UdpSocket each = ports[port & (BUCKETS - 1)]; each != null; each = each.nextOnPort) {
            if (each.localPort == port && asking != null && overlap(asking, each)) {
                return false;
            }
        }
        return true;
    }

    private boolean mayShare(UdpSocket socket, int port) {
        for (UdpSocket each = ports[port & (BUCKETS - 1)]; each != null; each = each.nextOnPort) {
            boolean isShared =
                    (socket.reuseAddress && each.reuseAddress)
                            || (socket.reusePort && each.reusePort);
            if (each.localPort == port && !isShared && overlap(socket, each)) {
                return false;
            }
        }
        return true;
    }

    private static boolean overlap(UdpSocket one, UdpSocket other) {
        boolean isSameInterface =
                one.boundInterface == 0
                        || other.boundInterface == 0
                        || one.boundInterface == other.boundInterface;
        if (!isSameInterface) {
            return false;
        }
        if (!one.isWildcard() && !other.isWildcard()) {
            return one.localHigh == other.localHigh && one.localLow == other.localLow;
        }
        return (one.takesVersion(true) && other.takesVersion(true))
                || (one.takesVersion(false) && other.takesVersion(false));
    }

    // Connecting.

    int connect(UdpSocket socket, long high, long low, int port, long nowNs) {
        if (port < 1 || port > MAX_PORT) {
            return UdpSocket.INVALID;
        }
        boolean isIpv4 = Ipv6Address.isIpv4Mapped(high, low);
        if (!fits(socket, isIpv4)) {
            return UdpSocket.WRONG_VERSION;
        }
        // As on Linux and BSD, the wildcard as a peer is this host.
        long toHigh = high;
        long toLow = low;
        if (isIpv4 && (int) low == 0) {
            toLow = Ipv6Address.mappedLow(Ipv4Address.LOOPBACK);
        } else if ((high | low) == 0) {
            toLow = Ipv6Address.LOOPBACK_LOW;
        }
        Peer peer = new Peer(engine.ip.destination(toHigh, toLow, IpProtocol.UDP));
        long sourceHigh = socket.boundHigh;
        long sourceLow = socket.boundLow;
        boolean isAny = isAny(sourceHigh, sourceLow);
        engine.output.configure(socket, peer, isAny ? 0 : sourceHigh, isAny ? 0 : sourceLow, 0);
        int result = engine.ip.prepare(peer.destination, nowNs);
        if (result < 0) {
            return result;
        }
        if (UdpOutput.isBroadcast(peer.destination) && !socket.broadcast) {
            return UdpSocket.NOT_PERMITTED;
        }
        return connect(socket, peer, port);
    }

    private static boolean isAny(long high, long low) {
        return high == 0 && (low == 0 || low == Ipv6Address.mappedLow(0));
    }

    /** Whether a socket with its binding can have a peer of a version. */
    static boolean fits(UdpSocket socket, boolean isIpv4) {
        return (socket.isBound && !socket.isConnected)
                ? socket.takesVersion(isIpv4)
                : !(isIpv4 && socket.v6Only) && fitsBound(socket, isIpv4);
    }

    private static boolean fitsBound(UdpSocket socket, boolean isIpv4) {
        boolean isAnyOfBoth = socket.boundHigh == 0 && socket.boundLow == 0;
        return isAnyOfBoth || isIpv4 == Ipv6Address.isIpv4Mapped(socket.boundHigh, socket.boundLow);
    }

    private int connect(UdpSocket socket, Peer peer, int port) {
        Destination to = peer.destination;
        if (!socket.isBound) {
            long hash = portHash.of(to.high(), to.low(), port);
            int result = take(socket, to.sourceHigh(), to.sourceLow(), 0, hash);
            if (result < 0) {
                return result;
            }
        }
        leaveTable(socket);
        boolean isKept = !isAny(socket.boundHigh, socket.boundLow);
        local(
                socket,
                isKept ? socket.boundHigh : to.sourceHigh(),
                isKept ? socket.boundLow : to.sourceLow());
        socket.remoteHigh = to.high();
        socket.remoteLow = to.low();
        socket.remotePort = port;
        socket.isConnected = true;
        socket.connected = peer;
        socket.pendingError = 0;
        connected.add(socket);
        return 0;
    }

    private void leaveTable(UdpSocket socket) {
        if (socket.isConnected) {
            connected.remove(socket);
        } else if (socket.isBound) {
            bound.remove(socket);
        }
    }

    int disconnect(UdpSocket socket) {
        if (!socket.isConnected) {
            return UdpSocket.NOT_CONNECTED;
        }
        leaveTable(socket);
        forgetPeer(socket);
        local(socket, socket.boundHigh, socket.boundLow);
        if (socket.isPortExplicit) {
            bound.add(socket);
        } else {
            leavePort(socket);
        }
        return 0;
    }

    private static void forgetPeer(UdpSocket socket) {
        socket.isConnected = false;
        socket.connected = null;
        socket.remoteHigh = 0;
        socket.remoteLow = 0;
        socket.remotePort = 0;
        socket.pendingError = 0;
    }

    void unbind(UdpSocket socket) {
        leaveTable(socket);
        forgetPeer(socket);
        if (socket.isBound) {
            leavePort(socket);
        }
    }

    private void leavePort(UdpSocket socket) {
        int bucket = socket.localPort & (BUCKETS - 1);
        UdpSocket before = null;
        UdpSocket each = ports[bucket];
        while (each != null && each != socket) {
            before = each;
            each = each.nextOnPort;
        }
        if (before == null) {
            ports[bucket] = socket.nextOnPort;
        } else {
            before.nextOnPort = socket.nextOnPort;
        }
        FlowClaim claim = socket.claim;
        socket.claim = null;
        if (claim != null) {
            claim.release();
        }
        socket.nextOnPort = null;
        socket.isBound = false;
        socket.localPort = 0;
    }

    /** Gives a socket that is about to send a port, if it has none. */
    int bindToSend(UdpSocket socket, long toHigh, long toLow, int port) {
        long any = socket.boundLow;
        return socket.isBound
                ? 0
                : take(socket, socket.boundHigh, any, 0, portHash.of(toHigh, toLow, port));
    }

    // Looking up.

    /** {@return the first of all sockets whose ports have one bucket, by {@code nextOnPort}} */
    @Nullable UdpSocket onPort(int port) {
        return ports[port & (BUCKETS - 1)];
    }

    @Nullable UdpSocket findConnected(
            long localHigh,
            long localLow,
            int localPort,
            long high,
            long low,
            int port,
            int index) {
        UdpSocket each = connected.find(localHigh, localLow, localPort, high, low, port);
        while (each != null && each.boundInterface != 0 && each.boundInterface != index) {
            each = each.nextAlike;
        }
        return each;
    }

    /**
     * Finds who is bound: the exact address before the wildcard, IPv4 alone before both versions, one interface before
     * all; of those who are alike the newest, or the one that the hash of the flow falls on if they share the port.
     */
    @Nullable UdpSocket findBound(
            long high, long low, int port, boolean isIpv4, int index, long flowHash) {
        UdpSocket head = bound.find(high, low, port, 0, 0, 0);
        UdpSocket found = head == null ? null : best(head, isIpv4, index, flowHash);
        if (found == null) {
            head = bound.find(0, 0, port, 0, 0, 0);
            found = head == null ? null : best(head, isIpv4, index, flowHash);
        }
        return found;
    }

    private static @Nullable UdpSocket best(
            UdpSocket head, boolean isIpv4, int index, long flowHash) {
        if (head.nextAlike == null) {
            return score(head, isIpv4, index) < 0 ? null : head;
        }
        UdpSocket best = null;
        int bestScore = -1;
        int sharers = 0;
        for (UdpSocket each = head; each != null; each = each.nextAlike) {
            int score = score(each, isIpv4, index);
            if (score > bestScore) {
                best = each;
                bestScore = score;
                sharers = each.reusePort ? 1 : 0;
            } else if (score == bestScore && score >= 0 && each.reusePort && sharers > 0) {
                sharers++;
            }
        }
        return sharers > 1 ? sharer(head, isIpv4, index, bestScore, sharers, flowHash) : best;
    }

    private static @Nullable UdpSocket sharer(
            UdpSocket head, boolean isIpv4, int index, int wanted, int sharers, long flowHash) {
        int chosen = (int) (((flowHash >>> 32) * sharers) >>> 32);
        for (UdpSocket each = head; each != null; each = each.nextAlike) {
            if (each.reusePort && score(each, isIpv4, index) == wanted && chosen-- == 0) {
                return each;
            }
        }
        return null;
    }

    private static int score(UdpSocket socket, boolean isIpv4, int index) {
        if (!socket.takesVersion(isIpv4)
                || (socket.boundInterface != 0 && socket.boundInterface != index)) {
            return -1;
        }
        return (socket.boundInterface != 0 ? 2 : 0) + (isIpv4 && socket.isIpv4Wildcard() ? 1 : 0);
    }

    // ICMP errors.

    /** RFC 1122, section 4.1.3.3: they go to whoever sent the datagram. */
    boolean failed(IcmpError error) {
        var memory = engine.ip.pool().buffers().memory();
        int localPort = UdpHeader.sourcePort(memory, error.payloadIndex());
        int port = UdpHeader.destinationPort(memory, error.payloadIndex());
        UdpSocket socket =
                connected.find(
                        error.sourceHigh(),
                        error.sourceLow(),
                        localPort,
                        error.destinationHigh(),
                        error.destinationLow(),
                        port);
        if (socket != null) {
            engine.counters.increment(UdpCounter.ERRORS_RECEIVED);
            int pending = errorOf(error);
            if (pending != 0) {
                socket.pendingError = pending;
                engine.touch(socket, UdpEvents.ERROR);
            }
            return true;
        }
        boolean isSent = isSentUnconnected(error, localPort);
        engine.counters.increment(
                isSent ? UdpCounter.ERRORS_RECEIVED : UdpCounter.ERRORS_DROPPED_NO_SOCKET);
        return isSent;
    }

    /** Soft errors, which may pass, are not told: RFC 1122, section 4.1.3.3 and Linux without IP_RECVERR. */
    private static int errorOf(IcmpError error) {
        return switch (error.kind()) {
            case IcmpError.PORT_UNREACHABLE -> UdpSocket.REFUSED;
            case IcmpError.PROTOCOL_UNREACHABLE, IcmpError.PARAMETER_PROBLEM ->
                    UdpSocket.PROTOCOL_ERROR;
            case IcmpError.PROHIBITED, IcmpError.SOURCE_ROUTE_FAILED -> UdpSocket.PROHIBITED;
            case IcmpError.HOST_UNREACHABLE -> error.isLocal() ? UdpSocket.UNREACHABLE : 0;
            default -> 0;
        };
    }

    private boolean isSentUnconnected(IcmpError error, int localPort) {
        for (UdpSocket each = onPort(localPort); each != null; each = each.nextOnPort) {
            if (each.localPort == localPort
                    && UdpOutput.hasSentTo(each, error.destinationHigh(), error.destinationLow())) {
                return true;
            }
        }
        return false;
    }
}
