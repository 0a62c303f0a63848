package onload.wire.text;

import onload.wire.TcpHeader;

import org.agrona.concurrent.UnsafeBuffer;

/** TCP (RFC 9293). What the segments hold is not described, whatever the ports. */
final class TcpText {
    private static final String PROTOCOL = "tcp";

    private TcpText() {}

    static void append(Line line, int offset, int length) {
        if (!line.has(offset, TcpHeader.SEQUENCE_NUMBER_OFFSET)) {
            line.writeAddressesOnce();
            line.append("[|tcp]");
            return;
        }
        UnsafeBuffer buffer = line.buffer();
        line.writePorts(
                TcpHeader.sourcePort(buffer, offset), TcpHeader.destinationPort(buffer, offset));
        if (line.lacks(offset, TcpHeader.MIN_LENGTH, PROTOCOL)) {
            return;
        }
        int headerLength = TcpHeader.headerLength(buffer, offset);
        if (headerLength < TcpHeader.MIN_LENGTH) {
            line.append(" tcp ").append(length - headerLength).append(" [bad hdr length ");
            line.append(headerLength).append(" - too short, < ");
            line.append(TcpHeader.MIN_LENGTH).append(']');
            return;
        }
        int flags = TcpHeader.flags(buffer, offset);
        appendFlags(line, flags);
        if (headerLength > length) {
            line.append(" [bad hdr length ").append(headerLength);
            line.append(" - too long, > ").append(length).append(']');
            return;
        }
        int dataLength = length - headerLength;
        appendNumbers(line, offset, flags, dataLength);
        if (headerLength > TcpHeader.MIN_LENGTH
                && !TcpOptionsText.append(line, offset, headerLength)) {
            return;
        }
        line.append(", length ").append(dataLength);
    }

    private static void appendFlags(Line line, int flags) {
        line.append("Flags [").append((flags & TcpHeader.FIN) != 0 ? "F" : "");
        line.append((flags & TcpHeader.SYN) != 0 ? "S" : "");
        line.append((flags & TcpHeader.RST) != 0 ? "R" : "");
        line.append((flags & TcpHeader.PSH) != 0 ? "P" : "");
        line.append((flags & TcpHeader.ACK) != 0 ? "." : "");
        line.append((flags & TcpHeader.URG) != 0 ? "U" : "");
        line.append((flags & TcpHeader.ECE) != 0 ? "E" : "");
        line.append((flags & TcpHeader.CWR) != 0 ? "W" : "");
        line.append((flags & TcpHeader.AE) != 0 ? "e" : "");
        line.append(flags == 0 ? "none]" : "]");
    }

    private static void appendNumbers(Line line, int offset, int flags, int dataLength) {
        UnsafeBuffer buffer = line.buffer();
        int sequenceNumber = TcpHeader.sequenceNumber(buffer, offset);
        if (dataLength > 0 || (flags & (TcpHeader.SYN | TcpHeader.FIN | TcpHeader.RST)) != 0) {
            line.append(", seq ").append(Integer.toUnsignedLong(sequenceNumber));
        }
        if (dataLength > 0) {
            line.append(':').append(Integer.toUnsignedLong(sequenceNumber + dataLength));
        }
        if ((flags & TcpHeader.ACK) != 0) {
            int acknowledgment = TcpHeader.acknowledgmentNumber(buffer, offset);
            line.append(", ack ").append(Integer.toUnsignedLong(acknowledgment));
        }
        line.append(", win ").append(TcpHeader.window(buffer, offset));
        if ((flags & TcpHeader.URG) != 0) {
            line.append(", urg ").append(TcpHeader.urgentPointer(buffer, offset));
        }
    }
}
