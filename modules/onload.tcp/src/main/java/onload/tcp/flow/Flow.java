package onload.tcp.flow;

import onload.ip.claim.FlowClaim;
import onload.tcp.timer.TimerEntry;

import org.jspecify.annotations.Nullable;

/**
 * Superclass of what has a 4-tuple and a deadline: connections, embryonic connections and those in TIME-WAIT, which
 * all stand in one {@link FlowTable}.
 *
 * <p>Addresses are two longs, IPv4 as IPv4-mapped. A flow is in one table at most. Single-threaded, under the stack
 * lock.
 */
public abstract class Flow extends TimerEntry {
    private static final int PORT_MASK = 0xFFFF;

    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;
    int ports;

    /** Of the local address and port; let go by the table that the flow leaves. */
    @Nullable FlowClaim claim;

    /** Under the table's secret; 0 exactly while in no table. */
    int hash;

    /** Makes a flow whose tuple is zeros. */
    protected Flow() {}

    /**
     * Sets the tuple.
     *
     * @param localPort 0 to 65,535
     * @param remotePort 0 to 65,535
     * @throws IllegalArgumentException if a port is not in its range
     * @throws IllegalStateException if the flow is in a table
     */
    public final void tuple(
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort) {
        if (isInTable()) {
            throw new IllegalStateException(
                    "the tuple of a flow that is in a table cannot change: remove the flow first");
        }
        if (((localPort | remotePort) & ~PORT_MASK) != 0) {
            throw new IllegalArgumentException(
                    "ports " + localPort + " and " + remotePort + ": use 0 to 65535");
        }
        this.localHigh = localHigh;
        this.localLow = localLow;
        this.remoteHigh = remoteHigh;
        this.remoteLow = remoteLow;
        ports = ports(localPort, remotePort);
    }

    /**
     * Hands over a claim of the local address and port, which the flow holds until it leaves its table for good.
     *
     * @throws IllegalStateException if the flow has one
     */
    public final void claim(FlowClaim held) {
        if (claim != null) {
            throw new IllegalStateException("the flow has a claim already: let go of that first");
        }
        claim = held;
    }

    /** Lets go of the claim, if there is one. */
    public final void releaseClaim() {
        FlowClaim held = claim;
        claim = null;
        if (held != null) {
            held.release();
        }
    }

    /** {@return the upper half of the local address} */
    public final long localHigh() {
        return localHigh;
    }

    /** {@return the lower half of the local address} */
    public final long localLow() {
        return localLow;
    }

    /** {@return the local port, 0 to 65,535} */
    public final int localPort() {
        return ports >>> 16;
    }

    /** {@return the upper half of the remote address} */
    public final long remoteHigh() {
        return remoteHigh;
    }

    /** {@return the lower half of the remote address} */
    public final long remoteLow() {
        return remoteLow;
    }

    /** {@return the remote port, 0 to 65,535} */
    public final int remotePort() {
        return ports & PORT_MASK;
    }

    /** {@return whether a table has this flow} */
    public final boolean isInTable() {
        return hash != 0;
    }

    final boolean hasTuple(
            long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        return this.ports == ports
                && this.remoteLow == remoteLow
                && this.remoteHigh == remoteHigh
                && this.localLow == localLow
                && this.localHigh == localHigh;
    }

    static int ports(int localPort, int remotePort) {
        return localPort << 16 | remotePort;
    }
}
