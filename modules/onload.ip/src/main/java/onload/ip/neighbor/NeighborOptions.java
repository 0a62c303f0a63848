package onload.ip.neighbor;

import java.util.concurrent.TimeUnit;

/**
 * How a {@link NeighborCache} is made. Where RFC 4861, section 10, has a name for it, that is the name.
 *
 * @param capacity most neighbours of all interfaces together, 1 to 1,048,576
 * @param incompleteLimit most neighbours that may be asked for at a time, 1 to {@code capacity}: a sweep over a prefix
 *     takes no more of the cache than this
 * @param queuedPerNeighbor most packets that wait for one neighbour, 1 to 1024; then the oldest is dropped (RFC 4861,
 *     section 7.2.2)
 * @param queuedInAll most packets that wait for all of them, {@code incompleteLimit} to 1,048,576, so that each
 *     neighbour has one place; then the longest queue loses its oldest
 * @param baseReachableTimeNs how long a neighbour counts as reachable on average (REACHABLE_TIME), 1 ms to 1 h, unless
 *     a router says otherwise
 * @param retransTimerNs time between solicitations of one neighbour (RETRANS_TIMER), 1 ms to 1 h, unless a router says
 *     otherwise
 * @param delayFirstProbeTimeNs how long the layers above have to confirm a neighbour before it is asked
 *     (DELAY_FIRST_PROBE_TIME), 1 ms to 1 h
 * @param maxMulticastSolicit how often it is asked on the link before it counts as unreachable (MAX_MULTICAST_SOLICIT),
 *     1 to 100
 * @param maxUnicastSolicit how often it is asked itself (MAX_UNICAST_SOLICIT), 1 to 100
 * @param multicastSolicitsPerSecond most solicitations to all on a link in a second, for all neighbours together, 1 to
 *     1,000,000: packets to ever new addresses, or from ever new spoofed ones that get answers, do not become
 *     a storm of broadcasts
 * @param failedTimeNs how long packets are refused after nobody on the link answered, 0 to 1 h: senders hear of it at
 *     once instead of one more round of waiting, and a host that comes up is found soon. News from the host
 *     itself end it earlier. One retransmission timer by default, so that even somebody who tries without end
 *     has the link asked no more often than in the round itself
 * @param staleTimeNs how long a neighbour that nobody sends to is kept, 60 s or more; ten minutes by default (RFC
 *     4861, section 5.3)
 * @param lockTimeNs for how long after an ARP reply another with another Ethernet address counts as a second answer to
 *     the same question, which does not override the first, 0 to 1 h: proxies of ARP cannot say so themselves, as
 *     those of NDP can
 */
public record NeighborOptions(
        int capacity,
        int incompleteLimit,
        int queuedPerNeighbor,
        int queuedInAll,
        long baseReachableTimeNs,
        long retransTimerNs,
        long delayFirstProbeTimeNs,
        int maxMulticastSolicit,
        int maxUnicastSolicit,
        int multicastSolicitsPerSecond,
        long failedTimeNs,
        long staleTimeNs,
        long lockTimeNs) {

    /** Least time that a router can set, in nanoseconds: a millisecond. */
    static final long SHORTEST_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Most time that a router can set, in nanoseconds: an hour (AdvReachableTime of RFC 4861, section 6.2.1). */
    static final long LONGEST_NS = TimeUnit.HOURS.toNanos(1);

    private static final int MOST = 1 << 20;

    /**
     * The usual options: 1024 neighbours, of which a quarter may be unresolved; 64 packets for each, which
     * are the fragments of a datagram of any length on an Ethernet, and 512 for all;
     * times and numbers of RFC 4861, section 10.
     */
    public static final NeighborOptions DEFAULT =
            new NeighborOptions(
                    1024,
                    256,
                    64,
                    512,
                    TimeUnit.SECONDS.toNanos(30),
                    TimeUnit.SECONDS.toNanos(1),
                    TimeUnit.SECONDS.toNanos(5),
                    3,
                    3,
                    1000,
                    TimeUnit.SECONDS.toNanos(1),
                    TimeUnit.MINUTES.toNanos(10),
                    TimeUnit.SECONDS.toNanos(1));

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names it
     */
    public NeighborOptions {
        within("capacity", capacity, 1, MOST);
        within("incompleteLimit", incompleteLimit, 1, capacity);
        within("queuedPerNeighbor", queuedPerNeighbor, 1, 1024);
        within("queuedInAll", queuedInAll, incompleteLimit, MOST);
        within("baseReachableTimeNs", baseReachableTimeNs, SHORTEST_NS, LONGEST_NS);
        within("retransTimerNs", retransTimerNs, SHORTEST_NS, LONGEST_NS);
        within("delayFirstProbeTimeNs", delayFirstProbeTimeNs, SHORTEST_NS, LONGEST_NS);
        within("maxMulticastSolicit", maxMulticastSolicit, 1, 100);
        within("maxUnicastSolicit", maxUnicastSolicit, 1, 100);
        within("multicastSolicitsPerSecond", multicastSolicitsPerSecond, 1, 1_000_000);
        within("failedTimeNs", failedTimeNs, 0, LONGEST_NS);
        within(
                "staleTimeNs",
                staleTimeNs,
                TimeUnit.SECONDS.toNanos(60),
                TimeUnit.DAYS.toNanos(365));
        within("lockTimeNs", lockTimeNs, 0, LONGEST_NS);
    }

    /**
     * {@return these options for another number of neighbours}, of which a quarter may be unresolved, with the room
     * for waiting packets that this needs.
     */
    public NeighborOptions withCapacity(int neighbors) {
        int incomplete = Math.max(1, neighbors / 4);
        return with(neighbors, incomplete, queuedPerNeighbor, Math.max(queuedInAll, incomplete));
    }

    /** {@return these options with another limit of neighbours that are asked for at a time} */
    public NeighborOptions withIncompleteLimit(int neighbors) {
        return with(capacity, neighbors, queuedPerNeighbor, queuedInAll);
    }

    /** {@return these options with other limits of waiting packets} */
    public NeighborOptions withQueues(int perNeighbor, int inAll) {
        return with(capacity, incompleteLimit, perNeighbor, inAll);
    }

    private NeighborOptions with(int neighbors, int incomplete, int perNeighbor, int inAll) {
        return new NeighborOptions(
                neighbors,
                incomplete,
                perNeighbor,
                inAll,
                baseReachableTimeNs,
                retransTimerNs,
                delayFirstProbeTimeNs,
                maxMulticastSolicit,
                maxUnicastSolicit,
                multicastSolicitsPerSecond,
                failedTimeNs,
                staleTimeNs,
                lockTimeNs);
    }

    /** {@return these options with other times by which neighbours are found unreachable} */
    public NeighborOptions withTimes(
            long newBaseReachableTimeNs, long newRetransTimerNs, long newDelayFirstProbeTimeNs) {
        return new NeighborOptions(
                capacity,
                incompleteLimit,
                queuedPerNeighbor,
                queuedInAll,
                newBaseReachableTimeNs,
                newRetransTimerNs,
                newDelayFirstProbeTimeNs,
                maxMulticastSolicit,
                maxUnicastSolicit,
                multicastSolicitsPerSecond,
                failedTimeNs,
                staleTimeNs,
                lockTimeNs);
    }

    /** {@return these options with other numbers of solicitations} */
    public NeighborOptions withSolicits(int multicast, int unicast, int multicastPerSecond) {
        return new NeighborOptions(
                capacity,
                incompleteLimit,
                queuedPerNeighbor,
                queuedInAll,
                baseReachableTimeNs,
                retransTimerNs,
                delayFirstProbeTimeNs,
                multicast,
                unicast,
                multicastPerSecond,
                failedTimeNs,
                staleTimeNs,
                lockTimeNs);
    }

    /** {@return these options with other times for which the cache remembers} */
    public NeighborOptions withMemory(
            long newFailedTimeNs, long newStaleTimeNs, long newLockTimeNs) {
        return new NeighborOptions(
                capacity,
                incompleteLimit,
                queuedPerNeighbor,
                queuedInAll,
                baseReachableTimeNs,
                retransTimerNs,
                delayFirstProbeTimeNs,
                maxMulticastSolicit,
                maxUnicastSolicit,
                multicastSolicitsPerSecond,
                newFailedTimeNs,
                newStaleTimeNs,
                newLockTimeNs);
    }

    private static void within(String name, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw new IllegalArgumentException(
                    "%s of a neighbour cache cannot be %d; expected %d to %d"
                            .formatted(name, value, lowest, highest));
        }
    }
}
