package onload.bench;

import onload.nic.emulated.EmulatedNetwork;
import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.PacketPool;
import onload.nic.packet.PoolOptions;
import onload.nic.spi.NicEvents;
import onload.nic.spi.VirtualInterface;
import onload.wire.EthernetHeader;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * One frame through an emulated cable, on virtual time, in batches of 32, all in: a buffer allocated, the frame
 * transmitted, the doorbell, both copies of what DMA would do, the receive buffer posted and polled, both buffers
 * released. The cable is perfect; {@link #throughASwitch} has a switch in the middle.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class EmulatedCableBenchmark {
    private static final int BATCH = 32;
    private static final int BUFFERS = 1024;
    private static final int EXPERIMENTAL_TYPE = 0x88B5;

    /** Bytes of a frame. */
    @Param({"64", "1514"})
    public int length;

    private final PacketPool senders = pool();
    private final PacketPool receivers = pool();
    private final Path cable = new Path(false);
    private final Path throughSwitch = new Path(true);

    private static PacketPool pool() {
        return PacketPool.open(PoolOptions.of(BUFFERS).withAccounting(false));
    }

    /** Two NICs with something between them, and the time there. */
    private final class Path {
        final EmulatedNetwork network = EmulatedNetwork.onVirtualTime(1);
        final VirtualInterface sender;
        final VirtualInterface receiver;
        final NicEvents atSender = new Release(senders);
        final NicEvents atReceiver = new Release(receivers);
        long nowNs = 1;

        Path(boolean withSwitch) {
            EmulatedNic one = network.addNic(NicSettings.DEFAULT);
            EmulatedNic other = network.addNic(NicSettings.DEFAULT);
            if (withSwitch) {
                var middle = network.addSwitch();
                network.connect(one, middle, LinkSettings.PERFECT);
                network.connect(middle, other, LinkSettings.PERFECT);
            } else {
                network.connect(one, other, LinkSettings.PERFECT);
            }
            sender = one.open(0, senders);
            receiver = other.open(0, receivers);
        }

        int batch() {
            receiver.post(BATCH);
            for (int i = 0; i < BATCH; i++) {
                int packet = senders.allocate(PacketPool.SEND);
                int at = senders.buffers().append(packet, length);
                EthernetHeader.write(
                        senders.buffers().memory(),
                        at,
                        receiver.macAddress(),
                        sender.macAddress(),
                        EXPERIMENTAL_TYPE);
                sender.transmit(packet);
            }
            sender.ring(nowNs);
            nowNs += 1000;
            int events = sender.poll(nowNs, atSender, 2 * BATCH);
            events += receiver.poll(nowNs, atReceiver, 2 * BATCH);
            if (events != 2 * BATCH) {
                throw new IllegalStateException(events + " events of " + 2 * BATCH);
            }
            return events;
        }
    }

    /** Releases what comes. */
    private record Release(PacketPool pool) implements NicEvents {
        @Override
        public void received(int packet) {
            pool.release(packet);
        }

        @Override
        public void transmitted(int packet) {
            pool.release(packet);
        }
    }

    /** Lets the switch learn both stations. */
    @Setup
    public void learn() {
        cable.batch();
        throughSwitch.batch();
    }

    /** Detaches the NICs and gives the memory back. */
    @TearDown
    public void close() {
        cable.network.close();
        throughSwitch.network.close();
        senders.close();
        receivers.close();
    }

    /** {@return the events of a batch: a frame through a cable each} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int throughACable() {
        return cable.batch();
    }

    /** {@return the events of a batch: a frame through two cables and a switch each} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int throughASwitch() {
        return throughSwitch.batch();
    }
}
