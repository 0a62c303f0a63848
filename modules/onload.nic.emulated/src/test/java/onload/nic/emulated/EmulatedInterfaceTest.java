package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicFeature;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;
import onload.testkit.base.Property;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One queue of a NIC, with another NIC at the far end of a perfect cable. */
class EmulatedInterfaceTest {
    private static final int RING = 8;
    private static final long NOW_NS = 1_000_000_000L;
    private static final IpAddress CLIENT = IpAddress.parse("192.0.2.1");
    private static final IpAddress SERVER = IpAddress.parse("192.0.2.2");

    private final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
    private final List<Host> hosts = new ArrayList<>();

    private Host peer = open(NicSettings.DEFAULT);
    private Host host = open(small().build());

    {
        connect();
    }

    private static NicSettings.Builder small() {
        return NicSettings.builder().rings(RING, RING);
    }

    private Host open(NicSettings settings) {
        return open(network.addNic(settings), 0, PoolOptions.of(512));
    }

    private Host open(EmulatedNic nic, int queue, PoolOptions options) {
        Host opened = new Host(nic, queue, options);
        hosts.add(opened);
        return opened;
    }

    private void connect() {
        network.connect(peer.nic, host.nic, LinkSettings.PERFECT);
        settle();
        hosts.forEach(each -> each.linkChanges.clear());
    }

    /** Puts another NIC in the place of the one under test. */
    private void use(NicSettings settings) {
        use(settings, PoolOptions.of(512));
    }

    private void use(NicSettings settings, PoolOptions options) {
        network.cables().getFirst().unplug();
        host = open(network.addNic(settings), 0, options);
        connect();
    }

    private void settle() {
        hosts.forEach(each -> each.poll(NOW_NS));
    }

    @AfterEach
    void close() {
        hosts.forEach(Host::close);
        network.close();
    }

    private void toHost(int... numbers) {
        for (int number : numbers) {
            peer.send(NOW_NS, Frames.frame(host, peer, number, 100));
            peer.poll(NOW_NS);
        }
    }

    private byte[] fromHost(int number) {
        return Frames.frame(peer, host, number, 100);
    }

    // The receive ring.

    @Test
    void theRingTakesAsManyBuffersAsItHasPlaces() {
        assertEquals(RING, host.port.post(100));
        assertEquals(0, host.port.post(1));
    }

    @Test
    void aFrameWithoutABufferIsDroppedAndTheNextWithOneIsNot() {
        host.port.post(2);
        toHost(1, 2, 3);
        host.poll(NOW_NS);
        host.port.post(1);
        toHost(4);
        host.poll(NOW_NS);
        assertEquals(List.of(1, 2, 4), host.numbers());
        assertEquals(1, host.count(NicCounter.RECEIVE_DROPPED_NO_BUFFER));
    }

    @Test
    void framesThatNobodyPolledKeepTheirPlacesInTheRing() {
        host.post();
        toHost(1, 2, 3, 4, 5);
        assertEquals(0, host.port.post(1), "five are delivered and not polled");
        assertEquals(3, host.port.poll(NOW_NS, host, 3));
        assertEquals(3, host.port.post(100));
    }

    @Test
    void theRingGoesAroundManyTimes() {
        for (int i = 0; i < 1000; i++) {
            host.port.post(3);
            toHost(2 * i, 2 * i + 1);
            host.poll(NOW_NS);
        }
        assertEquals(2000, host.frames.size());
        for (int i = 0; i < 2000; i++) {
            assertEquals(i, Frames.number(host.frames.get(i)));
        }
    }

    @Test
    void aPoolThatGivesNoBufferIsCounted() {
        use(small().build(), PoolOptions.of(4));
        assertEquals(4, host.port.post(6));
        assertEquals(2, host.count(NicCounter.POST_REFUSED_NO_BUFFER));
    }

    @Test
    void aLongFrameTakesSeveralBuffersAndTheirPlaces() {
        peer.close();
        use(small().mtu(9000).build(), PoolOptions.of(64).withBufferLength(2048));
        Host far = open(NicSettings.builder().mtu(9000).build());
        network.cables().getFirst().unplug();
        network.connect(far.nic, host.nic, LinkSettings.PERFECT);
        host.post();
        byte[] frame = Frames.frame(host, far, 1, 9014);
        far.send(NOW_NS, frame);
        assertEquals(1, host.port.poll(NOW_NS, host, 10));
        assertArrayEquals(frame, host.frames.getFirst());
        assertEquals(6, host.port.post(100), "9014 bytes in buffers of 1792");
        far.send(NOW_NS, frame, frame);
        host.poll(NOW_NS);
        assertEquals(2, host.frames.size(), "two places are too few for the second");
        assertEquals(1, host.count(NicCounter.RECEIVE_DROPPED_NO_BUFFER));
    }

    @Test
    void withoutScatterALongFrameIsDropped() {
        peer.close();
        use(small().mtu(9000).feature(NicFeature.RECEIVE_SCATTER, false).build());
        Host far = open(NicSettings.builder().mtu(9000).build());
        network.cables().getFirst().unplug();
        network.connect(far.nic, host.nic, LinkSettings.PERFECT);
        host.post();
        int capacity = host.pool.buffers().dataCapacity();
        far.send(
                NOW_NS,
                Frames.frame(host, far, 1, capacity),
                Frames.frame(host, far, 2, capacity + 1));
        host.poll(NOW_NS);
        assertEquals(List.of(1), host.numbers());
        assertEquals(1, host.count(NicCounter.RECEIVE_DROPPED_TOO_LONG));
    }

    @Test
    void aFrameBeyondTheMtuIsDropped() {
        use(small().mtu(600).build());
        host.post();
        peer.send(NOW_NS, Frames.frame(host, peer, 1, 614), Frames.frame(host, peer, 2, 615));
        host.poll(NOW_NS);
        assertEquals(List.of(1), host.numbers());
        assertEquals(1, host.count(NicCounter.RECEIVE_DROPPED_TOO_LONG));
    }

    @Test
    void aFrameShorterThanAnEthernetHeaderIsDropped() {
        host.post();
        byte[] whole = Frames.frame(host, peer, 1, 18);
        peer.send(NOW_NS, Arrays.copyOf(whole, 13), Arrays.copyOf(whole, 14), new byte[0]);
        host.poll(NOW_NS);
        assertEquals(1, host.frames.size());
        assertEquals(2, host.count(NicCounter.RECEIVE_DROPPED_TOO_SHORT));
    }

    @Test
    void ownAddressBroadcastAndMulticastAreTakenAndOthersAreNot() {
        host.post();
        peer.send(
                NOW_NS,
                Frames.frame(host.mac(), peer.mac(), 1, 60),
                Frames.frame(0xFFFF_FFFF_FFFFL, peer.mac(), 2, 60),
                Frames.frame(0x3333_0000_0001L, peer.mac(), 3, 60),
                Frames.frame(host.mac() + 1, peer.mac(), 4, 60));
        host.poll(NOW_NS);
        assertEquals(List.of(1, 2, 3), host.numbers());
        assertEquals(1, host.count(NicCounter.RECEIVE_DROPPED_OTHER_ADDRESS));
    }

    @Test
    void aPromiscuousNicTakesEverything() {
        use(small().promiscuous(true).build());
        host.post();
        peer.send(NOW_NS, Frames.frame(host.mac() + 1, peer.mac(), 4, 60));
        host.poll(NOW_NS);
        assertEquals(List.of(4), host.numbers());
    }

    @Test
    void withoutTheFeatureThePollStampsAndNotTheNic() {
        use(small().feature(NicFeature.RECEIVE_TIMESTAMPS, false).build());
        host.post();
        toHost(1);
        host.poll(NOW_NS + 77);
        assertEquals(List.of(NOW_NS + 77), host.timesNs);
        assertEquals(0, host.flags.getFirst() & PacketBuffers.HARDWARE_TIMESTAMP);
    }

    // The transmit ring.

    @Test
    void theTransmitRingIsFullUntilCompletionsArePolled() {
        for (int i = 0; i < RING; i++) {
            assertEquals(0, host.queue(fromHost(i)));
        }
        assertEquals(VirtualInterface.RING_FULL, host.queue(fromHost(9)));
        host.port.ring(NOW_NS);
        assertEquals(VirtualInterface.RING_FULL, host.queue(fromHost(9)), "not reported yet");
        assertEquals(3, host.port.poll(NOW_NS, host, 3));
        for (int i = 0; i < 3; i++) {
            assertEquals(0, host.queue(fromHost(i)));
        }
        assertEquals(VirtualInterface.RING_FULL, host.queue(fromHost(9)));
        assertEquals(3, host.count(NicCounter.TRANSMIT_REFUSED_RING_FULL));
    }

    @Test
    void anythingUpToTheMtuIsAcceptedAndNothingBeyond() {
        assertEquals(0, host.queue(Frames.frame(peer, host, 1, 1514)));
        assertEquals(VirtualInterface.TOO_LONG, host.queue(Frames.frame(peer, host, 1, 1515)));
        byte[] tagged = Frames.frame(peer, host, 1, 1518);
        tagged[12] = (byte) 0x81;
        tagged[13] = 0;
        assertEquals(0, host.queue(tagged));
        assertEquals(1, host.count(NicCounter.TRANSMIT_REFUSED_TOO_LONG));
    }

    @Test
    void aChainIsGatheredWhereverItIsCut() {
        peer.port.post(100);
        Property.forAll(
                50,
                random -> {
                    byte[] frame = Frames.frame(peer, host, 1, random.between(18, 1514));
                    int packet = host.packet(frame, random.between(6, 1514));
                    assertEquals(0, host.port.transmit(packet));
                    host.port.ring(NOW_NS);
                    settle();
                    peer.port.post(100);
                    assertArrayEquals(frame, peer.frames.removeLast());
                });
    }

    @Test
    void withoutGatherAChainIsRefused() {
        use(small().feature(NicFeature.TRANSMIT_GATHER, false).build());
        int packet = host.packet(fromHost(1), 50);
        assertEquals(VirtualInterface.TOO_LONG, host.port.transmit(packet));
        host.pool.release(packet);
    }

    @Test
    void aChainThatEndsNowhereIsRefused() {
        int packet = host.packet(fromHost(1));
        host.pool.buffers().continuation(packet, packet);
        assertEquals(VirtualInterface.TOO_LONG, host.port.transmit(packet));
        host.pool.buffers().continuation(packet, PacketBuffers.NONE);
        host.pool.release(packet);
    }

    @Test
    void aPacketThatIsChangedAfterTransmitHarmsNobodyElse() {
        peer.port.post(100);
        int packet = host.packet(fromHost(1));
        assertEquals(0, host.port.transmit(packet));
        host.pool.buffers().append(packet, 1600);
        host.port.ring(NOW_NS);
        settle();
        assertEquals(100, peer.frames.getFirst().length, "what was accepted");
    }

    @Test
    void aChecksumThatIsNeededIsFilledInByANicThatDoesThat() {
        peer.close();
        use(small().feature(NicFeature.TRANSMIT_CHECKSUM, true).build());
        Host far =
                open(
                        NicSettings.builder()
                                .feature(NicFeature.RECEIVE_CHECKSUM, true)
                                .promiscuous(true)
                                .build());
        network.cables().getFirst().unplug();
        network.connect(far.nic, host.nic, LinkSettings.PERFECT);
        far.post();
        for (int protocol : new int[] {IpProtocol.TCP, IpProtocol.UDP}) {
            byte[] frame = Frames.flow(far.mac(), protocol, CLIENT, 1, SERVER, 2);
            int field = protocol == IpProtocol.TCP ? 16 : 6;
            int packet = host.packet(withPseudoHeader(frame, 34, field, protocol));
            host.pool.buffers().needChecksum(packet, 34, field);
            assertEquals(0, host.port.transmit(packet));
        }
        host.port.ring(NOW_NS);
        far.poll(NOW_NS);
        assertEquals(2, far.frames.size());
        for (int flags : far.flags) {
            assertNotEquals(0, flags & PacketBuffers.CHECKSUM_VERIFIED);
        }
    }

    /** Puts what the sender leaves in the field: the folded sum of the pseudo-header. */
    private static byte[] withPseudoHeader(byte[] frame, int start, int field, int protocol) {
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        long sum =
                onload.wire.InternetChecksum.pseudoHeader(
                        CLIENT.ipv4(), SERVER.ipv4(), protocol, frame.length - start);
        buffer.putShort(
                start + field,
                (short) ~onload.wire.InternetChecksum.fold(sum),
                java.nio.ByteOrder.BIG_ENDIAN);
        return frame;
    }

    @Test
    void aChecksumFieldOutsideOfTheFrameIsNotWritten() {
        use(small().feature(NicFeature.TRANSMIT_CHECKSUM, true).build());
        peer.port.post(100);
        int[][] places = {
            {-1, 0}, {0, 99}, {0, -1}, {100, 0}, {99, 0}, {2_000_000_000, 2_000_000_000}
        };
        for (int[] place : places) {
            int packet = host.packet(fromHost(1));
            host.pool.buffers().needChecksum(packet, place[0], place[1]);
            assertEquals(0, host.port.transmit(packet));
            host.port.ring(NOW_NS);
            settle();
            assertArrayEquals(fromHost(1), peer.frames.getLast());
        }
    }

    @Test
    void verifiedIsOnlyWhatIsRight() {
        use(small().feature(NicFeature.RECEIVE_CHECKSUM, true).promiscuous(true).build());
        Property.forAll(
                200,
                random -> {
                    boolean ipv6 = random.flip();
                    IpAddress from = ipv6 ? IpAddress.parse("2001:db8::1") : CLIENT;
                    IpAddress to = ipv6 ? IpAddress.parse("2001:db8::2") : SERVER;
                    int protocol = random.oneOf(IpProtocol.TCP, IpProtocol.UDP);
                    byte[] frame = Frames.flow(host.mac(), protocol, from, 1, to, 2);
                    boolean damage = random.flip();
                    if (damage) {
                        // Behind the Ethernet header; a bit of IPv6's first eight bytes or the hop
                        // limit is not covered.
                        int at = random.between(14 + (ipv6 ? 8 : 0), frame.length - 1);
                        frame[at] ^= (byte) (1 << random.between(0, 7));
                    }
                    host.post();
                    peer.send(NOW_NS, frame);
                    settle();
                    boolean verified =
                            (host.flags.getLast() & PacketBuffers.CHECKSUM_VERIFIED) != 0;
                    assertEquals(!damage, verified);
                });
    }

    // Events.

    @Test
    void eventsComeInTheOrderInWhichTheyHappened() {
        host.post();
        toHost(1);
        host.send(NOW_NS, fromHost(1));
        toHost(2);
        List<String> events = new ArrayList<>();
        NicEvents order =
                new NicEvents() {
                    @Override
                    public void received(int packet) {
                        events.add("received");
                        host.pool.release(packet);
                    }

                    @Override
                    public void transmitted(int packet) {
                        events.add("transmitted");
                        host.pool.release(packet);
                    }
                };
        assertEquals(3, host.port.poll(NOW_NS, order, 10));
        assertEquals(List.of("received", "transmitted", "received"), events);
    }

    @Test
    void anExceptionOfTheHandlerLeavesTheRestForTheNextPoll() {
        host.post();
        toHost(1, 2, 3);
        NicEvents failing =
                new NicEvents() {
                    @Override
                    public void received(int packet) {
                        host.pool.release(packet);
                        throw new IllegalStateException("on purpose");
                    }

                    @Override
                    public void transmitted(int packet) {}
                };
        assertThrows(IllegalStateException.class, () -> host.port.poll(NOW_NS, failing, 10));
        host.poll(NOW_NS);
        assertEquals(List.of(2, 3), host.numbers());
    }

    @Test
    void theHandlerMayTransmitAndRingAndPost() {
        host.post();
        peer.port.post(10);
        toHost(1, 2, 3);
        NicEvents echo =
                new NicEvents() {
                    @Override
                    public void received(int packet) {
                        host.pool.release(packet);
                        host.port.post(1);
                        host.send(NOW_NS, fromHost(7));
                    }

                    @Override
                    public void transmitted(int packet) {
                        host.pool.release(packet);
                    }
                };
        assertEquals(3, host.port.poll(NOW_NS, echo, 3));
        assertEquals(3, host.port.poll(NOW_NS, echo, 10));
        peer.poll(NOW_NS);
        assertEquals(List.of(7, 7, 7), peer.numbers());
    }

    @Test
    void aHandlerThatClosesTheInterfaceAgainstTheRulesDoesNoHarm() {
        host.post();
        toHost(1, 2, 3);
        NicEvents closing =
                new NicEvents() {
                    @Override
                    public void received(int packet) {
                        host.pool.release(packet);
                        host.port.close();
                    }

                    @Override
                    public void transmitted(int packet) {}
                };
        assertEquals(1, host.port.poll(NOW_NS, closing, 10));
        assertEquals("", host.pool.outstanding());
    }

    // Waking.

    @Test
    void anArrivalSignalsOnceForOneArming() throws InterruptedException {
        host.post();
        assertTrue(host.port.prime());
        assertFalse(host.port.wakeUp().await(1_000_000_000L), "on virtual time nobody blocks");
        toHost(1, 2);
        assertTrue(host.port.wakeUp().await(0));
        assertFalse(host.port.wakeUp().await(0));
        host.poll(NOW_NS);
        toHost(3);
        assertFalse(host.port.wakeUp().await(0), "not armed again");
        assertEquals(1, host.count(NicCounter.WAKE_UPS));
    }

    @Test
    void aCompletionIsAnEventToo() throws InterruptedException {
        assertEquals(0, host.queue(fromHost(1)));
        assertTrue(host.port.prime());
        host.port.ring(NOW_NS);
        assertTrue(host.port.wakeUp().await(0));
        assertFalse(host.port.prime());
    }

    @Test
    void aDroppedFrameWakesNobody() throws InterruptedException {
        assertTrue(host.port.prime());
        toHost(1);
        assertFalse(host.port.wakeUp().await(0));
        assertTrue(host.port.prime());
    }

    @Test
    void aChangeOfTheLinkWakes() throws InterruptedException {
        assertTrue(host.port.prime());
        network.cables().getFirst().up(false);
        assertTrue(host.port.wakeUp().await(0));
        assertFalse(host.port.prime(), "it is still to be told");
        host.poll(NOW_NS);
        assertEquals(List.of(false), host.linkChanges);
        assertTrue(host.port.prime());
    }

    @Test
    void whatSlippedInKeepsItFromBeingArmed() throws InterruptedException {
        host.post();
        toHost(1);
        assertFalse(host.port.prime());
        toHost(2);
        assertFalse(host.port.wakeUp().await(0), "it was not armed");
        host.poll(NOW_NS);
        assertTrue(host.port.prime());
    }

    // Closing.

    @Test
    void closingAtAnyMomentBringsEverythingHomeAndCountsIt() {
        Property.forAll(
                300,
                random -> {
                    EmulatedNic nic = network.addNic(small().build());
                    EmulatedNic far = network.addNic(NicSettings.DEFAULT);
                    network.connect(nic, far, LinkSettings.builder().delayNs(5).build());
                    int sent = 0;
                    int received = 0;
                    int queued = 0;
                    try (Host here = new Host(nic, 0, 64);
                            Host there = new Host(far, 0, 256)) {
                        long nowNs = NOW_NS;
                        for (int steps = random.between(0, 40); steps > 0; steps--) {
                            switch (random.between(0, 5)) {
                                case 0 -> here.port.post(random.between(0, 9));
                                case 1 ->
                                        queued +=
                                                here.queue(Frames.frame(there, here, 1, 60)) == 0
                                                        ? 1
                                                        : 0;
                                case 2 -> here.port.ring(nowNs);
                                case 3 -> {
                                    if (there.queue(Frames.frame(here, there, 1, 60)) == 0) {
                                        sent++;
                                    }
                                    there.port.ring(nowNs);
                                    there.poll(nowNs);
                                }
                                case 4 ->
                                        received +=
                                                here.port.poll(nowNs, here, random.between(1, 4));
                                default -> nowNs += random.between(0, 10);
                            }
                        }
                        network.advance(nowNs + 5);
                    }
                    // By their counters, after everything was closed.
                    assertEquals(
                            sent,
                            nic.count(NicCounter.RECEIVED_FRAMES)
                                    + nic.count(NicCounter.RECEIVE_DROPPED_NO_BUFFER)
                                    + nic.count(NicCounter.RECEIVE_DROPPED_NO_QUEUE));
                    assertEquals(
                            queued,
                            nic.count(NicCounter.TRANSMITTED_FRAMES)
                                    + nic.count(NicCounter.TRANSMIT_DROPPED_CLOSED));
                    assertTrue(received >= nic.count(NicCounter.RECEIVED_FRAMES));
                });
    }

    @Test
    void afterCloseNothingIsDoneAndItCanBeOpenedAgain() {
        host.post();
        host.port.close();
        assertEquals(0, host.port.post(1));
        assertEquals(0, host.port.poll(NOW_NS, host, 1));
        assertFalse(host.port.prime());
        assertEquals(VirtualInterface.CLOSED, host.queue(fromHost(1)));
        host.port.ring(NOW_NS);
        toHost(1);
        assertEquals(1, host.nic.count(NicCounter.RECEIVE_DROPPED_NO_QUEUE));
        Host again = open(host.nic, 0, PoolOptions.of(64));
        again.post();
        toHost(2);
        again.poll(NOW_NS);
        assertEquals(List.of(2), again.numbers());
    }

    @Test
    void aQueueThatIsOpenCannotBeOpenedTwice() {
        NicUnavailableException error =
                assertThrows(NicUnavailableException.class, () -> new Host(host.nic, 0, 4));
        assertTrue(String.valueOf(error.getMessage()).contains("queue 0"), error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Host(host.nic, 1, 4));
        assertThrows(IllegalArgumentException.class, () -> new Host(host.nic, -1, 4));
    }
}
