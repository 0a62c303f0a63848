package onload.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.sockets.lock.LeftWork;
import onload.sockets.lock.StackLock;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the parts of the word of a lock meet. */
class LimitsTest {
    private static final int ROUNDS = 8;

    /** Remembers what was done; {@link #again} is left again each time it is done. */
    private static final class Log implements LeftWork {
        private final Map<Integer, Integer> links = new HashMap<>();
        private final List<Integer> items = new ArrayList<>();
        private final List<Integer> answers = new ArrayList<>();
        private final StackLock lock;
        private int flags;
        private int again = StackLock.NO_ITEM;

        Log(int mostItems) {
            lock = new StackLock(this, mostItems);
            assertTrue(lock.tryLock());
        }

        @Override
        public void link(int item, int before) {
            links.put(item, before);
        }

        @Override
        public int linked(int item) {
            return links.getOrDefault(item, StackLock.NO_ITEM);
        }

        @Override
        public void item(int item) {
            items.add(item);
            if (item == again) {
                answers.add(lock.lockOrLeave(item));
            }
        }

        @Override
        public void flags(int newFlags) {
            flags |= newFlags;
        }
    }

    @Test
    void theLargestItemIsAnItemLikeOthers() {
        Log log = new Log(3);
        assertEquals(StackLock.LEFT, log.lock.lockOrLeave(Integer.MAX_VALUE));
        assertEquals(1, log.lock.itemsLeft());
        assertEquals(StackLock.LEFT, log.lock.lockOrLeave(0));
        assertEquals(StackLock.LEFT, log.lock.lockOrLeave(Integer.MAX_VALUE - 1));
        assertEquals(StackLock.FULL, log.lock.lockOrLeave(1));
        assertEquals(1, log.lock.unlock());
        assertEquals(List.of(Integer.MAX_VALUE, 0, Integer.MAX_VALUE - 1), log.items);
        assertEquals(0, log.flags);
        assertTrue(log.lock.tryLock());
    }

    @Test
    void theLargestBoundLeavesAllFlagsAlone() {
        Log log = new Log(StackLock.MOST_ITEMS);
        assertEquals(StackLock.LEFT, log.lock.lockOrSet(StackLock.FLAGS));
        for (int item = 0; item < StackLock.MOST_ITEMS; item++) {
            assertEquals(StackLock.LEFT, log.lock.lockOrLeave(item));
        }
        assertEquals(StackLock.FULL, log.lock.lockOrLeave(StackLock.MOST_ITEMS));
        assertEquals(StackLock.MOST_ITEMS, log.lock.itemsLeft());
        assertEquals(1, log.lock.unlock());
        assertEquals(StackLock.MOST_ITEMS, log.items.size());
        assertEquals(StackLock.FLAGS, log.flags);
        assertTrue(log.lock.tryLock());
    }

    @Test
    void workThatMakesWorkIsTakenForEightRoundsAndTheNextHolderBeginsAnew() {
        Log log = new Log(1);
        log.again = 5;
        assertEquals(StackLock.LEFT, log.lock.lockOrLeave(5));
        assertEquals(ROUNDS, log.lock.unlock());
        assertEquals(ROUNDS, log.items.size());
        assertEquals(ROUNDS, log.answers.size());
        assertEquals(StackLock.FULL, log.answers.removeLast());
        log.answers.forEach(answer -> assertEquals(StackLock.LEFT, answer));
        assertTrue(log.lock.tryLock());
        log.again = StackLock.NO_ITEM;
        assertEquals(StackLock.LEFT, log.lock.lockOrLeave(5));
        assertEquals(1, log.lock.unlock());
    }
}
