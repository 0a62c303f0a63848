package onload.ip.multicast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.multicast.Host.Ip;
import onload.testkit.PacketPools;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** RFC 3376, section 3.2; RFC 3810, section 4.2; and what routers make of the reports. */
class FilterMergeTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private record Filter(boolean isExclude, Set<Integer> sources) {
        boolean accepts(int source) {
            return isExclude != sources.contains(source);
        }
    }

    private Host host(Ip ip) {
        return Host.up(ip, pools.open(64));
    }

    /** What the answer to a general query says is so of g1. */
    private static List<String> state(Host host) {
        host.runAndTake(20 * Host.SECOND);
        host.general(1000);
        return host.runAndTake(Host.SECOND);
    }

    @ParameterizedTest
    @EnumSource
    void allIncludeIsTheUnionOfTheIncluded(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1, 2, 3);
        host.include(2, 1, 2, 3, 4);
        host.include(3, 1, 0x99);
        assertEquals(List.of("IS_IN g1 {s1 s2 s3 s4 s153}"), state(host));
    }

    @ParameterizedTest
    @EnumSource
    void allExcludeIsTheIntersectionOfTheExcluded(Ip ip) {
        Host host = host(ip);
        host.exclude(1, 1, 1, 2, 3, 4);
        host.exclude(2, 1, 2, 3, 4, 5);
        host.exclude(3, 1, 3, 4, 6);
        assertEquals(List.of("IS_EX g1 {s3 s4}"), state(host));
    }

    @ParameterizedTest
    @EnumSource
    void mixedIsTheIntersectionOfTheExcludedWithoutTheIncluded(Ip ip) {
        Host host = host(ip);
        host.exclude(1, 1, 1, 2, 3, 4);
        host.exclude(2, 1, 2, 3, 4, 5);
        host.include(3, 1, 4, 9);
        assertEquals(List.of("IS_EX g1 {s2 s3}"), state(host));
    }

    @ParameterizedTest
    @EnumSource
    void groupsAndInterfacesAreFilteredApart(Ip ip) {
        Host host = host(ip);
        host.include(1, 1, 1);
        assertTrue(host.accepts(1, 1));
        assertFalse(host.accepts(1, 2));
        assertFalse(host.accepts(2, 1));
        assertFalse(
                host.memberships.accepts(
                        Host.LINK + 1,
                        host.groupHigh(),
                        host.group(1),
                        host.sourceHigh(),
                        host.source(1)));
    }

    @Test
    void whatIsAcceptedIsWhatAnySocketAcceptsWhateverTheyDo() {
        Property.forAll(60, random -> changeAtRandom(random, Ip.V4));
        Property.forAll(60, random -> changeAtRandom(random, Ip.V6));
    }

    /** Compares the data path with the sockets' filters, and the state of a router that hears each report. */
    private void changeAtRandom(Randomness random, Ip ip) {
        Host host = Host.up(ip, pools.open(16));
        Map<Integer, Filter> model = new HashMap<>();
        Router router = new Router();
        for (int step = 0; step < 60; step++) {
            int socket = random.between(1, 4);
            boolean isExclude = random.flip();
            Set<Integer> sources = new TreeSet<>();
            for (int i = random.between(0, 4); i > 0; i--) {
                sources.add(random.between(1, 6));
            }
            int[] array = sources.stream().mapToInt(Integer::intValue).toArray();
            assertEquals(
                    0, isExclude ? host.exclude(socket, 1, array) : host.include(socket, 1, array));
            if (isExclude || !sources.isEmpty()) {
                model.put(socket, new Filter(isExclude, sources));
            } else {
                model.remove(socket);
            }
            if (random.flip()) {
                host.run(random.between(0, 3000) * Host.MS);
            }
            host.take().forEach(router::hears);
            compare(host, model, router);
        }
        host.memberships.leaveAll(1, host.nowNs);
        host.memberships.leaveAll(2, host.nowNs);
        host.memberships.leaveAll(3, host.nowNs);
        host.memberships.leaveAll(4, host.nowNs);
        host.runAndTake(20 * Host.SECOND).forEach(router::hears);
        compare(host, Map.of(), router);
        assertEquals(0, host.memberships.memberships());
        assertEquals(0, host.memberships.socketFilters());
    }

    private static void compare(Host host, Map<Integer, Filter> model, Router router) {
        assertEquals(!model.isEmpty(), host.isMember(1));
        assertEquals(model.size(), host.memberships.socketFilters());
        for (int source = 1; source <= 7; source++) {
            int s = source;
            boolean expected = model.values().stream().anyMatch(f -> f.accepts(s));
            assertEquals(expected, host.accepts(1, source), "s" + source + " by " + model);
            assertEquals(expected, router.forwards(source), "router: s" + source + " by " + model);
            for (int socket = 1; socket <= 4; socket++) {
                Filter filter = model.get(socket);
                assertEquals(
                        filter == null ? source % 2 == 0 : filter.accepts(source),
                        host.memberships.accepts(
                                socket,
                                Host.LINK,
                                host.groupHigh(),
                                host.group(1),
                                host.sourceHigh(),
                                host.source(source),
                                source % 2 == 0));
            }
        }
    }

    /** A router that loses nothing and whose timers expire at once: the records are taken at their word. */
    private static final class Router {
        private boolean isExclude;
        private final Set<Integer> sources = new TreeSet<>();

        void hears(String report) {
            for (String record : report.split("; ")) {
                String list = record.substring(record.indexOf('{') + 1, record.length() - 1);
                Set<Integer> named = new TreeSet<>();
                for (String source : list.split(" ")) {
                    if (!source.isEmpty()) {
                        named.add(Integer.parseInt(source.substring(1)));
                    }
                }
                apply(record.substring(0, record.indexOf(' ')), named);
            }
        }

        private void apply(String type, Set<Integer> named) {
            switch (type) {
                case "TO_EX", "TO_IN" -> {
                    isExclude = type.equals("TO_EX");
                    sources.clear();
                    sources.addAll(named);
                }
                case "ALLOW", "BLOCK" -> {
                    if (type.equals("ALLOW") != isExclude) {
                        sources.addAll(named);
                    } else {
                        sources.removeAll(named);
                    }
                }
                default -> throw new AssertionError(type);
            }
        }

        boolean forwards(int source) {
            return isExclude != sources.contains(source);
        }
    }

    @Test
    void setsOfSourcesAreSets() {
        Property.forAll(
                500,
                random -> {
                    TreeSet<Long> left = new TreeSet<>(Long::compareUnsigned);
                    TreeSet<Long> right = new TreeSet<>(Long::compareUnsigned);
                    SourceSet mine = fill(random, left);
                    SourceSet other = fill(random, right);
                    SourceSet result = new SourceSet(0);
                    result.set(mine);
                    switch (random.between(0, 2)) {
                        case 0 -> {
                            result.addAll(other);
                            left.addAll(right);
                        }
                        case 1 -> {
                            result.retainAll(other);
                            left.retainAll(right);
                        }
                        default -> {
                            result.removeAll(other);
                            left.removeAll(right);
                        }
                    }
                    assertEquals(left.size(), result.size());
                    int at = 0;
                    for (long expected : left) {
                        assertEquals(expected, result.high(at));
                        assertEquals(-expected, result.low(at));
                        assertEquals(at, result.find(expected, -expected));
                        at++;
                    }
                    assertEquals(left.equals(right), result.isSame(other));
                });
    }

    private static SourceSet fill(Randomness random, Set<Long> model) {
        SourceSet set = new SourceSet(random.between(0, 4));
        for (int i = random.between(0, 12); i > 0; i--) {
            long value = random.between(-4, 4);
            assertEquals(model.add(value), set.add(value, -value) >= 0);
        }
        for (int i = random.between(0, 3); i > 0; i--) {
            long value = random.between(-4, 4);
            assertEquals(model.remove(value), set.remove(value, -value));
        }
        return set;
    }
}
