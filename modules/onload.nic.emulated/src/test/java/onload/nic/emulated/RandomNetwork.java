package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicCounter;
import onload.testkit.base.Randomness;
import onload.wire.MacAddress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network of any shape with any settings and any traffic, which counts for itself what it does, to hold the counters
 * against.
 */
final class RandomNetwork implements AutoCloseable {
    private static final NicCounter[] RECEIVE_DROPS = {
        NicCounter.RECEIVE_DROPPED_NO_BUFFER,
        NicCounter.RECEIVE_DROPPED_TOO_LONG,
        NicCounter.RECEIVE_DROPPED_TOO_SHORT,
        NicCounter.RECEIVE_DROPPED_OTHER_ADDRESS,
        NicCounter.RECEIVE_DROPPED_NO_QUEUE,
        NicCounter.RECEIVE_DROPPED_DAMAGED
    };
    private static final NicCounter[] TRANSMIT_DROPS = {
        NicCounter.TRANSMIT_DROPPED_LINK_DOWN,
        NicCounter.TRANSMIT_DROPPED_NO_ROOM,
        NicCounter.TRANSMIT_DROPPED_CLOSED
    };
    private static final LinkCounter[] LINK_DROPS = {
        LinkCounter.DROPPED_TOO_LONG,
        LinkCounter.DROPPED_QUEUE_FULL,
        LinkCounter.DROPPED_NO_ROOM,
        LinkCounter.LOST_AT_RANDOM,
        LinkCounter.LOST_IN_BURST,
        LinkCounter.LOST_LINK_DOWN
    };

    private final Randomness random;
    private final double impaired;
    private final EmulatedNetwork network;
    private final List<EmulatedSwitch> switches = new ArrayList<>();
    private final List<EmulatedNic> nics = new ArrayList<>();
    private final List<Host> hosts = new ArrayList<>();

    /** All cables that there ever were: also what is unplugged has counted. */
    private final List<EmulatedCable> cables = new ArrayList<>();

    private final StringBuilder trace = new StringBuilder();
    private long nowNs = 1_000_000_000L;
    private long accepted;
    private long delivered;
    private int number;

    RandomNetwork(Randomness random) {
        this(random, random.anyLong(), random.oneOf(0.0, 0.3, 1.0));
    }

    /**
     * Builds a network.
     *
     * @param impaired share of the impairments that are there
     */
    RandomNetwork(Randomness random, long seed, double impaired) {
        this.random = random;
        this.impaired = impaired;
        long storage = random.chance(0.2) ? random.between(0, 30_000) : 1 << 24;
        network = EmulatedNetwork.onVirtualTime(seed, storage);
        if (random.chance(0.2)) {
            addNic();
            addNic();
            connect(nics.get(0), nics.get(1));
        } else {
            for (int i = random.between(1, 4); i > 0; i--) {
                EmulatedSwitch lan =
                        network.addSwitch(random.between(1, 8), random.between(1, 200_000));
                if (!switches.isEmpty()) {
                    connect(lan, switches.get(random.between(0, switches.size() - 1)));
                }
                switches.add(lan);
            }
            for (int i = random.between(1, 6); i > 0; i--) {
                addNic();
                connect(nics.getLast(), anySwitch());
            }
        }
    }

    private EmulatedSwitch anySwitch() {
        return switches.get(random.between(0, switches.size() - 1));
    }

    private void addNic() {
        int queues = random.between(1, 3);
        EmulatedNic nic =
                network.addNic(
                        NicSettings.builder()
                                .queues(queues)
                                .mtu(random.oneOf(1500, 600, 4000))
                                .rings(random.between(1, 40), random.between(1, 40))
                                .promiscuous(random.chance(0.2))
                                .build());
        nics.add(nic);
        for (int queue = 0; queue < queues; queue++) {
            if (queue == 0 || random.chance(0.8)) {
                hosts.add(
                        new Host(
                                nic,
                                queue,
                                PoolOptions.of(128).withBufferLength(random.oneOf(1024, 2048))));
            }
        }
    }

    private void connect(EmulatedDevice one, EmulatedDevice other) {
        cables.add(network.connect(one, other, link(), link()));
    }

    private LinkSettings link() {
        LinkSettings.Builder link =
                LinkSettings.builder()
                        .delayNs(random.between(0, 50_000))
                        .keepsOrder(random.flip())
                        .mtu(random.chance(0.2) ? random.between(100, 1500) : 65535);
        if (random.chance(impaired)) {
            link.jitterNs(random.between(0, 50_000));
        }
        if (random.chance(impaired)) {
            link.bitsPerSecond(random.between(1_000_000, 1_000_000_000))
                    .queueFrames(random.between(0, 10))
                    .queueBytes(random.between(0, 5000));
        }
        if (random.chance(impaired)) {
            link.loss(random.between(0, 100) / 200.0)
                    .burstLoss(BurstLoss.of(random.between(0, 10) / 100.0, 0.5));
        }
        if (random.chance(impaired)) {
            link.duplicate(random.between(0, 100) / 200.0)
                    .reorder(random.between(0, 100) / 200.0, random.between(1, 50_000))
                    .corrupt(random.between(0, 100) / 200.0);
        }
        return link.build();
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            Host host = hosts.get(random.between(0, hosts.size() - 1));
            switch (random.between(0, 10)) {
                case 0, 1, 2, 3 -> send(host, random.between(1, 8));
                case 4, 5 -> host.port.post(random.between(0, 40));
                case 6, 7 -> poll(host, random.between(1, 40));
                case 8, 9 -> nowNs += random.between(0, 30_000);
                default -> meddle();
            }
        }
    }

    private void send(Host host, int count) {
        for (int i = 0; i < count; i++) {
            long to =
                    random.chance(0.2)
                            ? MacAddress.BROADCAST
                            : nics.get(random.between(0, nics.size() - 1)).macAddress();
            int length = random.chance(0.1) ? random.between(0, 4100) : random.between(18, 300);
            byte[] frame =
                    Frames.frame(to, host.mac(), number++, Math.max(Frames.SHORTEST, length));
            if (host.queue(Arrays.copyOf(frame, length)) == 0) {
                accepted++;
            }
        }
        if (random.chance(0.8)) {
            host.port.ring(nowNs);
        }
    }

    private void poll(Host host, int limit) {
        int before = host.frames.size();
        host.port.poll(nowNs, host, limit);
        for (int i = before; i < host.frames.size(); i++) {
            delivered++;
            trace.append(hosts.indexOf(host)).append('@').append(host.timesNs.get(i)).append(':');
            trace.append(Arrays.hashCode(host.frames.get(i))).append('\n');
        }
    }

    private void meddle() {
        EmulatedCable cable = cables.get(random.between(0, cables.size() - 1));
        switch (random.between(0, 3)) {
            case 0, 1 -> cable.up(!cable.isUp());
            case 2 -> cable.settings(link());
            default -> replug(nics.get(random.between(0, nics.size() - 1)));
        }
    }

    private void replug(EmulatedNic nic) {
        if (!switches.isEmpty()) {
            network.cables().stream()
                    .filter(cable -> cable.isAt(nic))
                    .forEach(EmulatedCable::unplug);
            connect(nic, anySwitch());
        }
    }

    /** Sends and receives what is still to be, then closes all interfaces. */
    void finish() {
        hosts.forEach(host -> host.port.ring(nowNs));
        nowNs += 1_000_000_000_000L;
        for (Host host : hosts) {
            poll(host, 1000);
        }
        assertEquals(0, network.framesInFlight());
        hosts.forEach(Host::close);
        hosts.clear();
    }

    void checkThatEveryFrameIsSomewhere() {
        Map<EmulatedDevice, Long> outOf = new HashMap<>();
        Map<EmulatedDevice, Long> into = new HashMap<>();
        long onLinks = 0;
        for (EmulatedCable cable : cables) {
            List<EmulatedLink> both = cable.links();
            for (EmulatedLink link : both) {
                EmulatedLink opposite = link == both.get(0) ? both.get(1) : both.get(0);
                onLinks += onTheWay(link);
                outOf.merge(opposite.target(), get(link, LinkCounter.ENTERED_FRAMES), Long::sum);
                into.merge(link.target(), get(link, LinkCounter.DELIVERED_FRAMES), Long::sum);
            }
        }
        assertEquals(network.framesInFlight(), onLinks, "entered, and not accounted for");
        switches.forEach(lan -> checkSwitch(lan, into, outOf));
        nics.forEach(nic -> checkNic(nic, into, outOf));
        checkTotal();
    }

    private static long get(EmulatedLink link, LinkCounter counter) {
        return link.counters().get(counter);
    }

    private static long onTheWay(EmulatedLink link) {
        long here =
                get(link, LinkCounter.ENTERED_FRAMES)
                        + get(link, LinkCounter.DUPLICATED_FRAMES)
                        - get(link, LinkCounter.DELIVERED_FRAMES);
        for (LinkCounter drop : LINK_DROPS) {
            here -= get(link, drop);
        }
        assertTrue(here >= 0, () -> "more came out than went in: " + link.counters());
        return here;
    }

    private static void checkSwitch(
            EmulatedSwitch lan, Map<EmulatedDevice, Long> into, Map<EmulatedDevice, Long> outOf) {
        EmulatedCounters<SwitchCounter> counters = lan.counters();
        assertEquals(
                into.getOrDefault(lan, 0L),
                counters.get(SwitchCounter.FORWARDED_FRAMES)
                        + counters.get(SwitchCounter.FLOODED_FRAMES)
                        + counters.get(SwitchCounter.DROPPED_TOO_SHORT)
                        + counters.get(SwitchCounter.DROPPED_SAME_PORT)
                        + counters.get(SwitchCounter.DROPPED_NO_PORT),
                () -> "into the switch: " + counters);
        assertEquals(
                outOf.getOrDefault(lan, 0L),
                counters.get(SwitchCounter.FORWARDED_FRAMES)
                        + counters.get(SwitchCounter.FLOODED_COPIES),
                () -> "out of the switch: " + counters);
    }

    private void checkNic(
            EmulatedNic nic, Map<EmulatedDevice, Long> into, Map<EmulatedDevice, Long> outOf) {
        long received = nic.count(NicCounter.RECEIVED_FRAMES);
        for (NicCounter drop : RECEIVE_DROPS) {
            received += nic.count(drop);
        }
        for (Host host : hosts) {
            received += host.nic == nic ? waiting(host) : 0;
        }
        assertEquals(into.getOrDefault(nic, 0L), received, "into the NIC");
        assertEquals(
                outOf.getOrDefault(nic, 0L),
                nic.count(NicCounter.TRANSMITTED_FRAMES),
                "out of the NIC");
    }

    private static int waiting(Host host) {
        return ((EmulatedInterface) host.port).framesWaiting();
    }

    private void checkTotal() {
        long sent = 0;
        long received = 0;
        long queued = 0;
        for (EmulatedNic nic : nics) {
            sent += nic.count(NicCounter.TRANSMITTED_FRAMES);
            for (NicCounter drop : TRANSMIT_DROPS) {
                sent += nic.count(drop);
            }
            received += nic.count(NicCounter.RECEIVED_FRAMES);
        }
        for (Host host : hosts) {
            queued += ((EmulatedInterface) host.port).framesQueued();
        }
        assertEquals(accepted, sent + queued, "accepted by the NICs");
        assertEquals(delivered, received, "delivered to the stacks");
    }

    String trace() {
        return trace.toString();
    }

    @Override
    public void close() {
        hosts.forEach(Host::close);
        network.close();
    }
}
