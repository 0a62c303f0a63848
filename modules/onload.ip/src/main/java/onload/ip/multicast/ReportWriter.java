package onload.ip.multicast;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.IgmpGroupRecord;
import onload.wire.IgmpMessage;
import onload.wire.Ipv4Address;
import onload.wire.Ipv6Address;
import onload.wire.MldAddressRecord;
import onload.wire.MldMessage;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes the messages of one interface and IP version: packs records into as few as the MTU allows (RFC 3376, section
 * 4.2.16; RFC 3810, section 5.2.15). A message that is begun goes out by {@link #flush}, at the latest when the call
 * from outside ends.
 */
final class ReportWriter {
    /** An IPv4 header with the router alert option. */
    private static final int IPV4_HEADER_LENGTH = 24;

    /** An IPv6 header and a hop-by-hop header with the router alert option. */
    private static final int IPV6_HEADER_LENGTH = 48;

    private static final int IPV6_MIN_MTU = 1280;

    private final int interfaceIndex;
    private final boolean isIpv6;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final MulticastLink link;
    private final IpCounters counters;
    private final int recordLength;
    private final int sourceLength;

    private int maxLength;
    private int packet = PacketBuffers.NONE;
    private int records;

    ReportWriter(int interfaceIndex, boolean isIpv6, Shared shared) {
        this.interfaceIndex = interfaceIndex;
        this.isIpv6 = isIpv6;
        pool = shared.pool();
        buffers = pool.buffers();
        link = shared.link();
        counters = shared.counters();
        recordLength = isIpv6 ? MldAddressRecord.MIN_LENGTH : IgmpGroupRecord.MIN_LENGTH;
        sourceLength = isIpv6 ? 16 : 4;
    }

    /** Says how long a packet may be on the link. */
    void mtu(int mtu) {
        int payload =
                isIpv6
                        ? Math.max(mtu, IPV6_MIN_MTU) - IPV6_HEADER_LENGTH
                        : mtu - IPV4_HEADER_LENGTH;
        maxLength = Math.min(payload, buffers.dataCapacity());
    }

    /**
     * Adds a record to the message, or to as many as it takes. Of more sources than fit one message, those that are to
     * be excluded are cut off, always the same ones; others are split.
     *
     * @param type a type of {@link IgmpGroupRecord}, which are those of MLD too
     * @return false if there was no buffer for all of it
     */
    boolean record(int type, Membership membership, SourceSet sources, long nowNs) {
        boolean isCut =
                type == IgmpGroupRecord.MODE_IS_EXCLUDE
                        || type == IgmpGroupRecord.CHANGE_TO_EXCLUDE_MODE;
        int from = 0;
        do {
            if (room() < sources.size() - from) {
                flush(nowNs);
            }
            if (packet == PacketBuffers.NONE && !begin()) {
                return false;
            }
            int count = Math.min(room(), sources.size() - from);
            write(type, membership, sources, from, count);
            from += count;
        } while (from < sources.size() && !isCut);
        return true;
    }

    /** Sources that a further record of this message can have; negative if there is no room for a record. */
    private int room() {
        if (packet == PacketBuffers.NONE) {
            return -1;
        }
        return Math.floorDiv(maxLength - buffers.length(packet) - recordLength, sourceLength);
    }

    private boolean begin() {
        if (!allocate()) {
            return false;
        }
        buffers.append(packet, IgmpMessage.GROUP_RECORDS_OFFSET);
        records = 0;
        return true;
    }

    private boolean allocate() {
        packet = pool.allocate(PacketPool.CONTROL);
        if (packet == PacketBuffers.NONE) {
            counters.increment(IpCounter.MULTICAST_DROPPED_NO_BUFFER);
            return false;
        }
        return true;
    }

    private void write(int type, Membership membership, SourceSet sources, int from, int count) {
        UnsafeBuffer memory = buffers.memory();
        int at = buffers.append(packet, recordLength + count * sourceLength);
        records++;
        if (isIpv6) {
            MldAddressRecord.write(
                    memory, at, type, membership.groupHigh, membership.groupLow, count);
            for (int i = 0; i < count; i++) {
                MldAddressRecord.source(
                        memory, at, i, sources.high(from + i), sources.low(from + i));
            }
        } else {
            IgmpGroupRecord.write(memory, at, type, (int) membership.groupLow, count);
            for (int i = 0; i < count; i++) {
                IgmpGroupRecord.source(memory, at, i, (int) sources.low(from + i));
            }
        }
    }

    /** Sends the message that is begun, if there is one. */
    void flush(long nowNs) {
        if (packet == PacketBuffers.NONE) {
            return;
        }
        UnsafeBuffer memory = buffers.memory();
        int at = buffers.data(packet);
        if (isIpv6) {
            MldMessage.writeV2Report(memory, at, records);
            sendMld(Ipv6Address.ALL_MLDV2_ROUTERS_HIGH, Ipv6Address.ALL_MLDV2_ROUTERS_LOW, nowNs);
        } else {
            IgmpMessage.writeV3Report(memory, at, records);
            sendIgmp(Ipv4Address.ALL_IGMPV3_ROUTERS, nowNs);
        }
    }

    /**
     * Sends a report of an older version to its group.
     *
     * @param version 1 for IGMPv1, 2 for IGMPv2 and MLDv1
     * @return false if there was no buffer
     */
    boolean report(int version, long groupHigh, long groupLow, long nowNs) {
        flush(nowNs);
        if (!allocate()) {
            return false;
        }
        if (isIpv6) {
            writeMld(MldMessage.V1_REPORT, groupHigh, groupLow);
            sendMld(groupHigh, groupLow, nowNs);
        } else {
            writeIgmp(
                    version == 1
                            ? IgmpMessage.V1_MEMBERSHIP_REPORT
                            : IgmpMessage.V2_MEMBERSHIP_REPORT,
                    groupLow);
            sendIgmp((int) groupLow, nowNs);
        }
        return true;
    }

    /** Tells all routers that a group was left: a leave of IGMPv2, a done of MLDv1. */
    void leave(long groupHigh, long groupLow, long nowNs) {
        flush(nowNs);
        if (!allocate()) {
            return;
        }
        if (isIpv6) {
            writeMld(MldMessage.DONE, groupHigh, groupLow);
            sendMld(Ipv6Address.ALL_ROUTERS_HIGH, Ipv6Address.ALL_ROUTERS_LOW, nowNs);
        } else {
            writeIgmp(IgmpMessage.LEAVE_GROUP, groupLow);
            sendIgmp(Ipv4Address.ALL_ROUTERS, nowNs);
        }
    }

    private void writeIgmp(int type, long groupLow) {
        int at = buffers.append(packet, IgmpMessage.LENGTH);
        IgmpMessage.write(buffers.memory(), at, type, 0, (int) groupLow);
    }

    private void writeMld(int type, long groupHigh, long groupLow) {
        int at = buffers.append(packet, MldMessage.V1_LENGTH);
        MldMessage.write(buffers.memory(), at, type, 0, groupHigh, groupLow);
    }

    private void sendIgmp(int destination, long nowNs) {
        int message = packet;
        packet = PacketBuffers.NONE;
        IgmpMessage.updateChecksum(
                buffers.memory(), buffers.data(message), buffers.length(message));
        counters.increment(IpCounter.MULTICAST_REPORTS_SENT);
        link.sendIgmp(interfaceIndex, message, destination, nowNs);
    }

    private void sendMld(long destinationHigh, long destinationLow, long nowNs) {
        int message = packet;
        packet = PacketBuffers.NONE;
        counters.increment(IpCounter.MULTICAST_REPORTS_SENT);
        link.sendMld(interfaceIndex, message, destinationHigh, destinationLow, nowNs);
    }
}
