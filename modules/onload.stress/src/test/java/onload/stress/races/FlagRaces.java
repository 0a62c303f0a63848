package onload.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Flags that are set for the holder are done, and after all that was written before they were set. */
public final class FlagRaces {
    private FlagRaces() {}

    /** Nobody has the lock; each gets it or sets its flag for the other. */
    @JCStressTest
    @Outcome(id = "3, 2", expect = ACCEPTABLE, desc = "both done, one by one")
    @Outcome(id = "3, 1", expect = ACCEPTABLE, desc = "both done at once: not without a holder")
    @State
    public static class BothSet extends Ledger {
        /** Makes the state. */
        public BothSet() {
            super(0);
        }

        /** The one. */
        @Actor
        public void one() {
            doOrSet(1);
        }

        /** The other. */
        @Actor
        public void other() {
            doOrSet(2);
        }

        /** Afterwards. */
        @Arbiter
        public void after(II_Result r) {
            r.r1 = lock.tryLock() ? flagsDone : -1;
            r.r2 = flagCalls;
        }
    }

    /** A holder gives the lock up while flags are set; its unlocking says in how many rounds it did them. */
    @JCStressTest
    @Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "all done, and as many rounds as said")
    @State
    public static class SettingToAnUnlock extends Ledger {
        private int heldCalls;
        private int rounds;

        /** Makes the state. */
        public SettingToAnUnlock() {
            super(0);
            hold();
        }

        /** Sets. */
        @Actor
        public void set() {
            heldCalls = (doOrSet(1) ^ 1) + (doOrSet(2) ^ 1);
        }

        /** Gives up. */
        @Actor
        public void unlock() {
            rounds = lock.unlock();
        }

        /** Afterwards. */
        @Arbiter
        public void after(II_Result r) {
            r.r1 = lock.tryLock() ? flagsDone : -1;
            r.r2 = rounds + heldCalls - flagCalls;
        }
    }

    /** The flag is set already when it is set again: what the second one has written is seen too. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the holder saw it")
    @Outcome(
            id = {"0, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "there was no holder any more")
    @State
    public static class SettingAgain extends Ledger {
        private int value;
        private int valueSeen;

        /** Makes the state. */
        public SettingAgain() {
            super(0);
            hold();
            lock.lockOrSet(1);
        }

        @Override
        public void flags(int flags) {
            valueSeen = value;
        }

        /** Sets. */
        @Actor
        public void set(II_Result r) {
            value = 1;
            r.r1 = lock.lockOrSet(1);
        }

        /** Gives up. */
        @Actor
        public void unlock(II_Result r) {
            lock.unlock();
            r.r2 = valueSeen;
        }
    }
}
