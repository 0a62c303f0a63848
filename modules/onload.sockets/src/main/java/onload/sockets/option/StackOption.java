package onload.sockets.option;

import onload.tcp.TcpSetting;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The table of all that can be set of a stack: from it come parsing, help, docs/options.md and what other processes are told.
 *
 * <p>The name of an option is that of its constant in lower case with hyphens; those of TCP and UDP begin with {@code tcp.} and {@code
 * udp.}. Where Onload has an option of the same meaning, its name does too, with values in Onload's unit.
 */
public enum StackOption {
    // General.

    /** What others see the stack by: 1 to 64 printable ASCII characters. */
    NAME(text("", "what others see the stack by; empty for a name that nobody has"), OnloadName.same("EF_NAME")),

    /** Who drives the stack. */
    DRIVE(
            words(
                    "who drives the stack: threads that wait and a helper (shared), a thread that always polls"
                            + " (dedicated), the program alone (polled)",
                    "shared",
                    "polled",
                    "dedicated"),
            OnloadName.none()),

    // Progress.

    /** How long a call that waits polls before it sleeps. */
    SPIN(
            duration(0, 0, Long.MAX_VALUE, "how long a call that waits polls before it sleeps"),
            OnloadName.microseconds("EF_SPIN_USEC")),

    /** After so long without a poll the helper takes over. */
    HELPER_BOUND(
            duration(500_000, 10_000, 1_000_000_000, "after so long without a poll the helper takes over"),
            OnloadName.microseconds("EF_HELPER_USEC")),

    /** Most events that one poll takes from a NIC. */
    POLL_EVENTS(number(64, 1, 65_536, "most events that one poll takes from a NIC"), OnloadName.same("EF_EVS_PER_POLL")),

    /** Sends that may be left for the thread that has the lock. */
    DEFER_LIMIT(
            number(32, 0, 255, "sends that may be left for the thread that has the lock; more wait for it"),
            OnloadName.same("EF_DEFER_WORK_LIMIT")),

    /** How long a thread polls for the lock before it sleeps. */
    LOCK_SPIN(
            duration(5_000, 0, 10_000_000, "how long a thread polls for the lock before it sleeps"),
            OnloadName.microseconds("EF_BUZZ_USEC")),

    /** Sends of so many bytes or fewer try the lock first. */
    SEND_UNLOCKED_THRESHOLD(
            bytes(
                    1500,
                    0,
                    1 << 30,
                    "sends of so many bytes or fewer try the lock first; longer ones are copied before, without it"),
            OnloadName.same("EF_UDP_SEND_UNLOCK_THRESH")),

    // Memory.

    /** Packet buffers of the stack. */
    PACKETS(number(32_768, 64, 1 << 20, "packet buffers of the stack"), OnloadName.same("EF_MAX_PACKETS")),

    /** Most packet buffers for what is received. */
    RECEIVE_PACKETS(
            number(0, 0, 1 << 20, "most packet buffers for what is received; 0 for three quarters of all"),
            OnloadName.same("EF_MAX_RX_PACKETS")),

    /** Most packet buffers for what is sent. */
    SEND_PACKETS(
            number(0, 0, 1 << 20, "most packet buffers for what is sent; 0 for three quarters of all"),
            OnloadName.same("EF_MAX_TX_PACKETS")),

    /** Bytes of a packet buffer, a power of two. */
    PACKET_LENGTH(bytes(2048, 512, 65_536, "bytes of a packet buffer, a power of two"), OnloadName.none()),

    /** Whether packet buffers are on huge pages: never, if there are some, or else the stack does not open. */
    HUGE_PAGES(
            words("whether packet buffers are on huge pages", "if-available", "never", "always"),
            OnloadName.same("EF_USE_HUGE_PAGES")),

    /** Packets in stock for senders that do not have the lock. */
    UNLOCKED_PACKETS(
            number(256, 0, 65_536, "packets in stock for senders that do not have the lock"), OnloadName.none()),

    /** Most sockets at a time. */
    MAX_SOCKETS(number(65_536, 1, 1 << 22, "most sockets at a time"), OnloadName.same("EF_MAX_ENDPOINTS")),

    // IP.

    /** Whether interfaces have IPv6. */
    IPV6(flag(true, "whether interfaces have IPv6"), OnloadName.none()),

    /** Solicitations that ask for an IPv6 address before it is used. */
    DUPLICATE_ADDRESS_DETECTION(
            number(1, 0, 100, "solicitations that ask for an IPv6 address before it is used (RFC 4862)"),
            OnloadName.none()),

    // What others see.

    /** Whether other processes can see the stack. */
    DUMP(flag(true, "whether other processes of this user can see counters and sockets"), OnloadName.none()),

    /** Where the file for that is. */
    DUMP_FOLDER(text("", "folder of the file for that; empty for shared memory"), OnloadName.none()),

    // UDP.

    /** Most UDP sockets at a time. */
    UDP_SOCKETS(number(65_536, 1, 1 << 22, "most UDP sockets at a time"), OnloadName.none()),

    /** Limit of a socket's receive queue, in whole packet buffers. */
    UDP_RECEIVE_QUEUE(
            bytes(1 << 19, 1, 1 << 30, "limit of a socket's receive queue, in bytes of whole packet buffers"),
            OnloadName.same("EF_UDP_RCVBUF")),

    /** First port that is chosen by itself. */
    UDP_FIRST_PORT(number(32_768, 1, 65_535, "first port that is chosen by itself"), OnloadName.none()),

    /** Last port that is chosen by itself. */
    UDP_LAST_PORT(number(60_999, 1, 65_535, "last port that is chosen by itself"), OnloadName.none()),

    // TCP: as TcpSetting has them.

    /** Connections at once, half-open ones and those in TIME-WAIT included. */
    TCP_MAX_FLOWS(TcpSetting.MAX_FLOWS, "connections at once, half-open ones and TIME-WAIT included"),

    /** Connections in TIME-WAIT at once. */
    TCP_MAX_TIME_WAIT(TcpSetting.MAX_TIME_WAIT, "connections in TIME-WAIT at once"),

    /** Connections that their user has closed and that have not finished. */
    TCP_MAX_ORPHANS(TcpSetting.MAX_ORPHANS, "closed connections that have not finished"),

    /** Half-open connections of a listener. */
    TCP_MAX_SYN_BACKLOG(
            TcpSetting.MAX_SYN_BACKLOG, "half-open connections of a listener", OnloadName.same("EF_TCP_BACKLOG_MAX")),

    /** Send buffer of a new connection. */
    TCP_SEND_BUFFER(TcpSetting.SEND_BUFFER_BYTES, "send buffer of a new connection", OnloadName.same("EF_TCP_SNDBUF")),

    /** Size up to which it grows. */
    TCP_MAX_SEND_BUFFER(TcpSetting.MAX_SEND_BUFFER_BYTES, "size up to which it grows"),

    /** Receive buffer of a new connection. */
    TCP_RECEIVE_BUFFER(
            TcpSetting.RECEIVE_BUFFER_BYTES, "receive buffer of a new connection", OnloadName.same("EF_TCP_RCVBUF")),

    /** Size up to which it grows. */
    TCP_MAX_RECEIVE_BUFFER(TcpSetting.MAX_RECEIVE_BUFFER_BYTES, "size up to which it grows"),

    /** Timestamps. */
    TCP_TIMESTAMPS(TcpSetting.TIMESTAMPS, "timestamps (RFC 7323)"),

    /** Window scale. */
    TCP_WINDOW_SCALING(TcpSetting.WINDOW_SCALING, "window scale (RFC 7323)"),

    /** Selective acknowledgments. */
    TCP_SELECTIVE_ACKNOWLEDGMENTS(TcpSetting.SELECTIVE_ACKNOWLEDGMENTS, "selective acknowledgments (RFC 2018)"),

    /** SYN cookies. */
    TCP_SYN_COOKIES(
            TcpSetting.SYN_COOKIES,
            "SYN cookies when there are too many half-open connections",
            OnloadName.same("EF_TCP_SYNCOOKIES")),

    /** Smallest retransmission timeout. */
    TCP_MIN_RTO(
            TcpSetting.MIN_RTO_NS, "smallest retransmission timeout", OnloadName.milliseconds("EF_RFC_RTO_MIN")),

    /** Largest retransmission timeout. */
    TCP_MAX_RTO(TcpSetting.MAX_RTO_NS, "largest retransmission timeout", OnloadName.milliseconds("EF_RFC_RTO_MAX")),

    /** Retransmission timeout before the round-trip time is known. */
    TCP_INITIAL_RTO(
            TcpSetting.INITIAL_RTO_NS,
            "retransmission timeout before the round-trip time is known",
            OnloadName.milliseconds("EF_RFC_RTO_INITIAL")),

    /** SYNs that are sent again before connecting fails. */
    TCP_SYN_RETRIES(
            TcpSetting.SYN_RETRIES,
            "SYNs that are sent again before connecting fails",
            OnloadName.same("EF_RETRANSMIT_THRESHOLD_SYN")),

    /** SYN-ACKs that are sent again. */
    TCP_SYN_ACK_RETRIES(
            TcpSetting.SYN_ACK_RETRIES,
            "SYN-ACKs that are sent again before a half-open connection is forgotten",
            OnloadName.same("EF_RETRANSMIT_THRESHOLD_SYNACK")),

    /** Times that a segment is sent again before the connection fails. */
    TCP_RETRIES(
            TcpSetting.RETRIES,
            "times that a segment is sent again before the connection fails",
            OnloadName.same("EF_RETRANSMIT_THRESHOLD")),

    /** The same for a connection that its user has closed. */
    TCP_ORPHAN_RETRIES(
            TcpSetting.ORPHAN_RETRIES,
            "the same for a connection that its user has closed",
            OnloadName.same("EF_RETRANSMIT_THRESHOLD_ORPHAN")),

    /** How long an acknowledgment waits for data to go with it. */
    TCP_DELAYED_ACK(TcpSetting.DELAYED_ACK_NS, "how long an acknowledgment waits for data to go with it"),

    /** Segments that are acknowledged without delay when a connection is new. */
    TCP_QUICK_ACKS(TcpSetting.QUICK_ACKS, "segments that are acknowledged at once when a connection is new"),

    /** Longest that a cork holds something back. */
    TCP_CORK(TcpSetting.CORK_NS, "longest that a cork holds something back"),

    /** How long a closed connection waits for the FIN of the peer. */
    TCP_FIN_WAIT_2(
            TcpSetting.FIN_WAIT_2_NS,
            "how long a closed connection waits for the FIN of the peer",
            OnloadName.seconds("EF_TCP_FIN_TIMEOUT")),

    /** How long TIME-WAIT lasts. */
    TCP_TIME_WAIT(TcpSetting.TIME_WAIT_NS, "how long TIME-WAIT lasts"),

    /** How long a connection with keep-alive is idle before the peer is asked. */
    TCP_KEEP_ALIVE_IDLE(
            TcpSetting.KEEP_ALIVE_IDLE_NS,
            "how long a connection with keep-alive is idle before the peer is asked",
            OnloadName.milliseconds("EF_KEEPALIVE_TIME")),

    /** Time between questions of keep-alive. */
    TCP_KEEP_ALIVE_INTERVAL(
            TcpSetting.KEEP_ALIVE_INTERVAL_NS,
            "time between questions of keep-alive",
            OnloadName.milliseconds("EF_KEEPALIVE_INTVL")),

    /** Questions of keep-alive without an answer. */
    TCP_KEEP_ALIVE_PROBES(
            TcpSetting.KEEP_ALIVE_PROBES,
            "questions of keep-alive without an answer after which a connection fails",
            OnloadName.same("EF_KEEPALIVE_PROBES")),

    /** First local port that is given out. */
    TCP_FIRST_PORT(TcpSetting.FIRST_PORT, "first port that is chosen by itself"),

    /** Last local port that is given out. */
    TCP_LAST_PORT(TcpSetting.LAST_PORT, "last port that is chosen by itself"),

    /** Segments in the initial window. */
    TCP_INITIAL_WINDOW_SEGMENTS(TcpSetting.INITIAL_WINDOW_SEGMENTS, "segments in the initial window (RFC 6928)"),

    /** Challenge ACKs in a second, of all connections. */
    TCP_CHALLENGE_ACKS_PER_SECOND(
            TcpSetting.CHALLENGE_ACKS_PER_SECOND, "challenge ACKs in a second, of all connections (RFC 5961)"),

    /** Segments out of order that a connection keeps. */
    TCP_MAX_OUT_OF_ORDER_PACKETS(
            TcpSetting.MAX_OUT_OF_ORDER_PACKETS, "segments out of order that a connection keeps");

    private final String optionName;
    private final OptionForm form;
    private final OnloadName onload;
    private final @Nullable TcpSetting setting;

    StackOption(OptionForm form, OnloadName onload) {
        this.form = form;
        this.onload = onload;
        setting = null;
        optionName = nameOf(name());
    }

    StackOption(TcpSetting setting, String doc) {
        this(setting, doc, OnloadName.none());
    }

    StackOption(TcpSetting setting, String doc, OnloadName onload) {
        this.setting = setting;
        this.onload = onload;
        form =
                new OptionForm(
                        typeOf(setting),
                        typeOf(setting).text(setting.defaultValue()),
                        setting.least(),
                        setting.most(),
                        List.of(),
                        doc);
        optionName = nameOf(name());
    }

    private static String nameOf(String constant) {
        String words = constant.toLowerCase(Locale.ROOT).replace('_', '-');
        return words.startsWith("tcp-") || words.startsWith("udp-")
                ? words.substring(0, 3) + "." + words.substring(4)
                : words;
    }

    private static OptionType typeOf(TcpSetting setting) {
        if (setting.name().endsWith("_NS")) {
            return OptionType.DURATION;
        }
        if (setting.name().endsWith("_BYTES")) {
            return OptionType.BYTES;
        }
        return setting.least() == 0 && setting.most() == 1 ? OptionType.SWITCH : OptionType.NUMBER;
    }

    private static OptionForm text(String otherwise, String doc) {
        return new OptionForm(OptionType.TEXT, otherwise, 0, 0, List.of(), doc);
    }

    private static OptionForm words(String doc, String... words) {
        return new OptionForm(OptionType.WORD, words[0], 0, 0, List.of(words), doc);
    }

    private static OptionForm flag(boolean otherwise, String doc) {
        return new OptionForm(OptionType.SWITCH, otherwise ? "on" : "off", 0, 1, List.of(), doc);
    }

    private static OptionForm number(long otherwise, long least, long most, String doc) {
        return form(OptionType.NUMBER, otherwise, least, most, doc);
    }

    private static OptionForm duration(long otherwise, long least, long most, String doc) {
        return form(OptionType.DURATION, otherwise, least, most, doc);
    }

    private static OptionForm bytes(long otherwise, long least, long most, String doc) {
        return form(OptionType.BYTES, otherwise, least, most, doc);
    }

    private static OptionForm form(OptionType type, long otherwise, long least, long most, String doc) {
        return new OptionForm(type, type.text(otherwise), least, most, List.of(), doc);
    }

    /** {@return the name that people write} */
    public String optionName() {
        return optionName;
    }

    /** {@return the name of the same option in Onload; empty if it has none} */
    public String onloadName() {
        return onload.name();
    }

    /** {@return how values are written} */
    public OptionType type() {
        return form.type();
    }

    /** {@return the value if nobody says another, as people write it} */
    public String defaultText() {
        return form.otherwise();
    }

    /** {@return what it is, in one line} */
    public String doc() {
        return form.doc();
    }

    /** {@return the values that are allowed, in words} */
    public String allowed() {
        return form.allowed();
    }

    /** {@return the setting of TCP that it is; null if it is none} */
    @Nullable TcpSetting setting() {
        return setting;
    }

    OptionForm form() {
        return form;
    }

    OnloadName onload() {
        return onload;
    }

    /** {@return the option of a name, its own or Onload's; null if there is none} */
    static @Nullable StackOption find(String name) {
        return Arrays.stream(values())
                .filter(
                        each ->
                                each.optionName.equals(name)
                                        || (!each.onload.isNone() && each.onload.name().equals(name)))
                .findFirst()
                .orElse(null);
    }
}
