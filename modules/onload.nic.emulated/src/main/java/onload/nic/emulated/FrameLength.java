package onload.nic.emulated;

import onload.wire.EthernetHeader;
import onload.wire.VlanTag;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/** Whether a frame is too long for an MTU, which does not count the Ethernet header and its VLAN tags. */
final class FrameLength {
    private FrameLength() {}

    /**
     * {@return whether a frame is longer than an MTU allows}
     *
     * @param buffer holds the frame
     * @param offset index of its first byte
     * @param available bytes of it that can be read there, 0 or more
     * @param length bytes of the whole frame
     * @param mtu largest IP datagram in bytes
     */
    static boolean exceeds(UnsafeBuffer buffer, int offset, int available, int length, int mtu) {
        return length > mtu + EthernetHeader.LENGTH
                && (length > mtu + EthernetHeader.MAX_LENGTH
                        || length > mtu + headerLength(buffer, offset, available));
    }

    private static int headerLength(UnsafeBuffer buffer, int offset, int available) {
        int headerLength = EthernetHeader.LENGTH;
        while (headerLength < EthernetHeader.MAX_LENGTH
                && headerLength <= available
                && VlanTag.isTag(typeAt(buffer, offset + headerLength - 2))) {
            headerLength += VlanTag.LENGTH;
        }
        return headerLength;
    }

    private static int typeAt(UnsafeBuffer buffer, int index) {
        return buffer.getShort(index, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }
}
