package onload.jdk.channel;

import onload.jdk.internal.Failures;
import onload.sockets.Stack;
import onload.sockets.UdpSocket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Where groups are joined. A {@link NetworkInterface} comes from the kernel; it means a stack's interface if it has the
 * name of that, as TAP devices and those of AF_XDP have, or an address of it. An interface that the kernel does
 * not know, such as an emulated one, has a {@link NetworkInterface} by {@link
 * onload.jdk.placement.StackInterfaces}; for programs that do not know of us joining on the kernel's loopback
 * interface means the first such interface, too: what is sent there without the choice of an interface goes by
 * the stack, if it has a route. What is sent by the choice of loopback is the kernel's alone, where everybody
 * who has joined on loopback hears it once.
 */
final class Groups {
    /**
     * A membership at a stack.
     *
     * @param interfaceName its interface
     */
    record At(UdpSocket socket, String interfaceName) {}

    /**
     * A membership at all that have the interface.
     *
     * @param kernel the kernel's; null if it does not have it
     */
    record Joined(List<At> stacks, @Nullable MembershipKey kernel) {
        void leave(InetAddress group, @Nullable InetAddress source) {
            for (At each : stacks) {
                int _ =
                        source == null
                                ? each.socket.leave(group, each.interfaceName)
                                : each.socket.leave(group, source, each.interfaceName);
            }
            if (kernel != null) {
                kernel.drop();
            }
        }
    }

    private Groups() {}

    // Interfaces.

    /** {@return the sockets whose stack has an interface that is meant, and its name there} */
    static List<At> at(Datagrams sockets, NetworkInterface meant) throws SocketException {
        List<At> found = new ArrayList<>();
        boolean isLoopback = isOfKernel(meant) && meant.isLoopback();
        for (Datagrams.Of each : sockets.stacks()) {
            String name = isLoopback ? unknown(each.stack()) : name(each.stack(), meant);
            if (name != null && !(isLoopback && !found.isEmpty())) {
                found.add(new At(each.socket(), name));
            }
        }
        return found;
    }

    /** {@return the sockets that send by an interface} */
    static List<At> sendingAt(Datagrams sockets, NetworkInterface meant) throws SocketException {
        return isOfKernel(meant) && meant.isLoopback() ? List.of() : at(sockets, meant);
    }

    static boolean isOfKernel(NetworkInterface meant) throws SocketException {
        return NetworkInterface.getByName(meant.getName()) != null;
    }

    /** An interface that the kernel does not know. */
    private static @Nullable String unknown(Stack stack) throws SocketException {
        for (String name : stack.interfaceNames()) {
            if (NetworkInterface.getByName(name) == null) {
                return name;
            }
        }
        return null;
    }

    /** Names of interfaces that the kernel does not know are those of several stacks: then addresses decide. */
    private static @Nullable String name(Stack stack, NetworkInterface meant)
            throws SocketException {
        List<String> names = stack.interfaceNames();
        boolean hasName = names.contains(meant.getName());
        if (hasName && isOfKernel(meant)) {
            return meant.getName();
        }
        List<InetAddress> own = stack.addresses();
        boolean hasAddress = meant.inetAddresses().anyMatch(own::contains);
        if (!hasAddress) {
            return null;
        }
        return hasName ? meant.getName() : names.size() == 1 ? names.getFirst() : null;
    }

    // Joining.

    static void check(
            InetAddress group, @Nullable InetAddress source, @Nullable ProtocolFamily family) {
        if (!group.isMulticastAddress()) {
            throw new IllegalArgumentException("Group not a multicast address");
        }
        if (group instanceof Inet6Address && family == StandardProtocolFamily.INET) {
            throw new IllegalArgumentException("Only IPv6 sockets can join IPv6 multicast group");
        }
        if (source != null) {
            checkSource(group, source);
        }
    }

    static void checkSource(InetAddress group, InetAddress source) {
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
    static Joined join(
            Datagrams sockets, InetAddress group, NetworkInterface on, @Nullable InetAddress source)
            throws IOException {
        Objects.requireNonNull(on);
        List<At> joined = new ArrayList<>();
        boolean isShared = sockets.stacks().stream().anyMatch(each -> each.stack().isShared());
        try {
            for (At each : at(sockets, on)) {
                join(each, group, source);
                joined.add(each);
            }
            DatagramChannel kernel = sockets.kernel();
            MembershipKey ofKernel = null;
            // What a shared interface has for groups goes to the kernel; loopback is always the
            // kernel's.
            if (kernel != null
                    && isOfKernel(on)
                    && (joined.isEmpty() || isShared || on.isLoopback())) {
                ofKernel = source == null ? kernel.join(group, on) : kernel.join(group, on, source);
            } else if (joined.isEmpty()) {
                throw new SocketException("No such device");
            }
            return new Joined(List.copyOf(joined), ofKernel);
        } catch (IOException | RuntimeException e) {
            new Joined(joined, null).leave(group, source);
            throw e;
        }
    }

    private static void join(At at, InetAddress group, @Nullable InetAddress source)
            throws IOException {
        int answer =
                source == null
                        ? at.socket.join(group, at.interfaceName)
                        : at.socket.join(group, source, at.interfaceName);
        if (answer != 0) {
            throw Failures.ofDatagram(answer);
        }
    }
}
