package onload.nic.afxdp;

import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;
import onload.linux.device.NetworkNamespace;
import onload.linux.device.PortReservation;
import onload.nic.spi.EverythingFilter;
import onload.nic.spi.Filter;
import onload.nic.spi.FlowFilter;
import onload.nic.spi.LocalFilter;
import onload.nic.spi.VirtualInterface;
import onload.wire.IpProtocol;

import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

import java.util.Optional;

/** The flows that an interface has asked for, by the numbers that it has given them. */
final class FlowTable {
    private final Attachment attachment;
    private final int queue;
    private final String namespace;
    private final Int2ObjectHashMap<Entry> filters = new Int2ObjectHashMap<>();
    private int next;

    /** A filter, and the port that the kernel gives to nobody meanwhile. */
    private record Entry(Filter filter, @Nullable PortReservation reservation) {}

    FlowTable(Attachment attachment, int queue, String namespace) {
        this.attachment = attachment;
        this.queue = queue;
        this.namespace = namespace;
    }

    int add(Filter filter) {
        if (!attachment.hasFlows() || filter instanceof EverythingFilter) {
            return VirtualInterface.FILTER_UNSUPPORTED;
        }
        PortReservation reservation = null;
        if (filter instanceof LocalFilter local) {
            try {
                reservation = reserve(local).orElse(null);
            } catch (LinuxException e) {
                // Such as an address that the kernel does not have, where there is nothing to
                // share.
                return VirtualInterface.FILTER_TAKEN;
            }
            if (reservation == null) {
                return VirtualInterface.FILTER_TAKEN;
            }
        }
        int result;
        try (Struct key = key(filter)) {
            result = attachment.add(key, queue);
        }
        if (result < 0) {
            close(reservation);
            return result == -Errno.EEXIST
                    ? VirtualInterface.FILTER_TAKEN
                    : VirtualInterface.FILTER_TABLE_FULL;
        }
        int number = next;
        next = next + 1 & Integer.MAX_VALUE;
        filters.put(number, new Entry(filter, reservation));
        return number;
    }

    private Optional<PortReservation> reserve(LocalFilter local) {
        boolean isTcp = local.protocol() == IpProtocol.TCP;
        return NetworkNamespace.call(
                namespace, () -> PortReservation.reserve(isTcp, local.local(), local.localPort()));
    }

    private static void close(@Nullable PortReservation reservation) {
        if (reservation != null) {
            reservation.close();
        }
    }

    boolean remove(int number) {
        Entry entry = filters.remove(number);
        if (entry == null) {
            return false;
        }
        remove(entry);
        return true;
    }

    private void remove(Entry entry) {
        try (Struct key = key(entry.filter())) {
            attachment.remove(key);
        }
        close(entry.reservation());
    }

    void removeAll() {
        filters.values().forEach(this::remove);
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
