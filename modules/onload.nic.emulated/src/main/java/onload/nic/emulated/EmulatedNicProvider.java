package onload.nic.emulated;

import onload.nic.packet.PacketPool;
import onload.nic.spi.Availability;
import onload.nic.spi.NicOptions;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Emulated NICs by name: {@code emulated:NETWORK}, such as {@code emulated:lan,delay=50us,loss=0.1%}. All that name one
 * network in a process are on one switch, on the real clock. The network is made with its first NIC and goes away with
 * its last; without a name it is {@value #DEFAULT}.
 *
 * <table>
 *   <caption>Settings</caption>
 *   <tr><th>of the NIC</th><th>default</th><th></th></tr>
 *   <tr><td>mac</td><td>the next free one</td><td>Ethernet address; the one of a NIC that is there opens
 * another queue of       that NIC, and needs the same settings</td></tr>
 *   <tr><td>mtu</td><td>1500</td><td>largest IP datagram in bytes</td></tr>
 *   <tr><td>queues</td><td>1</td><td>receive queues, 1 to 128</td></tr>
 *   <tr><td>ring, receive-ring, transmit-ring</td><td>512</td><td>places in the rings, 1 to 65536</td></tr>
 *   <tr><td>filters</td><td>1024</td><td>flow filters that there is room for</td></tr>
 *   <tr><td>receive-checksum, transmit-checksum</td><td>off</td><td>checksums are verified, filled in</td></tr>
 *   <tr><td>scatter, gather, timestamps</td><td>on</td><td>as the features of that name</td></tr>
 *   <tr><td>hash</td><td>on with several queues</td><td>hands the hash up</td></tr>
 *   <tr><td>promiscuous</td><td>off</td><td>takes frames for other stations too</td></tr>
 *   <tr><th>of its cable, each way</th><th></th><th>see {@link LinkSettings}</th></tr>
 *   <tr><td>delay, jitter</td><td>0</td><td>such as 50us, 10ms</td></tr>
 *   <tr><td>keep-order</td><td>on</td><td>jitter keeps the order of frames</td></tr>
 *   <tr><td>rate</td><td>no limit</td><td>bits per second, such as 100m, 10g</td></tr>
 *   <tr><td>overhead</td><td>0</td><td>bytes per frame that the rate counts beside it</td></tr>
 *   <tr><td>queue-frames, queue-bytes</td><td>1000, no limit</td><td>room in front of a link with a rate</td></tr>
 *   <tr><td>mark</td><td>0</td><td>probability that a frame with an ECN codepoint is marked</td></tr>
 *   <tr><td>mark-above</td><td>never</td><td>frames in the queue above which such frames are marked</td></tr>
 *   <tr><td>loss, duplicate, corrupt</td><td>0</td><td>probabilities, such as 0.01 or 1%</td></tr>
 *   <tr><td>burst-loss</td><td>none</td><td>BEGIN/END[/LOSS-IN[/LOSS-OUTSIDE]], probabilities per frame</td></tr>
 *   <tr><td>reorder, reorder-delay</td><td>0</td><td>probability to be held back, and how long</td></tr>
 *   <tr><td>link-mtu</td><td>65535</td><td>longer frames are dropped on the cable</td></tr>
 *   <tr><th>of the network</th><th></th><th></th></tr>
 *   <tr><td>seed</td><td>0</td><td>of all that is left to chance; for the first NIC to say</td></tr>
 * </table>
 *
 * <p>A frame between two NICs passes two cables, so that a delay of 1 ms on each makes 2 ms. Several networks,
 * cables of another shape and virtual time are for programs: see {@link EmulatedNetwork}.
 */
public final class EmulatedNicProvider implements NicProvider {
    /** The name of the network of those who name none. */
    public static final String DEFAULT = "default";

    private static final SharedNetworks NETWORKS = new SharedNetworks();
    private static final Set<String> NAMES = names();

    /** Makes a provider, which shares its networks with all others of this process. */
    public EmulatedNicProvider() {}

    private static Set<String> names() {
        Set<String> names = new HashSet<>();
        names.addAll(NicSettings.names());
        names.addAll(LinkSettings.names());
        names.add(SettingsText.SEED);
        return Set.copyOf(names);
    }

    /**
     * {@return the network of a name, for who wants to cut its cables or read its counters; empty if it has no NIC now}
     *
     * @param name its name, such as {@value #DEFAULT}
     */
    public static Optional<EmulatedNetwork> network(String name) {
        return NETWORKS.network(name);
    }

    @Override
    public String name() {
        return "emulated";
    }

    @Override
    public String description() {
        return "NICs on a switch inside this process, with delay, loss and other impairments by choice";
    }

    @Override
    public Availability probe() {
        return Availability.available();
    }

    /**
     * Opens one queue of a NIC.
     *
     * @throws IllegalArgumentException if a setting is unknown or its value is not allowed
     * @throws NicUnavailableException if the queue is open already, or what is there has other settings
     */
    @Override
    public VirtualInterface open(NicOptions options, PacketPool pool) {
        options.allowOnly(NAMES);
        return NETWORKS.open(options, pool);
    }
}
