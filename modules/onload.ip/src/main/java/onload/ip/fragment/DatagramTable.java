package onload.ip.fragment;

import onload.wire.Ipv4Header;
import onload.wire.Ipv6Address;
import onload.wire.Ipv6FragmentHeader;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Finds the datagram that a fragment belongs to: by addresses, identification and interface, and in IPv4 the
 * protocol (RFC 791, section 3.2; RFC 8200, section 4.5). Open addressing with linear probing, half empty at most,
 * by a hash that nobody outside can foretell.
 *
 * <p>Datagrams are 0 to {@code capacity - 1}. The key that is looked for is written by {@link #ipv4Key} or {@link
 * #ipv6Key}, and is that of {@link #find} and {@link #add} until another is.
 */
final class DatagramTable {
    /** There is no such datagram. */
    static final int NONE = -1;

    private static final int KEY_WORDS = 6;

    /** A bit that no IPv6 key has, above the 32 bits of the identification and the 8 of the protocol. */
    private static final long IPV4 = 1L << 40;

    private final int capacity;

    /** The keys of the datagrams, and after them the one that is looked for. */
    private final long[] keys;

    private final int probe;
    private final int[] hashes;
    private final int[] buckets;
    private final int mask;
    private final int[] free;
    private final long[] secrets = new long[KEY_WORDS];
    private int size;
    private int probeHash;

    DatagramTable(int capacity, long hashKey) {
        this.capacity = capacity;
        keys = new long[(capacity + 1) * KEY_WORDS];
        probe = capacity * KEY_WORDS;
        hashes = new int[capacity];
        int length = Integer.highestOneBit(Math.max(2, capacity) * 2 - 1) << 1;
        buckets = new int[length];
        Arrays.fill(buckets, NONE);
        mask = length - 1;
        free = new int[capacity];
        for (int i = 0; i < capacity; i++) {
            free[i] = capacity - 1 - i;
        }
        long state = hashKey;
        for (int i = 0; i < KEY_WORDS; i++) {
            state += 0x9E37_79B9_7F4A_7C15L;
            secrets[i] = mixed(state);
        }
    }

    /** {@return the number of datagrams} */
    int size() {
        return size;
    }

    /** {@return whether there is no room for another} */
    boolean isFull() {
        return size == capacity;
    }

    /** Looks for the datagram of an IPv4 fragment from now on. */
    void ipv4Key(UnsafeBuffer buffer, int header, int interfaceIndex) {
        keys[probe] = 0;
        keys[probe + 1] = Ipv6Address.mappedLow(Ipv4Header.source(buffer, header));
        keys[probe + 2] = 0;
        keys[probe + 3] = Ipv6Address.mappedLow(Ipv4Header.destination(buffer, header));
        keys[probe + 4] =
                IPV4
                        | (long) Ipv4Header.protocol(buffer, header) << 32
                        | Ipv4Header.identification(buffer, header);
        keys[probe + 5] = interfaceIndex;
        probeHash = hash();
    }

    /** Looks for the datagram of an IPv6 fragment from now on. */
    void ipv6Key(UnsafeBuffer buffer, int header, int fragmentHeader, int interfaceIndex) {
        keys[probe] = Ipv6Header.sourceHigh(buffer, header);
        keys[probe + 1] = Ipv6Header.sourceLow(buffer, header);
        keys[probe + 2] = Ipv6Header.destinationHigh(buffer, header);
        keys[probe + 3] = Ipv6Header.destinationLow(buffer, header);
        keys[probe + 4] = Ipv6FragmentHeader.identification(buffer, fragmentHeader) & 0xFFFF_FFFFL;
        keys[probe + 5] = interfaceIndex;
        probeHash = hash();
    }

    /** {@return the high half of the source that is looked for} */
    long sourceHigh() {
        return keys[probe];
    }

    /** {@return the low half of the source that is looked for} */
    long sourceLow() {
        return keys[probe + 1];
    }

    /** {@return the interface of a datagram} */
    int interfaceIndex(int datagram) {
        return (int) keys[datagram * KEY_WORDS + 5];
    }

    /** {@return the datagram that is looked for, or {@link #NONE}} */
    int find() {
        int bucket = probeHash & mask;
        while (buckets[bucket] != NONE) {
            int datagram = buckets[bucket];
            if (hashes[datagram] == probeHash && isProbe(datagram * KEY_WORDS)) {
                return datagram;
            }
            bucket = (bucket + 1) & mask;
        }
        return NONE;
    }

    private boolean isProbe(int key) {
        for (int i = 0; i < KEY_WORDS; i++) {
            if (keys[key + i] != keys[probe + i]) {
                return false;
            }
        }
        return true;
    }

    /** {@return a number for the datagram that is looked for, which is not there; the table must not be full} */
    int add() {
        int datagram = free[capacity - ++size];
        System.arraycopy(keys, probe, keys, datagram * KEY_WORDS, KEY_WORDS);
        hashes[datagram] = probeHash;
        int bucket = probeHash & mask;
        while (buckets[bucket] != NONE) {
            bucket = (bucket + 1) & mask;
        }
        buckets[bucket] = datagram;
        return datagram;
    }

    /** Takes a datagram out. */
    void remove(int datagram) {
        int bucket = hashes[datagram] & mask;
        while (buckets[bucket] != datagram) {
            bucket = (bucket + 1) & mask;
        }
        close(bucket);
        free[capacity - size--] = datagram;
    }

    /** Moves up whoever would not be found any more over the gap. */
    private void close(int gap) {
        int hole = gap;
        int at = (hole + 1) & mask;
        while (buckets[at] != NONE) {
            int home = hashes[buckets[at]] & mask;
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                buckets[hole] = buckets[at];
                hole = at;
            }
            at = (at + 1) & mask;
        }
        buckets[hole] = NONE;
    }

    /** {@return a datagram that is there, given the number of one looked at before or {@link #NONE}; or NONE} */
    int next(int datagram) {
        for (int next = datagram + 1; next < capacity; next++) {
            if (isThere(next)) {
                return next;
            }
        }
        return NONE;
    }

    private boolean isThere(int datagram) {
        int bucket = hashes[datagram] & mask;
        while (buckets[bucket] != NONE) {
            if (buckets[bucket] == datagram) {
                return true;
            }
            bucket = (bucket + 1) & mask;
        }
        return false;
    }

    /**
     * Every word of the key meets a secret before it is multiplied by another such: no difference of two keys
     * cancels out under all secrets, as it does in a chain of xor and multiplication by constants.
     */
    private int hash() {
        long source = product(keys[probe] ^ secrets[0], keys[probe + 1] ^ secrets[1]);
        long destination = product(keys[probe + 2] ^ secrets[2], keys[probe + 3] ^ secrets[3]);
        long rest = keys[probe + 4] + (keys[probe + 5] << 41);
        long all = product(source ^ rest ^ secrets[4], destination ^ secrets[5]);
        return (int) (all >>> 32) ^ (int) all;
    }

    /** Both halves of the 128 bits, one over the other. */
    private static long product(long a, long b) {
        return a * b ^ Math.multiplyHigh(a, b);
    }

    private static long mixed(long value) {
        long x = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return x ^ (x >>> 31);
    }
}
