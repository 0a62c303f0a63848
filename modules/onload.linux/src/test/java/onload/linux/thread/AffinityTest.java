package onload.linux.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.BitSet;
import java.util.concurrent.FutureTask;

/** Each test has a thread of its own, which takes its processors with it. */
class AffinityTest {
    private static void inThread(Runnable work) throws Exception {
        FutureTask<Void> task = new FutureTask<>(work, null);
        Thread.ofPlatform().start(task);
        task.get();
    }

    @Test
    void aThreadRunsWhereItIsBound() throws Exception {
        inThread(() -> {
            BitSet all = Affinity.current();
            assertTrue(all.cardinality() >= 1);
            for (int each = all.nextSetBit(0); each >= 0; each = all.nextSetBit(each + 1)) {
                Affinity.bind(each);
                BitSet one = new BitSet();
                one.set(each);
                assertEquals(one, Affinity.current());
            }
            Affinity.bind(all);
            assertEquals(all, Affinity.current());
        });
    }

    @Test
    void processorsThatAreNotThereAreRefusedByName() throws Exception {
        inThread(() -> {
            BitSet all = Affinity.current();
            for (int none : new int[] {all.length() + 4000, 8191, 8192, 100_000}) {
                IllegalArgumentException e =
                        assertThrows(IllegalArgumentException.class, () -> Affinity.bind(none));
                assertEquals(
                        "a thread cannot run on processors {%d}; this process has %s"
                                .formatted(none, all),
                        e.getMessage());
            }
            assertThrows(IllegalArgumentException.class, () -> Affinity.bind(new BitSet()));
            assertEquals(all, Affinity.current());
        });
    }

    @Test
    void otherThreadsRunWhereTheyDid() throws Exception {
        BitSet mine = Affinity.current();
        inThread(() -> Affinity.bind(mine.nextSetBit(0)));
        assertEquals(mine, Affinity.current());
    }
}
