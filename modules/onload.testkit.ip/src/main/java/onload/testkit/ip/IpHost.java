package onload.testkit.ip;

import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.ip.address.AddressState;
import onload.ip.address.InterfaceAddress;
import onload.ip.counter.IpCounter;
import onload.ip.route.Route;
import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A host of an {@link IpNetwork}: an IP layer with a packet pool and a NIC. */
public final class IpHost implements IpNetwork.Station {
    /** Packet buffers of a host unless told otherwise. */
    static final int BUFFERS = 1024;

    private static final int BATCH = 32;

    private final IpNetwork network;
    private final PacketPool pool;
    private final IpLayer ip;
    private final EmulatedNic nic;
    private final IpInterface nic0;
    private final List<Driven> driven = new ArrayList<>();

    IpHost(IpNetwork network, IpOptions options, NicSettings settings, int buffers, long seed) {
        this.network = network;
        pool =
                PacketPool.open(
                        PoolOptions.of(buffers)
                                .withHugePages(HugePages.NEVER)
                                .withAccounting(true));
        ip = new IpLayer(options, pool, new SplittableRandom(seed), network.nowNs());
        nic = network.links().addNic(settings);
        nic0 = ip.addInterface("nic0", nic.open(0, pool));
    }

    /** {@return the IP layer} */
    public IpLayer ip() {
        return ip;
    }

    /** {@return the NIC, to be connected} */
    public EmulatedNic nic() {
        return nic;
    }

    /** {@return the interface of the NIC} */
    public IpInterface nic0() {
        return nic0;
    }

    /** {@return the packet pool} */
    public PacketPool pool() {
        return pool;
    }

    /** Brings the interface up. */
    public IpHost up() {
        ip.up(nic0, network.nowNs());
        return this;
    }

    /**
     * Gives the interface an address.
     *
     * @param cidr such as {@code 192.0.2.1/24}
     */
    public IpHost address(String cidr) {
        ip.addAddress(nic0, CidrAddress.parse(cidr), network.nowNs());
        return this;
    }

    /**
     * Adds a route over a router.
     *
     * @param prefix such as {@code 0.0.0.0/0}
     * @param gateway such as {@code 192.0.2.254}
     */
    public IpHost route(String prefix, String gateway) {
        ip.addRoute(Route.via(IpPrefix.parse(prefix), IpAddress.parse(gateway), nic0.index()));
        return this;
    }

    /**
     * Sets the MTU of the interface.
     *
     * @param bytes 68 to what the NIC takes
     */
    public IpHost mtu(int bytes) {
        ip.mtu(nic0, bytes, network.nowNs());
        return this;
    }

    /** {@return the state of one of its addresses, or null if it has no such one} */
    public @Nullable AddressState stateOf(String address) {
        IpAddress wanted = IpAddress.parse(address);
        InterfaceAddress own = ip.addresses().exact(wanted.high(), wanted.low(), nic0.index());
        return own == null ? null : own.state();
    }

    /** {@return the link-local address of the interface as text} */
    public String linkLocal() {
        return Ipv6Address.toString(
                Ipv6Address.LINK_LOCAL_HIGH, Ipv6Address.interfaceIdentifier(nic.macAddress()));
    }

    /** {@return the value of a counter} */
    public long count(IpCounter counter) {
        return ip.counters().get(counter);
    }

    /** {@return a ping from this host, which has sent nothing yet} */
    public Ping ping(String to) {
        return new Ping(network, this, IpAddress.parse(to));
    }

    /** Drives a transport along with the host. */
    public void drive(Driven transport) {
        driven.add(transport);
    }

    @Override
    public boolean poll(long nowNs) {
        boolean busy = false;
        for (Driven each : driven) {
            busy |= each.advance(nowNs);
        }
        return ip.poll(nowNs, BATCH) > 0 || busy;
    }

    @Override
    public long nextDeadlineNs() {
        long next = ip.nextDeadlineNs();
        for (Driven each : driven) {
            next = Math.min(next, each.nextDeadlineNs());
        }
        return next;
    }

    @Override
    public String close() {
        driven.forEach(each -> each.close(network.nowNs()));
        ip.flush(network.nowNs());
        ip.close();
        String outstanding = pool.outstanding();
        long badReleases = pool.badReleases();
        pool.close();
        return outstanding + (badReleases == 0 ? "" : badReleases + " bad releases ");
    }
}
