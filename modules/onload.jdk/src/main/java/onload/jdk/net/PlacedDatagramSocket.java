package onload.jdk.net;

import onload.jdk.channel.ChannelProvider;
import onload.jdk.channel.OnloadDatagramChannel;
import onload.jdk.placement.Accelerable;
import onload.jdk.placement.Acceleration;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocketImpl;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Objects;
import java.util.Set;

/**
 * What stands behind a {@code java.net.DatagramSocket} or {@code MulticastSocket}: a channel of ours that interrupts do
 * not close.
 *
 * <p>For any thread.
 */
@SuppressWarnings({
    "deprecation",
    "removal"
}) // What java.net has deprecated, its programs still call.
public final class PlacedDatagramSocket extends DatagramSocketImpl implements Accelerable {
    private final Acceleration acceleration;
    private volatile @Nullable OnloadDatagramChannel channel;
    private volatile @Nullable MulticastSocket socket;

    /** Makes one that is not created yet, as {@code java.net.DatagramSocket} wants it. */
    public PlacedDatagramSocket(Acceleration acceleration) {
        this.acceleration = Objects.requireNonNull(acceleration);
    }

    @Override
    public boolean isAccelerated() {
        OnloadDatagramChannel known = channel;
        return known != null && known.isAccelerated();
    }

    @Override
    public String whyNotAccelerated() {
        OnloadDatagramChannel known = channel;
        return known == null ? "it is not bound yet" : known.whyNotAccelerated();
    }

    @Override
    protected synchronized void create() throws SocketException {
        if (channel == null) {
            OnloadDatagramChannel made =
                    (OnloadDatagramChannel)
                            new ChannelProvider(acceleration).openUninterruptibleDatagramChannel();
            channel = made;
            socket = (MulticastSocket) made.socket();
        }
    }

    private MulticastSocket socket() throws SocketException {
        MulticastSocket known = socket;
        if (known == null) {
            throw new SocketException("Socket not created");
        }
        return known;
    }

    @Override
    protected void bind(int port, InetAddress local) throws SocketException {
        MulticastSocket known = socket();
        known.bind(new InetSocketAddress(local, port));
        localPort = known.getLocalPort();
    }

    @Override
    protected void connect(InetAddress address, int port) throws SocketException {
        socket().connect(new InetSocketAddress(address, port));
    }

    @Override
    protected void disconnect() {
        MulticastSocket known = socket;
        if (known != null) {
            known.disconnect();
        }
    }

    @Override
    protected void send(DatagramPacket packet) throws IOException {
        socket().send(packet);
    }

    @Override
    protected void receive(DatagramPacket packet) throws IOException {
        socket().receive(packet);
    }

    /** {@code java.net} looks before it receives only where connecting does not sort out other senders. */
    @Override
    protected int peek(InetAddress from) throws IOException {
        throw new SocketException("datagrams cannot be looked at before they are received");
    }

    @Override
    protected int peekData(DatagramPacket packet) throws IOException {
        throw new SocketException("datagrams cannot be looked at before they are received");
    }

    @Override
    protected void close() {
        MulticastSocket known = socket;
        if (known != null) {
            known.close();
        }
    }

    // Groups.

    @Override
    protected void setTTL(byte timeToLive) throws IOException {
        socket().setTTL(timeToLive);
    }

    @Override
    protected byte getTTL() throws IOException {
        return socket().getTTL();
    }

    @Override
    protected void setTimeToLive(int timeToLive) throws IOException {
        socket().setTimeToLive(timeToLive);
    }

    @Override
    protected int getTimeToLive() throws IOException {
        return socket().getTimeToLive();
    }

    @Override
    protected void join(InetAddress group) throws IOException {
        socket().joinGroup(group);
    }

    @Override
    protected void leave(InetAddress group) throws IOException {
        socket().leaveGroup(group);
    }

    @Override
    protected void joinGroup(SocketAddress group, @Nullable NetworkInterface on)
            throws IOException {
        socket().joinGroup(group, on);
    }

    @Override
    protected void leaveGroup(SocketAddress group, @Nullable NetworkInterface on)
            throws IOException {
        socket().leaveGroup(group, on);
    }

    // Options.

    @Override
    protected <T> void setOption(SocketOption<T> option, T value) throws IOException {
        socket().setOption(option, value);
    }

    @Override
    protected <T> T getOption(SocketOption<T> option) throws IOException {
        if (option.equals(AccelerationOption.ACCELERATED)) {
            return option.type().cast(isAccelerated());
        }
        if (option.equals(AccelerationOption.WHY_NOT_ACCELERATED)) {
            return option.type().cast(whyNotAccelerated());
        }
        return socket().getOption(option);
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        MulticastSocket known = socket;
        return known == null ? Set.of() : known.supportedOptions();
    }

    @Override
    public void setOption(int option, Object value) throws SocketException {
        MulticastSocket known = socket();
        try {
            switch (option) {
                case SO_TIMEOUT -> known.setSoTimeout((Integer) value);
                case SO_SNDBUF -> known.setSendBufferSize((Integer) value);
                case SO_RCVBUF -> known.setReceiveBufferSize((Integer) value);
                case SO_REUSEADDR -> known.setReuseAddress((Boolean) value);
                case SO_REUSEPORT ->
                        known.setOption(StandardSocketOptions.SO_REUSEPORT, (Boolean) value);
                case SO_BROADCAST -> known.setBroadcast((Boolean) value);
                case IP_TOS -> known.setTrafficClass((Integer) value);
                case IP_MULTICAST_IF -> known.setInterface((InetAddress) value);
                case IP_MULTICAST_IF2 -> known.setNetworkInterface((NetworkInterface) value);
                case IP_MULTICAST_LOOP -> known.setLoopbackMode((Boolean) value);
                default -> throw new SocketException("Unknown option " + option);
            }
        } catch (SocketException e) {
            throw e;
        } catch (IOException | ClassCastException | IllegalArgumentException e) {
            throw new SocketException(e.getMessage(), e);
        }
    }

    @Override
    @SuppressWarnings("NullAway") // java.net knows that no interface may have been set.
    public Object getOption(int option) throws SocketException {
        MulticastSocket known = socket();
        try {
            return switch (option) {
                case SO_TIMEOUT -> known.getSoTimeout();
                case SO_BINDADDR -> known.getLocalAddress();
                case SO_SNDBUF -> known.getSendBufferSize();
                case SO_RCVBUF -> known.getReceiveBufferSize();
                case SO_REUSEADDR -> known.getReuseAddress();
                case SO_REUSEPORT -> known.getOption(StandardSocketOptions.SO_REUSEPORT);
                case SO_BROADCAST -> known.getBroadcast();
                case IP_TOS -> known.getTrafficClass();
                case IP_MULTICAST_IF -> known.getInterface();
                case IP_MULTICAST_IF2 -> known.getOption(StandardSocketOptions.IP_MULTICAST_IF);
                case IP_MULTICAST_LOOP -> known.getLoopbackMode();
                default -> throw new SocketException("Unknown option " + option);
            };
        } catch (SocketException e) {
            throw e;
        } catch (IOException e) {
            throw new SocketException(e.getMessage(), e);
        }
    }
}
