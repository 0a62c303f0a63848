package onload.sockets;

import onload.nic.NicSpec;
import onload.nic.Nics;
import onload.sockets.option.StackOption;
import onload.sockets.option.StackOptions;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;

import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Collects what a stack is made of. NICs are named one after the other; addresses and routes belong to the NIC
 * that was named last.
 *
 * <pre>
 * Stack stack = Stack.builder()
 *     .nic("emulated:lan").address("192.0.2.1/24").gateway("192.0.2.254")
 *     .option("spin", "50us")
 *     .open();
 * </pre>
 */
public final class StackBuilder {
    /** What is known of one NIC. */
    static final class Port {
        final NicSpec spec;
        final List<CidrAddress> addresses = new ArrayList<>();
        final List<Via> routes = new ArrayList<>();

        Port(NicSpec spec) {
            this.spec = spec;
        }
    }

    /** A route over a router. */
    record Via(IpPrefix destination, IpAddress gateway) {}

    private final List<Port> ports = new ArrayList<>();
    private StackOptions options = StackOptions.DEFAULT;
    private @Nullable Nics nics;
    private NanoClock clock = SystemNanoClock.INSTANCE;
    private @Nullable RandomGenerator random;
    private @Nullable ErrorHandler errors;

    StackBuilder() {}

    /**
     * Adds a NIC.
     *
     * @param spec such as {@code emulated:lan}, {@code tap:tap0} or {@code afxdp:eth0/3}; see {@link NicSpec}
     * @throws IllegalArgumentException if it cannot be read
     */
    public StackBuilder nic(String spec) {
        return nic(NicSpec.parse(spec));
    }

    /** Adds a NIC. */
    public StackBuilder nic(NicSpec spec) {
        ports.add(new Port(spec));
        return this;
    }

    /**
     * Gives the NIC that was named last an address.
     *
     * @param cidr such as {@code 192.0.2.1/24} or {@code 2001:db8::1/64}
     * @throws IllegalArgumentException if it cannot be read
     * @throws IllegalStateException if no NIC was named
     */
    public StackBuilder address(String cidr) {
        last("an address").addresses.add(CidrAddress.parse(cidr));
        return this;
    }

    /**
     * Sends all that has no other way over a router at the NIC that was named last.
     *
     * @param gateway address of the router, IPv4 or IPv6; once for each version
     * @throws IllegalArgumentException if it cannot be read
     * @throws IllegalStateException if no NIC was named
     */
    public StackBuilder gateway(String gateway) {
        IpAddress router = IpAddress.parse(gateway);
        IpPrefix all = router.isIpv4() ? IpPrefix.IPV4_ALL : IpPrefix.IPV6_ALL;
        last("a gateway").routes.add(new Via(all, router));
        return this;
    }

    /**
     * Sends what goes to a network over a router at the NIC that was named last.
     *
     * @param destination such as {@code 198.51.100.0/24}
     * @param gateway address of the router
     * @throws IllegalArgumentException if one cannot be read
     * @throws IllegalStateException if no NIC was named
     */
    public StackBuilder route(String destination, String gateway) {
        last("a route").routes.add(new Via(IpPrefix.parse(destination), IpAddress.parse(gateway)));
        return this;
    }

    private Port last(String what) {
        if (ports.isEmpty()) {
            throw new IllegalStateException(
                    "%s belongs to a NIC; name one first by nic(…)".formatted(what));
        }
        return ports.getLast();
    }

    /** Takes these options, in the place of all that were set before. */
    public StackBuilder options(StackOptions all) {
        options = all;
        return this;
    }

    /**
     * Sets an option.
     *
     * @param name its name, or Onload's for it
     * @param value as people write it
     * @throws IllegalArgumentException if there is no such option, or it has no such value; the message says
     *     what was expected
     */
    public StackBuilder option(String name, String value) {
        options = options.with(name, value);
        return this;
    }

    /** Sets an option; else as {@link #option(String, String)}. */
    public StackBuilder option(StackOption option, String value) {
        options = options.with(option, value);
        return this;
    }

    /** Names the stack: what others see it by, and its threads. Default is {@code stack} and a number. */
    public StackBuilder name(String name) {
        return option(StackOption.NAME, name);
    }

    /** Looks for NICs here and nowhere else. Default is what {@code ServiceLoader} finds. */
    public StackBuilder nics(Nics installed) {
        nics = installed;
        return this;
    }

    /**
     * Takes the time from here. With a clock that does not go by itself no call may wait. Default is that of the JVM.
     */
    public StackBuilder clock(NanoClock nanoClock) {
        clock = nanoClock;
        return this;
    }

    /** Takes all that others may not foretell from here. Default is a secure source. */
    public StackBuilder random(RandomGenerator generator) {
        random = generator;
        return this;
    }

    /** Tells faults of the stack's own threads to somebody. Default is the log. */
    public StackBuilder errorHandler(ErrorHandler handler) {
        errors = handler;
        return this;
    }

    /**
     * Opens the stack. If anything fails half-way, all that was opened is closed again.
     *
     * @throws onload.nic.spi.NicUnavailableException if a NIC is not there; the message says what to do
     * @throws IllegalArgumentException if a setting of a NIC, or an address, cannot be
     * @throws IllegalStateException if there is not enough memory
     */
    public Stack open() {
        return Assembly.open(this);
    }

    List<Port> ports() {
        return ports;
    }

    StackOptions options() {
        return options;
    }

    Nics nicsOrInstalled() {
        Nics chosen = nics;
        return chosen == null ? Nics.installed() : chosen;
    }

    NanoClock clock() {
        return clock;
    }

    @Nullable RandomGenerator random() {
        return random;
    }

    @Nullable ErrorHandler errors() {
        return errors;
    }
}
