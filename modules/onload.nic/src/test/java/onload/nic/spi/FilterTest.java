package onload.nic.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import onload.wire.IpAddress;
import onload.wire.IpProtocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class FilterTest {
    private static final IpAddress HERE = IpAddress.parse("192.0.2.1");
    private static final IpAddress THERE = IpAddress.parse("192.0.2.2");
    private static final IpAddress HERE6 = IpAddress.parse("2001:db8::1");
    private static final IpAddress THERE6 = IpAddress.parse("2001:db8::2");

    @Test
    void aFlowOfEitherVersionAndProtocolIsTakenAtTheEndsOfThePortRange() {
        for (int protocol : new int[] {IpProtocol.TCP, IpProtocol.UDP}) {
            FlowFilter flow = new FlowFilter(protocol, HERE, 1, THERE, 65535);
            assertEquals(flow, new FlowFilter(protocol, HERE, 1, THERE, 65535));
            assertNotEquals(flow, new FlowFilter(protocol, THERE, 1, HERE, 65535));
            new FlowFilter(protocol, HERE6, 65535, THERE6, 1);
            new LocalFilter(protocol, HERE6, 65535);
        }
    }

    @Test
    void aPortOutOfRangeIsRefusedAtEitherEnd() {
        for (int port : new int[] {Integer.MIN_VALUE, -1, 0, 65536, Integer.MAX_VALUE}) {
            String message = "a filter cannot be for port " + port + "; expected 1 to 65535";
            assertRefused(message, () -> new FlowFilter(IpProtocol.TCP, HERE, port, THERE, 80));
            assertRefused(message, () -> new FlowFilter(IpProtocol.TCP, HERE, 80, THERE, port));
            assertRefused(message, () -> new LocalFilter(IpProtocol.UDP, HERE, port));
        }
    }

    @Test
    void aProtocolWithoutPortsIsRefused() {
        for (int protocol : new int[] {-1, 0, IpProtocol.ICMP, IpProtocol.ICMPV6, 256 + 6}) {
            String message =
                    "a filter cannot be for protocol %d; expected 6 (TCP) or 17 (UDP)"
                            .formatted(protocol);
            assertRefused(message, () -> new FlowFilter(protocol, HERE, 1, THERE, 2));
            assertRefused(message, () -> new LocalFilter(protocol, HERE, 1));
        }
    }

    @Test
    void aFlowBetweenTwoVersionsIsRefused() {
        assertRefused(
                "a flow cannot be between 192.0.2.1 and 2001:db8::2; expected two addresses of one"
                        + " IP version",
                () -> new FlowFilter(IpProtocol.TCP, HERE, 1, THERE6, 2));
        assertRefused(
                "a flow cannot be between 2001:db8::1 and 192.0.2.2; expected two addresses of one"
                        + " IP version",
                () -> new FlowFilter(IpProtocol.UDP, HERE6, 1, THERE, 2));
    }

    @Test
    void anAddressThatIsWrittenInAnotherWayIsTheSameFilter() {
        assertEquals(
                new LocalFilter(IpProtocol.UDP, HERE, 53),
                new LocalFilter(IpProtocol.UDP, IpAddress.parse("::ffff:192.0.2.1"), 53));
        assertEquals(new EverythingFilter(), new EverythingFilter());
    }

    private static void assertRefused(String message, Executable action) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
    }
}
