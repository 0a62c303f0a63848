package onload.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.linux.device.NetworkDevice;
import onload.testkit.base.Property;
import onload.testkit.base.Randomness;
import onload.wire.CidrAddress;
import onload.wire.IpAddress;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** What is made of the kernel's messages, whole and damaged. */
@Timeout(60)
class InterfaceMirrorTest {
    private static final int INDEX = 7;

    private final InterfaceMirror mirror = new InterfaceMirror(INDEX);
    private final Told told = new Told();

    @AfterEach
    void close() {
        mirror.close();
    }

    private static final class Told implements InterfaceEvents {
        final List<String> events = new ArrayList<>();

        @Override
        public void addressAdded(CidrAddress address) {
            events.add("+" + address);
        }

        @Override
        public void addressRemoved(CidrAddress address) {
            events.add("-" + address);
        }

        @Override
        public void routeAdded(InterfaceRoute route) {
            events.add("+" + text(route));
        }

        @Override
        public void routeRemoved(InterfaceRoute route) {
            events.add("-" + text(route));
        }

        private static String text(InterfaceRoute route) {
            return "%s via %s from %s metric %d mtu %d"
                    .formatted(
                            route.destination(),
                            route.gateway(),
                            route.source(),
                            route.metric(),
                            route.mtu());
        }

        @Override
        public void neighbor(IpAddress address, long macAddress, int state) {
            events.add("%s at %012x, state 0x%x".formatted(address, macAddress, state));
        }
    }

    /** Messages, built from the front. */
    private static final class Messages {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[2048]);
        int length;
        private int at;

        Messages begin(int type, int... body) {
            at = length;
            bytes.putShort(at + 4, (short) type);
            length += 16;
            for (int octet : body) {
                bytes.putByte(length++, (byte) octet);
            }
            return end();
        }

        Messages attribute(int type, int... octets) {
            bytes.putShort(length, (short) (4 + octets.length));
            bytes.putShort(length + 2, (short) type);
            for (int i = 0; i < octets.length; i++) {
                bytes.putByte(length + 4 + i, (byte) octets[i]);
            }
            length += Attributes.aligned(4 + octets.length);
            return end();
        }

        private Messages end() {
            bytes.putInt(at, length - at, ByteOrder.nativeOrder());
            return this;
        }
    }

    private static Messages address(int type, int flags) {
        return new Messages()
                .begin(type, 2, 24, flags, 0, INDEX, 0, 0, 0)
                .attribute(1, 192, 0, 2, 9)
                .attribute(2, 192, 0, 2, 1);
    }

    private static Messages route(int type) {
        return new Messages()
                .begin(type, 2, 16, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0)
                .attribute(1, 198, 51, 0, 0)
                .attribute(4, INDEX, 0, 0, 0)
                .attribute(5, 192, 0, 2, 254)
                .attribute(6, 10, 0, 0, 0)
                .attribute(7, 192, 0, 2, 1)
                .attribute(8, 8, 0, 2, 0, 0x78, 5, 0, 0);
    }

    private static Messages neighbor(int type, int state) {
        return new Messages()
                .begin(type, 2, 0, 0, 0, INDEX, 0, 0, 0, state, 0, 0, 0)
                .attribute(1, 192, 0, 2, 2)
                .attribute(2, 2, 0, 0, 0, 0, 9);
    }

    private List<String> read(Messages messages) {
        told.events.clear();
        mirror.messages(messages.bytes, messages.length, told);
        return told.events;
    }

    @Test
    void anAddressIsTheLocalOneAndToldOnce() {
        assertEquals(List.of("+192.0.2.1/24"), read(address(20, 0)));
        assertEquals(List.of(), read(address(20, 0)));
        assertEquals(List.of("-192.0.2.1/24"), read(address(21, 0)));
        assertEquals(List.of(), read(address(21, 0)));
    }

    @Test
    void anAddressThatIsBeingDetectedIsNoneYet() {
        assertEquals(List.of(), read(address(20, 0x40)));
        assertEquals(List.of("+192.0.2.1/24"), read(address(20, 0x80)));
        assertEquals(List.of("-192.0.2.1/24"), read(address(20, 0x08)));
    }

    @Test
    void whatIsOfAnotherInterfaceIsNotOurs() {
        try (InterfaceMirror other = new InterfaceMirror(8)) {
            other.messages(address(20, 0).bytes, address(20, 0).length, told);
            other.messages(route(24).bytes, route(24).length, told);
            other.messages(neighbor(28, 2).bytes, neighbor(28, 2).length, told);
            assertEquals(List.of(), told.events);
        }
    }

    @Test
    void aRouteHasGatewaySourceMetricAndMtu() {
        String text = "198.51.0.0/16 via 192.0.2.254 from 192.0.2.1 metric 10 mtu 1400";
        assertEquals(List.of("+" + text), read(route(24)));
        assertEquals(List.of("-" + text), read(route(25)));
    }

    @Test
    void ofSeveralWaysTheFirstIsTaken() {
        Messages several =
                new Messages()
                        .begin(24, 2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0)
                        .attribute(
                                9, 16, 0, 0, 0, INDEX, 0, 0, 0, 8, 0, 5, 0, 192, 0, 2, 253, 16, 0,
                                0, 0, 3, 0, 0, 0, 8, 0, 5, 0, 192, 0, 2, 252);
        assertEquals(List.of("+0.0.0.0/0 via 192.0.2.253 from null metric 0 mtu 0"), read(several));
    }

    @Test
    void aNeighbourIsToldWithEveryChange() {
        assertEquals(List.of("192.0.2.2 at 020000000009, state 0x2"), read(neighbor(28, 2)));
        assertEquals(List.of("192.0.2.2 at 020000000009, state 0x4"), read(neighbor(28, 4)));
        assertEquals(List.of(), read(neighbor(28, 1)));
        assertEquals(List.of("192.0.2.2 at 000000000000, state 0x20"), read(neighbor(28, 0x20)));
        assertEquals(List.of("192.0.2.2 at 000000000000, state 0x0"), read(neighbor(29, 4)));
    }

    @Test
    void whatIsCutAnywhereIsSkipped() {
        for (Messages whole : List.of(address(20, 0), route(24), neighbor(28, 2))) {
            for (int length = 0; length < whole.length; length++) {
                told.events.clear();
                mirror.messages(whole.bytes, length, told);
                assertEquals(List.of(), told.events, "cut at " + length);
            }
        }
    }

    @Test
    void nothingDamagedThrowsOrHangs() {
        Property.forAll(2000, this::damage);
    }

    private void damage(Randomness random) {
        Messages[] whole = {address(20, 0), route(24), neighbor(28, 2), neighbor(29, 2)};
        Messages chosen = whole[random.between(0, whole.length - 1)];
        for (int i = random.between(1, 8); i > 0; i--) {
            chosen.bytes.putByte(
                    random.between(0, chosen.length - 1), (byte) random.between(0, 255));
        }
        mirror.messages(chosen.bytes, chosen.length, told);
    }

    @Test
    void theLoopbackOfThisMachineHasItsAddress() {
        try (NetworkDevice loopback = NetworkDevice.find("lo").orElseThrow();
                InterfaceMirror real = new InterfaceMirror(loopback.index())) {
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (!told.events.contains("+127.0.0.1/8")) {
                real.poll(told, 16);
                assertTrue(System.nanoTime() < deadline);
            }
            assertEquals(0, real.losses());
        }
    }
}
