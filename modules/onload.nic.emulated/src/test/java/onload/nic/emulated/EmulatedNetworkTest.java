package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

import java.util.List;

class EmulatedNetworkTest {
    private static final long NOW_NS = 1_000_000_000L;

    // Building.

    @Test
    void nicsGetAddressesOfTheirOwnThatAreLocal() {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1)) {
            network.addNic(NicSettings.builder().macAddress(0x02_00_00_00_00_02L).build());
            assertEquals(0x02_00_00_00_00_01L, network.addNic(NicSettings.DEFAULT).macAddress());
            assertEquals(0x02_00_00_00_00_03L, network.addNic(NicSettings.DEFAULT).macAddress());
        }
    }

    @Test
    void whatCannotBeConnectedIsRefusedAndLeavesNoTrace() {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
                EmulatedNetwork another = EmulatedNetwork.onVirtualTime(1)) {
            EmulatedNic nic = network.addNic(NicSettings.DEFAULT);
            EmulatedNic removed = network.addNic(NicSettings.DEFAULT);
            EmulatedSwitch lan = network.addSwitch();
            network.remove(removed);
            refused(network, nic, nic);
            refused(network, lan, lan);
            refused(network, nic, another.addNic(NicSettings.DEFAULT));
            refused(network, lan, another.addSwitch());
            refused(network, removed, nic);
            assertEquals(List.of(), network.cables());
            network.connect(nic, lan, LinkSettings.PERFECT);
            refused(network, nic, network.addNic(NicSettings.DEFAULT));
            assertEquals(1, network.cables().size());
        }
    }

    private static void refused(EmulatedNetwork network, EmulatedDevice one, EmulatedDevice two) {
        assertThrows(
                IllegalArgumentException.class,
                () -> network.connect(one, two, LinkSettings.PERFECT));
    }

    @Test
    void aNicThatIsOpenCannotBeRemoved() {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1)) {
            EmulatedNic nic = network.addNic(NicSettings.DEFAULT);
            Host host = new Host(nic);
            assertThrows(IllegalStateException.class, () -> network.remove(nic));
            host.close();
            network.remove(nic);
            assertEquals(List.of(), network.nics());
        }
    }

    @Test
    void aCableThatIsUnpluggedLeavesItsNicsFreeAndDown() {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1)) {
            EmulatedNic a = network.addNic(NicSettings.DEFAULT);
            EmulatedNic b = network.addNic(NicSettings.DEFAULT);
            assertFalse(a.isLinkUp());
            EmulatedCable cable = network.connect(a, b, LinkSettings.PERFECT);
            assertTrue(a.isLinkUp());
            cable.unplug();
            cable.unplug();
            cable.up(true);
            assertFalse(cable.isUp());
            assertFalse(a.isLinkUp());
            network.connect(b, a, LinkSettings.PERFECT);
            assertTrue(b.isLinkUp());
            assertThrows(IllegalArgumentException.class, () -> cable.from(network.addSwitch()));
        }
    }

    @Test
    void aClosedNetworkIsOfNoUseButItsInterfacesCanStillBeClosed() {
        EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
        EmulatedNic a = network.addNic(NicSettings.DEFAULT);
        EmulatedNic b = network.addNic(NicSettings.DEFAULT);
        network.connect(a, b, LinkSettings.builder().delayNs(10).build());
        try (Host one = new Host(a).post();
                Host other = new Host(b).post()) {
            one.send(NOW_NS, Frames.frame(other, one, 1, 60));
            network.close();
            network.close();
            one.send(NOW_NS, Frames.frame(other, one, 2, 60));
            other.poll(NOW_NS + 10);
            assertEquals(0, other.frames.size());
            assertEquals(List.of(false), other.linkChanges);
            assertEquals(1, one.count(NicCounter.TRANSMIT_DROPPED_LINK_DOWN));
            assertThrows(IllegalStateException.class, () -> network.addNic(NicSettings.DEFAULT));
            assertThrows(IllegalStateException.class, network::addSwitch);
        }
    }

    @Test
    void capabilitiesSayWhatTheNicIsLike() {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1)) {
            EmulatedNic a =
                    network.addNic(NicSettings.builder().mtu(9000).queues(3).rings(17, 33).build());
            EmulatedNic b = network.addNic(NicSettings.DEFAULT);
            network.connect(a, b, LinkSettings.builder().bitsPerSecond(10_000_000_000L).build());
            try (Host host = new Host(a, 2, 64)) {
                assertEquals(9000, host.port.capabilities().mtu());
                assertEquals(3, host.port.capabilities().queues());
                assertEquals(17, host.port.capabilities().receiveRing());
                assertEquals(33, host.port.capabilities().transmitRing());
                assertEquals(1024, host.port.capabilities().filters());
                assertEquals(10_000_000_000L, host.port.capabilities().bitsPerSecond());
                assertEquals(17, host.port.post(64));
            }
        }
    }

    // Memory.

    @Test
    void framesBeyondTheBoundAreDroppedAndCounted() {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1, 100 * 192)) {
            EmulatedNic a = network.addNic(NicSettings.DEFAULT);
            EmulatedNic b = network.addNic(NicSettings.DEFAULT);
            network.connect(a, b, LinkSettings.builder().delayNs(1000).build());
            try (Host one = new Host(a);
                    Host other = new Host(b).post()) {
                for (int i = 0; i < 150; i++) {
                    one.queue(Frames.frame(other, one, i, 60));
                }
                one.port.ring(NOW_NS);
                one.poll(NOW_NS);
                assertEquals(100, network.framesInFlight());
                assertEquals(50, one.count(NicCounter.TRANSMIT_DROPPED_NO_ROOM));
                assertEquals(100, one.count(NicCounter.TRANSMITTED_FRAMES));
                one.send(NOW_NS + 1000, Frames.frame(other, one, 200, 60));
                other.poll(NOW_NS + 2000);
                assertEquals(101, other.frames.size());
            }
        }
    }

    @Test
    void aFrameThroughAnyCableMakesNoGarbage() {
        LinkSettings awful =
                LinkSettings.builder()
                        .delayNs(3000)
                        .jitterNs(2000)
                        .keepsOrder(false)
                        .bitsPerSecond(10_000_000_000L)
                        .loss(0.1)
                        .burstLoss(BurstLoss.of(0.01, 0.5))
                        .duplicate(0.1)
                        .reorder(0.1, 5000)
                        .corrupt(0.1)
                        .build();
        for (LinkSettings settings : List.of(LinkSettings.PERFECT, awful)) {
            assertEquals(0, allocatedPerBatch(settings), settings.toString());
        }
    }

    private static long allocatedPerBatch(LinkSettings settings) {
        PoolOptions options =
                PoolOptions.of(2048).withHugePages(HugePages.NEVER).withAccounting(false);
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
                PacketPool from = PacketPool.open(options);
                PacketPool to = PacketPool.open(options)) {
            EmulatedNic a = network.addNic(NicSettings.DEFAULT);
            EmulatedNic b = network.addNic(NicSettings.DEFAULT);
            network.connect(a, b, settings);
            VirtualInterface sender = a.open(0, from);
            VirtualInterface receiver = b.open(0, to);
            byte[] frame = Frames.frame(b.macAddress(), a.macAddress(), 1, 64);
            NicEvents fromEvents = releasing(from);
            NicEvents toEvents = releasing(to);
            long[] nowNs = {NOW_NS};
            return AllocatedBytes.perRun(
                    5000,
                    2000,
                    () -> {
                        for (int i = 0; i < 32; i++) {
                            int packet = from.allocate(PacketPool.SEND);
                            int at = from.buffers().append(packet, frame.length);
                            from.buffers().memory().putBytes(at, frame);
                            sender.transmit(packet);
                        }
                        nowNs[0] += 2000;
                        sender.ring(nowNs[0]);
                        sender.poll(nowNs[0], fromEvents, 64);
                        receiver.poll(nowNs[0], toEvents, 64);
                        receiver.post(64);
                    });
        }
    }

    private static NicEvents releasing(PacketPool pool) {
        return new NicEvents() {
            @Override
            public void received(int packet) {
                pool.release(packet);
            }

            @Override
            public void transmitted(int packet) {
                pool.release(packet);
            }
        };
    }

    // Everything at once.

    @Test
    void everyFrameIsDeliveredOrInExactlyOneCounterInAnyNetwork() {
        Property.forAll(
                60,
                random -> {
                    try (RandomNetwork network = new RandomNetwork(random)) {
                        network.run(300);
                        network.checkThatEveryFrameIsSomewhere();
                        network.finish();
                        network.checkThatEveryFrameIsSomewhere();
                    }
                });
    }

    @Test
    void anyNetworkReplaysFromItsSeeds() {
        Property.forAll(
                15,
                random -> {
                    long seed = random.anyLong();
                    assertEquals(trace(seed, 0), trace(seed, 0));
                });
    }

    @Test
    void anotherSeedOfTheNetworkIsAnotherOutcome() {
        int different = 0;
        for (long seed = 0; seed < 20; seed++) {
            different += trace(seed, 0).equals(trace(seed, 1)) ? 0 : 1;
        }
        // Some networks are a NIC that talks to itself.
        assertTrue(different > 10, different + " of 20");
    }

    private static String trace(long seed, long networkSeed) {
        try (RandomNetwork network = new RandomNetwork(new Randomness(seed), networkSeed, 1.0)) {
            network.run(300);
            network.finish();
            return network.trace();
        }
    }

    @Test
    void aVirtualTimeLoopCanJumpToTheNextArrival() {
        try (EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1)) {
            EmulatedNic a = network.addNic(NicSettings.DEFAULT);
            EmulatedNic b = network.addNic(NicSettings.DEFAULT);
            network.connect(a, b, LinkSettings.builder().delayNs(7_000_000).build());
            try (Host one = new Host(a).post();
                    Host other = new Host(b).post()) {
                one.send(NOW_NS, Frames.frame(other, one, 0, 60));
                long nowNs = NOW_NS;
                int steps = 0;
                while (network.nextDueNs() != Long.MAX_VALUE && steps < 10) {
                    nowNs = network.nextDueNs();
                    one.poll(nowNs);
                    other.poll(nowNs);
                    Host answering = steps++ % 2 == 0 ? other : one;
                    Host asking = answering == one ? other : one;
                    answering.send(nowNs, Frames.frame(asking, answering, steps, 60));
                }
                assertEquals(NOW_NS + 70_000_000, nowNs);
                assertEquals(5, one.frames.size());
            }
        }
    }
}
