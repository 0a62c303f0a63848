package onload.nic.emulated;

import onload.nic.spi.FlowFilter;
import onload.nic.spi.LocalFilter;

import org.agrona.collections.Hashing;

/**
 * What filters are found by: protocol, two addresses as IPv6 has them (IPv4-mapped for IPv4), and two ports. Mutable,
 * so that one serves for every frame. A {@link LocalFilter} is a flow with the remote address and port 0, which no real
 * flow has.
 */
final class FlowKey {
    /** 2⁶⁴ divided by the golden ratio: no small differences of two parts cancel out under it. */
    private static final long ODD = 0x9E3779B97F4A7C15L;

    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;

    /** Protocol, local port and remote port, 16 bits each. */
    long ports;

    void set(FlowFilter filter) {
        localHigh = filter.local().high();
        localLow = filter.local().low();
        remoteHigh = filter.remote().high();
        remoteLow = filter.remote().low();
        ports = ports(filter.protocol(), filter.localPort(), filter.remotePort());
    }

    void set(LocalFilter filter) {
        localHigh = filter.local().high();
        localLow = filter.local().low();
        remoteHigh = 0;
        remoteLow = 0;
        ports = ports(filter.protocol(), filter.localPort(), 0);
    }

    /** Takes the flow of a received frame that has ports. */
    void set(FlowReader frame) {
        localHigh = frame.destinationHigh();
        localLow = frame.destinationLow();
        remoteHigh = frame.sourceHigh();
        remoteLow = frame.sourceLow();
        ports = ports(frame.protocol(), frame.destinationPort(), frame.sourcePort());
    }

    /** Leaves the remote end out. */
    void forgetRemote() {
        remoteHigh = 0;
        remoteLow = 0;
        ports &= ~0xFFFFL;
    }

    private static long ports(int protocol, int local, int remote) {
        return ((long) protocol << 32) | ((long) local << 16) | remote;
    }

    /** {@return a hash of which every bit depends on every part} */
    int hash() {
        long mixed = localHigh * ODD + localLow;
        mixed = mixed * ODD + remoteHigh;
        mixed = mixed * ODD + remoteLow;
        return Hashing.hash(mixed * ODD + ports);
    }
}
