package onload.tcp;

import onload.wire.TcpHeader;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A segment as a test says it, to be injected or expected. Immutable: each method gives another one.
 *
 * <p>Sequence and acknowledgment numbers are relative to the initial ones of either side: 0 is the SYN, 1 the
 * first byte. Numbers and options that are not said have usual values when they are injected (the next sequence
 * number of the peer, all of ours acknowledged, a window of 65535) and are not compared when they are expected.
 * Flags and payload are compared always.
 */
final class Segment implements Cloneable {
    /** The most that {@link #numbered} gives. */
    private static final int PATTERN = 251;

    private static final String FLAG_NAMES = "FSRP.UEWe";

    final int flags;
    byte[] payload = new byte[0];
    @Nullable Integer seq;
    @Nullable Integer ack;
    @Nullable Integer rawSeq;
    @Nullable Integer rawAck;
    @Nullable Integer window;
    @Nullable Integer urgentPointer;
    @Nullable Integer mss;
    @Nullable Integer windowScale;
    boolean sackPermitted;
    boolean withTimestamps;
    boolean withoutTimestamps;
    boolean withoutOptions;
    @Nullable Integer timestamp;
    @Nullable Integer echo;
    int @Nullable [] sack;
    byte @Nullable [] cookie;
    boolean withAnyCookie;
    boolean withoutFastOpen;
    byte @Nullable [] rawOptions;
    @Nullable Integer port;
    @Nullable Integer localPort;
    @Nullable String from;
    boolean hasWrongChecksum;
    @Nullable Integer trafficClass;

    private Segment(int flags) {
        this.flags = flags;
    }

    private Segment copy() {
        try {
            return (Segment) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    // Kinds.

    /** {@return a segment with flags as tcpdump writes them: of {@code FSRPUEWe} and {@code .} for ACK} */
    static Segment segment(String flags) {
        int bits = 0;
        for (int i = 0; i < flags.length(); i++) {
            char name = flags.charAt(i);
            int at = FLAG_NAMES.indexOf(name);
            if (at < 0) {
                throw new IllegalArgumentException("no flag: " + name);
            }
            bits |= 1 << at;
        }
        return new Segment(bits);
    }

    static Segment syn() {
        return segment("S");
    }

    static Segment synAck() {
        return segment("S.");
    }

    static Segment ack() {
        return segment(".");
    }

    /** {@return FIN and ACK} */
    static Segment fin() {
        return segment("F.");
    }

    static Segment rst() {
        return segment("R");
    }

    static Segment rstAck() {
        return segment("R.");
    }

    /** {@return PSH and ACK with a payload} */
    static Segment data(String text) {
        return segment("P.").payload(text);
    }

    /** {@return PSH and ACK with {@link #numbered} bytes that begin at a relative sequence number} */
    static Segment data(int seq, int bytes) {
        return segment("P.").seq(seq).payload(numbered(seq, bytes));
    }

    /** {@return the bytes of a stream in which each tells where it stands} */
    static byte[] numbered(int seq, int bytes) {
        byte[] payload = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            payload[i] = (byte) Math.floorMod(seq + i, PATTERN);
        }
        return payload;
    }

    // Fields.

    /** Relative to the initial sequence number of who sends it. */
    Segment seq(int relative) {
        Segment s = copy();
        s.seq = relative;
        return s;
    }

    /** Relative to the initial sequence number of who receives it. */
    Segment ack(int relative) {
        Segment s = copy();
        s.ack = relative;
        return s;
    }

    /** The number as it is on the wire. */
    Segment rawSeq(int number) {
        Segment s = copy();
        s.rawSeq = number;
        return s;
    }

    /** The number as it is on the wire. */
    Segment rawAck(int number) {
        Segment s = copy();
        s.rawAck = number;
        return s;
    }

    /** The window field, not scaled. */
    Segment window(int field) {
        Segment s = copy();
        s.window = field;
        return s;
    }

    Segment urgentPointer(int pointer) {
        Segment s = copy();
        s.urgentPointer = pointer;
        return s;
    }

    Segment payload(String text) {
        return payload(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Segment payload(byte[] bytes) {
        Segment s = copy();
        s.payload = bytes.clone();
        return s;
    }

    Segment mss(int bytes) {
        Segment s = copy();
        s.mss = bytes;
        return s;
    }

    Segment windowScale(int shift) {
        Segment s = copy();
        s.windowScale = shift;
        return s;
    }

    Segment sackPermitted() {
        Segment s = copy();
        s.sackPermitted = true;
        return s;
    }

    /** A timestamps option with usual values, or with any. */
    Segment timestamps() {
        Segment s = copy();
        s.withTimestamps = true;
        return s;
    }

    /**
     * A timestamps option. Ours are in milliseconds since our SYN or SYN-ACK (0 in that), the peer's as they are.
     */
    Segment timestamps(int value, int echoReply) {
        Segment s = timestamps();
        s.timestamp = value;
        s.echo = echoReply;
        return s;
    }

    /** No timestamps option, though the connection has agreed on them. */
    Segment noTimestamps() {
        Segment s = copy();
        s.withoutTimestamps = true;
        return s;
    }

    /** No options at all. */
    Segment noOptions() {
        Segment s = copy();
        s.withoutOptions = true;
        s.withoutTimestamps = true;
        return s;
    }

    /** Left and right edge of each block in turn, relative to who receives it; none for no SACK option. */
    Segment sack(int... edges) {
        Segment s = copy();
        s.sack = edges;
        return s;
    }

    /** A Fast Open cookie, or a request for one if there are no bytes. */
    Segment fastOpen(byte... bytes) {
        Segment s = copy();
        s.cookie = bytes.clone();
        return s;
    }

    /** A Fast Open cookie, whatever it is; only to expect. */
    Segment anyCookie() {
        Segment s = copy();
        s.withAnyCookie = true;
        return s;
    }

    /** No Fast Open option. */
    Segment noFastOpen() {
        Segment s = copy();
        s.withoutFastOpen = true;
        return s;
    }

    /** Bytes of options as they are; only to inject. */
    Segment options(int... bytes) {
        Segment s = copy();
        s.rawOptions = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            s.rawOptions[i] = (byte) bytes[i];
        }
        return s;
    }

    /** The peer's port. */
    Segment port(int peerPort) {
        Segment s = copy();
        s.port = peerPort;
        return s;
    }

    /** Our port. */
    Segment localPort(int ownPort) {
        Segment s = copy();
        s.localPort = ownPort;
        return s;
    }

    /** Another source address than the peer's; only to inject. */
    Segment from(String address) {
        Segment s = copy();
        s.from = address;
        return s;
    }

    /** Only to inject. */
    Segment wrongChecksum() {
        Segment s = copy();
        s.hasWrongChecksum = true;
        return s;
    }

    /** DSCP and ECN. */
    Segment trafficClass(int value) {
        Segment s = copy();
        s.trafficClass = value;
        return s;
    }

    boolean is(int flag) {
        return (flags & flag) != 0;
    }

    /** {@return SEG.LEN} */
    int span() {
        return payload.length + (is(TcpHeader.SYN) ? 1 : 0) + (is(TcpHeader.FIN) ? 1 : 0);
    }

    static String flagNames(int flags) {
        StringBuilder names = new StringBuilder("[");
        for (int i = 0; i < FLAG_NAMES.length(); i++) {
            if ((flags >>> i & 1) != 0) {
                names.append(FLAG_NAMES.charAt(i));
            }
        }
        return names.append(']').toString();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Flags ").append(flagNames(flags));
        append(text, ", seq ", seq);
        append(text, ", raw seq ", rawSeq);
        append(text, ", ack ", ack);
        append(text, ", raw ack ", rawAck);
        append(text, ", win ", window);
        append(text, ", urg ", urgentPointer);
        append(text, ", mss ", mss);
        append(text, ", wscale ", windowScale);
        if (sackPermitted) {
            text.append(", sackOK");
        }
        if (withTimestamps) {
            text.append(", TS val ").append(timestamp == null ? "any" : timestamp);
            text.append(" ecr ").append(echo == null ? "any" : echo);
        }
        if (withoutOptions) {
            text.append(", no options");
        } else if (withoutTimestamps) {
            text.append(", no TS");
        }
        if (sack != null) {
            text.append(", sack ").append(Arrays.toString(sack));
        }
        if (cookie != null) {
            text.append(", tfo ").append(HexFormat.of().formatHex(cookie));
        } else if (withAnyCookie) {
            text.append(", tfo with a cookie");
        } else if (withoutFastOpen) {
            text.append(", no tfo");
        }
        append(text, ", peer port ", port);
        append(text, ", own port ", localPort);
        append(text, ", tos ", trafficClass);
        return text.append(", length ").append(payload.length).toString();
    }

    private static void append(StringBuilder text, String name, @Nullable Integer value) {
        if (value != null) {
            text.append(name).append(value);
        }
    }
}
