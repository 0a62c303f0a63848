package onload.tcp;

import onload.ip.claim.FlowClaim;
import onload.ip.port.EphemeralPorts;
import onload.ip.port.FreePort;
import onload.ip.support.KeyedHash;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;

/** Gives connections and listeners local addresses and ports. Control path; under the stack's lock. */
final class PortSelection {
    /** How many ports are tried that the kernel may have. */
    private static final int CLAIMS = 64;

    private final TcpContext context;
    private final LocalPorts ports;
    private final Opening opening;
    private final EphemeralPorts ephemeral;
    private final FreePort isUnbound;
    private final KeyedHash hash;

    PortSelection(TcpContext context, LocalPorts ports, Opening opening) {
        this.context = context;
        this.ports = ports;
        this.opening = opening;
        hash = new KeyedHash(context.random.nextLong());
        ephemeral = new EphemeralPorts(context.random);
        ephemeral.range(
                context.settings.number(TcpSetting.FIRST_PORT),
                context.settings.number(TcpSetting.LAST_PORT));
        isUnbound = ports::isFree;
    }

    /** As {@link TcpConnection#bind}. */
    int bind(TcpConnection c, long high, long low, int port) {
        if (!isOwn(high, low)) {
            return TcpConnection.ADDRESS_NOT_AVAILABLE;
        }
        if (port != 0) {
            LocalPorts.Binding wanted = new LocalPorts.Binding(high, low, port, false);
            if (ports.listener(high, low, port) != null || !add(wanted)) {
                return TcpConnection.ADDRESS_IN_USE;
            }
            c.binding = wanted;
        }
        c.tuple(high, low, port, 0, 0, 0);
        c.wasBound = true;
        return 0;
    }

    /** As {@link TcpListener#bind}. */
    int bind(TcpListener listener, long high, long low, int port) {
        if (port < 0 || port > 0xFFFF) {
            return TcpConnection.INVALID_STATE;
        }
        if (!isOwn(high, low)) {
            return TcpConnection.ADDRESS_NOT_AVAILABLE;
        }
        for (int attempt = 0; attempt < CLAIMS; attempt++) {
            int chosen = port == 0 ? ephemeral.next(context.random.nextLong(), isUnbound) : port;
            if (chosen < 0) {
                return TcpConnection.NO_PORT;
            }
            LocalPorts.Binding wanted =
                    new LocalPorts.Binding(high, low, chosen, listener.isV6Only);
            if (add(wanted)) {
                wanted.listener = listener;
                listener.binding = wanted;
                return 0;
            }
            if (port != 0) {
                return TcpConnection.ADDRESS_IN_USE;
            }
        }
        return TcpConnection.NO_PORT;
    }

    /** {@return whether the address and port are free here, and the kernel leaves them to this stack} */
    private boolean add(LocalPorts.Binding wanted) {
        if (!ports.add(wanted)) {
            return false;
        }
        wanted.claim =
                context.ip.claims().claim(IpProtocol.TCP, wanted.high, wanted.low, wanted.port);
        if (wanted.claim == null) {
            ports.remove(wanted);
            return false;
        }
        return true;
    }

    /**
     * {@return the local port for a connection to a peer, claimed for it; or a negative constant of {@link
     * TcpConnection}}
     */
    int selectAndClaim(
            TcpConnection c,
            long localHigh,
            long localLow,
            long high,
            long low,
            int port,
            long nowNs) {
        LocalPorts.Binding binding = c.binding;
        FlowClaim bound = binding == null ? null : binding.claim;
        for (int attempt = 0; attempt < CLAIMS; attempt++) {
            int selected = select(c, localHigh, localLow, high, low, port, nowNs);
            if (selected < 0) {
                return selected;
            }
            FlowClaim claim =
                    bound != null
                            ? bound.retain()
                            : context.ip
                                    .claims()
                                    .claim(IpProtocol.TCP, localHigh, localLow, selected);
            if (claim != null) {
                c.claim(claim);
                return selected;
            }
            if (c.localPort() != 0) {
                return TcpConnection.ADDRESS_IN_USE;
            }
        }
        return TcpConnection.NO_PORT;
    }

    private boolean isOwn(long high, long low) {
        if (LocalPorts.isUnspecified(high, low)) {
            return true;
        }
        IpAddress address = IpAddress.of(high, low);
        return address.isLoopback() || context.ip.addresses().find(high, low, 0) != null;
    }

    private int select(
            TcpConnection c,
            long localHigh,
            long localLow,
            long high,
            long low,
            int port,
            long nowNs) {
        if (c.localPort() != 0) {
            return opening.isFree(localHigh, localLow, c.localPort(), high, low, port, nowNs)
                    ? c.localPort()
                    : TcpConnection.ADDRESS_IN_USE;
        }
        int chosen =
                ephemeral.next(
                        hash.of(high, low, port),
                        candidate ->
                                ports.isFree(candidate)
                                        && opening.isFree(
                                                localHigh, localLow, candidate, high, low, port,
                                                nowNs));
        return chosen < 0 ? TcpConnection.NO_PORT : chosen;
    }
}
