package onload.linux.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.linux.Descriptor;
import onload.linux.Struct;
import onload.linux.SystemCall;
import onload.linux.SystemCalls;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

@Timeout(60)
class ArmedWaitTest {
    private static final long LONG = 30_000_000_000L;
    private static final long SHORT = 1_000_000;

    // An event counter stands in for a device: readable as long as it is above 0.
    private final Descriptor device =
            Descriptor.checked(new SystemCalls().call(SystemCall.EVENTFD2, 0, 0x800), "eventfd2");
    private final ArmedWait wait = new ArmedWait(device);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        wait.close();
        device.close();
        threads.shutdownNow();
    }

    private void deviceHasSomething() {
        try (Struct one = Struct.of(8)) {
            one.bytes().putLong(0, 1);
            assertEquals(
                    8, new SystemCalls().call(SystemCall.WRITE, device.number(), one.address(), 8));
        }
    }

    private void deviceIsRead() {
        try (Struct value = Struct.of(8)) {
            var _ = new SystemCalls().call(SystemCall.READ, device.number(), value.address(), 8);
        }
    }

    @Test
    void aSignalIsKeptAndSeveralAreOne() throws InterruptedException {
        wait.signal();
        wait.signal();
        assertTrue(wait.await(0));
        assertFalse(wait.await(0));
        assertFalse(wait.await(SHORT));
    }

    @Test
    void aDeviceThatNobodyArmedWakesNobody() throws InterruptedException {
        deviceHasSomething();
        assertFalse(wait.await(SHORT));
        assertEquals(0, wait.wakeUps());
    }

    @Test
    void anArmedDeviceWakesOnce() throws InterruptedException {
        wait.arm();
        deviceHasSomething();
        assertTrue(wait.await(LONG));
        assertFalse(wait.await(SHORT));
        assertEquals(1, wait.wakeUps());
    }

    @Test
    void aDeviceThatIsReadBeforeAnybodyWaitsWakesNobody() throws InterruptedException {
        wait.arm();
        deviceHasSomething();
        deviceIsRead();
        assertFalse(wait.await(SHORT));
        deviceHasSomething();
        assertTrue(wait.await(LONG));
    }

    @Test
    void whatIsDisarmedWakesNobody() throws InterruptedException {
        wait.arm();
        wait.disarm();
        deviceHasSomething();
        assertFalse(wait.await(SHORT));
    }

    @Test
    void armingReachesAThreadThatSleepsAlready() throws Exception {
        for (int i = 0; i < 200; i++) {
            Future<Boolean> sleeper = threads.submit(() -> wait.await(LONG));
            wait.arm();
            deviceHasSomething();
            assertTrue(sleeper.get());
            deviceIsRead();
            wait.disarm();
        }
    }

    @Test
    void aSignalReachesAThreadThatSleepsAlready() throws Exception {
        for (int i = 0; i < 200; i++) {
            Future<Boolean> sleeper = threads.submit(() -> wait.await(LONG));
            wait.signal();
            assertTrue(sleeper.get());
        }
    }

    @Test
    void aNudgeDoesNotEndTheWaitingEarly() throws Exception {
        long startNs = System.nanoTime();
        Future<Boolean> sleeper = threads.submit(() -> wait.await(50 * SHORT));
        for (int i = 0; i < 10; i++) {
            wait.arm();
        }
        assertFalse(sleeper.get());
        assertTrue(System.nanoTime() - startNs >= 50 * SHORT);
    }

    @Test
    void anInterruptedThreadIsToldAtOnceAndTheNextOneWaits() throws Exception {
        for (int i = 0; i < 100; i++) {
            Thread sleeper =
                    new Thread(
                            () -> assertThrows(InterruptedException.class, () -> wait.await(LONG)));
            sleeper.start();
            sleeper.interrupt();
            sleeper.join();
        }
        assertFalse(wait.await(SHORT));
        wait.signal();
        assertTrue(wait.await(LONG));
    }

    @Test
    void closingWakesOnceAndThenThereIsOnlyTime() throws Exception {
        Future<Boolean> sleeper = threads.submit(() -> wait.await(LONG));
        wait.close();
        wait.close();
        assertTrue(sleeper.get());
        assertFalse(wait.await(SHORT));
        wait.arm();
        wait.signal();
        assertTrue(wait.await(SHORT));
    }

    @Test
    void itsDescriptorIsReadableWithASignal() throws InterruptedException {
        assertTrue(wait.fileDescriptor() >= 0);
        try (Descriptor borrowed = duplicate(wait.fileDescriptor());
                ArmedWait outer = new ArmedWait(borrowed)) {
            outer.arm();
            assertFalse(outer.await(SHORT));
            wait.signal();
            assertTrue(outer.await(LONG));
        }
    }

    private static Descriptor duplicate(int number) {
        int duplicateCloseOnExec = 1030;
        return Descriptor.checked(
                new SystemCalls().call(SystemCall.FCNTL, number, duplicateCloseOnExec, 0), "fcntl");
    }
}
