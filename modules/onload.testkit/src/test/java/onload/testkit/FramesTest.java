package onload.testkit;

import static onload.testkit.FrameExpectation.expect;
import static onload.wire.TcpHeader.ACK;
import static onload.wire.TcpHeader.PSH;
import static onload.wire.TcpHeader.SYN;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.function.Function;

class FramesTest {
    @Test
    void aSynIsBuiltAndExpectedFieldByField() {
        byte[] frame =
                Frames.tcp("192.0.2.1", 1234, "192.0.2.2", 80)
                        .ethernet("02:00:00:00:00:0a", "02:00:00:00:00:0b")
                        .sequenceNumber(0xFFFF_FFFF)
                        .syn()
                        .window(1000)
                        .maximumSegmentSize(1460)
                        .sackPermitted()
                        .timestamps(7, 0)
                        .windowScale(9)
                        .build();
        assertEquals(14 + 20 + 40, frame.length);
        expect(frame)
                .ethernet("02:00:00:00:00:0a", "02:00:00:00:00:0b")
                .ip("192.0.2.1", "192.0.2.2")
                .hopLimit(64)
                .isTcp(1234, 80)
                .sequenceNumber(-1)
                .flags(SYN)
                .window(1000)
                .maximumSegmentSize(1460)
                .sackPermitted()
                .timestamps(7, 0)
                .windowScale(9)
                .sack()
                .noPayload();
    }

    @Test
    void dataWithSackBlocksOverIpv6InAVlan() {
        byte[] frame =
                Frames.tcp("2001:db8::1", 5, "2001:db8::2", 6)
                        .vlan(42)
                        .trafficClass(0xB8)
                        .sequenceNumber(1)
                        .ack(2)
                        .psh()
                        .sack(10, 20, 30, 40)
                        .payload("hello")
                        .build();
        expect(frame)
                .vlan(42)
                .ip("2001:db8::1", "2001:db8::2")
                .trafficClass(0xB8)
                .isTcp(5, 6)
                .flags(PSH | ACK)
                .ack(2)
                .sack(10, 20, 30, 40)
                .payload("hello");
    }

    @Test
    void aUdpDatagramOfEitherVersionHasItsChecksum() {
        for (String[] ends : new String[][] {{"10.0.0.1", "10.0.0.2"}, {"fe80::1", "fe80::2"}}) {
            byte[] frame = Frames.udp(ends[0], 1, ends[1], 2).payload("x").padding(10).build();
            expect(frame).ip(ends[0], ends[1]).isUdp(1, 2, new byte[] {'x'});
        }
    }

    @Test
    void arpRequestAndReplyAreWhatTheySay() {
        expect(Frames.arpRequest("02:00:00:00:00:01", "10.0.0.1", "10.0.0.2"))
                .ethernet("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff")
                .isArpRequest("10.0.0.1", "10.0.0.2");
        expect(Frames.arpReply("02:00:00:00:00:02", "10.0.0.2", "02:00:00:00:00:01", "10.0.0.1"))
                .isArpReply("10.0.0.2", "10.0.0.1");
    }

    @Test
    void whatIsNotAsExpectedFailsAndShowsTheFrame() {
        byte[] frame = Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2).sequenceNumber(5).ack(6).build();
        fails(frame, "sequence number 7; it is 5", e -> e.isTcp(1, 2).sequenceNumber(7));
        fails(frame, "flags [S]; it is [A]", e -> e.isTcp(1, 2).flags(SYN));
        fails(frame, "source port 3; it is 1", e -> e.isTcp(3, 2));
        fails(frame, "protocol 17; it is 6", e -> e.isUdp(1, 2, new byte[0]));
        fails(frame, "presence of timestamps true", e -> e.isTcp(1, 2).timestamps(0, 0));
        fails(frame, "payload of 1 bytes", e -> e.isTcp(1, 2).payload("x"));
        fails(frame, "EtherType 2054; it is 2048", e -> e.isArpReply("10.0.0.1", "10.0.0.2"));
        assertThrows(AssertionError.class, () -> expect(null));
        fails(
                Frames.udp("10.0.0.1", 1, "10.0.0.2", 2).withoutChecksum().build(),
                "expected a checksum of UDP; it has none",
                e -> e.isUdp(1, 2, new byte[0]));
    }

    @Test
    void wrongChecksumsAreBuiltOnRequestAndFound() {
        fails(
                Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2).wrongTransportChecksum().build(),
                "the checksum of TCP is wrong",
                e -> e.isTcp(1, 2));
        fails(
                Frames.udp("10.0.0.1", 1, "10.0.0.2", 2).wrongIpChecksum().build(),
                "the checksum of the IPv4 header is wrong",
                e -> e.isUdp(1, 2, new byte[0]));
    }

    private static void fails(
            byte[] frame, String message, Function<FrameExpectation, Object> expectation) {
        AssertionError error =
                assertThrows(AssertionError.class, () -> expectation.apply(expect(frame)));
        assertTrue(String.valueOf(error.getMessage()).contains(message), error.getMessage());
    }
}
