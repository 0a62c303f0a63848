package onload.testkit.script.run;

import onload.tcp.TcpConnection;
import onload.testkit.Frames;
import onload.testkit.TcpSegmentBuilder;
import onload.testkit.ip.IcmpMessages;
import onload.testkit.ip.IpPackets;
import onload.testkit.script.language.Packet;
import onload.testkit.script.language.ScriptException;
import onload.testkit.script.language.TcpOptionText;
import onload.wire.Icmpv4Message;
import onload.wire.Icmpv6Message;
import onload.wire.IpAddress;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The other end of the connection that the script is about: turns the script's numbers into those of the wire and back.
 * Sequence numbers of each side are relative to its initial one; timestamps of the host are what the script calls them
 * when they are first seen.
 */
final class Peer {
    /** Not zero, so that a number that was not made relative shows. */
    private static final int ISN = 0x5EED0000;

    private static final int PORT = 50_000;

    private final Machine machine;
    private final RunOptions options;

    /** Ports of the connection; the host's 0 before there is one. */
    int localPort;

    int remotePort;

    /** The host's initial sequence number, once it has sent its SYN. */
    int localIsn;

    boolean hasLocalIsn;
    int remoteIsn = ISN;
    private final Map<Long, Integer> timestamps = new HashMap<>();
    private final Map<Integer, LiveSegment> sent = new HashMap<>();

    /** Cookies of the host, by what the script calls them. */
    private final Map<List<Integer>, byte[]> cookies = new HashMap<>();

    Peer(Machine machine, RunOptions options) {
        this.machine = machine;
        this.options = options;
    }

    /** The host has sent a segment. */
    void seen(LiveSegment segment) {
        if (segment.is(TcpHeader.SYN) && !(hasLocalIsn && localIsn == segment.sequence)) {
            localIsn = segment.sequence;
            hasLocalIsn = true;
            localPort = segment.sourcePort;
            remotePort = segment.destinationPort;
            timestamps.clear();
            sent.clear();
        }
        sent.putIfAbsent(segment.sequence, segment);
    }

    /** The host has sent a cookie, which the script calls otherwise. */
    void learnCookie(List<Integer> scripted, byte[] live) {
        cookies.put(scripted, live);
    }

    /** {@return what stands for a number of the host's side on the wire} */
    int toLocal(long number) {
        return localIsn + (int) number;
    }

    int toRemote(long number) {
        return remoteIsn + (int) number;
    }

    // In.

    void sends(Packet packet, int line, @Nullable TcpConnection connection) {
        switch (packet) {
            case Packet.Tcp segment -> machine.inject(frame(segment, line));
            case Packet.Icmp message -> machine.injectPacket(icmp(message, line, connection));
            case Packet.Udp datagram ->
                    machine.inject(
                            Frames.udp(options.remote, PORT, options.local, options.bindPort)
                                    .ethernet(machine.peerMac(), machine.hostMac())
                                    .payload(new byte[datagram.length()])
                                    .build());
        }
    }

    private byte[] frame(Packet.Tcp segment, int line) {
        if (segment.has('S') && !segment.has('.') && localPort == 0) {
            localPort = options.bindPort;
            remotePort = PORT;
        }
        if (segment.acknowledgment() >= 0 && !hasLocalIsn) {
            throw new ScriptException(
                    line,
                    "the segment acknowledges what nobody has sent; expected no ack before a SYN");
        }
        int flags = flags(segment);
        TcpSegmentBuilder frame =
                Frames.tcp(options.remote, remotePort, options.local, localPort)
                        .ethernet(machine.peerMac(), machine.hostMac())
                        .sequenceNumber(toRemote(segment.sequence()));
        if (segment.acknowledgment() >= 0) {
            frame.ack(toLocal(segment.acknowledgment()));
        }
        frame.flags(flags).window(Math.max(0, segment.window()));
        if (segment.urgent() >= 0) {
            frame.urgent(segment.urgent());
        }
        frame.trafficClass(Math.max(0, Math.max(segment.ecn(), segment.trafficClass())));
        if (segment.options() != null) {
            options(frame, segment.options());
        }
        return frame.payload(new byte[segment.length()]).build();
    }

    /** {@return the bits of the letters of a script} */
    static int flags(Packet.Tcp segment) {
        int flags = 0;
        for (char letter : segment.flags().toCharArray()) {
            flags |=
                    switch (letter) {
                        case 'S' -> TcpHeader.SYN;
                        case 'F' -> TcpHeader.FIN;
                        case 'R' -> TcpHeader.RST;
                        case 'P' -> TcpHeader.PSH;
                        case 'U' -> TcpHeader.URG;
                        case '.' -> TcpHeader.ACK;
                        case 'E' -> TcpHeader.ECE;
                        case 'W', 'C' -> TcpHeader.CWR;
                        default -> 0;
                    };
        }
        return flags;
    }

    private void options(TcpSegmentBuilder frame, List<TcpOptionText> all) {
        for (TcpOptionText option : all) {
            frame.options(bytes(option));
        }
    }

    /** Options go out one by one as the script has them, so that it says what it pads. */
    private byte[] bytes(TcpOptionText option) {
        return switch (option.kind()) {
            case NOP -> bytes(TcpOptions.NO_OPERATION);
            case EOL -> bytes(TcpOptions.END);
            case MSS -> {
                int size = option.numbers().getFirst().intValue();
                yield bytes(TcpOptions.MAXIMUM_SEGMENT_SIZE, 4, size >>> 8, size);
            }
            case WSCALE ->
                    bytes(TcpOptions.WINDOW_SCALE, 3, option.numbers().getFirst().intValue());
            case SACK_OK -> bytes(TcpOptions.SACK_PERMITTED, 2);
            case MD5 -> {
                byte[] md5 = new byte[18];
                md5[0] = TcpOptions.MD5_SIGNATURE;
                md5[1] = 18;
                yield md5;
            }
            case SACK -> {
                byte[] sack = new byte[2 + 4 * option.numbers().size()];
                sack[0] = TcpOptions.SACK;
                sack[1] = (byte) sack.length;
                for (int i = 0; i < option.numbers().size(); i++) {
                    put(sack, 2 + 4 * i, toLocal(option.numbers().get(i)));
                }
                yield sack;
            }
            case TIMESTAMPS -> {
                byte[] both = new byte[10];
                both[0] = TcpOptions.TIMESTAMPS;
                both[1] = 10;
                put(both, 2, option.numbers().getFirst().intValue());
                put(both, 6, echo(option.numbers().get(1)));
                yield both;
            }
            case FAST_OPEN -> {
                byte[] cookie = new byte[2 + option.bytes().size()];
                cookie[0] = TcpOptions.FAST_OPEN;
                cookie[1] = (byte) cookie.length;
                byte[] known = cookies.get(option.bytes());
                for (int i = 0; i < option.bytes().size(); i++) {
                    cookie[2 + i] = known == null ? option.bytes().get(i).byteValue() : known[i];
                }
                yield cookie;
            }
        };
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static void put(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 24);
        bytes[at + 1] = (byte) (value >>> 16);
        bytes[at + 2] = (byte) (value >>> 8);
        bytes[at + 3] = (byte) value;
    }

    private int echo(long scripted) {
        Integer live = timestamps.get(scripted);
        return live == null ? (int) scripted : live;
    }

    /** {@return whether the host's timestamp may be what the script calls it; it is so from now on} */
    boolean isTimestamp(long scripted, int live) {
        Integer known = timestamps.putIfAbsent(scripted, live);
        return known == null || known == live;
    }

    private byte[] icmp(Packet.Icmp message, int line, @Nullable TcpConnection connection) {
        LiveSegment about =
                message.sequence() >= 0
                        ? sent.get(toLocal(message.sequence()))
                        : connection == null
                                ? sent.get(localIsn)
                                : sent.get(
                                        localIsn
                                                + (int)
                                                        Math.max(
                                                                0,
                                                                connection.bytesAcknowledged()
                                                                        + (connection
                                                                                                .bytesAcknowledged()
                                                                                        > 0
                                                                                ? 1
                                                                                : 0)));
        if (about == null) {
            throw new ScriptException(
                    line,
                    "the message is about a segment that was not sent; expected one that was");
        }
        byte[] packet = about.packet();
        IpAddress from = IpAddress.parse(options.gateway);
        IpAddress to = IpAddress.parse(options.local);
        return IpPackets.icmp(from, to, 64, body(message, packet, line));
    }

    private byte[] body(Packet.Icmp message, byte[] packet, int line) {
        if (message.code().equals("frag_needed")
                || message.code().equals("packet_too_big")
                || message.type().equals("packet_too_big")) {
            return IcmpMessages.tooBig(Math.max(0, message.mtu()), packet);
        }
        if (!message.type().equals("unreachable") && !message.type().equals("time_exceeded")) {
            throw new ScriptException(
                    line,
                    "icmp %s is not known; expected unreachable, time_exceeded or packet_too_big"
                            .formatted(message.type()));
        }
        if (message.type().equals("time_exceeded")) {
            return IcmpMessages.hopLimitExceeded(packet);
        }
        int type =
                options.isIpv6
                        ? Icmpv6Message.DESTINATION_UNREACHABLE
                        : Icmpv4Message.DESTINATION_UNREACHABLE;
        return IcmpMessages.error(type, code(message.code(), line), packet);
    }

    private int code(String name, int line) {
        return switch (name) {
            case "net_unreachable", "" -> 0;
            case "host_unreachable" -> options.isIpv6 ? 3 : 1;
            case "protocol_unreachable" -> 2;
            case "port_unreachable" -> options.isIpv6 ? 4 : 3;
            case "source_route_failed" -> 5;
            case "net_unknown" -> 6;
            case "host_unknown" -> 7;
            case "net_prohibited", "adm_prohibited" -> options.isIpv6 ? 1 : 9;
            case "host_prohibited" -> 10;
            default ->
                    throw new ScriptException(
                            line,
                            "icmp unreachable %s is not known; expected such as host_unreachable"
                                    .formatted(name));
        };
    }
}
