package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.spi.NicCounter;
import onload.nic.spi.WakeUp;

import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Several threads, each with its interface. Every wait has an end, so that a lost wake-up fails and does not hang. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RealTimeNetworkTest {
    private static final NanoClock CLOCK = SystemNanoClock.INSTANCE;

    /** Longer than anything here takes; a wait that ends by it has lost its wake-up. */
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(30);

    private final EmulatedNetwork network = EmulatedNetwork.onRealTime(CLOCK, 1);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        threads.shutdownNow();
        network.close();
    }

    /** How a thread waits for the next frame. */
    private enum Waiting {
        SPINNING,
        SLEEPING
    }

    private static Host host(EmulatedNic nic) {
        return new Host(nic, 0, 64);
    }

    /** Comes back once a frame is there. */
    private static void awaitFrame(Host host, Waiting waiting) throws InterruptedException {
        long deadlineNs = CLOCK.nanoTime() + LONG_NS;
        int spins = 0;
        while (host.frames.isEmpty()) {
            if (host.port.poll(CLOCK.nanoTime(), host, 8) > 0) {
                continue;
            }
            assertTrue(CLOCK.nanoTime() < deadlineNs, "nothing came");
            if (waiting == Waiting.SPINNING) {
                Thread.onSpinWait();
                if (++spins % 1000 == 0) {
                    // The other spinner may be waiting for this processor.
                    LockSupport.parkNanos(1);
                }
            } else if (host.port.prime()) {
                assertTrue(host.port.wakeUp().await(LONG_NS), "the wake-up was lost");
            }
        }
    }

    private void pingPong(LinkSettings settings, int rounds, Waiting one, Waiting other)
            throws Exception {
        EmulatedNic a = network.addNic(NicSettings.DEFAULT);
        EmulatedNic b = network.addNic(NicSettings.DEFAULT);
        network.connect(a, b, settings);
        Future<Integer> server = threads.submit(turn(b, a, rounds, false, other));
        assertEquals(rounds, turn(a, b, rounds, true, one).call());
        assertEquals(rounds, server.get(30, TimeUnit.SECONDS));
    }

    private static void awaitBuffers(EmulatedNic nic) {
        long deadlineNs = CLOCK.nanoTime() + LONG_NS;
        while (nic.buffersPosted(0) == 0) {
            assertTrue(CLOCK.nanoTime() < deadlineNs, "the other thread did not come");
            LockSupport.parkNanos(1000);
        }
    }

    @Test
    void twoSleepersLoseNoWakeUp() throws Exception {
        pingPong(LinkSettings.PERFECT, 20_000, Waiting.SLEEPING, Waiting.SLEEPING);
    }

    @Test
    void twoSpinnersExchangeFrames() throws Exception {
        pingPong(LinkSettings.PERFECT, 10_000, Waiting.SPINNING, Waiting.SPINNING);
    }

    @Test
    void aSpinnerAndASleeperExchangeFrames() throws Exception {
        pingPong(LinkSettings.PERFECT, 10_000, Waiting.SPINNING, Waiting.SLEEPING);
    }

    @Test
    void whileBothSleepFramesInFlightArriveWhenTheyAreDue() throws Exception {
        long delayNs = 200_000;
        long beganNs = CLOCK.nanoTime();
        pingPong(
                LinkSettings.builder().delayNs(delayNs).jitterNs(50_000).build(),
                1000,
                Waiting.SLEEPING,
                Waiting.SLEEPING);
        assertTrue(CLOCK.nanoTime() - beganNs >= 2000 * delayNs, "not before they are due");
    }

    @Test
    void manyThreadsOnOneSwitchLoseNothing() throws Exception {
        int pairs = 4;
        int rounds = 2000;
        EmulatedSwitch lan = network.addSwitch();
        List<Future<Integer>> results = new ArrayList<>();
        List<EmulatedNic> nics = new ArrayList<>();
        for (int i = 0; i < 2 * pairs; i++) {
            EmulatedNic nic = network.addNic(NicSettings.DEFAULT);
            network.connect(
                    nic, lan, LinkSettings.builder().delayNs(i % 4 < 2 ? 0 : 20_000).build());
            nics.add(nic);
        }
        for (int i = 0; i < 2 * pairs; i++) {
            EmulatedNic nic = nics.get(i);
            EmulatedNic peer = nics.get(i ^ 1);
            boolean begins = i % 2 == 0;
            Waiting waiting = i == 0 ? Waiting.SPINNING : Waiting.SLEEPING;
            results.add(threads.submit(turn(nic, peer, rounds, begins, waiting)));
        }
        for (Future<Integer> result : results) {
            assertEquals(rounds, result.get(60, TimeUnit.SECONDS));
        }
    }

    private static Callable<Integer> turn(
            EmulatedNic nic, EmulatedNic peer, int rounds, boolean begins, Waiting waiting) {
        return () -> {
            try (Host host = host(nic)) {
                host.port.post(16);
                if (begins) {
                    awaitBuffers(peer);
                }
                for (int i = 0; i < rounds; i++) {
                    if (begins) {
                        host.send(
                                CLOCK.nanoTime(),
                                Frames.frame(peer.macAddress(), host.mac(), i, 60));
                    }
                    awaitFrame(host, waiting);
                    assertEquals(i, Frames.number(host.frames.removeFirst()));
                    host.port.post(1);
                    if (!begins) {
                        host.send(
                                CLOCK.nanoTime(),
                                Frames.frame(peer.macAddress(), host.mac(), i, 60));
                    }
                }
                return rounds;
            }
        };
    }

    @Test
    void aStreamOfBatchesArrivesWholeAndInOrderThroughRingsThatGoAround() throws Exception {
        int frames = 50_000;
        EmulatedNic a = network.addNic(NicSettings.DEFAULT);
        EmulatedNic b = network.addNic(NicSettings.builder().rings(64, 64).build());
        network.connect(a, b, LinkSettings.PERFECT);
        Future<Integer> receiver =
                threads.submit(() -> {
                    int next = 0;
                    try (Host host = new Host(b, 0, 256)) {
                        host.port.post(64);
                        while (next < frames) {
                            awaitFrame(host, Waiting.SLEEPING);
                            for (byte[] frame : host.frames) {
                                int number = Frames.number(frame);
                                assertTrue(number >= next, number + " after " + next);
                                next = number + 1;
                            }
                            host.frames.clear();
                            host.port.post(64);
                        }
                    }
                    return next;
                });
        try (Host host = new Host(a, 0, 256)) {
            awaitBuffers(b);
            for (int i = 0; i < frames; ) {
                // As many as there are buffers for, so that none is dropped for want of one.
                int batch = Math.min(Math.min(16, b.buffersPosted(0)), frames - i);
                for (int end = i + batch; i < end; i++) {
                    assertEquals(0, host.queue(Frames.frame(b.macAddress(), host.mac(), i, 60)));
                }
                host.port.ring(CLOCK.nanoTime());
                host.poll(CLOCK.nanoTime());
            }
            assertEquals(frames, receiver.get(60, TimeUnit.SECONDS));
        }
        assertEquals(frames, b.count(NicCounter.RECEIVED_FRAMES));
        assertEquals(0, b.count(NicCounter.RECEIVE_DROPPED_NO_BUFFER));
    }

    // The wake-up by itself.

    @Test
    void aWaitWithoutASignalEndsByItsTimeout() throws InterruptedException {
        try (Host host = host(network.addNic(NicSettings.DEFAULT))) {
            long beganNs = CLOCK.nanoTime();
            assertFalse(host.port.wakeUp().await(5_000_000));
            assertTrue(CLOCK.nanoTime() - beganNs >= 5_000_000);
            assertFalse(host.port.wakeUp().await(0));
            assertFalse(host.port.wakeUp().await(-1));
        }
    }

    @Test
    void aSignalFromAnywhereWakesAWaiterThatWouldWaitForEver() throws Exception {
        try (Host host = host(network.addNic(NicSettings.DEFAULT))) {
            WakeUp wakeUp = host.port.wakeUp();
            for (int i = 0; i < 1000; i++) {
                Future<Boolean> waiter = threads.submit(() -> wakeUp.await(Long.MAX_VALUE));
                wakeUp.signal();
                assertTrue(waiter.get(30, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void aWaiterThatIsInterruptedSaysSoAndAnotherOneTakesOver() throws Exception {
        EmulatedNic a = network.addNic(NicSettings.DEFAULT);
        EmulatedNic b = network.addNic(NicSettings.DEFAULT);
        network.connect(a, b, LinkSettings.builder().delayNs(50_000_000).build());
        try (Host one = host(a);
                Host other = host(b)) {
            other.port.post(1);
            assertTrue(other.port.prime());
            Thread main = Thread.currentThread();
            one.send(CLOCK.nanoTime(), Frames.frame(other, one, 1, 60));
            // Whichever leads: the one that is interrupted may be the one that would have let the
            // frame arrive.
            Future<Boolean> second = threads.submit(() -> other.port.wakeUp().await(LONG_NS));
            threads.execute(main::interrupt);
            assertThrows(InterruptedException.class, () -> one.port.wakeUp().await(LONG_NS));
            assertTrue(second.get(30, TimeUnit.SECONDS), "nobody let the frame arrive");
        }
    }

    @Test
    void closingWakesTheWaiter() throws Exception {
        Host host = host(network.addNic(NicSettings.DEFAULT));
        host.port.prime();
        Future<Boolean> waiter = threads.submit(() -> host.port.wakeUp().await(LONG_NS));
        host.close();
        assertTrue(waiter.get(30, TimeUnit.SECONDS));
    }

    @Test
    void cuttingTheCableWakesWhoIsArmed() throws Exception {
        EmulatedNic a = network.addNic(NicSettings.DEFAULT);
        EmulatedNic b = network.addNic(NicSettings.DEFAULT);
        EmulatedCable cable = network.connect(a, b, LinkSettings.PERFECT);
        try (Host host = host(a)) {
            host.poll(CLOCK.nanoTime());
            assertTrue(host.port.prime());
            Future<Boolean> waiter = threads.submit(() -> host.port.wakeUp().await(LONG_NS));
            cable.up(false);
            assertTrue(waiter.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void anExceptionOfOneThreadLeavesTheNetworkUsable() throws ExecutionException {
        EmulatedNic a = network.addNic(NicSettings.DEFAULT);
        assertThrows(
                IllegalArgumentException.class, () -> network.connect(a, a, LinkSettings.PERFECT));
        Future<EmulatedNic> added = threads.submit(() -> network.addNic(NicSettings.DEFAULT));
        try {
            assertEquals(2, added.get(30, TimeUnit.SECONDS).macAddress() & 0xFF);
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("the lock was not given back", e);
        }
    }
}
