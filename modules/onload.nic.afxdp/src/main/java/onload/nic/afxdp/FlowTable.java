package onload.nic.afxdp;

import onload.linux.Errno;
import onload.linux.Struct;
import onload.nic.spi.EverythingFilter;
import onload.nic.spi.Filter;
import onload.nic.spi.FlowFilter;
import onload.nic.spi.LocalFilter;
import onload.nic.spi.VirtualInterface;

import org.agrona.collections.Int2ObjectHashMap;

/** The flows that an interface has asked for, by the numbers that it has given them. */
final class FlowTable {
    private final Attachment attachment;
    private final int queue;
    private final Int2ObjectHashMap<Filter> filters = new Int2ObjectHashMap<>();
    private int next;

    FlowTable(Attachment attachment, int queue) {
        this.attachment = attachment;
        this.queue = queue;
    }

    int add(Filter filter) {
        if (!attachment.hasFlows() || filter instanceof EverythingFilter) {
            return VirtualInterface.FILTER_UNSUPPORTED;
        }
        int result;
        try (Struct key = key(filter)) {
            result = attachment.add(key, queue);
        }
        if (result == -Errno.EEXIST) {
            return VirtualInterface.FILTER_TAKEN;
        }
        if (result < 0) {
            return VirtualInterface.FILTER_TABLE_FULL;
        }
        int number = next;
        next = next + 1 & Integer.MAX_VALUE;
        filters.put(number, filter);
        return number;
    }

    boolean remove(int number) {
        Filter filter = filters.remove(number);
        if (filter == null) {
            return false;
        }
        try (Struct key = key(filter)) {
            attachment.remove(key);
        }
        return true;
    }

    void removeAll() {
        for (Filter filter : filters.values()) {
            try (Struct key = key(filter)) {
                attachment.remove(key);
            }
        }
        filters.clear();
    }

    private static Struct key(Filter filter) {
        Struct key = Struct.of(FlowKey.LENGTH);
        switch (filter) {
            case FlowFilter flow -> FlowKey.write(key.bytes(), flow);
            case LocalFilter local -> FlowKey.write(key.bytes(), local);
            case EverythingFilter everything ->
                    throw new IllegalStateException(everything + " has no key");
        }
        return key;
    }
}
