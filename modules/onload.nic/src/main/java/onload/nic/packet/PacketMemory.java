package onload.nic.packet;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * One contiguous region of memory outside the Java heap, which a NIC can register: page-aligned, zeroed, at a
 * fixed {@link #address}.
 *
 * <p>After {@link #close} any access through {@link #buffer} is an error that the JVM may not survive; whoever
 * registered the memory with a NIC takes it back from there first.
 */
public final class PacketMemory implements AutoCloseable {
    /** Alignment of a region in bytes where it is on ordinary pages. */
    public static final int PAGE_BYTES = 4096;

    /**
     * Largest region in bytes: what is left of 2³¹ bytes, all that one index reaches, when the region is whole pages
     * and up to a page is skipped to align it.
     */
    public static final int MAX_BYTES = Integer.MAX_VALUE - 2 * PAGE_BYTES + 1;

    private final UnsafeBuffer buffer;
    private final long pageBytes;
    private final String whyNotHuge;
    private @Nullable Runnable release;

    private PacketMemory(UnsafeBuffer buffer, long pageBytes, String whyNotHuge, Runnable release) {
        this.buffer = buffer;
        this.pageBytes = pageBytes;
        this.whyNotHuge = whyNotHuge;
        this.release = release;
    }

    /**
     * Takes memory from the system.
     *
     * @param bytes at least so many, 1 to {@value #MAX_BYTES}; rounded up to whole pages
     * @param hugePages on which pages
     * @throws IllegalArgumentException if {@code bytes} is out of range
     * @throws IllegalStateException if huge pages are required and not to be had, or there is not enough memory;
     *     the message says what to do
     */
    public static PacketMemory allocate(long bytes, HugePages hugePages) {
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "packet memory cannot have %d bytes; expected 1 to %d; use fewer or smaller buffers"
                            .formatted(bytes, MAX_BYTES));
        }
        if (hugePages == HugePages.NEVER) {
            return ordinary(bytes, "not asked for");
        }
        HugePageFiles.Found found = HugePageFiles.find(bytes);
        String why = found.why();
        if (found.folder() != null) {
            try {
                return huge(found.folder(), bytes, found.pageBytes());
            } catch (IOException e) {
                why = "they cannot be mapped: " + e.getMessage();
            }
        }
        if (hugePages == HugePages.REQUIRED) {
            throw new IllegalStateException("no huge pages for packet memory: " + why);
        }
        return ordinary(bytes, why);
    }

    /**
     * Uses memory that somebody else has made, such as a file that another process maps too.
     *
     * @param address of its first byte, a multiple of {@value #PAGE_BYTES}
     * @param bytes its length
     * @param pageBytes size of its pages
     * @param release run once by {@link #close}
     * @throws IllegalArgumentException if {@code address} is not aligned
     */
    public static PacketMemory of(long address, int bytes, long pageBytes, Runnable release) {
        if (address % PAGE_BYTES != 0) {
            throw new IllegalArgumentException(
                    "packet memory cannot begin at 0x%x; expected a multiple of %d"
                            .formatted(address, PAGE_BYTES));
        }
        return new PacketMemory(
                new UnsafeBuffer(address, bytes), pageBytes, "made elsewhere", release);
    }

    private static PacketMemory huge(Path folder, long bytes, long pageBytes) throws IOException {
        long whole = (bytes + pageBytes - 1) / pageBytes * pageBytes;
        if (whole > Integer.MAX_VALUE) {
            throw new IOException(bytes + " bytes are 2 GiB in whole pages");
        }
        ByteBuffer mapped = HugePageFiles.map(folder, whole);
        return new PacketMemory(
                new UnsafeBuffer(mapped), pageBytes, "", () -> BufferUtil.free(mapped));
    }

    private static PacketMemory ordinary(long bytes, String whyNotHuge) {
        long whole = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        try {
            ByteBuffer memory = ByteBuffer.allocateDirect((int) whole + PAGE_BYTES);
            int skip = (int) (-BufferUtil.address(memory) & (PAGE_BYTES - 1));
            return new PacketMemory(
                    new UnsafeBuffer(memory, skip, (int) whole),
                    PAGE_BYTES,
                    whyNotHuge,
                    () -> BufferUtil.free(memory));
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(
                    "no %d bytes for packet memory: %s; use fewer buffers or raise -XX:MaxDirectMemorySize"
                            .formatted(whole, e.getMessage()),
                    e);
        }
    }

    /** {@return the region} */
    public UnsafeBuffer buffer() {
        return buffer;
    }

    /** {@return the address of the first byte, a multiple of {@value #PAGE_BYTES}} */
    public long address() {
        return buffer.addressOffset();
    }

    /** {@return the length of the region in bytes} */
    public int length() {
        return buffer.capacity();
    }

    /** {@return the size of the pages in bytes} */
    public long pageBytes() {
        return pageBytes;
    }

    /** {@return why the region is not on huge pages; empty if it is} */
    public String whyNotHuge() {
        return whyNotHuge;
    }

    /** Gives the memory back. A second call does nothing. */
    @Override
    public void close() {
        Runnable once = release;
        release = null;
        if (once != null) {
            once.run();
        }
    }
}
