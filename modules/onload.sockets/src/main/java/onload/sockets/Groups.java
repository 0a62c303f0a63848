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

    /** What is done to a group, held. */
    private interface Deed {
        int on(int interfaceIndex, long high, long low);
    }

    static int join(
            StackCore core,
            onload.udp.UdpSocket udp,
            InetAddress group,
            @Nullable String interfaceName) {
        return with(
                core,
                group,
                interfaceName,
                (index, high, low) -> udp.join(index, high, low, core.nowNs));
    }

    static int leave(
            StackCore core,
            onload.udp.UdpSocket udp,
            InetAddress group,
            @Nullable String interfaceName) {
        return with(
                core,
                group,
                interfaceName,
                (index, high, low) -> udp.leave(index, high, low, core.nowNs));
    }

    static int joinSource(
            StackCore core,
            onload.udp.UdpSocket udp,
            InetAddress group,
            InetAddress source,
            @Nullable String interfaceName) {
        IpAddress from = IpAddress.of(source);
        return with(
                core,
                group,
                interfaceName,
                (index, high, low) ->
                        udp.isClosed()
                                ? onload.udp.UdpSocket.CLOSED
                                : core.ip
                                        .groups()
                                        .addSource(
                                                udp.id(),
                                                index,
                                                high,
                                                low,
                                                from.high(),
                                                from.low(),
                                                core.nowNs));
    }

    static int leaveSource(
            StackCore core,
            onload.udp.UdpSocket udp,
            InetAddress group,
            InetAddress source,
            @Nullable String interfaceName) {
        IpAddress from = IpAddress.of(source);
        return with(
                core,
                group,
                interfaceName,
                (index, high, low) ->
                        udp.isClosed()
                                ? onload.udp.UdpSocket.CLOSED
                                : core.ip
                                        .groups()
                                        .dropSource(
                                                udp.id(),
                                                index,
                                                high,
                                                low,
                                                from.high(),
                                                from.low(),
                                                core.nowNs));
    }

    private static int with(
            StackCore core, InetAddress group, @Nullable String interfaceName, Deed deed) {
        IpAddress address = IpAddress.of(group);
        core.enter();
        try {
            int index = index(core, address, interfaceName);
            return index == NONE
                    ? Status.INVALID_ARGUMENT
                    : status(deed.on(index, address.high(), address.low()));
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
