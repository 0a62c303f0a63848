package onload.testkit.tcp;

import onload.nic.emulated.BurstLoss;
import onload.nic.emulated.EcnMarking;
import onload.nic.emulated.EmulatedCable;
import onload.nic.emulated.EmulatedLink;
import onload.nic.emulated.EmulatedSwitch;
import onload.nic.emulated.LinkSettings;
import onload.tcp.TcpSetting;
import onload.tcp.TcpSettings;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds the network of a scenario: hosts, switches, the bottleneck, and a watch at each host. */
final class Stage {
    private static final long DAY_NS = 86_400_000_000_000L;
    private static final int LONGEST_ROW = 4;
    private static final int RING = 256;
    private static final int LEAST_BUFFERS = 2048;
    private static final int MOST_BUFFERS = 32_768;
    private static final double BURST_ENDS = 0.2;

    private final Scenario scenario;
    private final SimulatedNetwork network;
    private final HostSettings settings;
    private final LinkSettings bottleneck;
    private final List<SimulatedHost> clients = new ArrayList<>();
    private final List<SimulatedHost> servers = new ArrayList<>();
    private final List<HostWatch> watches = new ArrayList<>();
    private final List<EmulatedLink> bottlenecks = new ArrayList<>();
    private final Map<EmulatedLink, CableTap> taps = new HashMap<>();

    Stage(Scenario scenario) {
        this.scenario = scenario;
        network = new SimulatedNetwork(scenario.seed());
        settings =
                new HostSettings(
                        tcp(scenario),
                        buffers(scenario),
                        RING,
                        Math.max(
                                scenario.number(Parameter.MTU),
                                scenario.isOn(Parameter.IPV6) ? 1280 : 0),
                        scenario.isOn(Parameter.IPV6),
                        0);
        bottleneck = link(scenario);
        switch (scenario.topology()) {
            case DIRECT -> direct();
            case DUMBBELL -> row(1);
            case CHAIN -> row(Math.min(LONGEST_ROW, Math.max(2, clients())));
            case INCAST -> incast();
        }
        network.hosts().forEach(SimulatedHost::up);
        for (SimulatedHost client : clients) {
            for (SimulatedHost server : servers) {
                client.meet(server);
                server.meet(client);
            }
        }
    }

    /** {@return the settings of all engines: they have all the time of the world, so that nothing gives up} */
    static TcpSettings tcp(Scenario scenario) {
        long receiveBytes = scenario.get(Parameter.RECEIVE_BUFFER);
        long sendBytes = scenario.get(Parameter.SEND_BUFFER);
        long usualReceiveBytes = TcpSetting.MAX_RECEIVE_BUFFER_BYTES.defaultValue();
        long usualSendBytes = TcpSetting.MAX_SEND_BUFFER_BYTES.defaultValue();
        return TcpSettings.DEFAULT
                .with(TcpSetting.TIMESTAMPS, scenario.get(Parameter.TIMESTAMPS))
                .with(TcpSetting.SELECTIVE_ACKNOWLEDGMENTS, scenario.get(Parameter.SACK))
                .with(TcpSetting.WINDOW_SCALING, scenario.get(Parameter.SCALING))
                .with(TcpSetting.MAX_FLOWS, 1 << 17)
                .with(TcpSetting.RETRIES, 127)
                .with(TcpSetting.SYN_RETRIES, 127)
                .with(TcpSetting.SYN_ACK_RETRIES, 127)
                .with(TcpSetting.ORPHAN_RETRIES, 127)
                .with(TcpSetting.FIN_WAIT_2_NS, DAY_NS)
                .with(TcpSetting.ECN, scenario.get(Parameter.ECN))
                .with(TcpSetting.PACING, scenario.get(Parameter.PACING))
                .with(TcpSetting.MAX_OUT_OF_ORDER_PACKETS, 1 << 14)
                .with(TcpSetting.RECEIVE_BUFFER_BYTES, receiveBytes)
                .with(TcpSetting.SEND_BUFFER_BYTES, sendBytes)
                .with(
                        TcpSetting.MAX_RECEIVE_BUFFER_BYTES,
                        Math.max(receiveBytes, usualReceiveBytes))
                .with(TcpSetting.MAX_SEND_BUFFER_BYTES, Math.max(sendBytes, usualSendBytes));
    }

    private static int buffers(Scenario scenario) {
        long atOnce = scenario.get(Parameter.CONCURRENT) / 4 + scenario.get(Parameter.BYTES) / 500;
        return Math.clamp(4 * atOnce, LEAST_BUFFERS, MOST_BUFFERS);
    }

    private static LinkSettings link(Scenario scenario) {
        LinkSettings.Builder link =
                LinkSettings.builder()
                        .delayNs(scenario.nanoseconds(Parameter.DELAY_US))
                        .jitterNs(scenario.nanoseconds(Parameter.JITTER_US))
                        .keepsOrder(!scenario.isOn(Parameter.UNORDERED))
                        .bitsPerSecond(scenario.get(Parameter.KILOBITS) * 1000)
                        .queueFrames(scenario.number(Parameter.QUEUE))
                        .loss(scenario.probability(Parameter.LOSS_PPM))
                        .duplicate(scenario.probability(Parameter.DUPLICATE_PPM))
                        .corrupt(scenario.probability(Parameter.CORRUPT_PPM));
        if (scenario.isOn(Parameter.BURST_PPM)) {
            link.burstLoss(BurstLoss.of(scenario.probability(Parameter.BURST_PPM), BURST_ENDS));
        }
        if (scenario.isOn(Parameter.REORDER_PPM)) {
            link.reorder(
                    scenario.probability(Parameter.REORDER_PPM),
                    scenario.nanoseconds(Parameter.REORDER_US));
        }
        return link.build();
    }

    private int clients() {
        return scenario.number(Parameter.PAIRS);
    }

    private void direct() {
        SimulatedHost client = addClient();
        SimulatedHost server = addServer();
        EmulatedCable cable = mark(network.links().connect(client.nic(), server.nic(), bottleneck));
        HostWatch one = watches.get(0);
        HostWatch other = watches.get(1);
        tap(cable.from(client.nic()), one, other);
        tap(cable.from(server.nic()), other, one);
    }

    /** Switches in a row; the first pair uses all of it, each other one a cable of it. */
    private void row(int cables) {
        List<EmulatedSwitch> switches = new ArrayList<>();
        switches.add(network.links().addSwitch());
        for (int i = 0; i < cables; i++) {
            switches.add(network.links().addSwitch());
            // Two flipped bits of one frame may cancel out in its checksum, so that one cable
            // flips.
            LinkSettings link = i == 0 ? bottleneck : bottleneck.toBuilder().corrupt(0).build();
            mark(network.links().connect(switches.get(i), switches.get(i + 1), link));
        }
        for (int i = 0; i < clients(); i++) {
            int at = i % cables;
            plug(addClient(), switches.get(at), LinkSettings.PERFECT);
            plug(addServer(), switches.get(i == 0 ? cables : at + 1), LinkSettings.PERFECT);
        }
    }

    private void incast() {
        EmulatedSwitch middle = network.links().addSwitch();
        for (int i = 0; i < clients(); i++) {
            plug(addClient(), middle, LinkSettings.PERFECT);
        }
        mark(plug(addServer(), middle, bottleneck));
    }

    private SimulatedHost addClient() {
        return add(clients, Parameter.CLIENTS_ASLEEP_US);
    }

    private SimulatedHost addServer() {
        return add(servers, Parameter.SERVERS_ASLEEP_US);
    }

    private SimulatedHost add(List<SimulatedHost> kind, Parameter asleep) {
        SimulatedHost host = network.addHost(settings.asleep(scenario.nanoseconds(asleep)));
        kind.add(host);
        watches.add(new HostWatch(host, scenario.isOn(Parameter.CORRUPT_PPM)));
        return host;
    }

    private EmulatedCable plug(SimulatedHost host, EmulatedSwitch into, LinkSettings link) {
        EmulatedCable cable = network.links().connect(host.nic(), into, link);
        @Nullable HostWatch watch = watches.getLast();
        tap(cable.from(host.nic()), watch, null);
        tap(cable.from(into), null, watch);
        return cable;
    }

    private void tap(EmulatedLink link, @Nullable HostWatch sender, @Nullable HostWatch receiver) {
        CableTap tap = new CableTap(sender, receiver);
        taps.put(link, tap);
        link.tap(tap);
    }

    /** {@return who looks at a link; somebody who does nothing if nobody does} */
    CableTap tapOf(EmulatedLink link) {
        return taps.getOrDefault(link, new CableTap(null, null));
    }

    private EmulatedCable mark(EmulatedCable cable) {
        bottlenecks.addAll(cable.links());
        int markBytes = scenario.number(Parameter.MARK_BYTES);
        if (markBytes > 0) {
            cable.links().forEach(link -> link.marking(EcnMarking.threshold(markBytes)));
        }
        return cable;
    }

    SimulatedNetwork network() {
        return network;
    }

    List<SimulatedHost> clientHosts() {
        return clients;
    }

    List<SimulatedHost> serverHosts() {
        return servers;
    }

    List<HostWatch> watches() {
        return watches;
    }

    List<EmulatedLink> bottlenecks() {
        return bottlenecks;
    }
}
