package onload.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.EverythingFilter;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.testkit.base.AllocatedBytes;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;
import onload.wire.EthernetHeader;
import onload.wire.InternetChecksum;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What every {@link VirtualInterface} does, as tests. A provider extends this class in its own tests and says how to
 * make a {@link NicFixture}; nothing here knows which NIC it is.
 *
 * <p>The frames are of IEEE 802's local experimental type, so that a kernel at the other end ignores them.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
public abstract class VirtualInterfaceConformance {
    /** EtherType of the frames: local experimental 1 (IEEE 802, table 9-1). */
    protected static final int EXPERIMENTAL_TYPE = 0x88B5;

    private static final long PEER_ADDRESS = 0x02_00_00_00_AA_01L;
    private static final int BUFFERS = 4096;
    private static final int SHORTEST = 60;
    private static final int BATCH = 64;

    /** The pools of a test; at its end every buffer is home. */
    @RegisterExtension protected final PacketPools pools = new PacketPools();

    private final Collector collector = new Collector();

    @SuppressWarnings("NullAway.Init")
    private NicFixture fixture;

    @SuppressWarnings("NullAway.Init")
    private PacketPool pool;

    @SuppressWarnings("NullAway.Init")
    private VirtualInterface nic;

    /** For a provider's tests. */
    protected VirtualInterfaceConformance() {}

    /** {@return a NIC with a peer, for one test} */
    protected abstract NicFixture fixture();

    /** What a poll told, with the frames as bytes; every buffer is released at once. */
    private final class Collector implements NicEvents {
        final Deque<byte[]> frames = new ArrayDeque<>();
        final List<Integer> transmitted = new ArrayList<>();
        long timestampNs;

        @Override
        public void received(int packet) {
            timestampNs = pool.buffers().timestampNs(packet);
            frames.add(bytes(packet));
            assertEquals(1, pool.buffers().references(packet));
            pool.release(packet);
        }

        @Override
        public void transmitted(int packet) {
            transmitted.add(packet);
            pool.release(packet);
        }
    }

    @BeforeEach
    void open() {
        fixture = fixture();
        pool = pools.open(BUFFERS);
        nic = fixture.open(pool);
    }

    @AfterEach
    void close() {
        try {
            nic.close();
        } finally {
            fixture.close();
        }
    }

    // What it says of itself.

    @Test
    void itsCapabilitiesAndAddressMakeSense() {
        assertTrue(nic.capabilities().mtu() >= 576, "RFC 1122, section 3.3.2");
        assertTrue(nic.capabilities().queues() >= 1);
        assertTrue(nic.capabilities().receiveRing() >= 1);
        assertTrue(nic.capabilities().transmitRing() >= 1);
        assertEquals(0, nic.macAddress() >>> 48, "48 bits");
        assertEquals(0, nic.macAddress() >>> 40 & 1, "not a group address");
        assertTrue(nic.isLinkUp());
        assertEquals(pool, nic.pool());
    }

    // Receiving.

    @Test
    void aFrameArrivesAsItWasSentAtEveryLength() {
        for (int length = SHORTEST; length <= longest(); length += length < 80 ? 1 : 97) {
            byte[] frame = frameToNic(length, length);
            nic.post(2 * mostBuffers());
            fixture.sendFromPeer(frame);
            fixture.settle();
            poll();
            assertArrayEquals(frame, collector.frames.poll(), "length " + length);
        }
    }

    @Test
    void framesArriveInTheOrderInWhichTheyWereSent() {
        int count = Math.min(BATCH, nic.capabilities().receiveRing());
        nic.post(count);
        for (int i = 0; i < count; i++) {
            fixture.sendFromPeer(frameToNic(100, i));
        }
        fixture.settle();
        poll();
        assertEquals(count, collector.frames.size());
        for (int i = 0; i < count; i++) {
            assertArrayEquals(frameToNic(100, i), collector.frames.poll());
        }
    }

    @Test
    void aPollDeliversNoMoreThanItsLimitAndTheRestLater() {
        nic.post(8);
        for (int i = 0; i < 5; i++) {
            fixture.sendFromPeer(frameToNic(64, i));
        }
        fixture.settle();
        assertEquals(2, nic.poll(fixture.nowNs(), collector, 2));
        assertEquals(2, collector.frames.size());
        poll();
        assertEquals(5, collector.frames.size());
        for (int i = 0; i < 5; i++) {
            assertArrayEquals(frameToNic(64, i), collector.frames.poll());
        }
    }

    @Test
    void aFrameThatFindsNoBufferIsCountedOrKeptButNotLostInSilence() {
        for (int i = 0; i < 3; i++) {
            fixture.sendFromPeer(frameToNic(64, i));
        }
        fixture.settle();
        poll();
        assertEquals(0, collector.frames.size(), "no buffer was posted");
        nic.post(8);
        fixture.settle();
        poll();
        assertEquals(
                3,
                collector.frames.size() + nic.counters().get(NicCounter.RECEIVE_DROPPED_NO_BUFFER));
    }

    @Test
    void postingStopsWhenTheRingIsFull() {
        int posted = 0;
        int last;
        do {
            last = nic.post(BUFFERS);
            posted += last;
        } while (last > 0);
        assertTrue(posted >= 1);
        assertTrue(posted <= nic.capabilities().receiveRing());
        assertEquals(posted, pool.inUse(PacketPool.RECEIVE));
    }

    @Test
    void postingStopsWhenThePoolGivesNoMore() {
        PacketPool small = pools.open(4);
        nic.close();
        nic = fixture.open(small);
        int posted = nic.post(BUFFERS);
        assertEquals(small.inUse(PacketPool.RECEIVE), posted);
        assertTrue(posted <= 4);
        assertEquals(0, nic.post(1));
        nic.close();
        assertEquals(4, small.available());
    }

    @Test
    void aReceivedFrameIsStampedNotBeforeItWasSent() {
        nic.post(1);
        long sentNs = fixture.nowNs();
        fixture.sendFromPeer(frameToNic(64, 1));
        fixture.settle();
        poll();
        assertEquals(1, collector.frames.size());
        assertTrue(collector.timestampNs >= sentNs);
        assertTrue(collector.timestampNs <= fixture.nowNs());
    }

    @Test
    void aFrameLongerThanABufferIsAChainWhereTheNicScatters() {
        assumeTrue(nic.capabilities().has(NicFeature.RECEIVE_SCATTER));
        assumeTrue(longest() > pool.buffers().dataCapacity());
        nic.post(mostBuffers());
        byte[] frame = frameToNic(longest(), 7);
        fixture.sendFromPeer(frame);
        fixture.settle();
        poll();
        assertArrayEquals(frame, collector.frames.poll());
    }

    @Test
    void whatAnEventThrowsLeavesTheRestOfTheBatchForTheNextPoll() {
        nic.post(8);
        for (int i = 0; i < 3; i++) {
            fixture.sendFromPeer(frameToNic(64, i));
        }
        fixture.settle();
        NicEvents throwing =
                new NicEvents() {
                    @Override
                    public void received(int packet) {
                        pool.release(packet);
                        throw new IllegalStateException("the fault of a layer above");
                    }

                    @Override
                    public void transmitted(int packet) {
                        pool.release(packet);
                    }
                };
        assertThrows(IllegalStateException.class, () -> nic.poll(fixture.nowNs(), throwing, BATCH));
        poll();
        assertEquals(2, collector.frames.size());
        assertArrayEquals(frameToNic(64, 1), collector.frames.poll());
        assertArrayEquals(frameToNic(64, 2), collector.frames.poll());
    }

    // Transmitting.

    @Test
    void anEventMayTransmitWhatItReceived() {
        NicEvents echo =
                new NicEvents() {
                    @Override
                    public void received(int packet) {
                        int at = pool.buffers().data(packet);
                        EthernetHeader.destination(pool.buffers().memory(), at, PEER_ADDRESS);
                        EthernetHeader.source(pool.buffers().memory(), at, nic.macAddress());
                        assertEquals(0, nic.transmit(packet));
                    }

                    @Override
                    public void transmitted(int packet) {
                        collector.transmitted(packet);
                    }
                };
        nic.post(8);
        for (int i = 0; i < 3; i++) {
            fixture.sendFromPeer(frameToNic(64, i));
        }
        fixture.settle();
        int events = nic.poll(fixture.nowNs(), echo, BATCH);
        nic.ring(fixture.nowNs());
        fixture.settle();
        poll();
        assertTrue(events >= 3);
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(frameFromNic(64, i), fixture.receiveAtPeer());
        }
        assertEquals(3, collector.transmitted.size());
    }

    @Test
    void aTransmittedFrameArrivesAsItIsAtEveryLength() {
        for (int length = SHORTEST; length <= longest(); length += length < 80 ? 1 : 97) {
            byte[] frame = frameFromNic(length, length);
            assertEquals(0, nic.transmit(packetOf(frame)));
            nic.ring(fixture.nowNs());
            fixture.settle();
            assertArrayEquals(frame, fixture.receiveAtPeer(), "length " + length);
            poll();
        }
    }

    @Test
    void nothingIsSentBeforeTheDoorbell() {
        assertEquals(0, nic.transmit(packetOf(frameFromNic(64, 1))));
        fixture.settle();
        assertNull(fixture.receiveAtPeer());
        nic.ring(fixture.nowNs());
        fixture.settle();
        assertArrayEquals(frameFromNic(64, 1), fixture.receiveAtPeer());
        assertNull(fixture.receiveAtPeer());
    }

    @Test
    void aBatchGoesOutInOrderWithOneDoorbell() {
        int count = Math.min(BATCH, nic.capabilities().transmitRing());
        for (int i = 0; i < count; i++) {
            assertEquals(0, nic.transmit(packetOf(frameFromNic(90, i))));
        }
        nic.ring(fixture.nowNs());
        fixture.settle();
        for (int i = 0; i < count; i++) {
            assertArrayEquals(frameFromNic(90, i), fixture.receiveAtPeer(), "frame " + i);
        }
        assertNull(fixture.receiveAtPeer());
    }

    @Test
    void everyTransmittedBufferComesBackOnce() {
        List<Integer> sent = new ArrayList<>();
        int count = Math.min(BATCH, nic.capabilities().transmitRing());
        for (int i = 0; i < count; i++) {
            int packet = packetOf(frameFromNic(64, i));
            sent.add(packet);
            assertEquals(0, nic.transmit(packet));
        }
        nic.ring(fixture.nowNs());
        fixture.settle();
        poll();
        poll();
        assertEquals(sent, collector.transmitted);
    }

    @Test
    void whoKeepsAReferenceStillHasTheFrameAfterItWasSent() {
        byte[] frame = frameFromNic(200, 3);
        int packet = packetOf(frame);
        pool.retain(packet);
        assertEquals(0, nic.transmit(packet));
        nic.ring(fixture.nowNs());
        fixture.settle();
        poll();
        assertEquals(1, pool.buffers().references(packet));
        assertArrayEquals(frame, bytes(packet));
        assertEquals(0, nic.transmit(packet), "sent again, as a retransmission is");
        nic.ring(fixture.nowNs());
        fixture.settle();
        poll();
        assertArrayEquals(frame, fixture.receiveAtPeer());
        assertArrayEquals(frame, fixture.receiveAtPeer());
    }

    @Test
    void aFullRingRefusesAndTakesMoreAfterAPoll() {
        int limit = nic.capabilities().transmitRing();
        assumeTrue(limit < BUFFERS / 2, "the ring is larger than this test's pool");
        int accepted = 0;
        int packet = packetOf(frameFromNic(64, 0));
        while (nic.transmit(packet) == 0) {
            accepted++;
            assertTrue(accepted <= limit, "more frames than the ring has places");
            packet = packetOf(frameFromNic(64, accepted));
        }
        assertEquals(VirtualInterface.RING_FULL, nic.transmit(packet));
        assertEquals(1, pool.buffers().references(packet), "a refused frame is still the caller's");
        assertTrue(nic.counters().get(NicCounter.TRANSMIT_REFUSED_RING_FULL) >= 2);
        nic.ring(fixture.nowNs());
        fixture.settle();
        poll();
        assertEquals(accepted, collector.transmitted.size());
        assertEquals(0, nic.transmit(packet));
        nic.ring(fixture.nowNs());
    }

    @Test
    void aFrameThatIsTooLongIsRefusedAndStaysTheCallers() {
        int packet = chainOf(new byte[longest() + 1 + 8]);
        assertEquals(VirtualInterface.TOO_LONG, nic.transmit(packet));
        assertEquals(1, pool.buffers().references(packet));
        assertEquals(1, nic.counters().get(NicCounter.TRANSMIT_REFUSED_TOO_LONG));
        pool.release(packet);
    }

    @Test
    void aChainOfBuffersIsOneFrameWhereTheNicGathers() {
        assumeTrue(nic.capabilities().has(NicFeature.TRANSMIT_GATHER));
        byte[] frame = frameFromNic(Math.min(longest(), 1400), 9);
        int first = packetOf(Arrays.copyOf(frame, 54));
        int second = packetOf(Arrays.copyOfRange(frame, 54, frame.length));
        pool.buffers().continuation(first, second);
        pool.buffers().frameLength(first, frame.length);
        assertEquals(0, nic.transmit(first));
        nic.ring(fixture.nowNs());
        fixture.settle();
        poll();
        assertArrayEquals(frame, fixture.receiveAtPeer());
        assertEquals(List.of(first), collector.transmitted);
    }

    @Test
    void aChecksumThatIsLeftToTheNicArrivesFilledIn() {
        assumeTrue(nic.capabilities().has(NicFeature.TRANSMIT_CHECKSUM));
        byte[] frame = frameFromNic(101, 5);
        UnsafeBuffer view = new UnsafeBuffer(frame);
        int start = 34;
        int field = 6;
        view.putShort(start + field, (short) 0);
        int expected = InternetChecksum.checksum(view, start, frame.length - start);
        int packet = packetOf(frame);
        pool.buffers().needChecksum(packet, start, field);
        assertEquals(0, nic.transmit(packet));
        nic.ring(fixture.nowNs());
        fixture.settle();
        poll();
        byte[] arrived = fixture.receiveAtPeer();
        assertNotNull(arrived);
        int checksum = (arrived[start + field] & 0xFF) << 8 | (arrived[start + field + 1] & 0xFF);
        assertEquals(expected, checksum);
    }

    // Sleeping.

    @Test
    void primedWithNothingWaitingAFrameSignalsOnce() throws InterruptedException {
        nic.post(4);
        assertTrue(nic.prime());
        assertFalse(nic.wakeUp().await(0));
        fixture.sendFromPeer(frameToNic(64, 1));
        fixture.settle();
        assertTrue(nic.wakeUp().await(TimeUnit.SECONDS.toNanos(5)));
        assertFalse(nic.wakeUp().await(0), "one signal for one arming");
        poll();
        assertEquals(1, collector.frames.size());
        assertEquals(1, nic.counters().get(NicCounter.WAKE_UPS));
    }

    @Test
    void primedWithAnEventWaitingItSaysSoInsteadOfSleeping() {
        nic.post(4);
        fixture.sendFromPeer(frameToNic(64, 1));
        fixture.settle();
        nic.poll(fixture.nowNs(), collector, 1);
        fixture.sendFromPeer(frameToNic(64, 2));
        fixture.sendFromPeer(frameToNic(64, 3));
        fixture.settle();
        nic.poll(fixture.nowNs(), collector, 1);
        assertFalse(nic.prime());
        poll();
        assertEquals(3, collector.frames.size());
        assertTrue(nic.prime());
    }

    @Test
    void withoutPrimingAFrameWakesNobody() throws InterruptedException {
        nic.post(4);
        fixture.sendFromPeer(frameToNic(64, 1));
        fixture.settle();
        assertFalse(nic.wakeUp().await(0));
        assertEquals(0, nic.counters().get(NicCounter.WAKE_UPS));
    }

    @Test
    void aSignalIsKeptUntilSomebodyWaitsAndSeveralAreOne() throws InterruptedException {
        nic.wakeUp().signal();
        nic.wakeUp().signal();
        assertTrue(nic.wakeUp().await(0));
        assertFalse(nic.wakeUp().await(0));
    }

    // Filters.

    @Test
    void aFilterIsTakenAndGivenUpOrRefusedByName() {
        int filter = nic.addFilter(new EverythingFilter());
        if (filter < 0) {
            assertTrue(
                    filter == VirtualInterface.FILTER_UNSUPPORTED
                            || filter == VirtualInterface.FILTER_TABLE_FULL
                            || filter == VirtualInterface.FILTER_TAKEN);
        } else {
            assertTrue(nic.removeFilter(filter));
        }
        assertFalse(nic.removeFilter(Math.max(filter, 0)));
    }

    // Counting.

    @Test
    void framesAndBytesAreCountedBothWays() {
        nic.post(4);
        fixture.sendFromPeer(frameToNic(100, 1));
        fixture.sendFromPeer(frameToNic(200, 2));
        nic.transmit(packetOf(frameFromNic(300, 1)));
        nic.ring(fixture.nowNs());
        fixture.settle();
        poll();
        assertEquals(2, nic.counters().get(NicCounter.RECEIVED_FRAMES));
        assertEquals(300, nic.counters().get(NicCounter.RECEIVED_BYTES));
        assertEquals(1, nic.counters().get(NicCounter.TRANSMITTED_FRAMES));
        assertEquals(300, nic.counters().get(NicCounter.TRANSMITTED_BYTES));
        assertEquals(1, nic.counters().get(NicCounter.DOORBELLS));
        nic.ring(fixture.nowNs());
        assertEquals(1, nic.counters().get(NicCounter.DOORBELLS), "an empty doorbell");
    }

    // Closing.

    @Test
    void closingBringsEveryBufferHome() {
        nic.post(16);
        fixture.sendFromPeer(frameToNic(64, 1));
        fixture.settle();
        nic.poll(fixture.nowNs(), collector, 1);
        fixture.sendFromPeer(frameToNic(64, 2));
        fixture.settle();
        nic.transmit(packetOf(frameFromNic(64, 1)));
        nic.ring(fixture.nowNs());
        nic.transmit(packetOf(frameFromNic(64, 2)));
        nic.close();
        assertEquals("", pool.outstanding());
    }

    @Test
    void aClosedInterfaceDoesNothingAndSaysSo() {
        nic.close();
        nic.close();
        assertEquals(0, nic.post(4));
        assertEquals(0, nic.poll(fixture.nowNs(), collector, 4));
        int packet = packetOf(frameFromNic(64, 1));
        assertEquals(VirtualInterface.CLOSED, nic.transmit(packet));
        nic.ring(fixture.nowNs());
        pool.release(packet);
    }

    @Test
    void closingWakesWhoWaits() throws InterruptedException {
        nic.prime();
        nic.close();
        assertTrue(nic.wakeUp().await(TimeUnit.SECONDS.toNanos(5)));
    }

    @Test
    void itCanBeOpenedAgainAfterItWasClosed() {
        nic.close();
        nic = fixture.open(pool);
        nic.post(2);
        fixture.sendFromPeer(frameToNic(64, 1));
        fixture.settle();
        poll();
        assertEquals(1, collector.frames.size());
    }

    // All together.

    @Test
    void anyTrafficBothWaysArrivesWholeAndInOrder() {
        Property.forAll(10, this::exchange);
    }

    private void exchange(Randomness random) {
        Deque<byte[]> toNic = new ArrayDeque<>();
        Deque<byte[]> fromNic = new ArrayDeque<>();
        for (int round = 0; round < 20; round++) {
            nic.post(BATCH * mostBuffers());
            int in = random.between(0, mostFramesAtOnce());
            for (int i = 0; i < in; i++) {
                byte[] frame = frameToNic(random.between(SHORTEST, longest()), random.anyInt());
                toNic.add(frame);
                fixture.sendFromPeer(frame);
            }
            int out = random.between(0, 16);
            for (int i = 0; i < out; i++) {
                byte[] frame = frameFromNic(random.between(SHORTEST, longest()), random.anyInt());
                int packet = packetOf(frame);
                if (nic.transmit(packet) == 0) {
                    fromNic.add(frame);
                } else {
                    pool.release(packet);
                }
            }
            nic.ring(fixture.nowNs());
            fixture.settle();
            poll();
            while (!fromNic.isEmpty()) {
                assertArrayEquals(fromNic.poll(), fixture.receiveAtPeer());
            }
            while (!toNic.isEmpty()) {
                assertArrayEquals(toNic.poll(), collector.frames.poll());
            }
        }
    }

    @Test
    void receivingMakesNoGarbage() {
        NicEvents release = withoutAccounting();
        byte[] frame = frameToNic(64, 1);
        int batch = Math.min(16, nic.capabilities().receiveRing());
        long before = nic.counters().get(NicCounter.RECEIVED_FRAMES);
        long bytes =
                AllocatedBytes.perRun(
                        100,
                        50,
                        () -> {
                            nic.post(batch);
                            for (int i = 0; i < batch; i++) {
                                fixture.sendFromPeer(frame);
                            }
                            fixture.settle();
                        },
                        () -> {
                            while (nic.poll(fixture.nowNs(), release, BATCH) > 0) {
                                nic.post(batch);
                            }
                        });
        assertEquals(0, bytes);
        assertEquals(250L * batch, nic.counters().get(NicCounter.RECEIVED_FRAMES) - before);
    }

    @Test
    void transmittingMakesNoGarbage() {
        NicEvents release = withoutAccounting();
        byte[] frame = frameFromNic(64, 1);
        long bytes =
                AllocatedBytes.perRun(
                        3000,
                        1000,
                        () -> {
                            nic.post(4);
                            int packet = pool.allocate(PacketPool.SEND);
                            int at = pool.buffers().append(packet, frame.length);
                            pool.buffers().memory().putBytes(at, frame);
                            if (nic.transmit(packet) != 0) {
                                pool.release(packet);
                            }
                            nic.ring(fixture.nowNs());
                            nic.poll(fixture.nowNs(), release, 16);
                        });
        assertEquals(0, bytes);
    }

    // What the tests are made of.

    /** Opens the NIC again over a pool that keeps no account, which would allocate. */
    private NicEvents withoutAccounting() {
        nic.close();
        pool = pools.open(pool.options().withAccounting(false));
        nic = fixture.open(pool);
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

    /** More buffers than the longest frame takes, also where a NIC leaves half of each empty. */
    private int mostBuffers() {
        return 2 * longest() / pool.buffers().dataCapacity() + 1;
    }

    /** Longest frames that a full receive ring takes for certain, at least one. */
    private int mostFramesAtOnce() {
        return Math.max(1, Math.min(16, nic.capabilities().receiveRing() / mostBuffers()));
    }

    private int longest() {
        int longest = nic.capabilities().mtu() + EthernetHeader.LENGTH;
        boolean scatters =
                nic.capabilities().has(NicFeature.RECEIVE_SCATTER)
                        && nic.capabilities().has(NicFeature.TRANSMIT_GATHER);
        return scatters ? longest : Math.min(longest, pool.buffers().dataCapacity());
    }

    private void poll() {
        while (nic.poll(fixture.nowNs(), collector, BATCH) > 0) {
            // Until nothing is waiting.
        }
    }

    private byte[] frameToNic(int length, int seed) {
        return frame(nic.macAddress(), PEER_ADDRESS, length, seed);
    }

    private byte[] frameFromNic(int length, int seed) {
        return frame(PEER_ADDRESS, nic.macAddress(), length, seed);
    }

    private static byte[] frame(long destination, long source, int length, int seed) {
        byte[] frame = new Randomness(seed).bytes(length);
        EthernetHeader.write(new UnsafeBuffer(frame), 0, destination, source, EXPERIMENTAL_TYPE);
        return frame;
    }

    private int packetOf(byte[] frame) {
        return frame.length <= pool.buffers().dataCapacity() ? single(frame) : chainOf(frame);
    }

    private int single(byte[] frame) {
        int packet = pool.allocate(PacketPool.SEND);
        assertNotEquals(PacketBuffers.NONE, packet);
        pool.buffers().memory().putBytes(pool.buffers().append(packet, frame.length), frame);
        pool.buffers().frameLength(packet, frame.length);
        return packet;
    }

    private int chainOf(byte[] frame) {
        int capacity = pool.buffers().dataCapacity();
        int first = PacketBuffers.NONE;
        int last = PacketBuffers.NONE;
        for (int at = 0; at < frame.length; at += capacity) {
            int packet =
                    single(Arrays.copyOfRange(frame, at, Math.min(frame.length, at + capacity)));
            if (first == PacketBuffers.NONE) {
                first = packet;
            } else {
                pool.buffers().continuation(last, packet);
            }
            last = packet;
        }
        pool.buffers().frameLength(first, frame.length);
        return first;
    }

    private byte[] bytes(int packet) {
        PacketBuffers buffers = pool.buffers();
        byte[] frame = new byte[buffers.frameLength(packet)];
        int at = 0;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            buffers.memory().getBytes(buffers.data(part), frame, at, buffers.length(part));
            at += buffers.length(part);
        }
        assertEquals(frame.length, at, "frame length and the lengths of its buffers");
        return frame;
    }
}
