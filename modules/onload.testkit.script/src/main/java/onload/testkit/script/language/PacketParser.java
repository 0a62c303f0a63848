package onload.testkit.script.language;

import onload.testkit.script.language.Lexer.Kind;
import onload.testkit.script.language.Lexer.Token;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads what a script says of a packet. Algorithm. */
final class PacketParser {
    private static final String FLAGS = "SFRPU.EWC";
    private static final Map<String, Integer> ECN =
            Map.of("noecn", 0, "ect1", 1, "ect0", 2, "ce", 3);

    private final Words words;
    private int ecn = -1;
    private int trafficClass = -1;

    PacketParser(Words words) {
        this.words = words;
    }

    Packet packet(boolean isIncoming) {
        while (words.peek().is("[") && isIpOption(words.peek(1))) {
            ipOption();
        }
        if (words.peek().is("[") || words.peek().is("icmp")) {
            if (!isIncoming) {
                throw words.unexpected("a TCP segment or a UDP datagram after >");
            }
            return icmp();
        }
        if (words.takeIf("udp")) {
            words.expect("(");
            int length = (int) words.number();
            words.expect(")");
            return new Packet.Udp(length);
        }
        return tcp();
    }

    private static boolean isIpOption(Token token) {
        String text = token.text();
        return ECN.containsKey(text) || text.equals("tos") || text.equals("flowlabel");
    }

    private void ipOption() {
        words.expect("[");
        do {
            Token token = words.take();
            if (token.text().equals("tos")) {
                trafficClass = (int) words.number();
            } else if (ECN.containsKey(token.text())) {
                ecn = ECN.get(token.text());
            } else {
                throw new ScriptException(
                        token.line(),
                        token + " of an IP header: expected ect0, ect1, ce, noecn or tos");
            }
        } while (words.takeIf(","));
        words.expect("]");
    }

    // TCP.

    private Packet tcp() {
        String flags = flags();
        long sequence = words.number();
        words.expect(":");
        long end = words.number();
        words.expect("(");
        int length = (int) words.number();
        words.expect(")");
        long acknowledgment = words.takeIf("ack") ? words.number() : -1;
        int window = words.takeIf("win") ? (int) words.number() : -1;
        int urgent = words.takeIf("urg") ? (int) words.number() : -1;
        List<TcpOptionText> options = words.takeIf("<") ? options() : List.of();
        check(sequence, end, length);
        return new Packet.Tcp(
                ecn,
                trafficClass,
                flags,
                sequence,
                end,
                length,
                acknowledgment,
                window,
                urgent,
                options);
    }

    private void check(long sequence, long end, int length) {
        if (end - sequence != length) {
            throw words.unexpected(
                    "%d:%d(%d), whose length is the difference, in the line before"
                            .formatted(sequence, sequence + length, length));
        }
    }

    private String flags() {
        StringBuilder flags = new StringBuilder();
        Token first = words.peek();
        while (isFlags(words.peek()) && (flags.isEmpty() || words.peek().isJoined())) {
            flags.append(words.take().text());
        }
        if (flags.isEmpty()) {
            throw new ScriptException(
                    first.line(),
                    first + " are no flags; expected letters of SFRPUEWC and ., or -");
        }
        return flags.toString();
    }

    private static boolean isFlags(Token token) {
        if (token.kind() != Kind.NAME && token.kind() != Kind.SIGN) {
            return false;
        }
        return token.text().equals("-")
                || token.text().equals("...")
                || token.text().chars().allMatch(c -> FLAGS.indexOf(c) >= 0);
    }

    private @Nullable List<TcpOptionText> options() {
        if (words.takeIf("...")) {
            words.expect(">");
            return null;
        }
        List<TcpOptionText> options = new ArrayList<>();
        if (words.takeIf(">")) {
            return options;
        }
        do {
            options.add(option());
        } while (words.takeIf(","));
        words.expect(">");
        return options;
    }

    private TcpOptionText option() {
        Token token = words.take();
        return switch (token.text().toLowerCase(Locale.ROOT)) {
            case "mss" -> new TcpOptionText(TcpOptionText.Kind.MSS, number(), List.of());
            case "wscale" -> new TcpOptionText(TcpOptionText.Kind.WSCALE, number(), List.of());
            case "nop" -> plain(TcpOptionText.Kind.NOP);
            case "eol" -> plain(TcpOptionText.Kind.EOL);
            case "sackok" -> plain(TcpOptionText.Kind.SACK_OK);
            case "sack" -> new TcpOptionText(TcpOptionText.Kind.SACK, blocks(), List.of());
            case "ts" -> timestamps();
            case "fo" -> new TcpOptionText(TcpOptionText.Kind.FAST_OPEN, List.of(), cookie());
            case "md5" -> plain(TcpOptionText.Kind.MD5);
            default ->
                    throw new ScriptException(
                            token.line(),
                            token
                                    + " is no TCP option that is known; expected mss, nop, eol, wscale,"
                                    + " sackOK, sack, TS, FO or md5");
        };
    }

    private static TcpOptionText plain(TcpOptionText.Kind kind) {
        return new TcpOptionText(kind, List.of(), List.of());
    }

    private List<Long> number() {
        return List.of(words.number());
    }

    private List<Long> blocks() {
        List<Long> edges = new ArrayList<>();
        while (words.peek().kind() == Kind.NUMBER) {
            edges.add(words.number());
            words.expect(":");
            edges.add(words.number());
        }
        if (edges.isEmpty()) {
            throw words.unexpected("blocks after sack, such as 1:1001");
        }
        return edges;
    }

    private TcpOptionText timestamps() {
        words.expect("val");
        long value = words.number();
        words.expect("ecr");
        return new TcpOptionText(
                TcpOptionText.Kind.TIMESTAMPS, List.of(value, words.number()), List.of());
    }

    /** The digits of a cookie; none asks for one. */
    private List<Integer> cookie() {
        List<Integer> bytes = new ArrayList<>();
        Token token = words.peek();
        if (token.kind() != Kind.NUMBER && token.kind() != Kind.NAME) {
            return bytes;
        }
        String digits = words.take().text();
        if (!digits.matches("([0-9a-fA-F]{2})*")) {
            throw new ScriptException(
                    token.line(), token + " is no cookie; expected pairs of hexadecimal digits");
        }
        for (int i = 0; i < digits.length(); i += 2) {
            bytes.add(Integer.parseInt(digits.substring(i, i + 2), 16));
        }
        return bytes;
    }

    // ICMP.

    private Packet icmp() {
        long sequence = -1;
        int length = 0;
        boolean isQuoted = words.peek().is("[");
        if (isQuoted) {
            long[] quoted = quoted();
            sequence = quoted[0];
            length = (int) quoted[1];
        }
        words.expect("icmp");
        String type = words.take().text();
        String code = "";
        int mtu = -1;
        if (words.peek().kind() == Kind.NAME && !words.peek().is("mtu")) {
            code = words.take().text();
        }
        if (words.takeIf("mtu")) {
            mtu = (int) words.number();
        }
        if (!isQuoted && words.peek().is("[")) {
            long[] quoted = quoted();
            sequence = quoted[0];
            length = (int) quoted[1];
        }
        return new Packet.Icmp(type, code, mtu, sequence, length);
    }

    private long[] quoted() {
        words.expect("[");
        if (isFlags(words.peek())) {
            flags();
        }
        long first = words.number();
        words.expect(":");
        long end = words.number();
        words.expect("(");
        long length = words.number();
        words.expect(")");
        words.expect("]");
        check(first, end, (int) length);
        return new long[] {first, length};
    }
}
