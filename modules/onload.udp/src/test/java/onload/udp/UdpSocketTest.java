package onload.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import onload.ip.spi.IpDatagram;
import onload.nic.packet.PacketPool;
import onload.udp.counter.UdpCounter;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;

class UdpSocketTest {
    private static final String NOTHING = "" + UdpSocket.WOULD_BLOCK;

    private final UdpScene scene = new UdpScene();

    @AfterEach
    void everyBufferIsHome() {
        scene.close();
    }

    @Test
    void aDatagramIsAnsweredToWhereItCameFrom() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.open(scene.one);
        for (String to : new String[] {UdpScene.TWO, UdpScene.TWO6}) {
            assertEquals(5, scene.sendTo(client, "hello", to, 53));
            assertEquals("hello", scene.receive(server));
            assertEquals(client.localPort(), scene.message.sourcePort());
            assertEquals(UdpScene.ip(to).low(), scene.message.destinationLow());
            assertEquals(64, scene.message.hopLimit());
            assertEquals(scene.twoHost.nic0().index(), scene.message.interfaceIndex());
            assertEquals(IpDatagram.UNICAST, scene.message.cast());
            String back = to.equals(UdpScene.TWO) ? UdpScene.ONE : UdpScene.ONE6;
            assertEquals(UdpScene.ip(back).low(), scene.message.sourceLow());
            scene.sendTo(server, "answer", back, client.localPort());
            assertEquals("answer", scene.receive(client));
        }
    }

    @Test
    void aDatagramWithoutDataIsOne() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        assertEquals(0, scene.sendTo(scene.open(scene.one), "", UdpScene.TWO, 53));
        assertEquals(1, server.queuedDatagrams());
        assertEquals("", scene.receive(server));
        assertEquals(NOTHING, scene.receive(server));
    }

    @Test
    void whatDoesNotFitIsGoneAndSaidToBe() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        scene.sendTo(scene.open(scene.one), "truncated", UdpScene.TWO, 53);
        assertEquals(5, server.peek(scene.buffer, 0, 5, scene.message));
        assertEquals(5, server.receive(scene.buffer, 0, 5, scene.message));
        assertTrue(scene.message.isTruncated());
        assertEquals(9, scene.message.datagramLength());
        assertEquals(NOTHING, scene.receive(server));
        assertEquals(1, scene.count(scene.two, UdpCounter.TRUNCATED));
    }

    @Test
    void theLongestDatagramOfEachVersionArrivesAndLongerOnesAreRefused() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.open(scene.one);
        int[] longest = {65507, 65527};
        String[] to = {UdpScene.TWO, UdpScene.TWO6};
        for (int i = 0; i < 2; i++) {
            String text = "x".repeat(longest[i] - 1) + "y";
            assertEquals(longest[i], scene.sendTo(client, text, to[i], 53));
            assertEquals(text, scene.receive(server));
            assertEquals(UdpSocket.TOO_LONG, scene.sendTo(client, text + "z", to[i], 53), "" + i);
        }
    }

    @Test
    void wrongChecksumsAreDroppedInBothVersions() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "bad", 0x1234);
        scene.forge(UdpScene.FORGER6, UdpScene.TWO6, 9, 53, "bad", 0x1234);
        assertEquals(NOTHING, scene.receive(server));
        assertEquals(2, scene.count(scene.two, UdpCounter.DROPPED_CHECKSUM));
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "good", -1);
        scene.forge(UdpScene.FORGER6, UdpScene.TWO6, 9, 53, "odd", -1);
        assertEquals("good", scene.receive(server));
        assertEquals("odd", scene.receive(server));
    }

    @Test
    void noChecksumIsRightInIpv4AndWrongInIpv6UnlessItIsAllowed() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "four", 0);
        scene.forge(UdpScene.FORGER6, UdpScene.TWO6, 9, 53, "six", 0);
        assertEquals("four", scene.receive(server));
        assertEquals(NOTHING, scene.receive(server));
        assertEquals(1, scene.count(scene.two, UdpCounter.DROPPED_NO_CHECKSUM));
        server.zeroChecksum(true);
        scene.forge(UdpScene.FORGER6, UdpScene.TWO6, 9, 53, "six", 0);
        assertEquals("six", scene.receive(server));
    }

    @Test
    void lengthsThatAreNotTheirsAreDroppedAndPaddingIsCutOff() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        byte[] right = UdpScene.datagram(UdpScene.FORGER, UdpScene.TWO, 9, 53, "data", 0);
        for (int length : new int[] {0, 7, 13, 65535}) {
            byte[] wrong = right.clone();
            wrong[4] = (byte) (length >> 8);
            wrong[5] = (byte) length;
            scene.forge(UdpScene.FORGER, UdpScene.TWO, wrong);
        }
        for (int length = 0; length < 8; length++) {
            scene.forge(UdpScene.FORGER, UdpScene.TWO, Arrays.copyOf(right, length));
        }
        assertEquals(NOTHING, scene.receive(server));
        assertEquals(12, scene.count(scene.two, UdpCounter.DROPPED_MALFORMED));
        byte[] summed = UdpScene.datagram(UdpScene.FORGER, UdpScene.TWO, 9, 53, "odd", -1);
        byte[] padded = Arrays.copyOf(summed, 30);
        padded[29] = 1;
        scene.forge(UdpScene.FORGER, UdpScene.TWO, padded);
        assertEquals("odd", scene.receive(server));
    }

    @Test
    void aConnectedSocketHearsItsPeerOnly() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        assertEquals(0, scene.connect(server, UdpScene.FORGER, 9));
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "peer", -1);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 10, 53, "other", -1);
        scene.forge("192.0.2.77", UdpScene.TWO, 9, 53, "other", -1);
        assertEquals("peer", scene.receive(server));
        assertEquals(NOTHING, scene.receive(server));
        assertEquals(0, scene.connect(server, UdpScene.FORGER, 10));
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 10, 53, "new peer", -1);
        assertEquals("new peer", scene.receive(server));
        assertEquals(0, server.disconnect());
        scene.forge("192.0.2.77", UdpScene.TWO, 9, 53, "anybody", -1);
        assertEquals("anybody", scene.receive(server));
    }

    @Test
    void theMostSpecificSocketHasTheDatagram() {
        UdpSocket both = scene.bound(scene.two, UdpScene.ANY6, 53);
        both.close(0);
        UdpSocket six = scene.open(scene.two);
        six.v6Only(true);
        assertEquals(0, scene.bind(six, UdpScene.ANY6, 53));
        UdpSocket four = scene.bound(scene.two, UdpScene.ANY4, 53);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "four", -1);
        scene.forge(UdpScene.FORGER6, UdpScene.TWO6, 9, 53, "six", -1);
        assertEquals("four", scene.receive(four));
        assertEquals("six", scene.receive(six));
        UdpSocket any = scene.open(scene.two);
        any.reuseAddress(true);
        assertEquals(0, scene.bind(any, UdpScene.ANY6, 54));
        UdpSocket exact = scene.open(scene.two);
        exact.reuseAddress(true);
        assertEquals(0, scene.bind(exact, UdpScene.TWO, 54));
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 54, "exact", -1);
        scene.forge(UdpScene.FORGER6, UdpScene.TWO6, 9, 54, "any", -1);
        assertEquals("exact", scene.receive(exact));
        assertEquals("any", scene.receive(any));
    }

    @Test
    void addressesAndPortsAreTakenOnceUnlessTheyAreShared() {
        scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket late = scene.open(scene.two);
        assertEquals(UdpSocket.IN_USE, scene.bind(late, UdpScene.TWO, 53));
        assertEquals(UdpSocket.IN_USE, scene.bind(late, UdpScene.ANY4, 53));
        late.reuseAddress(true);
        assertEquals(UdpSocket.IN_USE, scene.bind(late, UdpScene.TWO, 53));
        assertEquals(UdpSocket.NO_SOURCE, scene.bind(late, UdpScene.ONE, 54));
        assertEquals(0, scene.bind(late, UdpScene.TWO, 54));
        assertEquals(UdpSocket.INVALID, scene.bind(late, UdpScene.TWO, 55));
    }

    @Test
    void sharersOfAPortEachHaveFlowsAndAFlowStaysWithOne() {
        UdpSocket[] sharers = new UdpSocket[4];
        for (int i = 0; i < 4; i++) {
            sharers[i] = scene.open(scene.two);
            sharers[i].reusePort(true);
            assertEquals(0, scene.bind(sharers[i], UdpScene.ANY6, 53));
        }
        for (int port = 1000; port < 1064; port++) {
            scene.forge(UdpScene.FORGER, UdpScene.TWO, port, 53, "" + port, -1);
            scene.forge(UdpScene.FORGER, UdpScene.TWO, port, 53, "" + port, -1);
        }
        for (UdpSocket each : sharers) {
            assertTrue(each.queuedDatagrams() > 6, "" + each.queuedDatagrams());
            while (each.queuedDatagrams() > 0) {
                assertEquals(scene.receive(each), scene.receive(each));
            }
        }
    }

    @Test
    void tinyDatagramsAreChargedForTheBuffersThatTheyHold() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        server.receiveQueueBytes(4 * 2048);
        for (int i = 0; i < 10; i++) {
            scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "", -1);
        }
        assertEquals(4, server.queuedDatagrams());
        assertEquals(6, server.dropped());
        assertEquals(6, scene.count(scene.two, UdpCounter.DROPPED_SOCKET_FULL));
    }

    @Test
    void oneGroupDatagramIsOnePacketInAllQueues() {
        UdpSocket[] members = new UdpSocket[3];
        var group = UdpScene.ip("239.1.2.3");
        for (int i = 0; i < 3; i++) {
            members[i] = scene.open(scene.two);
            members[i].reuseAddress(true);
            assertEquals(0, scene.bind(members[i], UdpScene.ANY4, 5000));
            int index = scene.twoHost.nic0().index();
            assertEquals(
                    0, members[i].join(index, group.high(), group.low(), scene.network.nowNs()));
        }
        UdpSocket stranger = scene.open(scene.two);
        stranger.reuseAddress(true);
        stranger.multicastAll(false);
        assertEquals(0, scene.bind(stranger, UdpScene.ANY4, 5000));
        scene.settle();
        assertEquals(5, scene.sendTo(scene.open(scene.one), "group", "239.1.2.3", 5000));
        int packet = members[0].receivePacket();
        assertEquals(packet, members[1].receivePacket());
        assertEquals("group", scene.receive(members[2]));
        assertEquals(1, scene.message.hopLimit());
        assertEquals(NOTHING, scene.receive(stranger));
        PacketPool pool = scene.twoHost.pool();
        assertEquals(2, pool.buffers().references(packet));
        pool.release(packet);
        pool.release(packet);
    }

    @Test
    void broadcastsNeedPermission() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY4, 67);
        UdpSocket client = scene.open(scene.one);
        assertEquals(UdpSocket.NOT_PERMITTED, scene.sendTo(client, "who", "192.0.2.255", 67));
        client.broadcast(true);
        assertEquals(3, scene.sendTo(client, "who", "192.0.2.255", 67));
        assertEquals("who", scene.receive(server));
        assertEquals(IpDatagram.BROADCAST, scene.message.cast());
    }

    @Test
    void aConnectedSocketHearsThatNobodyHasThePort() {
        UdpSocket client = scene.connected(scene.one, UdpScene.TWO, 53);
        assertEquals(4, scene.send(client, "ping"));
        assertEquals(1, scene.count(scene.two, UdpCounter.DROPPED_NO_PORT));
        assertEquals("" + UdpSocket.REFUSED, scene.receive(client));
        assertEquals(NOTHING, scene.receive(client));
        assertTrue(scene.events.contains(client.id() + ":" + UdpEvents.ERROR));
    }

    @Test
    void oneEventIsToldForEachSocketAndBatch() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.connected(scene.one, UdpScene.TWO, 53);
        scene.send(client, "warm");
        scene.events.clear();
        for (int i = 0; i < 5; i++) {
            client.send(scene.buffer, 0, 10, scene.network.nowNs());
        }
        scene.settle();
        assertEquals(1, scene.events.size(), scene.events::toString);
        assertEquals(6, server.queuedDatagrams());
        int[] packets = new int[10];
        assertEquals(6, server.receivePackets(packets, 0, 10));
        for (int i = 0; i < 6; i++) {
            scene.twoHost.pool().release(packets[i]);
        }
    }

    @Test
    void hopLimitTrafficClassAndSourceAreSettablePerDatagram() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.open(scene.one);
        UdpSendOptions options = new UdpSendOptions().hopLimit(7).trafficClass(0xB8);
        assertEquals(1, scene.sendTo(client, "a", UdpScene.TWO6, 53, options));
        scene.receive(server);
        assertEquals(7, scene.message.hopLimit());
        assertEquals(0xB8, scene.message.trafficClass());
        var foreign = UdpScene.ip(UdpScene.TWO6);
        options.clear().source(foreign.high(), foreign.low());
        assertEquals(UdpSocket.NO_SOURCE, scene.sendTo(client, "a", UdpScene.TWO6, 53, options));
    }

    @Test
    void packetsAreSentWithoutCopyingAndStayTheCallersIfRefused() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        UdpSocket client = scene.connected(scene.one, UdpScene.TWO, 53);
        PacketPool pool = scene.oneHost.pool();
        int packet = pool.allocate(PacketPool.SEND);
        int at = pool.buffers().append(packet, 4);
        pool.buffers().memory().putStringWithoutLengthAscii(at, "zero");
        assertEquals(
                UdpSocket.NOT_CONNECTED,
                scene.open(scene.one).sendPacket(packet, null, scene.network.nowNs()));
        assertEquals(0, client.sendPacket(packet, null, scene.network.nowNs()));
        scene.settle();
        assertEquals("zero", scene.receive(server));
    }

    @Test
    void aClosedSocketAnswersThatItIsAndReleasesWhatWaits() {
        UdpSocket server = scene.bound(scene.two, UdpScene.ANY6, 53);
        scene.forge(UdpScene.FORGER, UdpScene.TWO, 9, 53, "late", -1);
        server.close(scene.network.nowNs());
        assertEquals("" + UdpSocket.CLOSED, scene.receive(server));
        assertEquals(UdpSocket.CLOSED, scene.send(server, "x"));
        assertEquals(1, scene.count(scene.two, UdpCounter.DROPPED_CLOSED));
        assertEquals(0, scene.bind(scene.open(scene.two), UdpScene.ANY6, 53));
    }

    @Test
    void ephemeralPortsAreOfTheRangeAndNotTheSame() {
        UdpSocket first = scene.bound(scene.one, UdpScene.ANY6, 0);
        UdpSocket other = scene.bound(scene.one, UdpScene.ANY6, 0);
        assertTrue(first.localPort() >= 32768 && first.localPort() <= 60999);
        assertFalse(first.localPort() == other.localPort());
    }
}
