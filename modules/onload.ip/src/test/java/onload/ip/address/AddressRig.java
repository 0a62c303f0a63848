package onload.ip.address;

import onload.ip.counter.IpCounter;
import onload.ip.counter.IpCounters;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;
import onload.wire.Ipv4Address;
import onload.wire.MacAddress;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A table on a virtual clock, whose every word is written down. */
public final class AddressRig implements AddressLink {
    public static final long MS = 1_000_000L;
    public static final long SECOND = 1000 * MS;
    public static final long OWN_MAC = MacAddress.parse("02:00:00:00:00:01");
    public static final long OTHER_MAC = MacAddress.parse("02:00:00:00:00:02");
    public static final int ETH = 1;
    public static final int OTHER_ETH = 2;

    public final IpCounters counters = new IpCounters();
    public final AddressTable table;
    public final List<String> events = new ArrayList<>();
    public long nowNs;
    private final long startNs;
    private long lastNonce;

    public AddressRig(AddressOptions options, RandomGenerator random, long startNs) {
        this.table = new AddressTable(options, random, this, counters, 0x1234_5678_9ABCL);
        this.startNs = startNs;
        this.nowNs = startNs;
    }

    public AddressRig(AddressOptions options) {
        this(options, ChosenRandom.least(), 1000 * SECOND);
    }

    public AddressRig() {
        this(AddressOptions.DEFAULT);
    }

    public static AddressRig probing(DefendPolicy policy) {
        return new AddressRig(AddressOptions.DEFAULT.withIpv4(ConflictDetection.PROBE, policy));
    }

    public InterfaceAddress add(String cidr) {
        return add(cidr, AddressOrigin.MANUAL);
    }

    public InterfaceAddress add(String cidr, AddressOrigin origin) {
        return table.add(ETH, CidrAddress.parse(cidr), origin, nowNs);
    }

    public InterfaceAddress add(String cidr, long preferredNs, long validNs) {
        return table.add(
                ETH, CidrAddress.parse(cidr), AddressOrigin.MANUAL, preferredNs, validNs, nowNs);
    }

    public void up() {
        table.interfaceUp(ETH, nowNs);
    }

    /** Lets time go by, from deadline to deadline. */
    public void run(long ns) {
        long endNs = nowNs + ns;
        while (table.nextDeadlineNs() <= endNs) {
            nowNs = Math.max(nowNs, table.nextDeadlineNs());
            table.advance(nowNs);
        }
        nowNs = endNs;
    }

    /** Another station says by ARP that it has an address. */
    public boolean arpFrom(long mac, String sender) {
        return table.arpSeen(ETH, mac, Ipv4Address.parse(sender), 0, false, OWN_MAC, nowNs);
    }

    public boolean arpProbe(long mac, String target) {
        return table.arpSeen(ETH, mac, 0, Ipv4Address.parse(target), true, OWN_MAC, nowNs);
    }

    public boolean solicited(String target, boolean fromUnspecified, long nonce) {
        IpAddress ip = IpAddress.parse(target);
        return table.neighborSolicited(ETH, ip.high(), ip.low(), fromUnspecified, nonce, nowNs);
    }

    public boolean solicited(String target) {
        return solicited(target, true, AddressTable.NO_NONCE);
    }

    public boolean advertised(String target) {
        IpAddress ip = IpAddress.parse(target);
        return table.neighborAdvertised(ETH, ip.high(), ip.low(), nowNs);
    }

    public @Nullable InterfaceAddress find(String text, int interfaceIndex) {
        IpAddress ip = IpAddress.parse(text);
        return table.find(ip.high(), ip.low(), interfaceIndex);
    }

    public boolean ours(String text, int interfaceIndex) {
        IpAddress ip = IpAddress.parse(text);
        return table.isOurs(ip.high(), ip.low(), interfaceIndex);
    }

    public long count(IpCounter counter) {
        return counters.get(counter);
    }

    /** {@return what happened since the last time, and when in ms since the start} */
    public List<String> taken() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** {@return what of some kind happened since the last time} */
    public List<String> taken(String kind) {
        return taken().stream().filter(event -> event.startsWith(kind)).toList();
    }

    public long lastNonce() {
        return lastNonce;
    }

    private void event(String what, long atNs) {
        events.add(what + " @" + (atNs - startNs) / MS);
    }

    @Override
    public void added(InterfaceAddress address, long atNs) {
        event("added " + address.address(), atNs);
    }

    @Override
    public void probe(InterfaceAddress address, long atNs) {
        lastNonce = address.nonce();
        event("probe " + address.address(), atNs);
    }

    @Override
    public void announce(InterfaceAddress address, long atNs) {
        event("announce " + address.address(), atNs);
    }

    @Override
    public void stateChanged(InterfaceAddress address, AddressState before, long atNs) {
        event(before + "->" + address.state() + " " + address.address(), atNs);
    }

    @Override
    public void removed(InterfaceAddress address, long atNs) {
        event("removed " + address.address(), atNs);
    }

    @Override
    public void ipv6Disabled(int interfaceIndex, long atNs) {
        event("ipv6Disabled " + interfaceIndex, atNs);
    }
}
