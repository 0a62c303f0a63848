package onload.jdk.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.jdk.OnloadSelectorProvider;
import onload.sockets.Stack;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Map;

@Timeout(30)
class AccelerationTest {
    private static final String TWO =
            "nic emulated:place address 192.0.2.1/24 address 2001:db8::1/64 gateway 192.0.2.254"
                    + " option packets=4096 option dump=off"
                    + " stack nic emulated:place address 192.0.2.2/24 option packets=4096 option dump=off";

    private static Acceleration two() {
        return Acceleration.of(AccelerationPlan.parse(TWO), Map.of());
    }

    private static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    @Test
    void aConnectionGoesByTheFirstStackThatReachesTheAddressAndDoesNotOwnIt() {
        try (Acceleration acceleration = two()) {
            List<Stack> stacks = acceleration.stacks();
            assertSame(stacks.get(0), acceleration.toConnect(address("192.0.2.2")).stack());
            assertSame(stacks.get(1), acceleration.toConnect(address("192.0.2.1")).stack());
            assertSame(stacks.get(0), acceleration.toConnect(address("192.0.2.9")).stack());
            assertSame(stacks.get(0), acceleration.toConnect(address("198.51.100.1")).stack());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "0.0.0.0"})
    void loopbackIsTheKernelsAndTheReasonSaysSo(String literal) {
        try (Acceleration acceleration = two()) {
            Placement placement = acceleration.toConnect(address(literal));
            assertFalse(placement.isAccelerated());
            assertEquals("loopback addresses are the kernel's", placement.reason());
        }
    }

    @Test
    void whatNoStackReachesOrOwnsIsTheKernels() {
        try (Acceleration acceleration = two()) {
            assertEquals(
                    "no stack has a route to 2001:db8:1::1",
                    acceleration
                            .toConnect(address("2001:db8:1::1"))
                            .reason()
                            .replace(":0", "")
                            .replace("2001:db8:1:1", "2001:db8:1::1"));
            assertEquals(
                    "198.51.100.1 is an address of no stack",
                    acceleration.toBind(address("198.51.100.1")).reason());
            assertTrue(acceleration.toBind(address("192.0.2.2")).isAccelerated());
        }
    }

    @Test
    void anIpv6AddressCanBeBoundAndReachedAtOnce() throws IOException {
        try (Acceleration acceleration = two()) {
            SelectorProvider provider = OnloadSelectorProvider.of(acceleration);
            try (ServerSocketChannel server = provider.openServerSocketChannel();
                    SocketChannel client = provider.openSocketChannel()) {
                server.bind(new InetSocketAddress(address("2001:db8::1"), 0));
                client.connect(server.getLocalAddress());
                assertTrue(client.isConnected());
            }
        }
    }

    @Test
    void aStackThatCannotBeOpenedLeavesEverythingToTheKernelAndSaysWhy() throws IOException {
        try (Acceleration acceleration =
                Acceleration.of(
                        AccelerationPlan.parse("nic nosuch:thing address 192.0.2.1/24"),
                        Map.of())) {
            assertTrue(acceleration.stacks().isEmpty());
            assertTrue(acceleration.trouble().startsWith("the stack could not be opened: "));
            SelectorProvider provider = OnloadSelectorProvider.of(acceleration);
            try (ServerSocketChannel server = provider.openServerSocketChannel();
                    SocketChannel client = provider.openSocketChannel()) {
                server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                assertTrue(client.connect(server.getLocalAddress()));
                assertFalse(((Accelerable) client).isAccelerated());
            }
        }
    }

    @Test
    void nothingIsOpenedBeforeTheFirstSocketIsPlacedAndNothingAfterTheEnd() {
        Acceleration acceleration = two();
        assertTrue(acceleration.openStacks().isEmpty());
        assertTrue(acceleration.toBind(address("192.0.2.1")).isAccelerated());
        assertEquals(2, acceleration.openStacks().size());
        acceleration.close();
        Placement placement = acceleration.toConnect(address("192.0.2.1"));
        assertNull(placement.stack());
        assertEquals("the stacks of this process are closed", placement.reason());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nic",
                "cable emulated:x",
                "address 192.0.2.1/24",
                "nic emulated:x address 192.0.2.1/33",
                "nic emulated:x gateway here",
                "nic emulated:x route 198.51.100.0/24 by 192.0.2.1",
                "nic emulated:x route 198.51.100.0/24 via",
                "nic emulated:x option spin",
                "nic emulated:x option spim=1us",
                "nic emulated:x profile nosuch",
                "nic :",
            })
    void aPlanThatCannotBeReadIsRefusedInOneLine(String text) {
        String message =
                String.valueOf(
                        assertThrows(RuntimeException.class, () -> AccelerationPlan.parse(text))
                                .getMessage());
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.length() > 15, message);
    }

    @Test
    void variablesThatAreNoOptionsAreLeftOutAndOptionsAreTaken() {
        Map<String, String> environment =
                Map.of(
                        "ONLOAD_RUN", "x",
                        "ONLOAD_HOME", "/",
                        "ONLOAD_JAVA", "java",
                        "ONLOAD_STATS", "1",
                        "ONLOAD_SPIN", "5us",
                        "HOME", "/");
        assertEquals(1, AccelerationPlan.parse("nic emulated").stacks(environment).size());
        assertThrows(
                IllegalArgumentException.class,
                () -> AccelerationPlan.parse("nic emulated").stacks(Map.of("ONLOAD_SPIM", "5us")));
        assertTrue(AccelerationPlan.parse("").isEmpty());
        assertTrue(AccelerationPlan.parse("").stacks(environment).isEmpty());
    }
}
