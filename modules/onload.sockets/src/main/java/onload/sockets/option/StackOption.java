package onload.sockets.option;

import static onload.sockets.option.StackOption.Bounds.MOST_PACKETS;
import static onload.sockets.option.StackOption.Bounds.SOLICITATIONS;
import static onload.sockets.option.ValueRule.FOREVER;
import static onload.sockets.option.ValueRule.bytes;
import static onload.sockets.option.ValueRule.nanos;
import static onload.sockets.option.ValueRule.number;
import static onload.sockets.option.ValueRule.oneOf;
import static onload.sockets.option.ValueRule.text;
import static onload.sockets.option.ValueRule.toggle;

import onload.ip.IpOptions;
import onload.nic.packet.PacketBuffers;
import onload.tcp.TcpSetting;
import onload.tcp.congestion.CongestionControls;
import onload.udp.UdpSettings;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

/**
 * Everything that can be set of a stack: the table from which parsing, help and documentation come. Values are whole
 * numbers in the unit of the type (nanoseconds, bytes, pieces; 1 and 0 for switches; the place of a word), or text.
 */
public enum StackOption {
    /** Who drives the stack: the program alone, the program and a helper, or a thread that does nothing else. */
    DRIVE(
            OptionGroup.PROGRESS,
            "drive",
            oneOf("shared", "polled", "shared", "dedicated"),
            "who drives the stack: the program alone, the program and a helper, or a thread that does nothing else"),

    /** How long a blocking call polls before it sleeps. */
    SPIN(
            OptionGroup.PROGRESS,
            "spin",
            nanos(0, 0, FOREVER)
                    .onload("EF_SPIN_USEC", OnloadUnit.MICROSECONDS)
                    .onload("EF_POLL_USEC", OnloadUnit.MICROSECONDS),
            "how long a blocking call polls before it sleeps"),

    /** How long nobody may have polled before the helper does. */
    HELPER_BOUND(
            OptionGroup.PROGRESS,
            "helper-bound",
            nanos(500_000, 1_000, FOREVER)
                    .onload("EF_HELPER_USEC", OnloadUnit.MICROSECONDS_OR_NEVER),
            "how long nobody may have polled before the helper does"),

    /** Events of a NIC that are handled before other work. */
    POLL_EVENTS(
            OptionGroup.PROGRESS,
            "poll-events",
            number(64, 1, 1 << 20).onload("EF_EVS_PER_POLL", OnloadUnit.COUNT),
            "events of a NIC that are handled before other work"),

    /** Pieces of work that are left to the holder of the lock before a thread waits for it. */
    DEFER_LIMIT(
            OptionGroup.PROGRESS,
            "defer-limit",
            number(32, 1, 200).onload("EF_DEFER_WORK_LIMIT", OnloadUnit.COUNT),
            "pieces of work that are left to the holder of the lock before a thread waits for it"),

    /** Length of a datagram below which its sender tries the lock before it prepares the packet. */
    SEND_UNLOCKED_THRESHOLD(
            OptionGroup.PROGRESS,
            "send-unlocked-threshold",
            bytes(1500, 0, 1 << 16).onload("EF_UDP_SEND_UNLOCK_THRESH", OnloadUnit.BYTES),
            "length of a datagram below which its sender tries the lock before it prepares the packet"),

    /** How long a thread polls for the lock before it sleeps. */
    LOCK_SPIN(
            OptionGroup.PROGRESS,
            "lock-spin",
            nanos(5_000, 0, FOREVER).onload("EF_BUZZ_USEC", OnloadUnit.MICROSECONDS),
            "how long a thread polls for the lock before it sleeps"),

    /** The CPU of the dedicated thread, -1 for any. */
    DEDICATED_CPU(
            OptionGroup.PROGRESS,
            "dedicated-cpu",
            number(-1, -1, 4095),
            "the CPU of the dedicated thread, -1 for any"),

    /** Packet buffers of the stack. */
    PACKETS(
            OptionGroup.MEMORY,
            "packets",
            number(32768, 1, MOST_PACKETS).onload("EF_MAX_PACKETS", OnloadUnit.COUNT),
            "packet buffers of the stack"),

    /** Packet buffers that receiving may hold, 0 for three quarters. */
    RECEIVE_PACKETS(
            OptionGroup.MEMORY,
            "receive-packets",
            number(0, 0, MOST_PACKETS).onload("EF_MAX_RX_PACKETS", OnloadUnit.COUNT),
            "packet buffers that receiving may hold, 0 for three quarters"),

    /** Packet buffers that sending may hold, 0 for three quarters. */
    SEND_PACKETS(
            OptionGroup.MEMORY,
            "send-packets",
            number(0, 0, MOST_PACKETS).onload("EF_MAX_TX_PACKETS", OnloadUnit.COUNT),
            "packet buffers that sending may hold, 0 for three quarters"),

    /** Bytes of a packet buffer, metadata included. */
    PACKET_LENGTH(
            OptionGroup.MEMORY,
            "packet-length",
            bytes(2048, 512, 65536).inPowersOfTwo(),
            "bytes of a packet buffer, metadata included"),

    /** Whether packet buffers are on huge pages; always fails where there are none. */
    HUGE_PAGES(
            OptionGroup.MEMORY,
            "huge-pages",
            oneOf("if-available", "never", "if-available", "always")
                    .onload("EF_USE_HUGE_PAGES", OnloadUnit.CHOICE),
            "whether packet buffers are on huge pages; always fails where there are none"),

    /** Packet buffers in stock for senders that do not hold the lock. */
    UNLOCKED_PACKETS(
            OptionGroup.MEMORY,
            "unlocked-packets",
            number(256, 0, MOST_PACKETS),
            "packet buffers in stock for senders that do not hold the lock"),

    /** Sockets of the stack. */
    MAX_SOCKETS(
            OptionGroup.MEMORY,
            "max-sockets",
            number(65536, 1, 1 << 21).onload("EF_MAX_ENDPOINTS", OnloadUnit.COUNT),
            "sockets of the stack"),

    /** Whether interfaces have IPv6. */
    IPV6(OptionGroup.IP, "ipv6", toggle(IpOptions.DEFAULT.ipv6()), "whether interfaces have IPv6"),

    /** Solicitations that ask for an IPv6 address before it is used, 0 to use it at once. */
    DUPLICATE_ADDRESS_DETECTION(
            OptionGroup.IP,
            "duplicate-address-detection",
            number(SOLICITATIONS, 0, 100),
            "solicitations that ask for an IPv6 address before it is used, 0 to use it at once"),

    /** Connections at once, half-open ones and those in TIME-WAIT included. */
    TCP_MAX_FLOWS(
            TcpSetting.MAX_FLOWS,
            "connections at once, half-open ones and those in TIME-WAIT included"),

    /** Connections in TIME-WAIT at once; one more is forgotten at once. */
    TCP_MAX_TIME_WAIT(
            TcpSetting.MAX_TIME_WAIT,
            "connections in TIME-WAIT at once; one more is forgotten at once"),

    /** Connections at once that their user has closed and that are not done; one more is reset. */
    TCP_MAX_ORPHANS(
            TcpSetting.MAX_ORPHANS,
            "connections at once that their user has closed and that are not done; one more is reset"),

    /** Half-open connections of a listener, whatever its backlog is. */
    TCP_MAX_SYN_BACKLOG(
            TcpSetting.MAX_SYN_BACKLOG,
            "EF_TCP_BACKLOG_MAX",
            OnloadUnit.COUNT,
            "half-open connections of a listener, whatever its backlog is"),

    /** Bytes that a connection takes from its user before they are acknowledged, at first. */
    TCP_SEND_BUFFER(
            TcpSetting.SEND_BUFFER_BYTES,
            "EF_TCP_SNDBUF",
            OnloadUnit.BYTES_OR_DEFAULT,
            "bytes that a connection takes from its user before they are acknowledged, at first"),

    /** Bytes up to which that grows with the window. */
    TCP_MAX_SEND_BUFFER(
            TcpSetting.MAX_SEND_BUFFER_BYTES, "bytes up to which that grows with the window"),

    /** Bytes that a connection takes from the peer before its user reads them, at first. */
    TCP_RECEIVE_BUFFER(
            TcpSetting.RECEIVE_BUFFER_BYTES,
            "EF_TCP_RCVBUF",
            OnloadUnit.BYTES_OR_DEFAULT,
            "bytes that a connection takes from the peer before its user reads them, at first"),

    /** Bytes up to which that grows when the user reads as fast as they come. */
    TCP_MAX_RECEIVE_BUFFER(
            TcpSetting.MAX_RECEIVE_BUFFER_BYTES,
            "bytes up to which that grows when the user reads as fast as they come"),

    /** Whether timestamps are offered and taken (RFC 7323). */
    TCP_TIMESTAMPS(TcpSetting.TIMESTAMPS, "whether timestamps are offered and taken (RFC 7323)"),

    /** Whether window scaling is offered and taken (RFC 7323). */
    TCP_WINDOW_SCALING(
            TcpSetting.WINDOW_SCALING, "whether window scaling is offered and taken (RFC 7323)"),

    /** Whether selective acknowledgments are offered and taken (RFC 2018). */
    TCP_SELECTIVE_ACKNOWLEDGMENTS(
            TcpSetting.SELECTIVE_ACKNOWLEDGMENTS,
            "whether selective acknowledgments are offered and taken (RFC 2018)"),

    /** Explicit congestion notification (RFC 3168). */
    TCP_ECN(
            TcpSetting.ECN,
            "explicit congestion notification (RFC 3168): 0 for none, 1 to ask peers for it, 2 only where a peer asks"),

    /** Probing for the MTU of paths (RFC 4821). */
    TCP_MTU_PROBING(
            TcpSetting.MTU_PROBING,
            "probing for the MTU of paths (RFC 4821): 0 for none, 1 once long segments get lost, 2 from the beginning"),

    /** Whether a listener with too many half-open connections answers by cookies (RFC 4987). */
    TCP_SYN_COOKIES(
            TcpSetting.SYN_COOKIES,
            "EF_TCP_SYNCOOKIES",
            OnloadUnit.SWITCH,
            "whether a listener with too many half-open connections answers by cookies (RFC 4987)"),

    /** Fast Open (RFC 7413): 1 for sockets that connect, 2 for sockets that listen, 3 for both, if they ask for it. */
    TCP_FAST_OPEN(
            TcpSetting.FAST_OPEN,
            "Fast Open (RFC 7413) for sockets that ask for it: 1 that connect, 2 that listen, 3 both"),

    /** Smallest retransmission timeout. */
    TCP_MIN_RTO(
            TcpSetting.MIN_RTO_NS,
            "EF_RFC_RTO_MIN",
            OnloadUnit.MILLISECONDS,
            "smallest retransmission timeout"),

    /** Largest retransmission timeout. */
    TCP_MAX_RTO(
            TcpSetting.MAX_RTO_NS,
            "EF_RFC_RTO_MAX",
            OnloadUnit.MILLISECONDS,
            "largest retransmission timeout"),

    /** Retransmission timeout before the round-trip time is known. */
    TCP_INITIAL_RTO(
            TcpSetting.INITIAL_RTO_NS,
            "EF_RFC_RTO_INITIAL",
            OnloadUnit.MILLISECONDS,
            "retransmission timeout before the round-trip time is known"),

    /** SYNs that are sent again before connecting fails. */
    TCP_SYN_RETRIES(
            TcpSetting.SYN_RETRIES,
            "EF_RETRANSMIT_THRESHOLD_SYN",
            OnloadUnit.COUNT,
            "SYNs that are sent again before connecting fails"),

    /** SYN-ACKs that are sent again before a half-open connection is forgotten. */
    TCP_SYN_ACK_RETRIES(
            TcpSetting.SYN_ACK_RETRIES,
            "EF_RETRANSMIT_THRESHOLD_SYNACK",
            OnloadUnit.COUNT,
            "SYN-ACKs that are sent again before a half-open connection is forgotten"),

    /** Times that a segment is sent again before the connection fails. */
    TCP_RETRIES(
            TcpSetting.RETRIES,
            "EF_RETRANSMIT_THRESHOLD",
            OnloadUnit.COUNT,
            "times that a segment is sent again before the connection fails"),

    /** The same for a connection that its user has closed. */
    TCP_ORPHAN_RETRIES(
            TcpSetting.ORPHAN_RETRIES,
            "EF_RETRANSMIT_THRESHOLD_ORPHAN",
            OnloadUnit.COUNT,
            "the same for a connection that its user has closed"),

    /** How long an acknowledgment waits for data to go with it. */
    TCP_DELAYED_ACK(
            TcpSetting.DELAYED_ACK_NS, "how long an acknowledgment waits for data to go with it"),

    /** Segments of a new connection that are acknowledged without delay. */
    TCP_QUICK_ACKS(
            TcpSetting.QUICK_ACKS,
            "segments of a new connection that are acknowledged without delay"),

    /** Longest that a cork holds back a segment that is not full. */
    TCP_CORK(TcpSetting.CORK_NS, "longest that a cork holds back a segment that is not full"),

    /** How long a connection that its user has closed waits for the FIN of the peer. */
    TCP_FIN_WAIT_2(
            TcpSetting.FIN_WAIT_2_NS,
            "EF_TCP_FIN_TIMEOUT",
            OnloadUnit.SECONDS,
            "how long a connection that its user has closed waits for the FIN of the peer"),

    /** How long TIME-WAIT lasts. */
    TCP_TIME_WAIT(
            TcpSetting.TIME_WAIT_NS,
            "EF_TCP_TCONST_MSL",
            OnloadUnit.SEGMENT_LIFETIME,
            "how long TIME-WAIT lasts"),

    /** How long a connection with keep-alive is idle before the peer is asked. */
    TCP_KEEP_ALIVE_IDLE(
            TcpSetting.KEEP_ALIVE_IDLE_NS,
            "EF_KEEPALIVE_TIME",
            OnloadUnit.MILLISECONDS,
            "how long a connection with keep-alive is idle before the peer is asked"),

    /** How long after a question of keep-alive the next is asked. */
    TCP_KEEP_ALIVE_INTERVAL(
            TcpSetting.KEEP_ALIVE_INTERVAL_NS,
            "EF_KEEPALIVE_INTVL",
            OnloadUnit.MILLISECONDS,
            "how long after a question of keep-alive the next is asked"),

    /** Questions of keep-alive without an answer after which the connection fails. */
    TCP_KEEP_ALIVE_PROBES(
            TcpSetting.KEEP_ALIVE_PROBES,
            "EF_KEEPALIVE_PROBES",
            OnloadUnit.COUNT,
            "questions of keep-alive without an answer after which the connection fails"),

    /** First local port of TCP that is given out. */
    TCP_FIRST_PORT(TcpSetting.FIRST_PORT, "first local port of TCP that is given out"),

    /** Last local port of TCP that is given out. */
    TCP_LAST_PORT(TcpSetting.LAST_PORT, "last local port of TCP that is given out"),

    /** Segments in the initial congestion window. */
    TCP_INITIAL_WINDOW_SEGMENTS(
            TcpSetting.INITIAL_WINDOW_SEGMENTS, "segments in the initial congestion window"),

    /** Whether the end of what was sent goes again before the retransmission timeout (RFC 8985). */
    TCP_TAIL_LOSS_PROBES(
            TcpSetting.TAIL_LOSS_PROBES,
            "whether the end of what was sent goes again before the retransmission timeout (RFC 8985)"),

    /** Whether a window is no more than the initial one after an idle time (RFC 5681). */
    TCP_SLOW_START_AFTER_IDLE(
            TcpSetting.SLOW_START_AFTER_IDLE,
            "whether a window is no more than the initial one after an idle time (RFC 5681)"),

    /** The congestion control of sockets whose user chooses none. */
    TCP_CONGESTION_CONTROL(
            OptionGroup.TCP,
            "tcp.congestion-control",
            oneOf(CongestionControls.DEFAULT, CongestionControls.names().toArray(new String[0])),
            "the congestion control of sockets whose user chooses none"),

    /** Whether segments are spread over the round trip whatever the congestion control is. */
    TCP_PACING(
            TcpSetting.PACING,
            "whether segments are spread over the round trip whatever the congestion control is"),

    /** Challenge ACKs in a second, of all connections. */
    TCP_CHALLENGE_ACKS_PER_SECOND(
            TcpSetting.CHALLENGE_ACKS_PER_SECOND,
            "EF_CHALLENGE_ACK_LIMIT",
            OnloadUnit.COUNT,
            "challenge ACKs in a second, of all connections"),

    /** Segments out of order that a connection keeps. */
    TCP_MAX_OUT_OF_ORDER_PACKETS(
            TcpSetting.MAX_OUT_OF_ORDER_PACKETS, "segments out of order that a connection keeps"),

    /** Sockets of UDP. */
    UDP_SOCKETS(
            OptionGroup.UDP,
            "udp.sockets",
            number(UdpSettings.DEFAULT.sockets(), 1, 1 << 21),
            "sockets of UDP"),

    /** Limit of the receive queue of a socket, in bytes of whole packet buffers. */
    UDP_RECEIVE_QUEUE(
            OptionGroup.UDP,
            "udp.receive-queue",
            bytes(UdpSettings.DEFAULT.receiveQueueBytes(), 1, 1 << 30)
                    .onload("EF_UDP_RCVBUF", OnloadUnit.BYTES_OR_DEFAULT),
            "limit of the receive queue of a socket, in bytes of whole packet buffers"),

    /** Packet buffers in all receive queues of UDP together, 0 for half of all. */
    UDP_QUEUED_PACKETS(
            OptionGroup.UDP,
            "udp.queued-packets",
            number(UdpSettings.DEFAULT.queuedBuffers(), 0, MOST_PACKETS),
            "packet buffers in all receive queues of UDP together, 0 for half of all"),

    /** First local port of UDP that is given out. */
    UDP_FIRST_PORT(
            OptionGroup.UDP,
            "udp.first-port",
            number(UdpSettings.DEFAULT.firstEphemeralPort(), 1, 65535),
            "first local port of UDP that is given out"),

    /** Last local port of UDP that is given out. */
    UDP_LAST_PORT(
            OptionGroup.UDP,
            "udp.last-port",
            number(UdpSettings.DEFAULT.lastEphemeralPort(), 1, 65535),
            "last local port of UDP that is given out"),

    /** The name of the stack: letters, digits and . _ -; empty for one that is made up. */
    NAME(
            OptionGroup.DUMP,
            "name",
            text(64).onload("EF_NAME", OnloadUnit.TEXT),
            "the name of the stack: letters, digits and . _ -; empty for one that is made up"),

    /** Whether counters and sockets are in a file that others can read. */
    DUMP(
            OptionGroup.DUMP,
            "dump",
            toggle(true),
            "whether counters and sockets are in a file that others can read"),

    /** The folder of that file, empty for the usual place. */
    DUMP_FOLDER(
            OptionGroup.DUMP,
            "dump-folder",
            text(4096),
            "the folder of that file, empty for the usual place");

    /** What the constants above need before the enum's own fields are there. */
    static final class Bounds {
        static final int MOST_PACKETS = Integer.MAX_VALUE / PacketBuffers.MIN_BUFFER_LENGTH;
        static final int SOLICITATIONS =
                IpOptions.DEFAULT.addresses().duplicateAddressDetectTransmits();

        private Bounds() {}
    }

    private final OptionGroup group;
    private final String key;

    @SuppressWarnings("ImmutableEnumChecker") // a record of lists that cannot be changed
    private final ValueRule rule;

    private final String doc;
    private final @Nullable TcpSetting tcpSetting;

    StackOption(OptionGroup group, String key, ValueRule rule, String doc) {
        this(group, key, rule, doc, null);
    }

    StackOption(TcpSetting setting, String doc) {
        this(OptionGroup.TCP, keyOf(setting), ValueRule.tcp(setting), doc, setting);
    }

    StackOption(TcpSetting setting, String onloadName, OnloadUnit unit, String doc) {
        this(
                OptionGroup.TCP,
                keyOf(setting),
                ValueRule.tcp(setting).onload(onloadName, unit),
                doc,
                setting);
    }

    StackOption(
            OptionGroup group,
            String key,
            ValueRule rule,
            String doc,
            @Nullable TcpSetting tcpSetting) {
        this.group = group;
        this.key = key;
        this.rule = rule;
        this.doc = doc;
        this.tcpSetting = tcpSetting;
    }

    private static String keyOf(TcpSetting setting) {
        String words = setting.name().replaceFirst("_(NS|BYTES)$", "");
        return "tcp." + lower(words).replace('_', '-');
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** {@return what it is about} */
    public OptionGroup group() {
        return group;
    }

    /** {@return the name that people write, such as {@code tcp.delayed-ack}} */
    public String key() {
        return key;
    }

    /** {@return the environment variable, such as {@code ONLOAD_TCP_DELAYED_ACK}} */
    public String variable() {
        return "ONLOAD_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** {@return the variables of Onload that mean the same, the one that is heard first at the front; often none} */
    public List<OnloadVariable> onload() {
        return rule.onload();
    }

    /** {@return what its value is} */
    public OptionType type() {
        return rule.type();
    }

    /** {@return the value that it has if nobody says another; the place of a word; 0 for text} */
    public long defaultValue() {
        return rule.otherwise();
    }

    /** {@return that value as people write it} */
    public String defaultText() {
        return ValueText.write(this, defaultSetting());
    }

    /** {@return the smallest value; 0 for words and text} */
    public long least() {
        return rule.least();
    }

    /** {@return the largest value, {@link Long#MAX_VALUE} for forever; of text, its length in characters} */
    public long most() {
        return rule.most();
    }

    /** {@return the words that it may be; empty if it is not a word} */
    public List<String> words() {
        return rule.words();
    }

    /** {@return the unit of {@link #defaultValue()}, {@link #least()} and {@link #most()}: ns, bytes or nothing} */
    public String unit() {
        return switch (type()) {
            case DURATION -> "ns";
            case BYTES -> "bytes";
            case SWITCH, NUMBER, WORD, TEXT -> "";
        };
    }

    /** {@return what it means, in one line} */
    public String doc() {
        return doc;
    }

    ValueRule rule() {
        return rule;
    }

    @Nullable TcpSetting tcpSetting() {
        return tcpSetting;
    }

    Setting defaultSetting() {
        return new Setting(rule.otherwise(), "", OptionOrigin.DEFAULT);
    }

    /** {@return the {@link #key()}} */
    @Override
    public String toString() {
        return key;
    }
}
