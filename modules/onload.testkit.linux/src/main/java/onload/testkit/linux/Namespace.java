package onload.testkit.linux;

import onload.linux.device.NetworkNamespace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A network namespace of a {@link Sandbox}. */
public final class Namespace {
    private final String name;
    private final List<Program> programs = new ArrayList<>();

    Namespace(String name) {
        this.name = name;
    }

    /** {@return its name, as {@code ip netns} knows it} */
    public String name() {
        return name;
    }

    /**
     * {@return what a command prints that runs in the namespace}
     *
     * @param command the program and its arguments
     * @throws AssertionError if it fails or takes longer than 30 s; the message has its output
     */
    public String run(String... command) {
        return Command.run(inside(command));
    }

    /**
     * {@return a program that runs in the namespace until it ends or is closed}
     *
     * @param command the program and its arguments
     */
    public Program start(String... command) {
        Program started = Program.start(inside(command));
        synchronized (programs) {
            programs.add(started);
        }
        return started;
    }

    private String[] inside(String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(command));
        return all.toArray(String[]::new);
    }

    /** {@return what is done by a thread of this process in the namespace} Sockets that it makes stay there. */
    public <T> T call(Callable<T> work) {
        return NetworkNamespace.call(name, work);
    }

    /** Sets a variable of the kernel, such as {@code net.ipv4.tcp_congestion_control}. */
    public void sysctl(String variable, String value) {
        run("sysctl", "-q", "-w", variable + "=" + value);
    }

    /** Gives a device an address, such as {@code 192.0.2.1/24}. */
    public void address(String device, String address) {
        run("ip", "address", "add", address, "dev", device);
    }

    /** Has the kernel fill in the checksums of what it sends to a device, for a peer that reads frames as they are. */
    public void fillChecksums(String device) {
        run("ethtool", "-K", device, "tx", "off");
    }

    void close() {
        synchronized (programs) {
            programs.reversed().forEach(Program::close);
            programs.clear();
        }
        Command.run("ip", "netns", "delete", name);
    }
}
