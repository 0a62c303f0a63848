package onload.jdk.channel;

import onload.jdk.internal.Failures;
import onload.sockets.UdpSocket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import java.util.List;

/** A membership of a group, at stacks and at the kernel. For any thread. */
final class OnloadMembershipKey extends MembershipKey {
    /**
     * A membership at a stack.
     *
     * @param interfaceName its interface
     */
    record At(UdpSocket socket, String interfaceName) {}

    private final OnloadDatagramChannel channel;
    private final InetAddress group;
    private final NetworkInterface networkInterface;
    private final @Nullable InetAddress source;
    private final List<At> stacks;
    private final @Nullable MembershipKey kernel;
    private volatile boolean isDropped;

    OnloadMembershipKey(
            OnloadDatagramChannel channel,
            InetAddress group,
            NetworkInterface networkInterface,
            @Nullable InetAddress source,
            List<At> stacks,
            @Nullable MembershipKey kernel) {
        this.channel = channel;
        this.group = group;
        this.networkInterface = networkInterface;
        this.source = source;
        this.stacks = stacks;
        this.kernel = kernel;
    }

    boolean isFor(InetAddress other, NetworkInterface on, @Nullable InetAddress from) {
        return isValid()
                && group.equals(other)
                && networkInterface.equals(on)
                && (source == null ? from == null : source.equals(from));
    }

    @Override
    public boolean isValid() {
        return !isDropped && channel.isOpen();
    }

    @Override
    public void drop() {
        synchronized (this) {
            if (isDropped) {
                return;
            }
            isDropped = true;
        }
        for (At each : stacks) {
            InetAddress from = source;
            if (from == null) {
                each.socket.leave(group, each.interfaceName);
            } else {
                each.socket.leave(group, from, each.interfaceName);
            }
        }
        if (kernel != null) {
            kernel.drop();
        }
        channel.dropped(this);
    }

    /**
     * Blocks a source.
     *
     * @throws UnsupportedOperationException at a stack: it has no memberships that leave sources out
     */
    @Override
    public MembershipKey block(InetAddress blocked) throws IOException {
        checkBlock(blocked);
        if (!stacks.isEmpty()) {
            throw new UnsupportedOperationException(
                    "a stack cannot block sources of a group; join the sources that are wanted");
        }
        if (kernel != null) {
            kernel.block(blocked);
        }
        return this;
    }

    private void checkBlock(InetAddress blocked) {
        if (!isValid()) {
            throw new IllegalStateException("key is no longer valid");
        }
        if (source != null) {
            throw new IllegalStateException("key is source-specific");
        }
        if (blocked.isAnyLocalAddress()) {
            throw new IllegalArgumentException("Source address is a wildcard address");
        }
        if (blocked.isMulticastAddress()) {
            throw new IllegalArgumentException("Source address is multicast address");
        }
        if (!blocked.getClass().equals(group.getClass())) {
            throw new IllegalArgumentException("Source address is different type to group");
        }
    }

    @Override
    public MembershipKey unblock(InetAddress blocked) {
        if (kernel == null || !stacks.isEmpty()) {
            throw new IllegalStateException("not blocked");
        }
        kernel.unblock(blocked);
        return this;
    }

    @Override
    public MulticastChannel channel() {
        return channel;
    }

    @Override
    public InetAddress group() {
        return group;
    }

    @Override
    public NetworkInterface networkInterface() {
        return networkInterface;
    }

    @Override
    public @Nullable InetAddress sourceAddress() {
        return source;
    }

    static void check(int answer) throws IOException {
        if (answer != 0) {
            throw Failures.ofDatagram(answer);
        }
    }

    @Override
    public String toString() {
        return "<%s,%s%s>"
                .formatted(
                        group.getHostAddress(),
                        networkInterface.getName(),
                        source == null ? "" : "," + source.getHostAddress());
    }
}
