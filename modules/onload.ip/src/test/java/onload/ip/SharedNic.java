package onload.ip;

import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.KernelNetwork;
import onload.nic.spi.KernelNetworkEvents;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.NicFeature;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;
import onload.wire.IpAddress;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A NIC that the kernel has, too, with a kernel that says what the test tells it to. */
final class SharedNic implements VirtualInterface, KernelNetwork {
    final Map<Integer, Filter> filters = new TreeMap<>();
    final Deque<Consumer<KernelNetworkEvents>> news = new ArrayDeque<>();
    final List<IpAddress> asked = new ArrayList<>();
    final List<byte[]> sent = new ArrayList<>();
    @Nullable Filter taken;

    private final HostileNic nic;
    private int next;

    SharedNic(PacketPool pool, long macAddress) {
        nic = new HostileNic(pool, macAddress, 1500, false);
    }

    List<byte[]> takeFrames() {
        while (nic.hasFrame()) {
            sent.add(nic.takeFrame());
        }
        List<byte[]> all = List.copyOf(sent);
        sent.clear();
        return all;
    }

    @Override
    public KernelNetwork kernelNetwork() {
        return this;
    }

    @Override
    public int poll(KernelNetworkEvents events, int limit) {
        int read = 0;
        while (read < limit && !news.isEmpty()) {
            news.remove().accept(events);
            read++;
        }
        return read;
    }

    @Override
    public void resolve(IpAddress address) {
        asked.add(address);
    }

    @Override
    public NicCapabilities capabilities() {
        return new NicCapabilities(
                1500,
                1,
                128,
                128,
                16,
                0,
                Set.of(NicFeature.SHARED_WITH_KERNEL, NicFeature.FLOW_FILTERS));
    }

    @Override
    public int addFilter(Filter filter) {
        if (filter.equals(taken) || filters.containsValue(filter)) {
            return FILTER_TAKEN;
        }
        filters.put(next, filter);
        return next++;
    }

    @Override
    public boolean removeFilter(int filter) {
        return filters.remove(filter) != null;
    }

    @Override
    public long macAddress() {
        return nic.macAddress();
    }

    @Override
    public NicCounters counters() {
        return nic.counters();
    }

    @Override
    public PacketPool pool() {
        return nic.pool();
    }

    @Override
    public boolean isLinkUp() {
        return nic.isLinkUp();
    }

    @Override
    public int poll(long nowNs, NicEvents events, int limit) {
        return nic.poll(nowNs, events, limit);
    }

    @Override
    public int post(int limit) {
        return nic.post(limit);
    }

    @Override
    public int transmit(int packet) {
        return nic.transmit(packet);
    }

    @Override
    public void ring(long nowNs) {
        nic.ring(nowNs);
    }

    @Override
    public boolean prime() {
        return nic.prime();
    }

    @Override
    public WakeUp wakeUp() {
        return nic.wakeUp();
    }

    @Override
    public void close() {
        nic.close();
    }
}
