package onload.testkit.script.run;

import onload.tcp.TcpSettings;
import onload.testkit.script.language.Event;
import onload.testkit.script.language.Script;
import onload.testkit.script.language.ScriptException;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a script is run with: the addresses, the MTU, how exact times are, and the settings of TCP; from its lines that
 * begin with {@code --} and from the commands at its beginning.
 */
final class RunOptions {
    private static final Set<String> WITHOUT_MEANING =
            Set.of("non_fatal", "verbose", "debug", "dry_run", "tcp_ts_tick_usecs", "netmask_ip");

    boolean isIpv6;
    String local = "192.168.0.1";
    String remote = "192.0.2.1";
    String gateway = "192.168.0.2";
    int bindPort = 8080;
    int connectPort = 8080;
    int mtu = 1500;
    long toleranceNs = 4_000_000;
    boolean isStrict;
    boolean isStrictAtEnd;
    TcpSettings tcp;
    String congestionControl = "";

    private final Map<String, String> given = new LinkedHashMap<>();

    RunOptions(Script script, Map<String, String> more) {
        given.putAll(script.options());
        given.putAll(more);
        String version = given.getOrDefault("ip_version", "ipv4");
        isIpv6 = version.equals("ipv6");
        if (isIpv6) {
            local = "fd3d:0a0b:17d6::1";
            remote = "2001:db8::1";
            gateway = "fd3d:0a0b:17d6:8888::1";
        }
        given.forEach((name, value) -> set(name, value, version));
        Sysctl sysctl = new Sysctl();
        for (Event event : script.events()) {
            if (!(event.action() instanceof Event.Shell shell)) {
                break;
            }
            sysctl.run(shell.command(), event.line());
        }
        tcp = sysctl.settings();
        congestionControl = sysctl.congestionControl();
    }

    private void set(String name, String value, String version) {
        switch (name) {
            case "ip_version" -> {
                if (!version.equals("ipv4") && !version.equals("ipv6")) {
                    throw refused(name, value, "ipv4 or ipv6");
                }
            }
            case "local_ip" -> local = value;
            case "remote_ip" -> remote = value;
            case "gateway_ip" -> gateway = value;
            case "bind_port" -> bindPort = number(name, value, 1, 65_535);
            case "connect_port" -> connectPort = number(name, value, 1, 65_535);
            case "mtu" -> mtu = number(name, value, 68, 9000);
            case "tolerance_usecs" -> toleranceNs = number(name, value, 0, 60_000_000) * 1000L;
            case "tolerance_percent" -> number(name, value, 0, 100);
            case "strict_segments" -> isStrict = true;
            case "strict_end" -> isStrictAtEnd = true;
            default -> {
                if (!WITHOUT_MEANING.contains(name)) {
                    throw new ScriptException(
                            1,
                            "there is no option --%s; expected one of packetdrill's, such as --mtu"
                                    .formatted(name));
                }
            }
        }
    }

    private static int number(String name, String value, int least, int most) {
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw refused(name, value, "a number");
        }
        throw refused(name, value, least + " to " + most);
    }

    private static ScriptException refused(String name, String value, String expected) {
        return new ScriptException(
                1, "--%s cannot be \"%s\"; expected %s".formatted(name, value, expected));
    }
}
