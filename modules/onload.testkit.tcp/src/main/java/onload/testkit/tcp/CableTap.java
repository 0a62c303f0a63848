package onload.testkit.tcp;

import onload.nic.emulated.FrameTap;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Looks at one direction of a cable for the hosts that are at its ends, if there is one. */
final class CableTap implements FrameTap {
    private final @Nullable HostWatch sender;
    private final @Nullable HostWatch receiver;

    CableTap(@Nullable HostWatch sender, @Nullable HostWatch receiver) {
        this.sender = sender;
        this.receiver = receiver;
    }

    @Override
    public void entered(long nowNs, UnsafeBuffer memory, int offset, int length) {
        if (sender != null) {
            sender.sent(nowNs, memory, offset, length);
        }
    }

    @Override
    public void delivered(long nowNs, UnsafeBuffer memory, int offset, int length) {
        if (receiver != null) {
            receiver.arrived(memory, offset, length);
        }
    }
}
