package onload.wire.text;

import onload.wire.Ipv4Address;
import onload.wire.Ipv4Header;

import org.agrona.concurrent.UnsafeBuffer;

/** IPv4 (RFC 791), and what is in it. */
final class Ipv4Text {
    private static final String PROTOCOL = "ip";

    private Ipv4Text() {}

    static void append(Line line, int offset) {
        if (line.lacks(offset, 1, PROTOCOL)) {
            return;
        }
        UnsafeBuffer buffer = line.buffer();
        int version = Ipv4Header.version(buffer, offset);
        if (version != 4) {
            line.append("IP").append(version);
            line.append(version == 6 ? ", wrong link-layer encapsulation" : "")
                    .append(" (invalid)");
            return;
        }
        line.append("IP ");
        if (line.lacks(offset, Ipv4Header.MIN_LENGTH, PROTOCOL)) {
            return;
        }
        int headerLength = Ipv4Header.headerLength(buffer, offset);
        if (headerLength < Ipv4Header.MIN_LENGTH) {
            line.append("bad-hlen ").append(headerLength);
            return;
        }
        appendPacket(line, offset, headerLength);
    }

    private static void appendPacket(Line line, int offset, int headerLength) {
        UnsafeBuffer buffer = line.buffer();
        int totalLength = Ipv4Header.totalLength(buffer, offset);
        int missing = offset + totalLength - line.end();
        if (missing > 0) {
            line.append("truncated-ip - ").append(missing).append(" bytes missing! ");
        }
        if (totalLength < headerLength) {
            line.append("bad-len ").append(totalLength);
            return;
        }
        line.endAt(offset + totalLength);
        line.addresses(
                Ipv4Address.toString(Ipv4Header.source(buffer, offset)),
                Ipv4Address.toString(Ipv4Header.destination(buffer, offset)));
        int protocol = Ipv4Header.protocol(buffer, offset);
        if (Ipv4Header.fragmentOffset(buffer, offset) != 0) {
            line.writeAddresses();
            line.append("ip-proto-").append(protocol);
            return;
        }
        if (!UpperLayerText.hasPorts(protocol) || !line.has(offset, headerLength)) {
            line.writeAddresses();
        }
        if (!line.has(offset, headerLength)) {
            line.append(" [remaining caplen(").append(line.end() - offset);
            line.append(") < header length(").append(headerLength).append(")]");
            line.truncated(PROTOCOL);
            return;
        }
        boolean isFragment = Ipv4Header.isFragment(buffer, offset);
        int length = totalLength - headerLength;
        UpperLayerText.append(line, protocol, offset + headerLength, length, 4, isFragment);
    }
}
