package onload.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** One at a time has the lock, and sees what those before it have written. */
public final class LockRaces {
    private LockRaces() {}

    /** Both sleep when they have to. */
    @JCStressTest
    @Outcome(
            id = {"1, 2, 2", "2, 1, 2"},
            expect = ACCEPTABLE,
            desc = "one after the other")
    @State
    public static class Sleeping extends Ledger {
        private int value;

        /** Makes the state. */
        public Sleeping() {
            super(1);
        }

        private int next() {
            lock.lock(0);
            int next = ++value;
            lock.unlock();
            return next;
        }

        /** The one. */
        @Actor
        public void one(III_Result r) {
            r.r1 = next();
        }

        /** The other. */
        @Actor
        public void other(III_Result r) {
            r.r2 = next();
        }

        /** Afterwards. */
        @Arbiter
        public void after(III_Result r) {
            r.r3 = lock.tryLock() ? value : -1;
        }
    }

    /** Both spin. */
    @JCStressTest
    @Outcome(
            id = {"1, 2, 2", "2, 1, 2"},
            expect = ACCEPTABLE,
            desc = "one after the other")
    @State
    public static class Spinning extends Ledger {
        private int value;

        /** Makes the state. */
        public Spinning() {
            super(1);
        }

        private int next() {
            while (!lock.tryLock()) {
                Thread.onSpinWait();
            }
            int next = ++value;
            lock.unlock();
            return next;
        }

        /** The one. */
        @Actor
        public void one(III_Result r) {
            r.r1 = next();
        }

        /** The other. */
        @Actor
        public void other(III_Result r) {
            r.r2 = next();
        }

        /** Afterwards. */
        @Arbiter
        public void after(III_Result r) {
            r.r3 = lock.tryLock() ? value : -1;
        }
    }

    /** Both try once: at least one gets it. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "one after the other")
    @Outcome(
            id = {"0, 1", "1, 0"},
            expect = ACCEPTABLE,
            desc = "one met the other")
    @State
    public static class Trying extends Ledger {
        private int value;

        /** Makes the state. */
        public Trying() {
            super(1);
        }

        private int next() {
            if (!lock.tryLock()) {
                return 0;
            }
            int next = ++value;
            lock.unlock();
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
}
