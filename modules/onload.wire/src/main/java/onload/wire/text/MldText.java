package onload.wire.text;

import onload.wire.MldMessage;

import org.agrona.concurrent.UnsafeBuffer;

/** MLD of the versions 1 (RFC 2710) and 2 (RFC 3810). */
final class MldText {
    private static final int ADDRESS_LENGTH = 16;

    private MldText() {}

    /** That nothing stands between the name and these words is tcpdump's way. */
    static boolean appendV1(Line line, int offset) {
        if (line.has(offset, MldMessage.V1_LENGTH)) {
            line.append("max resp delay: ");
            line.append(MldMessage.maxResponseCode(line.buffer(), offset));
            line.append(" addr: ").ipv6(offset + MldMessage.GROUP_OFFSET);
        }
        return true;
    }

    static boolean appendV2Report(Line line, int offset, int length) {
        if (length < MldMessage.MIN_V2_REPORT_LENGTH) {
            line.append(" [invalid len ").append(length).append(']');
            return true;
        }
        if (line.lacks(offset, MldMessage.MIN_V2_REPORT_LENGTH, Icmpv6Text.PROTOCOL)) {
            return false;
        }
        line.append(", ").append(MldMessage.addressRecords(line.buffer(), offset));
        line.append(" group record(s)");
        return true;
    }

    static boolean appendQuery(Line line, int offset, int length) {
        if (length == MldMessage.V1_LENGTH) {
            return appendV1(line, offset);
        }
        if (length < MldMessage.MIN_V2_QUERY_LENGTH) {
            line.append(" unknown-version (len ").append(length).append(") ");
            return true;
        }
        line.append(" v2");
        if (line.lacks(offset, MldMessage.V1_LENGTH, Icmpv6Text.PROTOCOL)) {
            return false;
        }
        line.append(" [gaddr ").ipv6(offset + MldMessage.GROUP_OFFSET);
        if (line.lacks(offset, MldMessage.MIN_V2_QUERY_LENGTH, Icmpv6Text.PROTOCOL)) {
            return false;
        }
        UnsafeBuffer buffer = line.buffer();
        int sources = MldMessage.sources(buffer, offset);
        if (length < MldMessage.MIN_V2_QUERY_LENGTH + sources * ADDRESS_LENGTH) {
            line.append(" [invalid number of sources]");
        } else if (sources > 0) {
            line.append(", ").append(sources).append(" source(s)");
        }
        line.append(']');
        return true;
    }
}
