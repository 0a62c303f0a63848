package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.spi.NicCounter;
import onload.testkit.base.AllocatedBytes;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class EmulatedSwitchTest {
    private static final long AGEING_NS = 1_000_000;

    private final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
    private final EmulatedSwitch lan = network.addSwitch(16, AGEING_NS);
    private final List<Host> hosts = new ArrayList<>();
    private long nowNs = 1_000_000_000L;

    private Host plug(EmulatedSwitch into, LinkSettings settings) {
        // Promiscuous, so that what a switch sends where it need not is seen.
        EmulatedNic nic = network.addNic(NicSettings.builder().promiscuous(true).build());
        network.connect(nic, into, settings);
        Host host = new Host(nic).post();
        hosts.add(host);
        return host;
    }

    private Host plug() {
        return plug(lan, LinkSettings.PERFECT);
    }

    @AfterEach
    void close() {
        hosts.forEach(Host::close);
        network.close();
    }

    private void send(Host from, long to, int number) {
        from.send(nowNs, Frames.frame(to, from.mac(), number, 60));
        settle();
    }

    private void settle() {
        for (Host host : hosts) {
            host.poll(nowNs);
            host.post();
        }
    }

    private long count(SwitchCounter counter) {
        return lan.counters().get(counter);
    }

    @Test
    void aFrameForAStationNotSeenYetGoesToAllOthers() {
        Host a = plug();
        Host b = plug();
        Host c = plug();
        send(a, 0x02_00_00_00_77_77L, 1);
        assertEquals(List.of(), a.numbers());
        assertEquals(List.of(1), b.numbers());
        assertEquals(List.of(1), c.numbers());
        assertEquals(1, count(SwitchCounter.FLOODED_FRAMES));
        assertEquals(2, count(SwitchCounter.FLOODED_COPIES));
    }

    @Test
    void aFrameForAStationThatWasSeenGoesThereOnly() {
        Host a = plug();
        Host b = plug();
        Host c = plug();
        send(b, 0xFFFF_FFFF_FFFFL, 1);
        send(a, b.mac(), 2);
        assertEquals(List.of(2), b.numbers());
        assertEquals(List.of(1), c.numbers());
        assertEquals(1, count(SwitchCounter.FORWARDED_FRAMES));
        assertEquals(2, lan.stations());
    }

    @Test
    void broadcastAndMulticastAlwaysGoToAllOthers() {
        Host a = plug();
        Host b = plug();
        send(b, a.mac(), 0);
        for (int i = 1; i <= 3; i++) {
            send(a, 0xFFFF_FFFF_FFFFL, i);
            send(a, 0x0100_5E00_0001L, i);
        }
        assertEquals(List.of(1, 1, 2, 2, 3, 3), b.numbers());
    }

    @Test
    void aStationThatMovesIsFollowed() {
        Host a = plug();
        Host b = plug();
        Host c = plug();
        send(b, a.mac(), 1);
        send(a, b.mac(), 2);
        // The same station speaks at another port.
        c.send(nowNs, Frames.frame(a.mac(), b.mac(), 3, 60));
        settle();
        send(a, b.mac(), 4);
        assertEquals(List.of(2), b.numbers());
        assertEquals(List.of(1, 4), c.numbers());
        assertEquals(1, count(SwitchCounter.STATIONS_MOVED));
    }

    @Test
    void aNicThatIsReplugedElsewhereIsFoundThere() {
        Host a = plug();
        Host b = plug();
        send(b, a.mac(), 1);
        network.cables().get(1).unplug();
        send(a, b.mac(), 2);
        assertEquals(List.of(), b.numbers());
        network.connect(b.nic, lan, LinkSettings.PERFECT);
        send(a, b.mac(), 3);
        assertEquals(List.of(3), b.numbers(), "flooded, as its port was forgotten");
    }

    @Test
    void aSilentStationIsForgotten() {
        Host a = plug();
        Host b = plug();
        Host c = plug();
        send(b, a.mac(), 1);
        nowNs += AGEING_NS;
        send(a, b.mac(), 2);
        assertEquals(List.of(1, 2), c.numbers());
    }

    @Test
    void aFrameForAStationAtThePortWhereItCameFromIsDropped() {
        Host a = plug();
        Host b = plug();
        a.send(nowNs, Frames.frame(0xFFFF_FFFF_FFFFL, 0x02_00_00_00_00_77L, 1, 60));
        send(a, 0x02_00_00_00_00_77L, 2);
        assertEquals(List.of(1), b.numbers());
        assertEquals(1, count(SwitchCounter.DROPPED_SAME_PORT));
    }

    @Test
    void withoutAnotherPortAFrameIsDropped() {
        Host a = plug();
        send(a, 0xFFFF_FFFF_FFFFL, 1);
        assertEquals(1, count(SwitchCounter.DROPPED_NO_PORT));
        plug();
        network.cables().getLast().up(false);
        send(a, 0xFFFF_FFFF_FFFFL, 2);
        assertEquals(2, count(SwitchCounter.DROPPED_NO_PORT));
    }

    @Test
    void aFrameThatIsNoEthernetFrameIsDropped() {
        Host a = plug();
        plug();
        a.send(nowNs, new byte[13]);
        assertEquals(1, count(SwitchCounter.DROPPED_TOO_SHORT));
    }

    @Test
    void aGroupAddressAsASourceIsNotLearned() {
        Host a = plug();
        Host b = plug();
        a.send(nowNs, Frames.frame(b.mac(), 0x0100_0000_0001L, 1, 60));
        assertEquals(0, lan.stations());
    }

    @Test
    void aFullTableFloodsInsteadOfLosing() {
        Host a = plug();
        Host b = plug();
        Host c = plug();
        for (int i = 0; i < 16; i++) {
            a.send(nowNs, Frames.frame(c.mac(), 0x02_00_00_01_00_00L + i, i, 60));
            a.poll(nowNs);
        }
        settle();
        send(b, 0xFFFF_FFFF_FFFFL, 100);
        send(c, b.mac(), 101);
        assertEquals(101, b.numbers().getLast());
        assertEquals(101, a.numbers().getLast());
        assertTrue(count(SwitchCounter.STATIONS_NOT_LEARNED) >= 2);
    }

    @Test
    void delaysOfAllCablesAddUpAndAFrameGoesOnWhenItArrivedNotWhenSomebodyLooked() {
        EmulatedSwitch far = network.addSwitch();
        network.connect(lan, far, LinkSettings.builder().delayNs(1000).build());
        Host a = plug(lan, LinkSettings.builder().delayNs(10).build());
        Host b = plug(far, LinkSettings.builder().delayNs(200).build());
        a.send(nowNs, Frames.frame(b, a, 1, 60));
        b.poll(nowNs + 1209);
        assertEquals(0, b.frames.size());
        b.poll(nowNs + 99_999);
        assertEquals(List.of(nowNs + 1210), b.timesNs);
    }

    @Test
    void twoSendersThatShareAPortArriveInTheOrderOfTheirTimes() {
        Host a = plug(lan, LinkSettings.builder().delayNs(300).build());
        Host b = plug(lan, LinkSettings.builder().delayNs(100).build());
        Host c = plug();
        send(c, 0xFFFF_FFFF_FFFFL, 0);
        a.send(nowNs, Frames.frame(c, a, 1, 60));
        b.send(nowNs + 100, Frames.frame(c, b, 2, 60));
        b.send(nowNs + 250, Frames.frame(c, b, 3, 60));
        c.poll(nowNs + 1000);
        assertEquals(List.of(2, 1, 3), c.numbers());
    }

    @Test
    void aSlowPortDropsWhatItsQueueDoesNotHold() {
        Host a = plug();
        Host b = plug(lan, LinkSettings.builder().bitsPerSecond(1_000_000).queueFrames(4).build());
        send(b, 0xFFFF_FFFF_FFFFL, 0);
        nowNs += 1_000_000_000;
        send(b, 0xFFFF_FFFF_FFFFL, 0);
        nowNs += 1_000_000;
        for (int i = 0; i < 10; i++) {
            a.send(nowNs, Frames.frame(b, a, i, 60));
        }
        b.poll(Long.MAX_VALUE);
        assertEquals(List.of(0, 1, 2, 3), b.numbers());
        EmulatedLink toB = network.cables().get(1).from(lan);
        assertEquals(6, toB.counters().get(LinkCounter.DROPPED_QUEUE_FULL));
    }

    @Test
    void aLoopOfSwitchesIsRefused() {
        EmulatedSwitch second = network.addSwitch();
        EmulatedSwitch third = network.addSwitch();
        network.connect(lan, second, LinkSettings.PERFECT);
        network.connect(second, third, LinkSettings.PERFECT);
        for (EmulatedSwitch end : List.of(second, third)) {
            IllegalArgumentException error =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> network.connect(end, lan, LinkSettings.PERFECT));
            assertTrue(String.valueOf(error.getMessage()).contains("loop"));
        }
        network.cables().getFirst().unplug();
        network.connect(third, lan, LinkSettings.PERFECT);
    }

    @Test
    void aFloodForWhichThereIsNoMemoryIsCountedAtThePortsThatGotNone() {
        try (EmulatedNetwork tight = EmulatedNetwork.onVirtualTime(1, 192 * 3)) {
            EmulatedSwitch hub = tight.addSwitch();
            List<Host> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                EmulatedNic nic = tight.addNic(NicSettings.DEFAULT);
                tight.connect(nic, hub, LinkSettings.builder().delayNs(i == 0 ? 0 : 10).build());
                all.add(new Host(nic).post());
            }
            all.getFirst().send(nowNs, Frames.broadcast(all.getFirst(), 1));
            long arrived = 0;
            long noRoom = 0;
            for (Host host : all.subList(1, 6)) {
                host.poll(nowNs + 10);
                arrived += host.frames.size();
                EmulatedLink link = host.nic.network().cables().get(all.indexOf(host)).from(hub);
                noRoom += link.counters().get(LinkCounter.DROPPED_NO_ROOM);
            }
            assertEquals(3, arrived);
            assertEquals(2, noRoom);
            Host sender = all.getFirst();
            sender.send(nowNs, Frames.broadcast(sender, 2));
            assertEquals(0, sender.count(NicCounter.TRANSMIT_DROPPED_NO_ROOM));
            all.forEach(Host::close);
        }
    }

    @Test
    void forwardingAndFloodingMakeNoGarbage() {
        Host a = plug();
        Host b = plug();
        Host c = plug();
        send(b, 0xFFFF_FFFF_FFFFL, 1);
        byte[] known = Frames.frame(b, a, 1, 60);
        byte[] unknown = Frames.broadcast(a, 2);
        network.advance(nowNs);
        FrameStore store = network.store();
        EmulatedLink in = network.cables().getFirst().from(a.nic);
        assertEquals(
                0,
                AllocatedBytes.perRun(
                        20_000,
                        5000,
                        () -> {
                            enter(in, store, known);
                            enter(in, store, unknown);
                        }));
        assertTrue(c.count(NicCounter.RECEIVE_DROPPED_NO_BUFFER) > 10_000);
    }

    private void enter(EmulatedLink link, FrameStore store, byte[] bytes) {
        int frame = store.allocate(bytes.length);
        store.memory(frame).putBytes(store.offset(frame), bytes);
        link.enter(nowNs, frame, bytes.length);
        network.advance(nowNs);
    }
}
