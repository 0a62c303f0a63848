package onload.ip;

import onload.ip.address.AddressOrigin;
import onload.ip.address.AddressTable;
import onload.ip.address.InterfaceAddress;
import onload.ip.claim.FlowClaims;
import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.fragment.Reassembly;
import onload.ip.icmp.IcmpRateLimit;
import onload.ip.multicast.GroupMemberships;
import onload.ip.neighbor.NeighborCache;
import onload.ip.neighbor.NeighborEntry;
import onload.ip.route.PathMtuCache;
import onload.ip.route.PolicyTable;
import onload.ip.route.Route;
import onload.ip.route.RoutingTable;
import onload.ip.route.SourceAddressSelection;
import onload.ip.router.RouterDiscovery;
import onload.ip.spi.RawReceiver;
import onload.ip.spi.TransportProtocol;
import onload.nic.packet.PacketPool;
import onload.nic.spi.KernelNetwork;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.wire.CidrAddress;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.IpAddress;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The IP layer of one stack: interfaces, addresses, routes, neighbours, and the way of packets between NICs and
 * transports.
 *
 * <p><strong>Duty cycle.</strong> {@link #poll} takes what NICs have, hands it up, does what time brings, and
 * sends what was queued meanwhile. Whoever waits does so until a NIC's wake-up or {@link #nextDeadlineNs}. What
 * is sent outside a poll goes out with {@link #flush}.
 *
 * <p><strong>Time</strong> comes in as {@code nowNs}, nanoseconds of a monotonic clock that never runs backwards from
 * call to call; randomness as a source, from whose seed everything can be replayed.
 *
 * <p><strong>Threads.</strong> Belongs to the thread that has the stack's lock; only {@link #counters} may be read by
 * others. Sending and receiving allocate nothing.
 */
public final class IpLayer implements AutoCloseable {
    /** Answer of a send: there is no route to the destination (ENETUNREACH). */
    public static final int NO_ROUTE = -1;

    /** Answer of a send: there is no address to send from, or not the one that was asked for (EADDRNOTAVAIL). */
    public static final int NO_SOURCE = -2;

    /** Answer of a send: the packet is longer than the path takes, and is not to be cut (EMSGSIZE). */
    public static final int TOO_LONG = -3;

    /** Answer of a send: the queue before the NIC is full; try again after a poll (EAGAIN). */
    public static final int QUEUE_FULL = -4;

    /** Answer of a send: no buffer or no head-room was to be had (ENOBUFS). */
    public static final int NO_BUFFER = -5;

    /** Answer of a send: the interface is down (ENETDOWN). */
    public static final int INTERFACE_DOWN = -6;

    /** Answer of a send: the neighbour does not answer (EHOSTUNREACH). */
    public static final int UNREACHABLE = -7;

    private static final int MIN_IPV6_MTU = 1280;
    private static final int MIN_MTU = 68;

    final Interfaces interfaces;
    final AddressTable addresses;
    private final FlowClaims claims = new FlowClaims();
    final RoutingTable routes;
    final NeighborCache neighbors;
    final RouterDiscovery routers;
    final NextHopDetermination nextHops;
    final IpOutput output;
    final ArpAgent arp;
    final NdpAgent ndp;
    final IcmpAgent icmp;
    final GroupAgent groups;

    private final IpOptions options;
    private final PacketPool pool;
    private final RandomGenerator random;
    private final IpCounters counters;
    private final PathMtuCache pathMtus;
    private final Reassembly reassembly;
    private final TransportTable transports = new TransportTable();
    private final Loopback loopback;
    private final Ipv4Input ipv4;
    private final Ipv6Input ipv6;
    private final EthernetPort.Upward upward = new Frames();

    /** Replaced as a whole when NICs come and go, which is rare; walked at every poll. */
    private KernelMirror[] mirrors = new KernelMirror[0];

    private EthernetPort[] ports = {};

    private boolean isClosed;

    /**
     * Makes a layer with a loopback interface.
     *
     * @param pool the stack's packets; all NICs of the layer have the same
     * @param random source of everything that others should not foretell
     * @param nowNs the time
     */
    public IpLayer(IpOptions options, PacketPool pool, RandomGenerator random, long nowNs) {
        this(options, pool, random, new IpCounters(), nowNs);
    }

    /**
     * Makes a layer that counts in given counters, such as ones that another process can read.
     *
     * @param nowNs the time
     */
    public IpLayer(
            IpOptions options,
            PacketPool pool,
            RandomGenerator random,
            IpCounters counters,
            long nowNs) {
        this.options = options;
        this.pool = pool;
        this.random = random;
        this.counters = counters;
        LinkAgent links = new LinkAgent(this, pool);
        interfaces = new Interfaces(options.hopLimit());
        routes = new RoutingTable(options.routes());
        addresses =
                new AddressTable(options.addresses(), random, links, counters, random.nextLong());
        neighbors = new NeighborCache(options.neighbors(), pool, random, links, counters);
        routers = new RouterDiscovery(options.routers(), addresses, random, links, counters);
        pathMtus = new PathMtuCache(options.pathMtus(), counters, random.nextLong(), links);
        nextHops =
                new NextHopDetermination(
                        counters,
                        interfaces,
                        addresses,
                        routes,
                        new SourceAddressSelection(PolicyTable.DEFAULT),
                        pathMtus,
                        neighbors,
                        options.hopLimit());
        ControlSender control = new ControlSender(pool, counters);
        loopback = new Loopback(pool, options.loopbackPackets(), counters);
        groups =
                new GroupAgent(
                        pool,
                        counters,
                        options.multicast(),
                        random,
                        interfaces,
                        addresses,
                        control);
        output =
                new IpOutput(
                        pool,
                        counters,
                        neighbors,
                        nextHops,
                        loopback,
                        groups,
                        new Identifications(random));
        arp =
                new ArpAgent(
                        pool,
                        counters,
                        addresses,
                        neighbors,
                        control,
                        options.arpRepliesPerSecond());
        ndp = new NdpAgent(pool, counters, addresses, neighbors, routers, control);
        IcmpRateLimit limit = new IcmpRateLimit(options.icmp(), random.nextLong(), random);
        WayBack wayBack = new WayBack(pool, counters, nextHops, output);
        IcmpReports reports = new IcmpReports(pool, counters, addresses, limit, wayBack);
        icmp =
                new IcmpAgent(
                        pool,
                        counters,
                        options.icmp(),
                        limit,
                        wayBack,
                        new IcmpAgent.Parts(
                                interfaces,
                                addresses,
                                nextHops,
                                transports,
                                pathMtus,
                                routers,
                                ndp,
                                groups));
        reassembly =
                new Reassembly(options.reassembly(), pool, counters, reports, random.nextLong());
        Delivery delivery = new Delivery(pool, counters, transports, icmp, reports, groups);
        GroupMemberships memberships = groups.memberships();
        ipv4 = new Ipv4Input(pool, counters, addresses, memberships, reassembly, delivery, reports);
        ipv6 = new Ipv6Input(pool, counters, addresses, memberships, reassembly, delivery, reports);
        addresses.interfaceUp(Interfaces.LOOPBACK, false, nowNs);
        addLoopbackAddress("127.0.0.1/8", nowNs);
        if (options.ipv6()) {
            addLoopbackAddress("::1/128", nowNs);
        }
    }

    private void addLoopbackAddress(String address, long nowNs) {
        addresses.add(Interfaces.LOOPBACK, CidrAddress.parse(address), AddressOrigin.MANUAL, nowNs);
    }

    // Interfaces.

    /**
     * Adds a NIC: an interface that is administratively down.
     *
     * @param name what people call it
     * @param nic an open virtual interface on the layer's pool; from now on only the layer polls it, and closes
     *     it in the end
     * @throws IllegalArgumentException if the NIC has another pool, or the name is taken
     */
    public IpInterface addInterface(String name, VirtualInterface nic) {
        if (nic.pool() != pool) {
            throw new IllegalArgumentException(
                    "the NIC of interface %s has another packet pool; expected that of the layer"
                            .formatted(name));
        }
        checkName(name);
        EthernetPort port = new EthernetPort(nic, options.waitingFrames(), counters, upward);
        IpInterface added =
                new IpInterface(
                        interfaces.nextIndex(),
                        name,
                        port,
                        IpInterface.NO_VLAN,
                        nic.macAddress(),
                        maxMtu(nic),
                        options.hopLimit());
        added.linkUp(nic.isLinkUp());
        port.assign(IpInterface.NO_VLAN, added);
        KernelNetwork kernel = nic.kernelNetwork();
        if (kernel != null) {
            KernelMirror mirror = new KernelMirror(this, added, kernel);
            added.mirror(mirror);
            mirrors = Arrays.copyOf(mirrors, mirrors.length + 1);
            mirrors[mirrors.length - 1] = mirror;
        }
        // A frame without a VLAN but with a priority has the identifier 0, which is the same.
        claims.add(nic);
        ports = Arrays.copyOf(ports, ports.length + 1);
        ports[ports.length - 1] = port;
        interfaces.add(added);
        return added;
    }

    private void checkName(String name) {
        if (interfaces.byName(name) != null) {
            throw new IllegalArgumentException(
                    "there is an interface named %s already; expected another name"
                            .formatted(name));
        }
    }

    /** A NIC that neither scatters nor gathers takes no more than a buffer has room for. */
    private int maxMtu(VirtualInterface nic) {
        boolean chains =
                nic.capabilities().has(NicFeature.RECEIVE_SCATTER)
                        && nic.capabilities().has(NicFeature.TRANSMIT_GATHER);
        int mtu = nic.capabilities().mtu();
        int room = pool.buffers().dataCapacity() - EthernetHeader.MAX_LENGTH;
        return chains ? mtu : Math.min(mtu, room);
    }

    /**
     * Adds a VLAN of a NIC: an interface of its own that is administratively down.
     *
     * @param parent the interface of the NIC
     * @param identifier 1 to 4094 (IEEE 802.1Q)
     * @param name what people call it
     * @throws IllegalArgumentException if the identifier or the name is taken, or the parent is no NIC's
     */
    public IpInterface addVlan(IpInterface parent, int identifier, String name) {
        requireThere(parent);
        EthernetPort port = parent.port();
        if (port == null || parent.vlan() != IpInterface.NO_VLAN) {
            throw new IllegalArgumentException(
                    "%s cannot have VLANs; expected the interface of a NIC"
                            .formatted(parent.name()));
        }
        if (identifier < 1 || identifier > 4094 || port.assigned(identifier) != null) {
            throw new IllegalArgumentException(
                    "%s cannot have a VLAN %d; expected 1 to 4094, each once"
                            .formatted(parent.name(), identifier));
        }
        checkName(name);
        int mtu = Math.min(parent.mtu(), maxMtu(port.nic()));
        IpInterface added =
                new IpInterface(
                        interfaces.nextIndex(),
                        name,
                        port,
                        identifier,
                        parent.macAddress(),
                        mtu,
                        options.hopLimit());
        added.linkUp(port.nic().isLinkUp());
        port.assign(identifier, added);
        interfaces.add(added);
        return added;
    }

    /**
     * Takes an interface away, with its addresses and routes. With the last one of a NIC that is closed.
     *
     * @throws IllegalArgumentException if it is the loopback, or was removed before
     */
    public void removeInterface(IpInterface removed, long nowNs) {
        EthernetPort port = removed.port();
        if (port == null || interfaces.byIndex(removed.index()) != removed) {
            throw new IllegalArgumentException(
                    "%s cannot be removed; expected the interface of a NIC that is there"
                            .formatted(removed.name()));
        }
        down(removed, nowNs);
        addresses.list(removed.index()).forEach(each -> addresses.remove(each, nowNs));
        routes.removeIf(route -> route.interfaceIndex() == removed.index());
        groups.memberships().interfaceRemoved(removed.index());
        for (NeighborEntry left : neighbors.list()) {
            if (left.interfaceIndex() == removed.index()) {
                neighbors.remove(removed.index(), left.address().high(), left.address().low());
            }
        }
        interfaces.remove(removed);
        port.assign(removed.vlan(), null);
        if (port.isUnassigned()) {
            ports = Arrays.stream(ports).filter(each -> each != port).toArray(EthernetPort[]::new);
            port.dropWaiting();
            port.nic().close();
            claims.remove(port.nic());
            mirrors =
                    Arrays.stream(mirrors)
                            .filter(each -> each != removed.mirror())
                            .toArray(KernelMirror[]::new);
        }
        changed();
    }

    /** {@return the interfaces, the loopback first} */
    public List<IpInterface> interfaces() {
        return interfaces.list();
    }

    private void requireThere(IpInterface wanted) {
        if (interfaces.byIndex(wanted.index()) != wanted) {
            throw new IllegalArgumentException(
                    "%s is no interface of this layer, or not any more; expected an interface that is there"
                            .formatted(wanted.name()));
        }
    }

    /**
     * Brings an interface up: with a link its addresses come into use, and routers are asked for.
     *
     * @throws IllegalArgumentException if it was removed
     */
    public void up(IpInterface changed, long nowNs) {
        requireThere(changed);
        boolean wasUp = changed.isUp();
        changed.administrativelyUp(true);
        EthernetPort port = changed.port();
        if (port != null) {
            changed.linkUp(port.nic().isLinkUp());
        }
        upOrDown(changed, wasUp, nowNs);
    }

    /**
     * Takes an interface down: nothing is sent or taken in any more. Its addresses stay configured.
     *
     * @throws IllegalArgumentException if it was removed, or is the loopback, which is always up
     */
    public void down(IpInterface changed, long nowNs) {
        requireThere(changed);
        if (changed.isLoopback()) {
            throw new IllegalArgumentException(
                    "%s cannot be taken down; expected the interface of a NIC"
                            .formatted(changed.name()));
        }
        boolean wasUp = changed.isUp();
        changed.administrativelyUp(false);
        upOrDown(changed, wasUp, nowNs);
    }

    private void upOrDown(IpInterface changed, boolean wasUp, long nowNs) {
        if (changed.isLoopback() || changed.isUp() == wasUp) {
            return;
        }
        int index = changed.index();
        if (changed.isUp()) {
            boolean hasIpv6 = options.ipv6() && changed.mtu() >= MIN_IPV6_MTU;
            changed.disableIpv6(!hasIpv6);
            if (changed.isShared()) {
                // Whatever is found out on the link is found out by the kernel.
                addresses.interfaceUp(index, false, nowNs);
                changed();
                return;
            }
            groups.memberships().interfaceUp(index, changed.mtu(), nowNs);
            addresses.interfaceUp(index, nowNs);
            if (hasIpv6) {
                routers.interfaceUp(index, changed.macAddress(), changed.mtu(), nowNs);
            }
        } else {
            routers.interfaceDown(index);
            addresses.interfaceDown(index, nowNs);
            groups.memberships().interfaceDown(index);
            neighbors.flush(index);
            reassembly.flush(index);
            changed.ipv6Mtu(changed.mtu());
            changed.hopLimit(options.hopLimit());
        }
        changed();
    }

    /**
     * Sets the MTU of an interface.
     *
     * @param bytes 68 (RFC 791) to what the NIC takes; below 1280 there is no IPv6 (RFC 8200, section 5)
     * @throws IllegalArgumentException if it is not, or the interface was removed
     */
    public void mtu(IpInterface changed, int bytes, long nowNs) {
        requireThere(changed);
        EthernetPort port = changed.port();
        int most = port == null ? Interfaces.LOOPBACK_MTU : maxMtu(port.nic());
        if (bytes < MIN_MTU || bytes > most) {
            throw new IllegalArgumentException(
                    "interface %s cannot have an MTU of %d; expected %d to %d"
                            .formatted(changed.name(), bytes, MIN_MTU, most));
        }
        boolean isRestarted = port != null && changed.isAdministrativelyUp();
        if (isRestarted) {
            down(changed, nowNs);
        }
        changed.mtu(bytes);
        if (isRestarted) {
            up(changed, nowNs);
        }
        changed();
    }

    // Addresses, routes, groups.

    /**
     * Gives an interface an address; once it is in use, its prefix is reached by the interface.
     *
     * @throws IllegalArgumentException if it is not an address that a host may have, or there already, or the interface
     *     was removed; the message says so
     * @throws IllegalStateException if there is no room for another
     */
    public InterfaceAddress addAddress(IpInterface to, CidrAddress address, long nowNs) {
        requireThere(to);
        return addresses.add(to.index(), address, AddressOrigin.MANUAL, nowNs);
    }

    /** {@return the table of this host's addresses} */
    public AddressTable addresses() {
        return addresses;
    }

    /**
     * Adds a route.
     *
     * @return false if it was there already
     * @throws IllegalStateException if there is no room for another
     */
    public boolean addRoute(Route route) {
        boolean added = routes.add(route);
        changed();
        return added;
    }

    /** {@return whether a route was there, which is removed} */
    public boolean removeRoute(Route route) {
        boolean removed = routes.remove(route);
        changed();
        return removed;
    }

    /** {@return all routes} */
    public List<Route> routes() {
        return routes.routes();
    }

    /** {@return the neighbour cache, which may be fed from outside} */
    public NeighborCache neighbors() {
        return neighbors;
    }

    /** {@return what was found out about routers} */
    public RouterDiscovery routers() {
        return routers;
    }

    /** {@return which groups are listened to} */
    public GroupMemberships groups() {
        return groups.memberships();
    }

    /** {@return which local addresses and ports are this stack's, where interfaces are shared with the kernel} */
    public FlowClaims claims() {
        return claims;
    }

    /** {@return the counters, which any thread may read} */
    public IpCounters counters() {
        return counters;
    }

    /** {@return the pool of the stack's packets} */
    public PacketPool pool() {
        return pool;
    }

    /** {@return how the layer was made} */
    public IpOptions options() {
        return options;
    }

    /** Routes, addresses or interfaces are not what they were: nothing that was derived from them holds. */
    void changed() {
        nextHops.invalidateAll();
        ipv4.forget();
        ipv6.forget();
    }

    // Transports.

    /**
     * Gives a protocol its transport, for the life of the layer.
     *
     * @throws IllegalStateException if it has one
     */
    public void register(TransportProtocol transport) {
        transports.register(transport);
    }

    /**
     * Lets somebody look on at a protocol.
     *
     * @param protocol 0 to 255
     */
    public void addRawReceiver(int protocol, RawReceiver receiver) {
        transports.add(protocol, receiver);
    }

    /** {@return whether a receiver looked on, which it does no more} */
    public boolean removeRawReceiver(int protocol, RawReceiver receiver) {
        return transports.remove(protocol, receiver);
    }

    // Sending.

    /**
     * {@return a destination, whose way is not looked for yet}
     *
     * @param address the peer, a group or a broadcast address
     * @param protocol the upper layer, 0 to 255
     */
    public Destination destination(IpAddress address, int protocol) {
        return destination(address.high(), address.low(), protocol);
    }

    /**
     * {@return a destination, whose way is not looked for yet}
     *
     * @param high high half of the peer's address, IPv4 as IPv4-mapped
     * @param low its low half
     * @param protocol the upper layer, 0 to 255
     */
    public Destination destination(long high, long low, int protocol) {
        // RFC 6437, section 3: a label for each flow, not to be foretold.
        return new Destination(high, low, protocol, random.nextInt() & 0xFFFFF);
    }

    /** {@return a destination with the wishes of another, for the same peer} */
    public Destination destination(Destination like) {
        return new Destination(like, random.nextInt() & 0xFFFFF);
    }

    /**
     * Finds the way to a destination if it is not known or not right any more; after that its source, MTU and interface
     * can be asked. Nothing is sent: neighbours are asked for by the first packet.
     *
     * @return 0, or {@link #NO_ROUTE}, {@link #NO_SOURCE}, {@link #INTERFACE_DOWN} or {@link #UNREACHABLE}
     */
    public int prepare(Destination destination, long nowNs) {
        return destination.isReady() ? 0 : nextHops.find(destination, nowNs);
    }

    /**
     * Sends a packet with the destination's own traffic class and hop limit; as {@link #send(int, Destination,
     * int, int, long)}.
     */
    public int send(int packet, Destination destination, long nowNs) {
        return output.send(
                packet,
                destination,
                destination.trafficClass(),
                Destination.DEFAULT_HOP_LIMIT,
                nowNs);
    }

    /**
     * Sends a packet with the destination's own hop limit and traffic class, to which an ECN codepoint is
     * added (RFC 3168, section 5); as {@link #send(int, Destination, int, int, long)}.
     *
     * @param codepoint 0 to 3; the bits are or-ed, so that those of the destination should be 0
     */
    public int send(int packet, Destination destination, int codepoint, long nowNs) {
        return output.send(
                packet,
                destination,
                destination.trafficClass() | codepoint,
                Destination.DEFAULT_HOP_LIMIT,
                nowNs);
    }

    /**
     * Sends a packet.
     *
     * <p>Its data is what follows the IP header, complete but for a checksum that is left to the NIC ({@code
     * PacketBuffers.needChecksum}, only where {@link Destination#offloadsChecksum}); it may be a chain. The headers are
     * written into its head-room, of which 64 bytes make that fast. It goes out at the end of a poll or with
     * {@link #flush}.
     *
     * <p>A packet that waits for a neighbour, or in the queue before a NIC, counts as sent; if it is dropped
     * after all, a counter says so, and of a neighbour that does not answer the transport hears by {@link
     * TransportProtocol#failed}.
     *
     * @param packet its buffer, with a reference that is the layer's if the answer is 0; otherwise the packet is the
     *     caller's as it was
     * @param trafficClass DSCP and ECN, 0 to 255
     * @param hopLimit 1 to 255; 0 keeps it in this host; {@link Destination#DEFAULT_HOP_LIMIT} for the
     *     destination's own
     * @param nowNs the time
     * @return 0; or a negative constant of this class: {@link #NO_ROUTE}, {@link #NO_SOURCE}, {@link #TOO_LONG}, {@link
     *     #QUEUE_FULL}, {@link #NO_BUFFER}, {@link #INTERFACE_DOWN}, {@link #UNREACHABLE}
     */
    public int send(
            int packet, Destination destination, int trafficClass, int hopLimit, long nowNs) {
        return output.send(packet, destination, trafficClass, hopLimit, nowNs);
    }

    /**
     * A transport has learnt that what it sent arrives, such as by an acknowledgment of new data: the next hop
     * is there (RFC 4861, section 7.3.1). Cheap enough for every such segment.
     */
    public void confirmReachable(Destination destination, long nowNs) {
        if (destination.isReady()) {
            neighbors.reachable(destination.neighbor, nowNs);
        }
    }

    /** Rings the doorbells of NICs with frames queued: for what was sent outside a poll. */
    public void flush(long nowNs) {
        for (EthernetPort port : ports) {
            port.flush(nowNs);
        }
    }

    // The duty cycle.

    /**
     * Takes in what has come, does what is due, and sends what was queued.
     *
     * @param nowNs the time
     * @param limit most events to take of each NIC, ≥ 1
     * @return events taken; more may be waiting if they are {@code limit} or more
     */
    public int poll(long nowNs, int limit) {
        int events = 0;
        for (EthernetPort port : ports) {
            events += port.poll(nowNs, limit);
        }
        if (!loopback.isEmpty()) {
            events += loopback.drain(upward, limit, nowNs);
        }
        boolean isTime = nextTimerNs() <= nowNs;
        if (isTime) {
            advance(nowNs);
        }
        if (events > 0 || isTime) {
            transports.batchEnded(nowNs);
        }
        for (EthernetPort port : ports) {
            port.finish(nowNs);
        }
        return events;
    }

    /**
     * {@return when {@link #poll} has something to do though no NIC has: {@link Long#MAX_VALUE} for never, {@link
     * Long#MIN_VALUE} for at once}
     */
    public long nextDeadlineNs() {
        return loopback.isEmpty() ? nextTimerNs() : Long.MIN_VALUE;
    }

    private long nextTimerNs() {
        long next = Math.min(neighbors.nextDeadlineNs(), addresses.nextDeadlineNs());
        next = Math.min(next, routers.nextDeadlineNs());
        next = Math.min(next, pathMtus.nextDeadlineNs());
        next = Math.min(next, reassembly.nextDeadlineNs());
        for (KernelMirror each : mirrors) {
            next = Math.min(next, each.nextDeadlineNs());
        }
        return Math.min(next, groups.memberships().nextDeadlineNs());
    }

    private void advance(long nowNs) {
        for (KernelMirror each : mirrors) {
            each.advance(nowNs);
        }
        neighbors.advance(nowNs);
        addresses.advance(nowNs);
        routers.advance(nowNs);
        pathMtus.advance(nowNs);
        reassembly.advance(nowNs);
        groups.memberships().advance(nowNs);
    }

    /**
     * Closes the NICs and releases every packet that the layer has. Leaves no groups. Whoever sends afterwards is
     * refused; a second call does nothing.
     */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        interfaces.forEach(each -> each.administrativelyUp(false));
        changed();
        neighbors.close();
        reassembly.close();
        groups.memberships().close();
        loopback.close();
        for (EthernetPort port : ports) {
            port.dropWaiting();
            port.nic().close();
        }
        ports = new EthernetPort[0];
        mirrors = new KernelMirror[0];
    }

    /** What ports deliver. */
    private final class Frames implements EthernetPort.Upward {
        @Override
        public void received(
                IpInterface arrival, int packet, int etherType, int linkCast, long nowNs) {
            switch (etherType) {
                case EtherType.IPV4 -> ipv4.received(arrival, packet, linkCast, nowNs);
                case EtherType.IPV6 -> ipv6.received(arrival, packet, linkCast, nowNs);
                case EtherType.ARP -> arp.received(arrival, packet, linkCast, nowNs);
                default -> {
                    counters.increment(IpCounter.FRAME_DROPPED_UNKNOWN_TYPE);
                    pool.release(packet);
                }
            }
        }

        @Override
        public void linkChanged(EthernetPort port, boolean up, long nowNs) {
            for (IpInterface each : interfaces.list()) {
                if (each.port() == port) {
                    boolean wasUp = each.isUp();
                    each.linkUp(up);
                    upOrDown(each, wasUp, nowNs);
                }
            }
        }
    }
}
