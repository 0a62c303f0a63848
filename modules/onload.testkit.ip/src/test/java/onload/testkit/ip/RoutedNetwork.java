package onload.testkit.ip;

import onload.ip.IpOptions;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;

/** Two hosts with a played router between them; the far host has fixed addresses, the near one as a test says. */
final class RoutedNetwork implements AutoCloseable {
    static final long SECOND_NS = 1_000_000_000L;

    final IpNetwork network;
    final PlayedRouter router;
    final PlayedLink near;
    final PlayedLink far;
    final IpHost host;
    final IpHost server;

    RoutedNetwork(long seed, IpOptions options) {
        network = new IpNetwork(seed);
        router = network.addRouter();
        NicSettings jumbo = NicSettings.builder().mtu(9000).build();
        near =
                router.addLink(jumbo)
                        .mtu(1500)
                        .address("192.0.2.254/24")
                        .address("2001:db8:1::ffff/64");
        far =
                router.addLink(jumbo)
                        .mtu(1500)
                        .address("198.51.100.254/24")
                        .address("2001:db8:2::ffff/64");
        host = network.addHost(options, jumbo).mtu(1500);
        server = network.addHost(options, jumbo).mtu(1500);
        network.connect(near.nic(), host.nic(), LinkSettings.PERFECT);
        network.connect(far.nic(), server.nic(), LinkSettings.PERFECT);
        server.up()
                .address("198.51.100.1/24")
                .address("2001:db8:2::1/64")
                .route("0.0.0.0/0", "198.51.100.254")
                .route("::/0", far.linkLocal().toString());
    }

    /** Addresses and routes by hand. */
    RoutedNetwork withFixedHost() {
        host.up()
                .address("192.0.2.1/24")
                .address("2001:db8:1::1/64")
                .route("0.0.0.0/0", "192.0.2.254")
                .route("::/0", near.linkLocal().toString());
        network.run(3 * SECOND_NS);
        return this;
    }

    @Override
    public void close() {
        network.close();
    }
}
