package onload.sockets;

import onload.ip.Destination;
import onload.ip.IpInterface;
import onload.ip.multicast.GroupMemberships;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/**
 * How sockets join and leave groups: by the name of an interface, or by the one that the route to the group has.
 * Algorithm.
 */
final class Groups {
    private static final int NONE = 0;

    private Groups() {}

    static int join(
            StackCore core,
            onload.udp.UdpSocket udp,
            InetAddress group,
            @Nullable String interfaceName) {
        IpAddress address = IpAddress.of(group);
        core.enter();
        try {
            int index = index(core, address, interfaceName);
            if (index == NONE) {
                return Status.INVALID_ARGUMENT;
            }
            return status(udp.join(index, address.high(), address.low(), core.nowNs));
        } finally {
            core.flushAndLeave();
        }
    }

    static int leave(
            StackCore core,
            onload.udp.UdpSocket udp,
            InetAddress group,
            @Nullable String interfaceName) {
        IpAddress address = IpAddress.of(group);
        core.enter();
        try {
            int index = index(core, address, interfaceName);
            if (index == NONE) {
                return Status.INVALID_ARGUMENT;
            }
            return status(udp.leave(index, address.high(), address.low(), core.nowNs));
        } finally {
            core.flushAndLeave();
        }
    }

    /** Held: answers the number of an interface, or 0 if there is none. */
    static int index(StackCore core, IpAddress group, @Nullable String interfaceName) {
        if (interfaceName == null) {
            Destination to = core.ip.destination(group, IpProtocol.UDP);
            return core.ip.prepare(to, core.nowNs) == 0 ? to.interfaceIndex() : NONE;
        }
        for (IpInterface each : core.ip.interfaces()) {
            if (each.name().equals(interfaceName)) {
                return each.index();
            }
        }
        return NONE;
    }

    private static int status(int answer) {
        return switch (answer) {
            case GroupMemberships.FULL -> Status.NO_MEMORY;
            case GroupMemberships.NOT_A_GROUP, GroupMemberships.INVALID -> Status.INVALID_ARGUMENT;
            case GroupMemberships.NOT_AVAILABLE -> Status.ADDRESS_NOT_AVAILABLE;
            case GroupMemberships.IN_USE -> Status.ADDRESS_IN_USE;
            case onload.udp.UdpSocket.CLOSED -> Status.CLOSED;
            default -> answer;
        };
    }
}
