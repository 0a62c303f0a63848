package onload.wire.text;

import onload.wire.UdpHeader;

import org.agrona.concurrent.UnsafeBuffer;

/** UDP (RFC 768). What the datagrams hold is not described, whatever the ports. */
final class UdpText {
    private static final String PROTOCOL = "udp";

    private UdpText() {}

    static void append(Line line, int offset, int length, boolean isFragment) {
        if (!line.has(offset, UdpHeader.LENGTH_OFFSET)) {
            line.writeAddressesOnce();
            line.truncated(PROTOCOL);
            return;
        }
        UnsafeBuffer buffer = line.buffer();
        line.writePorts(
                UdpHeader.sourcePort(buffer, offset), UdpHeader.destinationPort(buffer, offset));
        if (length < UdpHeader.LENGTH) {
            line.append("truncated-udp ").append(length);
            return;
        }
        if (line.lacks(offset, UdpHeader.LENGTH, PROTOCOL)) {
            return;
        }
        int datagramLength = UdpHeader.length(buffer, offset);
        if (datagramLength < UdpHeader.LENGTH) {
            line.append("truncated-udplength ").append(datagramLength);
            return;
        }
        int dataLength = datagramLength - UdpHeader.LENGTH;
        if (datagramLength > length && !isFragment) {
            line.append("UDP, bad length ").append(dataLength);
            line.append(" > ").append(length - UdpHeader.LENGTH);
        } else {
            line.append("UDP, length ").append(dataLength);
        }
    }
}
