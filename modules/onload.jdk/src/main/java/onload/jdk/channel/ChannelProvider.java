package onload.jdk.channel;

import onload.jdk.internal.KernelSockets;
import onload.jdk.placement.Acceleration;

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
import java.util.Objects;

/** A provider of channels whose sockets an {@link Acceleration} places. */
public final class ChannelProvider extends SelectorProvider {
    private final Acceleration acceleration;

    /** Makes one. */
    public ChannelProvider(Acceleration acceleration) {
        this.acceleration = Objects.requireNonNull(acceleration);
    }

    /** {@return what places its sockets} */
    public Acceleration acceleration() {
        return acceleration;
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return new OnloadSocketChannel(this, acceleration, null);
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return new OnloadSocketChannel(this, acceleration, Families.ofStream(family));
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return new OnloadServerSocketChannel(this, acceleration, null);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return new OnloadServerSocketChannel(this, acceleration, Families.ofStream(family));
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return new OnloadDatagramChannel(this, acceleration, null);
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return new OnloadDatagramChannel(this, acceleration, Families.ofDatagram(family));
    }

    /** {@return a datagram channel that an interrupt of a platform thread does not close, for java.net} */
    public DatagramChannel openUninterruptibleDatagramChannel() {
        return new OnloadDatagramChannel(this, acceleration, null, true);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return new OnloadPipe(this, KernelSockets.provider().openPipe());
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return new OnloadSelector(this);
    }

    /** {@return the channel that the program was started with} It is the kernel's, and cannot be selected by ours. */
    @Override
    public @Nullable Channel inheritedChannel() throws IOException {
        return KernelSockets.provider().inheritedChannel();
    }
}
