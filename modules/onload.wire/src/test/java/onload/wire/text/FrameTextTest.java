package onload.wire.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;
import onload.wire.EtherType;
import onload.wire.Ipv4Header;
import onload.wire.RecordedFrames;
import onload.wire.RecordedFrames.Frame;
import onload.wire.TcpHeader;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;

/** The words of {@link FrameText}, which are tcpdump's, and that no bytes make it fail. */
class FrameTextTest {
    private static final String MACS = "00:00:5e:00:53:0a > 00:00:5e:00:53:1a, ";

    static List<Frame> frames() {
        return RecordedFrames.all();
    }

    @ParameterizedTest
    @MethodSource("frames")
    void aFrameReadsAsTcpdumpPrintsIt(Frame frame) {
        assertEquals(frame.text(), text(frame.bytes()));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void whereInTheBufferAFrameIsDoesNotMatter(Frame frame) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[frame.length() + 9]);
        buffer.setMemory(0, buffer.capacity(), (byte) 0x45);
        buffer.putBytes(7, frame.bytes());
        assertEquals(frame.text(), FrameText.of(buffer, 7, frame.length()));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void everyBeginningOfAFrameHasALine(Frame frame) {
        for (int length = 0; length < frame.length(); length++) {
            assertOneLine(text(Arrays.copyOf(frame.bytes(), length)));
        }
    }

    @Test
    void noDamageMakesItFail() {
        Property.forAll(20_000, random -> assertOneLine(text(random.damaged(anyFrame(random)))));
    }

    @Test
    void noBytesMakeItFail() {
        Property.forAll(
                20_000,
                random -> {
                    byte[] bytes = random.bytes(random.between(0, 120));
                    assertOneLine(text(bytes));
                    assertOneLine(packetText(bytes));
                });
    }

    private static byte[] anyFrame(Randomness random) {
        List<Frame> frames = RecordedFrames.all();
        return frames.get(random.between(0, frames.size() - 1)).bytes();
    }

    private static void assertOneLine(String text) {
        assertFalse(text.isBlank());
        assertEquals(-1, text.indexOf('\n'));
    }

    @ParameterizedTest
    @CsvSource({"tcp-syn", "tcp6-syn", "icmp-port-unreachable", "mld-v2-report"})
    void aPacketWithoutEthernetReadsAsInAFrame(String name) {
        Frame frame = RecordedFrames.named(name);
        int offset = frame.packetOffset();
        String text = FrameText.ofPacket(frame.buffer(), offset, frame.length() - offset);
        assertEquals(frame.text(), text);
    }

    @Test
    void aPacketOfNoVersionOfIpIsNamed() {
        assertEquals("truncated-ip 0", packetText(new byte[0]));
        assertEquals("unknown ip 5", packetText(new byte[] {0x50}));
    }

    @Test
    void rangesOutsideTheBufferAreRefused() {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[20]);
        assertThrows(IndexOutOfBoundsException.class, () -> FrameText.of(buffer, 0, 21));
        assertThrows(IndexOutOfBoundsException.class, () -> FrameText.ofPacket(buffer, 1, 20));
    }

    @Test
    void anUnknownTypeIsNamedWithTheAddresses() {
        UnsafeBuffer frame = echo();
        frame.putShort(12, (short) 0xB588);
        assertEquals(MACS + "ethertype Unknown (0x88b5), length 58", FrameText.of(frame, 0, 58));
    }

    @Test
    void aLengthInPlaceOfATypeIsNamed() {
        UnsafeBuffer frame = echo();
        frame.putShort(12, (short) 0x2C00);
        assertEquals(MACS + "802.3, length 58", FrameText.of(frame, 0, 58));
    }

    @Test
    void moreTagsThanAreFollowedAreSaid() {
        UnsafeBuffer frame = echo();
        for (int at = 12; at < 24; at += 4) {
            frame.putShort(at, Short.reverseBytes((short) EtherType.VLAN));
        }
        assertEquals(MACS + "chain too long, length 58", FrameText.of(frame, 0, 58));
    }

    @Test
    void addressesOfAnotherHardwareAreNotShownAsIfTheyWereOurs() {
        byte[] bytes = RecordedFrames.named("arp-request").bytes();
        bytes[14] = 1;
        assertEquals("ARP, Unknown Hardware (257) (len 6), IPv4 (len 4), length 28", text(bytes));
    }

    @Test
    void theNinthControlBitOfTcpIsShown() {
        UnsafeBuffer frame = RecordedFrames.named("tcp-plain-fin").buffer();
        TcpHeader.headerLengthAndFlags(
                frame, 34, 20, TcpHeader.ACK | TcpHeader.ECE | TcpHeader.CWR | TcpHeader.AE);
        assertEquals(
                "Flags [.EWe], ack",
                FrameText.of(frame, 0, 54).replaceAll(".*(Flags .*ack).*", "$1"));
    }

    @Test
    void aTcpOptionOfTheWrongLengthIsSaidAndTheNextOnesAreRead() {
        byte[] bytes = RecordedFrames.named("tcp-syn").bytes();
        bytes[54 + 1] = 3;
        bytes[54 + 3] = 1;
        assertEquals(
                "options [mss[len 3],nop,sackOK,TS",
                text(bytes).replaceAll(".*(options .*TS).*", "$1"));
    }

    @Test
    void ipv6OptionsThatRunOverTheirHeaderAreSaid() {
        byte[] bytes = RecordedFrames.named("ipv6-no-next-header").bytes();
        bytes[57] = 99;
        assertEquals("IP6 2001:db8:1::1 > 2001:db8:2::2: DSTOPT  [|dstopt]", text(bytes));
    }

    @Test
    void anAuthenticationHeaderIsFollowed() {
        UnsafeBuffer frame = new UnsafeBuffer(new byte[58]);
        frame.putBytes(0, echo(), 0, 34);
        Ipv4Header.protocol(frame, 14, 51);
        Ipv4Header.totalLength(frame, 14, 44);
        frame.putBytes(34, new byte[] {59, 1, 0, 0, 0, 0, 0, 7, 0, 0, 0, 9});
        assertEquals(
                "IP 192.0.2.1 > 198.51.100.2: AH(spi=0x00000007,seq=0x9,icv=0x): no next header",
                FrameText.of(frame, 0, 58));
    }

    private static UnsafeBuffer echo() {
        return RecordedFrames.named("icmp-echo-request").buffer();
    }

    private static String text(byte[] frame) {
        return FrameText.of(new UnsafeBuffer(frame), 0, frame.length);
    }

    private static String packetText(byte[] packet) {
        return FrameText.ofPacket(new UnsafeBuffer(packet), 0, packet.length);
    }
}
