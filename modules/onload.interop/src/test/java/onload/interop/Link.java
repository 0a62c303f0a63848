package onload.interop;

import onload.sockets.Stack;
import onload.sockets.StackBuilder;
import onload.testkit.linux.Namespace;
import onload.testkit.linux.Sandbox;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A stack at one end of a cable and the kernel at the other, in a namespace of its own. By kind: {@code tap}, {@code
 * afxdp}, and with {@code -jumbo} behind it; with {@code
 * -unfilled} the kernel leaves checksums to a NIC that is not there.
 */
final class Link implements AutoCloseable {
    static final String STACK = "192.0.2.1";
    static final String KERNEL = "192.0.2.2";
    static final String STACK_6 = "2001:db8::1";
    static final String KERNEL_6 = "2001:db8::2";
    static final long SECOND = 1_000_000_000L;

    private static final int JUMBO = 9000;

    final Sandbox sandbox;
    final Namespace far;

    private final @Nullable Namespace near;
    final String device;
    final Stack stack;

    private Link(
            Sandbox sandbox, @Nullable Namespace near, Namespace far, String device, Stack stack) {
        this.sandbox = sandbox;
        this.near = near;
        this.far = far;
        this.device = device;
        this.stack = stack;
    }

    static Link of(String kind) {
        return of(kind, b -> b);
    }

    /** One that is there a second sooner: nobody asks first whether the addresses are somebody else's. */
    static Link quick(String kind) {
        return of(kind, b -> b.option("duplicate-address-detection", "0"));
    }

    static Link of(String kind, UnaryOperator<StackBuilder> setUp) {
        Sandbox sandbox = Sandbox.open();
        try {
            int mtu = kind.endsWith("-jumbo") ? JUMBO : 1500;
            return kind.startsWith("tap")
                    ? tap(sandbox, mtu, setUp)
                    : afxdp(sandbox, kind, mtu, setUp);
        } catch (RuntimeException | Error e) {
            sandbox.close();
            throw e;
        }
    }

    private static Link tap(Sandbox sandbox, int mtu, UnaryOperator<StackBuilder> setUp) {
        Namespace far = sandbox.namespace("far");
        Stack stack = stack("tap:tap0,mtu=%d,netns=%s".formatted(mtu, far.name()), setUp);
        try {
            addresses(far, "tap0");
        } catch (RuntimeException | Error e) {
            stack.close();
            throw e;
        }
        return new Link(sandbox, null, far, "tap0", stack);
    }

    private static Link afxdp(
            Sandbox sandbox, String kind, int mtu, UnaryOperator<StackBuilder> setUp) {
        Namespace near = sandbox.namespace("near");
        Namespace far = sandbox.namespace("far");
        near.sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        sandbox.join(near, "veth0", far, "veth1", mtu);
        if (!kind.contains("-unfilled")) {
            far.fillChecksums("veth1");
        }
        addresses(far, "veth1");
        Stack stack = stack("afxdp:veth0,netns=" + near.name(), setUp);
        return new Link(sandbox, near, far, "veth1", stack);
    }

    private static void addresses(Namespace far, String device) {
        far.address(device, KERNEL + "/24");
        far.address(device, KERNEL_6 + "/64");
    }

    private static Stack stack(String nic, UnaryOperator<StackBuilder> setUp) {
        Stack stack =
                setUp.apply(
                                Stack.builder()
                                        .nic(nic)
                                        .address(STACK + "/24")
                                        .address(STACK_6 + "/64"))
                        .open();
        if (!stack.awaitAddresses(10 * SECOND)) {
            stack.close();
            throw new AssertionError("the addresses of the stack cannot be used");
        }
        return stack;
    }

    /** Where the stack's device {@code veth0} is; there is none on TAP. */
    Namespace near() {
        return Objects.requireNonNull(near);
    }

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(address, port);
    }

    /** The stack's address of a version of IP. */
    static String stackAddress(int version) {
        return version == 4 ? STACK : STACK_6;
    }

    /** The kernel's address of a version of IP. */
    static String kernelAddress(int version) {
        return version == 4 ? KERNEL : KERNEL_6;
    }

    @Override
    public void close() {
        try {
            stack.close();
        } finally {
            sandbox.close();
        }
    }
}
