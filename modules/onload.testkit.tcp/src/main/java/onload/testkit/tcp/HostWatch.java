package onload.testkit.tcp;

import onload.wire.TcpOptions;

import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/** What goes out of a host and comes to it, connection by connection. */
final class HostWatch {
    private final SimulatedHost host;
    private final Long2ObjectHashMap<WindowWatch> connections = new Long2ObjectHashMap<>();
    private final TcpOptions options = new TcpOptions();
    private final SegmentReader out = new SegmentReader(false);
    private final SegmentReader in;
    private long payloadBytes;
    private long segments;

    HostWatch(SimulatedHost host, boolean verifies) {
        this.host = host;
        in = new SegmentReader(verifies);
    }

    private WindowWatch watch(int peer, int localPort, int remotePort) {
        long key = (long) peer << 32 | (long) localPort << 16 | remotePort;
        WindowWatch watch = connections.get(key);
        if (watch == null) {
            watch = new WindowWatch();
            connections.put(key, watch);
        }
        return watch;
    }

    void sent(long nowNs, UnsafeBuffer memory, int offset, int length) {
        if (out.read(memory, offset, length)) {
            segments++;
            payloadBytes += out.payload;
            watch(out.destination, out.sourcePort, out.destinationPort)
                    .sent(out, options, host, nowNs);
        }
    }

    void arrived(UnsafeBuffer memory, int offset, int length) {
        host.network().wake(host);
        if (in.read(memory, offset, length) && in.destination == host.number()) {
            watch(in.source, in.destinationPort, in.sourcePort).arrived(in, options);
        }
    }

    /** {@return the bytes of data that were sent, again or not} */
    long payloadBytes() {
        return payloadBytes;
    }

    /** {@return the segments that were sent} */
    long segments() {
        return segments;
    }
}
