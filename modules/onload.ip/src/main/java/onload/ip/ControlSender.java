package onload.ip;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.ArpPacket;
import onload.wire.EtherType;
import onload.wire.Icmpv6Message;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.Ipv6Header;
import onload.wire.MacAddress;

import org.agrona.concurrent.UnsafeBuffer;

/** Sends what a link needs to work, ARP and NDP, without routes and caches: whoever calls knows the way. */
final class ControlSender {
    /** The hop limit by which a receiver knows that a message has crossed no router (RFC 4861, section 3.1). */
    static final int LINK_HOP_LIMIT = 255;

    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final UnsafeBuffer memory;
    private final IpCounters counters;

    ControlSender(PacketPool pool, IpCounters counters) {
        this.pool = pool;
        this.buffers = pool.buffers();
        this.memory = buffers.memory();
        this.counters = counters;
    }

    /** {@return a packet with room for a message, or {@link PacketBuffers#NONE}, which is counted} */
    int allocate(int length) {
        int packet = pool.allocate(PacketPool.CONTROL);
        if (packet == PacketBuffers.NONE) {
            counters.increment(IpCounter.SEND_REFUSED_NO_BUFFER);
        } else {
            buffers.append(packet, length);
            memory.setMemory(buffers.data(packet), length, (byte) 0);
        }
        return packet;
    }

    int index(int packet) {
        return buffers.data(packet);
    }

    UnsafeBuffer memory() {
        return memory;
    }

    /** Sends an ARP packet from the interface's Ethernet address. */
    void sendArp(
            IpInterface egress,
            long destination,
            int operation,
            int sender,
            long targetMac,
            int target) {
        int packet = allocate(ArpPacket.LENGTH);
        if (packet == PacketBuffers.NONE) {
            return;
        }
        ArpPacket.write(
                memory,
                buffers.data(packet),
                operation,
                egress.macAddress(),
                sender,
                targetMac,
                target);
        counters.increment(IpCounter.ARP_SENT);
        sendFrame(egress, packet, destination, EtherType.ARP);
    }

    /**
     * Sends an ICMPv6 message to a neighbour or a group of the link; fills in its checksum.
     *
     * @param packet the message, whose reference is taken
     * @param macAddress the Ethernet address that it goes to, or 0 for that of the group
     */
    void sendIcmpv6(
            IpInterface egress,
            int packet,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            long macAddress) {
        int length = buffers.length(packet);
        long pseudoHeader =
                InternetChecksum.pseudoHeader(
                        sourceHigh,
                        sourceLow,
                        destinationHigh,
                        destinationLow,
                        IpProtocol.ICMPV6,
                        length);
        Icmpv6Message.updateChecksum(memory, buffers.data(packet), length, pseudoHeader);
        int ip = buffers.prepend(packet, Ipv6Header.LENGTH);
        Ipv6Header.write(
                memory,
                ip,
                sourceHigh,
                sourceLow,
                destinationHigh,
                destinationLow,
                IpProtocol.ICMPV6,
                LINK_HOP_LIMIT,
                length);
        long destination =
                macAddress == 0
                        ? MacAddress.ofIpv6Multicast(destinationHigh, destinationLow)
                        : macAddress;
        sendFrame(egress, packet, destination, EtherType.IPV6);
    }

    /** Prepends the Ethernet header and sends; the reference is taken. */
    void sendFrame(IpInterface egress, int packet, long destination, int etherType) {
        int start = buffers.prepend(packet, egress.linkHeaderLength());
        IpOutput.writeLinkHeader(memory, start, egress, destination, etherType);
        EthernetPort port = egress.port();
        int result = port == null ? IpLayer.INTERFACE_DOWN : port.transmit(packet);
        if (result < 0) {
            counters.increment(
                    result == IpLayer.QUEUE_FULL
                            ? IpCounter.SEND_DROPPED_QUEUE_FULL
                            : IpCounter.SEND_DROPPED_INTERFACE_DOWN);
            pool.release(packet);
        } else {
            counters.increment(IpCounter.SENT);
        }
    }
}
