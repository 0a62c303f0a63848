package onload.sockets;

import onload.ip.counter.IpCounter;
import onload.nic.counter.Counters;
import onload.sockets.counter.StackCounter;
import onload.sockets.option.StackOptions;
import onload.tcp.counter.TcpCounter;
import onload.udp.counter.UdpCounter;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/** What a stack shows: its counters and sockets, to other processes and to the flight recorder. */
final class Exhibits implements Publisher {
    private static final long PERIOD_NS = 10_000_000L;

    static Exhibits of(StackOptions options, String name) {
        return new Exhibits();
    }

    private static UnsafeBuffer block(Enum<?>[] names) {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(Counters.length(names)));
    }

    UnsafeBuffer ip() {
        return block(IpCounter.values());
    }

    UnsafeBuffer tcp() {
        return block(TcpCounter.values());
    }

    UnsafeBuffer udp() {
        return block(UdpCounter.values());
    }

    UnsafeBuffer stack() {
        return block(StackCounter.values());
    }

    void begin(StackCore core, String name, StackOptions options) {}

    void close() {}

    @Override
    public long publish(long nowNs) {
        return nowNs + PERIOD_NS;
    }

    @Override
    public void contended(long waitedNs) {}

    @Override
    public void pressure(int from, int to) {}
}
