package onload.tcp;

import onload.ip.claim.FlowClaim;
import onload.wire.Ipv6Address;

import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Who has which local port: listeners, and connections that were bound before they connected.
 *
 * <p>As with Linux's SO_REUSEADDR, a port is free for a listener as long as no other listener has it for the same
 * address; connections that are over, or in TIME-WAIT, do not keep it.
 */
final class LocalPorts {
    private static final long MAPPED_ANY = Ipv6Address.mappedLow(0);

    private final Int2ObjectHashMap<Binding> byPort = new Int2ObjectHashMap<>();

    /** An address and a port that somebody has. */
    static final class Binding {
        final long high;
        final long low;
        final int port;
        final boolean isV6Only;
        @Nullable TcpListener listener;

        /** Let go of when the binding is removed. */
        @Nullable FlowClaim claim;

        private @Nullable Binding next;

        Binding(long high, long low, int port, boolean isV6Only) {
            this.high = high;
            this.low = low;
            this.port = port;
            this.isV6Only = isV6Only;
        }

        /** {@return whether there is an address that is of both} */
        private boolean overlaps(Binding other) {
            return covers(other.high, other.low)
                    || other.covers(high, low)
                    || (high == other.high && low == other.low);
        }

        private boolean covers(long otherHigh, long otherLow) {
            if (high == 0 && low == 0) {
                return !isV6Only || !Ipv6Address.isIpv4Mapped(otherHigh, otherLow);
            }
            return high == 0 && low == MAPPED_ANY && Ipv6Address.isIpv4Mapped(otherHigh, otherLow);
        }
    }

    static boolean isUnspecified(long high, long low) {
        return high == 0 && (low == 0 || low == MAPPED_ANY);
    }

    /** {@return whether nobody has any address at a port} */
    boolean isFree(int port) {
        return !byPort.containsKey(port);
    }

    /** {@return whether it could be added: nobody has an address of these at the port} */
    boolean add(Binding wanted) {
        Binding first = byPort.get(wanted.port);
        for (Binding other = first; other != null; other = other.next) {
            if (other.overlaps(wanted)) {
                return false;
            }
        }
        wanted.next = first;
        byPort.put(wanted.port, wanted);
        return true;
    }

    void remove(Binding gone) {
        FlowClaim claim = gone.claim;
        gone.claim = null;
        if (claim != null) {
            claim.release();
        }
        unlink(gone);
    }

    private void unlink(Binding gone) {
        Binding first = byPort.get(gone.port);
        if (first == gone) {
            if (gone.next == null) {
                byPort.remove(gone.port);
            } else {
                byPort.put(gone.port, gone.next);
            }
            return;
        }
        for (Binding other = first; other != null; other = other.next) {
            if (other.next == gone) {
                other.next = gone.next;
                return;
            }
        }
    }

    /** {@return all who have a port to listen at, or will} */
    List<TcpListener> listeners() {
        List<TcpListener> all = new ArrayList<>();
        for (Binding first : byPort.values()) {
            for (Binding each = first; each != null; each = each.next) {
                if (each.listener != null) {
                    all.add(each.listener);
                }
            }
        }
        return all;
    }

    /** {@return who listens for an address at a port: for that very address before all} */
    @Nullable TcpListener listener(long high, long low, int port) {
        TcpListener found = null;
        for (Binding each = byPort.get(port); each != null; each = each.next) {
            TcpListener listener = each.listener;
            if (listener == null || !listener.isListening) {
                continue;
            }
            if (each.high == high && each.low == low) {
                return listener;
            }
            if (each.covers(high, low)) {
                found = listener;
            }
        }
        return found;
    }
}
