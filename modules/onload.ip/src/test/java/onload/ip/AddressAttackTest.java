package onload.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.ip.counter.IpCounter;
import onload.testkit.Frames;
import onload.testkit.PacketPools;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

/** Packets with addresses that they cannot have, and headers that cannot be. */
class AddressAttackTest {
    @RegisterExtension final PacketPools pools = new PacketPools();

    private LayerScene scene;

    @BeforeEach
    void open() {
        scene = new LayerScene(pools.open(1024));
        scene.assertServes();
    }

    @AfterEach
    void close() {
        scene.assertServes();
        scene.close();
    }

    private static byte[] toOurStation(byte[] frame) {
        return Forge.between(Forge.PEER_MAC, Forge.OWN_MAC, frame);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.255",
                "0.0.0.0",
                "0.1.2.3",
                "224.0.0.1",
                "239.1.2.3",
                "240.0.0.1",
                "255.255.255.255",
                "192.0.2.255",
                "192.0.2.0"
            })
    void ipv4SourcesThatNoHostHasAreMartians(String source) {
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_MARTIAN_SOURCE, Forge.udp(source, Forge.OWN4, 9));
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_MARTIAN_SOURCE, Forge.echo4(source, Forge.OWN4, 9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1", "ff02::1", "ff05::123", "ff00::"})
    void ipv6SourcesThatNoHostHasAreMartians(String source) {
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_MARTIAN_SOURCE, Forge.udp(source, Forge.OWN6, 9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "0.0.0.1", "240.0.0.1", "255.255.255.254"})
    void ipv4DestinationsThatNoHostHasAreMartians(String destination) {
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_MARTIAN_DESTINATION,
                Forge.udp(Forge.PEER4, destination, 9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1", "::", "ff01::1", "ff00::1", "ff11::1"})
    void ipv6DestinationsThatNoHostHasAreMartians(String destination) {
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_MARTIAN_DESTINATION,
                Forge.udp(Forge.PEER6, destination, 9));
    }

    @Test
    void mappedAddressesOnTheWireAreDropped() {
        byte[] frame = Forge.udp(Forge.PEER6, Forge.OWN6, 9);
        byte[] mapped = Forge.join(new byte[10], Forge.filled(2, 0xFF), Forge.address(Forge.PEER4));
        byte[] source = frame.clone();
        System.arraycopy(mapped, 0, source, Forge.IP + 8, 16);
        scene.assertDropped(IpCounter.RECEIVE_DROPPED_MAPPED_ADDRESS, source);
        byte[] destination = frame.clone();
        System.arraycopy(mapped, 0, destination, Forge.IP + 24, 16);
        scene.assertDropped(IpCounter.RECEIVE_DROPPED_MAPPED_ADDRESS, destination);
    }

    @Test
    void landIsNotAnswered() {
        byte[] syn =
                Frames.tcp(Forge.OWN4, Forge.PORT, Forge.OWN4, Forge.PORT)
                        .ethernet(Forge.PEER_MAC, Forge.OWN_MAC)
                        .syn()
                        .build();
        scene.assertDropped(IpCounter.RECEIVE_DROPPED_OWN_SOURCE, syn);
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_OWN_SOURCE, Forge.udp(Forge.OWN6, Forge.OWN6, 1));
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_OWN_SOURCE, Forge.echo4(Forge.OWN4, Forge.OWN4, 1));
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_OWN_SOURCE,
                Forge.echo6(Forge.OWN6, LayerScene.GROUP6, 1),
                "an own echo to a group");
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_OWN_SOURCE,
                Forge.echo4("198.51.100.2", Forge.OWN4, 1),
                "an address of another interface");
    }

    @Test
    void unicastInFramesForManyIsDropped() {
        for (String mac :
                new String[] {Forge.BROADCAST_MAC, "01:00:5e:00:00:01", "33:33:0:0:0:1"}) {
            String full = mac.equals("33:33:0:0:0:1") ? "33:33:00:00:00:01" : mac;
            scene.assertDropped(
                    IpCounter.RECEIVE_DROPPED_LINK_BROADCAST,
                    Forge.between(Forge.PEER_MAC, full, Forge.udp(Forge.PEER4, Forge.OWN4, 1)),
                    full);
            scene.assertDropped(
                    IpCounter.RECEIVE_DROPPED_LINK_BROADCAST,
                    Forge.between(Forge.PEER_MAC, full, Forge.udp(Forge.PEER6, Forge.OWN6, 1)),
                    full);
        }
    }

    @Test
    void groupsNobodyJoinedAreDropped() {
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_NOT_A_MEMBER, Forge.udp(Forge.PEER4, "239.9.9.9", 1));
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_NOT_A_MEMBER, Forge.udp(Forge.PEER6, "ff05::999", 1));
    }

    /** RFC 1122, section 3.2.1.3 (a): so does a host that does not know its address yet. */
    @Test
    void aHostWithoutAnAddressMaySpeakToAll() {
        long before = scene.udp.taken();
        scene.receive(Forge.udp("0.0.0.0", "255.255.255.255", 1));
        assertEquals(before + 1, scene.udp.taken());
    }

    /** RFC 4291, section 2.5.2: nobody can be answered there. */
    @Test
    void datagramsFromNobodyForThisHostAreMartians() {
        scene.assertDropped(
                IpCounter.RECEIVE_DROPPED_MARTIAN_SOURCE, Forge.udp("::", Forge.OWN6, 1));
    }

    @Test
    void sourceRoutesAreDropped() {
        byte[] frame = Forge.udp(Forge.PEER4, Forge.OWN4, 9);
        for (int type : new int[] {0x83, 0x89}) {
            scene.assertDropped(
                    IpCounter.RECEIVE_DROPPED_SOURCE_ROUTE,
                    Forge.withOptions(frame, type, 7, 4, 10, 0, 0, 1, 0));
            scene.assertDropped(
                    IpCounter.RECEIVE_DROPPED_SOURCE_ROUTE,
                    Forge.withOptions(frame, type, 3, 4, 0));
            scene.assertDropped(
                    IpCounter.RECEIVE_DROPPED_SOURCE_ROUTE,
                    Forge.withOptions(frame, 1, type, 3, 4));
        }
    }

    @Test
    void malformedOptionsAreReportedWithinTheLimit() {
        byte[] frame = Forge.udp(Forge.PEER4, Forge.OWN4, 9);
        scene.takeSent();
        for (int length = 0; length < 256; length++) {
            scene.receive(Forge.withOptions(frame, 7, length, 4, 0, 0, 0, 0, 0));
        }
        for (int type = 0; type < 256; type++) {
            scene.receive(Forge.withOptions(frame, type, 0, 0, 0));
            scene.receive(Forge.withOptions(frame, 1, 1, 1, type));
        }
        long problems = scene.takeSentIcmp(12);
        assertEquals(true, problems >= 1 && problems <= 10, "problems " + problems);
        scene.assertBooksAreRight();
        scene.run(10 * LayerScene.SECOND_NS);
    }

    @Test
    void wrongHeaderChecksumsAreDropped() {
        byte[] frame = Forge.udp(Forge.PEER4, Forge.OWN4, 9);
        for (int bit = 0; bit < 16; bit++) {
            byte[] wrong = frame.clone();
            wrong[Forge.IP + 10 + bit / 8] ^= (byte) (1 << bit % 8);
            scene.assertDropped(IpCounter.RECEIVE_DROPPED_HEADER_CHECKSUM, wrong);
        }
    }

    @Test
    void packetsCutAtEveryByteAreDropped() {
        for (byte[] whole :
                new byte[][] {
                    Forge.udp(Forge.PEER4, Forge.OWN4, 20),
                    Forge.udp(Forge.PEER6, Forge.OWN6, 20),
                    Forge.echo4(Forge.PEER4, Forge.OWN4, 1),
                    Forge.echo6(Forge.PEER6, Forge.OWN6, 1)
                }) {
            long dropped = scene.count(IpCounter.RECEIVE_DROPPED_MALFORMED);
            for (int length = Forge.IP; length < whole.length; length++) {
                scene.receive(Arrays.copyOf(whole, length));
            }
            assertEquals(
                    dropped + whole.length - Forge.IP,
                    scene.count(IpCounter.RECEIVE_DROPPED_MALFORMED));
        }
    }

    @Test
    void everyVersionHeaderLengthAndTotalLengthIsDealtWith() {
        byte[] frame = Forge.udp(Forge.PEER4, Forge.OWN4, 20);
        byte[] frame6 = Forge.udp(Forge.PEER6, Forge.OWN6, 20);
        for (int value = 0; value < 256; value++) {
            scene.receive(Forge.with(frame, Forge.IP, value));
            scene.receive(Forge.with(frame6, Forge.IP, value));
            byte[] total = Forge.with(frame, Forge.IP + 3, value);
            scene.receive(Forge.ipv4Checksum(total));
            scene.receive(Forge.with(frame6, Forge.IP + 5, value));
        }
        scene.assertBooksAreRight();
    }

    @Test
    void emptyPacketsAndOnesOfNothingButPaddingAreDealtWith() {
        long before = scene.udp.received();
        scene.receive(Forge.ip(Forge.PEER4, Forge.OWN4, Forge.UDP).build());
        scene.receive(Forge.ip(Forge.PEER4, Forge.OWN4, Forge.UDP).padding(26).build());
        scene.receive(Forge.ip(Forge.PEER6, Forge.OWN6, Forge.UDP).build());
        scene.receive(Forge.ip(Forge.PEER6, Forge.OWN6, Forge.UDP).padding(1000).build());
        scene.receive(Forge.ip(Forge.PEER4, Forge.OWN4, Forge.ICMP).padding(26).build());
        scene.receive(Forge.ip(Forge.PEER6, Forge.OWN6, Forge.ICMPV6).padding(26).build());
        scene.receive(Forge.ip(Forge.PEER4, LayerScene.GROUP4, Forge.IGMP).build());
        assertEquals(before + 4, scene.udp.received());
        scene.assertBooksAreRight();
    }

    @Test
    void anAddressOfThisHostOnAnotherInterfaceIsNoSecretOfTheWeakModel() {
        long before = scene.udp.taken();
        scene.receive(toOurStation(Forge.udp(Forge.PEER4, "198.51.100.2", 1)));
        assertEquals(before + 1, scene.udp.taken());
    }
}
