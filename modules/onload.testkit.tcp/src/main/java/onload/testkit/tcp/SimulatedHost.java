package onload.testkit.tcp;

import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.tcp.TcpConnection;
import onload.tcp.TcpEngine;
import onload.tcp.TcpEvents;
import onload.tcp.TcpListener;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A host of a {@link SimulatedNetwork}: pool, NIC, IP layer and TCP engine, with an address by its number. What uses
 * a connection is attached to it ({@link TcpConnection#attachment}) as a {@link ConnectionUser}, and is called after
 * each batch in which something happened to it.
 */
public final class SimulatedHost implements TcpEvents {
    private static final int BATCH = 64;

    private final SimulatedNetwork network;
    private final int number;
    private final PacketPool pool;
    private final IpLayer ip;
    private final EmulatedNic nic;
    private final IpInterface nic0;
    private final TcpEngine tcp;
    private final CidrAddress cidr;
    private final IpAddress address;
    private final Deque<ConnectionUser> ready = new ArrayDeque<>();
    private final Deque<TcpListener> acceptable = new ArrayDeque<>();
    private @Nullable Consumer<TcpConnection> accepted;

    final long asleepNs;

    // The network's.
    long asleepUntilNs = Long.MIN_VALUE;
    boolean isWoken;
    long deadlineNs = Long.MAX_VALUE;
    int heapIndex = -1;

    SimulatedHost(SimulatedNetwork network, int number, HostSettings settings, long seed) {
        this.network = network;
        this.number = number;
        asleepNs = settings.asleepNs();
        long nowNs = network.nowNs();
        // Accounts of all buffers cost more than all else; -Donload.pool.accounting=true has them.
        pool = PacketPool.open(PoolOptions.of(settings.buffers()).withHugePages(HugePages.NEVER));
        ip = new IpLayer(IpOptions.DEFAULT, pool, new SplittableRandom(seed), nowNs);
        NicSettings.Builder card =
                NicSettings.builder()
                        .mtu(Math.max(settings.mtu(), 1500))
                        .filters(0)
                        .rings(settings.ring(), settings.ring());
        nic = network.links().addNic(card.build());
        nic0 = ip.addInterface("nic0", nic.open(0, pool));
        String text =
                settings.isIpv6()
                        ? "2001:db8::%x/64".formatted(number)
                        : "10.0.%d.%d/16".formatted(number >>> 8, number & 0xFF);
        cidr = CidrAddress.parse(text);
        address = IpAddress.parse(text.substring(0, text.indexOf('/')));
        ip.mtu(nic0, settings.mtu(), nowNs);
        tcp = new TcpEngine(ip, settings.tcp(), this, new SplittableRandom(seed ^ 1), nowNs);
    }

    /** Brings the interface up, which has a cable now. */
    void up() {
        ip.up(nic0, network.nowNs());
        ip.addAddress(nic0, cidr, network.nowNs());
        network.wake(this);
    }

    /** Tells it of another host, so that it need not ask. */
    void meet(SimulatedHost other) {
        IpAddress its = other.address;
        ip.neighbors()
                .fix(nic0.index(), its.high(), its.low(), other.nic.macAddress(), network.nowNs());
    }

    /** {@return its number, which is the lowest 16 bits of its address} */
    public int number() {
        return number;
    }

    /** {@return its address} */
    public IpAddress address() {
        return address;
    }

    /** {@return its engine} */
    public TcpEngine tcp() {
        return tcp;
    }

    /** {@return its NIC} */
    public EmulatedNic nic() {
        return nic;
    }

    /** {@return its pool} */
    public PacketPool pool() {
        return pool;
    }

    /** {@return the network that it is in} */
    public SimulatedNetwork network() {
        return network;
    }

    /**
     * Listens at a port.
     *
     * @param user is given each connection that is accepted
     */
    public void listen(int port, String control, Consumer<TcpConnection> user) {
        accepted = user;
        TcpListener listener = tcp.listener();
        listener.prototype().congestionControl(control);
        int bound = listener.bind(0, 0, port);
        int listens = bound == 0 ? listener.listen(1 << 16) : bound;
        if (listens != 0) {
            throw new IllegalStateException("a host cannot listen: " + listens);
        }
    }

    /** The user of a connection has something to do now. */
    public void ready(ConnectionUser user) {
        if (!user.isReady) {
            user.isReady = true;
            ready.add(user);
            network.wake(this);
        }
    }

    @Override
    public void changed(TcpConnection connection, int what) {
        if (connection.attachment() instanceof ConnectionUser user) {
            ready(user);
        }
    }

    @Override
    public void acceptable(TcpListener listener) {
        acceptable.add(listener);
    }

    /** Does all that there is to do at a time. */
    void poll(long nowNs) {
        boolean isBusy = true;
        while (isBusy) {
            boolean hasExpired = tcp.advance(nowNs) > 0;
            isBusy = ip.poll(nowNs, BATCH) > 0 || hasExpired;
            isBusy |= accept();
            boolean hasActed = act(nowNs);
            if (hasActed) {
                ip.flush(nowNs);
            }
            isBusy |= hasActed;
        }
    }

    private boolean accept() {
        boolean any = false;
        for (TcpListener at = acceptable.poll(); at != null; at = acceptable.poll()) {
            for (TcpConnection c = at.accept(); c != null; c = at.accept()) {
                if (accepted != null) {
                    accepted.accept(c);
                }
                any = true;
            }
        }
        return any;
    }

    private boolean act(long nowNs) {
        boolean any = false;
        for (ConnectionUser user = ready.poll(); user != null; user = ready.poll()) {
            user.isReady = false;
            user.act(nowNs);
            any = true;
        }
        return any;
    }

    long nextDeadlineNs() {
        return Math.min(ip.nextDeadlineNs(), tcp.nextDeadlineNs());
    }

    /** Ends it; answers what is amiss, or an empty text. */
    String close() {
        tcp.close(network.nowNs());
        ip.flush(network.nowNs());
        ip.close();
        String amiss = pool.outstanding();
        long badReleases = pool.badReleases();
        pool.close();
        return amiss + (badReleases == 0 ? "" : badReleases + " were released too often ");
    }
}
