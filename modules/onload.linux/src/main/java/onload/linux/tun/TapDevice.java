package onload.linux.tun;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

/**
 * One queue of a TAP device of the kernel: {@code ioctl(2)} numbers of include/uapi/linux/if_tun.h. Reading and writing
 * is for one thread at a time; neither blocks.
 */
public final class TapDevice implements AutoCloseable {
    /** The file that all such devices are made by. */
    public static final String FILE = "/dev/net/tun";

    private static final int AT_FDCWD = -100;

    /** {@code O_RDWR | O_NONBLOCK | O_CLOEXEC}. */
    private static final int FLAGS = 2 | 0x800 | 0x8_0000;

    private static final long TUNSETIFF = 0x4004_54caL;
    private static final long TUNSETPERSIST = 0x4004_54cbL;
    private static final long TUNSETOWNER = 0x4004_54ccL;
    private static final long TUNSETOFFLOAD = 0x4004_54d0L;
    private static final long TUNSETVNETHDRSZ = 0x4004_54d8L;

    private static final int IFF_TAP = 0x0002;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final int IFF_MULTI_QUEUE = 0x0100;
    private static final int TUN_F_CSUM = 1;

    private static final int REQUEST_LENGTH = 40;
    private static final int NAME_LENGTH = 16;

    private final Descriptor file;
    private final String name;

    private TapDevice(Descriptor file, String name) {
        this.file = file;
        this.name = name;
    }

    /**
     * Opens a queue of a device in the calling thread's namespace, and makes the device if it is not there.
     *
     * @param options which and how
     * @throws LinuxException if the kernel refuses; the message says what to do
     */
    public static TapDevice open(TapOptions options) {
        SystemCalls calls = new SystemCalls();
        Descriptor file = openFile(calls);
        try (Struct request = Struct.of(REQUEST_LENGTH)) {
            request.text(0, NAME_LENGTH, options.name());
            int flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
            request.bytes()
                    .putShort(
                            NAME_LENGTH,
                            (short) (options.isMultiQueue() ? flags | IFF_MULTI_QUEUE : flags));
            long result = calls.call(SystemCall.IOCTL, file.number(), TUNSETIFF, request.address());
            if (Errno.isError(result)) {
                throw new LinuxException(
                        "opening the TAP device " + options.name(),
                        (int) -result,
                        mend((int) -result));
            }
            TapDevice device = new TapDevice(file, request.text(0, NAME_LENGTH));
            device.configure(calls, options);
            return device;
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static Descriptor openFile(SystemCalls calls) {
        try (Struct path = Struct.of(FILE.length() + 1)) {
            path.text(0, path.length(), FILE);
            long opened = calls.call(SystemCall.OPENAT, AT_FDCWD, path.address(), FLAGS, 0);
            if (Errno.isError(opened)) {
                throw new LinuxException(
                        "opening " + FILE,
                        (int) -opened,
                        opened == -Errno.ENOENT || opened == -Errno.ENXIO
                                ? "load the module: modprobe tun"
                                : "run as root, or let the user read and write " + FILE);
            }
            return Descriptor.checked(opened, FILE);
        }
    }

    private static String mend(int errno) {
        return switch (errno) {
            case Errno.EPERM ->
                    "run as root, grant CAP_NET_ADMIN, or make it for this user before:"
                            + " ip tuntap add mode tap user NAME";
            case Errno.EBUSY ->
                    "another process has it; close that, choose another name, or open both with multi-queue=on";
            case Errno.EINVAL ->
                    "there is a device of that name that is no TAP, or one with another number of queues";
            default -> "";
        };
    }

    private void configure(SystemCalls calls, TapOptions options) {
        try (Struct length = Struct.of(Integer.BYTES)) {
            length.bytes().putInt(0, VirtioNetHeader.LENGTH);
            check(
                    calls.call(SystemCall.IOCTL, file.number(), TUNSETVNETHDRSZ, length.address()),
                    "TUNSETVNETHDRSZ");
        }
        check(
                calls.call(
                        SystemCall.IOCTL,
                        file.number(),
                        TUNSETOFFLOAD,
                        options.takesUnfilled() ? TUN_F_CSUM : 0),
                "TUNSETOFFLOAD");
    }

    /**
     * Has the device stay when it is closed, which is said last: nothing that failed before leaves one behind.
     *
     * @throws LinuxException if the kernel refuses
     */
    public void persist() {
        check(
                new SystemCalls().call(SystemCall.IOCTL, file.number(), TUNSETPERSIST, 1),
                "TUNSETPERSIST");
    }

    /**
     * Says who may open it later without privilege.
     *
     * @param user number of the user
     * @throws LinuxException if the kernel refuses
     */
    public void owner(int user) {
        check(
                new SystemCalls().call(SystemCall.IOCTL, file.number(), TUNSETOWNER, user),
                "TUNSETOWNER");
    }

    private void check(long result, String what) {
        LinuxException.check(result, "ioctl(%s, %s)".formatted(what, name));
    }

    /** {@return its name} */
    public String name() {
        return name;
    }

    /** {@return the descriptor, readable while there is a frame} */
    public Descriptor descriptor() {
        return file;
    }

    /**
     * Reads a header and frame that the kernel has sent.
     *
     * @param address where to
     * @param length of the room there
     * @return bytes of both; −1 if there is none
     */
    public int read(long address, int length) {
        return (int) SystemCalls.quick(SystemCall.READ, file.number(), address, length, 0, 0, 0);
    }

    /**
     * Reads a header and frame into several places.
     *
     * @param places address of {@code struct iovec}s: an address and a length, 8 bytes each
     * @param count how many
     * @return bytes of all; −1 if there is no frame
     */
    public int readParts(long places, int count) {
        return (int) SystemCalls.quick(SystemCall.READV, file.number(), places, count, 0, 0, 0);
    }

    /**
     * Gives the kernel a header and frame.
     *
     * @param address where from
     * @param length of both
     * @return bytes taken; −1 if the kernel refused
     */
    public int write(long address, int length) {
        return (int) SystemCalls.quick(SystemCall.WRITE, file.number(), address, length, 0, 0, 0);
    }

    /**
     * Gives the kernel a header and frame from several places.
     *
     * @param places address of {@code struct iovec}s
     * @param count how many
     * @return bytes taken; −1 if the kernel refused
     */
    public int writeParts(long places, int count) {
        return (int) SystemCalls.quick(SystemCall.WRITEV, file.number(), places, count, 0, 0, 0);
    }

    /** Closes the queue; a device that is not persistent goes away with its last one. */
    @Override
    public void close() {
        file.close();
    }
}
