package onload.linux.bpf;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;

/**
 * A program attached to a device, {@code BPF_LINK_CREATE} (since Linux 5.9): it sees each received frame until this is
 * closed, or the process ends, however it ends.
 */
public final class XdpLink implements AutoCloseable {
    /** {@code XDP_FLAGS_SKB_MODE} of include/uapi/linux/if_link.h: behind the driver, for any device. */
    public static final int GENERIC = 1 << 1;

    /** {@code XDP_FLAGS_DRV_MODE}: in the driver. */
    public static final int NATIVE = 1 << 2;

    /** Offsets of the attributes of {@code BPF_LINK_CREATE}. */
    private static final int DEVICE = 4;

    private static final int TYPE = 8;
    private static final int FLAGS = 12;
    private static final int LENGTH = 16;

    private final Descriptor descriptor;

    private XdpLink(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Attaches a program to a device of the calling thread's namespace.
     *
     * @param program what sees the frames
     * @param device number of the device
     * @param name of the device, for messages
     * @param mode {@link #NATIVE} or {@link #GENERIC}
     * @throws LinuxException if the kernel refuses; the message says what to do
     */
    public static XdpLink attach(BpfProgram program, int device, String name, int mode) {
        try (Struct attributes = Struct.of(LENGTH)) {
            attributes.bytes().putInt(0, program.descriptor());
            attributes.bytes().putInt(DEVICE, device);
            attributes.bytes().putInt(TYPE, BpfProgram.ATTACH_XDP);
            attributes.bytes().putInt(FLAGS, mode);
            long result = Bpf.call(Bpf.LINK_CREATE, attributes);
            String what =
                    "attaching an XDP program to %s (%s)"
                            .formatted(name, mode == NATIVE ? "native" : "generic");
            if (Errno.isError(result)) {
                throw new LinuxException(what, (int) -result, mend((int) -result, name));
            }
            return new XdpLink(Descriptor.checked(result, what));
        }
    }

    private static String mend(int errno, String name) {
        return switch (errno) {
            case Errno.EBUSY, Errno.EEXIST ->
                    ("another XDP program is attached, perhaps by another stack; see \"ip link show"
                                    + " %s\", and end its owner")
                            .formatted(name);
            case Errno.EOPNOTSUPP, Errno.EINVAL ->
                    "the driver of %s cannot do this; try mode=generic".formatted(name);
            case Errno.ERANGE, Errno.EMSGSIZE ->
                    "the MTU of %s or of its peer is too large for XDP; lower it, or use a kernel of 6.6 or newer"
                            .formatted(name);
            case Errno.EPERM -> Bpf.PRIVILEGE;
            default -> "";
        };
    }

    /** Detaches the program. A second call does nothing. */
    @Override
    public void close() {
        descriptor.close();
    }
}
