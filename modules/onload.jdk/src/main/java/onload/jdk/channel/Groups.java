package onload.jdk.channel;

import onload.sockets.Stack;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where groups are joined. A {@link NetworkInterface} comes from the kernel; it means a stack's interface if it has the
 * name of that: TAP devices and those of AF_XDP have. An interface that the kernel does not know, such as an
 * emulated one, is meant by the kernel's loopback interface, as it is one that only this process sees.
 */
final class Groups {
    private Groups() {}

    /** {@return the name of a stack's interface that is meant; empty if it is none of the stack's} */
    static Optional<String> interfaceOf(Stack stack, NetworkInterface meant) throws IOException {
        for (String name : stack.interfaceNames()) {
            if (name.equals(meant.getName())) {
                return Optional.of(name);
            }
            if (meant.isLoopback() && NetworkInterface.getByName(name) == null) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    static void check(
            InetAddress group, @Nullable InetAddress source, @Nullable ProtocolFamily family) {
        if (!group.isMulticastAddress()) {
            throw new IllegalArgumentException("Group not a multicast address");
        }
        if (group instanceof Inet6Address && family == StandardProtocolFamily.INET) {
            throw new IllegalArgumentException("Only IPv6 sockets can join IPv6 multicast group");
        }
        if (group instanceof Inet4Address && family == StandardProtocolFamily.INET6) {
            throw new IllegalArgumentException("IPv6 socket cannot join IPv4 multicast group");
        }
        if (source == null) {
            return;
        }
        if (source.isAnyLocalAddress()) {
            throw new IllegalArgumentException("Source address is a wildcard address");
        }
        if (source.isMulticastAddress()) {
            throw new IllegalArgumentException("Source address is multicast address");
        }
        if (!source.getClass().equals(group.getClass())) {
            throw new IllegalArgumentException("Source address is different type to group");
        }
    }

    /** Joins everywhere where the interface is. */
    static OnloadMembershipKey join(
            OnloadDatagramChannel channel,
            Datagrams sockets,
            InetAddress group,
            NetworkInterface on,
            @Nullable InetAddress source)
            throws IOException {
        List<OnloadMembershipKey.At> joined = new ArrayList<>();
        boolean isKernels = true;
        for (Datagrams.Of each : sockets.stacks()) {
            Optional<String> name = interfaceOf(each.stack(), on);
            if (name.isPresent()) {
                int answer =
                        source == null
                                ? each.socket().join(group, name.get())
                                : each.socket().join(group, source, name.get());
                OnloadMembershipKey.check(answer);
                joined.add(new OnloadMembershipKey.At(each.socket(), name.get()));
                // What a shared interface has for groups goes to the kernel; loopback is always the kernel's too.
                isKernels = each.stack().isShared() || on.isLoopback();
            }
        }
        DatagramChannel kernel = sockets.kernel();
        MembershipKey ofKernel = null;
        if (kernel != null && isKernels) {
            ofKernel = source == null ? kernel.join(group, on) : kernel.join(group, on, source);
        }
        return new OnloadMembershipKey(channel, group, on, source, List.copyOf(joined), ofKernel);
    }
}
