package onload.linux.memory;

import onload.linux.Descriptor;
import onload.linux.LinuxException;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

import org.agrona.concurrent.UnsafeBuffer;

/** A mapped region of memory, {@code mmap(2)}; constants from include/uapi/asm-generic/mman-common.h and mman.h. */
public final class Mapping implements AutoCloseable {
    /** {@code MADV_HUGEPAGE}: transparent huge pages, please; since Linux 2.6.38. */
    public static final int MADV_HUGEPAGE = 14;

    /** {@code MADV_DONTFORK}: a child process does not get the region; since Linux 2.6.16. */
    public static final int MADV_DONTFORK = 10;

    /** {@code MADV_POPULATE_WRITE}: the pages are there before the first write; since Linux 5.14. */
    public static final int MADV_POPULATE_WRITE = 23;

    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_SHARED = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_POPULATE = 0x8000;

    private final long address;
    private final long length;
    private boolean isOpen = true;

    private Mapping(long address, long length) {
        this.address = address;
        this.length = length;
    }

    /**
     * Maps a part of a file or device for reading and writing, shared with it, its pages there at once.
     *
     * @param file what to map
     * @param offset of the first byte in the file, in bytes, a multiple of the page size
     * @param length in bytes, ≥ 1
     * @throws LinuxException if the kernel refuses
     */
    public static Mapping of(Descriptor file, long offset, long length) {
        return map(length, MAP_SHARED | MAP_POPULATE, file.number(), offset, "mmap(" + file + ")");
    }

    /**
     * Maps fresh pages of no file, all 0.
     *
     * @param length in bytes, ≥ 1
     * @throws LinuxException if the kernel refuses
     */
    public static Mapping anonymous(long length) {
        return map(length, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, "mmap");
    }

    private static Mapping map(long length, int flags, int file, long offset, String what) {
        long address =
                new SystemCalls()
                        .call(SystemCall.MMAP, 0, length, PROT_READ_WRITE, flags, file, offset);
        return new Mapping(LinuxException.check(address, what), length);
    }

    /** {@return the address of the first byte, a multiple of the page size} */
    public long address() {
        return address;
    }

    /** {@return its length in bytes} */
    public long length() {
        return length;
    }

    /**
     * {@return a part of the region}
     *
     * @param offset of its first byte
     * @param bytes its length
     * @throws IndexOutOfBoundsException if it is not within the region
     */
    public UnsafeBuffer part(long offset, int bytes) {
        if (offset < 0 || bytes < 0 || offset > length - bytes) {
            throw new IndexOutOfBoundsException(
                    "a mapping of %d bytes has no %d bytes from %d"
                            .formatted(length, bytes, offset));
        }
        return new UnsafeBuffer(address + offset, bytes);
    }

    /**
     * Gives the kernel advice about the region, {@code madvise(2)}.
     *
     * @return 0, or the error number negated: advice may be refused, and nothing is lost by it
     */
    public int advise(int advice) {
        return (int) new SystemCalls().call(SystemCall.MADVISE, address, length, advice);
    }

    /** Unmaps it; no access is allowed after that. A second call does nothing. */
    @Override
    public void close() {
        synchronized (this) {
            if (!isOpen) {
                return;
            }
            isOpen = false;
        }
        LinuxException.check(new SystemCalls().call(SystemCall.MUNMAP, address, length), "munmap");
    }
}
