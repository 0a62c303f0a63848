package onload.nic.emulated;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * How the queue of a link marks packets whose senders understand congestion marks (RFC 3168, section 5): by the bytes
 * that a packet finds in front of it. Up to {@code fromBytes} nothing is marked, from {@code toBytes} on
 * everything, and between them with a probability that grows evenly up to {@code most}, as random early
 * detection does with the mean of its queue (RFC 3168, section 1; RFC 2309). With both the same it is the
 * threshold of DCTCP (RFC 8257, section 3.1). Packets of senders that do not understand marks go through as they
 * are, and meet the end of the queue.
 *
 * @param fromBytes bytes, 0 or more
 * @param toBytes bytes, {@code fromBytes} or more
 * @param most probability just below {@code toBytes}
 */
public record EcnMarking(int fromBytes, int toBytes, double most) {
    private static final int TRAFFIC_CLASS = 1;
    private static final int CHECKSUM = 10;
    private static final int IPV4_LENGTH = 20;
    private static final int IPV6_LENGTH = 40;
    private static final int CONGESTION_EXPERIENCED = 3;

    /** In IPv6 the two bits stand in the upper half of the second byte. */
    private static final int IPV6_SHIFT = 4;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public EcnMarking {
        Limits.within("fromBytes of a marking", fromBytes, 0, Integer.MAX_VALUE);
        Limits.within("toBytes of a marking", toBytes, fromBytes, Integer.MAX_VALUE);
        Limits.probability("most of a marking", most);
    }

    /** {@return a marking of every packet that finds so many bytes in front of it} */
    public static EcnMarking threshold(int bytes) {
        return new EcnMarking(bytes, bytes, 1);
    }

    /** {@return the probability that a packet is marked that finds so many bytes in front of it} */
    public double probability(long queuedBytes) {
        if (queuedBytes >= toBytes) {
            return 1;
        }
        if (queuedBytes <= fromBytes) {
            return 0;
        }
        return most * (queuedBytes - fromBytes) / (toBytes - (double) fromBytes);
    }

    /** Marks the packet of a frame without tags, if its sender understands that; answers whether it did. */
    static boolean mark(UnsafeBuffer memory, int offset, int length) {
        if (length < EthernetHeader.LENGTH + IPV4_LENGTH) {
            return false;
        }
        int at = offset + EthernetHeader.LENGTH;
        return switch (memory.getShort(at - Short.BYTES, ByteOrder.BIG_ENDIAN) & 0xFFFF) {
            case EtherType.IPV4 -> markIpv4(memory, at);
            case EtherType.IPV6 ->
                    length >= EthernetHeader.LENGTH + IPV6_LENGTH && markIpv6(memory, at);
            default -> false;
        };
    }

    /** {@return whether the field says that the sender understands marks and there is none yet} */
    private static boolean isMarkable(int field) {
        return field == 1 || field == 2;
    }

    private static boolean markIpv4(UnsafeBuffer memory, int at) {
        int before = memory.getByte(at + TRAFFIC_CLASS) & 0xFF;
        if (!isMarkable(before & CONGESTION_EXPERIENCED)) {
            return false;
        }
        int added = (before | CONGESTION_EXPERIENCED) - before;
        memory.putByte(at + TRAFFIC_CLASS, (byte) (before + added));
        // RFC 1624, section 3: HC' = ~(~HC + ~m + m').
        int checksum = memory.getShort(at + CHECKSUM, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        int sum = (~checksum & 0xFFFF) + added;
        sum = (sum & 0xFFFF) + (sum >>> 16);
        memory.putShort(at + CHECKSUM, (short) ~sum, ByteOrder.BIG_ENDIAN);
        return true;
    }

    private static boolean markIpv6(UnsafeBuffer memory, int at) {
        int before = memory.getByte(at + TRAFFIC_CLASS) & 0xFF;
        if (!isMarkable(before >>> IPV6_SHIFT & CONGESTION_EXPERIENCED)) {
            return false;
        }
        int after = before | CONGESTION_EXPERIENCED << IPV6_SHIFT;
        memory.putByte(at + TRAFFIC_CLASS, (byte) after);
        return true;
    }
}
