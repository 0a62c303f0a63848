package onload.testkit.linux;

import onload.testkit.base.Requirement;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Network namespaces for one test, removed with all that is in them when this is closed. It belongs to one thread.
 *
 * <p>A namespace is an island: its devices reach those that the sandbox joins them with, and nothing else.
 */
public final class Sandbox implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final AtomicInteger DEVICES = new AtomicInteger();
    private static final int FIRST_DEVICE = 100;
    private static final Pattern OURS = Pattern.compile("onload([0-9]+)-.*");
    private static final Path NAMESPACES = Path.of("/run/netns");

    private final List<Namespace> namespaces = new ArrayList<>();

    private Sandbox() {}

    /**
     * {@return an empty sandbox}; the test is skipped, or in continuous integration fails, where namespaces cannot be
     * made.
     */
    public static Sandbox open() {
        Requirement.that(
                isRoot(),
                "root in network namespaces of its own",
                "run it as root, such as by sudo");
        Requirement.command("ip", "install the package iproute2");
        Requirement.command("ethtool", "install the package ethtool");
        removeLeftovers();
        return new Sandbox();
    }

    /** {@return whether this process may make namespaces} */
    public static boolean isRoot() {
        return Optional.ofNullable(System.getProperty("user.name")).orElse("").equals("root");
    }

    /** Takes away what runs that were killed have left. */
    private static void removeLeftovers() {
        String[] names = NAMESPACES.toFile().list();
        if (names == null) {
            return;
        }
        for (String name : names) {
            Matcher matcher = OURS.matcher(name);
            if (matcher.matches() && !Files.exists(Path.of("/proc", matcher.group(1)))) {
                Command.run("ip", "netns", "delete", name);
            }
        }
    }

    /**
     * {@return a new namespace}, its loopback up.
     *
     * @param label a word for people, part of its name
     */
    public Namespace namespace(String label) {
        String name =
                "onload%d-%d-%s"
                        .formatted(ProcessHandle.current().pid(), NUMBER.incrementAndGet(), label);
        Command.run("ip", "netns", "add", name);
        Namespace made = new Namespace(name);
        namespaces.add(made);
        made.run("ip", "link", "set", "lo", "up");
        // Addresses of IPv6 can be used at once.
        made.sysctl("net.ipv6.conf.default.accept_dad", "0");
        made.sysctl("net.ipv6.conf.all.accept_dad", "0");
        return made;
    }

    /**
     * Joins two namespaces by a pair of virtual Ethernet devices, which are brought up.
     *
     * @param one where the first device is
     * @param oneDevice its name, up to 15 characters
     * @param other where the second device is
     * @param otherDevice its name
     * @param mtu of both, in bytes
     */
    public void join(
            Namespace one, String oneDevice, Namespace other, String otherDevice, int mtu) {
        // Two ends with one number in two namespaces have their links come up a second later.
        int number = FIRST_DEVICE + 2 * DEVICES.getAndIncrement();
        one.run(
                "ip",
                "link",
                "add",
                oneDevice,
                "index",
                String.valueOf(number),
                "mtu",
                String.valueOf(mtu),
                "type",
                "veth",
                "peer",
                "name",
                otherDevice,
                "index",
                String.valueOf(number + 1),
                "mtu",
                String.valueOf(mtu),
                "netns",
                other.name());
        one.run("ip", "link", "set", oneDevice, "up");
        other.run("ip", "link", "set", otherDevice, "up");
    }

    /** Ends the programs that were started and removes the namespaces. */
    @Override
    public void close() {
        for (Namespace each : namespaces.reversed()) {
            each.close();
        }
        namespaces.clear();
    }
}
