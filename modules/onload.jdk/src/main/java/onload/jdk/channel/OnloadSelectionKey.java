package onload.jdk.channel;

import onload.jdk.internal.KernelSource;
import onload.jdk.internal.Sources;
import onload.sockets.PollerKey;
import onload.sockets.Socket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The registration of one of our channels with one of our selectors. For any thread. */
final class OnloadSelectionKey extends AbstractSelectionKey {
    /** A stack's socket, and its key with the selector's poller while something is asked of it. */
    private static final class Watched {
        final Behind.Accelerated behind;
        @Nullable PollerKey key;

        Watched(Behind.Accelerated behind) {
            this.behind = behind;
        }
    }

    private final SelectableChannel channel;
    private final Front front;
    private final OnloadSelector selector;
    private final Sources sources;
    private final List<Watched> watched = new ArrayList<>(1);
    private final Map<SelectableChannel, SelectionKey> kernelKeys = new HashMap<>();
    private volatile int interestOps;

    /** Written by the selecting thread. */
    volatile int readyOps;

    /** Whether the kernel's selector was told of it, and is to forget it. */
    private boolean hasBeenKernels;

    OnloadSelectionKey(SelectableChannel channel, Front front, OnloadSelector selector, int ops) {
        this.channel = channel;
        this.front = front;
        this.selector = selector;
        this.sources = selector.sources();
        interestOps = ops;
    }

    // For programs.

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public Selector selector() {
        return selector;
    }

    @Override
    public int interestOps() {
        checkValid();
        return interestOps;
    }

    @Override
    public synchronized SelectionKey interestOps(int ops) {
        checkValid();
        if ((ops & ~channel.validOps()) != 0) {
            throw new IllegalArgumentException(
                    "operations %d are not those of the channel; expected some of %d"
                            .formatted(ops, channel.validOps()));
        }
        if (ops != interestOps) {
            interestOps = ops;
            refresh();
        }
        return this;
    }

    @Override
    public int readyOps() {
        checkValid();
        return readyOps;
    }

    private void checkValid() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
    }

    // For the room.

    Front front() {
        return front;
    }

    /** {@return what is asked for, whether the key is valid or not} */
    int interest() {
        return interestOps;
    }

    synchronized void watch(Behind.Accelerated behind) {
        Watched added = new Watched(behind);
        watched.add(added);
        refresh(added);
    }

    synchronized void watch(SelectableChannel kernel) {
        if (!isValid()) {
            return;
        }
        try {
            KernelSource source = sources.ofKernel();
            hasBeenKernels = true;
            SelectionKey key =
                    kernel.register(source.selector(), interestOps & kernel.validOps(), this);
            kernelKeys.put(kernel, key);
            sources.kernelChanged();
        } catch (ClosedChannelException e) {
            // It ends with the channel of ours.
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel gives no selector", e);
        }
    }

    synchronized void forget(SelectableChannel kernel) {
        SelectionKey key = kernelKeys.remove(kernel);
        if (key != null) {
            key.cancel();
            sources.kernelChanged();
        }
    }

    synchronized void forget(Socket socket) {
        for (Watched each : watched) {
            if (each.behind.socket() == socket && each.key != null) {
                each.key.cancel();
            }
        }
        watched.removeIf(each -> each.behind.socket() == socket);
    }

    /** What is asked for, or what it means, has changed. */
    synchronized void refresh() {
        if (!isValid()) {
            return;
        }
        watched.forEach(this::refresh);
        if (kernelKeys.isEmpty()) {
            return;
        }
        kernelKeys.forEach(OnloadSelectionKey::refreshKernel);
        sources.kernelChanged();
    }

    private static void refreshKernel(SelectableChannel kernel, SelectionKey key) {
        try {
            if (key.attachment() instanceof OnloadSelectionKey ours) {
                key.interestOps(ours.interestOps & kernel.validOps());
            }
        } catch (CancelledKeyException e) {
            // The channel was closed meanwhile.
        }
    }

    /** A socket of which nothing is asked is not registered: it would tell errors all the same. */
    private void refresh(Watched each) {
        int bits = isValid() ? front.readinessFor(interestOps) : 0;
        PollerKey key = each.key;
        if (bits == 0) {
            if (key != null) {
                key.cancel();
                each.key = null;
            }
        } else if (key == null || !key.isValid()) {
            Socket socket = each.behind.socket();
            each.key = sources.of(each.behind.stack()).poller().add(socket, bits, this);
        } else if (key.interest() != bits) {
            key.interest(bits);
        }
    }

    /**
     * The key is cancelled, and the selector forgets it. For the selecting thread.
     *
     * @return whether the kernel's selector has to forget something too
     */
    boolean release() {
        // Before the key's lock: whoever adds sockets takes these two the other way round.
        front.behind().deregister(this);
        return releaseAll();
    }

    private synchronized boolean releaseAll() {
        for (Watched each : watched) {
            if (each.key != null) {
                each.key.cancel();
            }
        }
        watched.clear();
        kernelKeys.values().forEach(SelectionKey::cancel);
        kernelKeys.clear();
        return hasBeenKernels;
    }
}
