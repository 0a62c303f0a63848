package onload.wire.text;

import onload.wire.IgmpMessage;

import org.agrona.concurrent.UnsafeBuffer;

/** IGMP of the versions 1 (RFC 1112), 2 (RFC 2236) and 3 (RFC 3376). */
final class IgmpText {
    private static final String PROTOCOL = "igmp";

    /** The response time of a query that says nothing else, in tenths of seconds. */
    private static final int DEFAULT_RESPONSE_TIME = 100;

    /** A version 3 report with one record that has no sources. */
    private static final int MIN_V3_REPORT_LENGTH = 16;

    private IgmpText() {}

    static void append(Line line, int offset, int length) {
        if (line.lacks(offset, 1, PROTOCOL)) {
            return;
        }
        int type = line.uint8(offset);
        switch (type) {
            case IgmpMessage.MEMBERSHIP_QUERY -> appendQuery(line, offset, length);
            case IgmpMessage.V1_MEMBERSHIP_REPORT -> {
                if (appendGroup(line, offset, "igmp v1 report ") && length != IgmpMessage.LENGTH) {
                    line.append(" [len ").append(length).append(']');
                }
            }
            case IgmpMessage.V2_MEMBERSHIP_REPORT -> appendGroup(line, offset, "igmp v2 report ");
            case IgmpMessage.LEAVE_GROUP -> appendGroup(line, offset, "igmp leave ");
            case IgmpMessage.V3_MEMBERSHIP_REPORT -> appendV3Report(line, offset, length);
            default -> line.append("igmp-").append(type);
        }
    }

    private static boolean appendGroup(Line line, int offset, String words) {
        if (line.lacks(offset, IgmpMessage.LENGTH, PROTOCOL)) {
            return false;
        }
        line.append(words).ipv4(IgmpMessage.group(line.buffer(), offset));
        return true;
    }

    private static void appendV3Report(Line line, int offset, int length) {
        line.append("igmp v3 report");
        if (length < MIN_V3_REPORT_LENGTH || length % 4 != 0) {
            line.append(" [invalid len ").append(length).append(']');
        } else if (!line.lacks(offset, IgmpMessage.LENGTH, PROTOCOL)) {
            line.append(", ").append(IgmpMessage.groupRecords(line.buffer(), offset));
            line.append(" group record(s)");
        }
    }

    private static void appendQuery(Line line, int offset, int length) {
        line.append("igmp query");
        if (length >= IgmpMessage.MIN_V3_QUERY_LENGTH) {
            line.append(" v3");
            appendV3Query(line, offset, length);
            return;
        }
        if (line.lacks(offset, 2, PROTOCOL)) {
            return;
        }
        int responseTime = IgmpMessage.maxResponseCode(line.buffer(), offset);
        line.append(responseTime == 0 ? " v1" : " v2");
        if (responseTime != 0 && responseTime != DEFAULT_RESPONSE_TIME) {
            line.append(" [max resp time ").append(responseTime).append(']');
        }
        if (line.lacks(offset, IgmpMessage.LENGTH, PROTOCOL)) {
            return;
        }
        int group = IgmpMessage.group(line.buffer(), offset);
        if (group != 0) {
            line.append(" [gaddr ").ipv4(group).append(']');
        }
        if (length != IgmpMessage.LENGTH) {
            line.append(" [len ").append(length).append(']');
        }
    }

    private static void appendV3Query(Line line, int offset, int length) {
        UnsafeBuffer buffer = line.buffer();
        if (length % 4 != 0) {
            line.append(" [invalid len ").append(length).append(']');
            return;
        }
        if (line.lacks(offset, 2, PROTOCOL)) {
            return;
        }
        int responseTime = IgmpMessage.maxResponseTimeMs(buffer, offset, 3) / 100;
        if (responseTime != DEFAULT_RESPONSE_TIME) {
            line.append(" [max resp time ").append(seconds(responseTime)).append(']');
        }
        if (line.lacks(offset, IgmpMessage.LENGTH, PROTOCOL)) {
            return;
        }
        int group = IgmpMessage.group(buffer, offset);
        if (group == 0) {
            return;
        }
        line.append(" [gaddr ").ipv4(group);
        if (line.lacks(offset, IgmpMessage.SOURCES_OFFSET, PROTOCOL)) {
            return;
        }
        int sources = IgmpMessage.sources(buffer, offset);
        if (length < IgmpMessage.SOURCES_OFFSET + sources * Integer.BYTES) {
            line.append(" [invalid number of sources]");
        } else if (sources > 0) {
            line.append(", ").append(sources).append(" source(s)");
        }
        line.append(']');
    }

    private static String seconds(int tenths) {
        if (tenths < 600) {
            return tenths / 10 + "." + tenths % 10 + "s";
        }
        int seconds = tenths / 10;
        return seconds / 60 + "m" + (seconds % 60 == 0 ? "" : seconds % 60 + "s");
    }
}
