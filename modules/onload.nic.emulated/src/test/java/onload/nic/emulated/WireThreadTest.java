package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.emulated.wire.Wire;
import onload.nic.emulated.wire.WireCounter;
import onload.nic.emulated.wire.WireSettings;
import onload.nic.emulated.wire.WireThread;

import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** On the real clock. Every wait has an end that nothing here comes near to. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WireThreadTest {
    private static final NanoClock CLOCK = SystemNanoClock.INSTANCE;
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long STRANGER = 0x02_00_00_00_77_77L;
    private static final long SOURCE = 0x02_00_00_00_88_88L;
    private static final long MS = 1_000_000;

    private final EmulatedNetwork network = EmulatedNetwork.onRealTime(CLOCK, 1);
    private final Host a = host();
    private final Host left = host();
    private final Host right = host();
    private final Host b = host();
    private final HinderedNic rightNic = new HinderedNic(right.port);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private Host host() {
        return new Host(network.addNic(NicSettings.builder().promiscuous(true).build()), 0, 2048);
    }

    private Wire wire(LinkSettings link) {
        network.connect(a.nic, left.nic, LinkSettings.PERFECT);
        network.connect(right.nic, b.nic, LinkSettings.PERFECT);
        return new Wire(left.port, rightNic, WireSettings.of(link, 1));
    }

    private WireThread thread(Wire wire, long spinNs) {
        return new WireThread(wire, CLOCK, spinNs, failure::set);
    }

    @AfterEach
    void close() {
        List.of(a, left, right, b).forEach(Host::close);
        network.close();
        assertSame(null, failure.get());
    }

    private static byte[] frame(int number) {
        return Frames.frame(STRANGER, SOURCE, number, 100);
    }

    /** Sleeps until there are so many frames. */
    private void await(Host host, int frames) throws InterruptedException {
        long deadlineNs = CLOCK.nanoTime() + LONG_NS;
        while (host.frames.size() < frames) {
            host.post();
            if (host.port.poll(CLOCK.nanoTime(), host, 64) == 0 && host.port.prime()) {
                host.port.wakeUp().await(10 * MS);
            }
            assertTrue(CLOCK.nanoTime() < deadlineNs, "nothing came");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 50_000, WireThread.SPIN})
    void framesGoToAndFroWhetherItSpinsOrSleeps(long spinNs) throws InterruptedException {
        try (Wire wire = wire(LinkSettings.PERFECT);
                WireThread thread = thread(wire, spinNs)) {
            thread.start();
            for (int i = 0; i < 200; i++) {
                a.post();
                b.post();
                a.send(CLOCK.nanoTime(), frame(i));
                await(b, i + 1);
                b.send(CLOCK.nanoTime(), frame(i));
                await(a, i + 1);
            }
            assertTrue(thread.isRunning());
        }
        assertEquals(a.numbers(), b.numbers());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, WireThread.SPIN})
    void aDelayIsOneOfTheRealClock(long spinNs) throws InterruptedException {
        LinkSettings delayed = LinkSettings.builder().delayNs(3 * MS).build();
        try (Wire wire = wire(delayed);
                WireThread thread = thread(wire, spinNs)) {
            thread.start();
            for (int i = 0; i < 20; i++) {
                b.post();
                long sentNs = CLOCK.nanoTime();
                a.send(sentNs, frame(i));
                await(b, i + 1);
                long tookNs = b.timesNs.getLast() - sentNs;
                assertTrue(tookNs >= 3 * MS, () -> "early: " + tookNs);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, WireThread.SPIN})
    void aFullRingIsTriedAgainThoughNothingElseHappens(long spinNs) throws InterruptedException {
        rightNic.refusal = -1;
        Wire wire = wire(LinkSettings.PERFECT);
        WireThread thread = thread(wire, spinNs);
        thread.start();
        a.send(CLOCK.nanoTime(), frame(1));
        long deadlineNs = CLOCK.nanoTime() + LONG_NS;
        while (wire.toRight().counters().get(WireCounter.DROPPED_RING_FULL) == 0) {
            assertTrue(CLOCK.nanoTime() < deadlineNs, "neither sent nor dropped");
            Thread.onSpinWait();
        }
        thread.close();
        wire.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, WireThread.SPIN})
    void itEndsSoonThoughItSleepsOrHasFramesInFlight(long spinNs) {
        LinkSettings delayed = LinkSettings.builder().delayNs(1L << 60).build();
        Wire wire = wire(delayed);
        WireThread thread = thread(wire, spinNs);
        thread.start();
        a.send(CLOCK.nanoTime(), frame(1));
        long deadlineNs = CLOCK.nanoTime() + LONG_NS;
        while (wire.toRight().counters().get(WireCounter.RECEIVED_FRAMES) == 0) {
            assertTrue(CLOCK.nanoTime() < deadlineNs, "it sleeps on");
            Thread.onSpinWait();
        }
        thread.close();
        thread.close();
        assertFalse(thread.isRunning());
        assertEquals(1, wire.toRight().framesInFlight());
        wire.close();
    }

    @Test
    void whatEndsItIsReported() throws InterruptedException {
        Wire wire = wire(LinkSettings.PERFECT);
        RuntimeException fault = new IllegalStateException("a NIC that fails");
        rightNic.failure = fault;
        WireThread thread = thread(wire, 0);
        thread.start();
        long deadlineNs = CLOCK.nanoTime() + LONG_NS;
        while (thread.isRunning()) {
            assertTrue(CLOCK.nanoTime() < deadlineNs, "it goes on");
            Thread.onSpinWait();
        }
        thread.close();
        assertSame(fault, failure.getAndSet(null));
        wire.close();
    }

    @Test
    void itStartsOnce() {
        try (Wire wire = wire(LinkSettings.PERFECT);
                WireThread thread = thread(wire, 0)) {
            thread.start();
            assertThrows(IllegalStateException.class, thread::start);
        }
    }

    @Test
    void itIsClosedThoughItNeverStartedAndDoesNotStartThen() {
        Wire wire = wire(LinkSettings.PERFECT);
        WireThread thread = thread(wire, 0);
        thread.close();
        assertThrows(IllegalStateException.class, thread::start);
        assertFalse(thread.isRunning());
        wire.close();
    }

    @Test
    void aTimeBelowZeroIsRefused() {
        try (Wire wire = wire(LinkSettings.PERFECT)) {
            assertThrows(IllegalArgumentException.class, () -> thread(wire, -1));
        }
    }
}
