package onload.nic.emulated;

import onload.nic.spi.EverythingFilter;
import onload.nic.spi.Filter;
import onload.nic.spi.FlowFilter;
import onload.nic.spi.LocalFilter;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.wire.ToeplitzHash;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Chooses the queue of each frame that a NIC takes: the one that a {@link FlowFilter} gives it to, else a {@link
 * LocalFilter}, else the {@link EverythingFilter}, else the one that its hash finds in the indirection table. A frame
 * without IP addresses has the hash 0.
 */
final class Steering {
    /** Entries of an indirection table: a power of two, as the hash's low bits are the index. */
    static final int INDIRECTION_LENGTH = 128;

    /** Shared: it is immutable, and 36 KiB. */
    private static final ToeplitzHash DEFAULT_HASH = new ToeplitzHash(ToeplitzHash.microsoftKey());

    private static final int NONE = FilterTable.NONE;

    private final ToeplitzHash hash = DEFAULT_HASH;
    private final FlowReader reader = new FlowReader();
    private final FlowKey key = new FlowKey();
    private final FilterTable flows = new FilterTable();
    private final FilterTable locals = new FilterTable();
    private final int limit;
    private final int[] indirection = new int[INDIRECTION_LENGTH];
    private final boolean alwaysReads;
    private final boolean hashes;
    private final boolean verifies;

    private int filters;
    private int everything = NONE;
    private int hashOfLast;
    private boolean isLastHashed;
    private boolean isLastVerified;

    Steering(NicSettings settings) {
        limit = settings.filters();
        hashes = settings.queues() > 1 || settings.features().contains(NicFeature.RECEIVE_HASH);
        verifies = settings.features().contains(NicFeature.RECEIVE_CHECKSUM);
        alwaysReads = hashes || verifies;
        for (int i = 0; i < INDIRECTION_LENGTH; i++) {
            indirection[i] = i % settings.queues();
        }
    }

    /** {@return the queue of a frame} */
    int queue(UnsafeBuffer buffer, int offset, int length) {
        if (!alwaysReads && filters == 0) {
            return 0;
        }
        reader.read(buffer, offset, length);
        isLastHashed = hashes && reader.isHashed();
        hashOfLast = isLastHashed ? reader.hash(hash) : 0;
        isLastVerified = verifies && reader.isVerified(buffer);
        int queue = filters == 0 ? NONE : filtered();
        return queue == NONE ? indirection[hashOfLast & (INDIRECTION_LENGTH - 1)] : queue;
    }

    private int filtered() {
        int queue = NONE;
        if (reader.hasPorts()) {
            key.set(reader);
            if (!flows.isEmpty()) {
                queue = flows.queue(key);
            }
            if (queue == NONE && !locals.isEmpty()) {
                key.forgetRemote();
                queue = locals.queue(key);
            }
        }
        return queue == NONE ? everything : queue;
    }

    /** {@return whether the frame steered last has a hash to hand up} */
    boolean isHashed() {
        return isLastHashed;
    }

    /** {@return its hash} */
    int hash() {
        return hashOfLast;
    }

    /** {@return whether its checksums were found right} */
    boolean isVerified() {
        return isLastVerified;
    }

    /** Sets the indirection table: the given queues over and over. */
    void indirection(int[] queues) {
        for (int i = 0; i < INDIRECTION_LENGTH; i++) {
            indirection[i] = queues[i % queues.length];
        }
    }

    /** {@return 0; or a constant of {@link VirtualInterface} that says why the filter was not added} */
    int add(Filter filter, int queue) {
        if (limit == 0) {
            return VirtualInterface.FILTER_UNSUPPORTED;
        }
        if (owner(filter) != NONE) {
            return VirtualInterface.FILTER_TAKEN;
        }
        if (filters == limit) {
            return VirtualInterface.FILTER_TABLE_FULL;
        }
        filters++;
        switch (filter) {
            case FlowFilter flow -> flows.add(key, queue);
            case LocalFilter local -> locals.add(key, queue);
            case EverythingFilter all -> everything = queue;
        }
        return 0;
    }

    /** Whose a filter is. The key is set to it. */
    private int owner(Filter filter) {
        return switch (filter) {
            case FlowFilter flow -> {
                key.set(flow);
                yield flows.queue(key);
            }
            case LocalFilter local -> {
                key.set(local);
                yield locals.queue(key);
            }
            case EverythingFilter all -> everything;
        };
    }

    /** Takes a filter out, which is there. */
    void remove(Filter filter) {
        filters--;
        switch (filter) {
            case FlowFilter flow -> {
                key.set(flow);
                flows.remove(key);
            }
            case LocalFilter local -> {
                key.set(local);
                locals.remove(key);
            }
            case EverythingFilter all -> everything = NONE;
        }
    }
}
