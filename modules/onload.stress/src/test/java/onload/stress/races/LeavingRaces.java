package onload.stress.races;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import onload.sockets.lock.StackLock;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** What is left for the holder of the lock is done once, in order, and no more is left than may be. */
public final class LeavingRaces {
    private LeavingRaces() {}

    /** Nobody has the lock; each gets it or leaves its item for the other. */
    @JCStressTest
    @Outcome(
            id = {"12, 2", "21, 2"},
            expect = ACCEPTABLE,
            desc = "both done, and their payloads seen")
    @State
    public static class BothLeave extends Ledger {
        /** Makes the state. */
        public BothLeave() {
            super(4);
        }

        /** The one. */
        @Actor
        public void one() {
            doOrLeave(0);
        }

        /** The other. */
        @Actor
        public void other() {
            doOrLeave(1);
        }

        /** Afterwards. */
        @Arbiter
        public void after(II_Result r) {
            r.r1 = lock.tryLock() ? done : -1;
            r.r2 = payloadsSeen;
        }
    }

    /** A holder gives the lock up while items are left; those of one thread stay in order whoever does them. */
    @JCStressTest
    @Outcome(id = "4123, 4", expect = ACCEPTABLE, desc = "each once, in order")
    @State
    public static class LeavingToAnUnlock extends Ledger {
        /** Makes the state. */
        public LeavingToAnUnlock() {
            super(4);
            hold();
            // So that giving up takes the long way from the start.
            doOrLeave(3);
        }

        /** Leaves. */
        @Actor
        public void leave() {
            doOrLeave(0);
            doOrLeave(1);
            doOrLeave(2);
        }

        /** Gives up. */
        @Actor
        public void unlock() {
            lock.unlock();
        }

        /** Afterwards. */
        @Arbiter
        public void after(II_Result r) {
            r.r1 = lock.tryLock() ? done : -1;
            r.r2 = payloadsSeen;
        }
    }

    /** Two leave two items each for a holder that has it all the time. */
    @JCStressTest
    @Outcome(
            id = {"1234, 4", "1324, 4", "1342, 4", "3124, 4", "3142, 4", "3412, 4"},
            expect = ACCEPTABLE,
            desc = "each once, each thread's in order")
    @State
    public static class TwoLeaveTwo extends Ledger {
        /** Makes the state. */
        public TwoLeaveTwo() {
            super(4);
            hold();
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
            doOrLeave(3);
        }

        /** Afterwards. */
        @Arbiter
        public void after(II_Result r) {
            lock.unlock();
            r.r1 = lock.tryLock() ? done : -1;
            r.r2 = payloadsSeen;
        }
    }

    /** Two items may be left, and four are tried. */
    @JCStressTest
    @Outcome(
            id = {"2, 0, 22", "1, 1, 22", "0, 2, 22"},
            expect = ACCEPTABLE,
            desc = "two of the four are left")
    @State
    public static class ExactBound extends Ledger {
        /** Makes the state. */
        public ExactBound() {
            super(2);
            hold();
        }

        private int leave(int item) {
            return lock.lockOrLeave(item) == StackLock.LEFT ? 1 : 0;
        }

        /** The one. */
        @Actor
        public void one(III_Result r) {
            r.r1 = leave(0) + leave(1);
        }

        /** The other. */
        @Actor
        public void other(III_Result r) {
            r.r2 = leave(2) + leave(3);
        }

        /** Afterwards. */
        @Arbiter
        public void after(III_Result r) {
            int left = lock.itemsLeft();
            lock.unlock();
            r.r3 = left * 10 + Integer.toString(done).length();
        }
    }

    /** One item may be left; who finds that there is one waits for the lock. */
    @JCStressTest
    @Outcome(id = "123, 3", expect = ACCEPTABLE, desc = "each once, in order")
    @State
    public static class FullThenLock extends Ledger {
        /** Makes the state. */
        public FullThenLock() {
            super(1);
            hold();
        }

        /** Leaves, or waits. */
        @Actor
        public void leave() {
            doOrLeave(0);
            doOrLeave(1);
            doOrLeave(2);
        }

        /** Gives up. */
        @Actor
        public void unlock() {
            lock.unlock();
        }

        /** Afterwards. */
        @Arbiter
        public void after(II_Result r) {
            r.r1 = lock.tryLock() ? done : -1;
            r.r2 = payloadsSeen;
        }
    }

    /** Work that makes work ends by NO_MORE, and nobody else's item is lost on that way. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "done once; the lock is free and like new")
    @State
    public static class WorkThatMakesWork extends Ledger {
        private static final int AGAIN = 7;
        private boolean isEnded;

        /** Makes the state. */
        public WorkThatMakesWork() {
            super(2);
            hold();
            lock.lockOrLeave(AGAIN);
        }

        @Override
        public void item(int item) {
            if (item != AGAIN) {
                super.item(item);
            } else if (lock.lockOrLeave(AGAIN) == StackLock.FULL) {
                isEnded = true;
            }
        }

        /** Leaves. */
        @Actor
        public void leave() {
            doOrLeave(0);
        }

        /** Gives up, which takes some rounds. */
        @Actor
        public void unlock() {
            lock.unlock();
        }

        /** Afterwards. */
        @Arbiter
        public void after(III_Result r) {
            r.r1 = done;
            r.r2 = isEnded ? 1 : 0;
            r.r3 = lock.tryLock() && lock.lockOrLeave(1) == StackLock.LEFT ? 1 : 0;
        }
    }
}
