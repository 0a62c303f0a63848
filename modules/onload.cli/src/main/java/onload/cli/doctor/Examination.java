package onload.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks at a machine, by the files in which Linux describes itself. */
final class Examination {
    /** Bits of capability(7) that NICs may want. */
    enum Capability {
        CAP_NET_ADMIN(12),
        CAP_NET_RAW(13),
        CAP_IPC_LOCK(14),
        CAP_SYS_ADMIN(21),
        CAP_BPF(39);

        private final int bit;

        Capability(int bit) {
            this.bit = bit;
        }
    }

    /** No set of capabilities is so large. */
    private static final long UNKNOWN = Long.MIN_VALUE;

    /** Of a pool of the usual size. */
    private static final long PACKETS_BYTES = 16L << 20;

    private final Path root;

    /**
     * Looks at a machine.
     *
     * @param root where its files are: {@code /}, or a folder with copies
     */
    Examination(Path root) {
        this.root = root;
    }

    List<Finding> findings(int processors) {
        List<Finding> findings = new ArrayList<>();
        findings.add(kernel());
        findings.add(processors(processors));
        findings.add(clock());
        findings.add(capabilities());
        findings.add(lockedMemory());
        findings.add(namespace());
        findings.add(hugePages());
        return findings;
    }

    private Finding kernel() {
        String release = text("proc/sys/kernel/osrelease");
        return release.isEmpty()
                ? Finding.missing(
                        "kernel", "this is no Linux, or /proc is not mounted", "use Linux")
                : Finding.fine("kernel", "Linux " + release);
    }

    private static Finding processors(int processors) {
        return processors > 1
                ? Finding.fine("processors", processors + " for this process")
                : Finding.better(
                        "processors",
                        "1 for this process: who spins keeps the other end from running",
                        "give it two or more, or leave the option spin at 0");
    }

    /** Each poll reads the time; by a system call that is slower than the poll. */
    private Finding clock() {
        String source = text("sys/devices/system/clocksource/clocksource0/current_clocksource");
        if (source.isEmpty()) {
            return Finding.better("clock", "its source is not known", "mount /sys");
        }
        return List.of("hpet", "acpi_pm", "jiffies", "xen").contains(source)
                ? Finding.better(
                        "clock",
                        source + ", which is read by a system call",
                        "boot with a clock source that is read without one, such as tsc or kvm-clock")
                : Finding.fine("clock", source);
    }

    /** {@return the bits of the effective capabilities} */
    private long effective() {
        return number(text("proc/self/status"), "(?m)^CapEff:\\s*([0-9a-fA-F]+)", 16);
    }

    private Finding capabilities() {
        long effective = effective();
        if (effective == UNKNOWN) {
            return Finding.better("privileges", "they cannot be read", "mount /proc");
        }
        List<String> had = new ArrayList<>();
        List<String> lacking = new ArrayList<>();
        for (Capability capability : Capability.values()) {
            boolean has = (effective >>> capability.bit & 1) == 1;
            (has ? had : lacking).add(capability.name());
        }
        boolean isEnough = !lacking.contains("CAP_NET_ADMIN") && !lacking.contains("CAP_NET_RAW");
        if (isEnough) {
            return Finding.fine("privileges", String.join(", ", had));
        }
        return Finding.better(
                "privileges",
                "without " + String.join(", ", lacking),
                "TAP wants CAP_NET_ADMIN or a device made for this user, AF_XDP also CAP_NET_RAW and CAP_BPF: run"
                        + " as root, or grant them (setcap, systemd AmbientCapabilities, docker --cap-add)");
    }

    private Finding lockedMemory() {
        long effective = effective();
        if (effective != UNKNOWN && (effective >>> Capability.CAP_IPC_LOCK.bit & 1) == 1) {
            return Finding.fine("locked memory", "no limit, by CAP_IPC_LOCK");
        }
        Matcher limit =
                Pattern.compile("(?m)^Max locked memory\\s+(\\S+)")
                        .matcher(text("proc/self/limits"));
        if (!limit.find() || limit.group(1).equals("unlimited")) {
            return Finding.fine("locked memory", "no limit");
        }
        long bytes = Long.parseLong(limit.group(1));
        return bytes >= PACKETS_BYTES
                ? Finding.fine("locked memory", "up to " + bytes / 1024 + " KiB")
                : Finding.better(
                        "locked memory",
                        "up to "
                                + bytes / 1024
                                + " KiB, too little for AF_XDP unless CAP_IPC_LOCK is there",
                        "ulimit -l unlimited, or LimitMEMLOCK=infinity of systemd");
    }

    private Finding namespace() {
        String own = link("proc/self/ns/net");
        String first = link("proc/1/ns/net");
        String devices = devices();
        if (!own.isEmpty() && !first.isEmpty() && !own.equals(first)) {
            return Finding.fine(
                    "network namespace",
                    "one of its own, not that of process 1; devices: " + devices);
        }
        return Finding.fine("network namespace", "devices: " + devices);
    }

    private String devices() {
        Matcher names = Pattern.compile("(?m)^\\s*([^\\s:]+):").matcher(text("proc/self/net/dev"));
        List<String> found = names.results().map(match -> match.group(1)).toList();
        return found.isEmpty() ? "none" : String.join(", ", found);
    }

    private Finding hugePages() {
        long free = 0;
        Path pools = root.resolve("sys/kernel/mm/hugepages");
        try (Stream<Path> sizes = Files.list(pools)) {
            for (Path size : sizes.toList()) {
                String name = size.getFileName().toString();
                long kib = Math.max(0, number(name, "hugepages-([0-9]+)kB", 10));
                free +=
                        kib
                                * Math.max(
                                        0,
                                        number(
                                                text(size.resolve("free_hugepages")),
                                                "([0-9]+)",
                                                10));
            }
        } catch (IOException e) {
            free = 0;
        }
        if (free > 0) {
            return Finding.fine("huge pages", "%d MiB free".formatted(free / 1024));
        }
        String transparent = text("sys/kernel/mm/transparent_hugepage/enabled");
        boolean isTransparent =
                transparent.contains("[always]") || transparent.contains("[madvise]");
        return Finding.better(
                "huge pages",
                isTransparent
                        ? "none reserved; transparent ones are used where they are to be had"
                        : "none",
                "sysctl -w vm.nr_hugepages=64 (2 MiB each) saves the processor's look-ups of addresses");
    }

    private String text(String file) {
        return text(root.resolve(file));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private String link(String file) {
        try {
            return Files.readSymbolicLink(root.resolve(file)).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static long number(String text, String pattern, int radix) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find()
                ? Long.parseUnsignedLong(matcher.group(1).toLowerCase(Locale.ROOT), radix)
                : UNKNOWN;
    }
}
