package onload.linux.xdp;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;
import onload.linux.memory.Mapping;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;

/**
 * One queue of a device, with its rings over registered memory. It is bound to the device that it was opened for in the
 * namespace of the thread that opened it. The rings belong to one thread; closing is for it, too.
 */
public final class XdpSocket implements AutoCloseable {
    /** Binding flag {@code XDP_COPY}: the kernel copies frames between its buffers and ours. */
    public static final int COPY = 1 << 1;

    /** Binding flag {@code XDP_ZEROCOPY}: the device reads and writes our memory; refused where the driver cannot. */
    public static final int ZERO_COPY = 1 << 2;

    /** Binding flag {@code XDP_USE_NEED_WAKEUP}: the rings say when a call is needed; since Linux 5.4. */
    public static final int NEED_WAKE_UP = 1 << 3;

    /** Binding flag {@code XDP_USE_SG}: a frame may be in several buffers; since Linux 6.6. */
    public static final int SCATTER = 1 << 4;

    /** Option of a descriptor, {@code XDP_PKT_CONTD}: the next one is of the same frame; since Linux 6.6. */
    public static final int CONTINUES = 1;

    static final int RING_NEEDS_WAKE_UP = 1;

    /** Bytes that the kernel keeps before each received frame, {@code XDP_PACKET_HEADROOM}. */
    public static final int PACKET_HEADROOM = 256;

    private static final int AF_XDP = 44;

    /** {@code SOCK_RAW | SOCK_CLOEXEC}. */
    private static final int RAW = 3 | 0x8_0000;

    private static final int SOL_XDP = 283;
    private static final int MMAP_OFFSETS = 1;
    private static final int RX_RING = 2;
    private static final int TX_RING = 3;
    private static final int UMEM_REG = 4;
    private static final int UMEM_FILL_RING = 5;
    private static final int UMEM_COMPLETION_RING = 6;
    private static final int STATISTICS = 7;
    private static final int OPTIONS = 8;
    private static final int OPTIONS_ZERO_COPY = 1;

    private static final long RX_PAGES = 0;
    private static final long TX_PAGES = 0x8000_0000L;
    private static final long FILL_PAGES = 0x1_0000_0000L;
    private static final long COMPLETION_PAGES = 0x1_8000_0000L;

    /** {@code struct xdp_umem_reg} up to its flags, as it is since Linux 5.4, and with four bytes of padding. */
    private static final int REGISTRATION_LENGTH = 32;

    private static final int STATISTICS_LENGTH = 48;
    private static final int ADDRESS_LENGTH = 16;

    /** {@code SOL_SOCKET} of include/uapi/asm-generic/socket.h; preferred busy polling is there since Linux 5.11. */
    private static final int SOL_SOCKET = 1;

    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_BUSY_POLL = 46;
    private static final int SO_PREFER_BUSY_POLL = 69;
    private static final int SO_BUSY_POLL_BUDGET = 70;
    private static final int MSG_DONTWAIT = 0x40;

    /** How often and after how long a queue that is busy is asked for again: half a second in all. */
    private static final int BUSY_RETRIES = 250;

    private static final long BUSY_PAUSE_NS = 2_000_000;

    private final Descriptor socket;
    private final SystemCalls calls = new SystemCalls();

    /** {@code struct xdp_statistics}, and its length for the kernel to read. */
    private final Struct statistics = Struct.lasting(STATISTICS_LENGTH + Integer.BYTES);

    private final List<Mapping> mappings = new ArrayList<>();
    private final ProducerRing fill;
    private final ConsumerRing completion;
    private final ConsumerRing receive;
    private final ProducerRing transmit;

    /**
     * Makes a socket and binds it to a queue.
     *
     * @param device number of the device
     * @param name of the device, for messages
     * @param queue of the device, ≥ 0
     * @param memory address of the memory to register, a multiple of 4096
     * @param memoryLength in bytes
     * @param chunkLength bytes of a buffer: 2048 or 4096, up to the size of a page
     * @param headroom bytes at the beginning of each buffer that the kernel leaves alone
     * @param options sizes of the rings and flags
     * @throws LinuxException if the kernel refuses; the message says what to do
     */
    public XdpSocket(
            int device,
            String name,
            int queue,
            long memory,
            long memoryLength,
            int chunkLength,
            int headroom,
            XdpOptions options) {
        long opened = calls.call(SystemCall.SOCKET, AF_XDP, RAW, 0);
        if (opened == -Errno.EPERM) {
            throw new LinuxException(
                    "socket(AF_XDP)", Errno.EPERM, "run as root, or grant CAP_NET_RAW");
        }
        if (opened == -Errno.EAFNOSUPPORT) {
            throw new LinuxException(
                    "socket(AF_XDP)",
                    Errno.EAFNOSUPPORT,
                    "this kernel is built without CONFIG_XDP_SOCKETS");
        }
        socket = Descriptor.checked(opened, "socket(AF_XDP)");
        try {
            register(memory, memoryLength, chunkLength, headroom);
            set(UMEM_FILL_RING, "XDP_UMEM_FILL_RING", options.fillSize());
            set(UMEM_COMPLETION_RING, "XDP_UMEM_COMPLETION_RING", options.completionSize());
            set(RX_RING, "XDP_RX_RING", options.receiveSize());
            set(TX_RING, "XDP_TX_RING", options.transmitSize());
            RingOffsets[] offsets = offsets();
            fill = producer(offsets[2], options.fillSize(), Long.BYTES, FILL_PAGES);
            completion =
                    consumer(offsets[3], options.completionSize(), Long.BYTES, COMPLETION_PAGES);
            receive = consumer(offsets[0], options.receiveSize(), 2 * Long.BYTES, RX_PAGES);
            transmit = producer(offsets[1], options.transmitSize(), 2 * Long.BYTES, TX_PAGES);
            // In copy mode what is on its way counts for the socket's send buffer, which by default
            // holds less than the ring. Without the privilege it stays as it is: more doorbells.
            var _ = setInt(SO_SNDBUFFORCE, options.transmitSize() * chunkLength);
            bind(device, name, queue, options.bind());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void register(long memory, long length, int chunkLength, int headroom) {
        try (Struct registration = Struct.of(REGISTRATION_LENGTH)) {
            registration.bytes().putLong(0, memory);
            registration.bytes().putLong(8, length);
            registration.bytes().putInt(16, chunkLength);
            registration.bytes().putInt(20, headroom);
            long result = option(SystemCall.SETSOCKOPT, SOL_XDP, UMEM_REG, registration);
            if (Errno.isError(result)) {
                throw new LinuxException(
                        "registering %d bytes of packet memory".formatted(length),
                        (int) -result,
                        result == -Errno.ENOBUFS
                                ? "raise the limit of locked memory (ulimit -l), grant CAP_IPC_LOCK, or"
                                        + " use fewer packets"
                                : "");
            }
        }
    }

    private RingOffsets[] offsets() {
        try (Struct offsets = Struct.of(4 * RingOffsets.LENGTH);
                Struct length = Struct.of(Integer.BYTES)) {
            length.bytes().putInt(0, offsets.length());
            LinuxException.check(
                    calls.call(
                            SystemCall.GETSOCKOPT,
                            socket.number(),
                            SOL_XDP,
                            MMAP_OFFSETS,
                            offsets.address(),
                            length.address()),
                    "getsockopt(XDP_MMAP_OFFSETS)");
            if (length.bytes().getInt(0) != offsets.length()) {
                throw new LinuxException(
                        "getsockopt(XDP_MMAP_OFFSETS)",
                        Errno.EOPNOTSUPP,
                        "this kernel is too old for AF_XDP as we use it; expected Linux 5.9 or newer");
            }
            RingOffsets[] all = new RingOffsets[4];
            for (int i = 0; i < all.length; i++) {
                all[i] = RingOffsets.read(offsets.bytes(), i * RingOffsets.LENGTH);
            }
            return all;
        }
    }

    private ProducerRing producer(RingOffsets offsets, int size, int entryLength, long pages) {
        Mapping mapping = map(offsets, size * entryLength, pages);
        return new ProducerRing(
                indexes(mapping, offsets),
                mapping.part(offsets.entries(), size * entryLength),
                offsets,
                size);
    }

    private ConsumerRing consumer(RingOffsets offsets, int size, int entryLength, long pages) {
        Mapping mapping = map(offsets, size * entryLength, pages);
        return new ConsumerRing(
                indexes(mapping, offsets),
                mapping.part(offsets.entries(), size * entryLength),
                offsets,
                size);
    }

    private static UnsafeBuffer indexes(Mapping mapping, RingOffsets offsets) {
        return mapping.part(0, offsets.entries());
    }

    private Mapping map(RingOffsets offsets, int entriesLength, long pages) {
        Mapping mapping = Mapping.of(socket, pages, offsets.entries() + (long) entriesLength);
        mappings.add(mapping);
        return mapping;
    }

    private void bind(int device, String name, int queue, int flags) {
        try (Struct address = Struct.of(ADDRESS_LENGTH)) {
            address.bytes().putShort(0, (short) AF_XDP);
            address.bytes().putShort(2, (short) flags);
            address.bytes().putInt(4, device);
            address.bytes().putInt(8, queue);
            long result = bind(address);
            if (Errno.isError(result)) {
                throw new LinuxException(
                        "binding an AF_XDP socket to queue %d of %s".formatted(queue, name),
                        (int) -result,
                        mend((int) -result));
            }
        }
    }

    /** The kernel lets go of a queue a moment after the last socket was closed: what is busy is asked for once more. */
    private long bind(Struct address) {
        long result =
                calls.call(SystemCall.BIND, socket.number(), address.address(), ADDRESS_LENGTH);
        for (int i = 0; i < BUSY_RETRIES && result == -Errno.EBUSY; i++) {
            pause();
            result =
                    calls.call(SystemCall.BIND, socket.number(), address.address(), ADDRESS_LENGTH);
        }
        return result;
    }

    private void pause() {
        try (Struct time = Struct.of(2 * Long.BYTES)) {
            time.bytes().putLong(Long.BYTES, BUSY_PAUSE_NS);
            calls.call(SystemCall.PPOLL, 0, 0, time.address(), 0, 0);
        }
    }

    private static String mend(int errno) {
        return switch (errno) {
            case Errno.EBUSY -> "that queue is in use; close its owner, or choose another queue";
            case Errno.EINVAL ->
                    "there is no such queue, or the kernel does not know a flag; see \"ethtool -l\"";
            case Errno.EOPNOTSUPP ->
                    "the driver has no zero-copy mode, or not for frames in several buffers; try zero-copy=off";
            case Errno.ENETDOWN -> "bring the device up: ip link set DEV up";
            default -> "";
        };
    }

    private void set(int option, String what, int value) {
        try (Struct argument = Struct.of(Integer.BYTES)) {
            argument.bytes().putInt(0, value);
            LinuxException.check(
                    option(SystemCall.SETSOCKOPT, SOL_XDP, option, argument),
                    "setsockopt(%s, %d)".formatted(what, value));
        }
    }

    private long option(SystemCall which, int level, int option, Struct argument) {
        return calls.call(
                which, socket.number(), level, option, argument.address(), argument.length());
    }

    /**
     * Lets the kernel's part of the receive path run in our calls, instead of in interrupts (since Linux 5.11).
     *
     * @param microseconds how long a call polls the device, ≥ 0
     * @param budget most frames per call, ≥ 1
     * @return 0, or the error number negated where the kernel or driver does not know it
     */
    public int busyPoll(int microseconds, int budget) {
        int result = setInt(SO_PREFER_BUSY_POLL, 1);
        if (result == 0) {
            result = setInt(SO_BUSY_POLL, microseconds);
        }
        return result == 0 ? setInt(SO_BUSY_POLL_BUDGET, budget) : result;
    }

    private int setInt(int option, int value) {
        try (Struct argument = Struct.of(Integer.BYTES)) {
            argument.bytes().putInt(0, value);
            return (int) option(SystemCall.SETSOCKOPT, SOL_SOCKET, option, argument);
        }
    }

    /** {@return the descriptor, readable while the receive ring has something} */
    public Descriptor descriptor() {
        return socket;
    }

    /** {@return the ring of buffers for the kernel to receive into} */
    public ProducerRing fill() {
        return fill;
    }

    /** {@return the ring of buffers that were sent} */
    public ConsumerRing completion() {
        return completion;
    }

    /** {@return the ring of frames that were received} */
    public ConsumerRing receive() {
        return receive;
    }

    /** {@return the ring of frames to send} */
    public ProducerRing transmit() {
        return transmit;
    }

    /** {@return whether the device uses our memory itself} */
    public boolean isZeroCopy() {
        try (Struct flags = Struct.of(Integer.BYTES);
                Struct length = Struct.of(Integer.BYTES)) {
            length.bytes().putInt(0, Integer.BYTES);
            long result =
                    calls.call(
                            SystemCall.GETSOCKOPT,
                            socket.number(),
                            SOL_XDP,
                            OPTIONS,
                            flags.address(),
                            length.address());
            return result >= 0 && (flags.bytes().getInt(0) & OPTIONS_ZERO_COPY) != 0;
        }
    }

    /**
     * Rings the doorbell: the kernel sends what is in the transmit ring; in copy mode that is done when this returns.
     *
     * @return 0 or more; or the error number negated: {@link Errno#EAGAIN} if there is more to send, or something was
     *     missing, and this is called again; {@link Errno#EBUSY} in copy mode if the device has dropped a frame, and
     *     then those behind it are still there
     */
    public int kickTransmit() {
        return (int) calls.call(SystemCall.SENDTO, socket.number(), 0, 0, MSG_DONTWAIT, 0, 0);
    }

    /** Tells the kernel that there are buffers in the fill ring; while busy polling, it also receives. */
    public void kickReceive() {
        SystemCalls.quick(SystemCall.RECVFROM, socket.number(), 0, 0, MSG_DONTWAIT, 0, 0);
    }

    /**
     * Asks what the kernel has counted since the socket was made; a system call that allocates nothing.
     *
     * @return whether it told; then the methods below have new values
     */
    public boolean sampleStatistics() {
        statistics.bytes().putInt(STATISTICS_LENGTH, STATISTICS_LENGTH);
        return SystemCalls.quick(
                        SystemCall.GETSOCKOPT,
                        socket.number(),
                        SOL_XDP,
                        STATISTICS,
                        statistics.address(),
                        statistics.address() + STATISTICS_LENGTH,
                        0)
                >= 0;
    }

    /** {@return received frames dropped for another reason than those below, such as one longer than a buffer} */
    public long receiveDropped() {
        return statistics.bytes().getLong(0);
    }

    /** {@return addresses in the fill ring that the kernel refused} */
    public long receiveInvalid() {
        return statistics.bytes().getLong(8);
    }

    /** {@return descriptors in the transmit ring that the kernel refused} */
    public long transmitInvalid() {
        return statistics.bytes().getLong(16);
    }

    /** {@return received frames dropped because nobody read the receive ring; since Linux 5.9} */
    public long receiveRingFull() {
        return statistics.bytes().getLong(24);
    }

    /** {@return received frames dropped because there was no buffer in the fill ring; since Linux 5.9} */
    public long fillRingEmpty() {
        return statistics.bytes().getLong(32);
    }

    /**
     * Takes the socket off its queue: the kernel touches neither rings nor memory any more. A second call does nothing.
     */
    @Override
    public void close() {
        socket.close();
        mappings.forEach(Mapping::close);
        mappings.clear();
    }
}
