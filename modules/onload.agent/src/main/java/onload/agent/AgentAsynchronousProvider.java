package onload.agent;

import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;

/** Where the system class loader finds the provider of asynchronous channels that is in onload's own layer. */
public final class AgentAsynchronousProvider extends AsynchronousChannelProvider {
    private final AsynchronousChannelProvider provider = Delegates.asynchronous();

    /**
     * Made by the JVM, by the name in a system property.
     *
     * @throws IllegalStateException if the agent has not run
     */
    public AgentAsynchronousProvider() {}

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(int threads, ThreadFactory factory)
            throws IOException {
        return provider.openAsynchronousChannelGroup(threads, factory);
    }

    @Override
    public AsynchronousChannelGroup openAsynchronousChannelGroup(
            ExecutorService executor, int initialSize) throws IOException {
        return provider.openAsynchronousChannelGroup(executor, initialSize);
    }

    @Override
    public AsynchronousServerSocketChannel openAsynchronousServerSocketChannel(
            AsynchronousChannelGroup group) throws IOException {
        return provider.openAsynchronousServerSocketChannel(group);
    }

    @Override
    public AsynchronousSocketChannel openAsynchronousSocketChannel(AsynchronousChannelGroup group)
            throws IOException {
        return provider.openAsynchronousSocketChannel(group);
    }
}
