package onload.jdk.async;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.IllegalChannelGroupException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * A provider of asynchronous channels. A program finds the one of its process by name; one with stacks of its own takes
 * {@link #of}.
 */
public final class ChannelGroupProvider extends AsynchronousChannelProvider {
    private final SelectorProvider channels;
    private @Nullable ChannelGroup ofAll;

    private ChannelGroupProvider(SelectorProvider channels) {
        this.channels = Objects.requireNonNull(channels);
    }

    /**
     * {@return a provider of asynchronous channels}
     *
     * @param channels makes the channels and selectors that they are made of
     */
    public static AsynchronousChannelProvider of(SelectorProvider channels) {
        return new ChannelGroupProvider(channels);
    }

    SelectorProvider channels() {
        return channels;
    }

    // Groups.

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(int threads, ThreadFactory factory)
            throws IOException {
        Objects.requireNonNull(factory);
        return new ChannelGroup(this, Executors.newFixedThreadPool(threads, factory), factory);
    }

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(
            ExecutorService executor, int initialSize) throws IOException {
        Objects.requireNonNull(executor);
        return new ChannelGroup(this, executor, Thread::new);
    }

    /** {@return the group of channels that name none} Its threads do not keep the JVM. */
    private synchronized ChannelGroup ofAll() throws IOException {
        ChannelGroup known = ofAll;
        if (known == null) {
            ThreadFactory factory = Thread.ofPlatform().daemon().name("onload async ", 0).factory();
            known = new ChannelGroup(this, Executors.newCachedThreadPool(factory), factory);
            ofAll = known;
        }
        return known;
    }

    private ChannelGroup group(@Nullable AsynchronousChannelGroup group) throws IOException {
        if (group == null) {
            return ofAll();
        }
        if (!(group instanceof ChannelGroup ours) || !equals(ours.provider())) {
            throw new IllegalChannelGroupException();
        }
        if (ours.isShutdown()) {
            throw new ShutdownChannelGroupException();
        }
        return ours;
    }

    // Channels.

    @Override
    public AsynchronousServerSocketChannel openAsynchronousServerSocketChannel(
            @Nullable AsynchronousChannelGroup group) throws IOException {
        return new AsynchronousServer(this, group(group), channels.openServerSocketChannel());
    }

    @Override
    public AsynchronousSocketChannel openAsynchronousSocketChannel(
            @Nullable AsynchronousChannelGroup group) throws IOException {
        return new AsynchronousStream(this, group(group), channels.openSocketChannel());
    }
}
