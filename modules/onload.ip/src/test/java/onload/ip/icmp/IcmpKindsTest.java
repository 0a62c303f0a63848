package onload.ip.icmp;

import static onload.ip.spi.IcmpError.HOP_LIMIT_EXCEEDED;
import static onload.ip.spi.IcmpError.HOST_UNREACHABLE;
import static onload.ip.spi.IcmpError.NETWORK_UNREACHABLE;
import static onload.ip.spi.IcmpError.OTHER;
import static onload.ip.spi.IcmpError.PACKET_TOO_BIG;
import static onload.ip.spi.IcmpError.PARAMETER_PROBLEM;
import static onload.ip.spi.IcmpError.PORT_UNREACHABLE;
import static onload.ip.spi.IcmpError.PROHIBITED;
import static onload.ip.spi.IcmpError.PROTOCOL_UNREACHABLE;
import static onload.ip.spi.IcmpError.REASSEMBLY_TIME_EXCEEDED;
import static onload.ip.spi.IcmpError.SOURCE_ROUTE_FAILED;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;

import org.junit.jupiter.api.Test;

class IcmpKindsTest {
    /** RFC 1122, section 3.2.2.1, codes 0 to 12; RFC 1812, section 5.2.7.1, codes 13 to 15. */
    private static final int[] IPV4_UNREACHABLE = {
        NETWORK_UNREACHABLE,
        HOST_UNREACHABLE,
        PROTOCOL_UNREACHABLE,
        PORT_UNREACHABLE,
        PACKET_TOO_BIG,
        SOURCE_ROUTE_FAILED,
        NETWORK_UNREACHABLE,
        HOST_UNREACHABLE,
        HOST_UNREACHABLE,
        PROHIBITED,
        PROHIBITED,
        NETWORK_UNREACHABLE,
        HOST_UNREACHABLE,
        PROHIBITED,
        PROHIBITED,
        PROHIBITED
    };

    /** RFC 4443, section 3.1, codes 0 to 6; RFC 6550, code 7. */
    private static final int[] IPV6_UNREACHABLE = {
        NETWORK_UNREACHABLE,
        PROHIBITED,
        HOST_UNREACHABLE,
        HOST_UNREACHABLE,
        PORT_UNREACHABLE,
        PROHIBITED,
        PROHIBITED,
        SOURCE_ROUTE_FAILED
    };

    @Test
    void everyTypeAndCodeOfIpv4HasTheKindOfTheTableOrNone() {
        for (int type = 0; type < 256; type++) {
            for (int code = 0; code < 256; code++) {
                assertEquals(ipv4(type, code), IcmpKinds.ipv4(type, code), type + "/" + code);
            }
        }
    }

    private static int ipv4(int type, int code) {
        if (type == 3) {
            return code < 16 ? IPV4_UNREACHABLE[code] : OTHER;
        }
        if (type == 11) {
            return exceeded(code);
        }
        if (type == 12) {
            return code < 3 ? PARAMETER_PROBLEM : OTHER;
        }
        return IcmpKinds.NONE;
    }

    @Test
    void everyTypeAndCodeOfIpv6HasTheKindOfTheTableOrNone() {
        for (int type = 0; type < 256; type++) {
            for (int code = 0; code < 256; code++) {
                assertEquals(ipv6(type, code), IcmpKinds.ipv6(type, code), type + "/" + code);
            }
        }
    }

    private static int ipv6(int type, int code) {
        return switch (type) {
            case 1 -> code < 8 ? IPV6_UNREACHABLE[code] : OTHER;
            case 2 -> PACKET_TOO_BIG;
            case 3 -> exceeded(code);
            case 4 -> code == 1 ? PROTOCOL_UNREACHABLE : code < 11 ? PARAMETER_PROBLEM : OTHER;
            default -> type < 128 ? OTHER : IcmpKinds.NONE;
        };
    }

    private static int exceeded(int code) {
        return switch (code) {
            case 0 -> HOP_LIMIT_EXCEEDED;
            case 1 -> REASSEMBLY_TIME_EXCEEDED;
            default -> OTHER;
        };
    }

    @Test
    void sourceQuenchAndRedirectAreForNoTransport() {
        assertEquals(IcmpKinds.NONE, IcmpKinds.ipv4(Icmpv4Message.SOURCE_QUENCH, 0));
        assertEquals(IcmpKinds.NONE, IcmpKinds.ipv4(Icmpv4Message.REDIRECT, 1));
        assertEquals(IcmpKinds.NONE, IcmpKinds.ipv6(137, 0));
    }

    @Test
    void whatThisHostFindsIsReportedByTheTypeAndCodeThatMeanIt() {
        for (int kind = NETWORK_UNREACHABLE; kind < OTHER; kind++) {
            int reported = IcmpKinds.reported(true, kind);
            assertTrue(Icmpv4Message.isError(IcmpKinds.type(reported)));
            assertEquals(kind, IcmpKinds.ipv4(IcmpKinds.type(reported), IcmpKinds.code(reported)));
            int reported6 = IcmpKinds.reported(false, kind);
            assertTrue(Icmpv6Message.isError(IcmpKinds.type(reported6)));
            assertEquals(
                    kind, IcmpKinds.ipv6(IcmpKinds.type(reported6), IcmpKinds.code(reported6)));
        }
    }

    @Test
    void aNeighborThatDoesNotAnswerIsAHostThatIsUnreachable() {
        int reported = IcmpKinds.reported(true, HOST_UNREACHABLE);
        assertEquals(3, IcmpKinds.type(reported));
        assertEquals(1, IcmpKinds.code(reported));
        int reported6 = IcmpKinds.reported(false, HOST_UNREACHABLE);
        assertEquals(1, IcmpKinds.type(reported6));
        assertEquals(3, IcmpKinds.code(reported6));
    }

    @Test
    void otherKindsHaveNoMessage() {
        for (int kind : new int[] {-1, IcmpKinds.NONE, OTHER, 12}) {
            assertThrows(IllegalArgumentException.class, () -> IcmpKinds.reported(true, kind));
            assertThrows(IllegalArgumentException.class, () -> IcmpKinds.reported(false, kind));
        }
    }
}
