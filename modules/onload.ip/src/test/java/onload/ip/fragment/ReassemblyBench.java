package onload.ip.fragment;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.wire.IpProtocol;
import onload.wire.Ipv6ExtensionHeaders;

import java.util.ArrayList;
import java.util.List;

/** A reassembly, what goes into it as bytes, and what comes out of it as bytes. */
final class ReassemblyBench {
    static final int INTERFACE = 3;
    static final long SECOND = 1_000_000_000L;

    /** What {@link #offer4} and {@link #offer6} answer if nothing came out; problems are theirs. */
    static final byte[] NOTHING = {};

    /** A datagram that was given up. */
    record TimedOut(List<Byte> first, int interfaceIndex, long nowNs) {}

    final PacketPool pool;
    final PacketBuffers buffers;
    final IpCounters counters = new IpCounters();
    final List<TimedOut> timedOut = new ArrayList<>();
    final Reassembly reassembly;
    long nowNs = -5 * SECOND;
    int interfaceIndex = INTERFACE;
    int problem;

    /** The packet that came out last, which the bench has released; its flags and time before. */
    int flags;

    long timestampNs;
    int firstLength;

    private final Ipv6ExtensionHeaders parser = new Ipv6ExtensionHeaders(64, 64);

    ReassemblyBench(PacketPool pool, ReassemblyOptions options) {
        this.pool = pool;
        buffers = pool.buffers();
        reassembly =
                new Reassembly(
                        options,
                        pool,
                        counters,
                        (packet, index, now) ->
                                timedOut.add(
                                        new TimedOut(
                                                IpBytes.list(IpBytes.read(buffers, packet)),
                                                index,
                                                now)),
                        0x1234_5678_9ABCL);
    }

    ReassemblyBench(PacketPool pool) {
        this(pool, ReassemblyOptions.DEFAULT);
    }

    long count(IpCounter counter) {
        return counters.get(counter);
    }

    /** {@return the whole datagram, or {@link #NOTHING}} */
    byte[] offer4(byte[] fragment, int... pieces) {
        return taken(reassembly.ipv4(receive(fragment, pieces), interfaceIndex, nowNs));
    }

    /** {@return the whole packet, or {@link #NOTHING}; then {@link #problem} is 0 or one} */
    byte[] offer6(byte[] fragment, int... pieces) {
        int packet = receive(fragment, pieces);
        int header = buffers.data(packet);
        int length = Math.min(buffers.length(packet), fragment.length);
        parser.parse(buffers.memory(), header, length);
        if (parser.fragmentHeaderOffset() < 0) {
            pool.release(packet);
            return NOTHING;
        }
        int answer =
                reassembly.ipv6(
                        packet,
                        parser.fragmentHeaderOffset(),
                        parser.fragmentNextHeaderOffset(),
                        interfaceIndex,
                        nowNs);
        problem = answer < PacketBuffers.NONE ? answer : 0;
        if (problem != 0) {
            pool.release(packet);
            return NOTHING;
        }
        return taken(answer);
    }

    private byte[] taken(int packet) {
        if (packet == PacketBuffers.NONE) {
            return NOTHING;
        }
        flags = buffers.flags(packet);
        timestampNs = buffers.timestampNs(packet);
        firstLength = buffers.length(packet);
        byte[] bytes = IpBytes.read(buffers, packet);
        if (bytes.length != buffers.frameLength(packet)) {
            throw new AssertionError(
                    "frame length %d of %d bytes"
                            .formatted(buffers.frameLength(packet), bytes.length));
        }
        pool.release(packet);
        return bytes;
    }

    int receive(byte[] bytes, int... pieces) {
        int packet = IpBytes.packet(pool, PacketPool.RECEIVE, bytes, pieces);
        buffers.timestampNs(packet, nowNs);
        buffers.flags(packet, PacketBuffers.CHECKSUM_VERIFIED | PacketBuffers.HASHED);
        return packet;
    }

    void advance(long byNs) {
        nowNs += byNs;
        reassembly.advance(nowNs);
    }

    /** A fragment of the datagram with an identification, from one host: UDP, 40 bytes a letter's worth each. */
    static byte[] fragment4(int identification, int offset, int length, boolean more) {
        return IpBytes.ipv4(
                0x0A00_0001,
                IpProtocol.UDP,
                identification,
                offset,
                more,
                IpBytes.payload(offset, length));
    }

    static byte[] fragment6(int identification, int offset, int length, boolean more) {
        return IpBytes.ipv6Fragment(
                1, IpProtocol.UDP, identification, offset, more, IpBytes.payload(offset, length));
    }
}
