package onload.nic.packet;

import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;

/**
 * The layout of packet buffers in one region of memory. Buffer {@code n} is the bytes from {@code n *
 * bufferLength}:
 *
 * <pre>
 *   0        metadata: references, share, place and length of the data, links, time
 *  64        control block: free for the layer that owns the buffer
 * 128        head-room, into which lower layers write their headers downward
 *  …         data, {@link #length} bytes from {@link #data}
 *  …         tail-room
 * </pre>
 *
 * <p>A frame that is longer than one buffer is a chain by {@link #continuation}; the first buffer's {@link
 * #frameLength} is the length of the whole. Packets queue by {@link #next}, which is a link of its own, so that
 * a frame of several buffers can stand in a queue.
 *
 * <p>Indexes and lengths are bytes; all metadata is in the machine's byte order. Nothing here checks that a
 * buffer is allocated; that the index is inside the region is checked while Agrona's bounds checks are on.
 * Belongs to the thread that owns the pool.
 */
public final class PacketBuffers {
    /** No buffer: the end of a chain or queue. */
    public static final int NONE = -1;

    /** Offset of the number of references, 4 bytes. */
    public static final int REFERENCES_OFFSET = 0;

    /** Offset of the share of the pool that the buffer counts for, 4 bytes. */
    public static final int SHARE_OFFSET = 4;

    /** Offset of the place of the data, counted from the first byte of the buffer, 4 bytes. */
    public static final int DATA_OFFSET_OFFSET = 8;

    /** Offset of the length of the data in this buffer, 4 bytes. */
    public static final int LENGTH_OFFSET = 12;

    /** Offset of the next packet in a queue, 4 bytes. */
    public static final int NEXT_OFFSET = 16;

    /** Offset of the buffer that continues this one's frame, 4 bytes. */
    public static final int CONTINUATION_OFFSET = 20;

    /** Offset of the length of the whole frame, 4 bytes. */
    public static final int FRAME_LENGTH_OFFSET = 24;

    /** Offset of the flags, 4 bytes. */
    public static final int FLAGS_OFFSET = 28;

    /** Offset of the time of arrival, 8 bytes. */
    public static final int TIMESTAMP_OFFSET = 32;

    /** Offset of the first byte that a transmit checksum covers, 4 bytes. */
    public static final int CHECKSUM_START_OFFSET = 40;

    /** Offset of the place of a transmit checksum, 4 bytes. */
    public static final int CHECKSUM_FIELD_OFFSET = 44;

    /** Offset of the hash by which the NIC chose the queue, 4 bytes. */
    public static final int RECEIVE_HASH_OFFSET = 48;

    /** Offset of 64 bytes that belong to the layer that owns the buffer. */
    public static final int CONTROL_BLOCK_OFFSET = 64;

    /** Bytes of the control block. */
    public static final int CONTROL_BLOCK_LENGTH = 64;

    /** Bytes before the head-room. */
    public static final int METADATA_LENGTH = 128;

    /**
     * Head-room of a fresh buffer in bytes: room for Ethernet with two tags (22), IPv6 (40) and TCP with all its
     * options (60), rounded up to whole cache lines.
     */
    public static final int HEADROOM = 128;

    /** Smallest buffer in bytes. */
    public static final int MIN_BUFFER_LENGTH = 512;

    /** Largest buffer in bytes. */
    public static final int MAX_BUFFER_LENGTH = 65536;

    /** Flag: the NIC verified the checksums of the IPv4 header and of TCP, UDP or ICMP, and they are right. */
    public static final int CHECKSUM_VERIFIED = 1;

    /**
     * Flag: the sender leaves the transport checksum to the NIC. The field holds the folded sum of the
     * pseudo-header; {@link #checksumStart} and {@link #checksumField} say what it covers and where it is.
     */
    public static final int CHECKSUM_NEEDED = 2;

    /** Flag: {@link #receiveHash} is valid. */
    public static final int HASHED = 4;

    /** Flag: {@link #timestampNs} was taken by the NIC, not by the poll that delivered the frame. */
    public static final int HARDWARE_TIMESTAMP = 8;

    private static final boolean IS_LITTLE_ENDIAN =
            ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final long LOW_HALF = 0xFFFF_FFFFL;

    private final UnsafeBuffer memory;
    private final int shift;

    /**
     * Lays buffers out over a region.
     *
     * @param memory the region
     * @param bufferLength bytes of a buffer: a power of two from {@value #MIN_BUFFER_LENGTH} to {@value
     *     #MAX_BUFFER_LENGTH}
     * @throws IllegalArgumentException if {@code bufferLength} is not
     */
    public PacketBuffers(UnsafeBuffer memory, int bufferLength) {
        if (!BitUtil.isPowerOfTwo(bufferLength)
                || bufferLength < MIN_BUFFER_LENGTH
                || bufferLength > MAX_BUFFER_LENGTH) {
            throw new IllegalArgumentException(
                    "a packet buffer cannot have %d bytes; expected a power of two from %d to %d"
                            .formatted(bufferLength, MIN_BUFFER_LENGTH, MAX_BUFFER_LENGTH));
        }
        this.memory = memory;
        this.shift = Integer.numberOfTrailingZeros(bufferLength);
    }

    /** {@return the region, in which {@link #data} is an index} */
    public UnsafeBuffer memory() {
        return memory;
    }

    /** {@return the bytes of a buffer, metadata included} */
    public int bufferLength() {
        return 1 << shift;
    }

    /** {@return the most data that a fresh buffer takes, its head-room kept, in bytes} */
    public int dataCapacity() {
        return (1 << shift) - METADATA_LENGTH - HEADROOM;
    }

    /** {@return the index of the first byte of a buffer, which is that of its metadata} */
    public int position(int packet) {
        return packet << shift;
    }

    /** {@return the buffer that an index in the region belongs to} */
    public int packetAt(int index) {
        return index >>> shift;
    }

    /** Makes a buffer empty: no data, the usual head-room, no links, no flags, frame length 0. */
    public void reset(int packet) {
        int position = packet << shift;
        memory.putLong(position + DATA_OFFSET_OFFSET, pair(METADATA_LENGTH + HEADROOM, 0));
        memory.putLong(position + NEXT_OFFSET, pair(NONE, NONE));
        memory.putLong(position + FRAME_LENGTH_OFFSET, 0);
    }

    /** {@return the index in {@link #memory} of the first byte of the data} */
    public int data(int packet) {
        int position = packet << shift;
        return position + memory.getInt(position + DATA_OFFSET_OFFSET);
    }

    /** {@return the bytes of data in this buffer} */
    public int length(int packet) {
        return memory.getInt((packet << shift) + LENGTH_OFFSET);
    }

    /**
     * Says where the data is.
     *
     * @param dataOffset its first byte, counted from that of the buffer: {@value #METADATA_LENGTH} or more
     * @param length its bytes
     */
    public void place(int packet, int dataOffset, int length) {
        memory.putLong((packet << shift) + DATA_OFFSET_OFFSET, pair(dataOffset, length));
    }

    /** {@return the free bytes before the data} */
    public int headroom(int packet) {
        return memory.getInt((packet << shift) + DATA_OFFSET_OFFSET) - METADATA_LENGTH;
    }

    /** {@return the free bytes after the data} */
    public int tailroom(int packet) {
        int position = packet << shift;
        long place = memory.getLong(position + DATA_OFFSET_OFFSET);
        return (1 << shift) - first(place) - second(place);
    }

    /**
     * Extends the data downward, for a header.
     *
     * @param bytes how many, ≥ 0
     * @return the index of the new first byte; or {@link #NONE} if there is less head-room
     */
    public int prepend(int packet, int bytes) {
        int position = packet << shift;
        long place = memory.getLong(position + DATA_OFFSET_OFFSET);
        int dataOffset = first(place) - bytes;
        if (dataOffset < METADATA_LENGTH) {
            return NONE;
        }
        memory.putLong(position + DATA_OFFSET_OFFSET, pair(dataOffset, second(place) + bytes));
        return position + dataOffset;
    }

    /**
     * Extends the data upward.
     *
     * @param bytes how many, ≥ 0
     * @return the index of the first new byte; or {@link #NONE} if there is less tail-room
     */
    public int append(int packet, int bytes) {
        int position = packet << shift;
        long place = memory.getLong(position + DATA_OFFSET_OFFSET);
        int dataOffset = first(place);
        int length = second(place);
        int end = dataOffset + length;
        if (bytes > (1 << shift) - end) {
            return NONE;
        }
        memory.putLong(position + DATA_OFFSET_OFFSET, pair(dataOffset, length + bytes));
        return position + end;
    }

    /**
     * Takes bytes off the front of the data, as a layer does with the header that it has read.
     *
     * @param bytes how many, 0 to {@link #length}
     */
    public void trimFront(int packet, int bytes) {
        int position = packet << shift;
        long place = memory.getLong(position + DATA_OFFSET_OFFSET);
        memory.putLong(
                position + DATA_OFFSET_OFFSET, pair(first(place) + bytes, second(place) - bytes));
    }

    /**
     * Takes bytes off the end of the data, as a layer does with the padding of a link.
     *
     * @param bytes how many, 0 to {@link #length}
     */
    public void trimBack(int packet, int bytes) {
        int position = packet << shift;
        long place = memory.getLong(position + DATA_OFFSET_OFFSET);
        memory.putLong(position + DATA_OFFSET_OFFSET, pair(first(place), second(place) - bytes));
    }

    /** {@return the next packet in a queue, or {@link #NONE}} */
    public int next(int packet) {
        return memory.getInt((packet << shift) + NEXT_OFFSET);
    }

    /** Sets the next packet in a queue. */
    public void next(int packet, int next) {
        memory.putInt((packet << shift) + NEXT_OFFSET, next);
    }

    /** {@return the buffer that continues the frame, or {@link #NONE}} */
    public int continuation(int packet) {
        return memory.getInt((packet << shift) + CONTINUATION_OFFSET);
    }

    /** Sets the buffer that continues the frame. When this one goes home, that one is released too. */
    public void continuation(int packet, int continuation) {
        memory.putInt((packet << shift) + CONTINUATION_OFFSET, continuation);
    }

    /**
     * {@return the bytes of the whole frame, over all its buffers} It is valid in the first buffer of a received
     * frame and in that of a chain; for a buffer without a continuation {@link #length} says it.
     */
    public int frameLength(int packet) {
        return memory.getInt((packet << shift) + FRAME_LENGTH_OFFSET);
    }

    /** Sets the bytes of the whole frame. */
    public void frameLength(int packet, int bytes) {
        memory.putInt((packet << shift) + FRAME_LENGTH_OFFSET, bytes);
    }

    /** {@return the flags: constants of this class, or-ed} */
    public int flags(int packet) {
        return memory.getInt((packet << shift) + FLAGS_OFFSET);
    }

    /** Sets the flags. */
    public void flags(int packet, int flags) {
        memory.putInt((packet << shift) + FLAGS_OFFSET, flags);
    }

    /** {@return the time of arrival in nanoseconds, on the clock of the polls} */
    public long timestampNs(int packet) {
        return memory.getLong((packet << shift) + TIMESTAMP_OFFSET);
    }

    /** Sets the time of arrival. */
    public void timestampNs(int packet, long timeNs) {
        memory.putLong((packet << shift) + TIMESTAMP_OFFSET, timeNs);
    }

    /** {@return the first byte that a transmit checksum covers, counted from the first byte of data} */
    public int checksumStart(int packet) {
        return memory.getInt((packet << shift) + CHECKSUM_START_OFFSET);
    }

    /** {@return the place of a transmit checksum, counted from the first byte that it covers} */
    public int checksumField(int packet) {
        return memory.getInt((packet << shift) + CHECKSUM_FIELD_OFFSET);
    }

    /**
     * Leaves the transport checksum to the NIC: sets {@link #CHECKSUM_NEEDED} and where it is. The NIC must have
     * that feature.
     *
     * @param start first byte that the checksum covers, counted from the first byte of data
     * @param field place of the checksum, counted from {@code start}
     */
    public void needChecksum(int packet, int start, int field) {
        int position = packet << shift;
        memory.putInt(position + CHECKSUM_START_OFFSET, start);
        memory.putInt(position + CHECKSUM_FIELD_OFFSET, field);
        memory.putInt(
                position + FLAGS_OFFSET, memory.getInt(position + FLAGS_OFFSET) | CHECKSUM_NEEDED);
    }

    /** {@return the hash by which the NIC chose the queue, if {@link #HASHED} is set} */
    public int receiveHash(int packet) {
        return memory.getInt((packet << shift) + RECEIVE_HASH_OFFSET);
    }

    /** Sets the hash by which the NIC chose the queue; {@link #HASHED} is set apart. */
    public void receiveHash(int packet, int hash) {
        memory.putInt((packet << shift) + RECEIVE_HASH_OFFSET, hash);
    }

    /** {@return the index of the 64 bytes that the owning layer may use as it likes} */
    public int controlBlock(int packet) {
        return (packet << shift) + CONTROL_BLOCK_OFFSET;
    }

    /** {@return how many owners the buffer has; 0 in the pool} */
    public int references(int packet) {
        return memory.getInt((packet << shift) + REFERENCES_OFFSET);
    }

    void references(int packet, int references) {
        memory.putInt((packet << shift) + REFERENCES_OFFSET, references);
    }

    /** {@return the share of the pool that the buffer counts for} */
    public int share(int packet) {
        return memory.getInt((packet << shift) + SHARE_OFFSET);
    }

    /** Gives a buffer out: one reference, for a share. */
    void owned(int packet, int share) {
        memory.putLong((packet << shift) + REFERENCES_OFFSET, pair(1, share));
    }

    // Neighbouring numbers are written together, by one store; whoever reads one or both then finds
    // them in one store that may still be on its way to the cache, which two could not give him.

    private static long pair(int first, int second) {
        return IS_LITTLE_ENDIAN
                ? (first & LOW_HALF) | (long) second << 32
                : (second & LOW_HALF) | (long) first << 32;
    }

    private static int first(long pair) {
        return (int) (IS_LITTLE_ENDIAN ? pair : pair >> 32);
    }

    private static int second(long pair) {
        return (int) (IS_LITTLE_ENDIAN ? pair >> 32 : pair);
    }
}
