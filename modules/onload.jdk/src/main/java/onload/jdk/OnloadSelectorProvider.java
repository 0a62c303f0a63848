package onload.jdk;

import onload.jdk.channel.ChannelProvider;
import onload.jdk.placement.Acceleration;
import onload.jdk.placement.AccelerationPlan;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/**
 * The provider of {@code java.nio.channels} that a program finds: by {@code ServiceLoader}, or by the property {@code
 * java.nio.channels.spi.SelectorProvider} with the name of this class. Which stacks there are says {@link
 * AccelerationPlan#ofProcess}; a program with stacks of its own takes {@link #of}.
 */
public final class OnloadSelectorProvider extends SelectorProvider {
    private final SelectorProvider behind;

    /** Makes the one of this process. */
    public OnloadSelectorProvider() {
        this(Installation.selectorProvider());
    }

    private OnloadSelectorProvider(SelectorProvider behind) {
        this.behind = behind;
    }

    /** {@return a provider of channels on stacks of the program's own} Its selectors take its own channels only. */
    public static SelectorProvider of(Acceleration acceleration) {
        return new ChannelProvider(acceleration);
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return behind.openSocketChannel();
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return behind.openSocketChannel(family);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return behind.openServerSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return behind.openServerSocketChannel(family);
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return behind.openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return behind.openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return behind.openPipe();
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return behind.openSelector();
    }

    @Override
    public @Nullable Channel inheritedChannel() throws IOException {
        return behind.inheritedChannel();
    }
}
