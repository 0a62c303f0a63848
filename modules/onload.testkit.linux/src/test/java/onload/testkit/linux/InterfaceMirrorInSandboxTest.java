package onload.testkit.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.linux.device.NetworkDevice;
import onload.linux.netlink.InterfaceEvents;
import onload.linux.netlink.InterfaceMirror;
import onload.linux.netlink.InterfaceRoute;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** A mirror of the kernel's network in namespaces of its own, through floods and losses. */
@Timeout(60)
class InterfaceMirrorInSandboxTest implements InterfaceEvents {
    private final Sandbox sandbox = Sandbox.open();
    private final Namespace near = sandbox.namespace("near");
    private final Namespace far = sandbox.namespace("far");
    private final Set<String> addresses = new TreeSet<>();
    private final Set<InterfaceRoute> routes = new HashSet<>();
    private final Map<IpAddress, Long> neighbors = new HashMap<>();

    InterfaceMirrorInSandboxTest() {
        sandbox.join(near, "veth0", far, "veth1", 1500);
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    @Override
    public void addressAdded(CidrAddress address) {
        assertTrue(addresses.add(address.toString()), address + " was added before");
    }

    @Override
    public void addressRemoved(CidrAddress address) {
        assertTrue(addresses.remove(address.toString()), address + " was not added");
    }

    @Override
    public void routeAdded(InterfaceRoute route) {
        assertTrue(routes.add(route), route + " was added before");
    }

    @Override
    public void routeRemoved(InterfaceRoute route) {
        assertTrue(routes.remove(route), route + " was not added");
    }

    @Override
    public void neighbor(IpAddress address, long macAddress, int state) {
        if (macAddress == 0) {
            neighbors.remove(address);
        } else {
            neighbors.put(address, macAddress);
        }
    }

    private InterfaceMirror mirror(int receiveBytes) {
        return near.call(() -> {
            try (NetworkDevice device = NetworkDevice.find("veth0").orElseThrow()) {
                return new InterfaceMirror(device.index(), receiveBytes);
            }
        });
    }

    private void await(InterfaceMirror mirror, BooleanSupplier condition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            mirror.poll(this, 64);
            assertTrue(
                    System.nanoTime() < deadline,
                    () -> "%s %s %s".formatted(addresses, routes, neighbors));
            Thread.sleep(1);
        }
    }

    @Test
    void changesAreFollowed() throws Exception {
        near.address("veth0", "192.0.2.1/24");
        try (InterfaceMirror mirror = mirror(0)) {
            await(mirror, () -> addresses.contains("192.0.2.1/24"));
            near.run("ip", "route", "add", "198.51.100.0/24", "via", "192.0.2.254");
            await(mirror, () -> routes.size() == 1);
            near.run("ip", "route", "delete", "198.51.100.0/24");
            await(mirror, routes::isEmpty);
            near.run(
                    "ip",
                    "neighbor",
                    "add",
                    "192.0.2.9",
                    "lladdr",
                    "02:00:00:00:00:09",
                    "dev",
                    "veth0");
            IpAddress nine = IpAddress.parse("192.0.2.9");
            await(mirror, () -> neighbors.getOrDefault(nine, 0L) == 0x02_00_00_00_00_09L);
            near.run("ip", "neighbor", "delete", "192.0.2.9", "dev", "veth0");
            await(mirror, () -> !neighbors.containsKey(nine));
            near.run("ip", "address", "delete", "192.0.2.1/24", "dev", "veth0");
            await(mirror, () -> !addresses.contains("192.0.2.1/24"));
        }
    }

    @Test
    void aRouteThatIsReplacedIsGone() throws Exception {
        near.address("veth0", "192.0.2.1/24");
        near.address("veth0", "2001:db8::1/64");
        try (InterfaceMirror mirror = mirror(0)) {
            await(mirror, () -> addresses.contains("192.0.2.1/24"));
            near.run("ip", "route", "add", "198.51.100.0/24", "via", "192.0.2.253");
            near.run("ip", "route", "add", "2001:db8:9::/48", "via", "2001:db8::fd");
            await(mirror, () -> routes.size() == 2);
            near.run("ip", "route", "replace", "198.51.100.0/24", "via", "192.0.2.254");
            near.run("ip", "route", "replace", "2001:db8:9::/48", "via", "2001:db8::fe");
            IpAddress newer = IpAddress.parse("192.0.2.254");
            IpAddress newer6 = IpAddress.parse("2001:db8::fe");
            await(
                    mirror,
                    () ->
                            routes.size() == 2
                                    && routes.stream()
                                            .allMatch(each ->
                                                    newer.equals(each.gateway())
                                                            || newer6.equals(each.gateway())));
        }
    }

    @Test
    void routesThatGoWithTheLinkAreGone() throws Exception {
        near.address("veth0", "192.0.2.1/24");
        try (InterfaceMirror mirror = mirror(0)) {
            near.run("ip", "route", "add", "198.51.100.0/24", "via", "192.0.2.253");
            await(mirror, () -> routes.size() == 1);
            near.run("ip", "link", "set", "veth0", "down");
            await(mirror, routes::isEmpty);
            assertTrue(addresses.contains("192.0.2.1/24"));
        }
    }

    @Test
    void aNeighbourIsAskedFor() throws Exception {
        near.address("veth0", "192.0.2.1/24");
        far.address("veth1", "192.0.2.2/24");
        try (InterfaceMirror mirror = mirror(0)) {
            IpAddress two = IpAddress.parse("192.0.2.2");
            mirror.resolve(two);
            await(mirror, () -> neighbors.containsKey(two));
            long mac =
                    far.call(() -> {
                        try (NetworkDevice device = NetworkDevice.find("veth1").orElseThrow()) {
                            return device.macAddress().orElseThrow();
                        }
                    });
            assertEquals(mac, neighbors.get(two));
        }
    }

    @Test
    void afterALossTheMirrorIsRightAgain() throws Exception {
        near.address("veth0", "192.0.2.1/24");
        try (InterfaceMirror mirror = mirror(1)) {
            await(mirror, () -> addresses.contains("192.0.2.1/24"));
            near.address("veth0", "192.0.2.2/24");
            await(mirror, () -> addresses.contains("192.0.2.2/24"));
            // More than the smallest buffer holds, unread; and one that was told goes.
            flood("add", 2000);
            near.run("ip", "address", "delete", "192.0.2.2/24", "dev", "veth0");
            await(mirror, () -> mirror.losses() > 0 && count("10.0.") == 2000);
            assertTrue(addresses.contains("192.0.2.1/24"));
            await(mirror, () -> !addresses.contains("192.0.2.2/24"));
            flood("delete", 2000);
            await(mirror, () -> count("10.0.") == 0);
        }
    }

    private long count(String prefix) {
        return addresses.stream().filter(each -> each.startsWith(prefix)).count();
    }

    private void flood(String how, int count) throws IOException {
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < count; i++) {
            batch.append("address ")
                    .append(how)
                    .append(" 10.0.%d.%d/32 dev veth0%n".formatted(i / 250, i % 250 + 1));
        }
        Path file = Files.createTempFile("onload-batch", ".txt");
        try {
            Files.writeString(file, batch);
            near.run("ip", "-batch", file.toString());
        } finally {
            Files.delete(file);
        }
    }
}
