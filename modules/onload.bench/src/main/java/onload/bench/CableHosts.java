package onload.bench;

import onload.ip.IpInterface;
import onload.ip.IpLayer;
import onload.ip.IpOptions;
import onload.ip.address.AddressOptions;
import onload.nic.emulated.EmulatedNetwork;
import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;

import java.util.SplittableRandom;

/**
 * Two hosts on a perfect cable, on a time that the benchmark tells, in one thread; they know each other's addresses.
 */
final class CableHosts implements AutoCloseable {
    static final int POLL_LIMIT = 64;

    private static final long QUARTER_NS = 250_000_000L;
    private static final int QUARTERS = 30;

    private final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
    final Host one;
    final Host other;
    long nowNs = 1;

    /** One of the two. */
    static final class Host {
        final PacketPool pool;
        final EmulatedNic nic;
        final IpLayer ip;
        final IpAddress address;
        private final IpInterface nic0;

        Host(EmulatedNetwork network, String address, int mtu, PoolOptions buffers) {
            pool = PacketPool.open(buffers.withAccounting(false));
            nic = network.addNic(NicSettings.builder().mtu(mtu).build());
            this.address = IpAddress.parse(address);
            ip =
                    new IpLayer(
                            IpOptions.DEFAULT.withAddresses(
                                    AddressOptions.DEFAULT.withDuplicateAddressDetectTransmits(0)),
                            pool,
                            new SplittableRandom(1),
                            1);
            nic0 = ip.addInterface("nic0", nic.open(0, pool));
        }

        private void meet(Host them, long nowNs) {
            ip.neighbors()
                    .fix(
                            nic0.index(),
                            them.address.high(),
                            them.address.low(),
                            them.nic.macAddress(),
                            nowNs);
        }
    }

    /**
     * Connects two hosts; transports are made afterwards.
     *
     * @param mtu of both
     * @param buffers of each
     */
    CableHosts(int mtu, PoolOptions buffers) {
        one = new Host(network, "192.0.2.1", mtu, buffers);
        other = new Host(network, "192.0.2.2", mtu, buffers);
        network.connect(one.nic, other.nic, LinkSettings.builder().mtu(mtu).build());
        for (Host host : new Host[] {one, other}) {
            host.ip.up(host.nic0, nowNs);
            host.ip.addAddress(host.nic0, CidrAddress.parse(host.address + "/24"), nowNs);
        }
        for (int i = 0; i < QUARTERS; i++) {
            nowNs += QUARTER_NS;
            poll();
        }
        one.meet(other, nowNs);
        other.meet(one, nowNs);
    }

    /** Both take in what has come, the other first. */
    void poll() {
        other.ip.poll(nowNs, POLL_LIMIT);
        one.ip.poll(nowNs, POLL_LIMIT);
    }

    @Override
    public void close() {
        one.ip.close();
        other.ip.close();
        one.pool.close();
        other.pool.close();
        network.close();
    }
}
