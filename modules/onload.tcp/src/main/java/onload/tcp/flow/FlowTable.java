package onload.tcp.flow;

import onload.ip.support.KeyedHash;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Finds flows by their 4-tuples: open addressing with linear probing, half empty at least, under secrets, so that
 * nobody outside can aim at a bucket.
 *
 * <p>Hashes stand in an array of their own. A tuple that is not there is told by them alone, one that is there costs
 * one flow to look at, and growing looks at no flow at all. The table starts small and doubles; it never shrinks. An
 * addition that makes it grow to 2n buckets costs one pass over n of them and allocates 8 bytes for each of the 2n
 * (with compressed references); n flows can be added before that happens again.
 *
 * <p>Single-threaded, under the stack lock. Allocates when it grows and in {@link #forEach} only.
 */
public final class FlowTable {
    private static final int FIRST_LENGTH = 1024;
    private static final int MOST_FLOWS = 1 << 29;

    private final KeyedHash localHash;
    private final KeyedHash remoteHash;
    private final int maxFlows;

    /** The hash of the flow in each bucket, or 0. */
    private int[] hashes = new int[FIRST_LENGTH];

    private @Nullable Flow[] flows = new @Nullable Flow[FIRST_LENGTH];
    private int size;

    /**
     * Makes an empty table.
     *
     * @param maxFlows most flows, 1 to 2^29
     * @param random gives the secrets
     * @throws IllegalArgumentException if {@code maxFlows} is not in its range
     */
    public FlowTable(int maxFlows, RandomGenerator random) {
        if (maxFlows < 1 || maxFlows > MOST_FLOWS) {
            throw new IllegalArgumentException(
                    "a table of " + maxFlows + " flows: use 1 to " + MOST_FLOWS);
        }
        this.maxFlows = maxFlows;
        localHash = new KeyedHash(random.nextLong());
        remoteHash = new KeyedHash(random.nextLong());
    }

    /** {@return the number of flows} */
    public int size() {
        return size;
    }

    /**
     * {@return the flow with a tuple, or null}
     *
     * @param localPort 0 to 65,535, unchecked
     * @param remotePort 0 to 65,535, unchecked
     */
    public @Nullable Flow find(
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort) {
        int ports = Flow.ports(localPort, remotePort);
        int hash = hash(localHigh, localLow, remoteHigh, remoteLow, ports);
        int[] hashes = this.hashes;
        int mask = hashes.length - 1;
        int at = hash & mask;
        int found = hashes[at];
        while (found != 0) {
            if (found == hash) {
                Flow flow = flows[at];
                if (flow != null
                        && flow.hasTuple(localHigh, localLow, remoteHigh, remoteLow, ports)) {
                    return flow;
                }
            }
            at = (at + 1) & mask;
            found = hashes[at];
        }
        return null;
    }

    /**
     * Adds a flow.
     *
     * @return whether there was room
     * @throws IllegalStateException if a flow with this tuple is there, or this flow is in a table
     */
    public boolean add(Flow flow) {
        requireOutside(flow);
        int hash = hash(flow);
        int at = locate(flow, hash);
        if (hashes[at] != 0) {
            throw new IllegalStateException(
                    "a flow with this tuple is in the table: remove or replace it");
        }
        if (size == maxFlows) {
            return false;
        }
        if (size >= hashes.length >> 1) {
            grow();
            at = locate(flow, hash);
        }
        flow.hash = hash;
        hashes[at] = hash;
        flows[at] = flow;
        size++;
        return true;
    }

    /**
     * Removes a flow.
     *
     * @throws IllegalStateException if the flow is not in this table
     */
    public void remove(Flow flow) {
        int at = bucketOf(flow);
        flow.hash = 0;
        size--;
        close(at);
        flow.releaseClaim();
    }

    /**
     * Puts a flow where another one with the same tuple was, such as one in TIME-WAIT in place of its connection.
     *
     * @param old removed
     * @param with added
     * @throws IllegalArgumentException if the tuples differ
     * @throws IllegalStateException if the old flow is not in this table, or the new one is in a table
     */
    public void replace(Flow old, Flow with) {
        int at = bucketOf(old);
        requireOutside(with);
        if (!sameTuple(old, with)) {
            throw new IllegalArgumentException(
                    "the flows have different tuples: give the new one the tuple of the old one");
        }
        with.claim = old.claim;
        old.claim = null;
        with.hash = old.hash;
        old.hash = 0;
        flows[at] = with;
    }

    /**
     * Calls a consumer for each flow that is there now and has not been removed or replaced when its turn comes; the
     * consumer may add, remove and replace any flow. For control paths: allocates a list of all flows.
     */
    public void forEach(Consumer<? super Flow> consumer) {
        Flow[] all = new Flow[size];
        int count = 0;
        for (Flow flow : flows) {
            if (flow != null) {
                all[count++] = flow;
            }
        }
        for (Flow flow : all) {
            if (flow.isInTable()) {
                consumer.accept(flow);
            }
        }
    }

    /** Who hashes to a full bucket goes to the next one that is empty: the bucket of a tuple, or where it would go. */
    private int locate(Flow flow, int hash) {
        int mask = hashes.length - 1;
        int at = hash & mask;
        while (hashes[at] != 0) {
            Flow other = flows[at];
            if (hashes[at] == hash && other != null && sameTuple(flow, other)) {
                return at;
            }
            at = (at + 1) & mask;
        }
        return at;
    }

    @SuppressWarnings("ReferenceEquality") // another flow with the same tuple is not this one
    private int bucketOf(Flow flow) {
        if (flow.isInTable()) {
            int at = locate(flow, flow.hash);
            if (flows[at] == flow) {
                return at;
            }
        }
        throw new IllegalStateException("the flow is not in this table: ask isInTable() first");
    }

    /** Moves up whoever would not be found any more over the gap, so that no grave is left behind. */
    private void close(int gap) {
        int mask = hashes.length - 1;
        int hole = gap;
        int at = (hole + 1) & mask;
        while (hashes[at] != 0) {
            int home = hashes[at] & mask;
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                hashes[hole] = hashes[at];
                flows[hole] = flows[at];
                hole = at;
            }
            at = (at + 1) & mask;
        }
        hashes[hole] = 0;
        flows[hole] = null;
    }

    /**
     * Doubles. A bucket's flows go near the same number in the lower or the upper half, so this reads one stream and
     * writes two.
     */
    private void grow() {
        int length = hashes.length << 1;
        int mask = length - 1;
        int[] newHashes = new int[length];
        @Nullable Flow[] newFlows = new @Nullable Flow[length];
        for (int from = 0; from < hashes.length; from++) {
            int hash = hashes[from];
            if (hash != 0) {
                int at = hash & mask;
                while (newHashes[at] != 0) {
                    at = (at + 1) & mask;
                }
                newHashes[at] = hash;
                newFlows[at] = flows[from];
            }
        }
        hashes = newHashes;
        flows = newFlows;
    }

    private int hash(Flow flow) {
        return hash(flow.localHigh, flow.localLow, flow.remoteHigh, flow.remoteLow, flow.ports);
    }

    /** Two hashes under secrets of their own, which a processor works out side by side; never 0. */
    private int hash(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        long x = localHash.of(localHigh, localLow, 0) ^ remoteHash.of(remoteHigh, remoteLow, ports);
        int hash = (int) (x ^ (x >>> 32));
        return hash == 0 ? 1 : hash;
    }

    private static boolean sameTuple(Flow flow, Flow other) {
        return flow.hasTuple(
                other.localHigh, other.localLow, other.remoteHigh, other.remoteLow, other.ports);
    }

    private static void requireOutside(Flow flow) {
        if (flow.isInTable()) {
            throw new IllegalStateException(
                    "the flow is in a table already: ask isInTable(), remove it first");
        }
    }
}
