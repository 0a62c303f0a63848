package onload.cli.measure;

import onload.cli.console.Quantity;
import onload.cli.console.Refusal;
import onload.cli.run.StackArguments;
import onload.jdk.placement.AccelerationPlan;
import onload.sockets.Stack;
import onload.sockets.StackBuilder;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/** Which ends of a measurement this process is, and on what they stand. */
final class EndArguments {
    private static final int MOST_PORT = 65_535;
    private static final String SERVER_ADDRESS = "192.0.2.1";
    private static final String CLIENT_ADDRESS = "192.0.2.2";
    private static final String LOOPBACK = "127.0.0.1";

    /** Of which there is exactly one. */
    static final class Role {
        @Option(names = "--server", description = "Waits for a client, until it is interrupted.")
        boolean isServer;

        @Option(
                names = "--client",
                paramLabel = "ADDRESS",
                description = "Measures with the server at an IP address.")
        @Nullable String server;

        @Option(
                names = "--both",
                description =
                        "Is client and server: two stacks with an emulated wire between them, or"
                                + " the kernel's loopback.")
        boolean isBoth;
    }

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Role role = new Role();

    @Option(names = "--udp", description = "Datagrams; a TCP connection otherwise.")
    private boolean isUdp;

    @Option(names = "--tcp", description = "A TCP connection, which is the default.")
    private boolean isTcp;

    @Option(
            names = "--port",
            paramLabel = "NUMBER",
            defaultValue = "7777",
            description = "The server's port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--kernel", description = "On the kernel's sockets, to compare with.")
    private boolean isKernel;

    @Option(
            names = "--spin",
            paramLabel = "DURATION",
            defaultValue = "0s",
            description =
                    "How long a thread polls before it sleeps, such as 50us; with --kernel anything but"
                            + " 0 polls for ever"
                            + " (default: ${DEFAULT-VALUE}).")
    private String spin = "0s";

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "1s",
            description = "After this an answer is taken for lost (default: ${DEFAULT-VALUE}).")
    private String timeout = "1s";

    @Mixin private StackArguments stack = new StackArguments();

    /** Made by picocli. */
    EndArguments() {}

    boolean isTcp() {
        return !isUdp;
    }

    boolean isBoth() {
        return role.isBoth;
    }

    boolean isServer() {
        return role.isServer;
    }

    long timeoutNs() {
        return Quantity.durationNs("--timeout", timeout);
    }

    long spinNs() {
        return Quantity.durationNs("--spin", spin);
    }

    /** {@return what is measured, in words} */
    String text() {
        return "%s over %s%s"
                .formatted(
                        isUdp ? "UDP" : "TCP",
                        isKernel ? "the kernel" : "onload",
                        spinNs() > 0 ? ", spinning" : "");
    }

    boolean isKernel() {
        return isKernel;
    }

    /**
     * Refuses what does not go together.
     *
     * @throws Refusal if something does not
     */
    void check() {
        if (isUdp && isTcp) {
            throw Refusal.usage("--udp and --tcp cannot be both; name one of them");
        }
        if (port < 1 || port > MOST_PORT) {
            throw Refusal.usage("--port cannot be %d; expected 1 to %d".formatted(port, MOST_PORT));
        }
        if (isKernel && !stack.isEmpty()) {
            throw Refusal.usage("--kernel has no stack; leave --nic, --profile and -O out");
        }
        if (role.isBoth && stack.hasNic()) {
            throw Refusal.usage(
                    "--both is on an emulated wire; leave --nic out, or start --server and --client");
        }
        if (!isKernel && !role.isBoth && !stack.hasNic()) {
            throw Refusal.usage(
                    "no NIC is named; name one by --nic and --address, or say --kernel or --both");
        }
        if (timeoutNs() == 0) {
            throw Refusal.usage("--timeout cannot be 0; expected a duration such as 1s");
        }
    }

    /** {@return the grounds of this process: the server's first, if it is one} */
    List<Ground> open() {
        if (isKernel) {
            Ground kernel = new KernelGround(isTcp(), spinNs() > 0, timeoutNs());
            return role.isBoth ? List.of(kernel, kernel) : List.of(kernel);
        }
        String plan =
                role.isBoth
                        ? wired(SERVER_ADDRESS) + " stack " + wired(CLIENT_ADDRESS)
                        : stack.plan() + spinOption();
        if (!role.isBoth) {
            stack.check(plan);
        }
        return open(plan);
    }

    private String wired(String address) {
        return "nic emulated:measure address %s/24%s%s"
                .formatted(address, stack.optionsPlan(), spinOption());
    }

    /** What is said by -O counts more, since it comes first and an option stands once. */
    private String spinOption() {
        boolean isSaid = stack.optionsPlan().contains(" spin=");
        return isSaid ? "" : " option spin=%dns".formatted(spinNs());
    }

    private List<Ground> open(String plan) {
        try {
            return AccelerationPlan.parse(plan).stacks(Map.copyOf(System.getenv())).stream()
                    .map(StackBuilder::open)
                    .map(opened -> (Ground) new StackGround(awaited(opened), isTcp(), timeoutNs()))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            throw Refusal.failed(String.valueOf(e.getMessage()));
        }
    }

    private static Stack awaited(Stack opened) {
        opened.awaitAddresses(3_000_000_000L);
        return opened;
    }

    /** {@return where the server waits} */
    InetSocketAddress listenAt() {
        if (role.isBoth) {
            String address = isKernel ? LOOPBACK : SERVER_ADDRESS;
            return new InetSocketAddress(InetAddress.ofLiteral(address), isKernel ? 0 : port);
        }
        return new InetSocketAddress(InetAddress.ofLiteral(isKernel ? "::" : "0.0.0.0"), port);
    }

    /**
     * {@return where the client goes}
     *
     * @throws Refusal if the address cannot be read
     */
    InetSocketAddress connectTo() {
        String address = role.server;
        if (address == null) {
            throw new IllegalStateException("there is no client");
        }
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(address), port);
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(
                    "--client cannot be \"%s\"; expected an IP address, such as 192.0.2.1"
                            .formatted(address));
        }
    }
}
