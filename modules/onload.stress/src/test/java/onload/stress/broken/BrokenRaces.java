package onload.stress.broken;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

import java.util.concurrent.atomic.AtomicInteger;

/** Races that have results which are forbidden, or none. */
public final class BrokenRaces {
    private BrokenRaces() {}

    /** A lock that looks first and takes then: both may have it. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "one after the other")
    @State
    public static class LookingThenLocking {
        private volatile boolean isLocked;
        private int value;

        private int next() {
            while (isLocked) {
                Thread.onSpinWait();
            }
            isLocked = true;
            int next = ++value;
            isLocked = false;
            return next;
        }

        /** The one. */
        @Actor
        public void one(II_Result r) {
            r.r1 = next();
        }

        /** The other. */
        @Actor
        public void other(II_Result r) {
            r.r2 = next();
        }
    }

    /** An item that is left while the lock is given up is never done. */
    @JCStressTest
    @Outcome(id = "3", expect = ACCEPTABLE, desc = "each once")
    @State
    public static class Forgetting {
        private final ForgetfulLock lock = new ForgetfulLock(item -> count());
        private int count;

        private void count() {
            count++;
        }

        private void doOrLeave(int item) {
            if (lock.lockOrLeave(item)) {
                count();
                lock.unlock();
            }
        }

        /** The one. */
        @Actor
        public void one() {
            doOrLeave(0);
            doOrLeave(1);
        }

        /** The other. */
        @Actor
        public void other() {
            doOrLeave(2);
        }

        /** Afterwards. */
        @Arbiter
        public void after(I_Result r) {
            r.r1 = count;
        }
    }

    /** Each says that it is there and looks for the other, without an order between the two. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "the second saw the first")
    @State
    public static class NotFenced {
        private final AtomicInteger one = new AtomicInteger();
        private final AtomicInteger other = new AtomicInteger();

        /** The one. */
        @Actor
        public void one(II_Result r) {
            one.setRelease(1);
            r.r1 = other.getAcquire();
        }

        /** The other. */
        @Actor
        public void other(II_Result r) {
            other.setRelease(1);
            r.r2 = one.getAcquire();
        }
    }

    /** No result at all, but an exception. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "what is never there")
    @State
    public static class Throwing {
        private final AtomicInteger calls = new AtomicInteger();

        /** Does nothing. */
        @Actor
        public void one(I_Result r) {
            r.r1 = calls.incrementAndGet();
        }

        /** Throws. */
        @Actor
        public void other() {
            throw new IllegalStateException("on purpose: call " + calls.get());
        }
    }
}
