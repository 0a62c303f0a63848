package onload.nic.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.nic.packet.HugePages;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicEvents;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An interface that can be captured, a pool with accounting, and a stack that takes what comes. */
final class CaptureBench implements AutoCloseable, NicEvents {
    final PacketPool pool;
    final StubInterface stub;
    final CapturingInterface nic;
    final List<Throwable> faults = new ArrayList<>();
    int received;
    int transmitted;

    CaptureBench() {
        this(true);
    }

    CaptureBench(boolean accounting) {
        pool =
                PacketPool.open(
                        PoolOptions.of(256)
                                .withLimits(256, 256)
                                .withThresholds(0, 0)
                                .withHugePages(HugePages.NEVER)
                                .withAccounting(accounting));
        stub = new StubInterface(pool);
        nic = new CapturingInterface(stub, "lan0");
    }

    Capture start(CaptureOptions options) {
        Capture capture = Capture.start(options, faults::add);
        capture.add(nic);
        return capture;
    }

    static CaptureOptions to(Path folder) {
        return CaptureOptions.to(folder.resolve("capture.pcapng"));
    }

    PcapNgFile file(Capture capture, CaptureOptions options) throws IOException {
        capture.close();
        assertEquals(List.of(), faults);
        return PcapNgFile.read(options.file());
    }

    /** A frame arrives and is polled at once. */
    void receive(byte[] frame, long timestampNs) {
        stub.arrive(frame, timestampNs);
        nic.poll(timestampNs, this, 64);
    }

    /** A frame is transmitted with a doorbell of its own, and completed. */
    void transmit(byte[] frame, long nowNs) {
        assertEquals(0, nic.transmit(stub.frame(frame, 1024)));
        nic.ring(nowNs);
        nic.poll(nowNs, this, 64);
    }

    /** Overwrites what it gives back, as the next user of the buffer would. */
    @Override
    public void received(int packet) {
        received++;
        spoil(packet);
        pool.release(packet);
    }

    @Override
    public void transmitted(int packet) {
        transmitted++;
        spoil(packet);
        pool.release(packet);
    }

    private void spoil(int packet) {
        pool.buffers()
                .memory()
                .setMemory(pool.buffers().data(packet), pool.buffers().length(packet), (byte) 0xEE);
    }

    @Override
    public void close() {
        nic.close();
        assertEquals("", pool.outstanding());
        pool.close();
    }
}
