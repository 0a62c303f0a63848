package onload.jdk;

import onload.jdk.internal.KernelSockets;
import onload.jdk.placement.Acceleration;
import onload.nic.Nics;
import onload.nic.emulated.EmulatedNicProvider;
import onload.sockets.Stack;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A ground with everything on it: a provider, and an address at which servers listen. */
public final class World implements AutoCloseable {
    private static final AtomicInteger NETWORKS = new AtomicInteger();

    private final Ground ground;
    private final List<Stack> stacks = new ArrayList<>();
    private final Acceleration acceleration;
    private final SelectorProvider provider;

    public World(Ground ground) {
        this.ground = ground;
        if (ground != Ground.KERNEL) {
            String network = "emulated:jdk" + NETWORKS.incrementAndGet();
            stacks.add(stack(network, "192.0.2.1/24", "2001:db8::1/64"));
            stacks.add(stack(network, "192.0.2.2/24", "2001:db8::2/64"));
            stacks.forEach(stack -> stack.awaitAddresses(5_000_000_000L));
        }
        acceleration = Acceleration.of(stacks.toArray(Stack[]::new));
        provider =
                ground == Ground.KERNEL
                        ? KernelSockets.provider()
                        : OnloadSelectorProvider.of(acceleration);
    }

    private static Stack stack(String network, String ipv4, String ipv6) {
        return Stack.builder()
                .nics(Nics.of(new EmulatedNicProvider()))
                .nic(network)
                .address(ipv4)
                .address(ipv6)
                .option("dump", "off")
                .option("packets", "4096")
                .option("duplicate-address-detection", "0")
                .open();
    }

    public Ground ground() {
        return ground;
    }

    public SelectorProvider provider() {
        return provider;
    }

    public Acceleration acceleration() {
        return acceleration;
    }

    /** The address that servers are bound to and clients connect to. */
    public InetAddress host() {
        return InetAddress.ofLiteral(ground == Ground.STACK ? "192.0.2.1" : "127.0.0.1");
    }

    /** As {@link #host}, of IPv6. */
    public InetAddress host6() {
        return InetAddress.ofLiteral(ground == Ground.STACK ? "2001:db8::1" : "::1");
    }

    /** The stack that is the server's, and that of its clients. */
    public List<Stack> stacks() {
        return stacks;
    }

    /** An address of the server's, and a port. */
    public InetSocketAddress at(int port) {
        return new InetSocketAddress(host(), port);
    }

    @Override
    public void close() {
        stacks.forEach(stack -> stack.close(0));
        // It answers questions until then, and keeps the stacks.
        acceleration.close();
    }
}
