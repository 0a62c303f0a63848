package onload.bench;

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
import onload.sockets.Stack;
import onload.sockets.StackBuilder;

import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;

/** Two stacks in this process on one emulated cable that delays nothing, on the real clock. */
final class StackPair implements AutoCloseable {
    private static final String ONE = "192.0.2.1";
    private static final String OTHER = "192.0.2.2";

    private final EmulatedNetwork network;
    final Stack one;
    final Stack other;

    private StackPair(NanoClock clockOfOne, UnaryOperator<StackBuilder> setUp) {
        network = EmulatedNetwork.onRealTime(SystemNanoClock.INSTANCE, 1);
        EmulatedNic first = network.addNic(NicSettings.DEFAULT);
        EmulatedNic second = network.addNic(NicSettings.DEFAULT);
        network.connect(first, second, LinkSettings.PERFECT);
        one = open(first, ONE, clockOfOne, setUp);
        other = open(second, OTHER, SystemNanoClock.INSTANCE, setUp);
    }

    /** {@return two stacks with the same options} */
    static StackPair open(UnaryOperator<StackBuilder> setUp) {
        return new StackPair(SystemNanoClock.INSTANCE, setUp);
    }

    /** {@return two stacks with the same options, one of which reads the time elsewhere} */
    static StackPair open(NanoClock clockOfOne, UnaryOperator<StackBuilder> setUp) {
        return new StackPair(clockOfOne, setUp);
    }

    private static Stack open(
            EmulatedNic nic, String address, NanoClock clock, UnaryOperator<StackBuilder> setUp) {
        StackBuilder builder =
                Stack.builder()
                        .nics(Nics.of(new CableEnd(nic)))
                        .nic("cable")
                        .address(address + "/24")
                        .clock(clock)
                        .option("ipv6", "off");
        return setUp.apply(builder).open();
    }

    static InetSocketAddress atOne(int port) {
        return new InetSocketAddress(ONE, port);
    }

    static InetSocketAddress atOther(int port) {
        return new InetSocketAddress(OTHER, port);
    }

    @Override
    public void close() {
        one.close(0);
        other.close(0);
        network.close();
    }

    /** Gives out one emulated NIC. */
    private record CableEnd(EmulatedNic nic) implements NicProvider {
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
