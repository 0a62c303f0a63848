package onload.testkit.script.run;

import onload.testkit.script.language.Packet;
import onload.testkit.script.language.TcpOptionText;
import onload.wire.TcpHeader;
import onload.wire.TcpOptions;

import java.util.ArrayList;
import java.util.List;

/** Holds a segment that the host has sent against what the script says of it. */
final class Comparison {
    private final Peer peer;
    private final List<String> differences = new ArrayList<>();

    Comparison(Peer peer) {
        this.peer = peer;
    }

    /**
     * {@return what is different, empty if nothing is}
     *
     * @param first the segment, or the first of several that the script has as one
     * @param last the last of them
     * @param length the payload of all
     */
    String of(Packet.Tcp expected, LiveSegment first, LiveSegment last, int length) {
        differences.clear();
        flags(expected, last);
        sequence(expected, first, length);
        if (expected.acknowledgment() >= 0) {
            compare(
                    "ack",
                    expected.acknowledgment(),
                    Integer.toUnsignedLong(last.acknowledgment - peer.remoteIsn));
        }
        if (expected.window() >= 0) {
            compare("win", expected.window(), last.window);
        }
        if (expected.urgent() >= 0) {
            compare("urg", expected.urgent(), last.urgent);
        }
        if (expected.ecn() >= 0) {
            compare("ECN bits", expected.ecn(), first.trafficClass & 3);
        }
        if (expected.trafficClass() >= 0) {
            compare("tos", expected.trafficClass(), first.trafficClass);
        }
        if (expected.options() != null) {
            options(expected.options(), last);
        }
        return String.join("; ", differences);
    }

    private void compare(String what, long expected, long actual) {
        if (expected != actual) {
            differences.add("%s is %d, expected %d".formatted(what, actual, expected));
        }
    }

    private void flags(Packet.Tcp expected, LiveSegment last) {
        int wanted = Peer.flags(expected);
        if ((last.flags & 0xFF) != wanted) {
            differences.add(
                    "flags are %s, expected %s".formatted(letters(last.flags), letters(wanted)));
        }
    }

    static String letters(int flags) {
        String letters = (flags & TcpHeader.SYN) != 0 ? "S" : "";
        letters += (flags & TcpHeader.FIN) != 0 ? "F" : "";
        letters += (flags & TcpHeader.RST) != 0 ? "R" : "";
        letters += (flags & TcpHeader.PSH) != 0 ? "P" : "";
        letters += (flags & TcpHeader.URG) != 0 ? "U" : "";
        letters += (flags & TcpHeader.ECE) != 0 ? "E" : "";
        letters += (flags & TcpHeader.CWR) != 0 ? "W" : "";
        letters += (flags & TcpHeader.ACK) != 0 ? "." : "";
        return letters.isEmpty() ? "-" : letters;
    }

    private void sequence(Packet.Tcp expected, LiveSegment first, int length) {
        long live = Integer.toUnsignedLong(first.sequence - peer.localIsn);
        // A reset for nobody has no sequence numbers of a connection.
        boolean isOfNobody = !peer.hasLocalIsn && first.is(TcpHeader.RST);
        if ((!isOfNobody && live != expected.sequence()) || length != expected.length()) {
            differences.add(
                    "%d:%d(%d), expected %d:%d(%d)"
                            .formatted(
                                    live,
                                    live + length,
                                    length,
                                    expected.sequence(),
                                    expected.end(),
                                    expected.length()));
        }
    }

    // Options.

    private void options(List<TcpOptionText> expected, LiveSegment live) {
        List<String> wanted = new ArrayList<>();
        for (TcpOptionText option : expected) {
            wanted.add(text(option));
        }
        List<String> got = texts(live, expected);
        if (!wanted.equals(got)) {
            differences.add(
                    "options are <%s>, expected <%s>"
                            .formatted(String.join(",", got), String.join(",", wanted)));
        }
    }

    private static String text(TcpOptionText option) {
        List<Long> n = option.numbers();
        return switch (option.kind()) {
            case MSS -> "mss " + n.getFirst();
            case NOP -> "nop";
            case EOL -> "eol";
            case WSCALE -> "wscale " + n.getFirst();
            case SACK_OK -> "sackOK";
            case SACK -> {
                StringBuilder text = new StringBuilder("sack");
                for (int i = 0; i < n.size(); i += 2) {
                    text.append(' ').append(n.get(i)).append(':').append(n.get(i + 1));
                }
                yield text.toString();
            }
            case TIMESTAMPS -> "TS val %d ecr %d".formatted(n.getFirst(), n.get(1));
            case FAST_OPEN -> {
                StringBuilder text = new StringBuilder("FO ");
                option.bytes().forEach(b -> text.append("%02x".formatted(b)));
                yield text.toString().strip();
            }
            case MD5 -> "md5";
        };
    }

    private List<String> texts(LiveSegment live, List<TcpOptionText> expected) {
        List<String> texts = new ArrayList<>();
        int at = live.at + TcpHeader.OPTIONS_OFFSET;
        int end = live.at + live.headerLength;
        while (at < end) {
            int kind = live.frame.getByte(at) & 0xFF;
            if (kind == TcpOptions.NO_OPERATION || kind == TcpOptions.END) {
                texts.add(kind == TcpOptions.END ? "eol" : "nop");
                at++;
                continue;
            }
            int length = Math.max(2, live.frame.getByte(at + 1) & 0xFF);
            texts.add(text(live, kind, at, length, expected));
            at += length;
        }
        return texts;
    }

    private String text(
            LiveSegment live, int kind, int at, int length, List<TcpOptionText> expected) {
        return switch (kind) {
            case TcpOptions.MAXIMUM_SEGMENT_SIZE -> "mss " + short16(live, at + 2);
            case TcpOptions.WINDOW_SCALE -> "wscale " + live.frame.getByte(at + 2);
            case TcpOptions.SACK_PERMITTED -> "sackOK";
            case TcpOptions.SACK -> {
                StringBuilder text = new StringBuilder("sack");
                for (int i = at + 2; i < at + length; i += 8) {
                    text.append(' ')
                            .append(relative(live, i))
                            .append(':')
                            .append(relative(live, i + 4));
                }
                yield text.toString();
            }
            case TcpOptions.TIMESTAMPS -> timestamps(live, at, expected);
            case TcpOptions.FAST_OPEN -> cookie(live, at, length, expected);
            case TcpOptions.MD5_SIGNATURE -> "md5";
            default -> "kind " + kind;
        };
    }

    private static int short16(LiveSegment live, int at) {
        return live.frame.getShort(at, java.nio.ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    private static int number(LiveSegment live, int at) {
        return live.frame.getInt(at, java.nio.ByteOrder.BIG_ENDIAN);
    }

    private long relative(LiveSegment live, int at) {
        return Integer.toUnsignedLong(number(live, at) - peer.remoteIsn);
    }

    /** The host's value is what the script calls it, unless it has called another one so. */
    private String timestamps(LiveSegment live, int at, List<TcpOptionText> expected) {
        int value = number(live, at + 2);
        long echo = Integer.toUnsignedLong(number(live, at + 6));
        for (TcpOptionText option : expected) {
            if (option.kind() == TcpOptionText.Kind.TIMESTAMPS
                    && peer.isTimestamp(option.numbers().getFirst(), value)) {
                return "TS val %d ecr %d".formatted(option.numbers().getFirst(), echo);
            }
        }
        return "TS val %d ecr %d".formatted(Integer.toUnsignedLong(value), echo);
    }

    /** Cookies are made from a secret: any of the length that the script has is what the script calls it. */
    private String cookie(LiveSegment live, int at, int length, List<TcpOptionText> expected) {
        for (TcpOptionText option : expected) {
            if (option.kind() == TcpOptionText.Kind.FAST_OPEN
                    && option.bytes().size() == length - 2) {
                byte[] cookie = new byte[length - 2];
                live.frame.getBytes(at + 2, cookie);
                peer.learnCookie(option.bytes(), cookie);
                return text(option);
            }
        }
        StringBuilder text = new StringBuilder("FO ");
        for (int i = at + 2; i < at + length; i++) {
            text.append("%02x".formatted(live.frame.getByte(i)));
        }
        return text.toString().strip();
    }
}
