package onload.ip.multicast;

import onload.ip.support.AddressMap;

import org.jspecify.annotations.Nullable;

/** IGMP and MLD of every interface. An interface is known from the first time that it is listened on or up. */
final class ProtocolTable {
    private final Shared shared;
    private final MulticastOptions options;
    private final AddressMap map;

    /** IGMP of a slot, then MLD. */
    private final @Nullable MembershipProtocol[] protocols;

    ProtocolTable(Shared shared) {
        this.shared = shared;
        options = shared.options();
        map = new AddressMap(options.interfaces(), shared.random().nextLong());
        protocols = new MembershipProtocol[2 * options.interfaces()];
    }

    /** Timers that so many options need. */
    static int timers(MulticastOptions options) {
        return options.memberships() + 2 * options.interfaces() * MembershipProtocol.TIMERS;
    }

    @Nullable MembershipProtocol find(int interfaceIndex, boolean isIpv6) {
        int slot = map.find(0, 0, interfaceIndex);
        return slot == AddressMap.NONE ? null : protocols[2 * slot + (isIpv6 ? 1 : 0)];
    }

    /** Finds the protocol of an interface, or makes it; null if there are too many interfaces. */
    @Nullable MembershipProtocol findOrAdd(int interfaceIndex, boolean isIpv6) {
        if (map.find(0, 0, interfaceIndex) == AddressMap.NONE) {
            int slot = 0;
            while (slot < options.interfaces() && protocols[2 * slot] != null) {
                slot++;
            }
            if (slot == options.interfaces()) {
                return null;
            }
            map.add(0, 0, interfaceIndex, slot);
            protocols[2 * slot] = create(interfaceIndex, false, 2 * slot);
            protocols[2 * slot + 1] = create(interfaceIndex, true, 2 * slot + 1);
        }
        return find(interfaceIndex, isIpv6);
    }

    private MembershipProtocol create(int interfaceIndex, boolean isIpv6, int place) {
        int timerBase = options.memberships() + place * MembershipProtocol.TIMERS;
        return new MembershipProtocol(interfaceIndex, isIpv6, timerBase, shared);
    }

    /** Removes an interface that is down. */
    void remove(int interfaceIndex) {
        int slot = map.remove(0, 0, interfaceIndex);
        if (slot != AddressMap.NONE) {
            protocols[2 * slot] = null;
            protocols[2 * slot + 1] = null;
        }
    }

    /** A timer has expired. */
    void timer(int timer, long nowNs) {
        if (timer < options.memberships()) {
            Membership membership = shared.memberships().at(timer);
            if (membership != null) {
                membership.protocol.membershipTimer(membership, nowNs);
            }
            return;
        }
        int place = timer - options.memberships();
        MembershipProtocol protocol = protocols[place / MembershipProtocol.TIMERS];
        if (protocol != null) {
            protocol.timer(place % MembershipProtocol.TIMERS, nowNs);
        }
    }

    /** Sends every message that is begun. */
    void flush(long nowNs) {
        for (MembershipProtocol protocol : protocols) {
            if (protocol != null) {
                protocol.flush(nowNs);
            }
        }
    }

    void down() {
        for (MembershipProtocol protocol : protocols) {
            if (protocol != null) {
                protocol.down();
            }
        }
    }
}
