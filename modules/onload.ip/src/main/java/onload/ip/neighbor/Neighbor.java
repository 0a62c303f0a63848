package onload.ip.neighbor;

import onload.wire.IpAddress;
import onload.wire.Ipv6Address;
import onload.wire.MacAddress;

/**
 * A host on a link, and what is known of it: an entry of the {@link NeighborCache}.
 *
 * <p>A sender keeps the pair of a neighbour and its {@link #version} beside the header that it made, and sends without
 * a further question while the version is the same. The version changes when the header would be wrong, or when a
 * packet has to pass {@link NeighborCache#use} so that the neighbour is looked after: its Ethernet address is learnt
 * or changes, it becomes {@link NeighborState#STALE} or {@link NeighborState#FAILED}, it leaves the cache, or
 * somebody {@linkplain #invalidate says so}. From STALE over DELAY and PROBE to REACHABLE it stays as it is.
 *
 * <p>The objects are used again for other neighbours, with another version each time; so an old pair never matches,
 * and with a pair that does not match begins anew at {@link NeighborCache#findOrCreate}.
 *
 * <p>Belongs to the thread that has the stack's lock.
 */
public final class Neighbor {
    /** No Ethernet address: none is known, or none was said. */
    public static final long NO_ADDRESS = -1;

    /** Its place in the cache's table, or -1 outside of the cache. */
    final int slot;

    LinkTimes times;
    long high;
    long low;
    long macAddress = NO_ADDRESS;
    NeighborState state = NeighborState.FAILED;
    boolean isRouter;

    /**
     * Whether it has answered when it was asked, or a layer above has confirmed it, since it last failed. Of those that
     * have not there may be as many as somebody likes to make up.
     */
    boolean isProven;

    /** Whether it is PERMANENT because another stack's cache says so, and no person. */
    boolean isMirrored;

    /** Solicitations since it was last INCOMPLETE or PROBE anew. */
    int solicitations;

    /** When it may be asked for again: one retransmission timer after the last time. */
    long askAgainNs;

    /** When it was last confirmed that it gets what is sent; counts while REACHABLE. */
    long confirmedNs;

    /** Until when another answer is a second one to the same question. */
    long lockedUntilNs;

    /** Until when packets are refused; counts while FAILED. */
    long refusedUntilNs = Long.MAX_VALUE;

    private int version;

    /** Makes an object of the cache's store, which is nobody yet. */
    Neighbor(int slot, LinkTimes times) {
        this.slot = slot;
        this.times = times;
    }

    /**
     * {@return what stands in for a neighbour where none has to be asked for}, for loopback, multicast and broadcast:
     * it is {@link NeighborState#PERMANENT}, in no cache, has the unspecified address, and its version changes by
     * {@link #invalidate} only.
     *
     * @param interfaceIndex the interface, ≥ 1
     * @param macAddress where frames go, a group's too
     */
    public static Neighbor fixed(int interfaceIndex, long macAddress) {
        Neighbor neighbor = new Neighbor(-1, LinkTimes.none(interfaceIndex));
        neighbor.macAddress = macAddress;
        neighbor.state = NeighborState.PERMANENT;
        return neighbor;
    }

    /** {@return the number of the interface, ≥ 1} */
    public int interfaceIndex() {
        return times.interfaceIndex();
    }

    /** {@return the high half of the address, IPv4 as IPv4-mapped} */
    public long high() {
        return high;
    }

    /** {@return the low half of the address} */
    public long low() {
        return low;
    }

    /** {@return whether it is asked for by ARP, rather than by NDP} */
    public boolean isIpv4() {
        return Ipv6Address.isIpv4Mapped(high, low);
    }

    /** {@return the state}; of one that has left the cache {@link NeighborState#FAILED} */
    public NeighborState state() {
        return state;
    }

    /**
     * {@return whether it is in doubt that it is there}: it was asked for and has not answered so far, or in vain. Of
     * one that was not asked for yet nothing is known, and it will not be found by going around it.
     */
    public boolean isInDoubt() {
        return state == NeighborState.FAILED
                || (state == NeighborState.INCOMPLETE && solicitations > 0);
    }

    /** {@return the Ethernet address, as {@link MacAddress} has it}; {@link #NO_ADDRESS} if it is not known */
    public long macAddress() {
        return macAddress;
    }

    /** {@return whether it has answered when it was asked, or a layer above has confirmed it, since it last failed} */
    public boolean isProven() {
        return isProven;
    }

    /** {@return whether it has said to be a router (IsRouter of RFC 4861, section 5.1)}; of IPv6 only */
    public boolean isRouter() {
        return isRouter;
    }

    /** {@return a number that changes when a header made for this neighbour must not be used any more} */
    public int version() {
        return version;
    }

    /** Changes the version, so that every sender looks again: routes, addresses or the interface have changed. */
    public void invalidate() {
        version++;
    }

    @Override
    public String toString() {
        String address = IpAddress.of(high, low) + " on " + interfaceIndex();
        String mac = macAddress == NO_ADDRESS ? "" : " at " + MacAddress.toString(macAddress);
        return address + mac + (isRouter ? " router " : " ") + state;
    }
}
