package onload.tcp.handshake;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.util.random.RandomGenerator;

/**
 * What a client remembers of servers for Fast Open (RFC 7413, section 4.1.3): cookies and segment sizes by pairs of
 * addresses, and failures by addresses and the server's port.
 *
 * <p>A table of sets of {@value #WAYS} entries: the one of a full set that was used longest ago makes room, so that
 * there are never more than {@link #CAPACITY}. Single-threaded, under the stack lock.
 */
public final class FastOpenCache {
    /** Entries at most. */
    public static final int CAPACITY = 1024;

    /** What stands for all ports: where cookies are. */
    public static final int ANY_PORT = 0;

    private static final int WAYS = 8;
    private static final int SETS = CAPACITY / WAYS;

    /** How long Fast Open is not tried after the first failure; it doubles with each that follows. */
    private static final long BACK_OFF_NS = 60_000_000_000L;

    private static final int MAX_DOUBLINGS = 6;

    private final SipHash hash;
    private final @Nullable Entry[] entries = new @Nullable Entry[CAPACITY];
    private long uses;

    /** What is known of one pair of addresses, or of one port. */
    public static final class Entry {
        private static final int LONGEST = 16;

        private final UnsafeBuffer cookie = new UnsafeBuffer(new byte[LONGEST]);
        private long localHigh;
        private long localLow;
        private long remoteHigh;
        private long remoteLow;
        private int port;
        private int cookieLength;
        private int maximumSegmentSize;
        private int failures;
        private long failedNs;
        private long usedAt;

        private Entry() {}

        private void begin(
                long localHigh, long localLow, long remoteHigh, long remoteLow, int port) {
            this.localHigh = localHigh;
            this.localLow = localLow;
            this.remoteHigh = remoteHigh;
            this.remoteLow = remoteLow;
            this.port = port;
            cookieLength = 0;
            maximumSegmentSize = 0;
            failures = 0;
        }

        private boolean is(
                long localHigh, long localLow, long remoteHigh, long remoteLow, int port) {
            return this.remoteLow == remoteLow
                    && this.remoteHigh == remoteHigh
                    && this.localLow == localLow
                    && this.localHigh == localHigh
                    && this.port == port;
        }

        /** {@return the cookie, from the first byte on} */
        public UnsafeBuffer cookie() {
            return cookie;
        }

        /** {@return its bytes, 4 to 16; 0 if there is none} */
        public int cookieLength() {
            return cookieLength;
        }

        /**
         * Replaces the cookie.
         *
         * @param length 4 to 16
         */
        public void cookie(UnsafeBuffer from, int at, int length) {
            cookie.putBytes(0, from, at, length);
            cookieLength = length;
        }

        /** {@return the segment size that the server has said, 0 if it has not} */
        public int maximumSegmentSize() {
            return maximumSegmentSize;
        }

        /** Remembers what the server has said of its segment size. */
        public void maximumSegmentSize(int bytes) {
            maximumSegmentSize = bytes;
        }

        /** Fast Open was tried, and failed. */
        public void failed(long nowNs) {
            failures = Math.min(failures + 1, MAX_DOUBLINGS + 1);
            failedNs = nowNs;
        }

        /** Fast Open was tried, and worked. */
        public void succeeded() {
            failures = 0;
        }

        /** {@return whether Fast Open has failed lately, so that it is not tried now} */
        public boolean isAvoided(long nowNs) {
            return failures > 0 && nowNs - failedNs < BACK_OFF_NS << (failures - 1);
        }
    }

    /**
     * Begins empty.
     *
     * @param random where the key comes from under which entries are found
     */
    public FastOpenCache(RandomGenerator random) {
        hash = new SipHash(random);
    }

    /**
     * {@return what is known, or null}
     *
     * @param port the server's, or {@link #ANY_PORT}
     */
    public @Nullable Entry find(
            long localHigh, long localLow, long remoteHigh, long remoteLow, int port) {
        int set = setOf(localHigh, localLow, remoteHigh, remoteLow, port);
        for (int i = set; i < set + WAYS; i++) {
            Entry entry = entries[i];
            if (entry != null && entry.is(localHigh, localLow, remoteHigh, remoteLow, port)) {
                entry.usedAt = ++uses;
                return entry;
            }
        }
        return null;
    }

    /**
     * {@return what is known, from now on if not before} One that was used longest ago may be forgotten for it.
     *
     * @param port the server's, or {@link #ANY_PORT}
     */
    public Entry findOrAdd(
            long localHigh, long localLow, long remoteHigh, long remoteLow, int port) {
        Entry known = find(localHigh, localLow, remoteHigh, remoteLow, port);
        if (known != null) {
            return known;
        }
        Entry entry = vacate(setOf(localHigh, localLow, remoteHigh, remoteLow, port));
        entry.begin(localHigh, localLow, remoteHigh, remoteLow, port);
        entry.usedAt = ++uses;
        return entry;
    }

    private Entry vacate(int set) {
        Entry oldest = null;
        for (int i = set; i < set + WAYS; i++) {
            Entry entry = entries[i];
            if (entry == null) {
                entry = new Entry();
                entries[i] = entry;
                return entry;
            }
            if (oldest == null || entry.usedAt < oldest.usedAt) {
                oldest = entry;
            }
        }
        if (oldest == null) {
            throw new IllegalStateException("a set without entries");
        }
        return oldest;
    }

    private int setOf(long localHigh, long localLow, long remoteHigh, long remoteLow, int port) {
        long mixed = hash.of(localHigh, localLow, remoteHigh, remoteLow, port);
        return (int) (mixed & (SETS - 1)) * WAYS;
    }
}
