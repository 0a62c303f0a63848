package onload.nic.packet;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/**
 * Memory on huge pages by way of hugetlbfs: a file there, mapped and at once unlinked. It needs no native call,
 * so it is here and not in the one module that may make those.
 */
final class HugePageFiles {
    private static final Path MOUNTS = Path.of("/proc/self/mounts");
    private static final Path SIZES = Path.of("/sys/kernel/mm/hugepages");

    /** What was found: a folder whose files are on huge pages, or why there is none. */
    record Found(@Nullable Path folder, long pageBytes, String why) {}

    private HugePageFiles() {}

    /**
     * Looks for a mounted hugetlbfs that can hold so many bytes.
     *
     * @param bytes how many are wanted
     */
    static Found find(long bytes) {
        String why = "no hugetlbfs is mounted; mount -t hugetlbfs none /dev/hugepages";
        try {
            for (String mount : Files.readAllLines(MOUNTS)) {
                String[] fields = mount.split(" ");
                if (fields.length < 4 || !fields[2].equals("hugetlbfs")) {
                    continue;
                }
                Path folder = Path.of(fields[1]);
                long pageBytes = pageBytes(fields[3]);
                long wanted = (bytes + pageBytes - 1) / pageBytes;
                long free = freePages(pageBytes);
                if (!Files.isWritable(folder)) {
                    why = folder + " is not writable for this user";
                } else if (free < wanted) {
                    why =
                            "%d huge pages of %d KiB are wanted and %d are free; raise vm.nr_hugepages"
                                    .formatted(wanted, pageBytes >> 10, free);
                } else {
                    return new Found(folder, pageBytes, "");
                }
            }
        } catch (IOException e) {
            why = "what is mounted cannot be read: " + e.getMessage();
        }
        return new Found(null, 0, why);
    }

    /**
     * {@return memory on huge pages, zeroed; the kernel has reserved all of it, but a page is present from its first
     * use on}
     *
     * @param folder a folder of a hugetlbfs
     * @param bytes a multiple of its page size
     * @throws IOException if the pages were taken by somebody else in the meantime
     */
    static ByteBuffer map(Path folder, long bytes) throws IOException {
        Path file = Files.createTempFile(folder, "onload", ".packets");
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // A hugetlbfs file cannot be written to, but it can be extended, which map() does.
            return channel.map(MapMode.READ_WRITE, 0, bytes);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static long pageBytes(String mountOptions) throws IOException {
        for (String option : mountOptions.split(",")) {
            if (option.startsWith("pagesize=")) {
                return parseSize(option.substring("pagesize=".length()));
            }
        }
        for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.startsWith("Hugepagesize:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IOException("/proc/meminfo has no Hugepagesize");
    }

    private static long parseSize(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        int unit = "KMG".indexOf(upper.charAt(upper.length() - 1));
        return unit < 0
                ? Long.parseLong(upper)
                : Long.parseLong(upper.substring(0, upper.length() - 1)) << ((unit + 1) * 10);
    }

    private static long freePages(long pageBytes) throws IOException {
        Path pool = SIZES.resolve("hugepages-" + (pageBytes >> 10) + "kB");
        // Pages that others have reserved but not touched yet count as free in free_hugepages.
        List<String> free = Files.readAllLines(pool.resolve("free_hugepages"));
        List<String> reserved = Files.readAllLines(pool.resolve("resv_hugepages"));
        return Long.parseLong(free.getFirst()) - Long.parseLong(reserved.getFirst());
    }
}
