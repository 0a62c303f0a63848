package onload.udp;

import onload.ip.FragmentPolicy;
import onload.ip.IpLayer;
import onload.ip.claim.FlowClaim;
import onload.wire.Ipv6Address;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A socket of UDP: IPv6 that takes IPv4 as IPv4-mapped addresses, unless it is bound to an IPv4 address or {@link
 * #v6Only} says otherwise.
 *
 * <p>Addresses are two longs, IPv4 as IPv4-mapped. The wildcard of both versions is {@code ::}, that of IPv4 alone
 * {@code ::ffff:0.0.0.0}. Calls on the data path answer a count ≥ 0 or a negative constant of this class. What is sent
 * outside a poll goes out with {@link IpLayer#flush}, so that datagrams of several calls are one batch.
 *
 * <p>Belongs to the thread that has the stack's lock.
 */
public final class UdpSocket {
    /** Answer: there is no route (ENETUNREACH). */
    public static final int NO_ROUTE = IpLayer.NO_ROUTE;

    /** Answer: the local address is not one of this host, or there is none to send from (EADDRNOTAVAIL). */
    public static final int NO_SOURCE = IpLayer.NO_SOURCE;

    /** Answer: the datagram is too long for UDP or the path (EMSGSIZE). */
    public static final int TOO_LONG = IpLayer.TOO_LONG;

    /** Answer: nothing is there to be received, or the NIC's queue is full (EAGAIN). */
    public static final int WOULD_BLOCK = IpLayer.QUEUE_FULL;

    /** Answer: no packet buffer was to be had (ENOBUFS). */
    public static final int NO_BUFFER = IpLayer.NO_BUFFER;

    /** Answer: the interface is down (ENETDOWN). */
    public static final int INTERFACE_DOWN = IpLayer.INTERFACE_DOWN;

    /** Answer: the peer does not answer on the link, or a router said that it is not reached (EHOSTUNREACH). */
    public static final int UNREACHABLE = IpLayer.UNREACHABLE;

    /** Answer: the socket is closed (EBADF). */
    public static final int CLOSED = -8;

    /** Answer: the socket has no peer (ENOTCONN, EDESTADDRREQ). */
    public static final int NOT_CONNECTED = -9;

    /** Answer: somebody has the address and port, and they are not shared (EADDRINUSE). */
    public static final int IN_USE = -10;

    /** Answer: no ephemeral port is free (EADDRINUSE, EAGAIN). */
    public static final int NO_FREE_PORT = -11;

    /** Answer: broadcasts are not permitted (EACCES). */
    public static final int NOT_PERMITTED = -12;

    /** Answer: nobody has the port at the peer (ECONNREFUSED). */
    public static final int REFUSED = -13;

    /** Answer: the peer does not have UDP, or did not understand the datagram (ENOPROTOOPT, EPROTO). */
    public static final int PROTOCOL_ERROR = -14;

    /** Answer: somebody on the way forbids it (EACCES, EHOSTUNREACH). */
    public static final int PROHIBITED = -15;

    /** Answer: the address is of an IP version that the socket does not have (EAFNOSUPPORT, EINVAL). */
    public static final int WRONG_VERSION = -16;

    /** Answer: the socket is bound already, or a port or address is none that can be meant (EINVAL). */
    public static final int INVALID = -17;

    static final int NOWHERE = -1;

    private static final int MAX_BYTE = 255;
    private static final int PEERS = 8;

    final long id;
    final UdpEngine engine;

    // What the tables know it by.

    long keyHigh;
    long keyLow;
    long localHigh;
    long localLow;
    int localPort;
    long remoteHigh;
    long remoteLow;
    int remotePort;
    @Nullable UdpSocket nextAlike;

    /** Of the local address and port, while it is bound. */
    @Nullable FlowClaim claim;

    @Nullable UdpSocket nextOnPort;

    boolean isBound;
    boolean isPortExplicit;
    boolean isConnected;
    boolean isClosed;
    long boundHigh;
    long boundLow;

    // The receive queue.

    int queueHead = ReceiveQueues.NONE;
    int queueTail = ReceiveQueues.NONE;
    int queuedDatagrams;
    int queuedBytes;
    int queueLimitBytes;
    long dropped;

    // Events.

    @Nullable UdpSocket nextTouched;
    int touched;
    int waitingAt = NOWHERE;
    int pendingError;

    // Options.

    boolean v6Only;
    boolean reuseAddress;
    boolean reusePort;
    boolean broadcast;
    boolean zeroChecksum;
    boolean multicastAll = true;
    boolean multicastLoopback = true;
    int multicastInterface;
    int multicastHopLimit = UdpSendOptions.UNSET;
    int hopLimit = UdpSendOptions.UNSET;
    int trafficClass;
    int boundInterface;
    int optionsVersion;
    FragmentPolicy fragmentPolicy = FragmentPolicy.WANT;

    // Peers.

    @Nullable Peer connected;
    private @Nullable Object attachment;
    final @Nullable Peer[] peers = new @Nullable Peer[PEERS];

    UdpSocket(UdpEngine engine, long id, int queueLimitBytes) {
        this.engine = engine;
        this.id = id;
        this.queueLimitBytes = queueLimitBytes;
    }

    /** {@return whatever the layer above has attached} */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Attaches whatever the layer above knows the socket by. */
    public void attachment(@Nullable Object attached) {
        attachment = attached;
    }

    static int requireByte(int value, String what) {
        if (value < UdpSendOptions.UNSET || value > MAX_BYTE) {
            throw new IllegalArgumentException(
                    "datagrams cannot have the %s %d; expected 0 to 255, or -1 for the default"
                            .formatted(what, value));
        }
        return value;
    }

    boolean hasKey(long high, long low, int port, long otherHigh, long otherLow, int otherPort) {
        return keyLow == low
                && remoteLow == otherLow
                && localPort == port
                && remotePort == otherPort
                && keyHigh == high
                && remoteHigh == otherHigh;
    }

    boolean hasKeyOf(UdpSocket other) {
        return hasKey(
                other.keyHigh,
                other.keyLow,
                other.localPort,
                other.remoteHigh,
                other.remoteLow,
                other.remotePort);
    }

    boolean isWildcard() {
        return keyHigh == 0 && keyLow == 0;
    }

    /** Whether the socket takes what is sent to an address of a version. */
    boolean takesVersion(boolean isIpv4) {
        if (isWildcard() && !isIpv4Wildcard()) {
            return !isIpv4 || !v6Only;
        }
        return isIpv4 == Ipv6Address.isIpv4Mapped(localHigh, localLow);
    }

    boolean isIpv4Wildcard() {
        return localHigh == 0 && localLow == Ipv6Address.mappedLow(0);
    }

    // Binding.

    /**
     * Takes an address and port.
     *
     * @param high an address of this host, a group, a broadcast address, or a wildcard
     * @param port 0 for an ephemeral one (RFC 6056), to 65535
     * @return 0, or {@link #IN_USE}, {@link #NO_SOURCE}, {@link #NO_FREE_PORT}, {@link #INVALID}, {@link
     *     #WRONG_VERSION}, {@link #CLOSED}
     */
    public int bind(long high, long low, int port) {
        return isClosed ? CLOSED : engine.bindings.bind(this, high, low, port);
    }

    /**
     * Takes a peer: datagrams come from it only, and go to it if nothing else is said. A socket that has one gets the
     * new one in its place; one that is not bound is given an ephemeral port and the address that the route has.
     *
     * @return 0, or {@link #NO_ROUTE}, {@link #NO_SOURCE}, {@link #NO_FREE_PORT}, {@link #INVALID}, {@link
     *     #WRONG_VERSION}, {@link #NOT_PERMITTED}, {@link #UNREACHABLE}, {@link #INTERFACE_DOWN}, {@link #CLOSED}; the
     *     socket then is as it was
     */
    public int connect(long high, long low, int port, long nowNs) {
        return isClosed ? CLOSED : engine.bindings.connect(this, high, low, port, nowNs);
    }

    /** Gives the peer up; an address and port that were not bound explicitly are given up with it. */
    public int disconnect() {
        return isClosed ? CLOSED : engine.bindings.disconnect(this);
    }

    /** Closes the socket: leaves its groups, and releases what waits to be received. A second call does nothing. */
    public void close(long nowNs) {
        if (!isClosed) {
            engine.close(this, nowNs);
        }
    }

    // Receiving.

    /**
     * Receives one datagram by copying; what does not fit is gone.
     *
     * @param message is told where it is from, how long it was and whether it was cut; null if nobody wants to know
     * @return bytes copied, 0 also for a datagram without data; or {@link #WOULD_BLOCK}, {@link #CLOSED}, or an error
     *     that was pending
     */
    public int receive(
            MutableDirectBuffer to, int offset, int length, @Nullable UdpMessage message) {
        return engine.input.receive(this, to, offset, length, message, true);
    }

    /** As {@link #receive}, and the datagram stays (MSG_PEEK). */
    public int peek(MutableDirectBuffer to, int offset, int length, @Nullable UdpMessage message) {
        return engine.input.receive(this, to, offset, length, message, false);
    }

    /**
     * Receives one datagram without copying: the packet, whose data is the datagram's, is the caller's to release. It
     * may be shared with other receivers of a group and is to be read only; {@link UdpMessage#read} says where it is
     * from.
     *
     * @return the packet; or {@link #WOULD_BLOCK}, {@link #CLOSED}, or an error that was pending
     */
    public int receivePacket() {
        return engine.input.receivePacket(this);
    }

    /**
     * Receives several datagrams without copying, as {@link #receivePacket} does.
     *
     * @return how many, ≥ 1; or what {@link #receivePacket} answers for the first
     */
    public int receivePackets(int[] packets, int offset, int most) {
        int count = 0;
        while (count < most) {
            if (count > 0 && (queueHead == ReceiveQueues.NONE || pendingError != 0)) {
                return count;
            }
            int packet = engine.input.receivePacket(this);
            if (packet < 0) {
                return packet;
            }
            packets[offset + count++] = packet;
        }
        return count;
    }

    /**
     * Takes the next datagram for a layer above that lets its users read without the stack's lock: it still counts as
     * queued until {@link #handedConsumed} says that it was read. Nobody else has the packet; a datagram for
     * several sockets is copied.
     *
     * @return the packet, to be released by the caller; or {@link onload.nic.packet.PacketBuffers#NONE}
     */
    public int handOver() {
        return engine.input.handOver(this);
    }

    /**
     * Says that datagrams were read which {@link #handOver} has given; also after {@link #close}.
     *
     * @param charge the sum of their {@link UdpMessage#queueCharge}
     */
    public void handedConsumed(int charge, int datagrams) {
        engine.input.handedConsumed(this, charge, datagrams);
    }

    /** {@return datagrams that wait} */
    public int queuedDatagrams() {
        return queuedDatagrams;
    }

    /** {@return bytes of packet buffers that they hold} */
    public int queuedBytes() {
        return queuedBytes;
    }

    /** {@return datagrams that were dropped since they found no place in the receive queue} */
    public long dropped() {
        return dropped;
    }

    /** {@return the error that is pending, which is then no more, or 0 (SO_ERROR)} */
    public int takeError() {
        int error = pendingError;
        pendingError = 0;
        return error;
    }

    // Sending.

    /**
     * Sends a datagram to the peer by copying.
     *
     * @return {@code length}; or a negative constant of this class
     */
    public int send(DirectBuffer from, int offset, int length, long nowNs) {
        return engine.output.send(this, from, offset, length, null, nowNs);
    }

    /**
     * Sends a datagram to the peer by copying.
     *
     * @param options what is different for this one; null if nothing is
     */
    public int send(
            DirectBuffer from,
            int offset,
            int length,
            @Nullable UdpSendOptions options,
            long nowNs) {
        return engine.output.send(this, from, offset, length, options, nowNs);
    }

    /**
     * Sends a datagram by copying to somebody, whoever the peer is.
     *
     * @param options what is different for this one; null if nothing is
     * @return {@code length}; or a negative constant of this class
     */
    public int sendTo(
            DirectBuffer from,
            int offset,
            int length,
            long high,
            long low,
            int port,
            @Nullable UdpSendOptions options,
            long nowNs) {
        return engine.output.sendTo(this, from, offset, length, high, low, port, options, nowNs);
    }

    /**
     * Sends a packet to the peer without copying: its data is the datagram's, and before it is the usual head-room.
     *
     * @param packet a reference that is the engine's if the answer is not negative, and else the caller's
     * @return 0; or a negative constant of this class, and the packet is as it was
     */
    public int sendPacket(int packet, @Nullable UdpSendOptions options, long nowNs) {
        return engine.output.sendPacket(this, packet, options, nowNs);
    }

    /** Sends a packet without copying to somebody, as {@link #sendPacket} does. */
    public int sendPacketTo(
            int packet,
            long high,
            long low,
            int port,
            @Nullable UdpSendOptions options,
            long nowNs) {
        return engine.output.sendPacketTo(this, packet, high, low, port, options, nowNs);
    }

    /**
     * Sends packets to the peer without copying.
     *
     * @return how many were sent, which are no more the caller's; or what the first was refused with
     */
    public int sendPackets(int[] packets, int offset, int count, long nowNs) {
        for (int i = 0; i < count; i++) {
            int result = engine.output.sendPacket(this, packets[offset + i], null, nowNs);
            if (result < 0) {
                return i == 0 ? result : i;
            }
        }
        return count;
    }

    // Groups.

    /** Joins a group on an interface; answers what {@link onload.ip.multicast.GroupMemberships#join} does. */
    public int join(int interfaceIndex, long high, long low, long nowNs) {
        return isClosed ? CLOSED : engine.ip.groups().join(id, interfaceIndex, high, low, nowNs);
    }

    /** Leaves a group; answers what {@link onload.ip.multicast.GroupMemberships#leave} does. */
    public int leave(int interfaceIndex, long high, long low, long nowNs) {
        return isClosed ? CLOSED : engine.ip.groups().leave(id, interfaceIndex, high, low, nowNs);
    }

    /** {@return by what {@link IpLayer#groups} knows the socket, for source filters} */
    public long id() {
        return id;
    }

    // Options.

    /** Takes IPv6 only (IPV6_V6ONLY); false by default. To be set before binding. */
    public void v6Only(boolean only) {
        v6Only = only;
    }

    /** Shares address and port with all who want that too; the newest gets what is for one (SO_REUSEADDR). */
    public void reuseAddress(boolean reuse) {
        reuseAddress = reuse;
    }

    /** Shares address and port with all who want that too, each its part of the flows (SO_REUSEPORT). */
    public void reusePort(boolean reuse) {
        reusePort = reuse;
    }

    /** Permits to send to broadcast addresses (SO_BROADCAST); false by default. */
    public void broadcast(boolean permitted) {
        broadcast = permitted;
    }

    /** Takes IPv6 datagrams without a checksum, as tunnels may (RFC 6935); false by default. */
    public void zeroChecksum(boolean allowed) {
        zeroChecksum = allowed;
    }

    /** Takes datagrams of groups that others here have joined (IP_MULTICAST_ALL); true by default, as on Linux. */
    public void multicastAll(boolean all) {
        multicastAll = all;
    }

    /** Delivers what is sent to groups to receivers of this host as well; true by default. */
    public void multicastLoopback(boolean loopback) {
        multicastLoopback = loopback;
        optionsVersion++;
    }

    /** Sends to groups by an interface; 0 for that of the route, which is the default. */
    public void multicastInterface(int index) {
        multicastInterface = index;
        optionsVersion++;
    }

    /** Sets the hop limit of what is sent to groups: 0 to 255, or −1 for the default, 1. */
    public void multicastHopLimit(int hops) {
        multicastHopLimit = requireByte(hops, "hop limit");
    }

    /** Sets the hop limit of what is sent to one receiver: 0 to 255, or −1 for the default. */
    public void hopLimit(int hops) {
        hopLimit = requireByte(hops, "hop limit");
    }

    /** Sets DSCP and ECN of what is sent: 0 to 255, or −1 for the default, 0. */
    public void trafficClass(int trafficClass) {
        this.trafficClass = Math.max(0, requireByte(trafficClass, "traffic class"));
    }

    /** Sends and receives by one interface only (SO_BINDTODEVICE); 0 for any, which is the default. */
    public void bindToInterface(int index) {
        boundInterface = index;
        optionsVersion++;
    }

    /** Says what becomes of datagrams that are longer than the path takes; WANT is the default. */
    public void fragmentPolicy(FragmentPolicy policy) {
        fragmentPolicy = policy;
        optionsVersion++;
    }

    /**
     * Sets the limit of the receive queue.
     *
     * @param bytes of whole packet buffers, ≥ 1; one datagram is taken however small the limit is
     * @throws IllegalArgumentException if it is below 1
     */
    public void receiveQueueBytes(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException(
                    "a receive queue cannot have %d bytes; expected 1 or more".formatted(bytes));
        }
        queueLimitBytes = bytes;
    }

    // What it is.

    /** {@return the high half of the local address} */
    public long localHigh() {
        return localHigh;
    }

    /** {@return the low half of the local address} */
    public long localLow() {
        return localLow;
    }

    /** {@return the local port, 0 if there is none} */
    public int localPort() {
        return localPort;
    }

    /** {@return the high half of the peer's address} */
    public long remoteHigh() {
        return remoteHigh;
    }

    /** {@return the low half of the peer's address} */
    public long remoteLow() {
        return remoteLow;
    }

    /** {@return the peer's port, 0 if there is no peer} */
    public int remotePort() {
        return remotePort;
    }

    /** {@return whether it has a peer} */
    public boolean isConnected() {
        return isConnected;
    }

    /** {@return whether it is closed} */
    public boolean isClosed() {
        return isClosed;
    }
}
