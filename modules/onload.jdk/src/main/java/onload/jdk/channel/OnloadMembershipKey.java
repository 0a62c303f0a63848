package onload.jdk.channel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import java.util.HashSet;
import java.util.Set;

/** A membership of a group, at stacks and at the kernel. For any thread. */
final class OnloadMembershipKey extends MembershipKey {
    private final OnloadDatagramChannel channel;
    private final InetAddress group;
    private final NetworkInterface networkInterface;
    private final @Nullable InetAddress source;
    private final Set<InetAddress> blocked = new HashSet<>();
    private Groups.Joined joined;
    private volatile boolean isDropped;

    OnloadMembershipKey(
            OnloadDatagramChannel channel,
            InetAddress group,
            NetworkInterface networkInterface,
            @Nullable InetAddress source,
            Groups.Joined joined) {
        this.channel = channel;
        this.group = group;
        this.networkInterface = networkInterface;
        this.source = source;
        this.joined = joined;
    }

    boolean isOf(InetAddress other, NetworkInterface on) {
        return isValid() && group.equals(other) && networkInterface.equals(on);
    }

    /** The sockets that had joined are no more, and others are there. */
    synchronized void rejoin(Datagrams sockets) throws IOException {
        joined = Groups.join(sockets, group, networkInterface, source);
        for (InetAddress each : blocked) {
            blockAtKernel(each);
        }
    }

    private void blockAtKernel(InetAddress each) throws IOException {
        MembershipKey kernel = joined.kernel();
        if (kernel != null) {
            kernel.block(each);
        }
    }

    @Override
    public boolean isValid() {
        return !isDropped && channel.isOpen();
    }

    /** Leaves the group; once the channel is closed that has happened. */
    @Override
    public void drop() {
        synchronized (this) {
            if (isDropped) {
                return;
            }
            isDropped = true;
            joined.leave(group, source);
            blocked.forEach(each -> channel.unblock(group, each));
        }
        channel.dropped(this);
    }

    /** Blocks a source; at stacks the channel drops what it sends. */
    @Override
    public synchronized MembershipKey block(InetAddress toBlock) throws IOException {
        if (source != null) {
            throw new IllegalStateException("key is source-specific");
        }
        if (blocked.contains(toBlock)) {
            return this;
        }
        if (!isValid()) {
            throw new IllegalStateException("key is no longer valid");
        }
        Groups.checkSource(group, toBlock);
        blockAtKernel(toBlock);
        channel.block(group, toBlock);
        blocked.add(toBlock);
        return this;
    }

    @Override
    public synchronized MembershipKey unblock(InetAddress toUnblock) {
        if (!blocked.contains(toUnblock)) {
            throw new IllegalStateException("not blocked");
        }
        if (!isValid()) {
            throw new IllegalStateException("key is no longer valid");
        }
        MembershipKey kernel = joined.kernel();
        if (kernel != null) {
            kernel.unblock(toUnblock);
        }
        channel.unblock(group, toUnblock);
        blocked.remove(toUnblock);
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

    @Override
    public String toString() {
        return "<%s,%s%s>"
                .formatted(
                        group.getHostAddress(),
                        networkInterface.getName(),
                        source == null ? "" : "," + source.getHostAddress());
    }
}
