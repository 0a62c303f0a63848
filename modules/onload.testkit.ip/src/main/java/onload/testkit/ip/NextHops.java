package onload.testkit.ip;

import onload.testkit.Frames;
import onload.wire.IpAddress;
import onload.wire.Ipv6Address;
import onload.wire.MacAddress;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The neighbours of a played router on one link: who is not known is asked for once a second, three times in all,
 * while packets wait; those of a neighbour that does not answer are given back.
 */
final class NextHops {
    private static final int ATTEMPTS = 3;
    private static final long RETRY_NS = 1_000_000_000L;

    private final PlayedLink link;
    private final Map<IpAddress, Long> known = new HashMap<>();
    private final Map<IpAddress, Asking> asked = new HashMap<>();

    private static final class Asking {
        final List<byte[]> waiting = new ArrayList<>();
        int attempts;
        long nextNs;
    }

    NextHops(PlayedLink link) {
        this.link = link;
    }

    void learn(IpAddress address, long mac) {
        known.put(address, mac);
        Asking answered = asked.remove(address);
        if (answered != null) {
            answered.waiting.forEach(packet -> link.sendIp(mac, packet));
        }
    }

    void forget() {
        known.clear();
    }

    @Nullable Long macOf(IpAddress address) {
        return known.get(address);
    }

    void send(IpAddress nextHop, byte[] packet, long nowNs) {
        Long mac = known.get(nextHop);
        if (mac != null) {
            link.sendIp(mac, packet);
            return;
        }
        Asking asking = asked.get(nextHop);
        if (asking == null) {
            asking = new Asking();
            asked.put(nextHop, asking);
            ask(nextHop, asking, nowNs);
        }
        asking.waiting.add(packet);
    }

    private void ask(IpAddress target, Asking asking, long nowNs) {
        asking.attempts++;
        asking.nextNs = nowNs + RETRY_NS;
        if (target.isIpv4()) {
            link.send(
                    Frames.arpRequest(
                            MacAddress.toString(link.macAddress()),
                            link.addressFor(target).toString(),
                            target.toString()));
            return;
        }
        long groupLow = Ipv6Address.solicitedNodeLow(target.high(), target.low());
        byte[] message = IcmpMessages.neighborSolicitation(target, link.macAddress());
        link.sendIp(
                MacAddress.ofIpv6Multicast(Ipv6Address.SOLICITED_NODE_HIGH, groupLow),
                IpPackets.icmp(
                        link.linkLocal(),
                        IpAddress.of(Ipv6Address.SOLICITED_NODE_HIGH, groupLow),
                        PlayedLink.LINK_HOP_LIMIT,
                        message));
    }

    long nextDeadlineNs() {
        return asked.values().stream().mapToLong(each -> each.nextNs).min().orElse(Long.MAX_VALUE);
    }

    /** Asks again where it is time; answers the packets of those that were asked in vain. */
    List<byte[]> advance(long nowNs) {
        List<byte[]> undeliverable = new ArrayList<>();
        Iterator<Map.Entry<IpAddress, Asking>> each = asked.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<IpAddress, Asking> entry = each.next();
            Asking asking = entry.getValue();
            if (asking.nextNs > nowNs) {
                continue;
            }
            if (asking.attempts == ATTEMPTS) {
                undeliverable.addAll(asking.waiting);
                each.remove();
            } else {
                ask(entry.getKey(), asking, nowNs);
            }
        }
        return undeliverable;
    }
}
