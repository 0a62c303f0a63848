package onload.jdk.channel;

import onload.jdk.placement.StackInterfaces;
import onload.sockets.Stack;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.MembershipKey;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** The {@code java.net.DatagramSocket} of a channel. */
@SuppressWarnings({
    "deprecation",
    "removal"
}) // What java.net has deprecated, its programs still call.
final class DatagramSocketAdaptor extends MulticastSocket {
    private static final String CLOSED = "Socket closed";

    private final OnloadDatagramChannel channel;
    private final ReentrantLock timeToLiveLock = new ReentrantLock();
    private volatile int timeoutMs;
    private volatile @Nullable InetSocketAddress lastLocal;

    /** What {@link #setInterface} was told last, which may be one of several addresses. */
    private volatile @Nullable InetAddress interfaceAddress;

    private DatagramSocketAdaptor(OnloadDatagramChannel channel) throws IOException {
        super(PacketFields.nothingBehind());
        this.channel = channel;
    }

    static DatagramSocket of(OnloadDatagramChannel channel) {
        try {
            return new DatagramSocketAdaptor(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Addresses.

    private static InetSocketAddress internet(SocketAddress address) {
        if (address instanceof InetSocketAddress internet) {
            return internet;
        }
        throw new UnsupportedAddressTypeException();
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws SocketException {
        InetSocketAddress at = local == null ? new InetSocketAddress(0) : internet(local);
        try {
            channel.bind(at);
        } catch (IOException | RuntimeException e) {
            throw Translation.socketException(e);
        }
    }

    @Override
    public void connect(InetAddress address, int port) {
        if (address == null) {
            throw new IllegalArgumentException("Address can't be null");
        }
        try {
            connectAgain(new InetSocketAddress(address, port));
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void connect(SocketAddress remote) throws SocketException {
        if (remote == null) {
            throw new IllegalArgumentException("Address can't be null");
        }
        connectAgain(internet(remote));
    }

    /** It may be connected already. */
    private void connectAgain(InetSocketAddress remote) throws SocketException {
        try {
            synchronized (this) {
                if (channel.isConnected()) {
                    channel.disconnect();
                }
                channel.connect(remote);
            }
        } catch (ClosedChannelException e) {
            // As ever, that is no error here.
        } catch (IOException | RuntimeException e) {
            throw Translation.socketException(e);
        }
    }

    @Override
    public void disconnect() {
        try {
            channel.disconnect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the local address, of a closed channel the last one that is known} */
    private @Nullable InetSocketAddress local() {
        try {
            InetSocketAddress now = (InetSocketAddress) channel.getLocalAddress();
            if (now != null) {
                lastLocal = now;
            }
            return now;
        } catch (IOException e) {
            return lastLocal;
        }
    }

    @Override
    public boolean isBound() {
        return local() != null;
    }

    @Override
    public boolean isConnected() {
        return channel.knownRemote() != null;
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        InetSocketAddress remote = channel.knownRemote();
        return remote == null ? null : remote.getAddress();
    }

    @Override
    public int getPort() {
        InetSocketAddress remote = channel.knownRemote();
        return remote == null ? -1 : remote.getPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return channel.knownRemote();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return isClosed() ? null : local();
    }

    @Override
    public @Nullable InetAddress getLocalAddress() {
        if (isClosed()) {
            return null;
        }
        InetSocketAddress local = local();
        return local == null ? new InetSocketAddress(0).getAddress() : local.getAddress();
    }

    @Override
    public int getLocalPort() {
        if (isClosed()) {
            return -1;
        }
        InetSocketAddress local = local();
        return local == null ? 0 : local.getPort();
    }

    // Datagrams.

    @Override
    public void send(DatagramPacket packet) throws IOException {
        try {
            synchronized (packet) {
                checkBlocking();
                channel.send(
                        ByteBuffer.wrap(packet.getData(), packet.getOffset(), packet.getLength()),
                        target(packet));
            }
        } catch (AlreadyConnectedException e) {
            throw new IllegalArgumentException("Connected and packet address differ");
        } catch (IOException e) {
            throw ended(e);
        }
    }

    private InetSocketAddress target(DatagramPacket packet) {
        if (packet.getAddress() != null) {
            return (InetSocketAddress) packet.getSocketAddress();
        }
        InetSocketAddress peer = channel.knownRemote();
        if (peer == null) {
            throw new IllegalArgumentException("Address not set");
        }
        packet.setAddress(peer.getAddress());
        packet.setPort(peer.getPort());
        return peer;
    }

    @Override
    public void receive(DatagramPacket packet) throws IOException {
        try {
            synchronized (packet) {
                checkBlocking();
                receiveHeld(packet);
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            throw ended(e);
        }
    }

    private void receiveHeld(DatagramPacket packet) throws IOException {
        int room = PacketFields.room(packet);
        int offset = packet.getOffset();
        ByteBuffer to = ByteBuffer.wrap(packet.getData(), offset, room);
        int timeout = timeoutMs;
        SocketAddress from =
                channel.receive(
                        to, timeout == 0 ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(timeout));
        if (from == null) {
            throw new SocketTimeoutException("Receive timed out");
        }
        PacketFields.received(packet, to.position() - offset);
        packet.setSocketAddress(from);
    }

    private void checkBlocking() {
        if (channel.isOpen() && !channel.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
    }

    /** {@return what is told of a call that was ended by somebody, or as it is} */
    private IOException ended(IOException thrown) {
        Thread thread = Thread.currentThread();
        boolean isInterrupt =
                thrown instanceof ClosedByInterruptException
                        || thrown instanceof InterruptedIOException;
        if (isInterrupt && channel.isOutlasting() && thread.isVirtual() && thread.isInterrupted()) {
            close();
            return new SocketException("Closed by interrupt");
        }
        if (isInterrupt || !(thrown instanceof ClosedChannelException)) {
            return thrown;
        }
        return new SocketException(CLOSED, thrown);
    }

    @Override
    public void send(DatagramPacket packet, byte timeToLive) throws IOException {
        timeToLiveLock.lock();
        try {
            int before = getTimeToLive();
            try {
                setTTL(timeToLive);
                send(packet);
            } finally {
                setTimeToLive(before);
            }
        } finally {
            timeToLiveLock.unlock();
        }
    }

    @Override
    public void close() {
        // Asked for the last time.
        local();
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public DatagramChannel getChannel() {
        return channel;
    }

    // Options.

    private <T> void set(SocketOption<T> option, T value) throws SocketException {
        try {
            channel.setOption(option, value);
        } catch (IOException e) {
            throw Translation.socketException(e);
        }
    }

    private <T> T get(SocketOption<T> option) throws SocketException {
        try {
            return channel.getOption(option);
        } catch (IOException e) {
            throw Translation.socketException(e);
        }
    }

    private void checkOpen() throws SocketException {
        if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
    }

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        checkOpen();
        if (timeout < 0) {
            throw new IllegalArgumentException("timeout < 0");
        }
        timeoutMs = timeout;
    }

    @Override
    public int getSoTimeout() throws SocketException {
        checkOpen();
        return timeoutMs;
    }

    @Override
    public void setSendBufferSize(int bytes) throws SocketException {
        if (bytes <= 0) {
            throw new IllegalArgumentException("Invalid send size");
        }
        set(StandardSocketOptions.SO_SNDBUF, bytes);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return get(StandardSocketOptions.SO_SNDBUF);
    }

    @Override
    public void setReceiveBufferSize(int bytes) throws SocketException {
        if (bytes <= 0) {
            throw new IllegalArgumentException("Invalid receive size");
        }
        set(StandardSocketOptions.SO_RCVBUF, bytes);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return get(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public void setReuseAddress(boolean isOn) throws SocketException {
        set(StandardSocketOptions.SO_REUSEADDR, isOn);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return get(StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public void setBroadcast(boolean isOn) throws SocketException {
        set(StandardSocketOptions.SO_BROADCAST, isOn);
    }

    @Override
    public boolean getBroadcast() throws SocketException {
        return get(StandardSocketOptions.SO_BROADCAST);
    }

    @Override
    public void setTrafficClass(int trafficClass) throws SocketException {
        set(StandardSocketOptions.IP_TOS, trafficClass);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return get(StandardSocketOptions.IP_TOS);
    }

    @Override
    public <T> DatagramSocket setOption(SocketOption<T> option, T value) throws IOException {
        channel.setOption(option, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        return channel.getOption(option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    // Groups.

    @Override
    public void setTTL(byte timeToLive) throws IOException {
        setTimeToLive(Byte.toUnsignedInt(timeToLive));
    }

    @Override
    public byte getTTL() throws IOException {
        return (byte) getTimeToLive();
    }

    @Override
    public void setTimeToLive(int timeToLive) throws IOException {
        timeToLiveLock.lock();
        try {
            set(StandardSocketOptions.IP_MULTICAST_TTL, timeToLive);
        } finally {
            timeToLiveLock.unlock();
        }
    }

    @Override
    public int getTimeToLive() throws IOException {
        timeToLiveLock.lock();
        try {
            return get(StandardSocketOptions.IP_MULTICAST_TTL);
        } finally {
            timeToLiveLock.unlock();
        }
    }

    @Override
    public void joinGroup(InetAddress group) throws IOException {
        try {
            joinGroup(new InetSocketAddress(group, 0), null);
        } catch (IllegalArgumentException e) {
            throw new SocketException("joinGroup failed", e);
        }
    }

    @Override
    public void leaveGroup(InetAddress group) throws IOException {
        try {
            leaveGroup(new InetSocketAddress(group, 0), null);
        } catch (IllegalArgumentException e) {
            throw new SocketException("leaveGroup failed", e);
        }
    }

    @Override
    public void joinGroup(SocketAddress address, @Nullable NetworkInterface on) throws IOException {
        InetAddress group = group(address);
        checkOpen();
        NetworkInterface at = on == null ? defaultInterface(group) : on;
        synchronized (this) {
            if (channel.membership(group, at, null) != null) {
                throw new SocketException("Already a member of group");
            }
            channel.join(group, at);
        }
    }

    @Override
    public void leaveGroup(SocketAddress address, @Nullable NetworkInterface on)
            throws IOException {
        InetAddress group = group(address);
        checkOpen();
        NetworkInterface at = on == null ? defaultInterface(group) : on;
        synchronized (this) {
            MembershipKey key = channel.membership(group, at, null);
            if (key == null) {
                throw new SocketException("Not a member of group");
            }
            key.drop();
        }
    }

    private static InetAddress group(SocketAddress address) throws SocketException {
        if (!(address instanceof InetSocketAddress internet)) {
            throw new IllegalArgumentException("Unsupported address type");
        }
        InetAddress group = internet.getAddress();
        if (group == null) {
            throw new IllegalArgumentException("Unresolved address");
        }
        if (!group.isMulticastAddress()) {
            throw new SocketException("Not a multicast address");
        }
        return group;
    }

    /** That which datagrams to the group leave by: as it was set, else by route; of the kernel the first that can. */
    private NetworkInterface defaultInterface(InetAddress group) throws IOException {
        NetworkInterface set = outgoing();
        if (set != null) {
            return set;
        }
        Stack stack = channel.acceleration().toConnect(group).stack();
        if (stack != null) {
            return StackInterfaces.of(stack).getFirst();
        }
        NetworkInterface loopback = null;
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            if (each.isUp() && each.isLoopback()) {
                loopback = each;
            } else if (each.isUp()
                    && each.supportsMulticast()
                    && each.inetAddresses().anyMatch(own -> isLike(own, group))) {
                return each;
            }
        }
        if (loopback == null) {
            throw new SocketException("No such device");
        }
        return loopback;
    }

    private static boolean isLike(InetAddress one, InetAddress other) {
        return one.getClass().equals(other.getClass());
    }

    private @Nullable NetworkInterface outgoing() throws SocketException {
        return get(StandardSocketOptions.IP_MULTICAST_IF);
    }

    @Override
    public void setInterface(InetAddress address) throws SocketException {
        if (address == null) {
            throw new SocketException("Invalid value 'null'");
        }
        setNetworkInterface(having(address));
        interfaceAddress = address;
    }

    private NetworkInterface having(InetAddress address) throws SocketException {
        for (Stack stack : channel.acceleration().stacks()) {
            for (NetworkInterface each : StackInterfaces.of(stack)) {
                if (each.inetAddresses().anyMatch(address::equals)) {
                    return each;
                }
            }
        }
        NetworkInterface found = NetworkInterface.getByInetAddress(address);
        if (found == null) {
            throw new SocketException(
                    "No network interface found with address " + address.getHostAddress());
        }
        return found;
    }

    @Override
    public InetAddress getInterface() throws SocketException {
        NetworkInterface set = outgoing();
        if (set == null) {
            return new InetSocketAddress(0).getAddress();
        }
        InetAddress told = interfaceAddress;
        if (told != null && set.inetAddresses().anyMatch(told::equals)) {
            return told;
        }
        return set.inetAddresses()
                .findFirst()
                .orElseGet(() -> new InetSocketAddress(0).getAddress());
    }

    @Override
    public void setNetworkInterface(NetworkInterface on) throws SocketException {
        set(StandardSocketOptions.IP_MULTICAST_IF, on);
        interfaceAddress = null;
    }

    /** {@return the interface that was set; null if none was, where the JDK has one without a number} */
    @Override
    public @Nullable NetworkInterface getNetworkInterface() throws SocketException {
        return outgoing();
    }

    @Override
    public void setLoopbackMode(boolean isOff) throws SocketException {
        set(StandardSocketOptions.IP_MULTICAST_LOOP, !isOff);
    }

    @Override
    public boolean getLoopbackMode() throws SocketException {
        return !get(StandardSocketOptions.IP_MULTICAST_LOOP);
    }
}
