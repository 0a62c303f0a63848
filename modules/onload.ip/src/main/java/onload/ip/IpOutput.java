package onload.ip;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.ip.fragment.FragmentCutter;
import onload.ip.neighbor.Neighbor;
import onload.ip.neighbor.NeighborCache;
import onload.ip.support.PacketChain;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.InternetChecksum;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6Header;
import onload.wire.VlanTag;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The way down: from a transport's packet to a NIC's ring.
 *
 * <p>The fast way is one comparison, eight stores of ready-made header, a handful of fields and the NIC. All else
 * (finding the destination, asking for the neighbour, cutting, groups, this host itself) is beside it.
 */
final class IpOutput {
    /** Bytes of head-room with which the header is written by whole words. */
    private static final int WORDS_LENGTH = Destination.TEMPLATE_LENGTH;

    private static final int INTERFACE_LOCAL_SCOPE = 1;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;
    private final NeighborCache neighbors;
    private final NextHopDetermination nextHops;
    private final Loopback loopback;
    private final GroupAgent groups;
    private final Identifications identifications;
    private final FragmentCutter cutter;
    private final UnsafeBuffer template = new UnsafeBuffer(new byte[WORDS_LENGTH]);

    IpOutput(
            PacketPool pool,
            IpCounters counters,
            NeighborCache neighbors,
            NextHopDetermination nextHops,
            Loopback loopback,
            GroupAgent groups,
            Identifications identifications) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
        this.neighbors = neighbors;
        this.nextHops = nextHops;
        this.loopback = loopback;
        this.groups = groups;
        this.identifications = identifications;
        this.cutter = new FragmentCutter(pool);
    }

    /** As {@link IpLayer#send}. */
    int send(int packet, Destination destination, int trafficClass, int hopLimit, long nowNs) {
        boolean isKnown = destination.neighborVersion == destination.neighbor.version();
        if (!isKnown) {
            int found = nextHops.find(destination, nowNs);
            if (found < 0) {
                return found;
            }
        }
        int hops = hopLimit == Destination.DEFAULT_HOP_LIMIT ? destination.hopLimit : hopLimit;
        int length = lengthOf(packet);
        if (!isKnown
                || length + destination.ipHeaderLength > destination.mtu
                || destination.isLocal
                || destination.isGroup
                || hops == 0) {
            return sendSlowly(packet, destination, trafficClass, hops, nowNs);
        }
        int prepended = destination.linkHeaderLength + destination.ipHeaderLength;
        int result =
                writeHeader(packet, destination, length, trafficClass, hops, prepended)
                        ? transmit(packet, destination.port, prepended)
                        : IpLayer.NO_BUFFER;
        return result == 0 ? 0 : refused(result);
    }

    private int refused(int result) {
        counters.increment(
                switch (result) {
                    case IpLayer.QUEUE_FULL -> IpCounter.SEND_REFUSED_QUEUE_FULL;
                    case IpLayer.TOO_LONG -> IpCounter.SEND_REFUSED_TOO_LONG;
                    case IpLayer.NO_BUFFER -> IpCounter.SEND_REFUSED_NO_BUFFER;
                    case IpLayer.UNREACHABLE -> IpCounter.SEND_REFUSED_UNREACHABLE;
                    default -> IpCounter.SEND_REFUSED_INTERFACE_DOWN;
                });
        return result;
    }

    /** What was taken before, and counts as sent to its sender, goes no further. */
    private void drop(int packet, int result) {
        counters.increment(
                result == IpLayer.INTERFACE_DOWN
                        ? IpCounter.SEND_DROPPED_INTERFACE_DOWN
                        : IpCounter.SEND_DROPPED_QUEUE_FULL);
        pool.release(packet);
    }

    private int lengthOf(int packet) {
        return buffers.continuation(packet) == PacketBuffers.NONE
                ? buffers.length(packet)
                : PacketChain.length(buffers, packet);
    }

    /** Gives a frame to the port; if that does not take it, the packet is as it was. */
    private int transmit(int packet, @Nullable EthernetPort port, int prepended) {
        int result = port == null ? IpLayer.INTERFACE_DOWN : port.transmit(packet);
        if (result == 0) {
            counters.increment(IpCounter.SENT);
            return 0;
        }
        takeOff(packet, prepended);
        return result;
    }

    // Headers.

    /**
     * Writes the IP header, and the Ethernet header if it is known, before the data.
     *
     * @param prepended bytes by which the data grows: those of the IP header, or of both
     * @return false if there is no head-room
     */
    private boolean writeHeader(
            int packet,
            Destination destination,
            int length,
            int trafficClass,
            int hopLimit,
            int prepended) {
        boolean hasWords = buffers.headroom(packet) >= WORDS_LENGTH;
        int start = buffers.prepend(packet, prepended);
        if (start == PacketBuffers.NONE) {
            return false;
        }
        int ip = start + prepended - destination.ipHeaderLength;
        if (hasWords) {
            writeWords(destination, start + prepended);
        } else {
            destination.storeWords(template);
            memory.putBytes(start, template, WORDS_LENGTH - prepended, prepended);
        }
        if (destination.ipHeaderLength == Ipv4Header.MIN_LENGTH) {
            finishIpv4(ip, destination, length, trafficClass, hopLimit);
        } else {
            memory.putInt(ip, (int) destination.base | trafficClass << 20, ByteOrder.BIG_ENDIAN);
            Ipv6Header.payloadLength(memory, ip, length);
            Ipv6Header.hopLimit(memory, ip, hopLimit);
        }
        grown(packet, prepended, length);
        return true;
    }

    private void writeWords(Destination destination, int end) {
        UnsafeBuffer to = memory;
        if (destination.ipHeaderLength != Ipv4Header.MIN_LENGTH) {
            to.putLong(end - 64, destination.word0);
            to.putLong(end - 56, destination.word1);
            to.putLong(end - 48, destination.word2);
        }
        to.putLong(end - 40, destination.word3);
        to.putLong(end - 32, destination.word4);
        to.putLong(end - 24, destination.word5);
        to.putLong(end - 16, destination.word6);
        to.putLong(end - 8, destination.word7);
    }

    private void finishIpv4(
            int ip, Destination destination, int length, int trafficClass, int hopLimit) {
        int total = length + Ipv4Header.MIN_LENGTH;
        int identification =
                destination.dontFragment
                        ? 0
                        : identifications.next(
                                        destination.sourceLow,
                                        destination.high(),
                                        destination.low(),
                                        destination.protocol())
                                & 0xFFFF;
        Ipv4Header.trafficClass(memory, ip, trafficClass);
        Ipv4Header.totalLength(memory, ip, total);
        Ipv4Header.identification(memory, ip, identification);
        Ipv4Header.timeToLive(memory, ip, hopLimit);
        long sum =
                destination.base + trafficClass + total + identification + ((long) hopLimit << 8);
        Ipv4Header.checksum(memory, ip, InternetChecksum.fold(sum));
    }

    /** What is counted from the beginning of the data moves with it. */
    private void grown(int packet, int bytes, int length) {
        buffers.frameLength(packet, length + bytes);
        if ((buffers.flags(packet) & PacketBuffers.CHECKSUM_NEEDED) != 0) {
            buffers.needChecksum(
                    packet, buffers.checksumStart(packet) + bytes, buffers.checksumField(packet));
        }
    }

    private void takeOff(int packet, int bytes) {
        buffers.trimFront(packet, bytes);
        buffers.frameLength(packet, buffers.frameLength(packet) - bytes);
        if ((buffers.flags(packet) & PacketBuffers.CHECKSUM_NEEDED) != 0) {
            buffers.needChecksum(
                    packet, buffers.checksumStart(packet) - bytes, buffers.checksumField(packet));
        }
    }

    // All that is not fast.

    private int sendSlowly(
            int packet, Destination destination, int trafficClass, int hopLimit, long nowNs) {
        int length = lengthOf(packet);
        boolean isLong = length + destination.ipHeaderLength > destination.mtu;
        if (isLong && !mayCut(destination, length)) {
            return refused(IpLayer.TOO_LONG);
        }
        if (!writeHeader(
                packet, destination, length, trafficClass, hopLimit, destination.ipHeaderLength)) {
            return refused(IpLayer.NO_BUFFER);
        }
        int result = withIpHeader(packet, destination, hopLimit, isLong, nowNs);
        if (result < 0) {
            takeOff(packet, destination.ipHeaderLength);
            return refused(result);
        }
        return 0;
    }

    private static boolean mayCut(Destination destination, int length) {
        FragmentPolicy policy = destination.fragmentPolicy();
        int most = destination.isIpv4() ? 0xFFFF - Ipv4Header.MIN_LENGTH : 0xFFFF;
        return length <= most && (policy == FragmentPolicy.WANT || policy == FragmentPolicy.ALLOW);
    }

    /** The reference is taken if the answer is not negative. */
    private int withIpHeader(
            int packet, Destination destination, int hopLimit, boolean isLong, long nowNs) {
        if (destination.isLocal) {
            // What is counted there as dropped is as if a link had lost it.
            loopback.copy(packet, nextHops.localArrival(destination));
            pool.release(packet);
            return 0;
        }
        if (destination.isGroup && destination.groupLoopback() && groups.listens(destination)) {
            loopback.copy(packet, Objects.requireNonNull(destination.egress));
        }
        if (hopLimit == 0 || staysOnInterface(destination)) {
            pool.release(packet);
            return 0;
        }
        return isLong ? cut(packet, destination, nowNs) : emit(packet, destination, nowNs);
    }

    /** RFC 4291, section 2.7: interface-local groups are for loopback only, and of scope 0 there is none. */
    private static boolean staysOnInterface(Destination to) {
        return Ipv6Address.isMulticast(to.high(), to.low())
                && Ipv6Address.multicastScope(to.high(), to.low()) <= INTERFACE_LOCAL_SCOPE;
    }

    private int cut(int packet, Destination destination, long nowNs) {
        int mtu = destination.mtu;
        int identification =
                identifications.next(
                        destination.sourceLow,
                        destination.high(),
                        destination.low(),
                        destination.protocol());
        int room = buffers.dataCapacity();
        boolean gathers = destination.port != null && destination.port.gathers();
        int first =
                destination.isIpv4()
                        ? cutter.ipv4(
                                packet,
                                mtu,
                                identification & 0xFFFF,
                                room,
                                gathers,
                                PacketPool.SEND)
                        : cutter.ipv6(packet, mtu, identification, room, gathers, PacketPool.SEND);
        if (first < 0) {
            return IpLayer.NO_BUFFER;
        }
        int result = emitAll(first, destination, nowNs);
        if (result >= 0) {
            counters.increment(IpCounter.FRAGMENTED);
            pool.release(packet);
        }
        return result;
    }

    /** The first fragment decides; if a later one finds no room, the datagram is lost as on a link. */
    private int emitAll(int first, Destination destination, long nowNs) {
        int decided = 0;
        int result = 0;
        for (int fragment = first, next; fragment != PacketBuffers.NONE; fragment = next) {
            next = buffers.next(fragment);
            buffers.next(fragment, PacketBuffers.NONE);
            result = result < 0 ? result : emit(fragment, destination, nowNs);
            if (fragment == first) {
                decided = result;
            }
            if (result >= 0) {
                counters.increment(IpCounter.FRAGMENTS_SENT);
            } else if (decided < 0) {
                pool.release(fragment);
            } else {
                drop(fragment, result);
            }
        }
        return decided;
    }

    /** Sends a packet that begins at its IP header; the reference is taken if the answer is not negative. */
    private int emit(int packet, Destination destination, long nowNs) {
        if (!destination.isReady()) {
            int ready = neighbors.use(destination.neighbor, packet, nowNs);
            if (ready == NeighborCache.QUEUED) {
                // The cache has a reference of its own.
                pool.release(packet);
                return 0;
            }
            if (ready != NeighborCache.READY) {
                return IpLayer.UNREACHABLE;
            }
            nextHops.neighborIsReady(destination);
        }
        IpInterface egress = Objects.requireNonNull(destination.egress);
        return emit(packet, egress, nextHops.linkAddress(destination), destination.isIpv4());
    }

    /** Sends a packet that begins at its IP header to a station; the reference is taken if the answer is 0. */
    private int emit(int packet, IpInterface egress, long macAddress, boolean isIpv4) {
        int linkHeaderLength = egress.linkHeaderLength();
        int start = buffers.prepend(packet, linkHeaderLength);
        if (start == PacketBuffers.NONE) {
            return IpLayer.NO_BUFFER;
        }
        writeLinkHeader(
                memory, start, egress, macAddress, isIpv4 ? EtherType.IPV4 : EtherType.IPV6);
        grown(packet, linkHeaderLength, lengthOf(packet) - linkHeaderLength);
        return transmit(packet, egress.port(), linkHeaderLength);
    }

    static void writeLinkHeader(
            UnsafeBuffer memory, int start, IpInterface egress, long macAddress, int etherType) {
        EthernetHeader.write(memory, start, macAddress, egress.macAddress(), etherType);
        if (egress.vlan() != IpInterface.NO_VLAN) {
            VlanTag.write(
                    memory, start + VlanTag.FIRST_OFFSET, EtherType.VLAN, 0, false, egress.vlan());
            EthernetHeader.etherType(memory, start, egress.linkHeaderLength(), etherType);
        }
    }

    /** A packet that waited for a neighbour may go. It begins at its IP header. */
    void resolved(Neighbor neighbor, IpInterface egress, int packet) {
        int result = emit(packet, egress, neighbor.macAddress(), neighbor.isIpv4());
        if (result < 0) {
            drop(packet, result);
        }
    }
}
