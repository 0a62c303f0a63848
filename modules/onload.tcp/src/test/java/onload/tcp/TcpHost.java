package onload.tcp;

import onload.testkit.ip.Driven;
import onload.testkit.ip.IpHost;
import onload.testkit.ip.IpNetwork;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A host of an {@link IpNetwork} with a TCP engine, that remembers what the engine reports. */
final class TcpHost implements TcpEvents, Driven {
    final IpHost host;
    final TcpEngine tcp;
    final Map<TcpConnection, Integer> seen = new HashMap<>();
    final List<TcpListener> acceptable = new ArrayList<>();

    TcpHost(IpNetwork network, IpHost host, TcpSettings settings, long seed) {
        this.host = host;
        tcp = new TcpEngine(host.ip(), settings, this, new SplittableRandom(seed), network.nowNs());
        host.drive(this);
    }

    @Override
    public void changed(TcpConnection connection, int what) {
        seen.merge(connection, what, (one, other) -> one | other);
    }

    @Override
    public void acceptable(TcpListener listener) {
        acceptable.add(listener);
    }

    /** {@return whether a connection was reported so} */
    boolean saw(TcpConnection connection, int what) {
        return (seen.getOrDefault(connection, 0) & what) == what;
    }

    @Override
    public boolean advance(long nowNs) {
        return tcp.advance(nowNs) > 0;
    }

    @Override
    public long nextDeadlineNs() {
        return tcp.nextDeadlineNs();
    }

    @Override
    public void close(long nowNs) {
        tcp.close(nowNs);
    }
}
