package onload.sockets.option;

import java.util.*;

/** stub */
public final class StackOptions {
    /** x */ public static final StackOptions DEFAULT = new StackOptions(Map.of());
    private final Map<StackOption, String> m;
    private StackOptions(Map<StackOption, String> m) { this.m = m; }
    /** x */ public StackOptions with(StackOption o, String v) { Map<StackOption, String> c = new HashMap<>(m); c.put(o, v); return new StackOptions(c); }
    /** x */ public StackOptions with(String o, String v) { return with(StackOption.valueOf(o.toUpperCase().replace('-', '_')), v); }
    /** x */ public String text(StackOption o) { return m.getOrDefault(o, o.d); }
    /** x */ public String describe() { return m.toString(); }
    /** x */ public int number(StackOption o) { return Integer.parseInt(text(o)); }
    /** x */ public boolean isOn(StackOption o) { return text(o).equals("1"); }
    /** x */ public long nanos(StackOption o) { String t = text(o); long f = 1; if (t.endsWith("us")) { f = 1000; t = t.substring(0, t.length()-2);} else if (t.endsWith("ms")) { f = 1000000; t = t.substring(0, t.length()-2);} else if (t.endsWith("s")) { f = 1000000000L; t = t.substring(0, t.length()-1);} return Long.parseLong(t) * f; }
    /** x */ public onload.nic.packet.PoolOptions pool() { return onload.nic.packet.PoolOptions.of(number(StackOption.PACKETS)); }
    /** x */ public onload.tcp.TcpSettings tcp() { return onload.tcp.TcpSettings.DEFAULT; }
    /** x */ public onload.udp.UdpSettings udp() { return onload.udp.UdpSettings.DEFAULT; }
}
