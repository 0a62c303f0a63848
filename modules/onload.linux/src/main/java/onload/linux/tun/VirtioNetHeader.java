package onload.linux.tun;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * {@code struct virtio_net_hdr} of include/uapi/linux/virtio_net.h, 10 bytes in the machine's byte order: flags,
 * kind of segmentation, and where a checksum that is left to the receiver begins and belongs.
 */
public final class VirtioNetHeader {
    /** Bytes of the header. */
    public static final int LENGTH = 10;

    /**
     * Flag {@code VIRTIO_NET_HDR_F_NEEDS_CSUM}: the field holds the sum of the pseudo-header, the rest is to be done.
     */
    public static final int NEEDS_CHECKSUM = 1;

    /** Flag {@code VIRTIO_NET_HDR_F_DATA_VALID}: checksums were verified. */
    public static final int CHECKSUM_VALID = 2;

    /** Offset of the checksum's first byte in the frame, 2 bytes. */
    private static final int START = 6;

    /** Offset of the field, counted from that byte, 2 bytes. */
    private static final int FIELD = 8;

    private VirtioNetHeader() {}

    /** {@return the flags} */
    public static int flags(DirectBuffer buffer, int offset) {
        return buffer.getByte(offset) & 0xff;
    }

    /** {@return the offset in the frame of the first byte that a checksum covers} */
    public static int start(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + START) & 0xffff;
    }

    /** {@return the offset of the checksum, counted from that byte} */
    public static int field(DirectBuffer buffer, int offset) {
        return buffer.getShort(offset + FIELD) & 0xffff;
    }

    /** Writes a header that leaves nothing to do. */
    public static void plain(MutableDirectBuffer buffer, int offset) {
        buffer.putLong(offset, 0);
        buffer.putShort(offset + FIELD, (short) 0);
    }

    /**
     * Writes a header that leaves a checksum to the receiver.
     *
     * @param start of what it covers, counted from the first byte of the frame
     * @param field where it is, counted from there
     */
    public static void needsChecksum(MutableDirectBuffer buffer, int offset, int start, int field) {
        buffer.putLong(offset, NEEDS_CHECKSUM);
        buffer.putShort(offset + START, (short) start, ByteOrder.nativeOrder());
        buffer.putShort(offset + FIELD, (short) field, ByteOrder.nativeOrder());
    }
}
