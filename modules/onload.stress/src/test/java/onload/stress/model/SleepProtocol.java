package onload.stress.model;

import org.agrona.collections.LongHashSet;

import java.util.ArrayDeque;

/**
 * How threads sleep for a {@link onload.sockets.lock.StackLock} and are woken, step by step, in all orders that
 * there are. It is a copy of the rules, not the code: Lincheck takes parking for a pause, so it cannot see that
 * a thread is never woken.
 *
 * <p>Each thread takes the lock a few times and gives it up. A step is one access to what is shared: the word,
 * the queue, a permit to go on. A state is one {@code long}: ten bits for each thread, two for the word, three
 * for each place of the queue.
 */
public final class SleepProtocol {
    /** Most threads of a run. */
    public static final int MOST_THREADS = 4;

    /** Most times that a thread takes the lock. */
    public static final int MOST_TURNS = 3;

    private static final int TRY_FIRST = 0;
    private static final int QUEUE = 1;
    private static final int TRY = 2;
    private static final int SET_WAITING = 3;
    private static final int PARK = 4;
    private static final int LEAVE_QUEUE = 5;
    private static final int LOOK_FOR_OTHERS = 6;
    private static final int SET_WAITING_FOR_OTHERS = 7;
    private static final int UNLOCK = 8;
    private static final int UNLOCK_WAITING = 9;
    private static final int PEEK = 10;
    private static final int UNPARK = 11;

    private static final int NOBODY = 7;
    private static final long LOCKED = 1;
    private static final long WAITING = 2;

    private final int threads;
    private final boolean looksForOthers;
    private final LongHashSet seen = new LongHashSet();
    private final ArrayDeque<Long> open = new ArrayDeque<>();

    // The state at hand.
    private final int[] steps = new int[MOST_THREADS];
    private final int[] turns = new int[MOST_THREADS];
    private final boolean[] permits = new boolean[MOST_THREADS];
    private final int[] firsts = new int[MOST_THREADS];
    private final int[] queue = new int[MOST_THREADS];
    private int queued;
    private long word;

    /**
     * Prepares a run.
     *
     * @param threads 1 to {@value #MOST_THREADS}
     * @param looksForOthers whether a thread that slept looks for others who do, as it has to
     */
    public SleepProtocol(int threads, boolean looksForOthers) {
        this.threads = threads;
        this.looksForOthers = looksForOthers;
    }

    /**
     * Goes through all states.
     *
     * @param turnsOfEach how often each thread takes the lock, 1 to {@value #MOST_TURNS}
     * @return how many there are
     * @throws IllegalStateException if two have the lock, or if somebody sleeps whom nobody will wake
     */
    public int explore(int turnsOfEach) {
        for (int thread = 0; thread < threads; thread++) {
            turns[thread] = turnsOfEach;
            firsts[thread] = NOBODY;
        }
        add(packed());
        for (Long state = open.poll(); state != null; state = open.poll()) {
            boolean isStuck = true;
            boolean isDone = true;
            for (int thread = 0; thread < threads; thread++) {
                unpack(state);
                isDone &= turns[thread] == 0;
                if (canStep(thread)) {
                    isStuck = false;
                    step(thread);
                    expectOneHolder();
                    add(packed());
                }
            }
            if (isStuck && !isDone) {
                throw new IllegalStateException("nobody will wake who sleeps");
            }
        }
        return seen.size();
    }

    private void add(long state) {
        if (seen.add(state)) {
            open.add(state);
        }
    }

    private boolean canStep(int thread) {
        return turns[thread] != 0 && (steps[thread] != PARK || permits[thread]);
    }

    private void step(int thread) {
        switch (steps[thread]) {
            case TRY_FIRST -> steps[thread] = tryLock() ? UNLOCK : QUEUE;
            case QUEUE -> {
                queue[queued++] = thread;
                steps[thread] = TRY;
            }
            case TRY -> steps[thread] = tryLock() ? LEAVE_QUEUE : SET_WAITING;
            case SET_WAITING -> steps[thread] = setWaiting() ? PARK : TRY;
            case PARK -> {
                permits[thread] = false;
                steps[thread] = TRY;
            }
            case LEAVE_QUEUE -> {
                removeFromQueue(thread);
                steps[thread] = looksForOthers ? LOOK_FOR_OTHERS : UNLOCK;
            }
            case LOOK_FOR_OTHERS -> steps[thread] = queued == 0 ? UNLOCK : SET_WAITING_FOR_OTHERS;
            case SET_WAITING_FOR_OTHERS -> {
                setWaiting();
                steps[thread] = UNLOCK;
            }
            default -> stepOfHolder(thread);
        }
    }

    private void stepOfHolder(int thread) {
        switch (steps[thread]) {
            case UNLOCK -> {
                if (word == LOCKED) {
                    word = 0;
                    endTurn(thread);
                } else {
                    steps[thread] = UNLOCK_WAITING;
                }
            }
            case UNLOCK_WAITING -> {
                word = 0;
                steps[thread] = PEEK;
            }
            case PEEK -> {
                if (queued == 0) {
                    endTurn(thread);
                } else {
                    firsts[thread] = queue[0];
                    steps[thread] = UNPARK;
                }
            }
            case UNPARK -> {
                permits[firsts[thread]] = true;
                firsts[thread] = NOBODY;
                endTurn(thread);
            }
            default -> throw new AssertionError(steps[thread]);
        }
    }

    private void endTurn(int thread) {
        turns[thread]--;
        steps[thread] = TRY_FIRST;
    }

    private boolean tryLock() {
        if (word != 0) {
            return false;
        }
        word = LOCKED;
        return true;
    }

    private boolean setWaiting() {
        if ((word & LOCKED) == 0) {
            return false;
        }
        word |= WAITING;
        return true;
    }

    private void removeFromQueue(int thread) {
        int kept = 0;
        for (int i = 0; i < queued; i++) {
            if (queue[i] != thread) {
                queue[kept++] = queue[i];
            }
        }
        queued = kept;
    }

    private void expectOneHolder() {
        int holders = 0;
        for (int thread = 0; thread < threads; thread++) {
            int step = steps[thread];
            if (step >= LEAVE_QUEUE && step <= UNLOCK_WAITING) {
                holders++;
            }
        }
        if (holders != Long.bitCount(word & LOCKED)) {
            throw new IllegalStateException(holders + " threads have the lock");
        }
    }

    private long packed() {
        long state = word;
        for (int i = 0; i < MOST_THREADS; i++) {
            state = state << 3 | (i < queued ? queue[i] : NOBODY);
        }
        for (int i = 0; i < MOST_THREADS; i++) {
            state = state << 4 | steps[i];
            state = state << 2 | turns[i];
            state = state << 1 | (permits[i] ? 1 : 0);
            state = state << 3 | firsts[i];
        }
        return state;
    }

    private void unpack(long packed) {
        long state = packed;
        for (int i = MOST_THREADS - 1; i >= 0; i--) {
            firsts[i] = (int) state & 7;
            permits[i] = (state >> 3 & 1) != 0;
            turns[i] = (int) (state >> 4) & 3;
            steps[i] = (int) (state >> 6) & 15;
            state >>= 10;
        }
        queued = 0;
        for (int i = MOST_THREADS - 1; i >= 0; i--) {
            queue[i] = (int) state & 7;
            queued += queue[i] != NOBODY ? 1 : 0;
            state >>= 3;
        }
        word = state;
    }
}
