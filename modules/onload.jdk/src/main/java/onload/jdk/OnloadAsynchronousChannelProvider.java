package onload.jdk;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;

/**
 * The provider of asynchronous channels that a program finds by the property {@code
 * java.nio.channels.spi.AsynchronousChannelProvider} with the name of this class. Which stacks there are says {@link
 * onload.jdk.placement.AccelerationPlan#ofProcess}; a program with stacks of its own takes {@link
 * onload.jdk.async.ChannelGroupProvider#of}.
 */
public final class OnloadAsynchronousChannelProvider extends AsynchronousChannelProvider {
    private final AsynchronousChannelProvider behind = Installation.asynchronousChannelProvider();

    /** Makes the one of this process. */
    public OnloadAsynchronousChannelProvider() {}

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(int threads, ThreadFactory factory)
            throws IOException {
        return behind.openAsynchronousChannelGroup(threads, factory);
    }

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(
            ExecutorService executor, int initialSize) throws IOException {
        return behind.openAsynchronousChannelGroup(executor, initialSize);
    }

    @Override
    public AsynchronousServerSocketChannel openAsynchronousServerSocketChannel(
            @Nullable AsynchronousChannelGroup group) throws IOException {
        return behind.openAsynchronousServerSocketChannel(group);
    }

    @Override
    public AsynchronousSocketChannel openAsynchronousSocketChannel(
            @Nullable AsynchronousChannelGroup group) throws IOException {
        return behind.openAsynchronousSocketChannel(group);
    }
}
