package onload.ip.icmp;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.IpAddress;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;
import java.util.HexFormat;

/** Packets as bytes, and bytes in packet buffers, for the tests of ICMP. */
final class Bytes {
    static final int HOST = Ipv4Address.of(192, 0, 2, 1);
    static final int PEER = Ipv4Address.of(192, 0, 2, 99);
    static final IpAddress HOST6 = IpAddress.parse("2001:db8::1");
    static final IpAddress PEER6 = IpAddress.parse("2001:db8::99");

    private Bytes() {}

    static byte[] hex(String... pieces) {
        return HexFormat.of().parseHex(String.join("", pieces).replace(" ", ""));
    }

    /** Bytes of which each says where it is. */
    static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i ^ i >>> 8);
        }
        return bytes;
    }

    static byte[] joined(byte[]... pieces) {
        byte[] all = new byte[Arrays.stream(pieces).mapToInt(piece -> piece.length).sum()];
        int at = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, all, at, piece.length);
            at += piece.length;
        }
        return all;
    }

    /** From the peer to this host. */
    static byte[] ipv4(int protocol, byte[] payload) {
        return ipv4(PEER, HOST, protocol, payload);
    }

    static byte[] ipv4(int source, int destination, int protocol, byte[] payload) {
        UnsafeBuffer header = new UnsafeBuffer(new byte[Ipv4Header.MIN_LENGTH]);
        Ipv4Header.write(header, 0, source, destination, protocol, 64, payload.length);
        return joined(header.byteArray(), payload);
    }

    /** With options of no operation. */
    static byte[] ipv4WithOptions(int optionBytes, int protocol, byte[] payload) {
        byte[] options = new byte[optionBytes];
        Arrays.fill(options, (byte) 1);
        byte[] packet = ipv4(protocol, joined(options, payload));
        packet[0] = (byte) (0x45 + optionBytes / 4);
        return packet;
    }

    /** From the peer to this host. */
    static byte[] ipv6(int nextHeader, byte[] payload) {
        return ipv6(PEER6, HOST6, nextHeader, payload);
    }

    static byte[] ipv6(IpAddress source, IpAddress destination, int nextHeader, byte[] payload) {
        UnsafeBuffer header = new UnsafeBuffer(new byte[Ipv6Header.LENGTH]);
        Ipv6Header.write(
                header,
                0,
                source.high(),
                source.low(),
                destination.high(),
                destination.low(),
                nextHeader,
                64,
                payload.length);
        return joined(header.byteArray(), payload);
    }

    static byte[] udp(int payload) {
        return joined(hex("1234 0035", "%04x".formatted(8 + payload), "0000"), counting(payload));
    }

    /** The one's-complement sum as RFC 1071 tells it, one word after the other. */
    static int naiveSum(byte[]... pieces) {
        byte[] bytes = joined(pieces);
        int sum = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            int low = i + 1 < bytes.length ? bytes[i + 1] & 0xFF : 0;
            sum += (bytes[i] & 0xFF) << 8 | low;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }

    static byte[] pseudoHeader(IpAddress source, IpAddress destination, int length) {
        UnsafeBuffer bytes = new UnsafeBuffer(new byte[Ipv6Header.LENGTH]);
        Ipv6Header.write(
                bytes,
                0,
                source.high(),
                source.low(),
                destination.high(),
                destination.low(),
                0,
                0,
                0);
        byte[] addresses = Arrays.copyOfRange(bytes.byteArray(), 8, 40);
        return joined(addresses, hex("%08x".formatted(length), "000000", "3a"));
    }

    /** An ICMPv4 message with its checksum made. */
    static byte[] icmpv4(int type, int code, String secondWord, byte[] data) {
        byte[] message = joined(new byte[] {(byte) type, (byte) code, 0, 0}, hex(secondWord), data);
        return checksummed(message, new byte[0]);
    }

    static byte[] icmpv6(
            IpAddress source,
            IpAddress destination,
            int type,
            int code,
            String secondWord,
            byte[] data) {
        byte[] message = joined(new byte[] {(byte) type, (byte) code, 0, 0}, hex(secondWord), data);
        return checksummed(message, pseudoHeader(source, destination, message.length));
    }

    private static byte[] checksummed(byte[] message, byte[] pseudoHeader) {
        int checksum = ~naiveSum(pseudoHeader, message) & 0xFFFF;
        message[2] = (byte) (checksum >>> 8);
        message[3] = (byte) checksum;
        return message;
    }

    static UnsafeBuffer memory(byte[] bytes) {
        return new UnsafeBuffer(bytes);
    }

    /** A received frame's buffers: the bytes in a chain whose pieces have these lengths, the last one the rest. */
    static int received(PacketPool pool, byte[] bytes, int... pieces) {
        PacketBuffers buffers = pool.buffers();
        int first = PacketBuffers.NONE;
        int last = PacketBuffers.NONE;
        int at = 0;
        for (int i = 0; i <= pieces.length; i++) {
            int length = i < pieces.length ? pieces[i] : bytes.length - at;
            int packet = pool.allocate(PacketPool.RECEIVE);
            buffers.memory().putBytes(buffers.append(packet, length), bytes, at, length);
            buffers.flags(packet, PacketBuffers.CHECKSUM_VERIFIED);
            if (last == PacketBuffers.NONE) {
                first = packet;
            } else {
                buffers.continuation(last, packet);
            }
            last = packet;
            at += length;
        }
        buffers.frameLength(first, bytes.length);
        return first;
    }

    /** The data of a packet, over all its buffers. */
    static byte[] data(PacketPool pool, int first) {
        PacketBuffers buffers = pool.buffers();
        byte[] all = new byte[0];
        for (int packet = first;
                packet != PacketBuffers.NONE;
                packet = buffers.continuation(packet)) {
            byte[] piece = new byte[buffers.length(packet)];
            buffers.memory().getBytes(buffers.data(packet), piece);
            all = joined(all, piece);
        }
        return all;
    }

    static byte[] icmpInIpv4(int type, int code) {
        return ipv4(IpProtocol.ICMP, icmpv4(type, code, "00000000", udp(20)));
    }

    static byte[] icmpInIpv6(int type, int code) {
        byte[] message = icmpv6(PEER6, HOST6, type, code, "00000000", udp(20));
        return ipv6(IpProtocol.ICMPV6, message);
    }
}
