package onload.ip;

import onload.ip.spi.IcmpError;
import onload.ip.spi.IpDatagram;
import onload.ip.spi.RawReceiver;
import onload.ip.spi.TransportProtocol;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** Who takes which IP protocol, and who looks on. */
final class TransportTable {
    private static final int PROTOCOLS = 256;
    private static final RawReceiver[] NOBODY = {};

    private final @Nullable TransportProtocol[] transports = new TransportProtocol[PROTOCOLS];
    private final RawReceiver[][] onlookers = new RawReceiver[PROTOCOLS][];
    private TransportProtocol[] all = {};

    TransportTable() {
        Arrays.fill(onlookers, NOBODY);
    }

    void register(TransportProtocol transport) {
        int protocol = transport.protocol();
        if (protocol < 1 || protocol >= PROTOCOLS) {
            throw new IllegalArgumentException(
                    "a transport cannot have the protocol number %d; expected 1 to 255"
                            .formatted(protocol));
        }
        if (transports[protocol] != null) {
            throw new IllegalStateException(
                    "protocol %d has a transport already; a layer has one for each"
                            .formatted(protocol));
        }
        transports[protocol] = transport;
        all = Arrays.copyOf(all, all.length + 1);
        all[all.length - 1] = transport;
    }

    @Nullable TransportProtocol of(int protocol) {
        return transports[protocol];
    }

    void add(int protocol, RawReceiver onlooker) {
        RawReceiver[] now = Arrays.copyOf(onlookers[protocol], onlookers[protocol].length + 1);
        now[now.length - 1] = onlooker;
        onlookers[protocol] = now;
    }

    boolean remove(int protocol, RawReceiver onlooker) {
        RawReceiver[] before = onlookers[protocol];
        RawReceiver[] now =
                Arrays.stream(before)
                        .filter(each -> !each.equals(onlooker))
                        .toArray(RawReceiver[]::new);
        onlookers[protocol] = now.length == 0 ? NOBODY : now;
        return now.length != before.length;
    }

    boolean hasOnlookers(int protocol) {
        return onlookers[protocol].length > 0;
    }

    void show(int packet, IpDatagram datagram, long nowNs) {
        for (RawReceiver onlooker : onlookers[datagram.protocol()]) {
            onlooker.seen(packet, datagram, nowNs);
        }
    }

    /** Hands an error to whoever may have sent what it quotes; answers whether somebody knew it. */
    boolean failed(IcmpError error, long nowNs) {
        boolean known = false;
        TransportProtocol transport = transports[error.protocol()];
        if (transport != null) {
            known = transport.failed(error, nowNs);
        }
        for (RawReceiver onlooker : onlookers[error.protocol()]) {
            known |= onlooker.failed(error, nowNs);
        }
        return known;
    }

    void batchEnded(long nowNs) {
        for (TransportProtocol transport : all) {
            transport.batchEnded(nowNs);
        }
    }
}
