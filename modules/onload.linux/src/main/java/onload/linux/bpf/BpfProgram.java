package onload.linux.bpf;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;

/** A program that the kernel's verifier has accepted. */
public final class BpfProgram implements AutoCloseable {
    /** {@code BPF_PROG_TYPE_XDP}. */
    private static final int XDP = 6;

    /** {@code BPF_XDP} of {@code enum bpf_attach_type}. */
    static final int ATTACH_XDP = 37;

    /** {@code BPF_F_XDP_HAS_FRAGS}: the program understands frames in several buffers; since Linux 5.18. */
    private static final int HAS_FRAGS = 1 << 5;

    /** Offsets of the attributes of {@code BPF_PROG_LOAD}. */
    private static final int COUNT = 4;

    private static final int INSTRUCTIONS = 8;
    private static final int LICENSE = 16;
    private static final int LOG_LEVEL = 24;
    private static final int LOG_SIZE = 28;
    private static final int LOG = 32;
    private static final int FLAGS = 44;
    private static final int NAME = 48;
    private static final int ATTACH_TYPE = 68;
    private static final int LENGTH = 72;

    private static final int LOG_LENGTH = 1 << 16;

    /** The helpers that we call are for programs of any license; what is ours is under this one. */
    private static final String OUR_LICENSE = "Apache-2.0";

    private final Descriptor descriptor;

    private BpfProgram(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Gives a program for frames to the kernel.
     *
     * @param assembled the program
     * @param name for {@code bpftool prog}: up to 15 letters, digits and underscores
     * @param takesFragments whether it may see frames that are in several buffers, as jumbo frames are
     * @throws LinuxException if the kernel refuses; the message ends with what the verifier said
     */
    public static BpfProgram xdp(BpfAssembler assembled, String name, boolean takesFragments) {
        long[] instructions = assembled.instructions();
        try (Struct attributes = Struct.of(LENGTH);
                Struct code = Struct.of(instructions.length * Long.BYTES);
                Struct license = Struct.of(OUR_LICENSE.length() + 1);
                Struct log = Struct.of(LOG_LENGTH)) {
            for (int i = 0; i < instructions.length; i++) {
                code.bytes().putLong(i * Long.BYTES, instructions[i]);
            }
            license.text(0, license.length(), OUR_LICENSE);
            attributes.bytes().putInt(0, XDP);
            attributes.bytes().putInt(COUNT, instructions.length);
            attributes.bytes().putLong(INSTRUCTIONS, code.address());
            attributes.bytes().putLong(LICENSE, license.address());
            attributes.bytes().putInt(FLAGS, takesFragments ? HAS_FRAGS : 0);
            attributes.bytes().putInt(ATTACH_TYPE, ATTACH_XDP);
            attributes.text(NAME, Bpf.NAME_LENGTH, name);
            long result = Bpf.call(Bpf.PROG_LOAD, attributes);
            if (Errno.isError(result) && result != -Errno.EPERM) {
                attributes.bytes().putInt(LOG_LEVEL, 1);
                attributes.bytes().putInt(LOG_SIZE, LOG_LENGTH);
                attributes.bytes().putLong(LOG, log.address());
                result = Bpf.call(Bpf.PROG_LOAD, attributes);
            }
            return new BpfProgram(checked(result, name, log));
        }
    }

    private static Descriptor checked(long result, String name, Struct log) {
        String what = "bpf(BPF_PROG_LOAD, " + name + ")";
        if (result == -Errno.EPERM) {
            throw new LinuxException(what, Errno.EPERM, Bpf.PRIVILEGE);
        }
        if (Errno.isError(result)) {
            String said = log.text(0, LOG_LENGTH).strip();
            String last = said.substring(Math.max(0, said.length() - 300));
            throw new LinuxException(
                    what, (int) -result, last.isEmpty() ? "" : "the verifier said: " + last);
        }
        return Descriptor.checked(result, what);
    }

    int descriptor() {
        return descriptor.number();
    }

    /** Lets the program go; where it is attached, it stays. */
    @Override
    public void close() {
        descriptor.close();
    }
}
