package onload.wire.text;

import onload.wire.ArpPacket;
import onload.wire.EtherType;

import org.agrona.concurrent.UnsafeBuffer;

/** ARP (RFC 826), RARP (RFC 903) and InARP (RFC 2390) for IPv4 over Ethernet. */
final class ArpText {
    private static final String PROTOCOL = "arp";

    /** Bytes before the addresses, whose lengths they have. */
    private static final int FIXED_LENGTH = 8;

    private static final int REVERSE_REQUEST = 3;
    private static final int REVERSE_REPLY = 4;
    private static final int INVERSE_REQUEST = 8;
    private static final int INVERSE_REPLY = 9;

    private ArpText() {}

    static void append(Line line, int offset) {
        int length = line.end() - offset;
        if (ArpPacket.check(line.buffer(), offset, length) >= 0) {
            line.append("ARP, ");
            appendOperation(line, offset);
        } else if (line.lacks(offset, FIXED_LENGTH, PROTOCOL)
                || line.lacks(offset, addressedLength(line, offset), PROTOCOL)) {
            return;
        } else {
            line.append("ARP, ");
            appendFormat(line, offset);
        }
        line.append(", length ").append(length);
    }

    private static int addressedLength(Line line, int offset) {
        UnsafeBuffer buffer = line.buffer();
        return FIXED_LENGTH
                + 2 * ArpPacket.hardwareLength(buffer, offset)
                + 2 * ArpPacket.protocolLength(buffer, offset);
    }

    /** For other addresses than those of Ethernet and IPv4: which they are, no more. */
    private static void appendFormat(Line line, int offset) {
        UnsafeBuffer buffer = line.buffer();
        int hardwareType = ArpPacket.hardwareType(buffer, offset);
        if (hardwareType == ArpPacket.ETHERNET) {
            line.append("Ethernet");
        } else {
            line.append("Unknown Hardware (").append(hardwareType).append(')');
        }
        int protocolType = ArpPacket.protocolType(buffer, offset);
        line.append(" (len ").append(ArpPacket.hardwareLength(buffer, offset)).append("), ");
        line.append(
                etherTypeName(protocolType, "Unknown Protocol (%#06x)".formatted(protocolType)));
        line.append(" (len ").append(ArpPacket.protocolLength(buffer, offset)).append(')');
    }

    static String etherTypeName(int type, String unknown) {
        return switch (type) {
            case EtherType.IPV4 -> "IPv4";
            case EtherType.IPV6 -> "IPv6";
            case EtherType.ARP -> "ARP";
            default -> unknown;
        };
    }

    private static void appendOperation(Line line, int offset) {
        UnsafeBuffer buffer = line.buffer();
        int sender = ArpPacket.senderProtocolAddress(buffer, offset);
        long senderHardware = ArpPacket.senderHardwareAddress(buffer, offset);
        int target = ArpPacket.targetProtocolAddress(buffer, offset);
        long targetHardware = ArpPacket.targetHardwareAddress(buffer, offset);
        int operation = ArpPacket.operation(buffer, offset);
        switch (operation) {
            case ArpPacket.REQUEST -> {
                line.append("Request who-has ").ipv4(target);
                if (targetHardware != 0) {
                    line.append(" (").mac(targetHardware).append(')');
                }
                line.append(" tell ").ipv4(sender);
            }
            case ArpPacket.REPLY ->
                    line.append("Reply ").ipv4(sender).append(" is-at ").mac(senderHardware);
            case REVERSE_REQUEST -> {
                line.append("Reverse Request who-is ").mac(targetHardware);
                line.append(" tell ").mac(senderHardware);
            }
            case REVERSE_REPLY ->
                    line.append("Reverse Reply ").mac(targetHardware).append(" at ").ipv4(target);
            case INVERSE_REQUEST -> {
                line.append("Inverse Request who-is ").mac(targetHardware);
                line.append(" tell ").mac(senderHardware);
            }
            case INVERSE_REPLY ->
                    line.append("Inverse Reply ").mac(senderHardware).append(" at ").ipv4(sender);
            default -> line.append("Unknown (").append(operation).append(')');
        }
    }
}
