package onload.nic.emulated;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Filter;
import onload.nic.spi.NicCapabilities;
import onload.nic.spi.NicCounters;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.nic.spi.WakeUp;

import org.jspecify.annotations.Nullable;

/** An interface that refuses frames when told to, and says what it is told to about those that it received. */
final class HinderedNic implements VirtualInterface {
    private final VirtualInterface nic;

    /** What transmit answers; 0 to let the frame through. */
    int refusal;

    /** Or-ed into the flags of received frames. */
    int receivedFlags;

    /** What the frame length of a received frame is set to; negative to let it be. */
    int claimedLength = -1;

    int refused;
    @Nullable RuntimeException failure;

    HinderedNic(VirtualInterface nic) {
        this.nic = nic;
    }

    @Override
    public int poll(long nowNs, NicEvents events, int limit) {
        if (failure != null) {
            throw failure;
        }
        return nic.poll(
                nowNs,
                new NicEvents() {
                    @Override
                    public void received(int packet) {
                        PacketBuffers buffers = pool().buffers();
                        buffers.flags(packet, buffers.flags(packet) | receivedFlags);
                        if (claimedLength >= 0) {
                            buffers.frameLength(packet, claimedLength);
                        }
                        events.received(packet);
                    }

                    @Override
                    public void transmitted(int packet) {
                        events.transmitted(packet);
                    }
                },
                limit);
    }

    @Override
    public int transmit(int packet) {
        if (refusal != 0) {
            refused++;
            return refusal;
        }
        return nic.transmit(packet);
    }

    @Override
    public NicCapabilities capabilities() {
        return nic.capabilities();
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
    public int post(int limit) {
        return nic.post(limit);
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
    public int addFilter(Filter filter) {
        return nic.addFilter(filter);
    }

    @Override
    public boolean removeFilter(int filter) {
        return nic.removeFilter(filter);
    }

    @Override
    public void close() {
        nic.close();
    }
}
