package onload.nic.capture;

import onload.wire.EtherType;
import onload.wire.EthernetHeader;
import onload.wire.IpProtocol;
import onload.wire.Ipv4Header;
import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;

/** Frames to send and to receive, each with a number. */
final class Frames {
    /** Bytes of the headers of {@link #udp}. */
    static final int UDP_HEADERS = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH + UdpHeader.LENGTH;

    private Frames() {}

    /**
     * A UDP datagram from 192.0.2.1 to 192.0.2.2.
     *
     * @param port source port
     * @param length bytes of the frame, 42 or more
     */
    static byte[] udp(int port, int length) {
        byte[] frame = new byte[length];
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        EthernetHeader.write(buffer, 0, 0x02_0000_0000_02L, 0x02_0000_0000_01L, EtherType.IPV4);
        int dataLength = length - UDP_HEADERS;
        Ipv4Header.write(
                buffer,
                EthernetHeader.LENGTH,
                0xC0000201,
                0xC0000202,
                IpProtocol.UDP,
                64,
                UdpHeader.LENGTH + dataLength);
        int udp = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
        UdpHeader.write(buffer, udp, port, 9, dataLength);
        for (int i = UDP_HEADERS; i < length; i++) {
            frame[i] = (byte) (i * 31 + port);
        }
        return frame;
    }

    /** Any bytes, of any length; those that there is room for begin with the number. */
    static byte[] numbered(int number, int length) {
        byte[] frame = new byte[length];
        for (int i = 0; i < length; i++) {
            frame[i] = (byte) (i < 4 ? number >>> (24 - 8 * i) : i * 7 + number);
        }
        return frame;
    }

    /** {@return the number that such a frame of four bytes or more has} */
    static int number(byte[] frame) {
        return new UnsafeBuffer(frame).getInt(0, java.nio.ByteOrder.BIG_ENDIAN);
    }
}
