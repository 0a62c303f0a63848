package onload.programs;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import onload.testkit.linux.Namespace;
import onload.testkit.linux.Program;
import onload.testkit.linux.Sandbox;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Two ends of a cable, each in a namespace of its own: {@code near} is where the program is that is tested, {@code far}
 * where its peers are, on sockets of the kernel. By kind: {@code kernel} for the program on the kernel's sockets too,
 * which shows what the program does where there is no onload; {@code tap}; {@code afxdp}.
 *
 * <p>With a stack the near namespace has no address but loopback, so what talks over the cable is accelerated.
 */
final class Ground implements AutoCloseable {
    static final String HERE = "192.0.2.1";
    static final String THERE = "192.0.2.2";
    static final String HERE_6 = "2001:db8::1";
    static final String THERE_6 = "2001:db8::2";

    /** Where servers listen that anybody may start. */
    static final int PORT = 8080;

    /** Longest start of a program, in seconds, on a machine that is busy. */
    static final int START = 60;

    private static final int MTU = 1500;

    final Namespace near;
    final Namespace far;

    private final String kind;
    private final Sandbox sandbox;

    private Ground(String kind, Sandbox sandbox) {
        this.kind = kind;
        this.sandbox = sandbox;
        near = sandbox.namespace("near");
        far = sandbox.namespace("far");
        near.sysctl("net.ipv4.ip_local_port_range", "1024 65535");
        far.sysctl("net.ipv4.ip_local_port_range", "1024 65535");
    }

    /** {@return the ends of a cable}; a developer asks for one kind alone by {@code -Donload.programs.kind}. */
    static Ground of(String kind) {
        assumeTrue(kind.equals(System.getProperty("onload.programs.kind", kind)), "not asked for");
        Sandbox sandbox = Sandbox.open();
        try {
            Ground ground = new Ground(kind, sandbox);
            ground.cable();
            return ground;
        } catch (RuntimeException | Error e) {
            sandbox.close();
            throw e;
        }
    }

    private void cable() {
        String device = farDevice();
        if (kind.equals("tap")) {
            far.run("ip", "tuntap", "add", device, "mode", "tap");
            far.run("ip", "link", "set", device, "up");
        } else {
            if (kind.equals("afxdp")) {
                // The kernel would announce itself on the stack's device.
                near.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
            }
            sandbox.join(near, "veth0", far, device, MTU);
            far.fillChecksums(device);
            if (kind.equals("kernel")) {
                near.address("veth0", HERE + "/24");
                near.address("veth0", HERE_6 + "/64");
            }
        }
        far.address(device, THERE + "/24");
        far.address(device, THERE_6 + "/64");
    }

    /** {@return the device of the kernel's end} */
    String farDevice() {
        return kind.equals("tap") ? "tap0" : "veth1";
    }

    /** {@return whether there is a stack} */
    boolean isAccelerated() {
        return !kind.equals("kernel");
    }

    /** {@return the NIC of the program under test, as the command line names it} */
    String nic() {
        return kind.equals("tap") ? "tap:tap0,netns=" + far.name() : "afxdp:veth0";
    }

    /** Starts the program under test, at the near end. */
    Program start(String program, String... arguments) {
        return near.start(command(program, arguments));
    }

    /** {@return the command line of the program under test} */
    String[] command(String program, String... arguments) {
        List<String> java = Launch.java(program, arguments);
        List<String> all =
                isAccelerated()
                        ? Launch.onload(nic(), List.of(HERE + "/24", HERE_6 + "/64"), java)
                        : java;
        return all.toArray(String[]::new);
    }

    /** Starts a server at the near end, and waits until it can be reached. */
    Program serve(String program, String... arguments) {
        return ready(start(program, arguments));
    }

    /** Starts a program on sockets of the kernel, at the far end. */
    Program startFar(String program, String... arguments) {
        return far.start(Launch.java(program, arguments).toArray(String[]::new));
    }

    /** Starts a server on sockets of the kernel, at the far end, and waits until it can be reached. */
    Program serveFar(String program, String... arguments) {
        return ready(startFar(program, arguments));
    }

    private static Program ready(Program server) {
        server.awaitOutput("ready ", START);
        return server;
    }

    /** {@return what curl prints at the far end, which ends well} */
    String curl(String... arguments) {
        return curl(far, arguments);
    }

    /** {@return what curl prints in a namespace} */
    static String curl(Namespace where, String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("curl", "-sS", "-q", "--noproxy", "*", "--max-time", "20"));
        all.addAll(Arrays.asList(arguments));
        return where.run(all.toArray(String[]::new));
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
