package onload.sockets;

import onload.nic.Nics;
import onload.nic.emulated.EmulatedNetwork;
import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Availability;
import onload.nic.spi.NicOptions;
import onload.nic.spi.NicProvider;
import onload.nic.spi.VirtualInterface;

import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** Two stacks on one cable: one with the address 192.0.2.1, the other with 192.0.2.2. */
final class TwoStacks implements AutoCloseable {
    static final String ONE = "192.0.2.1";
    static final String OTHER = "192.0.2.2";

    final EmulatedNetwork network;
    final Stack one;
    final Stack other;
    final List<Throwable> faults = new ArrayList<>();

    private TwoStacks(
            EmulatedNetwork network,
            NanoClock clock,
            LinkSettings link,
            UnaryOperator<StackBuilder> setUp) {
        this.network = network;
        EmulatedNic first = network.addNic(NicSettings.DEFAULT);
        EmulatedNic second = network.addNic(NicSettings.DEFAULT);
        network.connect(first, second, link);
        one = open(first, ONE, clock, 1, setUp);
        other = open(second, OTHER, clock, 2, setUp);
    }

    /** On the real clock; options by {@code setUp}. */
    static TwoStacks onRealTime(UnaryOperator<StackBuilder> setUp) {
        return onRealTime(LinkSettings.builder().build(), setUp);
    }

    static TwoStacks onRealTime(LinkSettings link, UnaryOperator<StackBuilder> setUp) {
        NanoClock clock = SystemNanoClock.INSTANCE;
        return new TwoStacks(EmulatedNetwork.onRealTime(clock, 1), clock, link, setUp);
    }

    /** On virtual time, driven by {@link #run}; nothing may wait. */
    static TwoStacks onVirtualTime(MovedClock clock, UnaryOperator<StackBuilder> setUp) {
        return new TwoStacks(
                EmulatedNetwork.onVirtualTime(1),
                clock,
                LinkSettings.builder().delayNs(10_000).build(),
                b -> setUp.apply(b.option("drive", "polled")));
    }

    /** A clock that the test moves. */
    static final class MovedClock implements NanoClock {
        long nowNs = 1;

        @Override
        public long nanoTime() {
            return nowNs;
        }
    }

    /** Lets time go by in steps, both stacks polling after each. */
    void run(MovedClock clock, long durationNs) {
        long endNs = clock.nowNs + durationNs;
        while (clock.nowNs < endNs) {
            long next = Math.min(one.nextDeadlineNs(), other.nextDeadlineNs());
            next = Math.min(next, network.nextDueNs());
            clock.nowNs = Math.min(endNs, Math.max(clock.nowNs + 1_000, next));
            one.poll();
            other.poll();
        }
    }

    private Stack open(
            EmulatedNic nic,
            String address,
            NanoClock clock,
            long seed,
            UnaryOperator<StackBuilder> setUp) {
        StackBuilder builder =
                Stack.builder()
                        .nics(Nics.of(new CableProvider(nic)))
                        .nic("cable")
                        .address(address + "/24")
                        .clock(clock)
                        .random(new SplittableRandom(seed))
                        .errorHandler(this::fault)
                        .option("packets", "4096")
                        .option("ipv6", "0");
        return setUp.apply(builder).open();
    }

    private synchronized void fault(Throwable fault) {
        faults.add(fault);
    }

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(address, port);
    }

    @Override
    public void close() {
        one.close();
        other.close();
        network.close();
        if (!faults.isEmpty()) {
            AssertionError error = new AssertionError(faults.size() + " faults of a stack");
            faults.forEach(error::addSuppressed);
            throw error;
        }
        String left = one.outstanding() + other.outstanding();
        if (!left.isEmpty()) {
            throw new AssertionError(left);
        }
    }

    /** Gives out one emulated NIC. */
    private record CableProvider(EmulatedNic nic) implements NicProvider {
        @Override
        public String name() {
            return "cable";
        }

        @Override
        public String description() {
            return "an end of a cable";
        }

        @Override
        public Availability probe() {
            return Availability.available();
        }

        @Override
        public VirtualInterface open(NicOptions options, PacketPool pool) {
            return nic.open(0, pool);
        }
    }
}
