package onload.sockets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.nic.Nics;
import onload.nic.emulated.EmulatedNetwork;
import onload.nic.emulated.EmulatedNic;
import onload.nic.emulated.LinkSettings;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.PacketPool;
import onload.nic.spi.Availability;
import onload.nic.spi.NicOptions;
import onload.nic.spi.NicProvider;
import onload.nic.spi.NicUnavailableException;
import onload.nic.spi.VirtualInterface;

import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

@Timeout(60)
class StackOpeningTest {
    /** Opens emulated NICs, and fails at one of them. */
    private static final class Failing implements NicProvider {
        final EmulatedNetwork network = EmulatedNetwork.onRealTime(SystemNanoClock.INSTANCE, 1);
        final List<EmulatedNic> nics = new ArrayList<>();
        final int failsAt;

        Failing(int failsAt) {
            this.failsAt = failsAt;
        }

        @Override
        public String name() {
            return "failing";
        }

        @Override
        public String description() {
            return "fails";
        }

        @Override
        public Availability probe() {
            return Availability.available();
        }

        @Override
        public VirtualInterface open(NicOptions options, PacketPool pool) {
            if (nics.size() == failsAt) {
                throw new NicUnavailableException("it fails");
            }
            EmulatedNic nic = network.addNic(NicSettings.DEFAULT);
            nics.add(nic);
            return nic.open(0, pool);
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().startsWith("onload opening"))
                .count();
    }

    private static StackBuilder builder(Failing provider) {
        return Stack.builder()
                .nics(Nics.of(provider))
                .option("packets", "512")
                .option("name", "opening")
                .option("ipv6", "off")
                .option("dump", "off");
    }

    @Test
    void aStackWithoutANicIsRefused() {
        assertEquals(
                "a stack needs a NIC; name one by nic(…), such as nic(\"emulated\")",
                assertThrows(IllegalStateException.class, () -> Stack.builder().open())
                        .getMessage());
    }

    @Test
    void anAddressBeforeANicIsRefused() {
        assertThrows(IllegalStateException.class, () -> Stack.builder().address("192.0.2.1/24"));
    }

    @Test
    void aSecondNicThatFailsClosesTheFirst() {
        Failing provider = new Failing(1);
        StackBuilder builder = builder(provider).nic("failing").nic("failing");
        assertThrows(NicUnavailableException.class, builder::open);
        provider.network.remove(provider.nics.getFirst());
        assertEquals(0, threads());
    }

    @Test
    void anAddressThatCannotBeClosesTheNic() {
        Failing provider = new Failing(9);
        StackBuilder builder = builder(provider).nic("failing").address("224.0.0.1/24");
        assertThrows(IllegalArgumentException.class, builder::open);
        provider.network.remove(provider.nics.getFirst());
        assertEquals(0, threads());
    }

    @Test
    void aStackOfTwoNicsHasThreadsAndEndsThem() {
        Failing provider = new Failing(9);
        Stack stack =
                builder(provider)
                        .nic("failing")
                        .address("192.0.2.1/24")
                        .nic("failing")
                        .address("198.51.100.1/24")
                        .open();
        assertEquals(2, threads());
        assertEquals(2, stack.addresses().size());
        assertTrue(stack.reaches(stack.addresses().getFirst()));
        stack.close();
        stack.close();
        assertFalse(stack.isOpen());
        assertEquals(0, threads());
        assertEquals("", stack.outstanding());
        provider.nics.forEach(provider.network::remove);
    }

    @Test
    void aNicThatFailsWhileItSendsDoesNotKeepTheLock() throws Exception {
        Failing provider = new Failing(9);
        boolean[] fails = new boolean[1];
        NicProvider breaking =
                new NicProvider() {
                    @Override
                    public String name() {
                        return "failing";
                    }

                    @Override
                    public String description() {
                        return "fails when it sends";
                    }

                    @Override
                    public Availability probe() {
                        return Availability.available();
                    }

                    @Override
                    public VirtualInterface open(NicOptions options, PacketPool pool) {
                        VirtualInterface nic = provider.open(options, pool);
                        provider.network.connect(
                                provider.nics.getLast(),
                                provider.network.addSwitch(),
                                LinkSettings.builder().build());
                        return (VirtualInterface)
                                Proxy.newProxyInstance(
                                        VirtualInterface.class.getClassLoader(),
                                        new Class<?>[] {VirtualInterface.class},
                                        (proxy, method, arguments) -> {
                                            if (method.getName().equals("ring") && fails[0]) {
                                                throw new IllegalStateException("the NIC fails");
                                            }
                                            return method.invoke(nic, arguments);
                                        });
                    }
                };
        List<Throwable> faults = new ArrayList<>();
        try (Stack stack =
                builder(provider)
                        .nics(Nics.of(breaking))
                        .nic("failing")
                        .address("192.0.2.1/24")
                        .option("drive", "polled")
                        .errorHandler(faults::add)
                        .open()) {
            UdpSocket socket = stack.udp();
            fails[0] = true;
            for (int i = 0; i < 3; i++) {
                socket.sendTo(
                        new org.agrona.concurrent.UnsafeBuffer(new byte[10]),
                        0,
                        10,
                        new java.net.InetSocketAddress("192.0.2.255", 9));
                socket.set(SocketOption.SO_BROADCAST, 1);
            }
            fails[0] = false;
            assertTrue(stack.poll());
            assertFalse(faults.isEmpty());
            assertEquals(
                    faults.size(),
                    stack.counters().get(onload.sockets.counter.StackCounter.FAULTS));
        }
    }

    @Test
    void asManySocketsAsMayBe() {
        Failing provider = new Failing(9);
        try (Stack stack = builder(provider).nic("failing").option("max-sockets", "2").open()) {
            stack.udp();
            TcpSocket second = stack.tcp();
            assertEquals(
                    "stack opening has 2 sockets already; close one, or allow more by the option max-sockets",
                    assertThrows(IllegalStateException.class, stack::udp).getMessage());
            second.close();
            stack.tcp();
            assertEquals(2, stack.sockets());
        }
    }

    @Test
    void aPolledStackHasNoThread() {
        Failing provider = new Failing(9);
        try (Stack stack = builder(provider).nic("failing").option("drive", "polled").open()) {
            assertEquals(0, threads());
            assertTrue(stack.poll());
        }
    }

    @Test
    void anInterfaceThatIsNotThereIsAnsweredWithThoseThatAre() {
        Failing provider = new Failing(9);
        try (Stack stack = builder(provider).nic("failing").open()) {
            assertEquals(
                    "stack opening has no interface \"eth0\"; expected one of lo, failing",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> stack.interfaceNumber("eth0"))
                            .getMessage());
        }
    }
}
