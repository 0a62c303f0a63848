package onload.ip.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.testkit.base.Property;
import onload.testkit.base.Randomness;
import onload.wire.IpAddress;
import onload.wire.IpPrefix;
import onload.wire.Ipv6Address;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The table against a list that is searched from end to end. */
class RoutingTablePropertyTest {
    private static final int INTERFACES = 3;

    @Test
    void theTableAgreesWithALinearSearch() {
        Property.forAll(400, random -> new Case(random).run());
    }

    /** One table, its model, and states of interfaces and routers. */
    private static final class Case implements InterfaceStates {
        private final Randomness random;
        private final int capacity;
        private final RoutingTable table;
        private final List<Route> model = new ArrayList<>();
        private final Set<Integer> down = new HashSet<>();
        private final Set<IpAddress> dead = new HashSet<>();
        private final List<IpAddress> bases = new ArrayList<>();

        Case(Randomness random) {
            this.random = random;
            capacity = random.between(1, 120);
            table = new RoutingTable(capacity);
            for (int i = 0; i < 4; i++) {
                bases.add(anyAddress());
            }
            if (random.flip()) {
                bases.add(IpAddress.parse("fe80::1"));
                bases.add(IpAddress.parse("ff02::fb"));
            }
        }

        void run() {
            for (int i = random.between(1, 150); i > 0; i--) {
                change();
                for (int looks = random.between(0, 4); looks > 0; looks--) {
                    look();
                }
            }
            assertEquals(model.size(), table.size());
            assertEquals(new HashSet<>(model), new HashSet<>(table.routes()));
        }

        private void change() {
            switch (random.between(0, 9)) {
                case 0 -> toggle(down, random.between(1, INTERFACES));
                case 1, 2 -> {
                    IpAddress gateway = gateway(random.flip());
                    toggle(dead, gateway);
                }
                case 3 -> removeOne();
                case 4 -> {
                    if (random.chance(0.2)) {
                        int gone = random.between(1, INTERFACES);
                        int before = model.size();
                        model.removeIf(route -> route.interfaceIndex() == gone);
                        assertEquals(
                                before - model.size(),
                                table.removeIf(route -> route.interfaceIndex() == gone));
                    }
                }
                default -> add();
            }
        }

        private void removeOne() {
            Route route =
                    model.isEmpty() || random.chance(0.2)
                            ? anyRoute()
                            : random.oneOf(model.toArray(new Route[0]));
            assertEquals(model.remove(route), table.remove(route));
        }

        private void add() {
            Route route = anyRoute();
            if (model.contains(route)) {
                assertEquals(false, table.add(route));
            } else if (model.size() == capacity) {
                assertTrue(table.isFull());
            } else {
                model.add(route);
                assertTrue(table.add(route));
            }
        }

        private void look() {
            IpAddress destination = near(random.oneOf(bases.toArray(new IpAddress[0])));
            int interfaceIndex = random.between(0, INTERFACES);
            Route found = table.lookup(destination.high(), destination.low(), interfaceIndex, this);
            List<Route> fitting = fitting(destination, interfaceIndex);
            if (Ipv6Address.isLinkLocal(destination.high(), destination.low())
                    || Ipv6Address.isMulticast(destination.high(), destination.low())) {
                assertSame(onLink(fitting), found);
            } else {
                checkAnywhere(fitting, found);
            }
        }

        private static @Nullable Route onLink(List<Route> fitting) {
            List<Route> onLink = fitting.stream().filter(route -> route.gateway() == null).toList();
            long interfaces = onLink.stream().mapToInt(Route::interfaceIndex).distinct().count();
            return interfaces == 1 ? onLink.getFirst() : null;
        }

        private void checkAnywhere(List<Route> fitting, @Nullable Route found) {
            List<Route> asked = new ArrayList<>();
            for (Route route : fitting) {
                boolean manual =
                        asked.stream()
                                .anyMatch(before ->
                                        before.destination().length() > route.destination().length()
                                                && before.origin() == RouteOrigin.MANUAL);
                if (manual) {
                    break;
                }
                if (route.gateway() == null || isReachable(route)) {
                    assertSame(route, found);
                    return;
                }
                asked.add(route);
            }
            if (asked.isEmpty()) {
                assertNull(found);
            } else {
                assertTrue(asked.contains(found), () -> found + " is none of " + asked);
            }
        }

        private List<Route> fitting(IpAddress destination, int interfaceIndex) {
            return model.stream()
                    .filter(route -> route.destination().contains(destination))
                    .filter(route ->
                            interfaceIndex == 0 || route.interfaceIndex() == interfaceIndex)
                    .filter(route -> isUsable(route.interfaceIndex()))
                    .sorted(
                            Comparator.comparingInt((Route route) -> -route.destination().length())
                                    .thenComparingInt(Route::metric)
                                    .thenComparingInt(Route::interfaceIndex))
                    .toList();
        }

        @Override
        public boolean isUsable(int interfaceIndex) {
            return !down.contains(interfaceIndex);
        }

        @Override
        public boolean isReachable(Route route) {
            return !dead.contains(route.gateway());
        }

        private Route anyRoute() {
            IpAddress base = near(random.oneOf(bases.toArray(new IpAddress[0])));
            int bits = base.isIpv4() ? 32 : 128;
            int length = random.chance(0.3) ? random.oneOf(0, bits) : random.between(0, bits);
            IpPrefix prefix = IpPrefix.containing(base, length);
            return new Route(
                    prefix,
                    random.flip() ? gateway(prefix.isIpv4()) : null,
                    random.between(1, INTERFACES),
                    random.between(0, 2),
                    null,
                    0,
                    random.oneOf(
                            RouteOrigin.MANUAL, RouteOrigin.ADVERTISED, RouteOrigin.REDIRECTED));
        }

        private IpAddress gateway(boolean ipv4) {
            int number = random.between(1, 3);
            return IpAddress.parse(ipv4 ? "192.0.2." + number : "fe80::" + number);
        }

        private IpAddress anyAddress() {
            return switch (random.between(0, 4)) {
                case 0, 1 -> IpAddress.of(random.anyInt());
                case 2 -> IpAddress.of(0, random.anyLong());
                default -> IpAddress.of(random.anyLong(), random.anyLong());
            };
        }

        /** An address that has the first bits in common, often all, or all but the last ones. */
        private IpAddress near(IpAddress base) {
            int bit = random.between(0, 127);
            long high = base.high();
            long low = base.low();
            if (random.chance(0.3)) {
                return base;
            }
            if (base.isIpv4()) {
                int flip = 1 << random.between(0, 31);
                return IpAddress.of(
                        base.ipv4() ^ (random.flip() ? flip : random.anyInt() & (flip - 1)));
            }
            return bit < 64
                    ? IpAddress.of(
                            high ^ (Long.MIN_VALUE >>> bit), random.flip() ? low : random.anyLong())
                    : IpAddress.of(high, low ^ (Long.MIN_VALUE >>> (bit - 64)));
        }

        private static <T> void toggle(Set<T> set, T element) {
            if (!set.remove(element)) {
                set.add(element);
            }
        }
    }
}
