package onload.testkit.tcp;

import java.util.List;
import java.util.SplittableRandom;

/**
 * What one connection is for: in each turn the client sends a request and the server a response, of so many bytes each.
 * Without responses, or without requests, all turns follow each other.
 *
 * @param number which of the simulation's connections it is
 * @param turns how many, ≥ 1
 * @param requestBytes of each turn; 0 for none
 * @param responseBytes of each turn; 0 for none
 * @param isDuplex whether the server does not wait for requests
 * @param pauseNs between two turns of the client
 * @param readPauseNs between two reads of either side
 * @param pieceBytes most that is sent or read by one call
 * @param ending who closes first
 * @param isNoDelay whether Nagle's algorithm is off
 */
record Conversation(
        long number,
        int turns,
        int requestBytes,
        int responseBytes,
        boolean isDuplex,
        long pauseNs,
        long readPauseNs,
        int pieceBytes,
        Ending ending,
        boolean isNoDelay) {

    private static final List<Workload> KINDS =
            List.of(Workload.BULK, Workload.REQUESTS, Workload.SHORT, Workload.BURSTS);

    private static final int SHORT_BYTES = 2000;
    private static final int LARGEST_PIECE = 1 << 14;
    private static final int MANY_PIECES = 100;

    /** Who ends a conversation. */
    enum Ending {
        /** The client when it has all; the server when it sees that. */
        CLIENT,

        /** The server when it has all; the client when it sees that. */
        SERVER,

        /** Each side as soon as it has sent all. */
        EACH
    }

    /** {@return a conversation of a scenario} */
    static Conversation draw(Scenario scenario, long number, SplittableRandom random) {
        Workload workload = scenario.workload();
        if (workload == Workload.MIXED) {
            workload = KINDS.get(random.nextInt(KINDS.size()));
        }
        int most = scenario.number(Parameter.BYTES);
        long pauseNs = scenario.nanoseconds(Parameter.PAUSE_US);
        int up = 0;
        int down = 0;
        int turns = 1;
        boolean isDuplex = false;
        boolean pauses = false;
        switch (workload) {
            case BULK -> {
                boolean isUp = random.nextInt(4) != 0;
                up = isUp ? most : 0;
                down = isUp ? 0 : most;
                isDuplex = true;
            }
            case REQUESTS -> {
                turns = 1 + random.nextInt(8);
                up = 1 + random.nextInt(Math.min(most, SHORT_BYTES));
                down = 1 + random.nextInt(most);
                pauses = random.nextBoolean();
            }
            case BURSTS -> {
                turns = 1 + random.nextInt(4);
                up = 1 + random.nextInt(most);
                down = 1 + random.nextInt(most);
                isDuplex = true;
                pauses = true;
            }
            default -> {
                up = 1 + random.nextInt(Math.min(most, SHORT_BYTES));
                down = 1 + random.nextInt(Math.min(most, 2 * SHORT_BYTES));
            }
        }
        boolean readsSlowly = pauseNs > 0 && random.nextInt(8) == 0;
        int piece =
                readsSlowly || random.nextInt(8) == 0
                        ? Math.max(1 + random.nextInt(LARGEST_PIECE), most / MANY_PIECES)
                        : LARGEST_PIECE;
        return new Conversation(
                number,
                turns,
                up,
                down,
                isDuplex,
                pauses && pauseNs > 0 ? random.nextLong(pauseNs) : 0,
                readsSlowly ? 1 + random.nextLong(pauseNs) / MANY_PIECES : 0,
                Math.min(piece, LARGEST_PIECE),
                Ending.values()[random.nextInt(Ending.values().length)],
                random.nextBoolean());
    }

    /** {@return the bytes that a side sends in all} */
    long total(boolean ofClient) {
        return (long) turns * (ofClient ? requestBytes : responseBytes);
    }

    /** {@return the bytes that a side may have sent when it has received so many} */
    long allowed(boolean ofClient, long received) {
        if (isDuplex || requestBytes == 0 || responseBytes == 0) {
            return total(ofClient);
        }
        long done = received / (ofClient ? responseBytes : requestBytes);
        return ofClient
                ? Math.min(done + 1, turns) * requestBytes
                : Math.min(done, turns) * responseBytes;
    }
}
