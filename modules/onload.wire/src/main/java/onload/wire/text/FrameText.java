package onload.wire.text;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.Malformed;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * A packet as one line of text, in the words of {@code tcpdump -n -S} without the time stamp:
 *
 * <pre>
 * ARP, Request who-has 192.0.2.254 tell 192.0.2.1, length 28
 * IP6 2001:db8:1::1.41000 &gt; 2001:db8:2::2.8000: Flags [P.], seq 8:20, ack 4, win 248, length 12
 * IP truncated-ip - 4 bytes missing! 192.0.2.1 &gt; 192.0.2.254:  [|icmp]
 * </pre>
 *
 * <p>The bytes may be anything. What cannot be read is named in the line, and a line there always is: no
 * bytes make these methods throw. The package describes where the words differ from tcpdump's.
 */
public final class FrameText {
    private FrameText() {}

    /**
     * {@return an Ethernet frame as text}; VLAN tags are passed over in silence, as tcpdump does.
     *
     * @param buffer holds the frame
     * @param offset index of its first byte
     * @param length its bytes, without frame check sequence
     * @throws IndexOutOfBoundsException if the range is outside the buffer
     */
    public static String of(UnsafeBuffer buffer, int offset, int length) {
        buffer.boundsCheck(offset, length);
        Line line = new Line(buffer, offset + length);
        appendFrame(line, offset, length);
        return line.toString();
    }

    /**
     * {@return an IP packet as text}, of the version that its first four bits say.
     *
     * @param buffer holds the packet
     * @param offset index of the first byte of its IPv4 or IPv6 header
     * @param length its bytes
     * @throws IndexOutOfBoundsException if the range is outside the buffer
     */
    public static String ofPacket(UnsafeBuffer buffer, int offset, int length) {
        buffer.boundsCheck(offset, length);
        Line line = new Line(buffer, offset + length);
        if (length == 0) {
            line.append("truncated-ip 0");
        } else {
            int version = line.uint8(offset) >>> 4;
            switch (version) {
                case 4 -> Ipv4Text.append(line, offset);
                case 6 -> Ipv6Text.append(line, offset);
                default -> line.append("unknown ip ").append(version);
            }
        }
        return line.toString();
    }

    private static void appendFrame(Line line, int offset, int length) {
        UnsafeBuffer buffer = line.buffer();
        int headerLength = EthernetHeader.check(buffer, offset, length);
        if (headerLength == Malformed.TRUNCATED) {
            line.truncated(length < EthernetHeader.LENGTH ? "ether" : "vlan");
            return;
        }
        if (headerLength < 0) {
            appendHeader(line, offset);
            boolean isLength = headerLength == Malformed.TYPE;
            line.append(isLength ? "802.3" : Malformed.name(headerLength));
            line.append(", length ").append(length);
            return;
        }
        int payload = offset + headerLength;
        int type = EthernetHeader.etherType(buffer, offset, headerLength);
        switch (type) {
            case EtherType.IPV4 -> Ipv4Text.append(line, payload);
            case EtherType.IPV6 -> Ipv6Text.append(line, payload);
            case EtherType.ARP -> ArpText.append(line, payload);
            default -> {
                appendHeader(line, offset);
                line.append("ethertype ").append(ArpText.etherTypeName(type, "Unknown"));
                line.append(" (%#06x), length ".formatted(type)).append(length);
            }
        }
    }

    /** What the frame holds is not known here: its Ethernet header is said, else it never is. */
    private static void appendHeader(Line line, int offset) {
        line.mac(EthernetHeader.source(line.buffer(), offset)).append(" > ");
        line.mac(EthernetHeader.destination(line.buffer(), offset)).append(", ");
    }
}
