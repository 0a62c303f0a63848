package onload.ip.fragment;

import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.Ipv6FragmentHeader;
import onload.wire.Ipv6Header;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Datagrams and fragments as bytes, and packets of them. */
final class IpBytes {
    static final int DESTINATION = 0x0A00_0002;
    static final long PREFIX = 0x2001_0DB8_0000_0001L;

    private IpBytes() {}

    /** {@return bytes that say where in the whole they belong} */
    static byte[] payload(int offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ((offset + i) * 31 + ((offset + i) >> 8));
        }
        return bytes;
    }

    static byte[] ipv4(
            int source,
            int protocol,
            int identification,
            int offset,
            boolean more,
            byte[] payload) {
        return ipv4(source, protocol, identification, offset, more, 0, new byte[0], payload);
    }

    static byte[] ipv4(
            int source,
            int protocol,
            int identification,
            int offset,
            boolean more,
            int trafficClass,
            byte[] options,
            byte[] payload) {
        byte[] bytes = new byte[20 + options.length + payload.length];
        UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        Ipv4Header.write(
                buffer, 0, source, DESTINATION, protocol, 64, options.length + payload.length);
        Ipv4Header.headerLength(buffer, 0, 20 + options.length);
        Ipv4Header.identification(buffer, 0, identification);
        Ipv4Header.fragment(buffer, 0, more ? Ipv4Header.MORE_FRAGMENTS : 0, offset);
        Ipv4Header.trafficClass(buffer, 0, trafficClass);
        buffer.putBytes(20, options);
        buffer.putBytes(20 + options.length, payload);
        Ipv4Header.updateChecksum(buffer, 0);
        return bytes;
    }

    static byte[] ipv6(long source, int nextHeader, int trafficClass, byte[] payload) {
        byte[] bytes = new byte[40 + payload.length];
        UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        Ipv6Header.write(buffer, 0, PREFIX, source, PREFIX, 2, nextHeader, 64, payload.length);
        Ipv6Header.trafficClassAndFlowLabel(buffer, 0, trafficClass, 0x12345);
        buffer.putBytes(40, payload);
        return bytes;
    }

    static byte[] ipv6Fragment(
            long source,
            int protocol,
            int identification,
            int offset,
            boolean more,
            byte[] payload) {
        return ipv6Fragment(
                source, protocol, identification, offset, more, 0, new byte[0], payload);
    }

    /**
     * @param extensions headers before the fragment header, hop-by-hop options first; the next header of the last one
     *     is that of the fragment header
     */
    static byte[] ipv6Fragment(
            long source,
            int protocol,
            int identification,
            int offset,
            boolean more,
            int trafficClass,
            byte[] extensions,
            byte[] payload) {
        byte[] rest = new byte[extensions.length + 8 + payload.length];
        UnsafeBuffer buffer = new UnsafeBuffer(rest);
        buffer.putBytes(0, extensions);
        Ipv6FragmentHeader.write(buffer, extensions.length, protocol, offset, more, identification);
        buffer.putBytes(extensions.length + 8, payload);
        int next = extensions.length == 0 ? IpProtocol.FRAGMENT : IpProtocol.HOP_BY_HOP;
        return ipv6(source, next, trafficClass, rest);
    }

    /** {@return an extension header with padding alone} */
    static byte[] extension(int nextHeader, int length) {
        byte[] bytes = new byte[length];
        bytes[0] = (byte) nextHeader;
        bytes[1] = (byte) (length / 8 - 1);
        int at = 2;
        while (at < length) {
            int data = Math.min(255, length - at - 2);
            bytes[at] = 1;
            bytes[at + 1] = (byte) data;
            at += 2 + data;
        }
        return bytes;
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /**
     * {@return a packet of these bytes, over as many buffers as it takes}
     *
     * @param pieces lengths of the first buffers; the rest is as full as can be
     */
    static int packet(PacketPool pool, int share, byte[] bytes, int... pieces) {
        PacketBuffers buffers = pool.buffers();
        int first = PacketBuffers.NONE;
        int last = PacketBuffers.NONE;
        int at = 0;
        for (int i = 0; i == 0 || at < bytes.length; i++) {
            int most = Math.min(bytes.length - at, buffers.dataCapacity());
            int length = i < pieces.length ? Math.min(pieces[i], most) : most;
            int packet = pool.allocate(share);
            if (packet == PacketBuffers.NONE) {
                throw new IllegalStateException("the test's pool is too small");
            }
            buffers.memory().putBytes(buffers.append(packet, length), bytes, at, length);
            at += length;
            if (first == PacketBuffers.NONE) {
                first = packet;
            } else {
                buffers.continuation(last, packet);
            }
            last = packet;
        }
        buffers.frameLength(first, bytes.length);
        return first;
    }

    static List<Byte> list(byte[] bytes) {
        List<Byte> list = new ArrayList<>();
        for (byte value : bytes) {
            list.add(value);
        }
        return list;
    }

    static byte[] read(PacketBuffers buffers, int packet) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int at = packet; at != PacketBuffers.NONE; at = buffers.continuation(at)) {
            byte[] piece = new byte[buffers.length(at)];
            buffers.memory().getBytes(buffers.data(at), piece);
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }
}
