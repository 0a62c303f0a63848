package onload.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.lock.LeftWork;
import onload.sockets.lock.StackLock;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Real threads, which sleep, for a lock that they take in all the ways there are. */
class SleepersTest {
    private static final Duration GENEROUS = Duration.ofSeconds(60);
    private static final int ITEMS_OF_A_THREAD = 512;

    private final Form form = Form.asked();

    /** What threads did, under the lock; each item once. */
    private static final class Work implements LeftWork {
        private final StackLock lock;
        private final int[] links;
        private final int[] times;
        private final int[] lastOfThread;
        private long count;
        private int outOfOrder;
        private int flagsDone;

        Work(int threads, int mostItems) {
            lock = new StackLock(this, mostItems);
            links = new int[threads * ITEMS_OF_A_THREAD];
            times = new int[links.length];
            lastOfThread = new int[threads];
        }

        @Override
        public void link(int item, int before) {
            links[item] = before;
        }

        @Override
        public int linked(int item) {
            return links[item];
        }

        @Override
        public void item(int item) {
            times[item]++;
            int thread = item / ITEMS_OF_A_THREAD;
            int numberOfItem = item % ITEMS_OF_A_THREAD;
            if (numberOfItem < lastOfThread[thread]) {
                outOfOrder++;
            }
            lastOfThread[thread] = numberOfItem;
            count++;
        }

        @Override
        public void flags(int flags) {
            flagsDone |= flags;
        }

        void lockAndCount(int spins) {
            lock.lock(spins);
            count++;
            lock.unlock();
        }

        void doOrLeave(int item, int spins) {
            int answer = lock.lockOrLeave(item);
            if (answer == StackLock.FULL) {
                lock.lock(spins);
            }
            if (answer != StackLock.LEFT) {
                item(item);
                lock.unlock();
            }
        }

        void doOrSet(int flags) {
            if (lock.lockOrSet(flags) == StackLock.HELD) {
                flags(flags);
                lock.unlock();
            }
        }
    }

    private static void run(Work work, int thread, long seed, AtomicInteger locked) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < ITEMS_OF_A_THREAD; i++) {
            int spins = random.nextInt(3);
            work.doOrLeave(thread * ITEMS_OF_A_THREAD + i, spins);
            switch (random.nextInt(4)) {
                case 0 -> {
                    work.lockAndCount(spins);
                    locked.getAndIncrement();
                }
                case 1 -> work.doOrSet(1 << thread % 6);
                case 2 -> Thread.onSpinWait();
                default -> Thread.currentThread().interrupt();
            }
        }
    }

    private static Thread thread(Randomness random, Runnable task) {
        return random.flip()
                ? Thread.ofVirtual().unstarted(task)
                : Thread.ofPlatform().daemon().unstarted(task);
    }

    private static void crowd(Randomness random) throws InterruptedException {
        int count = random.between(2, 8);
        Work work = new Work(count, random.between(0, 3));
        AtomicInteger locked = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            long seed = random.anyLong();
            threads.add(thread(random, () -> run(work, number, seed, locked)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            if (!thread.join(GENEROUS)) {
                throw new AssertionError(
                        "%s is where it was long ago, at %s"
                                .formatted(work.lock, List.of(thread.getStackTrace())));
            }
        }
        assertTrue(work.lock.tryLock(), work.lock::toString);
        for (int item = 0; item < work.times.length; item++) {
            assertEquals(1, work.times[item], "item " + item);
        }
        assertEquals(work.times.length + locked.get(), work.count);
        assertEquals(0, work.outOfOrder);
        assertTrue(work.flagsDone != 0);
    }

    @Test
    void aCrowdThatSleepsIsInterruptedAndLeavesWorkComesToAnEnd() {
        Property.forAll(form.of(1500, 200_000), SleepersTest::crowd);
    }

    @Test
    void anInterruptDoesNotEndTheWaitingAndIsThereAfterwards() throws InterruptedException {
        Work work = new Work(1, 1);
        assertTrue(work.lock.tryLock());
        List<Boolean> interrupted = new ArrayList<>();
        Thread sleeper =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            assertTrue(work.lock.lock(0));
                            interrupted.add(Thread.currentThread().isInterrupted());
                            work.lock.unlock();
                        });
        awaitParked(sleeper);
        sleeper.interrupt();
        // Two more times it has to look, and sleep again.
        sleeper.interrupt();
        awaitParked(sleeper);
        assertFalse(sleeper.join(Duration.ofMillis(1)));
        work.lock.unlock();
        assertTrue(sleeper.join(GENEROUS));
        assertEquals(List.of(true), interrupted);
        assertTrue(work.lock.tryLock());
    }

    private static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whileAHolderStallsOthersLeaveAndThenSleep() throws InterruptedException {
        CountDownLatch stalled = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<Integer> done = new ArrayList<>();
        int[] links = new int[16];
        StackLock lock =
                new StackLock(
                        new LeftWork() {
                            @Override
                            public void link(int item, int before) {
                                links[item] = before;
                            }

                            @Override
                            public int linked(int item) {
                                return links[item];
                            }

                            @Override
                            public void item(int item) {
                                done.add(item);
                                if (item == 0) {
                                    stalled.countDown();
                                    awaitQuietly(goOn);
                                }
                            }

                            @Override
                            public void flags(int flags) {
                                done.add(-flags);
                            }
                        },
                        3);
        assertTrue(lock.tryLock());
        assertEquals(StackLock.LEFT, lock.lockOrLeave(0));
        Thread holder = Thread.ofPlatform().daemon().start(lock::unlock);
        stalled.await();
        assertEquals(StackLock.LEFT, lock.lockOrLeave(1));
        assertEquals(StackLock.LEFT, lock.lockOrLeave(2));
        assertEquals(StackLock.LEFT, lock.lockOrLeave(3));
        assertEquals(StackLock.FULL, lock.lockOrLeave(4));
        assertEquals(StackLock.LEFT, lock.lockOrSet(5));
        assertFalse(lock.tryLock());
        Thread sleeper = Thread.ofPlatform().daemon().start(() -> lock.lock(0));
        awaitParked(sleeper);
        goOn.countDown();
        assertTrue(holder.join(GENEROUS));
        assertTrue(sleeper.join(GENEROUS));
        assertEquals(List.of(0, -5, 1, 2, 3), done);
        assertTrue(lock.isLocked());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts here", e);
        }
    }
}
