package onload.ip.address;

import java.util.random.RandomGenerator;

/** Chance that always chooses the least, or the most, of what is asked for. */
public final class ChosenRandom implements RandomGenerator {
    private final boolean most;
    private long next;

    private ChosenRandom(boolean most) {
        this.most = most;
    }

    public static ChosenRandom least() {
        return new ChosenRandom(false);
    }

    public static ChosenRandom most() {
        return new ChosenRandom(true);
    }

    @Override
    public long nextLong() {
        return ++next;
    }

    @Override
    public long nextLong(long bound) {
        return most ? bound - 1 : 0;
    }

    @Override
    public long nextLong(long origin, long bound) {
        return most ? bound - 1 : origin;
    }
}
