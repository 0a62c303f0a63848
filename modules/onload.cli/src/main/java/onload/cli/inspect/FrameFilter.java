package onload.cli.inspect;

import onload.cli.console.Refusal;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * Which frames are wanted: {@code [tcp|udp|icmp|arp] [host ADDRESS] [port NUMBER]}, of which all have to hold. A frame
 * that is cut before what is asked for is not wanted.
 */
final class FrameFilter {
    private static final int ETHERNET_LENGTH = 14;
    private static final int TAG_LENGTH = 4;
    private static final int ARP = 0x0806;
    private static final int ARP_SENDER = 14;
    private static final int ARP_TARGET = 24;
    private static final int ARP_LENGTH = 28;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;
    private static final int TAG = 0x8100;
    private static final int SERVICE_TAG = 0x88A8;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int IPV6_LENGTH = 40;
    private static final int MOST_PORT = 65_535;
    private static final Map<String, List<Integer>> PROTOCOLS =
            Map.of("tcp", List.of(TCP), "udp", List.of(UDP), "icmp", List.of(1, 58));

    private @Nullable List<Integer> protocols;
    private boolean isArp;
    private @Nullable IpAddress host;
    private int port = -1;

    private FrameFilter() {}

    /**
     * {@return the filter that words say}
     *
     * @throws Refusal if they cannot be read
     */
    static FrameFilter of(List<String> words) {
        FrameFilter filter = new FrameFilter();
        for (int at = 0; at < words.size(); at++) {
            String word = words.get(at);
            if (PROTOCOLS.containsKey(word)) {
                once(filter.protocols == null && !filter.isArp, "protocol");
                filter.protocols = PROTOCOLS.get(word);
            } else if (word.equals("arp")) {
                once(filter.protocols == null && !filter.isArp, "protocol");
                filter.isArp = true;
            } else if (word.equals("host") && at + 1 < words.size()) {
                once(filter.host == null, "host");
                filter.host = address(words.get(++at));
            } else if (word.equals("port") && at + 1 < words.size()) {
                once(filter.port < 0, "port");
                filter.port = number(words.get(++at));
            } else if (!word.equals("and")) {
                throw Refusal.usage(
                        "the filter has \"%s\"; expected tcp, udp, icmp, arp, host ADDRESS or port NUMBER"
                                .formatted(word));
            }
        }
        if (filter.isArp && filter.port >= 0) {
            throw Refusal.usage(
                    "the filter has arp and a port; expected one of them, since ARP has no ports");
        }
        return filter;
    }

    /** All has to hold, so that no frame would be shown of two hosts that are not those of one connection. */
    private static void once(boolean isFirst, String what) {
        if (!isFirst) {
            throw Refusal.usage("the filter has more than one %s; expected one".formatted(what));
        }
    }

    private static IpAddress address(String text) {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.usage("host: " + e.getMessage());
        }
    }

    private static int number(String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= MOST_PORT) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw Refusal.usage("port cannot be \"%s\"; expected 0 to %d".formatted(text, MOST_PORT));
    }

    /** {@return whether a frame is wanted} */
    boolean wants(UnsafeBuffer buffer, int offset, int length) {
        int end = offset + length;
        int at = offset + ETHERNET_LENGTH;
        if (at > end) {
            return isEmpty();
        }
        int type = buffer.getShort(at - 2, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        while ((type == TAG || type == SERVICE_TAG) && at + TAG_LENGTH <= end) {
            at += TAG_LENGTH;
            type = buffer.getShort(at - 2, ByteOrder.BIG_ENDIAN) & 0xFFFF;
        }
        if (type == ARP) {
            return isEmpty() || (protocols == null && port < 0 && wantsArp(buffer, at, end));
        }
        if (isArp) {
            return false;
        }
        return isEmpty()
                || (type == IPV4 && wantsIpv4(buffer, at, end))
                || (type == IPV6 && wantsIpv6(buffer, at, end));
    }

    private boolean isEmpty() {
        return !isArp && protocols == null && host == null && port < 0;
    }

    /** The host is who asks, or who is asked for (RFC 826, Packet format). */
    private boolean wantsArp(UnsafeBuffer buffer, int at, int end) {
        IpAddress wanted = host;
        if (wanted == null) {
            return true;
        }
        return wanted.isIpv4()
                && at + ARP_LENGTH <= end
                && (buffer.getInt(at + ARP_SENDER, ByteOrder.BIG_ENDIAN) == wanted.ipv4()
                        || buffer.getInt(at + ARP_TARGET, ByteOrder.BIG_ENDIAN) == wanted.ipv4());
    }

    private boolean wantsIpv4(UnsafeBuffer buffer, int at, int end) {
        if (at + 20 > end) {
            return false;
        }
        IpAddress wanted = host;
        boolean isHost =
                wanted == null
                        || (wanted.isIpv4()
                                && (buffer.getInt(at + 12, ByteOrder.BIG_ENDIAN) == wanted.ipv4()
                                        || buffer.getInt(at + 16, ByteOrder.BIG_ENDIAN)
                                                == wanted.ipv4()));
        boolean isFirst = (buffer.getShort(at + 6, ByteOrder.BIG_ENDIAN) & 0x1FFF) == 0;
        int header = (buffer.getByte(at) & 0xF) * 4;
        return isHost
                && wantsUpper(
                        buffer, buffer.getByte(at + 9) & 0xFF, isFirst ? at + header : end, end);
    }

    private boolean wantsIpv6(UnsafeBuffer buffer, int at, int end) {
        if (at + IPV6_LENGTH > end) {
            return false;
        }
        IpAddress wanted = host;
        boolean isHost =
                wanted == null || isAt(buffer, at + 8, wanted) || isAt(buffer, at + 24, wanted);
        return isHost && wantsUpper(buffer, buffer.getByte(at + 6) & 0xFF, at + IPV6_LENGTH, end);
    }

    private static boolean isAt(UnsafeBuffer buffer, int at, IpAddress wanted) {
        return !wanted.isIpv4()
                && buffer.getLong(at, ByteOrder.BIG_ENDIAN) == wanted.high()
                && buffer.getLong(at + 8, ByteOrder.BIG_ENDIAN) == wanted.low();
    }

    private boolean wantsUpper(UnsafeBuffer buffer, int protocol, int at, int end) {
        List<Integer> wanted = protocols;
        if (wanted != null && !wanted.contains(protocol)) {
            return false;
        }
        if (port < 0) {
            return true;
        }
        return (protocol == TCP || protocol == UDP)
                && at + 4 <= end
                && ((buffer.getShort(at, ByteOrder.BIG_ENDIAN) & 0xFFFF) == port
                        || (buffer.getShort(at + 2, ByteOrder.BIG_ENDIAN) & 0xFFFF) == port);
    }
}
