package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.NicSpec;
import onload.nic.Nics;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicFeature;
import onload.nic.spi.NicOptions;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;

import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class EmulatedNicProviderTest {
    private final NicProvider provider = new EmulatedNicProvider();
    private final PacketPool pool =
            PacketPool.open(
                    PoolOptions.of(2048).withHugePages(HugePages.NEVER).withAccounting(true));
    private final List<VirtualInterface> opened = new ArrayList<>();

    private VirtualInterface open(String spec) {
        VirtualInterface nic = provider.open(NicSpec.parse(spec).options(), pool);
        opened.add(nic);
        return nic;
    }

    @AfterEach
    void close() {
        opened.forEach(VirtualInterface::close);
        assertEquals("", pool.outstanding());
        pool.close();
    }

    private static String messageOf(Class<? extends Exception> type, Executable action) {
        return String.valueOf(assertThrows(type, action).getMessage());
    }

    private String refusal(String spec) {
        return messageOf(IllegalArgumentException.class, () -> open(spec));
    }

    @Test
    void itIsFoundAsAServiceAndAvailable() {
        NicProvider found = Nics.installed().provider("emulated");
        assertEquals(EmulatedNicProvider.class, found.getClass());
        assertTrue(found.probe().isAvailable());
        assertFalse(found.description().isEmpty());
    }

    @Test
    void nicsOfOneNameSeeEachOtherAndThoseOfAnotherDoNot() {
        VirtualInterface one = open("emulated:lan");
        VirtualInterface two = open("emulated:lan");
        VirtualInterface stranger = open("emulated:elsewhere");
        assertNotEquals(one.macAddress(), two.macAddress());
        two.post(4);
        stranger.post(4);
        int packet = pool.allocate(PacketPool.SEND);
        byte[] frame = Frames.frame(two.macAddress(), one.macAddress(), 1, 60);
        pool.buffers().memory().putBytes(pool.buffers().append(packet, 60), frame);
        assertEquals(0, one.transmit(packet));
        long nowNs = SystemNanoClock.INSTANCE.nanoTime();
        one.ring(nowNs);
        Releasing events = new Releasing();
        assertEquals(1, one.poll(nowNs, events, 4));
        assertEquals(1, two.poll(nowNs, events, 4));
        assertEquals(0, stranger.poll(nowNs, events, 4));
    }

    private final class Releasing implements onload.nic.spi.NicEvents {
        @Override
        public void received(int packet) {
            pool.release(packet);
        }

        @Override
        public void transmitted(int packet) {
            pool.release(packet);
        }
    }

    @Test
    void withoutANameTheNetworkIsTheDefault() {
        open("emulated");
        assertEquals(1, EmulatedNicProvider.network("default").orElseThrow().nics().size());
    }

    @Test
    void aNetworkGoesWithItsLastNic() {
        VirtualInterface one = open("emulated:short");
        VirtualInterface two = open("emulated:short");
        EmulatedNetwork network = EmulatedNicProvider.network("short").orElseThrow();
        one.close();
        assertEquals(1, network.nics().size());
        two.close();
        assertTrue(EmulatedNicProvider.network("short").isEmpty());
        open("emulated:short");
        assertNotEquals(network, EmulatedNicProvider.network("short").orElseThrow());
    }

    @Test
    void severalQueuesOfOneNicAreOpenedByItsAddress() {
        String spec = ",mac=02:00:00:00:00:77,queues=2";
        VirtualInterface first = open("emulated:multi" + spec);
        VirtualInterface second = open("emulated:multi/1" + spec);
        assertEquals(first.macAddress(), second.macAddress());
        EmulatedNetwork network = EmulatedNicProvider.network("multi").orElseThrow();
        assertEquals(1, network.nics().size());
        assertTrue(
                messageOf(NicUnavailableException.class, () -> open("emulated:multi/1" + spec))
                        .contains("open already"));
        assertTrue(
                messageOf(
                                NicUnavailableException.class,
                                () -> open("emulated:multi,mac=02:00:00:00:00:77,queues=3"))
                        .contains("other settings"));
        first.close();
        assertEquals(1, network.nics().size());
        second.close();
        assertEquals(0, network.nics().size());
    }

    @Test
    void settingsReachTheNicAndItsCable() {
        VirtualInterface nic =
                open(
                        "emulated:set,mtu=9000,ring=32,transmit-ring=16,filters=5,receive-checksum=on,scatter=off"
                                + ",promiscuous=yes,delay=3ms,jitter=50us,keep-order=no,rate=10g,overhead=24"
                                + ",queue-frames=7,queue-bytes=9000,mark=2%,mark-above=5,loss=1%"
                                + ",burst-loss=0.1%/20%,duplicate=0.5"
                                + ",reorder=2%,reorder-delay=1ms,corrupt=0.25,link-mtu=5000,seed=0x5eed");
        assertEquals(9000, nic.capabilities().mtu());
        assertEquals(32, nic.capabilities().receiveRing());
        assertEquals(16, nic.capabilities().transmitRing());
        assertEquals(5, nic.capabilities().filters());
        assertTrue(nic.capabilities().has(NicFeature.RECEIVE_CHECKSUM));
        assertFalse(nic.capabilities().has(NicFeature.RECEIVE_SCATTER));
        EmulatedNetwork network = EmulatedNicProvider.network("set").orElseThrow();
        assertEquals(0x5eed, network.seed());
        assertTrue(network.nics().getFirst().settings().promiscuous());
        LinkSettings expected =
                LinkSettings.builder()
                        .delayNs(3_000_000)
                        .jitterNs(50_000)
                        .keepsOrder(false)
                        .bitsPerSecond(10_000_000_000L)
                        .overheadBytes(24)
                        .queueFrames(7)
                        .queueBytes(9000)
                        .mark(0.02)
                        .markAboveFrames(5)
                        .loss(0.01)
                        .burstLoss(new BurstLoss(0.001, 0.2, 1, 0))
                        .duplicate(0.5)
                        .reorder(0.02, 1_000_000)
                        .corrupt(0.25)
                        .mtu(5000)
                        .build();
        for (EmulatedLink link : network.cables().getFirst().links()) {
            assertEquals(expected, link.settings());
        }
    }

    @Test
    void withoutSettingsEverythingIsAsInTheDefaults() {
        NicOptions none = new NicOptions("", 0, Map.of());
        assertEquals(NicSettings.DEFAULT, NicSettings.from(none));
        assertEquals(LinkSettings.PERFECT, LinkSettings.from(none));
    }

    @Test
    void aWrongSettingIsRefusedInWordsThatSayWhatIsExpected() {
        assertTrue(refusal("emulated,colour=red").contains("\"colour\" is not a setting"));
        assertTrue(refusal("emulated,mtu=20").contains("mtu=20 is not allowed; expected a whole"));
        assertTrue(refusal("emulated,mac=02:00").contains("mac=02:00 is not allowed"));
        assertTrue(refusal("emulated,mac=01:00:00:00:00:01").contains("one station"));
        assertTrue(refusal("emulated,mac=00:00:00:00:00:00").contains("one station"));
        assertTrue(refusal("emulated,loss=2").contains("loss=2 is not allowed; expected a prob"));
        assertTrue(refusal("emulated,loss=101%").contains("probability"));
        assertTrue(refusal("emulated,loss=-1").contains("probability"));
        assertTrue(refusal("emulated,loss=NaN").contains("probability"));
        assertTrue(refusal("emulated,loss=").contains("probability"));
        assertTrue(refusal("emulated,delay=5").contains("a duration such as"));
        assertTrue(refusal("emulated,rate=fast").contains("bits per second"));
        assertTrue(refusal("emulated,rate=999999g").contains("bitsPerSecond of a link"));
        assertTrue(refusal("emulated,reorder=1%").contains("reorder-delay"));
        assertTrue(refusal("emulated,burst-loss=1%").contains("BEGIN/END"));
        assertTrue(refusal("emulated,burst-loss=1/2/3/4/5").contains("BEGIN/END"));
        assertTrue(refusal("emulated,seed=x").contains("seed=x is not allowed"));
        assertTrue(refusal("emulated,queues=0").contains("from 1 to 128"));
        assertTrue(refusal("emulated/2,queues=2").contains("queue"));
        assertTrue(EmulatedNicProvider.network("default").isEmpty(), "nothing is left of them");
    }

    @Test
    void theSeedIsForTheFirstToSay() {
        open("emulated:seeded,seed=5");
        open("emulated:seeded");
        open("emulated:seeded,seed=5");
        assertTrue(
                messageOf(NicUnavailableException.class, () -> open("emulated:seeded,seed=6"))
                        .contains("has the seed 5 already"));
    }
}
