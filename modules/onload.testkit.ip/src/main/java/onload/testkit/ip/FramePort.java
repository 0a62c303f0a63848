package onload.testkit.ip;

import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.HugePages;
import onload.nic.packet.PacketBuffers;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** A NIC as a test uses it that plays somebody: whole frames in and out, as arrays of bytes. For one thread. */
final class FramePort implements NicEvents {
    private static final int BUFFERS = 512;
    private static final int RING = 256;
    private static final int BATCH = 64;

    private final EmulatedNic nic;
    private final PacketPool pool;
    private final PacketBuffers buffers;
    private final VirtualInterface port;
    private final Consumer<byte[]> received;
    private final Deque<byte[]> waiting = new ArrayDeque<>();

    /**
     * Opens a NIC.
     *
     * @param settings what it is like, but for its rings
     * @param received is given each frame that comes
     */
    FramePort(IpNetwork network, NicSettings settings, Consumer<byte[]> received) {
        pool =
                PacketPool.open(
                        PoolOptions.of(BUFFERS)
                                .withHugePages(HugePages.NEVER)
                                .withThresholds(0, 0)
                                .withAccounting(true));
        buffers = pool.buffers();
        nic = network.links().addNic(settings.toBuilder().rings(RING, RING).build());
        port = nic.open(0, pool);
        this.received = received;
        port.post(RING);
    }

    EmulatedNic nic() {
        return nic;
    }

    /** Queues a frame, which goes out with the next poll, after those before it. */
    void send(byte[] frame) {
        waiting.add(frame.clone());
    }

    /** Takes in what has come and sends what is queued; answers whether there was anything. */
    boolean poll(long nowNs) {
        boolean busy = port.poll(nowNs, this, BATCH) > 0;
        boolean sent = false;
        while (!waiting.isEmpty() && transmit(waiting.element())) {
            waiting.remove();
            sent = true;
        }
        if (sent) {
            port.ring(nowNs);
        }
        port.post(RING);
        return busy || sent;
    }

    private boolean transmit(byte[] frame) {
        int packet = packet(frame);
        if (packet == PacketBuffers.NONE) {
            return false;
        }
        int result = port.transmit(packet);
        if (result < 0) {
            pool.release(packet);
        }
        if (result == VirtualInterface.TOO_LONG) {
            throw new IllegalArgumentException(
                    "a frame of %d bytes is longer than the NIC takes, whose MTU is %d"
                            .formatted(frame.length, nic.settings().mtu()));
        }
        return result == 0;
    }

    private int packet(byte[] frame) {
        int first = pool.allocate(PacketPool.SEND);
        int last = first;
        int done = 0;
        while (last != PacketBuffers.NONE && done < frame.length) {
            int part = Math.min(frame.length - done, buffers.tailroom(last));
            buffers.memory().putBytes(buffers.append(last, part), frame, done, part);
            done += part;
            if (done < frame.length) {
                int next = pool.allocate(PacketPool.SEND);
                if (next == PacketBuffers.NONE) {
                    pool.release(first);
                    return PacketBuffers.NONE;
                }
                buffers.continuation(last, next);
                last = next;
            }
        }
        if (first != PacketBuffers.NONE) {
            buffers.frameLength(first, frame.length);
        }
        return first;
    }

    @Override
    public void received(int packet) {
        byte[] frame = new byte[buffers.frameLength(packet)];
        int done = 0;
        for (int part = packet; part != PacketBuffers.NONE; part = buffers.continuation(part)) {
            buffers.memory().getBytes(buffers.data(part), frame, done, buffers.length(part));
            done += buffers.length(part);
        }
        pool.release(packet);
        received.accept(frame);
    }

    @Override
    public void transmitted(int packet) {
        pool.release(packet);
    }

    /** Closes the NIC; answers which buffers are not home, or an empty text. */
    String close() {
        port.close();
        String outstanding = pool.outstanding();
        pool.close();
        return outstanding;
    }
}
