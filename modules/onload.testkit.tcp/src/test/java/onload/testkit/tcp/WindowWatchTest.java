package onload.testkit.tcp;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.InternetChecksum;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteOrder;

/** A host that sends what it must not is caught by the frames on its cable. */
class WindowWatchTest {
    private static final int ISS = -500;
    private static final int PEER_ISS = 77;
    private static final int WINDOW = 1000;
    private static final int IP = EthernetHeader.LENGTH;
    private static final int TCP = IP + Ipv4Header.MIN_LENGTH;

    private final SimulatedNetwork network = new SimulatedNetwork(1);
    private final SimulatedHost host =
            network.addHost(new HostSettings(Stage.tcp(Scenario.of(1)), 64, 16, 1500, false, 0));
    private final HostWatch watch = new HostWatch(host, true);
    private final UnsafeBuffer frame = new UnsafeBuffer(new byte[65_536]);

    @AfterEach
    void close() {
        network.close();
    }

    private int segment(
            boolean isOut,
            int sequence,
            int acknowledgment,
            int flags,
            int window,
            int payload,
            int scale) {
        frame.setMemory(0, 2000, (byte) 0);
        int header = TcpHeader.MIN_LENGTH;
        if (scale >= 0) {
            frame.putByte(TCP + header, (byte) TcpOptions.WINDOW_SCALE);
            frame.putByte(TCP + header + 1, (byte) TcpOptions.WINDOW_SCALE_LENGTH);
            frame.putByte(TCP + header + 2, (byte) scale);
            header += 4;
        }
        int total = Ipv4Header.MIN_LENGTH + header + payload;
        frame.putShort(IP - 2, (short) EtherType.IPV4, ByteOrder.BIG_ENDIAN);
        frame.putByte(IP, (byte) 0x45);
        Ipv4Header.totalLength(frame, IP, total);
        Ipv4Header.protocol(frame, IP, IpProtocol.TCP);
        Ipv4Header.source(frame, IP, 0x0A000000 + (isOut ? 1 : 2));
        Ipv4Header.destination(frame, IP, 0x0A000000 + (isOut ? 2 : 1));
        Ipv4Header.updateChecksum(frame, IP);
        TcpHeader.sourcePort(frame, TCP, isOut ? 4000 : 80);
        TcpHeader.destinationPort(frame, TCP, isOut ? 80 : 4000);
        TcpHeader.sequenceNumber(frame, TCP, sequence);
        TcpHeader.acknowledgmentNumber(frame, TCP, acknowledgment);
        TcpHeader.headerLengthAndFlags(frame, TCP, header, flags);
        TcpHeader.window(frame, TCP, window);
        long pseudo = Ipv4Header.pseudoHeader(frame, IP);
        TcpHeader.checksum(
                frame,
                TCP,
                InternetChecksum.fold(InternetChecksum.sum(frame, TCP, header + payload, pseudo)));
        return IP + total;
    }

    private void sends(int offset, int payload) {
        int length = segment(true, ISS + 1 + offset, PEER_ISS + 1, TcpHeader.ACK, 500, payload, -1);
        watch.sent(5, frame, 0, length);
    }

    private void hears(int acknowledged, int window) {
        int length =
                segment(false, PEER_ISS + 1, ISS + 1 + acknowledged, TcpHeader.ACK, window, 0, -1);
        watch.arrived(frame, 0, length);
    }

    private void opens(int ownScale, int peerScale) {
        watch.sent(1, frame, 0, segment(true, ISS, 0, TcpHeader.SYN, 500, 0, ownScale));
        int flags = TcpHeader.SYN | TcpHeader.ACK;
        watch.arrived(frame, 0, segment(false, PEER_ISS, ISS + 1, flags, WINDOW, 0, peerScale));
    }

    private void assertCaught(String what, Runnable sending) {
        Violation violation = assertThrows(Violation.class, sending::run);
        assertTrue(String.valueOf(violation.getMessage()).contains(what), violation::getMessage);
    }

    @Test
    void dataUpToTheEdgeOfTheWindowIsFineAndOneByteMoreIsNot() {
        opens(-1, -1);
        assertDoesNotThrow(() -> sends(0, 500));
        assertDoesNotThrow(() -> sends(500, 500));
        assertCaught("end 1 bytes beyond", () -> sends(500, 501));
    }

    @Test
    void aByteThatAsksAClosedWindowIsFine() {
        opens(-1, -1);
        sends(0, 1000);
        assertDoesNotThrow(() -> sends(1000, 1));
        assertCaught("end 2 bytes beyond", () -> sends(1000, 2));
        assertCaught("beyond", () -> sends(1001, 1));
    }

    @Test
    void anAcknowledgmentMovesTheWindow() {
        opens(-1, -1);
        sends(0, 1000);
        hears(1000, 300);
        assertDoesNotThrow(() -> sends(1000, 300));
        assertCaught("beyond", () -> sends(1300, 2));
    }

    @Test
    void aWindowThatShrinksTakesNothingBack() {
        opens(-1, -1);
        hears(0, 0);
        assertDoesNotThrow(() -> sends(0, 1000));
    }

    @Test
    void windowsAreScaledIfBothSidesSayThatAndNotInASyn() {
        opens(0, 3);
        assertCaught("beyond", () -> sends(0, 1001));
        hears(0, 200);
        assertDoesNotThrow(() -> sends(0, 1400));
        assertDoesNotThrow(() -> sends(1400, 200));
        assertCaught("beyond", () -> sends(1600, 2));
    }

    @Test
    void windowsAreNotScaledIfOneSideDoesNotSayThat() {
        opens(-1, 3);
        hears(0, WINDOW + 1);
        assertCaught("beyond", () -> sends(0, WINDOW + 2));
    }

    @Test
    void whatIsCorruptedOnTheWayOpensNoWindow() {
        opens(-1, -1);
        int length = segment(false, PEER_ISS + 1, ISS + 1, TcpHeader.ACK, 9000, 0, -1);
        frame.putByte(TCP + 20, (byte) 1);
        frame.putByte(TCP + TcpHeader.WINDOW_OFFSET, (byte) 0x7F);
        watch.arrived(frame, 0, length);
        assertCaught("beyond", () -> sends(0, 1100));
    }

    @Test
    void anAcknowledgmentOfWhatWasNotSentOpensNoWindow() {
        opens(-1, -1);
        hears(5000, 5000);
        assertCaught("beyond", () -> sends(0, 1100));
    }

    @Test
    void noMoreThanTheInitialWindowAndAProbeGoOutBeforeAnAnswer() {
        watch.sent(1, frame, 0, segment(true, ISS, 0, TcpHeader.SYN, 500, 0, -1));
        int flags = TcpHeader.SYN | TcpHeader.ACK;
        watch.arrived(frame, 0, segment(false, PEER_ISS, ISS + 1, flags, 60_000, 0, -1));
        // Without the option the maximum segment size is 536.
        assertDoesNotThrow(() -> sends(0, 11 * 536));
        assertCaught("initial window", () -> sends(11 * 536, 1));
        hears(536, 60_000);
        assertDoesNotThrow(() -> sends(11 * 536, 536));
    }

    @Test
    void dataWithoutASynIsCaught() {
        assertCaught("after a SYN", () -> sends(0, 1));
    }
}
