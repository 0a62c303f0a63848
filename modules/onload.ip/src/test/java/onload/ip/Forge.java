package onload.ip;

import onload.testkit.Frames;
import onload.testkit.IpPacketBuilder;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.MacAddress;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Makes frames that no honest host sends, byte by byte. Its checksums are its own, so that it does not err with the
 * code under test. The layer is 02:00:00:00:00:02 with 192.0.2.2 and 2001:db8::2; the peer has 1 in place of each 2.
 */
final class Forge {
    static final String OWN_MAC = "02:00:00:00:00:02";
    static final String PEER_MAC = "02:00:00:00:00:01";
    static final String BROADCAST_MAC = "ff:ff:ff:ff:ff:ff";
    static final String OWN4 = "192.0.2.2";
    static final String PEER4 = "192.0.2.1";
    static final String OWN6 = "2001:db8::2";
    static final String PEER6 = "2001:db8::1";
    static final String OWN_LINK_LOCAL = "fe80::ff:fe00:2";
    static final String PEER_LINK_LOCAL = "fe80::ff:fe00:1";
    static final int IP = 14;
    static final int ICMP = 1;
    static final int IGMP = 2;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int FRAGMENT = 44;
    static final int ICMPV6 = 58;
    static final int PORT = 7;

    private Forge() {}

    // Bytes.

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    static byte[] address(String text) {
        IpAddress address = IpAddress.parse(text);
        return address.isIpv4()
                ? ByteBuffer.allocate(4).putInt(address.ipv4()).array()
                : ByteBuffer.allocate(16).putLong(address.high()).putLong(address.low()).array();
    }

    static byte[] mac(String text) {
        return Arrays.copyOfRange(
                ByteBuffer.allocate(8).putLong(MacAddress.parse(text)).array(), 2, 8);
    }

    /** A copy with one byte set. */
    static byte[] with(byte[] frame, int at, int value) {
        byte[] copy = frame.clone();
        copy[at] = (byte) value;
        return copy;
    }

    /** A copy with other Ethernet addresses. */
    static byte[] between(String fromMac, String toMac, byte[] frame) {
        byte[] copy = frame.clone();
        System.arraycopy(mac(toMac), 0, copy, 0, 6);
        System.arraycopy(mac(fromMac), 0, copy, 6, 6);
        return copy;
    }

    /** The same with a tag before the type. */
    static byte[] tagged(byte[] frame, int protocolIdentifier, int tag) {
        return join(
                Arrays.copyOf(frame, 12),
                bytes(protocolIdentifier >> 8, protocolIdentifier, tag >> 8, tag),
                Arrays.copyOfRange(frame, 12, frame.length));
    }

    static long sum(byte[] bytes, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum += (i - from) % 2 == 0 ? (bytes[i] & 0xFF) << 8 : bytes[i] & 0xFF;
        }
        return sum;
    }

    static int checksum(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return (int) ~folded & 0xFFFF;
    }

    private static byte[] putChecksum(byte[] bytes, int at, int checksum) {
        bytes[at] = (byte) (checksum >> 8);
        bytes[at + 1] = (byte) checksum;
        return bytes;
    }

    /** Makes the checksum of an IPv4 header right again, in place. */
    static byte[] ipv4Checksum(byte[] frame) {
        int length = (frame[IP] & 0xF) * 4;
        putChecksum(frame, IP + 10, 0);
        return putChecksum(frame, IP + 10, checksum(sum(frame, IP, IP + length)));
    }

    /** The same IPv4 packet with options, whose length is a multiple of 4. */
    static byte[] withOptions(byte[] frame, int... options) {
        byte[] longer =
                join(
                        Arrays.copyOf(frame, IP + 20),
                        bytes(options),
                        Arrays.copyOfRange(frame, IP + 20, frame.length));
        longer[IP] = (byte) (0x45 + options.length / 4);
        int total = longer.length - IP;
        longer[IP + 2] = (byte) (total >> 8);
        longer[IP + 3] = (byte) total;
        return ipv4Checksum(longer);
    }

    // Packets.

    static IpPacketBuilder ip(String from, String to, int protocol) {
        return Frames.ip(from, to, protocol).ethernet(PEER_MAC, macOf(to));
    }

    private static String macOf(String to) {
        byte[] address = address(to);
        if (address.length == 16 && address[0] == (byte) 0xFF) {
            return "33:33:%02x:%02x:%02x:%02x"
                    .formatted(address[12], address[13], address[14], address[15]);
        }
        if (address.length == 4 && address[0] >= (byte) 0xE0 && address[0] < (byte) 0xF0) {
            return "01:00:5e:%02x:%02x:%02x".formatted(address[1] & 0x7F, address[2], address[3]);
        }
        return to.equals("255.255.255.255") || to.equals("192.0.2.255") ? BROADCAST_MAC : OWN_MAC;
    }

    static byte[] udp(String from, String to, int payload) {
        return Frames.udp(from, 1234, to, PORT)
                .ethernet(PEER_MAC, macOf(to))
                .payload(filled(payload, 'u'))
                .build();
    }

    /** A UDP header and what follows it, its checksum 0, which IPv4 allows. */
    static byte[] udpBytes(int payload) {
        int length = 8 + payload;
        return join(bytes(4, 0xD2, 0, PORT, length >> 8, length, 0, 0), filled(payload, 'u'));
    }

    static byte[] icmp(String from, String to, int type, int code, int rest, byte[] body) {
        byte[] message =
                join(bytes(type, code, 0, 0), ByteBuffer.allocate(4).putInt(rest).array(), body);
        return ip(from, to, ICMP)
                .payload(putChecksum(message, 2, checksum(sum(message, 0, message.length))))
                .build();
    }

    static byte[] icmpv6Message(String from, String to, int type, int code, int rest, byte[] body) {
        byte[] message =
                join(bytes(type, code, 0, 0), ByteBuffer.allocate(4).putInt(rest).array(), body);
        byte[] addresses = join(address(from), address(to));
        long sum =
                sum(addresses, 0, 32) + message.length + ICMPV6 + sum(message, 0, message.length);
        return putChecksum(message, 2, checksum(sum));
    }

    static byte[] icmpv6(
            String from, String to, int hops, int type, int code, int rest, byte[] body) {
        return ip(from, to, ICMPV6)
                .hopLimit(hops)
                .payload(icmpv6Message(from, to, type, code, rest, body))
                .build();
    }

    static byte[] echo4(String from, String to, int identifier) {
        return icmp(from, to, 8, 0, identifier << 16, filled(40, 'e'));
    }

    static byte[] echo6(String from, String to, int identifier) {
        return icmpv6(from, to, 64, 128, 0, identifier << 16, filled(40, 'e'));
    }

    /** An IPv6 packet with headers before an upper layer. */
    static byte[] ipv6(String from, String to, int firstHeader, byte[]... headersAndPayload) {
        return ip(from, to, firstHeader).payload(join(headersAndPayload)).build();
    }

    static byte[] fragmentHeader(int next, int offset, boolean more, int identification) {
        return ByteBuffer.allocate(8)
                .put((byte) next)
                .put((byte) 0)
                .putShort((short) (offset | (more ? 1 : 0)))
                .putInt(identification)
                .array();
    }

    static byte[] fragment6(
            String from, int next, int identification, int offset, boolean more, byte[] data) {
        return ipv6(from, OWN6, FRAGMENT, fragmentHeader(next, offset, more, identification), data);
    }

    static byte[] fragment4(
            String from, int protocol, int identification, int offset, boolean more, byte[] data) {
        return ip(from, OWN4, protocol)
                .fragment(identification, offset, more)
                .payload(data)
                .build();
    }

    /** What an error quotes: the packet of a frame. */
    static byte[] quoted(byte[] frame) {
        return Arrays.copyOfRange(frame, IP, frame.length);
    }

    // ARP and NDP.

    static byte[] arp(int operation, String mac, String sender, String targetMac, String target) {
        return join(
                mac(operation == 1 ? BROADCAST_MAC : targetMac),
                mac(mac),
                bytes(8, 6, 0, 1, 8, 0, 6, 4, 0, operation),
                mac(mac),
                address(sender),
                operation == 1 ? new byte[6] : mac(targetMac),
                address(target));
    }

    static byte[] linkOption(int type, String mac) {
        return join(bytes(type, 1), mac(mac));
    }

    static byte[] solicitation(String from, String to, String target, byte[] options) {
        return icmpv6(from, to, 255, 135, 0, 0, join(address(target), options));
    }

    static byte[] advertisement(String from, String to, String target, int flags, byte[] options) {
        return icmpv6(from, to, 255, 136, 0, flags << 24, join(address(target), options));
    }

    /** A router advertisement: hop limit 64, no flags, a lifetime in seconds, no times. */
    static byte[] router(String from, int lifetime, byte[] options) {
        return icmpv6(
                from, "ff02::1", 255, 134, 0, (64 << 24) | lifetime, join(new byte[8], options));
    }

    static byte[] prefixOption(String prefix, int length, int flags, int valid, int preferred) {
        return join(
                bytes(3, 4, length, flags),
                ByteBuffer.allocate(12).putInt(valid).putInt(preferred).array(),
                address(prefix));
    }

    static int ethernetType(byte[] frame) {
        return frame.length < 14 ? -1 : (frame[12] & 0xFF) << 8 | (frame[13] & 0xFF);
    }

    /** The ICMP type of a frame without options or extension headers, or -1. */
    static int icmpType(byte[] frame) {
        if (ethernetType(frame) == 0x0800 && frame[IP + 9] == IpProtocol.ICMP) {
            return frame[IP + 20] & 0xFF;
        }
        return ethernetType(frame) == 0x86DD && frame[IP + 6] == ICMPV6
                ? 256 + (frame[IP + 40] & 0xFF)
                : -1;
    }
}
