package onload.testkit.script.run;

import onload.tcp.TcpSetting;
import onload.tcp.TcpSettings;
import onload.testkit.script.language.ScriptException;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands that scripts begin with: those that set what TCP is set by are understood, whatever program they
 * call; all others are refused by name.
 */
final class Sysctl {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long NS_PER_MS = 1_000_000L;
    private static final Pattern ASSIGNMENT =
            Pattern.compile(
                    "(?:/proc/sys/)?(net[./](?:ipv4|ipv6|core)[./][a-z0-9_/.]+)\\s*=\\s*(\\S.*)");

    /** A setting and what one of Linux's is worth in it. */
    private record Meaning(TcpSetting setting, long unit) {}

    private static final Map<String, Meaning> MEANINGS =
            Map.ofEntries(
                    Map.entry("tcp_sack", new Meaning(TcpSetting.SELECTIVE_ACKNOWLEDGMENTS, 1)),
                    Map.entry("tcp_window_scaling", new Meaning(TcpSetting.WINDOW_SCALING, 1)),
                    Map.entry("tcp_syn_retries", new Meaning(TcpSetting.SYN_RETRIES, 1)),
                    Map.entry("tcp_synack_retries", new Meaning(TcpSetting.SYN_ACK_RETRIES, 1)),
                    Map.entry("tcp_retries2", new Meaning(TcpSetting.RETRIES, 1)),
                    Map.entry("tcp_orphan_retries", new Meaning(TcpSetting.ORPHAN_RETRIES, 1)),
                    Map.entry(
                            "tcp_fin_timeout",
                            new Meaning(TcpSetting.FIN_WAIT_2_NS, NS_PER_SECOND)),
                    Map.entry(
                            "tcp_keepalive_time",
                            new Meaning(TcpSetting.KEEP_ALIVE_IDLE_NS, NS_PER_SECOND)),
                    Map.entry(
                            "tcp_keepalive_intvl",
                            new Meaning(TcpSetting.KEEP_ALIVE_INTERVAL_NS, NS_PER_SECOND)),
                    Map.entry("tcp_keepalive_probes", new Meaning(TcpSetting.KEEP_ALIVE_PROBES, 1)),
                    Map.entry("tcp_rto_min_us", new Meaning(TcpSetting.MIN_RTO_NS, 1000)),
                    Map.entry("tcp_rto_max_ms", new Meaning(TcpSetting.MAX_RTO_NS, NS_PER_MS)),
                    Map.entry(
                            "tcp_challenge_ack_limit",
                            new Meaning(TcpSetting.CHALLENGE_ACKS_PER_SECOND, 1)),
                    Map.entry("tcp_max_syn_backlog", new Meaning(TcpSetting.MAX_SYN_BACKLOG, 1)));

    private TcpSettings settings = TcpSettings.DEFAULT;
    private String congestionControl = "";

    TcpSettings settings() {
        return settings;
    }

    String congestionControl() {
        return congestionControl;
    }

    /** Does what a command line says. */
    void run(String command, int line) {
        for (String part : command.split("&&|;|\n")) {
            String text = part.strip().replaceAll("\\s*>\\s*/dev/null.*$", "").strip();
            if (!text.isEmpty()) {
                one(text, line);
            }
        }
    }

    private void one(String text, int line) {
        String[] words = text.split("\\s+", 2);
        String program = words[0].substring(words[0].lastIndexOf('/') + 1);
        String rest = words.length == 2 ? words[1] : "";
        switch (program) {
            case "defaults.sh", "set_sysctls.py", "sysctl", "nstat" -> assignments(rest, line);
            case "ip" -> route(rest, line);
            case "true" -> {}
            default ->
                    throw new ScriptException(
                            line,
                            "the command \"%s\" is not run; expected sysctl, set_sysctls.py, defaults.sh or ip route"
                                    .formatted(program));
        }
    }

    private void assignments(String rest, int line) {
        String text = rest.replaceAll("\\s*=\\s*", "=").replaceAll("(^|\\s)-\\w+", " ").strip();
        for (String word : text.split("\\s+(?=(?:/proc/sys/)?net[./])")) {
            if (word.isBlank()) {
                continue;
            }
            Matcher matcher = ASSIGNMENT.matcher(word.strip().replace("\"", ""));
            if (!matcher.matches()) {
                throw new ScriptException(
                        line, "expected net.ipv4.NAME=VALUE, not \"%s\"".formatted(word));
            }
            String name = matcher.group(1).replace('/', '.');
            set(name.substring(name.lastIndexOf('.') + 1), matcher.group(2).strip(), line);
        }
    }

    private void set(String name, String value, int line) {
        switch (name) {
            case "tcp_congestion_control" -> congestionControl = value;
            case "tcp_timestamps" ->
                    with(TcpSetting.TIMESTAMPS, number(value, line) > 0 ? 1 : 0, line);
            case "tcp_syncookies" ->
                    with(TcpSetting.SYN_COOKIES, number(value, line) > 0 ? 1 : 0, line);
            case "tcp_early_retrans" ->
                    with(TcpSetting.TAIL_LOSS_PROBES, number(value, line) >= 3 ? 1 : 0, line);
            case "tcp_rmem" ->
                    memory(
                            value,
                            TcpSetting.RECEIVE_BUFFER_BYTES,
                            TcpSetting.MAX_RECEIVE_BUFFER_BYTES,
                            line);
            case "tcp_wmem" ->
                    memory(
                            value,
                            TcpSetting.SEND_BUFFER_BYTES,
                            TcpSetting.MAX_SEND_BUFFER_BYTES,
                            line);
            case "tcp_ecn" -> byName("ECN", number(value, line), line);
            case "tcp_fastopen" -> byName("FAST_OPEN", number(value, line), line);
            case "tcp_mtu_probing" -> byName("MTU_PROBING", number(value, line), line);
            case "tcp_slow_start_after_idle" ->
                    byName("SLOW_START_AFTER_IDLE", number(value, line), line);
            default -> meaning(name, value, line);
        }
    }

    private void meaning(String name, String value, int line) {
        Meaning meaning = MEANINGS.get(name);
        if (meaning == null) {
            throw new ScriptException(
                    line,
                    "there is no setting for %s; it is not one of this stack".formatted(name));
        }
        with(meaning.setting(), number(value, line) * meaning.unit(), line);
    }

    private void byName(String setting, long value, int line) {
        for (TcpSetting each : TcpSetting.values()) {
            if (each.name().equals(setting)) {
                with(each, value, line);
                return;
            }
        }
        throw new ScriptException(line, "this stack has no setting " + setting);
    }

    private void memory(String value, TcpSetting first, TcpSetting most, int line) {
        String[] three = value.split("\\s+");
        if (three.length != 3) {
            throw new ScriptException(line, "expected three numbers, not \"%s\"".formatted(value));
        }
        with(first, number(three[1], line), line);
        with(most, number(three[2], line), line);
    }

    private void with(TcpSetting setting, long value, int line) {
        try {
            settings = settings.with(setting, value);
        } catch (IllegalArgumentException e) {
            throw new ScriptException(line, String.valueOf(e.getMessage()));
        }
    }

    private static long number(String value, int line) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new ScriptException(line, "\"%s\" is no number".formatted(value));
        }
    }

    private void route(String rest, int line) {
        Matcher initial = Pattern.compile("initcwnd\\s+(\\d+)").matcher(rest);
        if (!rest.startsWith("route") && !rest.startsWith("-6 route")) {
            throw new ScriptException(
                    line, "\"ip %s\" is not run; expected ip route with initcwnd".formatted(rest));
        }
        if (initial.find()) {
            with(TcpSetting.INITIAL_WINDOW_SEGMENTS, number(initial.group(1), line), line);
        }
        Matcher rto = Pattern.compile("rto_min\\s+(\\d+)(ms|s)?").matcher(rest);
        if (rto.find()) {
            long unit = "s".equals(rto.group(2)) ? NS_PER_SECOND : NS_PER_MS;
            with(TcpSetting.MIN_RTO_NS, number(rto.group(1), line) * unit, line);
        }
    }
}
