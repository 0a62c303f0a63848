package onload.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.spi.IpDatagram;
import onload.nic.emulated.NicSettings;
import onload.nic.packet.PacketBuffers;
import onload.nic.spi.NicFeature;
import onload.udp.counter.UdpCounter;
import onload.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Interfaces, groups, checksums and times. */
class UdpOptionsTest {
    private static final String NOTHING = "" + UdpSocket.WOULD_BLOCK;
    private static final String GROUP = "239.1.2.3";
    private static final String GROUP6 = "ff15::1:2:3";
    private static final int LOOPBACK = 1;

    private UdpScene scene = new UdpScene();

    @AfterEach
    void everyBufferIsHome() {
        scene.close();
    }

    private void begin(UdpScene other) {
        scene.close();
        scene = other;
    }

    private int nic(UdpEngine engine) {
        return (engine == scene.one ? scene.oneHost : scene.twoHost).nic0().index();
    }

    private UdpSocket member(UdpEngine engine, String group) {
        UdpSocket member = scene.open(engine);
        member.reuseAddress(true);
        assertEquals(0, scene.bind(member, UdpScene.ANY6, 5000));
        IpAddress to = UdpScene.ip(group);
        assertEquals(0, member.join(nic(engine), to.high(), to.low(), scene.network.nowNs()));
        scene.settle();
        return member;
    }

    // Interfaces.

    @Test
    void aSocketOfAnInterfaceHearsItOnlyAndComesBeforeThoseOfAll() {
        UdpSocket all = scene.open(scene.two);
        UdpSocket own = scene.open(scene.two);
        UdpSocket elsewhere = scene.open(scene.two);
        own.bindToInterface(nic(scene.two));
        elsewhere.bindToInterface(99);
        for (UdpSocket each : new UdpSocket[] {own, elsewhere, all}) {
            each.reuseAddress(true);
            assertEquals(0, scene.bind(each, UdpScene.ANY6, 53));
        }
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "wire", -1);
        assertEquals("wire", scene.receive(own));
        UdpSocket local = scene.open(scene.two);
        assertEquals(4, scene.sendTo(local, "self", "127.0.0.1", 53));
        assertEquals("self", scene.receive(all));
        for (UdpSocket each : new UdpSocket[] {own, elsewhere, all}) {
            assertEquals(NOTHING, scene.receive(each));
        }
    }

    @Test
    void socketsOfTwoInterfacesHaveThePortEach() {
        UdpSocket one = scene.open(scene.two);
        UdpSocket other = scene.open(scene.two);
        one.bindToInterface(nic(scene.two));
        other.bindToInterface(99);
        assertEquals(0, scene.bind(one, UdpScene.ANY6, 53));
        assertEquals(0, scene.bind(other, UdpScene.ANY6, 53));
        UdpSocket all = scene.open(scene.two);
        assertEquals(UdpSocket.IN_USE, scene.bind(all, UdpScene.ANY6, 53));
    }

    @Test
    void aConnectedSocketOfAnotherInterfaceHearsNothing() {
        UdpSocket server = scene.bound(scene.two, UdpScene.TWO, 53);
        assertEquals(0, scene.connect(server, UdpScene.FORGER, 9));
        server.bindToInterface(99);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "peer", -1);
        assertEquals(NOTHING, scene.receive(server));
        assertEquals(1, scene.count(scene.two, UdpCounter.DROPPED_NO_PORT));
        server.bindToInterface(0);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "peer", -1);
        assertEquals("peer", scene.receive(server));
    }

    @Test
    void nothingIsSentByAnInterfaceThatDoesNotLeadThere() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.open(scene.one);
        assertEquals(1, scene.sendTo(client, "a", UdpScene.TWO, 53));
        UdpSendOptions options = new UdpSendOptions().interfaceIndex(99);
        assertTrue(scene.sendTo(client, "b", UdpScene.TWO, 53, options) < 0);
        client.bindToInterface(99);
        assertTrue(scene.sendTo(client, "c", UdpScene.TWO, 53) < 0);
        client.bindToInterface(nic(scene.one));
        assertEquals(1, scene.sendTo(client, "d", UdpScene.TWO, 53));
        assertEquals("a", scene.receive(server));
        assertEquals("d", scene.receive(server));
        assertEquals(2, scene.count(scene.one, UdpCounter.REFUSED_BY_IP));
    }

    // Groups.

    @ParameterizedTest
    @ValueSource(strings = {GROUP, GROUP6})
    void groupsHaveAHopLimitOfTheirOwnWhichIsOneUnlessItIsSet(String group) {
        UdpSocket member = member(scene.two, group);
        UdpSocket sender = scene.open(scene.one);
        sender.multicastInterface(nic(scene.one));
        sender.hopLimit(99);
        scene.sendTo(sender, "one", group, 5000);
        assertEquals("one", scene.receive(member));
        assertEquals(1, scene.message.hopLimit());
        assertEquals(IpDatagram.MULTICAST, scene.message.cast());
        assertEquals(UdpScene.ip(group).low(), scene.message.destinationLow());
        sender.multicastHopLimit(7);
        scene.sendTo(sender, "seven", group, 5000);
        scene.receive(member);
        assertEquals(7, scene.message.hopLimit());
        scene.sendTo(sender, "nine", group, 5000, new UdpSendOptions().hopLimit(9));
        scene.receive(member);
        assertEquals(9, scene.message.hopLimit());
        sender.multicastHopLimit(0);
        scene.sendTo(sender, "stays", group, 5000);
        assertEquals(NOTHING, scene.receive(member));
    }

    @ParameterizedTest
    @ValueSource(strings = {GROUP, GROUP6})
    void membersOnTheSendersHostHearItUnlessLoopbackIsOff(String group) {
        UdpSocket near = member(scene.one, group);
        UdpSocket far = member(scene.two, group);
        UdpSocket sender = scene.open(scene.one);
        sender.multicastInterface(nic(scene.one));
        scene.sendTo(sender, "all", group, 5000);
        assertEquals("all", scene.receive(near));
        assertEquals("all", scene.receive(far));
        sender.multicastLoopback(false);
        scene.sendTo(sender, "others", group, 5000);
        assertEquals(NOTHING, scene.receive(near));
        assertEquals("others", scene.receive(far));
    }

    @Test
    void groupsAreSentToByTheInterfaceThatWasSet() {
        UdpSocket near = member(scene.one, GROUP);
        UdpSocket far = member(scene.two, GROUP);
        UdpSocket sender = scene.open(scene.one);
        sender.multicastInterface(99);
        assertTrue(scene.sendTo(sender, "nowhere", GROUP, 5000) < 0);
        UdpSendOptions options = new UdpSendOptions().interfaceIndex(nic(scene.one));
        assertEquals(3, scene.sendTo(sender, "nic", GROUP, 5000, options));
        assertEquals("nic", scene.receive(far));
        assertEquals("nic", scene.receive(near));
        assertEquals(scene.oneHost.nic0().index(), scene.message.interfaceIndex());
        assertFalse(scene.message.interfaceIndex() == LOOPBACK && nic(scene.one) != LOOPBACK);
    }

    @ParameterizedTest
    @CsvSource({
        GROUP + ", " + UdpScene.ONE + ", " + UdpScene.FORGER,
        GROUP6 + ", " + UdpScene.ONE6 + ", " + UdpScene.FORGER6
    })
    void aSourceFilterIsThatOfTheSocketAlone(String group, String wanted, String other) {
        UdpSocket all = member(scene.two, group);
        UdpSocket picky = scene.open(scene.two);
        picky.reuseAddress(true);
        assertEquals(0, scene.bind(picky, UdpScene.ANY6, 5000));
        IpAddress to = UdpScene.ip(group);
        IpAddress from = UdpScene.ip(wanted);
        assertEquals(
                0,
                scene.twoHost
                        .ip()
                        .groups()
                        .addSource(
                                picky.id(),
                                nic(scene.two),
                                to.high(),
                                to.low(),
                                from.high(),
                                from.low(),
                                scene.network.nowNs()));
        scene.settle();
        UdpSocket sender = scene.open(scene.one);
        sender.multicastInterface(nic(scene.one));
        scene.sendTo(sender, "wanted", group, 5000);
        scene.forge(other, group, 9, 5000, "other", -1);
        assertEquals("wanted", scene.receive(picky));
        assertEquals(NOTHING, scene.receive(picky));
        assertEquals("wanted", scene.receive(all));
        assertEquals("other", scene.receive(all));
    }

    @Test
    void whoHasLeftOrClosedHearsTheGroupNoMore() {
        UdpSocket left = member(scene.two, GROUP);
        UdpSocket closed = member(scene.two, GROUP);
        IpAddress to = UdpScene.ip(GROUP);
        closed.close(scene.network.nowNs());
        assertEquals(0, left.leave(nic(scene.two), to.high(), to.low(), scene.network.nowNs()));
        scene.sendTo(scene.open(scene.one), "late", GROUP, 5000);
        assertEquals(NOTHING, scene.receive(left));
        assertFalse(scene.twoHost.ip().groups().isMember(nic(scene.two), to.high(), to.low()));
    }

    // Checksums.

    @ParameterizedTest
    @CsvSource({
        UdpScene.TWO + ", false",
        UdpScene.TWO + ", true",
        UdpScene.TWO6 + ", false",
        UdpScene.TWO6 + ", true"
    })
    void aComputedChecksumOfZeroIsSentAsAllOnes(String to, boolean isOffloaded) {
        begin(UdpScene.with(checksums(isOffloaded, false)));
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.open(scene.one);
        char[] text = {0, 0};
        assertEquals(2, scene.sendTo(client, new String(text), to, 53));
        int sum = checksumOfNext(server);
        text[0] = (char) (sum >>> 8);
        text[1] = (char) (sum & 0xFF);
        byte[] data = {(byte) (sum >>> 8), (byte) sum};
        scene.buffer.putBytes(0, data);
        IpAddress two = UdpScene.ip(to);
        assertEquals(
                2,
                client.sendTo(
                        scene.buffer,
                        0,
                        2,
                        two.high(),
                        two.low(),
                        53,
                        null,
                        scene.network.nowNs()));
        scene.settle();
        assertEquals(0xFFFF, checksumOfNext(server));
    }

    /** The header still stands before the data. */
    private int checksumOfNext(UdpSocket server) {
        int packet = server.receivePacket();
        assertTrue(packet >= 0, "" + packet);
        PacketBuffers buffers = scene.twoHost.pool().buffers();
        int at = buffers.data(packet) - 2;
        int high = buffers.memory().getByte(at) & 0xFF;
        int low = buffers.memory().getByte(at + 1) & 0xFF;
        scene.twoHost.pool().release(packet);
        return high << 8 | low;
    }

    private static NicSettings checksums(boolean send, boolean receive) {
        return NicSettings.builder()
                .feature(NicFeature.TRANSMIT_CHECKSUM, send)
                .feature(NicFeature.RECEIVE_CHECKSUM, receive)
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void checksumsOfTheNicAndOfTheStackAreTheSame(boolean isSentByNic) {
        begin(UdpScene.with(checksums(isSentByNic, !isSentByNic)));
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.open(scene.one);
        for (String to : new String[] {UdpScene.TWO, UdpScene.TWO6}) {
            for (int length : new int[] {0, 1, 63, 64, 1400, 1473, 3001, 20001}) {
                String text = "q".repeat(length);
                assertEquals(length, scene.sendTo(client, text, to, 53));
                assertEquals(text, scene.receive(server));
            }
        }
        assertEquals(0, scene.count(scene.two, UdpCounter.DROPPED_CHECKSUM));
    }

    @Test
    void aNicThatChecksLetsNoWrongChecksumThrough() {
        begin(UdpScene.with(checksums(true, true)));
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "bad", 0x1234);
        scene.forge(UdpScene.FORGER6, UdpScene.TWO6, 9, 53, "bad", 0x1234);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "good", -1);
        assertEquals("good", scene.receive(server));
        assertEquals(NOTHING, scene.receive(server));
    }

    // Times.

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theTimeOfTheNicIsHandedUpIfItTakesOne(boolean isStamped) {
        begin(
                UdpScene.with(
                        NicSettings.builder()
                                .feature(NicFeature.RECEIVE_TIMESTAMPS, isStamped)
                                .build()));
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        long beforeNs = scene.network.nowNs();
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "when", -1);
        assertEquals("when", scene.receive(server));
        assertEquals(beforeNs, scene.message.arrivalNs());
        assertEquals(isStamped, scene.message.hasHardwareTimestamp());
        assertEquals(isStamped ? beforeNs : 0, scene.message.hardwareTimestampNs());
    }
}
