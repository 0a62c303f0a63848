package onload.nic.emulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicCounter;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A queue of a NIC with a pool that keeps account, and what came in: closing it fails if a buffer is not home. */
final class Host implements NicEvents, AutoCloseable {
    final EmulatedNic nic;
    final PacketPool pool;
    final VirtualInterface port;
    final List<byte[]> frames = new ArrayList<>();
    final List<Long> timesNs = new ArrayList<>();
    final List<Integer> flags = new ArrayList<>();
    final List<Integer> hashes = new ArrayList<>();
    final List<Integer> transmitted = new ArrayList<>();
    final List<Boolean> linkChanges = new ArrayList<>();

    Host(EmulatedNic nic) {
        this(nic, 0, 2048);
    }

    Host(EmulatedNic nic, int queue, int buffers) {
        this(nic, queue, PoolOptions.of(buffers));
    }

    Host(EmulatedNic nic, int queue, PoolOptions options) {
        this(nic, queue, options, true);
    }

    /** Without accounting, a pool allocates nothing. */
    Host(EmulatedNic nic, int queue, int buffers, boolean accounting) {
        this(nic, queue, PoolOptions.of(buffers), accounting);
    }

    private Host(EmulatedNic nic, int queue, PoolOptions options, boolean accounting) {
        this.nic = nic;
        this.pool =
                PacketPool.open(
                        options.withHugePages(HugePages.NEVER)
                                .withAccounting(accounting)
                                .withThresholds(0, 0)
                                .withLimits(options.buffers(), options.buffers()));
        this.port = nic.open(queue, pool);
    }

    long mac() {
        return nic.macAddress();
    }

    long count(NicCounter counter) {
        return port.counters().get(counter);
    }

    /** {@return a packet with these bytes, over as many buffers as they need} */
    int packet(byte[] frame) {
        return packet(frame, pool.buffers().dataCapacity());
    }

    /** {@return a packet with these bytes, so many in each buffer} */
    int packet(byte[] frame, int bytesPerBuffer) {
        PacketBuffers buffers = pool.buffers();
        int first = PacketBuffers.NONE;
        int last = PacketBuffers.NONE;
        int at = 0;
        do {
            byte[] part =
                    Arrays.copyOfRange(frame, at, Math.min(frame.length, at + bytesPerBuffer));
            int packet = pool.allocate(PacketPool.SEND);
            assertNotEquals(PacketBuffers.NONE, packet, "the test's pool is too small");
            buffers.memory().putBytes(buffers.append(packet, part.length), part);
            if (first == PacketBuffers.NONE) {
                first = packet;
                buffers.frameLength(packet, frame.length);
            } else {
                buffers.continuation(last, packet);
            }
            last = packet;
            at += part.length;
        } while (at < frame.length);
        return first;
    }

    /** {@return what transmit answered; what was refused is released} */
    int queue(byte[] frame) {
        int packet = packet(frame);
        int answer = port.transmit(packet);
        if (answer != 0) {
            pool.release(packet);
        }
        return answer;
    }

    /** Sends frames with one doorbell. */
    void send(long nowNs, byte[]... batch) {
        for (byte[] frame : batch) {
            assertEquals(0, queue(frame));
        }
        port.ring(nowNs);
    }

    /** Polls until nothing is there. */
    void poll(long nowNs) {
        while (port.poll(nowNs, this, 64) > 0) {
            // Until nothing is waiting.
        }
    }

    /** Posts as much as there is room for. */
    Host post() {
        port.post(Integer.MAX_VALUE);
        return this;
    }

    @Override
    public void received(int packet) {
        PacketBuffers buffers = pool.buffers();
        byte[] frame = new byte[buffers.frameLength(packet)];
        int at = 0;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            buffers.memory().getBytes(buffers.data(part), frame, at, buffers.length(part));
            at += buffers.length(part);
        }
        assertEquals(frame.length, at, "frame length and the lengths of its buffers");
        frames.add(frame);
        timesNs.add(buffers.timestampNs(packet));
        flags.add(buffers.flags(packet));
        hashes.add(buffers.receiveHash(packet));
        pool.release(packet);
    }

    @Override
    public void transmitted(int packet) {
        transmitted.add(packet);
        pool.release(packet);
    }

    @Override
    public void linkChanged(boolean up) {
        linkChanges.add(up);
    }

    /** {@return the numbers of the frames that came in, in their order} */
    List<Integer> numbers() {
        return frames.stream().map(Frames::number).toList();
    }

    @Override
    public void close() {
        port.close();
        assertEquals("", pool.outstanding());
        assertEquals(0, pool.badReleases());
        pool.close();
    }
}
