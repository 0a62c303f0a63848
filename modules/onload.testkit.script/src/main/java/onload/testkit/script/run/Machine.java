package onload.testkit.script.run;

import onload.ip.IpOptions;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.tcp.TcpConnection;
import onload.tcp.TcpEngine;
import onload.tcp.TcpEvents;
import onload.tcp.TcpListener;
import onload.testkit.ip.Driven;
import onload.testkit.ip.IpHost;
import onload.testkit.ip.IpNetwork;
import onload.testkit.ip.RawStation;
import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The host of a script: an IP layer with TCP on a wire whose other end is the script's. State machine on virtual time.
 */
final class Machine implements AutoCloseable, TcpEvents, Driven {
    private static final int BUFFERS = 8192;
    private static final long SETTLE_NS = 5_000_000_000L;

    final IpNetwork network = new IpNetwork(1);
    final TcpEngine tcp;
    final Deque<LiveSegment> sent = new ArrayDeque<>();
    private final IpHost host;
    private final RawStation station;
    private final long beginNs;
    private Consumer<LiveSegment> listener = segment -> {};
    private int taken;
    private long stopNs = Long.MAX_VALUE;

    Machine(RunOptions options) {
        host = network.addHost(IpOptions.DEFAULT, NicSettings.DEFAULT, BUFFERS);
        station = network.addStation();
        network.connect(host.nic(), station.nic(), LinkSettings.PERFECT);
        host.up().address(options.local + (options.isIpv6 ? "/48" : "/16"));
        if (options.mtu != 1500) {
            host.mtu(options.mtu);
        }
        host.route(options.isIpv6 ? "::/0" : "0.0.0.0/0", options.gateway);
        IpAddress gateway = IpAddress.parse(options.gateway);
        host.ip()
                .neighbors()
                .fix(
                        host.nic0().index(),
                        gateway.high(),
                        gateway.low(),
                        station.macAddress(),
                        network.nowNs());
        tcp = new TcpEngine(host.ip(), options.tcp, this, new SplittableRandom(7), network.nowNs());
        host.drive(this);
        // Addresses are tried out first (RFC 4862, RFC 5227).
        network.run(SETTLE_NS);
        beginNs = network.nowNs();
    }

    void listener(Consumer<LiveSegment> who) {
        listener = who;
    }

    String peerMac() {
        return station.mac();
    }

    String hostMac() {
        return onload.wire.MacAddress.toString(host.nic().macAddress());
    }

    /** {@return the time since the script began} */
    long timeNs() {
        return network.nowNs() - beginNs;
    }

    /** {@return the time of the engine} */
    long nowNs() {
        return network.nowNs();
    }

    /** Lets time go on to a time of the script, or until something is so. */
    boolean runUntil(long timeNs, BooleanSupplier condition) {
        return network.runUntil(
                () -> {
                    collect();
                    return condition.getAsBoolean();
                },
                Math.max(0, timeNs - timeNs()));
    }

    /** What a call has done goes out. */
    void flush() {
        host.ip().flush(network.nowNs());
        network.settle();
        collect();
    }

    void inject(byte[] frame) {
        station.send(frame);
        network.settle();
        collect();
    }

    void injectPacket(byte[] packet) {
        station.sendIp(host.nic().macAddress(), packet);
        network.settle();
        collect();
    }

    private void collect() {
        int count = station.frames().size();
        for (; taken < count; taken++) {
            byte[] frame = station.frames().get(taken);
            if (isTcp(new UnsafeBuffer(frame))) {
                LiveSegment segment =
                        new LiveSegment(frame, station.timesNs().get(taken) - beginNs);
                listener.accept(segment);
                sent.add(segment);
            }
        }
    }

    private static boolean isTcp(UnsafeBuffer frame) {
        int ip = EthernetHeader.LENGTH;
        return switch (EthernetHeader.etherType(frame, 0, ip)) {
            case EtherType.IPV4 -> Ipv4Header.protocol(frame, ip) == IpProtocol.TCP;
            case EtherType.IPV6 -> Ipv6Header.nextHeader(frame, ip) == IpProtocol.TCP;
            default -> false;
        };
    }

    @Override
    public void changed(TcpConnection connection, int what) {
        // Calls that wait look by themselves.
    }

    @Override
    public void acceptable(TcpListener which) {
        // Calls that wait look by themselves.
    }

    /** Time stands still at this time of the engine, so that a call that waits looks then. */
    void stopAt(long timeNs) {
        stopNs = timeNs;
    }

    @Override
    public boolean advance(long nowNs) {
        if (nowNs >= stopNs) {
            stopNs = Long.MAX_VALUE;
        }
        return tcp.advance(nowNs) > 0;
    }

    @Override
    public long nextDeadlineNs() {
        return Math.min(stopNs, tcp.nextDeadlineNs());
    }

    @Override
    public void close(long nowNs) {
        tcp.close(nowNs);
    }

    @Override
    public void close() {
        network.close();
    }
}
